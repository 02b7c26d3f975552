// Kopeck is a GraphQL server for a customer-oriented company. While a customer is on the phone it says what this
// customer is worth, what the contact costs and earns, what the product costs now, which price this customer should
// be offered, and whether the company may contact them at all.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/signal"
	"runtime/debug"
	"sync"
	"syscall"
	"time"

	"github.com/alecthomas/kong"

	"kopeck/demo"
	"kopeck/mail"
	"kopeck/transport"
	"kopeck/transport/graphiql"
	"kopeck/web"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	os.Exit(run(ctx, os.Args[1:], program{stdin: os.Stdin, stdout: os.Stdout, stderr: os.Stderr}))
}

// program has the streams that a command reads and writes.
type program struct {
	stdin          io.Reader
	stdout, stderr io.Writer
	listening      func(address string) // called when the server listens; for tests
}

// commands is the command line.
type commands struct {
	settings

	Serve   serveCommand    `cmd:"" help:"Serve the API."`
	Demo    demoCommand     `cmd:"" help:"Set up a demonstration company and serve it."`
	Migrate migrateCommand  `cmd:"" help:"Migrate the database to this program's version."`
	Import  importCommand   `cmd:"" help:"Read orders, customers, contacts or rates from a file."`
	Profile profileCommand  `cmd:"" help:"List or print the profiles by which import reads the exports of other programs."`
	Export  exportCommands  `cmd:"" help:"Write CSV: orders, customers, contacts or rates for import, or a report."`
	Fit     fitCommand      `cmd:"" help:"Fit the lifetime-value model to the completed orders."`
	User    userCommands    `cmd:"" help:"Manage the people who sign in."`
	Partner partnerCommands `cmd:"" help:"Manage the companies that bring customers."`
	Token   tokenCommand    `cmd:"" help:"Print an access token for a role."`
	Check   checkCommand    `cmd:"" help:"Verify the books: list every violation, and exit with 1 if there is any."`
	Explain explainCommand  `cmd:"" help:"Show on one page what an order, a contact or a price token is, with what its figures rest on."`
	Receipt receiptCommand  `cmd:"" help:"Write the receipt of what a customer has permitted, signed by the installation."`
	Keys    keysCommands    `cmd:"" name:"keys" help:"Manage the signing keys."`

	VerifyReceipt verifyReceiptCommand `cmd:"" help:"Verify a receipt without the database: say what is wrong, and exit with 1 if anything is."`
}

// newCommands returns the command line before parsing.
func newCommands() *commands {
	c := &commands{}
	c.Serve.Limits, c.Demo.Limits = limitFlags(), limitFlags()
	return c
}

// run is the whole program. It parses the arguments, runs a command and returns the exit status: 0 on success, 1 if the
// command failed, 2 for wrong arguments.
func run(ctx context.Context, arguments []string, p program) int {
	c := newCommands()
	parser, err := kong.New(c, kong.Name("kopeck"), kong.UsageOnError(), kong.Writers(p.stdout, p.stderr),
		kong.Description("A GraphQL server for the prices, costs and customers of a company."), kong.Exit(func(int) { panic(helped{}) }))
	if err != nil {
		fmt.Fprintln(p.stderr, "kopeck:", err)
		return 2
	}
	selected, err, shown := parse(parser, arguments)
	if shown {
		return 0
	}
	if err != nil {
		fmt.Fprintln(p.stderr, "kopeck:", err)
		return 2
	}
	for _, name := range unknown(parser.Model.Node, os.Environ()) {
		fmt.Fprintf(p.stderr, "kopeck: the variable %s is unknown and has no effect; is it misspelled?\n", name)
	}
	selected.BindTo(ctx, (*context.Context)(nil))
	err = selected.Run(&c.settings, &p)
	var status exit
	switch {
	case err == nil:
		return 0
	case errors.As(err, &status):
		return int(status)
	}
	fmt.Fprintln(p.stderr, "kopeck:", err)
	return 1
}

// exit is an error that has been reported and only sets the exit status.
type exit int

// Error implements error.
func (e exit) Error() string { return fmt.Sprintf("exit status %d", int(e)) }

// helped is the panic by which --help leaves the parser.
type helped struct{}

func parse(parser *kong.Kong, arguments []string) (selected *kong.Context, err error, shown bool) {
	defer func() {
		if p := recover(); p != nil {
			if _, ok := p.(helped); !ok {
				panic(p)
			}
			shown = true
		}
	}()
	selected, err = parser.Parse(arguments)
	return selected, err, false
}

// serveCommand serves the API on a database that is up to date.
type serveCommand struct{ listening }

// Run implements the command.
func (c *serveCommand) Run(ctx context.Context, s *settings, p *program) error {
	configured := *s
	var err error
	if configured.limits, err = c.check(); err != nil {
		return err
	}
	k, err := configured.open(ctx, mustBeCurrent, configured.logger(p.stderr), p.stderr)
	if err != nil {
		return err
	}
	defer k.close()
	return serve(ctx, &configured, c.listening, k, p, demonstration{})
}

// collectAt sets the growth of the heap in percent at which garbage is collected, until restore is called. GOGC in the
// environment takes precedence. At Go's default of 100 garbage collection takes a fifth of a server's time.
func collectAt(percent int) (restore func()) {
	if os.Getenv("GOGC") != "" {
		return func() {}
	}
	before := debug.SetGCPercent(percent)
	return func() { debug.SetGCPercent(before) }
}

// demonstration is what the command demo serves beside the API; its zero value is nothing.
type demonstration struct {
	examples []graphiql.Example
	mailbox  *mail.Mailbox              // where e-mails go unless a mail server is named, and that /demo/mailbox shows
	announce func(address string) error // called with the address before requests are served
}

// serve listens until the context ends, then completes the running requests.
func serve(ctx context.Context, s *settings, l listening, k *kopeck, p *program, d demonstration) error {
	defer collectAt(200)() // the memory of a response is garbage when the request ends
	trusted, err := l.documents()
	if err != nil {
		return err
	}
	proxies, err := transport.ParseProxies(string(l.TrustProxy))
	if err != nil {
		return fmt.Errorf("KOPECK_TRUST_PROXY: %w", err)
	}
	release, err := k.store.Serve(ctx)
	if err != nil {
		return fmt.Errorf("KOPECK_DATABASE_URL: %w", err)
	}
	defer release()
	background, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	watched, err := k.app.Watch(background)
	if err != nil {
		return fmt.Errorf("KOPECK_DATABASE_URL: %w", err)
	}
	if err := l.writeOffers(k.app.Sale); err != nil {
		return err
	}
	if err := l.sendMail(k.app.Outbox, d.mailbox); err != nil {
		return err
	}
	listener, err := net.Listen("tcp", l.Addr)
	if err != nil {
		return fmt.Errorf("KOPECK_ADDR: %w", err)
	}
	site := web.New(web.Config{
		App: k.app, Store: k.store, Keys: k.keys, Origins: l.CorsOrigins, Proxies: proxies,
		Development: s.Env == "development", Limits: s.limits.api, Examples: d.examples, Log: k.log, Now: time.Now,
		Trusted: trusted, PersistedQueries: l.Persisted,
	})
	server := &http.Server{
		Handler: d.beside(site), ReadHeaderTimeout: s.limits.header, ReadTimeout: s.limits.read, IdleTimeout: s.limits.idle,
		WriteTimeout:   s.limits.whole(), // for whatever sets no deadline of its own; the API does when an answer is ready
		MaxHeaderBytes: 64 << 10, ErrorLog: nil,
	}
	var workers sync.WaitGroup
	workers.Go(watched)
	workers.Go(func() { k.housekeeping(background) })
	delivering, endDelivery := context.WithCancel(ctx) // ends with the signal: what is being handed over has time until requests are completed
	workers.Go(func() { k.app.Outbox.Run(delivering) })
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(listener) }()
	defer func() {
		stop()
		endDelivery()
		workers.Wait()
		k.app.Value.Close()
	}()
	if d.announce != nil {
		if err := d.announce(listener.Addr().String()); err != nil {
			_ = server.Close()
			return err
		}
	}
	k.log.Info("listening", "address", listener.Addr().String(), "env", s.Env)
	if p.listening != nil {
		p.listening(listener.Addr().String())
	}
	select {
	case err := <-failed:
		return fmt.Errorf("the server has stopped: %w", err)
	case <-ctx.Done():
	}
	k.log.Info("shutting down: completing running requests")
	ending, cancel := context.WithTimeout(context.WithoutCancel(ctx), completeIn)
	defer cancel()
	if err := errors.Join(site.Shutdown(ending), server.Shutdown(ending)); err != nil {
		return errors.Join(fmt.Errorf("requests that ran for longer than %v after the signal to end were cut: %w", completeIn, err), server.Close())
	}
	return nil
}

// beside adds to the site what the demonstration serves beside it.
func (d demonstration) beside(site http.Handler) http.Handler {
	if d.mailbox == nil {
		return site
	}
	mux := http.NewServeMux()
	mux.Handle("GET /demo/mailbox", demo.MailboxPage(d.mailbox))
	mux.Handle("/", site)
	return mux
}

// completeIn is how long running requests have to end after the signal to end. With the default limits each ends before: see
// KOPECK_OPERATION_TIMEOUT and KOPECK_WRITE_TIMEOUT. Supervisors kill after 30 seconds.
const completeIn = 28 * time.Second
