package apptest

import (
	"context"
	"testing"
	"time"

	"kopeck/auth"
	"kopeck/dbtest"
	"kopeck/money"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/service/app"
	"kopeck/store"
)

// Shop is a small company whose figures can be computed by hand, after the history that [NewShop] describes. Its maps have ids by
// the names in that history.
type Shop struct {
	*app.App

	clock *Clock
	test  *testing.T

	Curtain     string            // the product
	Users       map[string]string // "Olga", "Igor"
	Customers   map[string]string // "Anna", "Boris", "Clara", "Dora"
	Orders      map[string]string // by customer
	Contacts    map[string]string // "Anna's call", …
	Permissions map[string]string // by customer
}

// Day returns nine o'clock UTC of a day in 2026.
func Day(month time.Month, day int) time.Time {
	return time.Date(2026, month, day, 9, 0, 0, 0, time.UTC)
}

// NewShop returns a company on a migrated database, made by the verbs, with this history, all of it in 2026 and recorded as it happened:
//
//	 1 Sep  rates: 5.00 a contact by phone, 2.00 by messenger, 1.00 by e-mail; 1200.00 an hour of a seller; 100.00 a metre of cloth
//	        product: a curtain of 2 metres of cloth, for 500.00
//	        customers: Anna (QUALITY_CHEAP, won for 100.00), Boris (recommended by Anna), Clara, Dora
//	10 Sep  Anna's call: by phone, 10 minutes of Olga                205.00
//	15 Sep  Dora orders 1 curtain; completed at once                 margin 300.00, of no contact
//	20 Sep  Anna's message: by messenger, of nobody                    2.00
//	 5 Oct  Anna orders 3 curtains; completed a day later            margin 900.00
//	10 Oct  Anna's recommendation: of Boris, by phone, of nobody       5.00
//	12 Oct  Boris's call: by phone, 6 minutes of Igor                125.00
//	20 Oct  Boris orders 2 curtains; completed at once               margin 600.00
//	25 Oct  Clara permits marketing by e-mail, and gets an e-mail      1.00
//	26 Oct  Clara orders 1 curtain and cancels it on the next day
//	 1 Nov  Boris gets 100.00 back                                   margin 500.00
//	12 Nov  cloth had cost 110.00 since the first of October         margins: Anna's order 840.00, Boris's 460.00
//	20 Nov  today
//
// Margins are credited by LINEAR. The time zone is UTC.
func NewShop(t *testing.T, url string) *Shop {
	t.Helper()
	s := &Shop{
		clock: &Clock{at: Day(time.September, 1)}, test: t,
		Users: map[string]string{}, Customers: map[string]string{}, Orders: map[string]string{}, Contacts: map[string]string{}, Permissions: map[string]string{},
	}
	var err error
	s.App, err = app.New(t.Context(), Config(t, dbtest.Open(t, url, store.Options{Log: quiet}), s.clock))
	s.ok(err)
	s.begin()
	s.trade()
	return s
}

// begin makes what there is on the first day.
func (s *Shop) begin() {
	s.test.Helper()
	s.setRate(schema.RateChannelFee, "PHONE", "5", "contact", s.Now())
	s.setRate(schema.RateChannelFee, "MESSENGER", "2", "contact", s.Now())
	s.setRate(schema.RateChannelFee, "EMAIL", "1", "contact", s.Now())
	s.setRate(schema.RateStaff, "seller", "1200", "hour", s.Now())
	s.setRate(schema.RateMaterial, "cloth", "100", "m", s.Now())
	curtain, err := s.Catalogue.CreateProduct(s.System(), service.CreateProductInput{
		Sku: "CURTAIN", Name: "A curtain", ListPrice: s.money("500.00"), Components: []*service.ComponentInput{{Material: ptr("cloth"), Quantity: "2"}},
	})
	s.ok(err)
	s.Curtain = curtain.ID
	for _, name := range []string{"Olga", "Igor"} {
		u, err := s.People.CreateUser(s.System(), service.CreateUserInput{
			Email: name + "@shop.example", Name: name, Password: "the long curtain password of " + name, Role: schema.RoleSales, Grade: ptr("seller"),
		})
		s.ok(err)
		s.Users[name] = u.ID
	}
	s.meet("Anna", service.CreateCustomerInput{Segment: ptr(schema.QualityCheap), AcquisitionCost: s.money("100.00")})
	s.meet("Boris", service.CreateCustomerInput{ReferredByID: ptr(s.Customers["Anna"])})
	s.meet("Clara", service.CreateCustomerInput{})
	s.meet("Dora", service.CreateCustomerInput{})
}

// trade makes what happens until today.
func (s *Shop) trade() {
	s.test.Helper()
	s.on(Day(time.September, 10))
	s.contact("Anna's call", service.RecordContactInput{CustomerID: s.Customers["Anna"], Kind: schema.InfoCall, Channel: schema.ByPhone, Minutes: ptr(money.Exact("10")), StaffID: ptr(s.Users["Olga"])})
	s.on(Day(time.September, 15))
	s.order("Dora", "1")
	s.complete("Dora")
	s.on(Day(time.September, 20))
	s.contact("Anna's message", service.RecordContactInput{CustomerID: s.Customers["Anna"], Kind: schema.TextMessage, Channel: schema.ByMessenger})
	s.on(Day(time.October, 5))
	s.order("Anna", "3")
	s.on(Day(time.October, 6))
	s.complete("Anna")
	s.on(Day(time.October, 10))
	s.contact("Anna's recommendation", service.RecordContactInput{CustomerID: s.Customers["Anna"], Kind: schema.Recommendation, Channel: schema.ByPhone, AboutID: ptr(s.Customers["Boris"])})
	s.on(Day(time.October, 12))
	s.contact("Boris's call", service.RecordContactInput{CustomerID: s.Customers["Boris"], Kind: schema.InfoCall, Channel: schema.ByPhone, Minutes: ptr(money.Exact("6")), StaffID: ptr(s.Users["Igor"])})
	s.on(Day(time.October, 20))
	s.order("Boris", "2")
	s.complete("Boris")
	s.on(Day(time.October, 25))
	permission, _, err := s.Consent.GrantPermission(s.System(), service.GrantPermissionInput{
		CustomerID: s.Customers["Clara"], Channel: schema.ByEmail, Purpose: schema.Marketing, Level: schema.BrandTrust, Source: "a call", Wording: "Write to me.",
	})
	s.ok(err)
	s.Permissions["Clara"] = permission.ID
	s.contact("Clara's e-mail", service.RecordContactInput{CustomerID: s.Customers["Clara"], Kind: schema.Email, Direction: schema.Outbound, Channel: schema.ByEmail, Purpose: ptr(schema.Marketing)})
	s.on(Day(time.October, 26))
	s.order("Clara", "1")
	s.on(Day(time.October, 27))
	_, err = s.Sale.CancelOrder(s.System(), service.CancelOrderInput{ID: s.Orders["Clara"], Reason: "changed her mind"})
	s.ok(err)
	s.on(Day(time.November, 1))
	_, err = s.Sale.RefundOrder(s.System(), service.RefundOrderInput{ID: s.Orders["Boris"], Amount: s.money("100.00"), Reason: "a stain"})
	s.ok(err)
	s.on(Day(time.November, 12))
	s.setRate(schema.RateMaterial, "cloth", "110", "m", Day(time.October, 1))
	s.on(Day(time.November, 20))
}

// Advance sets the clock forward.
func (s *Shop) Advance(d time.Duration) { s.clock.Advance(d) }

// on sets the clock forward to a day.
func (s *Shop) on(day time.Time) { s.clock.Advance(day.Sub(s.clock.Now())) }

// System returns a context that may do everything.
func (s *Shop) System() context.Context { return auth.System(s.test.Context()) }

// Exec runs a statement past the verbs.
func (s *Shop) Exec(statement string, args ...any) {
	s.test.Helper()
	s.ok(s.App.Store.Write(s.System(), func(ctx context.Context, tx *store.Tx) error {
		_, err := tx.Exec(ctx, statement, args...)
		return err
	}))
}

func (s *Shop) setRate(subject schema.RateSubject, code, amount, unit string, from time.Time) {
	s.test.Helper()
	_, err := s.Rates.SetRate(s.System(), service.SetRateInput{Subject: subject, Code: code, Amount: money.Exact(amount), Unit: unit, ValidFrom: from, Correction: ptr(true)})
	s.ok(err)
}

func (s *Shop) meet(name string, in service.CreateCustomerInput) {
	s.test.Helper()
	in.Name = name
	c, err := s.App.Customers.CreateCustomer(s.System(), in)
	s.ok(err)
	s.Customers[name] = c.ID
}

func (s *Shop) contact(name string, in service.RecordContactInput) {
	s.test.Helper()
	if in.Direction == "" {
		in.Direction = schema.Inbound
	}
	c, err := s.App.Contacts.RecordContact(s.System(), in)
	s.ok(err)
	s.Contacts[name] = c.ID
}

// order places an order of curtains.
func (s *Shop) order(customer, quantity string) {
	s.test.Helper()
	c, err := s.App.Customers.Customer(s.System(), ptr(s.Customers[customer]), nil)
	s.ok(err)
	price, err := s.Quote.Price(s.System(), c, s.Curtain, money.MustDecimal(quantity), nil, nil, nil)
	s.ok(err)
	token, err := s.Quote.PriceToken(price)
	s.ok(err)
	o, err := s.Sale.PlaceOrder(s.System(), service.PlaceOrderInput{CustomerID: c.ID, PriceTokens: []string{token}})
	s.ok(err)
	s.Orders[customer] = o.ID
}

func (s *Shop) complete(customer string) {
	s.test.Helper()
	_, err := s.Sale.CompleteOrder(s.System(), service.CompleteOrderInput{ID: s.Orders[customer]})
	s.ok(err)
}

func (s *Shop) money(amount string) *service.MoneyInput {
	return &service.MoneyInput{Amount: money.Exact(amount), CurrencyCode: "RUB"}
}

func (s *Shop) ok(err error) {
	s.test.Helper()
	if err != nil {
		s.test.Fatal(err)
	}
}

func ptr[T any](v T) *T { return &v }
