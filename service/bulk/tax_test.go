package bulk_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/99designs/gqlgen/graphql"

	"kopeck/apptest"
	"kopeck/ent"
	"kopeck/money"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/service/app"
	"kopeck/service/bulk"
)

// november is when the orders of these tests were completed, and longAgo is when rates begin.
var november, longAgo = time.Date(2025, 11, 1, 0, 0, 0, 0, time.UTC), time.Date(2018, 12, 31, 21, 0, 0, 0, time.UTC)

// soldTo is the record of a completed order of one piece, whose tax the file says.
func soldTo(customer, external, sku string, total, tax int64) bulk.OrderRecord {
	return bulk.OrderRecord{
		ExternalID: external, CustomerExternalID: customer, Status: schema.OrderCompleted, StatedStatus: true, At: november, CompletedAt: november,
		Total: money.Minor(total), Tax: money.Minor(tax), StatedTax: true, StatedCost: true,
		Lines: []bulk.OrderLineRecord{{SKU: sku, Quantity: money.Whole(1), Unit: money.Minor(total), Total: money.Minor(total), Tax: money.Minor(tax)}},
	}
}

// bringOrders imports orders, all of which must be added.
func bringOrders(t *testing.T, w *apptest.World, orders ...bulk.OrderRecord) {
	t.Helper()
	got, reasons, err := run(w, bulk.Import{}, func(ctx context.Context, i *bulk.Import) ([]bulk.Verdict, error) { return i.Orders(ctx, orders) })
	if w.Must(err); slices.ContainsFunc(got, func(o bulk.Outcome) bool { return o != bulk.Added }) {
		t.Fatalf("%v %s", got, reasons)
	}
}

// code gives a product a tax code, or with nil none, from a moment on.
func code(w *apptest.World, productID string, to *string, from time.Time) {
	w.T.Helper()
	_, err := w.Catalogue.SetListPrice(w.System(), service.SetListPriceInput{ProductID: productID, TaxCode: graphql.OmittableOf(to), ValidFrom: &from})
	w.Must(err)
}

// lawful fails the test if a law does not hold.
func lawful(t *testing.T, w *apptest.World) {
	t.Helper()
	if found, err := w.Check.Laws(w.System()); err != nil || len(found) > 0 {
		t.Errorf("%v, %v", found, err)
	}
}

var vat = "VAT"

// TestOrdersAreTaxedByWhatIsKnownNow: a rate, a tax code and an exemption that the server recorded after an import had begun tax the orders that
// it writes afterwards.
func TestOrdersAreTaxedByWhatIsKnownNow(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		w.Rate(schema.RateTax, "VAT", "0.2", "share", longAgo)
		w.Product(service.CreateProductInput{Sku: "A", ListPrice: apptest.Roubles("1.20"), TaxCode: &vat})
		b := w.Product(service.CreateProductInput{Sku: "B", ListPrice: apptest.Roubles("1.20")})
		external := "Z1"
		exempt, err := w.Customers.CreateCustomer(w.System(), service.CreateCustomerInput{Name: "Museum", ExternalID: &external})
		w.Must(err)
		command, err := app.New(t.Context(), apptest.Config(t, w.Store, w.Clock)) // another process, which reads its memory now
		w.Must(err)
		w.Rate(schema.RateTax, "VAT", "0.6", "share", apptest.Start.AddDate(-1, 0, 0))
		code(w, b, &vat, november.AddDate(0, -10, 0))
		_, err = w.Customers.UpdateCustomer(w.System(), service.UpdateCustomerInput{ID: exempt.ID, ExpectedVersion: exempt.Version, TaxExempt: graphql.OmittableOf(&vat), TaxExemptFrom: &november})
		w.Must(err)

		w.App = command
		bringOrders(t, w, soldTo("Z0", "1", "A", 1200, 200), soldTo("Z0", "2", "B", 1200, 200), soldTo("Z9", "3", "A", 1200, 200), soldTo("Z1", "4", "A", 1200, 200))
		got := w.Rows("SELECT o.external_id, o.tax, l.tax, o.margin FROM orders o JOIN order_lines l ON l.order_id = o.id ORDER BY o.external_id")
		if want := []string{"1 450 450 750", "2 450 450 750", "3 450 450 750", "4 0 0 1200"}; !slices.Equal(got, want) {
			t.Errorf("taxed %q; want %q", got, want)
		}
		lawful(t, w)
	})
}

// taxKnown returns what the tax of an order, and of its line, was by what was known at a moment.
func taxKnown(w *apptest.World, external string, at time.Time) string {
	w.T.Helper()
	orderID := w.Rows("SELECT id FROM orders WHERE external_id = ?", external)[0]
	o, err := w.Client.Order.Get(w.System(), orderID)
	w.Must(err)
	known, err := w.Report.OrdersKnownAt(w.System(), []*ent.Order{o}, at)
	w.Must(err)
	lines, err := w.Rates.OrderLinesKnownAt(w.System(), []string{orderID}, at)
	w.Must(err)
	text := fmt.Sprint(known[o].Tax.Minor(), " back ", known[o].RefundedTax.Minor())
	for _, line := range lines {
		text += fmt.Sprint(" line ", line.Tax.Minor())
		if line.TaxShare != nil {
			text += " at " + line.TaxShare.String()
		}
	}
	return text
}

// TestTaxOfAFileUntilTheFirstCode: the tax 20.00 that a file gave stays before the first tax code of the product holds, and before it was known,
// whether the code or the file comes first, and whatever is given back; a code that was a mistake gives it back.
func TestTaxOfAFileUntilTheFirstCode(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		wantTax := func(when, external, want string) {
			t.Helper()
			if got := taxKnown(w, external, w.Clock.Now()); got != want {
				t.Errorf("%s: the tax of %s is %s; want %s", when, external, got, want)
			}
			lawful(t, w)
		}
		w.Rate(schema.RateTax, "VAT", "0.22", "share", longAgo)
		bringOrders(t, w, soldTo("C1", "1", "A", 12000, 2000))
		before := w.Clock.Now()
		w.Clock.Advance(time.Hour)
		product := w.Rows("SELECT id FROM products")[0]
		june := time.Date(2027, 6, 1, 0, 0, 0, 0, time.UTC)
		_, err := w.Catalogue.SetListPrice(w.System(), service.SetListPriceInput{ProductID: product, ListPrice: apptest.Roubles("120.00")})
		w.Must(err)
		code(w, product, &vat, june)
		wantTax("a code from June 2027", "1", "2000 back 0 line 2000")
		code(w, product, &vat, w.Clock.Now())
		wantTax("a code from now on", "1", "2000 back 0 line 2000")
		bringOrders(t, w, soldTo("C1", "2", "A", 12000, 2000))
		wantTax("a file after the code", "2", "2000 back 0 line 2000")
		order := w.Rows("SELECT id FROM orders WHERE external_id = '1'")[0]
		_, err = w.Sale.RefundOrder(w.System(), service.RefundOrderInput{ID: order, Reason: "torn", Amount: apptest.Roubles("60.00")})
		w.Must(err)
		wantTax("half given back", "1", "2000 back 1000 line 2000")

		w.Clock.Advance(time.Hour)
		_, err = w.Catalogue.SetListPrice(w.System(), service.SetListPriceInput{ProductID: product, ListPrice: apptest.Roubles("120.00"), ValidFrom: &longAgo})
		w.Must(err)
		code(w, product, &vat, longAgo)
		wantTax("a code for the past", "1", "2164 back 1082 line 2164 at 0.22")
		wantTax("a code for the past", "2", "2164 back 0 line 2164 at 0.22")
		if got, want := taxKnown(w, "1", before), "2000 back 0 line 2000"; got != want {
			t.Errorf("before the code was known: %s; want %s", got, want)
		}
		w.Clock.Advance(time.Hour)
		code(w, product, nil, longAgo)
		wantTax("the code was a mistake", "1", "2000 back 1000 line 2000")
	})
}

// TestTaxOfACancelledOrderOfAFile: an order that was cancelled keeps the tax 20.00 that its file says, by whatever share, and shows no other; without
// one it has that of its end.
func TestTaxOfACancelledOrderOfAFile(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		w.Rate(schema.RateTax, "VAT", "0.5", "share", longAgo)
		w.Product(service.CreateProductInput{Sku: "A", ListPrice: apptest.Roubles("120.00"), TaxCode: &vat})
		kept, other := soldTo("C1", "1", "A", 12000, 2000), soldTo("C1", "2", "A", 12000, 0)
		for _, o := range []*bulk.OrderRecord{&kept, &other} {
			o.Status, o.CompletedAt, o.CancelledAt = schema.OrderCancelled, time.Time{}, november
		}
		other.StatedTax = false
		bringOrders(t, w, kept, other)
		for external, want := range map[string]string{"1": "2000 back 0 line 2000", "2": "4000 back 0 line 4000 at 0.5"} {
			if got := taxKnown(w, external, w.Clock.Now()); got != want {
				t.Errorf("the tax of %s is %s; want %s", external, got, want)
			}
		}
		lawful(t, w)
	})
}
