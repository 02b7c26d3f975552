package main

import (
	"context"
	"fmt"
	"net/url"
	"strings"
	"time"
	_ "time/tzdata" // the company keeps Moscow's days, also on a machine without a table of time zones

	"kopeck/auth"
	"kopeck/demo"
	"kopeck/money"
	words "kopeck/schema"
	"kopeck/store"
	"kopeck/transport/graphiql"
)

// demoCommand sets up the demonstration company, unless it is there, and serves it.
type demoCommand struct {
	listening
	Seed *uint64 `help:"Another seed makes another company; 1 unless told. A database that is filled keeps its own."`
}

// demoDatabase takes the place of the default database: a company of one's own is never mixed with this one.
const (
	defaultDatabase = "sqlite://kopeck.db"
	demoDatabase    = "sqlite://demo.db"
)

// demoTokenLife is how long the token on the terminal is good: a day of looking around.
const demoTokenLife = 12 * time.Hour

// Run implements the command.
func (c *demoCommand) Run(ctx context.Context, s *settings, p *program) error {
	told := *s
	told.Env = "development"
	if told.DatabaseURL == defaultDatabase {
		told.DatabaseURL = demoDatabase
	}
	err := told.check()
	if err == nil {
		told.limits, err = c.check()
	}
	if err != nil {
		return err
	}
	mark, err := c.prepare(ctx, told, p)
	if err != nil {
		return err
	}
	if told.LogLevel == "info" {
		told.LogLevel = "warn" // the terminal is for the welcome
	}
	k, err := told.open(ctx, asItMustBe, told.logger(p.stderr), p.stderr)
	if err != nil {
		return err
	}
	defer k.close()
	var tabs []graphiql.Example
	for _, one := range demo.Examples() {
		tabs = append(tabs, graphiql.Example(one))
	}
	return serve(ctx, &told, c.listening, k, p, tabs, func(address string) error {
		token, _, err := k.service.People.IssueToken(auth.System(ctx), words.RoleAdmin, "", demoTokenLife)
		if err != nil {
			return err
		}
		return demo.Welcome(ctx, p.stdout, address, *mark, shownDatabase(told.DatabaseURL), token, demoTokenLife, time.Now())
	})
}

// prepare makes the company where the database is empty, or where making it was interrupted. It has a connection of
// its own, since the company's past is written by a clock of its own.
func (c *demoCommand) prepare(ctx context.Context, s settings, p *program) (*demo.Mark, error) {
	log := s.logger(p.stderr)
	db, err := store.Open(ctx, s.DatabaseURL, store.Options{Pool: s.Pool, ListenURL: s.ListenURL, Log: log})
	if err != nil {
		return nil, fmt.Errorf("KOPECK_DATABASE_URL: %w", err)
	}
	defer db.Close()
	if _, err := db.Migrate(ctx); err != nil {
		return nil, err
	}
	mark, err := demo.Read(ctx, db)
	if err != nil {
		return nil, err
	}
	if mark != nil && mark.Done {
		if c.Seed != nil && *c.Seed != mark.Seed {
			return nil, fmt.Errorf("--seed: the database holds the company of seed %d: give another database for that of seed %d", mark.Seed, *c.Seed)
		}
		return mark, nil
	}
	if mark != nil {
		if err := demo.Clear(ctx, db); err != nil {
			return nil, err
		}
	}
	currency, err := money.ParseCurrency(s.Currency)
	if err != nil {
		return nil, fmt.Errorf("KOPECK_CURRENCY: %w", err)
	}
	seed := uint64(1)
	if c.Seed != nil {
		seed = *c.Seed
	}
	fmt.Fprintln(p.stderr, "making the demonstration company, once: some seconds")
	if err := demo.Fill(ctx, demo.Config{Store: db, Currency: currency, Seed: seed, Now: time.Now(), Log: log}); err != nil {
		return nil, err
	}
	return demo.Read(ctx, db)
}

// shownDatabase names a database without its password.
func shownDatabase(address string) string {
	if file, ok := strings.CutPrefix(address, "sqlite://"); ok {
		return "the file " + file
	}
	if u, err := url.Parse(address); err == nil {
		return u.Redacted()
	}
	return "the database"
}
