// Package demo makes the company that Kopeck is shown with: Erker sews curtains and mounts cornices to measure. It has
// staff, a catalogue with two years of dated rates, some 2,000 customers of all stages and segments, their
// contacts, permissions, offers and orders, and lifetime-value models fitted on them.
//
// The same seed and day give the same company, to the id, on either database: everything is drawn from generators with that
// seed, and the service that fills the database has a clock of this package, so that what the verbs write has the time at
// which it would have happened. The last moment is the midnight before the day; open orders and offers
// were made in the days before it. Functions named draw… draw from the generators: the order of their draws is part of the result.
package demo

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/fnv"
	"log/slog"
	"math/rand/v2"
	"os"
	"time"

	"kopeck/auth"
	"kopeck/ent"
	"kopeck/id"
	"kopeck/money"
	"kopeck/service"
	"kopeck/service/app"
	"kopeck/store"
)

// Config is what a company is made of and where.
type Config struct {
	Store    *store.Store // migrated; Fill attaches its guard to the client, so serve another Store
	Currency money.Currency
	Seed     uint64
	Now      time.Time // its day in Moscow is the day the company is created for
	Log      *slog.Logger
}

// history is how long the company has been in business: two years.
const history = 730 * 24 * time.Hour

// timeZone is the company's.
const timeZone = "Europe/Moscow"

// company is the company in the making.
type company struct {
	seed     uint64
	zone     *time.Location
	today    time.Time // the midnight until which everything happens
	begin    time.Time
	clock    *clock
	wordings map[topic][2]*ent.Wording // that permissions are given by: the first version and the second
	store    *store.Store
	service  *app.App
	currency money.Currency

	staff     map[string]*ent.User // by e-mail
	sales     []*ent.User
	partnerID string
	products  map[string]*ent.Product // by sku
	people    []*person
	contacts  []*contact
	orders    []*order
	offers    []*offer
	bookings  []booked
	campaigns []*ent.Campaign
}

// clock is the clock of the service that fills the database. It stands still until it is put forward.
type clock struct{ at time.Time }

func (c *clock) now() time.Time { return c.at }

// to puts the clock forward; it never goes back.
func (c *clock) to(at time.Time) {
	if at.After(c.at) {
		c.at = at
	}
}

// Fill makes the company in an empty database and marks it as made. A filling that is interrupted leaves a mark of
// its own, by which [Clear] may be called.
func Fill(ctx context.Context, config Config) error {
	ctx = auth.System(ctx)
	zone, err := time.LoadLocation(timeZone)
	if err != nil {
		return fmt.Errorf("demo: %w", err)
	}
	y, m, d := config.Now.In(zone).Date()
	c := &company{
		seed: config.Seed, zone: zone, today: time.Date(y, m, d, 0, 0, 0, 0, zone).UTC(), store: config.Store, currency: config.Currency,
		staff: map[string]*ent.User{}, products: map[string]*ent.Product{},
	}
	c.begin = c.today.Add(-history)
	c.clock = &clock{c.begin.Add(-30 * 24 * time.Hour)}
	keys, err := os.MkdirTemp("", "kopeck-demo-keys-") // for the price tokens of the past, which are not kept
	if err != nil {
		return fmt.Errorf("demo: %w", err)
	}
	defer os.RemoveAll(keys)
	signing, err := auth.OpenKeys(keys, c.clock.now, c.source("keys"))
	if err != nil {
		return err
	}
	if err := mark(ctx, c.store, Mark{Seed: c.seed, Day: c.today.In(zone).Format(time.DateOnly)}, c.clock.at); err != nil {
		return err
	}
	c.service, err = app.New(ctx, service.Config{
		Store: c.store, Keys: signing, Currency: c.currency, Now: c.clock.now, Random: c.source("service"), Log: config.Log,
	})
	if err != nil {
		return err
	}
	for _, step := range []struct {
		name string
		do   func(context.Context) error
	}{
		{"settings", c.changeSettings},
		{"wordings", c.createWordings},
		{"staff", c.createStaff},
		{"rates", c.setRates},
		{"catalogue", c.createProducts},
		{"rules", c.createRules},
		{"customers", c.drawCustomers},
		{"agreements", c.agreePrices},
		{"orders", c.priceOrders},
		{"contacts", c.costContacts},
		{"campaigns", c.createCampaigns},
		{"history", c.writeHistory},
		{"model", c.fitModels},
		{"books", c.settleBooks},
		{"spend", c.recordSpend},
		{"live offers", c.makeLiveOffers},
		{"messages", c.queueMessages},
		{"moved dates", c.moveDates},
		{"teams and tasks", c.makeTeamsAndTasks},
		{"doubles", c.makeDoubles},
		{"own fields", c.defineFields},
		{"people of a company", c.hirePeople},
		{"needs", c.makeNeeds},
		{"values", c.finish},
	} {
		started := time.Now()
		if err := step.do(ctx); err != nil {
			return fmt.Errorf("demo: %s: %w", step.name, err)
		}
		if config.Log != nil {
			config.Log.DebugContext(ctx, "demo", "step", step.name, "took", time.Since(started))
		}
	}
	return mark(ctx, c.store, Mark{Seed: c.seed, Day: c.today.In(zone).Format(time.DateOnly), Done: true}, c.today)
}

// changeSettings changes the company's settings.
func (c *company) changeSettings(ctx context.Context) error {
	for _, in := range []service.ChangeSettingInput{
		{Name: "timeZone", Value: timeZone},
		{Name: "priceStep", Value: c.currency.MinorPerMajor()},
		{Name: "attributionModel", Value: "POSITION"},
		{Name: "workingDays", Value: []string{"MON", "TUE", "WED", "THU", "FRI", "SAT"}},
		{Name: "daysOff", Value: c.holidays()},
		{Name: "company", Value: map[string]string{
			"name": "ООО «Эркер»", "address": "101000, Москва, ул. Примерная, 1", "contact": "privacy@erker.example", "email": "privacy@erker.example", "phone": "+7 495 000-00-00",
			"url": "https://erker.example", "policyUrl": "https://erker.example/privacy", "jurisdiction": "RU", "retention": "пока действует согласие и год после", "authority": "Роскомнадзор",
		}},
	} {
		if _, err := c.service.ChangeSetting(ctx, in); err != nil {
			return err
		}
	}
	return nil
}

// holidays are the days on which the workshop is closed, from the company's first year to the next one.
func (c *company) holidays() []string {
	var all []string
	for year := c.begin.Year(); year <= c.today.Year()+1; year++ {
		for _, day := range []string{"01-01", "01-02", "01-03", "01-04", "01-05", "01-06", "01-07", "01-08", "02-23", "03-08", "05-01", "05-09", "06-12", "11-04"} {
			all = append(all, fmt.Sprintf("%d-%s", year, day))
		}
	}
	return all
}

// fitModels fits every kind of lifetime-value model on all orders, after each was tested on the last quarter; the best is active.
func (c *company) fitModels(ctx context.Context) error {
	c.clock.to(c.today.Add(-9 * time.Hour))
	if err := c.service.Reload(ctx); err != nil {
		return err
	}
	_, err := c.service.Value.Fit(ctx, service.FitLifetimeModelInput{})
	return err
}

// settleBooks credits every order to the contacts that earned it and brings statistics and stages up to date.
func (c *company) settleBooks(ctx context.Context) error {
	ids := make([]string, len(c.people))
	for i, p := range c.people {
		ids[i] = p.id
	}
	return c.store.Bulk(ctx, func(ctx context.Context, b *store.Bulk) error { return c.service.Books.SettleImported(ctx, b.Tx, ids) })
}

// finish does what the server does every night, for the last one: it brings stages and lifetime values up to date, and fits the
// attribution models.
func (c *company) finish(ctx context.Context) error {
	c.clock.to(c.today)
	if err := c.service.Books.SettleAll(ctx); err != nil {
		return err
	}
	if err := c.service.Books.RefitAttribution(ctx); err != nil {
		return err
	}
	if err := c.service.Value.RefreshLifetimeValues(ctx); err != nil {
		return err
	}
	return c.service.Books.RefreshShown(ctx)
}

// draws returns the generator of one subject: what is drawn for one does not change the others.
func (c *company) draws(subject string, number int) *rand.Rand {
	h := fnv.New64a()
	_, _ = h.Write([]byte(subject))
	return rand.New(rand.NewPCG(c.seed, h.Sum64()+uint64(number)))
}

// source returns a source of bytes for ids and salts.
func (c *company) source(subject string) *rand.ChaCha8 {
	var seed [32]byte
	draws := c.draws(subject, 0)
	for i := 0; i < len(seed); i += 8 {
		binary.LittleEndian.PutUint64(seed[i:], draws.Uint64())
	}
	return rand.NewChaCha8(seed)
}

// drawID draws an id with a time.
func drawID(r *rand.Rand, prefix string, at time.Time) string {
	var raw [16]byte
	binary.BigEndian.PutUint64(raw[:8], uint64(at.UnixMilli())<<16|0x7000|r.Uint64()&0xfff)
	binary.BigEndian.PutUint64(raw[8:], r.Uint64()&(1<<62-1)|1<<63)
	return id.At(prefix, raw)
}

// fixedID returns the id of something that every demonstration company has, whatever its seed: examples name it.
func fixedID(prefix, name string) string {
	h := fnv.New64a()
	_, _ = h.Write([]byte(name))
	return drawID(rand.New(rand.NewPCG(0, h.Sum64())), prefix, time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC))
}

// as returns a context in which a member of the staff acts.
func (c *company) as(ctx context.Context, u *ent.User) context.Context {
	return auth.With(ctx, auth.Actor{UserID: u.ID, Name: u.Email, Role: u.Role, Scopes: auth.ScopesOf(u.Role)})
}

// major returns an amount of the currency's major units.
func (c *company) major(units int64) money.Amount {
	return money.Minor(units * c.currency.MinorPerMajor())
}

// moneyInput returns an amount as an input.
func (c *company) moneyInput(a money.Amount) *service.MoneyInput {
	return &service.MoneyInput{Amount: money.Exact(c.currency.Format(a)), CurrencyCode: c.currency.Code()}
}

func pointer[T any](v T) *T { return &v }

var errForeign = errors.New("the database contains other data than the demonstration company; want an empty database: see --database-url")
