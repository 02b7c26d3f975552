package merging_test

import (
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"kopeck/apptest"
	"kopeck/ent"
	"kopeck/money"
	"kopeck/schema"
	"kopeck/service"

	"github.com/99designs/gqlgen/graphql"
	"pgregory.net/rapid"
)

// TestMain lets rapid try a tenth of what it does elsewhere, unless the command line says how often: each case is some 50 transactions.
func TestMain(m *testing.M) {
	if err := flag.Set("rapid.checks", "8"); err != nil {
		panic(err)
	}
	os.Exit(m.Run())
}

// company is a world with something to sell.
type company struct {
	*apptest.World

	product string
}

func newCompany(w *apptest.World) *company {
	long := apptest.Start.AddDate(-3, 0, 0)
	w.As(schema.RoleSales)
	w.Rate(schema.RateStaff, "sales@example.com", "1200", "hour", long)
	w.Rate(schema.RateChannelFee, "PHONE", "5.01", "contact", long)
	w.Rate(schema.RateMaterial, "cloth", "100", "m", long)
	cloth := "cloth"
	return &company{w, w.Product(service.CreateProductInput{Sku: "COAT", ListPrice: apptest.Roubles("999.99"), Components: []*service.ComponentInput{{Material: &cloth, Quantity: "2"}}})}
}

// event is something that happens to a customer.
type event struct {
	second bool // of the two customers, to which it happens
	what   string
	at     time.Time
	days   int // until what follows it
	end    string
}

// teller tells what happens, and keeps the ids of what it makes by the place of the event.
type teller struct {
	*company

	friend           string
	of               func(e event) *ent.Customer
	contacts, orders map[int]string
}

func (t *teller) tell(n int, e event) {
	ctx, c := t.System(), t.of(e)
	switch e.what {
	case "contact", "recommended":
		in := service.RecordContactInput{CustomerID: c.ID, Kind: schema.InfoCall, Direction: schema.Inbound, Channel: schema.ByPhone, At: &e.at, Minutes: ptr(money.Exact(fmt.Sprint(e.days)))}
		if e.what == "recommended" {
			in.CustomerID, in.Kind, in.AboutID = t.friend, schema.Recommendation, &c.ID
		}
		made, err := t.Contacts.RecordContact(ctx, in)
		t.Must(err)
		t.contacts[n] = made.ID
	case "order":
		o := t.order(c.ID, e.at)
		t.orders[n] = o
		if e.end == "placed" {
			return
		}
		done := e.at.AddDate(0, 0, e.days)
		_, err := t.Sale.CompleteOrder(ctx, service.CompleteOrderInput{ID: o, At: &done})
		t.Must(err)
		switch e.end {
		case "refunded", "returned":
			amount := apptest.Roubles("100.01")
			if e.end == "returned" {
				amount = apptest.Roubles("999.99")
			}
			_, err = t.Sale.RefundOrder(ctx, service.RefundOrderInput{ID: o, Amount: amount, Reason: "torn"})
		case "cancelled":
			_, err = t.Sale.CancelOrder(ctx, service.CancelOrderInput{ID: o, Reason: "never was"})
		}
		t.Must(err)
	case "permission":
		t.grant(c.ID, channelOf(e), schema.BrandTrust)
	case "departure":
		_, err := t.Customers.RecordDeparture(ctx, service.RecordDepartureInput{ID: c.ID, Reason: "moved away", At: &e.at})
		t.Must(err)
	case "segment":
		if !e.second {
			now, err := t.Client.Customer.Get(ctx, c.ID)
			t.Must(err)
			to := []schema.Segment{schema.FastQuality, schema.QualityCheap}[e.days%2]
			_, err = t.Customers.UpdateCustomer(ctx, service.UpdateCustomerInput{ID: c.ID, ExpectedVersion: now.Version, Segment: graphql.OmittableOf(&to)})
			t.Must(err)
		}
	}
}

// channelOf is the channel that the customer of an event permits: another for each, so that one who was never two permits both.
func channelOf(e event) schema.Channel {
	if e.second {
		return schema.ByPhone
	}
	return schema.ByEmail
}

func (c *company) grant(customerID string, channel schema.Channel, level schema.PermissionLevel) *ent.Permission {
	p, _, err := c.Consent.GrantPermission(c.System(), service.GrantPermissionInput{CustomerID: customerID, Channel: channel, Purpose: schema.Marketing, Level: level, Source: "a call", Wording: "Write to me."})
	c.Must(err)
	return p
}

func (c *company) token(customerID string) string {
	of, err := c.Client.Customer.Get(c.System(), customerID)
	c.Must(err)
	price, err := c.Quote.Price(c.System(), of, c.product, money.Whole(1), nil, nil, nil)
	c.Must(err)
	token, err := c.Quote.PriceToken(price)
	c.Must(err)
	return token
}

func (c *company) order(customerID string, at time.Time) string {
	o, err := c.Sale.PlaceOrder(c.System(), service.PlaceOrderInput{CustomerID: customerID, PriceTokens: []string{c.token(customerID)}, At: &at})
	c.Must(err)
	return o.ID
}

func (c *company) merge(keep, merge string, take ...service.MergedField) *service.CustomerMerge {
	c.T.Helper()
	m, err := c.Merging.MergeCustomers(c.System(), service.MergeCustomersInput{KeepID: keep, MergeID: merge, Take: take})
	c.Must(err)
	return m
}

func (c *company) undo(m *service.CustomerMerge) {
	c.T.Helper()
	_, _, err := c.Merging.UndoMerge(c.System(), service.UndoMergeInput{ID: m.ID})
	c.Must(err)
}

func ptr[T any](v T) *T { return &v }

// state is all that follows from the facts of a customer, with the events' places instead of ids.
func (t *teller) state(customerID string) string {
	names := map[string]string{customerID: "them", t.friend: "friend"}
	for n, one := range t.contacts {
		names[one] = fmt.Sprintf("contact%d", n)
	}
	for n, one := range t.orders {
		names[one] = fmt.Sprintf("order%d", n)
	}
	var lines []string
	for _, query := range []string{
		`SELECT 'customer', order_days, first_order_day, last_order_day, margin, repeat_margin, refunded_margin, recent_days, contact_cost, last_order_at, lifetime_value, stage, segment, departed_at FROM customers WHERE id = ?`,
		`SELECT 'order', id, status, margin, unattributed, tax, refunded FROM orders WHERE customer_id = ?`,
		`SELECT 'credit', c.order_id, c.contact_id, c.position, c.amount, c.share FROM credits c JOIN orders o ON o.id = c.order_id WHERE o.customer_id = ?`,
		`SELECT 'contact', id, realised, cost, stage, segment, kind FROM contacts WHERE customer_id = ?`,
		`SELECT 'permission', channel, purpose, level, state FROM permissions WHERE customer_id = ?`,
		`SELECT 'dated', name, value, valid_from FROM dated_values WHERE name <> 'shown' AND subject = ?`,
	} {
		for _, row := range t.Rows(query, customerID) {
			for one, name := range names {
				row = strings.ReplaceAll(row, one, name)
			}
			lines = append(lines, row)
		}
	}
	slices.Sort(lines)
	return strings.Join(lines, "\n")
}

func drawEvents(t *rapid.T) []event {
	return rapid.SliceOfN(rapid.Custom(func(t *rapid.T) event {
		return event{
			second: rapid.Bool().Draw(t, "second"), what: rapid.SampledFrom([]string{"contact", "contact", "contact", "recommended", "order", "order", "permission", "departure", "segment"}).Draw(t, "what"),
			at: apptest.Start.AddDate(0, 0, -rapid.IntRange(31, 400).Draw(t, "days ago")), days: rapid.IntRange(0, 30).Draw(t, "days"),
			end: rapid.SampledFrom([]string{"completed", "completed", "completed", "placed", "refunded", "returned", "cancelled"}).Draw(t, "end"),
		}
	}), 1, 14).Draw(t, "events")
}

// TestMergedEqualsOne: random histories, split over two customers who are merged then, end in the books, statistics, stages, values and
// permissions of one who was never two; and undoing the merge gives back what each had.
func TestMergedEqualsOne(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		c := newCompany(w)
		rapid.Check(t, func(t *rapid.T) {
			one, a, b := w.Customer("One"), w.Customer("Two"), w.Customer("Too")
			whole := &teller{c, w.CustomerID(), func(event) *ent.Customer { return one }, map[int]string{}, map[int]string{}}
			split := &teller{c, w.CustomerID(), func(e event) *ent.Customer {
				if e.second {
					return b
				}
				return a
			}, map[int]string{}, map[int]string{}}
			for n, e := range drawEvents(t) {
				w.Clock.Advance(time.Second)
				whole.tell(n, e)
				split.tell(n, e)
			}
			before := [2]string{split.state(a.ID), split.state(b.ID)}
			keep, away := a.ID, b.ID
			if rapid.Bool().Draw(t, "the other way") {
				keep, away = b.ID, a.ID
			}
			m := c.merge(keep, away)
			if want, got := whole.state(one.ID), split.state(keep); got != want {
				t.Fatalf("merged:\n%s\n\nnever two:\n%s", got, want)
			}
			for _, channel := range []schema.Channel{schema.ByEmail, schema.ByPhone} {
				of, err := w.Consent.MayContact(w.System(), []string{one.ID, keep}, channel, schema.Marketing, nil, nil)
				if err != nil || of[one.ID].Allowed != of[keep].Allowed {
					t.Fatalf("%s: %+v and %+v, %v", channel, of[one.ID], of[keep], err)
				}
			}
			c.clean(t)
			c.undo(m)
			if after := [2]string{split.state(a.ID), split.state(b.ID)}; after != before {
				t.Fatalf("undone:\n%s\n\n%s\n\nbefore:\n%s\n\n%s", after[0], after[1], before[0], before[1])
			}
			c.clean(t)
		})
	})
}

// clean fails the test if a law is broken.
func (c *company) clean(t interface{ Fatalf(string, ...any) }) {
	found, err := c.Check.Laws(c.System())
	if err != nil || len(found) > 0 {
		t.Fatalf("check: %v, %v", found, err)
	}
}
