package rates_test

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"kopeck/apptest"
	"kopeck/costing"
	"kopeck/ent"
	"kopeck/id"
	"kopeck/money"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/service/rates"
	"kopeck/store"
)

// factory is a world with a product, a customer and two of our people.
type factory struct {
	*apptest.World
	product, customer string
	staff             map[string]*ent.User
}

// rateKinds are what rates of the factory may be of.
var rateKinds = []service.SetRateInput{
	{Subject: schema.RateStaff, Code: "anna@example.com", Unit: "hour"},
	{Subject: schema.RateStaff, Code: "junior", Unit: "minute"},
	{Subject: schema.RateChannelFee, Code: "PHONE", Unit: "contact"},
	{Subject: schema.RateChannelMinute, Code: "PHONE", Unit: "minute"},
	{Subject: schema.RateChannelFee, Code: "EMAIL", Unit: "contact"},
	{Subject: schema.RateMaterial, Code: "oak", Unit: "kg"},
	{Subject: schema.RateResource, Code: "saw", Unit: "hour"},
	{Subject: schema.RateOverhead, Code: "office", Unit: "share"},
}

func newFactory(w *apptest.World) *factory {
	f := &factory{World: w, staff: map[string]*ent.User{}}
	junior := "junior"
	for email, grade := range map[string]*string{"anna@example.com": &junior, "boris@example.com": &junior, "clara@example.com": nil} {
		u := &ent.User{ID: w.IDs.Make(id.User), EmailKey: email, Grade: grade}
		f.staff[u.ID] = u
		row := map[string]any{"id": u.ID, "created_at": w.Clock.Now(), "updated_at": w.Clock.Now(), "email": email, "email_key": email, "name": email, "role": "SALES", "active": true}
		if grade != nil {
			row["grade"] = *grade
		}
		w.Insert("users", row)
	}
	w.Rate(schema.RateMaterial, "oak", "1", "kg", apptest.Start)
	w.Rate(schema.RateResource, "saw", "1", "hour", apptest.Start)
	oak, saw := "oak", "saw"
	f.product = w.Product(service.CreateProductInput{Sku: "TABLE", Components: []*service.ComponentInput{{Material: &oak, Quantity: "2.5"}, {Resource: &saw, Quantity: "0.333"}}})
	f.customer = w.CustomerID()
	return f
}

// clear takes away all contacts, orders and rates.
func (f *factory) clear() {
	f.Transaction(func(ctx context.Context, tx *store.Tx) error {
		for _, table := range []string{"credits", "order_lines", "orders", "contacts", "rates", "audit_entries", "stage_changes"} {
			if _, err := tx.Exec(ctx, "DELETE FROM "+table); err != nil {
				return err
			}
		}
		_, err := tx.Exec(ctx, "UPDATE customers SET contact_cost = 0, margin = 0")
		return err
	})
	f.Must(f.Refresh(f.System(), service.SnapshotBook))
}

// set sets random rates, none two of which are from the same moment.
func (f *factory) set(t *rapid.T, least, most int, second int) {
	var list []*service.SetRateInput
	for i := range rapid.IntRange(least, most).Draw(t, "rates") {
		one := rapid.SampledFrom(rateKinds).Draw(t, "kind")
		one.Amount = money.Exact(fmt.Sprintf("%d.%03d", rapid.IntRange(0, 9).Draw(t, "whole"), rapid.IntRange(0, 999).Draw(t, "thousandths")))
		one.ValidFrom = hoursAgo(rapid.IntRange(1, 100).Draw(t, "hours")).Add(time.Duration(second+i) * time.Second)
		list = append(list, &one)
	}
	if len(list) > 0 {
		_, err := f.Rates.SetRates(f.System(), service.SetRatesInput{Rates: list})
		f.Must(err)
	}
}

func hoursAgo(hours int) time.Time { return apptest.Start.Add(-time.Duration(hours) * time.Hour) }

// contact is a contact as it is drawn.
type contact struct {
	id, staff string
	channel   schema.Channel
	at        time.Time
	minutes   money.Decimal
	expense   money.Amount
}

// cost is what the contact costs by all rates that are known.
func (f *factory) cost(c contact) costing.ContactCost {
	f.T.Helper()
	var codes []string
	if u := f.staff[c.staff]; u != nil {
		codes = costing.StaffCodes(u.EmailKey, u.Grade)
	}
	in := rates.ContactInput(codes, costing.InMinutes(c.minutes), c.channel, c.expense, nil)
	cost, err := costing.Contact(in, f.Quote.PriceBook().Basis().Rates, c.at, service.EndOfTime, f.Currency)
	f.Must(err)
	return cost
}

// order is an order of one line as it is drawn.
type order struct {
	id              string
	at              time.Time
	quantity        money.Decimal
	total, refunded money.Amount
}

// orderCost is what the order costs by all rates that are known, and which rates are missing.
func (f *factory) orderCost(o order) (money.Amount, []costing.RateKey) {
	f.T.Helper()
	unit, err := f.Quote.PriceBook().Basis().Cost(costing.ProductQuestion{ProductID: f.product, Quantity: o.quantity, At: o.at, KnownAt: service.EndOfTime})
	f.Must(err)
	cost, err := costing.LineCost(unit.Full, o.quantity)
	f.Must(err)
	return cost, unit.Missing
}

// draw inserts contacts and orders with their costs by the rates of now.
func (f *factory) draw(t *rapid.T) (contacts []contact, orders []order) {
	var contactRows, orderRows, lineRows [][]any
	var spent money.Amount
	for range rapid.IntRange(0, 5).Draw(t, "contacts") {
		c := contact{
			id: f.IDs.Make(id.Contact), at: hoursAgo(rapid.IntRange(1, 100).Draw(t, "hours")), minutes: money.Whole(rapid.Int64Range(0, 2).Draw(t, "tens") * 10),
			staff:   rapid.SampledFrom(append(slices.Sorted(maps.Keys(f.staff)), "")).Draw(t, "staff"),
			channel: rapid.SampledFrom([]schema.Channel{schema.ByPhone, schema.ByEmail}).Draw(t, "channel"),
			expense: money.Minor(rapid.Int64Range(0, 99).Draw(t, "expense")),
		}
		cost := f.cost(c)
		lines, err := json.Marshal(cost.Lines)
		f.Must(err)
		var staff any
		if c.staff != "" {
			staff = c.staff
		}
		contacts = append(contacts, c)
		contactRows = append(contactRows, []any{c.id, "INFO_CALL", "INBOUND", string(c.channel), c.at, c.minutes, "CUSTOMER", c.expense, cost.Total, string(lines), len(cost.Missing) > 0, 0, c.at, f.customer, staff})
		spent, err = spent.Plus(cost.Total)
		f.Must(err)
	}
	for range rapid.IntRange(0, 3).Draw(t, "orders") {
		o := order{
			id: f.IDs.Make(id.Order), at: hoursAgo(rapid.IntRange(1, 100).Draw(t, "hours")), quantity: money.Nano(rapid.Int64Range(1, 3e9).Draw(t, "quantity")),
			total: money.Minor(rapid.Int64Range(1000, 9999).Draw(t, "total")), refunded: money.Minor(rapid.Int64Range(0, 999).Draw(t, "refunded")),
		}
		cost, missing := f.orderCost(o)
		margin, err := costing.OrderMargin(false, costing.Sale{Total: o.total, Refunded: o.refunded}, costing.TaxIncluded, cost)
		f.Must(err)
		orders = append(orders, o)
		orderRows = append(orderRows, []any{o.id, o.at, o.at, f.customer, "COMPLETED", o.at, f.Settings().Day(o.at), o.total, o.refunded, cost, len(missing) > 0, margin, margin, "TIME_DECAY", o.at})
		lineRows = append(lineRows, []any{f.IDs.Make(id.OrderLine), o.id, 0, f.product, o.quantity, 0, o.total, cost, "[]", "[]", 0})
	}
	f.Transaction(func(ctx context.Context, tx *store.Tx) error {
		if err := tx.InsertRows(ctx, "contacts", []string{"id", "kind", "direction", "channel", "at", "minutes", "stage", "expense", "cost", "cost_lines", "uncosted", "realised", "recorded_at", "customer_id", "staff_id"}, contactRows); err != nil {
			return err
		}
		if err := tx.InsertRows(ctx, "orders", []string{"id", "created_at", "updated_at", "customer_id", "status", "at", "day", "total", "refunded", "cost", "uncosted", "margin", "unattributed", "credit_model", "completed_at"}, orderRows); err != nil {
			return err
		}
		if err := tx.InsertRows(ctx, "order_lines", []string{"id", "order_id", "position", "product_id", "quantity", "unit", "total", "cost", "price_lines", "options", "lead_days"}, lineRows); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, "UPDATE customers SET contact_cost = ? WHERE id = ?", spent, f.customer)
		return err
	})
	return contacts, orders
}

// TestRatesRestateWhatTheyCover: after rates of the past are set, every contact costs what costing.Contact computes, every
// order what its lines cost, every margin is costing.OrderMargin, and what lacks a rate is what these functions miss.
func TestRatesRestateWhatTheyCover(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		f := newFactory(w)
		rapid.Check(t, func(t *rapid.T) {
			f.clear()
			f.set(t, 0, 5, 0)
			contacts, orders := f.draw(t)
			f.set(t, 1, 4, 10)
			var want []string
			missing := map[costing.RateKey][]time.Time{} // when a rate was needed
			var spent money.Amount
			for _, c := range contacts {
				cost := f.cost(c)
				want = append(want, fmt.Sprintf("contact %s %d %t", c.id, cost.Total.Minor(), len(cost.Missing) > 0))
				for _, key := range cost.Missing {
					missing[key] = append(missing[key], c.at)
				}
				spent, _ = spent.Plus(cost.Total)
			}
			for _, o := range orders {
				cost, keys := f.orderCost(o)
				margin, _ := costing.OrderMargin(false, costing.Sale{Total: o.total, Refunded: o.refunded}, costing.TaxIncluded, cost)
				want = append(want, fmt.Sprintf("order %s %d %t %d %d", o.id, cost.Minor(), len(keys) > 0, margin.Minor(), cost.Minor()))
				for _, key := range keys {
					missing[key] = append(missing[key], o.at)
				}
			}
			want = append(want, fmt.Sprintf("customer %d", spent.Minor()))
			slices.Sort(want)
			if got := f.stored(); !slices.Equal(got, want) {
				t.Fatalf("stored:\n%s\ncomputed:\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
			}
			gaps, err := f.Rates.RateGaps(f.System())
			if err != nil {
				t.Fatal(err)
			}
			for _, gap := range gaps {
				key := costing.RateKey{Subject: string(gap.Subject), Code: gap.Code}
				at := missing[key]
				if gap.Contacts+gap.Orders != len(at) || len(at) > 0 && !gap.Since.Equal(slices.MinFunc(at, time.Time.Compare)) {
					t.Errorf("%s is missing for %d contacts and %d orders since %v; want %v", key, gap.Contacts, gap.Orders, gap.Since, at)
				}
				delete(missing, key)
			}
			if len(missing) > 0 {
				t.Errorf("no gaps of %v", missing)
			}
		})
	})
}

// stored returns the costs that are in the database.
func (f *factory) stored() []string {
	f.T.Helper()
	var all []string
	for _, row := range f.Rows("SELECT id, cost, CASE WHEN uncosted THEN 'true' ELSE 'false' END FROM contacts") {
		all = append(all, "contact "+row)
	}
	for _, row := range f.Rows("SELECT o.id, o.cost, CASE WHEN o.uncosted THEN 'true' ELSE 'false' END, o.margin, l.cost FROM orders o JOIN order_lines l ON l.order_id = o.id") {
		all = append(all, "order "+row)
	}
	for _, row := range f.Rows("SELECT contact_cost FROM customers") {
		all = append(all, "customer "+row)
	}
	slices.Sort(all)
	return all
}
