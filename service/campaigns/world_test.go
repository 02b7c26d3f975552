package campaigns_test

import (
	"flag"
	"os"
	"testing"
	"time"

	"kopeck/apptest"
	"kopeck/ent"
	"kopeck/schema"
	"kopeck/service"
)

// TestMain lets rapid try a tenth of what it does elsewhere, unless the command line says how often: each case is some 30 transactions.
func TestMain(m *testing.M) {
	if err := flag.Set("rapid.checks", "10"); err != nil {
		panic(err)
	}
	os.Exit(m.Run())
}

// may is a day of May 2026.
func may(day int) *schema.Date {
	d := schema.DateOf(time.Date(2026, time.May, day, 0, 0, 0, 0, time.UTC))
	return &d
}

// noon is noon of a day of May 2026.
func noon(day int) *time.Time {
	at := time.Date(2026, time.May, day, 12, 0, 0, 0, time.UTC)
	return &at
}

// world is a world with campaigns.
type world struct{ *apptest.World }

// each runs a test on both databases.
func each(t *testing.T, test func(t *testing.T, w world)) {
	t.Helper()
	apptest.Each(t, func(t *testing.T, w *apptest.World) { test(t, world{w}) })
}

// campaign creates a campaign of May.
func (w world) campaign(code, source string) *ent.Campaign {
	w.T.Helper()
	c, err := w.Campaigns.CreateCampaign(w.System(), service.CreateCampaignInput{Code: code, Name: "The " + code, Source: source, From: *may(1), To: may(31)})
	w.Must(err)
	return c
}

// spend records spend of a campaign.
func (w world) spend(c *ent.Campaign, from, to int, amount string, change ...func(in *service.RecordSpendInput)) *ent.Spend {
	w.T.Helper()
	in := service.RecordSpendInput{CampaignID: c.ID, From: may(from), To: may(to), Amount: apptest.Roubles(amount)}
	for _, one := range change {
		one(&in)
	}
	s, err := w.Campaigns.RecordSpend(w.System(), in)
	w.Must(err)
	return s
}

// correction makes an input of spend one that corrects.
func correction(in *service.RecordSpendInput) {
	is := true
	in.Correction = &is
}

// call records an inbound call of a customer that a campaign caused, nil for none.
func (w world) call(customerID string, by *ent.Campaign, at *time.Time, change ...func(in *service.RecordContactInput)) *ent.Contact {
	w.T.Helper()
	in := service.RecordContactInput{CustomerID: customerID, Kind: schema.InfoCall, Direction: schema.Inbound, Channel: schema.ByPhone, At: at}
	if by != nil {
		in.CampaignID = &by.ID
	}
	for _, one := range change {
		one(&in)
	}
	c, err := w.Contacts.RecordContact(w.System(), in)
	w.Must(err)
	return c
}

// costs are what contacts cost now.
func (w world) costs(contacts ...*ent.Contact) (all []string) {
	w.T.Helper()
	for _, one := range contacts {
		c, err := w.Client.Contact.Get(w.System(), one.ID)
		w.Must(err)
		all = append(all, w.Currency.Format(c.Cost))
	}
	return all
}

// lawful reports what the laws find.
func (w world) lawful() {
	w.T.Helper()
	if found, err := w.Check.Laws(w.System()); err != nil || len(found) != 0 {
		w.T.Errorf("check finds %v, %v", found, err)
	}
}

// order places and completes an order of a customer, at a moment.
func (w world) order(c *ent.Customer, product string, at *time.Time) {
	w.T.Helper()
	price, err := w.Quote.Price(w.System(), c, product, one, nil, nil, nil)
	w.Must(err)
	token, err := w.Quote.PriceToken(price)
	w.Must(err)
	made, err := w.Sale.PlaceOrder(w.System(), service.PlaceOrderInput{CustomerID: c.ID, PriceTokens: []string{token}, At: at})
	w.Must(err)
	_, err = w.Sale.CompleteOrder(w.System(), service.CompleteOrderInput{ID: made.ID, At: at})
	w.Must(err)
}
