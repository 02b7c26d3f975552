package main

import (
	"context"
	"fmt"
	"net/url"
	"strings"
	"time"
	_ "time/tzdata" // the company's time zone is Moscow's, also on a machine without a time zone database

	"kopeck/auth"
	"kopeck/demo"
	"kopeck/mail"
	"kopeck/money"
	"kopeck/schema"
	"kopeck/store"
	"kopeck/transport/graphiql"
)

// demoCommand creates the demonstration company, unless it exists, and serves it.
type demoCommand struct {
	listening
	Seed *uint64 `help:"The seed of the company's data; 1 if not given. An existing company keeps its seed."`
}

// demoDatabase replaces the default database, so that the demonstration is never mixed with a real company.
const (
	defaultDatabase = "sqlite://kopeck.db"
	demoDatabase    = "sqlite://demo.db"
)

// demoTokenLife is how long the token shown on the terminal is valid.
const demoTokenLife = 12 * time.Hour

// Run implements the command.
func (c *demoCommand) Run(ctx context.Context, s *settings, p *program) error {
	configured := *s
	configured.Env = "development"
	if configured.DatabaseURL == defaultDatabase {
		configured.DatabaseURL = demoDatabase
	}
	err := configured.check()
	if err == nil {
		configured.limits, err = c.check()
	}
	if err != nil {
		return err
	}
	mark, err := c.prepare(ctx, configured, p)
	if err != nil {
		return err
	}
	if configured.LogLevel == "info" {
		configured.LogLevel = "warn" // keeps the terminal free for the welcome
	}
	k, err := configured.open(ctx, migrateIfOld, configured.logger(p.stderr), p.stderr)
	if err != nil {
		return err
	}
	defer k.close()
	var tabs []graphiql.Example
	for _, one := range demo.Examples() {
		tabs = append(tabs, graphiql.Example(one))
	}
	shown := demonstration{examples: tabs, mailbox: &mail.Mailbox{}}
	if c.SMTPURL != "" {
		shown.mailbox = nil
	}
	shown.announce = func(address string) error {
		token, _, err := k.app.People.IssueToken(auth.System(ctx), schema.RoleAdmin, "", demoTokenLife)
		if err != nil {
			return err
		}
		return demo.Welcome(ctx, p.stdout, address, *mark, shownDatabase(configured.DatabaseURL), token, demoTokenLife, time.Now())
	}
	return serve(ctx, &configured, c.listening, k, p, shown)
}

// prepare creates the company if the database is empty or its creation was interrupted. It opens a store of its own, since
// the company's past is written with another clock.
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
			return nil, fmt.Errorf("--seed: the database has the company of seed %d; use another database for seed %d", mark.Seed, *c.Seed)
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
	fmt.Fprintln(p.stderr, "creating the demonstration company; this takes some seconds and is done once")
	if err := demo.Fill(ctx, demo.Config{Store: db, Currency: currency, Seed: seed, Now: time.Now(), Log: log}); err != nil {
		return nil, err
	}
	return demo.Read(ctx, db)
}

// shownDatabase describes a database without its password.
func shownDatabase(address string) string {
	if file, ok := strings.CutPrefix(address, "sqlite://"); ok {
		return "the file " + file
	}
	if u, err := url.Parse(address); err == nil {
		return u.Redacted()
	}
	return "the database"
}
