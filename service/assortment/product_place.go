package assortment

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/99designs/gqlgen/graphql"

	"kopeck/fault"
	"kopeck/id"
	"kopeck/money"
	"kopeck/pricing"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/service/bulk"
	"kopeck/service/catalogue"
	"kopeck/service/input"
	"kopeck/service/ownfields"
)

// productChunk is the work on the products of one call.
type productChunk struct {
	*chunk

	bySKU   map[string]*Product // that exist
	byID    map[string]*Product
	own     *ownfields.Imported
	made    []*Product
	changes []productChange
}

// productChange is what an import changes of a product that exists.
type productChange struct {
	update *service.UpdateProductInput // nil where no field changes
	terms  []service.SetListPriceInput
}

// Products brings products with their price terms into the catalogue. One that exists with the same content is left alone; one with other
// content is changed if Update is set, as updateProduct and setListPrice change it, and else rejected.
func (i *Import) Products(ctx context.Context, records []Product) ([]bulk.Verdict, error) {
	return i.run(ctx, len(records), func(ctx context.Context, c *chunk) error {
		w := &productChunk{chunk: c}
		if c.bulk != nil {
			if err := c.service.rates.HoldRatesAlone(ctx, c.tx); err != nil {
				return err
			}
		}
		some := slices.ContainsFunc(records, func(p Product) bool { return len(p.OwnFields) > 0 })
		if c.bulk != nil && some {
			if err := ownfields.Hold(ctx, c.tx); err != nil {
				return err
			}
		}
		if err := w.read(ctx, records); err != nil {
			return err
		}
		if err := w.readOwn(ctx, some); err != nil {
			return err
		}
		for n := range records {
			c.verdicts[n] = w.place(&records[n])
		}
		if c.bulk == nil || len(w.made)+len(w.changes) == 0 {
			return nil
		}
		return w.write(ctx)
	})
}

// readOwn reads the installation's own fields of the products that exist, if records have some. In a transaction it holds these products.
func (w *productChunk) readOwn(ctx context.Context, some bool) (err error) {
	if w.own, err = ownfields.NewImported(ctx, w.service.Core, w.tx, schema.FieldOfProduct, some); err != nil || !some {
		return err
	}
	ids := keysOf(w.byID)
	if w.bulk != nil {
		if err := w.hold(ctx, ids); err != nil {
			return err
		}
	}
	return w.own.Read(ctx, ids)
}

// place decides what is done with a product.
func (w *productChunk) place(given *Product) bulk.Verdict {
	sku, err := input.Text("sku", given.Sku, 100)
	if err != nil {
		return rejectedFor(err)
	}
	own, err := w.own.Check(given.OwnFields)
	if err != nil {
		return rejectedFor(err)
	}
	if stored := w.bySKU[sku]; stored != nil {
		return w.compare(stored, given, own)
	}
	if given.ID != "" && w.byID[given.ID] != nil {
		return rejected(fmt.Sprintf("id: the product %s has this id", w.byID[given.ID].Sku))
	}
	made, verdict := w.service.newProduct(given, w.moment())
	if made == nil {
		return verdict
	}
	w.made = append(w.made, made)
	w.own.Set(made.ID, own, true)
	w.bySKU[sku], w.byID[made.ID] = made, made
	return verdict
}

// newProduct checks a product that does not exist and completes it.
func (s *Service) newProduct(given *Product, now time.Time) (*Product, bulk.Verdict) {
	terms := slices.Clone(given.Terms)
	if len(terms) == 0 && given.CreatedAt.IsZero() { // as createProduct has it; an export has products without a price
		terms = []Terms{{}}
	}
	made := &Product{Leads: given.Leads}
	for n := range max(1, len(terms)) {
		in := s.productInput(given)
		if len(terms) > 0 {
			s.termsInput(&in, terms[n])
		}
		record, _, err := s.catalogue.CheckNew(in)
		if err != nil {
			return nil, rejectedFor(err)
		}
		if n == 0 {
			made.Record = record
		}
	}
	if err := checkCodes(terms); err != nil {
		return nil, rejectedFor(err)
	}
	made.Active, made.CreatedAt, made.UpdatedAt = given.Active, given.CreatedAt, now
	if made.CreatedAt.IsZero() {
		made.CreatedAt = now
	}
	for _, t := range terms {
		t = t.whole()
		if t.ValidFrom.IsZero() {
			t.ValidFrom = catalogue.Always()
		}
		if t.RecordedAt.IsZero() {
			t.RecordedAt = now
		}
		made.Terms = append(made.Terms, t)
	}
	return made, bulk.Verdict{Outcome: bulk.Added}
}

// checkCodes checks that terms which do not state a tax code are given that of the terms before them.
func checkCodes(terms []Terms) error {
	before := ""
	for _, t := range slices.SortedStableFunc(slices.Values(terms), Terms.compare) {
		if t.StatesTaxCode != nil && !*t.StatesTaxCode && t.TaxCode != before {
			return fault.Invalidf("tax_code", "want %q, the code of the terms before, of terms that do not state one", before)
		}
		before = t.TaxCode
	}
	return nil
}

// productInput is what creates a product, without its price terms.
func (s *Service) productInput(given *Product) service.CreateProductInput {
	return service.CreateProductInput{
		ID: input.NonEmpty(given.ID), Sku: given.Sku, Name: given.Name, Kind: &given.Kind, Partner: input.NonEmpty(given.Partner),
		Unit: given.Unit, Category: given.Category, StandardLeadDays: &given.StandardLeadDays,
	}
}

// termsInput adds price terms to what creates a product.
func (s *Service) termsInput(in *service.CreateProductInput, t Terms) {
	in.ListPrice, in.Markup, in.BundleDiscount, in.MinimumMargin = s.moneyOf(t.Amount), exactOf(t.Markup), exactOf(t.BundleDiscount), exactOf(t.MinimumMargin)
	in.TaxCode = input.NonEmpty(t.TaxCode)
	if !t.ValidFrom.IsZero() {
		in.ValidFrom = &t.ValidFrom
	}
}

func (s *Service) moneyOf(amount *money.Amount) *service.MoneyInput {
	if amount == nil {
		return nil
	}
	return &service.MoneyInput{Amount: money.Exact(s.Currency.Format(*amount)), CurrencyCode: s.Currency.Code()}
}

func exactOf(d *money.Decimal) *money.Exact {
	if d == nil {
		return nil
	}
	text := money.Exact(d.String())
	return &text
}

// compare decides what is done with a product that exists.
func (w *productChunk) compare(stored, given *Product, own ownfields.Texts) bulk.Verdict {
	if given.ID != "" && given.ID != stored.ID {
		return rejected("id: the product with this sku has another id")
	}
	if given.Kind != stored.Kind && (given.Has == nil || given.Has("kind")) {
		return rejected(fmt.Sprintf("kind: the product is a %s, which never changes", stored.Kind))
	}
	change, differ := productChange{}, []string(nil)
	update, fields := fieldChanges(stored, given)
	if len(fields) > 0 {
		change.update, differ = update, fields
		if err := w.service.catalogue.CheckChange(*update); err != nil {
			return rejectedFor(err)
		}
	}
	known := slices.Clone(stored.Terms) // with those of the file: what one sets holds where the next is compared
	for _, t := range w.inOrder(given.Terms) {
		in, columns, err := w.compareTerms(stored.ID, &known, t)
		if err != nil {
			return rejectedFor(err)
		}
		if len(columns) > 0 {
			change.terms, differ = append(change.terms, in), append(differ, columns...)
		}
	}
	for _, l := range given.Leads {
		if !slices.ContainsFunc(stored.Leads, l.equal) {
			return rejected(fmt.Sprintf(strings.Replace(errPast, "recorded_at", "lead_days_recorded_at", 1), "product"))
		}
	}
	differ = append(differ, w.own.Differ(stored.ID, own)...)
	switch {
	case len(differ) == 0:
		return bulk.Verdict{Outcome: bulk.Present}
	case !w.Update:
		return existsOtherwise("product", differ)
	}
	w.own.Set(stored.ID, own, false)
	w.changes = append(w.changes, change)
	return bulk.Verdict{Outcome: bulk.Updated}
}

// compareTerms returns what sets price terms of a product that exists, and the columns of which they give another value than holds by all that is
// known, to which it adds them.
func (w *productChunk) compareTerms(productID string, known *[]Terms, t Terms) (in service.SetListPriceInput, columns []string, err error) {
	if !t.RecordedAt.IsZero() {
		there := func(s Terms) bool {
			return s.ValidFrom.Equal(t.ValidFrom) && s.RecordedAt.Equal(t.RecordedAt) && s.same(t) && (t.StatesTaxCode == nil || samePointer(t.StatesTaxCode, s.StatesTaxCode))
		}
		if !slices.ContainsFunc(*known, there) {
			return in, nil, fmt.Errorf(errPast, "product")
		}
		return in, nil, nil
	}
	moment := t.ValidFrom
	if moment.IsZero() {
		moment = w.moment()
	}
	before := input.OrZero(at(*known, moment))
	if columns = t.differ(before, false); len(columns) == 0 {
		return in, nil, nil
	}
	after := t.over(before)
	after.ValidFrom, after.RecordedAt = moment, w.moment()
	*known = append(*known, after)
	slices.SortStableFunc(*known, Terms.compare)
	in = w.service.newTerms(productID, t)
	return in, columns, w.service.catalogue.CheckTerms(in)
}

// inOrder returns terms in the order in which they hold; those without a moment hold from now on.
func (w *productChunk) inOrder(terms []Terms) []Terms {
	from := func(t Terms) time.Time {
		if t.ValidFrom.IsZero() {
			return w.moment()
		}
		return t.ValidFrom
	}
	return slices.SortedStableFunc(slices.Values(terms), func(a, b Terms) int { return from(a).Compare(from(b)) })
}

// over returns terms with what they leave out as it was before them.
func (t Terms) over(before Terms) Terms {
	if t.Amount == nil && t.Markup == nil && t.BundleDiscount == nil {
		t.Amount, t.Markup, t.BundleDiscount = before.Amount, before.Markup, before.BundleDiscount
	}
	if t.MinimumMargin == nil {
		t.MinimumMargin = before.MinimumMargin
	}
	if t.TaxCode == "" {
		t.TaxCode = before.TaxCode
	}
	return t.whole()
}

func (l Lead) equal(other Lead) bool {
	return l.Days == other.Days && l.ValidFrom.Equal(other.ValidFrom) && l.RecordedAt.Equal(other.RecordedAt)
}

// newTerms is what sets price terms of a product that exists.
func (s *Service) newTerms(productID string, t Terms) service.SetListPriceInput {
	in := service.SetListPriceInput{ProductID: productID, ListPrice: s.moneyOf(t.Amount), Markup: exactOf(t.Markup), BundleDiscount: exactOf(t.BundleDiscount), MinimumMargin: exactOf(t.MinimumMargin)}
	if t.TaxCode != "" {
		in.TaxCode = graphql.OmittableOf(&t.TaxCode)
	}
	if !t.ValidFrom.IsZero() {
		in.ValidFrom = &t.ValidFrom
	}
	return in
}

// fieldChanges returns what updates the fields of a product that a file gives with another value, and their columns.
func fieldChanges(stored, given *Product) (*service.UpdateProductInput, []string) {
	in := &service.UpdateProductInput{ID: stored.ID, ExpectedVersion: stored.Version}
	var columns []string
	has := func(column string, differs bool) bool {
		if !differs || given.Has != nil && !given.Has(column) {
			return false
		}
		columns = append(columns, column)
		return true
	}
	if has("name", given.Name != stored.Name) {
		in.Name = &given.Name
	}
	if has("active", given.Active != stored.Active) {
		in.Active = &given.Active
	}
	if has("partner", given.Partner != stored.Partner) {
		in.Partner = &given.Partner
	}
	if has("unit", input.OrZero(given.Unit) != input.OrZero(stored.Unit)) {
		in.Unit = given.Unit
	}
	if has("category", input.OrZero(given.Category) != input.OrZero(stored.Category)) {
		in.Category = given.Category
	}
	if has("lead_days", given.StandardLeadDays != stored.StandardLeadDays) {
		in.StandardLeadDays = &given.StandardLeadDays
	}
	return in, columns
}

// write writes what is new and changes what is to be changed.
func (w *productChunk) write(ctx context.Context) error {
	suppliers := map[string]*string{}
	var products []*catalogue.Record
	var terms []pricing.Terms
	var leads []leadRow
	for _, p := range w.made {
		if p.Partner != "" {
			if _, ok := suppliers[p.Partner]; !ok {
				var err error
				if suppliers[p.Partner], err = w.service.catalogue.Supplier(ctx, w.tx, p.Partner); err != nil {
					return err
				}
			}
			p.PartnerID = suppliers[p.Partner]
		}
		products = append(products, &p.Record)
		before := ""
		for _, t := range slices.SortedStableFunc(slices.Values(p.Terms), Terms.compare) {
			states := input.Or(t.StatesTaxCode, t.TaxCode != before) // otherwise it is that of the terms before
			before = t.TaxCode
			if !states {
				t.TaxCode = ""
			}
			terms = append(terms, pricing.Terms{
				ID: w.service.IDs.Make(id.ListPrice), ProductID: p.ID, Amount: t.Amount, Markup: input.OrZero(t.Markup), BundleDiscount: t.BundleDiscount,
				TaxCode: input.NonEmpty(t.TaxCode), StatesTaxCode: states, MinimumMargin: input.OrZero(t.MinimumMargin), ValidFrom: t.ValidFrom, RecordedAt: t.RecordedAt,
			})
		}
		for _, l := range p.Leads {
			leads = append(leads, leadRow{w.service.IDs.Make(id.DatedValue), p.ID, l})
		}
	}
	if err := w.insertProducts(ctx, products, terms, leads); err != nil {
		return err
	}
	if _, err := w.own.Write(ctx, w.tx); err != nil {
		return err
	}
	for _, change := range w.changes {
		if change.update != nil {
			if err := w.service.catalogue.Change(ctx, w.tx, *change.update); err != nil {
				return err
			}
		}
		for _, in := range change.terms {
			if err := w.service.catalogue.SetTerms(ctx, w.tx, in); err != nil {
				return err
			}
		}
	}
	return w.changed(ctx)
}

// leadRow is a lead time as it is kept.
type leadRow struct {
	id, productID string
	Lead
}
