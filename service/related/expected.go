package related

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"kopeck/ent"
	"kopeck/fault"
	"kopeck/id"
	"kopeck/money"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/service/bulk"
	"kopeck/service/field"
	"kopeck/service/input"
)

// ExpectedPrice is what a customer thought a fair price of a product, of a file.
type ExpectedPrice struct {
	ID                          string
	CustomerID, Customer, Email string // one of them names the customer; Customer is the external id
	SKU                         string
	Unit                        money.Amount
	At                          time.Time // zero: that of the contact
	ContactID, Contact          string    // of the contact in which they said it; Contact is the external id
	OfferID                     string    // of the offer upon which they said it
	Segment                     *schema.Segment
	RecordedBy                  string
	CreatedAt                   time.Time // zero: it is new
	VoidedAt                    time.Time
	VoidReason                  string

	productID string
}

// ExpectedPriceFields are the fields of expected prices, as files have them.
func ExpectedPriceFields() field.Fields[ExpectedPrice] { return expectedPriceFields }

var expectedPriceFields = field.Fields[ExpectedPrice]{
	field.Of("customer_id", "customer_id", both, field.Identifier, func(p *ExpectedPrice) *string { return &p.CustomerID }),
	field.Of("customer", "", both, field.Identifier, func(p *ExpectedPrice) *string { return &p.Customer }),
	field.Of("email", "", both, field.Text, func(p *ExpectedPrice) *string { return &p.Email }),
	field.Of("sku", "", mustBeMapped, field.Identifier, func(p *ExpectedPrice) *string { return &p.SKU }),
	field.Of("unit_price", "unit", mustBeMapped|field.Filled, field.Amount, func(p *ExpectedPrice) *money.Amount { return &p.Unit }),
	field.Currency[ExpectedPrice](both),
	field.Of("at", "at", both, field.Moment, func(p *ExpectedPrice) *time.Time { return &p.At }),
	field.Of("contact_id", "contact_id", both|field.Nullable, field.Text, func(p *ExpectedPrice) *string { return &p.ContactID }),
	field.Of("contact", "", both, field.Identifier, func(p *ExpectedPrice) *string { return &p.Contact }),
	field.Of("offer_id", "offer_id", field.Own|field.Nullable, field.Text, func(p *ExpectedPrice) *string { return &p.OfferID }),
	field.Of("segment", "segment", field.Own|field.Nullable, field.Optional(field.Word[schema.Segment]()), func(p *ExpectedPrice) **schema.Segment { return &p.Segment }),
	field.Of("id", "id", field.Own, field.Text, func(p *ExpectedPrice) *string { return &p.ID }),
	field.Of("recorded_by", "recorded_by", field.Own, field.Text, func(p *ExpectedPrice) *string { return &p.RecordedBy }),
	field.Of("created_at", "created_at", field.Own, field.Moment, func(p *ExpectedPrice) *time.Time { return &p.CreatedAt }),
	field.Of("voided_at", "voided_at", field.Own|field.Nullable, field.Moment, func(p *ExpectedPrice) *time.Time { return &p.VoidedAt }),
	field.Of("void_reason", "void_reason", field.Own|field.Nullable, field.Text, func(p *ExpectedPrice) *string { return &p.VoidReason }),
	field.Of("", "product_id", 0, field.Text, func(p *ExpectedPrice) *string { return &p.productID }),
}

func (p *ExpectedPrice) who() who { return who{p.CustomerID, p.Customer, p.Email} }

// moment is of whom and of what an expected price is, and when they thought so.
type moment struct {
	customerID, productID string
	at                    int64 // in microseconds
}

func (p *ExpectedPrice) moment() moment { return moment{p.CustomerID, p.productID, p.At.UnixMicro()} }

// saidIn is a contact in which customers may have named prices.
type saidIn struct {
	id, external, customerID string
	at                       time.Time
	voided                   bool
}

// expectedChunk is the work on the expected prices of one call.
type expectedChunk struct {
	*chunk

	people   *people
	products map[string]string // ids by sku
	contacts map[string]saidIn // by id
	external map[string]string // ids of contacts by external id
	offers   map[string]string // whose offers are, by id
	lines    map[string]bool   // offer and product
	segments map[string]service.Dated
	byID     map[string]*ExpectedPrice // that exist, and those of the call
	byMoment map[moment][]*ExpectedPrice
	made     []*ExpectedPrice
	leftOut  int64
}

// ExpectedPrices records what customers thought fair prices. One that exists (by its id, or else of the same customer, product and moment) with the
// same price is left alone, also if it was voided since; one with another is rejected, since it is a fact. An offer that is not there is left out.
func (i *Import) ExpectedPrices(ctx context.Context, records []ExpectedPrice) ([]bulk.Verdict, error) {
	var w *expectedChunk
	verdicts, err := i.run(ctx, len(records), func(ctx context.Context, c *chunk) error {
		w = &expectedChunk{chunk: c, byID: map[string]*ExpectedPrice{}, byMoment: map[moment][]*ExpectedPrice{}}
		names := make([]who, len(records))
		for n := range records {
			names[n] = records[n].who()
		}
		var err error
		if w.people, err = c.find(ctx, names); err != nil {
			return err
		}
		if err := w.read(ctx, records); err != nil {
			return err
		}
		for n := range records {
			given := records[n]
			c.verdicts[n] = w.place(&given)
		}
		if c.bulk == nil || len(w.made) == 0 {
			return nil
		}
		return w.record(ctx)
	})
	if err == nil && !i.Check {
		i.OffersLeftOut += w.leftOut
	}
	return verdicts, err
}

// add notes an expected price that exists, or that the call makes.
func (w *expectedChunk) add(p *ExpectedPrice) {
	if w.byID[p.ID] == nil {
		w.byID[p.ID], w.byMoment[p.moment()] = p, append(w.byMoment[p.moment()], p)
	}
}

// place decides what is done with an expected price.
func (w *expectedChunk) place(given *ExpectedPrice) bulk.Verdict {
	c, err := w.check(given)
	if err != nil {
		return rejectedFor(err)
	}
	if existing := w.like(given); existing != nil {
		return given.compare(existing)
	}
	offered, err := w.checkOffer(given)
	if err != nil {
		return rejectedFor(err)
	}
	if !offered {
		given.OfferID = ""
		w.leftOut++
	}
	if given.ID == "" {
		given.ID = w.service.IDs.Make(id.ExpectedPrice)
	}
	if given.CreatedAt.IsZero() {
		given.CreatedAt, given.RecordedBy = w.service.Now(), "system"
		value := w.segments[c.ID].At(given.At, service.EndOfTime, (*string)(c.Segment))
		given.Segment = (*schema.Segment)(input.NonEmpty(input.OrZero(value)))
	}
	w.add(given)
	w.made = append(w.made, given)
	return bulk.Verdict{Outcome: bulk.Added}
}

// check checks an expected price, and fills in the ids of what it names. Faults by column.
func (w *expectedChunk) check(given *ExpectedPrice) (*ent.Customer, error) {
	var faults fault.List
	c, err := w.people.resolve("customer", given.who())
	faults.Add(err)
	if given.productID = w.products[given.SKU]; given.productID == "" {
		faults.Add(fault.New(fault.NotFound, "sku", "there is no product %q", input.Excerpt(given.SKU)))
	}
	if given.Unit.Sign() <= 0 {
		faults.Add(fault.Invalidf("unit_price", "want a price above 0"))
	}
	if given.ID != "" {
		faults.Add(id.Check("id", id.ExpectedPrice, given.ID))
	}
	switch {
	case given.ID == "" && !given.CreatedAt.IsZero():
		faults.Add(fault.Invalidf("id", "want the id of one that was recorded before"))
	case !given.CreatedAt.IsZero() && given.RecordedBy == "":
		faults.Add(fault.Invalidf("recorded_by", "must not be empty where created_at is given"))
	case given.VoidedAt.IsZero() != (given.VoidReason == ""):
		faults.Add(fault.Invalidf("voided_at", "want the moment and the reason, or neither"))
	case !given.VoidedAt.IsZero() && given.CreatedAt.IsZero():
		faults.Add(fault.Invalidf("voided_at", "one that is new is not voided"))
	}
	faults.Add(input.CheckText("recorded_by", given.RecordedBy, 100))
	faults.Add(input.CheckText("void_reason", given.VoidReason, 2000))
	if c == nil {
		return nil, faults.Or()
	}
	given.CustomerID = c.ID
	faults.Add(w.checkContact(given))
	return c, faults.Or()
}

// checkContact checks in which contact a customer named a price, and fills in the moment.
func (w *expectedChunk) checkContact(given *ExpectedPrice) error {
	if given.ContactID == "" {
		given.ContactID = w.external[given.Contact]
	}
	said, ok := w.contacts[given.ContactID]
	switch {
	case given.ContactID == "" && given.Contact == "" && given.At.IsZero():
		return fault.Invalidf("at", "want the moment, or the contact in which they said it")
	case given.ContactID == "" && given.Contact == "":
		return nil
	case !ok || said.customerID != given.CustomerID:
		return fault.New(fault.NotFound, "contact", "there is no contact %q with this customer: import contacts first", input.Excerpt(cmp.Or(given.Contact, given.ContactID)))
	case !given.CreatedAt.IsZero() && !given.At.IsZero(): // the contact may have been corrected since
	case said.voided:
		return fault.New(fault.WrongState, "contact", "the contact is voided")
	case !given.At.IsZero() && !given.At.Equal(said.at):
		return fault.Invalidf("at", "they said it when the contact took place, at %s: want contact or at, not both", field.Written(said.at))
	default:
		given.At = said.at
	}
	return nil
}

// checkOffer checks the offer upon which a price was named, and reports whether it is there.
func (w *expectedChunk) checkOffer(given *ExpectedPrice) (bool, error) {
	if given.OfferID == "" {
		return true, nil
	}
	if err := id.Check("offer_id", id.Offer, given.OfferID); err != nil {
		return false, err
	}
	switch whose, ok := w.offers[given.OfferID]; {
	case !ok:
		return false, nil
	case whose != given.CustomerID:
		return false, fault.New(fault.NotFound, "offer_id", "there is no such offer to this customer")
	case !w.lines[given.OfferID+given.productID]:
		return false, fault.Invalidf("offer_id", "the offer has no line of the product")
	}
	return true, nil
}

// like returns the expected price that exists which a record is; nil for none.
func (w *expectedChunk) like(given *ExpectedPrice) *ExpectedPrice {
	if given.ID != "" {
		return w.byID[given.ID]
	}
	all := w.byMoment[given.moment()]
	if at := slices.IndexFunc(all, func(p *ExpectedPrice) bool { return p.Unit == given.Unit }); at >= 0 {
		return all[at]
	}
	if at := slices.IndexFunc(all, func(p *ExpectedPrice) bool { return p.VoidedAt.IsZero() }); at >= 0 {
		return all[at]
	}
	return nil
}

// compare decides what is done with an expected price that exists.
func (p *ExpectedPrice) compare(existing *ExpectedPrice) bulk.Verdict {
	var differ []string
	for _, one := range []struct {
		column string
		same   bool
	}{{"customer", existing.CustomerID == p.CustomerID}, {"sku", existing.productID == p.productID}, {"unit_price", existing.Unit == p.Unit}, {"at", existing.At.Equal(p.At)}} {
		if !one.same {
			differ = append(differ, one.column)
		}
	}
	switch {
	case len(differ) > 0:
		return rejected(fmt.Sprintf("the expected price %s is there already with another %s: void it first", existing.ID, strings.Join(differ, ", ")))
	case !p.VoidedAt.IsZero() && existing.VoidedAt.IsZero():
		return rejected("the expected price is there already and stands: it is voided by voidExpectedPrice")
	}
	return bulk.Verdict{Outcome: bulk.Present}
}

// record writes new expected prices.
func (w *expectedChunk) record(ctx context.Context) error {
	if err := w.insert(ctx); err != nil {
		return err
	}
	var audits service.AuditRows
	for _, p := range w.made {
		detail := map[string]any{"customerId": p.CustomerID, "productId": p.productID, "unit": p.Unit, "at": p.At, "contactId": input.NonEmpty(p.ContactID), "offerId": input.NonEmpty(p.OfferID)}
		if err := audits.Add(ctx, w.service.Core, "expectedPrice.record", p.ID, detail); err != nil {
			return err
		}
	}
	if err := audits.Write(ctx, w.tx); err != nil {
		return err
	}
	return w.service.CustomerChanged(ctx, w.tx, service.EveryCustomer, "ExpectedPrice")
}

// ExportExpectedPrices calls each for every expected price, by id, from one snapshot of the database.
func (s *Service) ExportExpectedPrices(ctx context.Context, each func(*ExpectedPrice) error) error {
	return bulk.ExportInOrder(bypassGuard(ctx), s.Store, each, func(p *ExpectedPrice) string { return p.ID }, exportedPrices)
}
