// Package demo makes the company that Kopeck is shown with: Erker sews curtains and mounts cornices to measure. It has
// staff, a catalogue with two years of dated rates, some 2,000 customers of all stages and segments, their
// contacts, permissions, offers and orders, and lifetime-value models fitted on them.
//
// The same seed and day give the same company, to the id, on either database: every draw is from generators of the
// seed, and the clock of the service that fills the database is ours, so that what the verbs write is of the moment in
// which it would have happened. The last moment is the midnight before; what is live (open orders and offers)
// was made in the days before it.
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
	Store    *store.Store // migrated; the filling hangs its guard on the client: open the database anew for serving
	Currency money.Currency
	Seed     uint64
	Now      time.Time // its day in Moscow is the day the company is made for
	Log      *slog.Logger
}

// history is how long the company has been in business.
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
}

// clock is the time of the service that fills the database. It goes when it is told to.
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
	keys, err := os.MkdirTemp("", "kopeck-demo-keys-") // of the past's price tokens, which nobody gets to see
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
		{"settings", c.choose},
		{"staff", c.hire},
		{"rates", c.setRates},
		{"catalogue", c.offerProducts},
		{"rules", c.makeRules},
		{"customers", c.meet},
		{"agreements", c.agree},
		{"orders", c.sell},
		{"contacts", c.cost},
		{"history", c.write},
		{"model", c.fit},
		{"books", c.settle},
		{"live offers", c.proposeNow},
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

// choose sets what the company decided about itself.
func (c *company) choose(ctx context.Context) error {
	for _, in := range []service.ChangeSettingInput{
		{Name: "timeZone", Value: timeZone},
		{Name: "priceStep", Value: c.currency.MinorPerMajor()},
		{Name: "attributionModel", Value: "POSITION"},
		{Name: "workingDays", Value: []string{"MON", "TUE", "WED", "THU", "FRI", "SAT"}},
		{Name: "daysOff", Value: c.holidays()},
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

// fit fits every kind of lifetime-value model on everything, after each was tested on the last quarter; the best is active.
func (c *company) fit(ctx context.Context) error {
	c.clock.to(c.today.Add(-9 * time.Hour))
	if err := c.service.Reload(ctx); err != nil {
		return err
	}
	_, err := c.service.Value.Fit(ctx, service.FitLifetimeModelInput{})
	return err
}

// settle credits every order to the contacts that earned it and brings statistics and stages up to date.
func (c *company) settle(ctx context.Context) error {
	ids := make([]string, len(c.people))
	for i, p := range c.people {
		ids[i] = p.id
	}
	return c.store.Bulk(ctx, func(ctx context.Context, b *store.Bulk) error { return c.service.Books.SettleImported(ctx, b.Tx, ids) })
}

// finish lets the last night go by: stages and the values that lists are ordered by are those of the last moment, and the journeys were
// learned from.
func (c *company) finish(ctx context.Context) error {
	c.clock.to(c.today)
	if err := c.service.Books.Nightly(ctx); err != nil {
		return err
	}
	if err := c.service.Books.RefitAttribution(ctx); err != nil {
		return err
	}
	return c.service.Value.RefreshLifetimeValues(ctx)
}

// draws gives the generator of one subject, so that what is drawn for one does not move the others.
func (c *company) draws(subject string, number int) *rand.Rand {
	h := fnv.New64a()
	_, _ = h.Write([]byte(subject))
	return rand.New(rand.NewPCG(c.seed, h.Sum64()+uint64(number)))
}

// source gives bytes for ids and salts.
func (c *company) source(subject string) *rand.ChaCha8 {
	var seed [32]byte
	draws := c.draws(subject, 0)
	for i := 0; i < len(seed); i += 8 {
		binary.LittleEndian.PutUint64(seed[i:], draws.Uint64())
	}
	return rand.NewChaCha8(seed)
}

// drawID makes an id of a moment.
func drawID(r *rand.Rand, prefix string, at time.Time) string {
	var raw [16]byte
	binary.BigEndian.PutUint64(raw[:8], uint64(at.UnixMilli())<<16|0x7000|r.Uint64()&0xfff)
	binary.BigEndian.PutUint64(raw[8:], r.Uint64()&(1<<62-1)|1<<63)
	return id.At(prefix, raw)
}

// fixedID makes the id of something that every demonstration company has, whatever its seed: examples name it.
func fixedID(prefix, name string) string {
	h := fnv.New64a()
	_, _ = h.Write([]byte(name))
	return drawID(rand.New(rand.NewPCG(0, h.Sum64())), prefix, time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC))
}

// as gives a context in which a member of the staff acts.
func (c *company) as(ctx context.Context, u *ent.User) context.Context {
	return auth.With(ctx, auth.Actor{UserID: u.ID, Name: u.Email, Role: u.Role, Scopes: auth.ScopesOf(u.Role)})
}

// major turns an amount of the currency's major unit into money.
func (c *company) major(units int64) money.Amount {
	return money.Minor(units * c.currency.MinorPerMajor())
}

// told is an amount as inputs have it.
func (c *company) told(a money.Amount) *service.MoneyInput {
	return &service.MoneyInput{Amount: money.Exact(c.currency.Format(a)), CurrencyCode: c.currency.Code()}
}

func pointer[T any](v T) *T { return &v }

var errForeign = errors.New("the database holds something that is not the demonstration company: give demo an empty one with --database-url")
