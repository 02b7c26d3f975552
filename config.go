package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/url"
	"strings"
	"time"

	"github.com/alecthomas/kong"

	"kopeck/auth"
	"kopeck/mail"
	"kopeck/money"
	"kopeck/service"
	"kopeck/service/app"
	"kopeck/service/outbox"
	"kopeck/service/sale"
	"kopeck/store"
	"kopeck/transport"
)

// settings are the flags and variables of every command. Settings of the company rather than of the machine (time
// zone, rounding, levels of permission) are in the database: see the query settings.
type settings struct {
	DatabaseURL string `name:"database-url" env:"KOPECK_DATABASE_URL" default:"sqlite://kopeck.db" help:"The database: sqlite://FILE or postgres://USER:PASSWORD@HOST/NAME." group:"Configuration"`
	ListenURL   string `name:"listen-url" env:"KOPECK_LISTEN_URL" help:"The PostgreSQL server behind a pooler, for notifications; if not given, the database URL." group:"Configuration"`
	Pool        int    `env:"KOPECK_POOL" default:"8" help:"The maximum number of connections to the database." group:"Configuration"`
	Keys        string `env:"KOPECK_KEYS" default:"./keys" help:"The directory of the signing keys, which are created if absent." group:"Configuration"`
	Currency    string `env:"KOPECK_CURRENCY" default:"RUB" help:"The currency of the books (ISO 4217); fixed by the first start." group:"Configuration"`
	IncludeTax  bool   `name:"prices-include-tax" env:"KOPECK_PRICES_INCLUDE_TAX" default:"true" negatable:"" help:"Whether prices include tax, or it comes on top; fixed by the first start." group:"Configuration"`
	Env         string `env:"KOPECK_ENV" default:"development" enum:"development,production" help:"development has GraphiQL, introspection and suggestions; production logs in JSON." group:"Configuration"`
	LogLevel    string `env:"KOPECK_LOG_LEVEL" default:"info" enum:"debug,info,warn,error" help:"The lowest level that is logged: debug, info, warn or error." group:"Configuration"`

	limits limits // for commands that serve; the zero value means the defaults
}

// listening are the further flags and variables of the commands that serve.
type listening struct {
	Addr        string       `env:"KOPECK_ADDR" default:":8080" help:"The address to listen on; port 0 chooses a free port." group:"Configuration"`
	CorsOrigins []string     `env:"KOPECK_CORS_ORIGINS" help:"Sites whose pages may call the API, separated by commas: https://app.example.com." group:"Configuration"`
	TrustProxy  proxies      `env:"KOPECK_TRUST_PROXY" default:"false" help:"Proxies that may name the client in X-Forwarded-For: their addresses and networks, separated by commas, or true for whoever connects." group:"Configuration"`
	Trusted     string       `name:"trusted-documents" env:"KOPECK_TRUSTED_DOCUMENTS" help:"The only documents that are run: a directory of .graphql files or manifests, or one such file." group:"Configuration"`
	Persisted   bool         `name:"persisted-queries" env:"KOPECK_PERSISTED_QUERIES" help:"Let clients send a document's SHA-256 once they have sent the document." group:"Configuration"`
	SMTPURL     string       `name:"smtp-url" env:"KOPECK_SMTP_URL" help:"The mail server: smtp://USER:PASSWORD@HOST:587 with STARTTLS, smtps://USER:PASSWORD@HOST:465, or smtp://HOST:25?starttls=no; without it no e-mails are sent." group:"Configuration"`
	MailFrom    string       `env:"KOPECK_MAIL_FROM" help:"The address that e-mails come from: Shop <shop@example.com>." group:"Configuration"`
	Templates   string       `env:"KOPECK_TEMPLATES" help:"A directory with templates of the e-mails of offers, offer.en.txt, offer.en.html, offer.ru.txt and offer.ru.html; each that is not there is the one that comes with Kopeck." group:"Configuration"`
	Limits      kong.Plugins `embed:""`
}

// proxies is the flag --trust-proxy, which alone means true.
type proxies string

// IsBool makes the flag's value optional.
func (proxies) IsBool() bool { return true }

// Decode implements kong.MapperValue.
func (p *proxies) Decode(ctx *kong.DecodeContext) error {
	*p = "true"
	if ctx.Scan.Peek().Type == kong.FlagValueToken {
		return ctx.Scan.PopValueInto("proxies", (*string)(p))
	}
	return nil
}

// check returns an error with the name of the variable that is wrong.
func (c settings) check() error {
	if _, err := money.ParseCurrency(c.Currency); err != nil {
		return fmt.Errorf("KOPECK_CURRENCY: %w", err)
	}
	if c.Pool < 1 || c.Pool > 1000 {
		return fmt.Errorf("KOPECK_POOL: %d is out of range; use 1 to 1000", c.Pool)
	}
	return nil
}

// check returns the limits, or an error with the name of the variable that is wrong.
func (c listening) check() (limits, error) {
	for _, origin := range c.CorsOrigins {
		u, err := url.Parse(origin)
		if err != nil || (u.Scheme != "https" && u.Scheme != "http") || u.Host == "" || u.Path != "" || u.RawQuery != "" {
			return limits{}, fmt.Errorf("KOPECK_CORS_ORIGINS: %q is not an origin; write it as https://app.example.com", origin)
		}
	}
	if _, err := transport.ParseProxies(string(c.TrustProxy)); err != nil {
		return limits{}, fmt.Errorf("KOPECK_TRUST_PROXY: %w", err)
	}
	if c.Persisted && c.Trusted != "" {
		return limits{}, errors.New("KOPECK_PERSISTED_QUERIES cannot be combined with KOPECK_TRUSTED_DOCUMENTS, which can be run by their SHA-256 anyway")
	}
	if (c.SMTPURL == "") != (c.MailFrom == "") {
		return limits{}, errors.New("KOPECK_SMTP_URL and KOPECK_MAIL_FROM are given together or not at all")
	}
	if c.SMTPURL != "" {
		if _, err := mail.ParseSMTP(c.SMTPURL); err != nil {
			return limits{}, fmt.Errorf("KOPECK_SMTP_URL: %w", err)
		}
		if err := mail.CheckSender(c.MailFrom); err != nil {
			return limits{}, fmt.Errorf("KOPECK_MAIL_FROM: %w", err)
		}
	}
	if _, err := sale.ReadTemplates(c.Templates); err != nil {
		return limits{}, fmt.Errorf("KOPECK_TEMPLATES: %w", err)
	}
	return parseLimits(c.Limits)
}

// demoSender is the address that the e-mails of the demonstration come from.
const demoSender = "Erker <shop@erker.example>"

// sendMail says how e-mails leave: by the mail server of the settings, or else to a mailbox if there is one.
func (c listening) sendMail(out *outbox.Service, mailbox *mail.Mailbox) error {
	switch {
	case c.SMTPURL != "":
		carrier, err := mail.ParseSMTP(c.SMTPURL)
		if err != nil {
			return fmt.Errorf("KOPECK_SMTP_URL: %w", err)
		}
		out.Mail, out.From = carrier, c.MailFrom
	case mailbox != nil:
		out.Mail, out.From = mailbox, demoSender
	}
	return nil
}

// writeOffers says by which templates the e-mails of offers are written.
func (c listening) writeOffers(of *sale.Service) (err error) {
	if of.Templates, err = sale.ReadTemplates(c.Templates); err != nil {
		return fmt.Errorf("KOPECK_TEMPLATES: %w", err)
	}
	return nil
}

// documents reads the trusted documents; nil if every document may be run.
func (c listening) documents() (map[string]string, error) {
	if c.Trusted == "" {
		return nil, nil
	}
	trusted, err := transport.ReadTrusted(c.Trusted)
	if err != nil {
		return nil, fmt.Errorf("KOPECK_TRUSTED_DOCUMENTS: %w", err)
	}
	return trusted, nil
}

// unknown returns the KOPECK_ variables that neither a command nor a test reads, which are probably misspelled.
func unknown(model *kong.Node, environ []string) (names []string) {
	known := map[string]bool{"KOPECK_REQUIRE_POSTGRES": true, "KOPECK_TEST_POSTGRES_URL": true}
	var visit func(*kong.Node)
	visit = func(command *kong.Node) {
		for _, flag := range command.Flags {
			for _, name := range flag.Envs {
				known[name] = true
			}
		}
		for _, child := range command.Children {
			visit(child)
		}
	}
	visit(model)
	for _, variable := range environ {
		name, _, _ := strings.Cut(variable, "=")
		if strings.HasPrefix(name, "KOPECK_") && !known[name] {
			names = append(names, name)
		}
	}
	return names
}

// logger returns the log, in JSON in production and as text otherwise, with the request's id in both.
func (c settings) logger(to io.Writer) *slog.Logger {
	var level slog.Level
	_ = level.UnmarshalText([]byte(c.LogLevel))
	options := &slog.HandlerOptions{Level: level}
	var handler slog.Handler = slog.NewTextHandler(to, options)
	if c.Env == "production" {
		handler = slog.NewJSONHandler(to, options)
	}
	return slog.New(transport.LogRequestIDs(handler))
}

// kopeck is the opened installation that the commands work on.
type kopeck struct {
	store *store.Store
	keys  *auth.Keys
	app   *app.App
	log   *slog.Logger
}

func (k *kopeck) close() { _ = k.store.Close() }

// migration is what a command does if the database does not have this program's version.
type migration int

const (
	mustBeCurrent migration = iota // refuse an older version and say what to run
	createIfEmpty                  // create the tables in an empty database, refuse an older version
	migrateIfOld                   // migrate an older version
)

// open opens the database, the keys and the service.
func (c settings) open(ctx context.Context, want migration, log *slog.Logger, notes io.Writer) (*kopeck, error) {
	if err := c.check(); err != nil {
		return nil, err
	}
	db, err := store.Open(ctx, c.DatabaseURL, store.Options{Pool: c.Pool, StatementTimeout: c.limits.statement, ListenURL: c.ListenURL, Log: log})
	if err != nil {
		return nil, fmt.Errorf("KOPECK_DATABASE_URL: %w", err)
	}
	k := &kopeck{store: db, log: log}
	if err := k.bringUp(ctx, want, notes); err != nil {
		k.close()
		return nil, err
	}
	if k.keys, err = auth.OpenKeys(c.Keys, time.Now, nil); err != nil {
		k.close()
		return nil, fmt.Errorf("KOPECK_KEYS: %w", err)
	}
	currency, err := money.ParseCurrency(c.Currency)
	if err == nil {
		k.app, err = app.New(ctx, service.Config{Store: db, Keys: k.keys, Currency: currency, Now: time.Now, Log: log, Limits: c.limits.service, TaxOnTop: !c.IncludeTax})
	}
	if err == nil {
		err = k.rekey(ctx, want, notes)
	}
	if err != nil {
		k.close()
		return nil, err
	}
	return k, nil
}

// rekey brings what an earlier version of the program wrote into the form of this one where the command migrates, and refuses to
// run on it otherwise.
func (k *kopeck) rekey(ctx context.Context, want migration, notes io.Writer) error {
	pending, err := k.app.Bulk.RekeyPending(ctx)
	switch {
	case err != nil || !pending:
		return err
	case want != migrateIfOld:
		return errors.New("the phones, search terms, stages and credits of customers are those of an earlier version: run `kopeck migrate` first (go run . migrate)")
	}
	looked, err := k.app.Bulk.Rekey(ctx)
	if err == nil {
		fmt.Fprintf(notes, "database: phones and search terms of %d customers and their stages and credits brought up to date\n", looked)
	}
	return err
}

// bringUp compares the database's version with the binary's, and migrates the database where the command requires it.
func (k *kopeck) bringUp(ctx context.Context, want migration, notes io.Writer) error {
	have, newest, err := k.store.Version(ctx)
	switch {
	case err != nil:
		return err
	case have == newest:
		return nil
	case want == migrateIfOld || (want == createIfEmpty && have == 0):
		applied, err := k.store.Migrate(ctx)
		if err == nil {
			fmt.Fprintf(notes, "database: %d migrations applied\n", applied)
		}
		return err
	case have == 0:
		return errors.New("the database is empty: run `kopeck migrate` first (go run . migrate)")
	}
	return fmt.Errorf("the database has version %d and this program needs %d: run `kopeck migrate` first (go run . migrate)", have, newest)
}
