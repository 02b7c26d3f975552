package contacts_test

import (
	"flag"
	"fmt"
	"os"
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

// told is what a contact is said to be. About is of a recommendation by the friend.
type told struct {
	kind    schema.ContactKind
	channel schema.Channel
	at      time.Time
	minutes int
	expense int
	staffed bool
}

// history is a contact as it was recorded, what it was corrected to, one after the other, and whether it was voided in the end.
type history struct {
	byFriend bool
	told     []told
	voided   bool
}

// sold is an order with what became of it.
type sold struct {
	placed, completed time.Time
	end               string // "placed", "completed", "refunded" (a part), "returned" (all) or "cancelled"
}

// company is what both tellings share.
type company struct {
	*apptest.World

	product, staff string
}

// pair is a customer and a friend who recommends them, with the contacts and orders of one telling, by their places.
type pair struct {
	company

	t                *rapid.T
	customer, friend *ent.Customer
	contacts         map[int]*ent.Contact
	orders           map[int]string
}

// TestMain lets rapid try a tenth of what it does elsewhere, unless the command line says how often: each case is some 30 transactions.
func TestMain(m *testing.M) {
	if err := flag.Set("rapid.checks", "10"); err != nil {
		panic(err)
	}
	os.Exit(m.Run())
}

// TestCorrectionsAndVoidsInAnyOrder: contacts that are recorded wrong, corrected and voided among orders that are completed, refunded and
// cancelled, in any order, end in the books of the final facts told once, in order.
func TestCorrectionsAndVoidsInAnyOrder(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		w.As(schema.RoleSales)
		long := apptest.Start.AddDate(-2, 0, 0)
		w.Rate(schema.RateStaff, "sales@example.com", "1200", "hour", long)
		w.Rate(schema.RateStaff, "sales@example.com", "1500", "hour", apptest.Start.AddDate(0, 0, -40))
		w.Rate(schema.RateChannelFee, "PHONE", "5.01", "contact", long)
		w.Rate(schema.RateMaterial, "cloth", "100", "m", long)
		cloth := "cloth"
		c := company{w, w.Product(service.CreateProductInput{
			Sku: "COAT", ListPrice: apptest.Roubles("999.99"), Components: []*service.ComponentInput{{Material: &cloth, Quantity: "2"}},
		}), w.Rows("SELECT id FROM users WHERE email_key = 'sales@example.com'")[0]}
		round := 0
		rapid.Check(t, func(t *rapid.T) {
			round++
			contacts, orders := drawHistories(t), drawOrders(t)
			scrambled, plain := c.pair(t, round, "scrambled"), c.pair(t, round, "plain")
			scrambled.tell(contacts, orders)
			for i, h := range contacts {
				if !h.voided {
					plain.record(i, h.byFriend, h.told[len(h.told)-1])
				}
			}
			for i, o := range orders {
				plain.place(i, o)
				plain.end(i, o)
			}
			if got, want := scrambled.books(contacts), plain.books(contacts); got != want {
				t.Fatalf("corrected and voided:\n%s\ntold once:\n%s", got, want)
			}
		})
		if found, err := w.Check.Laws(w.System()); err != nil || len(found) != 0 {
			t.Errorf("check finds %v, %v", found, err)
		}
	})
}

func drawHistories(t *rapid.T) []history {
	moments := 0 // no two are equal: facts of one moment are ordered by ids
	draw := func() told {
		moments++
		return told{
			kind:    rapid.SampledFrom([]schema.ContactKind{schema.InfoCall, schema.Visit, schema.Recommendation}).Draw(t, "kind"),
			channel: rapid.SampledFrom([]schema.Channel{schema.ByPhone, schema.ByVisit}).Draw(t, "channel"),
			at:      apptest.Start.Add(-time.Duration(rapid.IntRange(0, 24*200).Draw(t, "hours ago"))*time.Hour - time.Duration(moments)*time.Second),
			minutes: rapid.IntRange(0, 90).Draw(t, "minutes"), expense: rapid.IntRange(0, 50).Draw(t, "expense"), staffed: rapid.Bool().Draw(t, "staffed"),
		}
	}
	histories := make([]history, rapid.IntRange(1, 5).Draw(t, "contacts"))
	for i := range histories {
		histories[i] = history{byFriend: rapid.IntRange(0, 3).Draw(t, "by friend") == 0, voided: rapid.IntRange(0, 3).Draw(t, "voided") == 0}
		for range rapid.IntRange(1, 3).Draw(t, "tellings") {
			histories[i].told = append(histories[i].told, draw())
		}
	}
	return histories
}

func drawOrders(t *rapid.T) []sold {
	orders := make([]sold, rapid.IntRange(1, 3).Draw(t, "orders"))
	for i := range orders {
		placed := apptest.Start.Add(-time.Duration(rapid.IntRange(1, 24*150).Draw(t, "placed"))*time.Hour - time.Duration(i)*time.Minute)
		orders[i] = sold{
			placed, placed.Add(time.Duration(rapid.IntRange(0, 59).Draw(t, "minutes until completion")) * time.Minute),
			rapid.SampledFrom([]string{"placed", "completed", "completed", "refunded", "returned", "cancelled"}).Draw(t, "end"),
		}
	}
	return orders
}

func (c company) pair(t *rapid.T, round int, name string) *pair {
	return &pair{c, t, c.Customer(fmt.Sprint(name, round)), c.Customer(fmt.Sprint("friend of ", name, round)), map[int]*ent.Contact{}, map[int]string{}}
}

// tell records everything as it came, in an order that is drawn, but what happened to one contact or order in its own.
func (p *pair) tell(contacts []history, orders []sold) {
	var queues [][]func()
	for i, h := range contacts {
		var queue []func()
		for n, one := range h.told {
			if n == 0 {
				queue = append(queue, func() { p.record(i, h.byFriend, one) })
			} else {
				queue = append(queue, func() { p.correct(i, h.byFriend, one) })
			}
		}
		if h.voided {
			queue = append(queue, func() { p.void(i) })
		}
		queues = append(queues, queue)
	}
	for i, o := range orders {
		queues = append(queues, []func(){func() { p.place(i, o) }, func() { p.end(i, o) }})
	}
	for len(queues) > 0 {
		next := rapid.IntRange(0, len(queues)-1).Draw(p.t, "next")
		queues[next][0]()
		if queues[next] = queues[next][1:]; len(queues[next]) == 0 {
			queues = append(queues[:next], queues[next+1:]...)
		}
	}
}

// about returns whom a contact is about: a recommendation by the friend is about the customer.
func (p *pair) about(byFriend bool, is told) *string {
	if byFriend && is.kind == schema.Recommendation {
		return &p.customer.ID
	}
	return nil
}

func (p *pair) ok(err error) {
	if err != nil {
		p.t.Fatal(err)
	}
}

func (p *pair) record(i int, byFriend bool, is told) {
	of, minutes := p.customer.ID, money.Exact(fmt.Sprint(is.minutes))
	if byFriend {
		of = p.friend.ID
	}
	in := service.RecordContactInput{
		CustomerID: of, Kind: is.kind, Direction: schema.Inbound, Channel: is.channel, At: &is.at, Minutes: &minutes, Expense: apptest.Roubles(fmt.Sprint(is.expense)),
		AboutID: p.about(byFriend, is),
	}
	if is.staffed {
		in.StaffID = &p.staff
	}
	made, err := p.Contacts.RecordContact(p.System(), in)
	p.ok(err)
	p.contacts[i] = made
}

func (p *pair) correct(i int, byFriend bool, is told) {
	minutes := money.Exact(fmt.Sprint(is.minutes))
	in := service.CorrectContactInput{
		ID: p.contacts[i].ID, ExpectedVersion: p.contacts[i].Version, Reason: "misheard", Kind: &is.kind, Channel: &is.channel, At: &is.at, Minutes: &minutes,
		Expense: apptest.Roubles(fmt.Sprint(is.expense)), AboutID: graphql.OmittableOf(p.about(byFriend, is)), StaffID: graphql.OmittableOf[*string](nil),
	}
	if is.staffed {
		in.StaffID = graphql.OmittableOf(&p.staff)
	}
	changed, err := p.Contacts.CorrectContact(p.System(), in)
	p.ok(err)
	p.contacts[i] = changed
}

func (p *pair) void(i int) {
	_, err := p.Contacts.VoidContact(p.System(), service.VoidContactInput{ID: p.contacts[i].ID, Reason: "another customer"})
	p.ok(err)
}

func (p *pair) place(i int, o sold) {
	price, err := p.Quote.Price(p.System(), p.customer, p.product, money.Whole(1), nil, nil, nil)
	p.ok(err)
	token, err := p.Quote.PriceToken(price)
	p.ok(err)
	made, err := p.Sale.PlaceOrder(p.System(), service.PlaceOrderInput{CustomerID: p.customer.ID, PriceTokens: []string{token}, At: &o.placed})
	p.ok(err)
	p.orders[i] = made.ID
}

// end completes an order, and takes it back as its end says.
func (p *pair) end(i int, o sold) {
	if o.end == "placed" {
		return
	}
	_, err := p.Sale.CompleteOrder(p.System(), service.CompleteOrderInput{ID: p.orders[i], At: &o.completed})
	p.ok(err)
	switch o.end {
	case "refunded":
		_, err = p.Sale.RefundOrder(p.System(), service.RefundOrderInput{ID: p.orders[i], Amount: apptest.Roubles("333.33"), Reason: "torn"})
	case "returned":
		_, err = p.Sale.RefundOrder(p.System(), service.RefundOrderInput{ID: p.orders[i], Amount: apptest.Roubles("999.99"), Reason: "torn"})
	case "cancelled":
		_, err = p.Sale.CancelOrder(p.System(), service.CancelOrderInput{ID: p.orders[i], Reason: "never was"})
	}
	p.ok(err)
}

// books returns all that follows from the facts, without what differs between two tellings, such as ids.
func (p *pair) books(histories []history) string {
	var text strings.Builder
	place := map[string]int{}
	for i, h := range histories {
		if h.voided {
			continue
		}
		place[p.contacts[i].ID] = i
		c, err := p.Client.Contact.Get(p.System(), p.contacts[i].ID)
		p.ok(err)
		fmt.Fprintln(&text, "contact", i, c.At, c.Kind, c.Channel, c.Minutes, c.Cost, c.Uncosted, c.Stage, c.Realised)
	}
	for i := range len(p.orders) {
		o, err := p.Client.Order.Get(p.System(), p.orders[i])
		p.ok(err)
		fmt.Fprintln(&text, "order", i, o.Status, o.Margin, o.Unattributed)
		credits, err := p.Books.OrderCredits(p.System(), []*ent.Order{o}, nil)
		p.ok(err)
		for _, c := range credits[o.ID] {
			of := "nobody"
			if c.ContactID != "" {
				of = fmt.Sprint(place[c.ContactID])
			}
			fmt.Fprintln(&text, "credit", of, c.Amount, c.Share)
		}
	}
	for _, one := range []*ent.Customer{p.customer, p.friend} {
		c, err := p.Client.Customer.Get(p.System(), one.ID)
		p.ok(err)
		fmt.Fprintln(&text, "customer", c.Stage, c.OrderDays, c.FirstOrderDay, c.LastOrderDay, c.Margin, c.RepeatMargin, c.RefundedMargin, c.ContactCost, c.LastOrderAt, c.LifetimeValue)
	}
	return text.String()
}
