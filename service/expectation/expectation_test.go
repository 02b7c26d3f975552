package expectation_test

import (
	"context"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"kopeck/apptest"
	"kopeck/money"
	"kopeck/schema"
	"kopeck/service"
)

// market is a world with customers, to whom chairs and tables are offered.
type market struct {
	*apptest.World

	chair, table, anna string
}

func each(t *testing.T, test func(t *testing.T, m *market)) {
	t.Helper()
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		m := &market{World: w}
		m.chair, m.table = m.product("chair"), m.product("table")
		m.anna = m.customer("Anna")
		test(t, m)
	})
}

func (m *market) product(sku string) string {
	m.T.Helper()
	p, err := m.Catalogue.CreateProduct(m.System(), service.CreateProductInput{Sku: sku, Name: sku, ListPrice: apptest.Roubles("1000")})
	m.Must(err)
	return p.ID
}

func (m *market) customer(name string) string {
	m.T.Helper()
	c, err := m.Customers.CreateCustomer(m.System(), service.CreateCustomerInput{Name: name})
	m.Must(err)
	_, _, err = m.Consent.GrantPermission(m.System(), service.GrantPermissionInput{CustomerID: c.ID, Channel: schema.ByEmail, Purpose: schema.Marketing, Level: schema.Personal, Source: "a call", Wording: "Write to me."})
	m.Must(err)
	return c.ID
}

// says records what a customer expects.
func (m *market) says(customer, product, unit string, change func(*service.RecordExpectedPriceInput)) string {
	m.T.Helper()
	in := service.RecordExpectedPriceInput{CustomerID: customer, ProductID: product, Unit: apptest.Roubles(unit)}
	if change != nil {
		change(&in)
	}
	made, err := m.Expected.RecordExpectedPrice(m.System(), in)
	m.Must(err)
	return made.ID
}

// offers makes an offer of a product at its list price and answers it: "accept", "decline", "" to send it and "draft".
func (m *market) offers(customer, product, answer string) string {
	m.T.Helper()
	c, err := m.Client.Customer.Get(m.System(), customer)
	m.Must(err)
	price, err := m.Quote.Price(m.System(), c, product, money.Whole(1), nil, nil, nil)
	m.Must(err)
	token, err := m.Quote.PriceToken(price)
	m.Must(err)
	o, err := m.Sale.CreateOffer(m.System(), service.CreateOfferInput{CustomerID: customer, PriceTokens: []string{token}, ExpiresAt: m.Clock.Now().AddDate(0, 0, 14)})
	m.Must(err)
	if answer == "draft" {
		return o.ID
	}
	purpose := schema.Marketing
	_, err = m.Sale.SendOffer(m.System(), service.SendOfferInput{ID: o.ID, Channel: schema.ByEmail, Purpose: &purpose})
	m.Must(err)
	switch answer {
	case "accept":
		_, err = m.Sale.AcceptOffer(m.System(), service.AcceptOfferInput{ID: o.ID})
	case "decline":
		_, err = m.Sale.DeclineOffer(m.System(), service.DeclineOfferInput{ID: o.ID, Reason: "dear"})
	case "withdraw":
		_, err = m.Sale.WithdrawOffer(m.System(), service.WithdrawOfferInput{ID: o.ID})
	}
	m.Must(err)
	return o.ID
}

// report shows the rows of a report, total last.
func (m *market) report(by ...service.ExpectedPriceDimension) string {
	m.T.Helper()
	r, err := m.Expected.ExpectedPriceReport(m.System(), nil, nil, by)
	m.Must(err)
	var all []string
	rows := r.Rows
	if len(by) == 0 {
		rows = nil // the one row is the total
	}
	for _, row := range append(rows, r.Total) {
		name, gap, means := strings.Join(row.Key, "/"), "-", ""
		if row.Product != nil {
			name = strings.Replace(name, row.Product.ID, row.Product.Sku, 1)
		}
		if row.MeanGap != nil {
			gap = fmt.Sprint(*row.MeanGap)
		}
		if row.MeanExpected != nil {
			means = fmt.Sprintf(" %d %d", row.MeanExpected.Minor(), row.MeanOffered.Minor())
		}
		all = append(all, fmt.Sprintf("%s %d/%d %s +%d -%d%s", name, row.Expected, row.Offered, gap, row.Accepted, row.Refused, means))
	}
	return strings.Join(all, "; ")
}

// TestWhichOfferAnswers: the first line of a sent offer with the product within 90 days answers the last that was said before it, or the offer
// upon which it was said.
func TestWhichOfferAnswers(t *testing.T) {
	each(t, func(t *testing.T, m *market) {
		expect := func(what, want string) {
			t.Helper()
			if got := m.report(); got != want {
				t.Errorf("%s: %s, want %s", what, got, want)
			}
		}
		expect("nothing", " 0/0 - +0 -0")
		early := m.says(m.anna, m.chair, "500", nil)
		m.Clock.Advance(time.Hour)
		m.offers(m.anna, m.chair, "draft")
		m.offers(m.anna, m.table, "accept")
		expect("a draft, and another product", " 1/0 - +0 -0")
		m.says(m.anna, m.chair, "800", nil)
		m.Clock.Advance(time.Hour)
		m.offers(m.customer("Boris"), m.chair, "decline")
		expect("an offer to another", " 2/0 - +0 -0")
		m.offers(m.anna, m.chair, "accept")
		m.offers(m.anna, m.chair, "decline")
		expect("the later of two", " 2/1 0.25 +1 -0")
		upon := m.offers(m.anna, m.chair, "")
		m.says(m.anna, m.chair, "1250", func(in *service.RecordExpectedPriceInput) { in.OfferID = &upon })
		expect("upon an open offer", " 3/2 0.025 +1 -0")
		m.Clock.Advance(15 * 24 * time.Hour)
		expect("which has expired", " 3/2 0.025 +1 -1")
		m.says(m.anna, m.table, "1000", nil)
		m.Clock.Advance(90*24*time.Hour + time.Minute)
		m.offers(m.anna, m.table, "accept")
		expect("after 90 days", " 4/2 0.025 +1 -1")
		_, err := m.Expected.VoidExpectedPrice(m.System(), service.VoidExpectedPriceInput{ID: early, Reason: "a slip"})
		m.Must(err)
		expect("the first is voided", " 3/2 0.025 +1 -1")
		m.Clock.Advance(time.Minute)
		m.says(m.anna, m.table, "2000", nil)
		m.offers(m.anna, m.table, "withdraw")
		if got, want := m.report(service.ExpectedPriceDimensionProduct), "chair 2/2 0.025 +1 -1 102500 100000; table 2/1 -0.5 +0 -0 200000 100000;  4/3 -0.15 +1 -1"; got != want {
			t.Errorf("by product: %s, want %s", got, want)
		}
		if _, err := m.Expected.VoidExpectedPrice(m.System(), service.VoidExpectedPriceInput{ID: early, Reason: "again"}); apptest.Faults(err) != "WRONG_STATE id" {
			t.Errorf("voided twice: %v", err)
		}
	})
}

// TestCurve: of customers who accept what is at most a fifth above what they expected a curve falls, where there are enough of them.
func TestCurve(t *testing.T) {
	each(t, func(t *testing.T, m *market) {
		for i := range 24 {
			unit := 700 + 25*i
			answer := "decline"
			if unit >= 840 {
				answer = "accept"
			}
			m.says(m.anna, m.chair, fmt.Sprint(unit), nil)
			m.offers(m.anna, m.chair, answer)
			m.Clock.Advance(time.Minute)
		}
		r, err := m.Expected.ExpectedPriceReport(m.System(), nil, nil, nil)
		m.Must(err)
		if r.Total.Curve != nil || r.Total.NoCurve == nil || *r.Total.NoCurve != "too few: 18 accepted and 6 not; a curve needs at least 10 of each" {
			t.Fatalf("%+v", r.Total)
		}
		for i := range 6 {
			m.says(m.anna, m.chair, fmt.Sprint(500+20*i), nil)
			m.offers(m.anna, m.chair, "decline")
			m.Clock.Advance(time.Minute)
		}
		r, err = m.Expected.ExpectedPriceReport(m.System(), nil, nil, nil)
		m.Must(err)
		c := r.Total.Curve
		if c == nil || c.Decisions != 30 || c.Slope >= 0 || !(c.SlopeLow < c.Slope && c.Slope < c.SlopeHigh) || len(c.Points) == 0 {
			t.Fatalf("%+v", c)
		}
		last := math.Inf(1)
		for _, p := range c.Points {
			if p.Gap < 1000.0/1275-1 || p.Gap > 1 || p.Probability >= last || !(p.Low < p.Probability && p.Probability < p.High) {
				t.Errorf("%+v", *p)
			}
			last = p.Probability
		}
	})
}

// TestBadExpectedPrices has the faults of what is recorded.
func TestBadExpectedPrices(t *testing.T) {
	each(t, func(t *testing.T, m *market) {
		boris := m.customer("Boris")
		called, err := m.Contacts.RecordContact(m.System(), service.RecordContactInput{CustomerID: boris, Kind: schema.InfoCall, Direction: schema.Inbound, Channel: schema.ByPhone})
		m.Must(err)
		offered := m.offers(m.anna, m.chair, "")
		later := m.Clock.Now().Add(time.Hour)
		for name, c := range map[string]struct {
			ctx    context.Context
			change func(*service.RecordExpectedPriceInput)
			want   string
		}{
			"for nothing":                {m.System(), func(in *service.RecordExpectedPriceInput) { in.Unit.Amount = "0" }, "INVALID unit.amount"},
			"below nothing":              {m.System(), func(in *service.RecordExpectedPriceInput) { in.Unit.Amount = "-1" }, "INVALID unit.amount"},
			"too exact":                  {m.System(), func(in *service.RecordExpectedPriceInput) { in.Unit.Amount = "1.001" }, "INVALID unit.amount"},
			"later":                      {m.System(), func(in *service.RecordExpectedPriceInput) { in.At = &later }, "INVALID at"},
			"nobody":                     {m.System(), func(in *service.RecordExpectedPriceInput) { in.CustomerID = m.IDs.Make("cus") }, "NOT_FOUND customerId"},
			"nothing":                    {m.System(), func(in *service.RecordExpectedPriceInput) { in.ProductID = m.IDs.Make("prd") }, "NOT_FOUND productId"},
			"in another's contact":       {m.System(), func(in *service.RecordExpectedPriceInput) { in.ContactID = &called.ID }, "NOT_FOUND contactId"},
			"upon an offer of another":   {m.System(), func(in *service.RecordExpectedPriceInput) { in.CustomerID, in.OfferID = boris, &offered }, "NOT_FOUND offerId"},
			"upon an offer of the other": {m.System(), func(in *service.RecordExpectedPriceInput) { in.ProductID, in.OfferID = m.table, &offered }, "INVALID offerId"},
			"an id of another kind":      {m.System(), func(in *service.RecordExpectedPriceInput) { in.ContactID = &offered }, "INVALID contactId"},
			"a partner":                  {m.As(schema.RolePartner), func(*service.RecordExpectedPriceInput) {}, "FORBIDDEN"},
			"an analyst":                 {m.As(schema.RoleAnalyst), func(*service.RecordExpectedPriceInput) {}, "FORBIDDEN"},
		} {
			in := service.RecordExpectedPriceInput{CustomerID: m.anna, ProductID: m.chair, Unit: apptest.Roubles("1")}
			c.change(&in)
			if _, err := m.Expected.RecordExpectedPrice(c.ctx, in); apptest.Faults(err) != c.want {
				t.Errorf("%s: %v, want %s", name, err, c.want)
			}
		}
		if got := m.report(); got != " 0/0 - +0 -0" {
			t.Errorf("there is %s", got)
		}
	})
}
