// Kopeck is the money mind of a customer-oriented company: a GraphQL server that knows, while a customer is on
// the phone, what this person is worth, what this contact costs and earns, what the product really costs right
// now, which price this customer should hear, and whether the company may speak to them at all.
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

	"kopeck/transport/graphiql"
	"kopeck/web"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	os.Exit(run(ctx, os.Args[1:], program{stdin: os.Stdin, stdout: os.Stdout, stderr: os.Stderr}))
}

// program is what a command reads and writes besides the database.
type program struct {
	stdin          io.Reader
	stdout, stderr io.Writer
	listening      func(address string) // told when the server answers; for tests
}

// commands is the command line.
type commands struct {
	settings

	Serve   serveCommand   `cmd:"" help:"Serve the API."`
	Demo    demoCommand    `cmd:"" help:"Set up a demonstration company and serve it."`
	Migrate migrateCommand `cmd:"" help:"Bring the database to this program's version."`
	Import  importCommand  `cmd:"" help:"Read orders, customers, contacts or rates from a file."`
	Export  exportCommands `cmd:"" help:"Write CSV: orders, customers, contacts or rates that can be imported again, or a report."`
	Fit     fitCommand     `cmd:"" help:"Fit the lifetime-value model on the completed orders."`
	User    userCommands   `cmd:"" help:"Manage the people who sign in."`
	Token   tokenCommand   `cmd:"" help:"Print an access token for a role."`
	Check   checkCommand   `cmd:"" help:"Verify the books: say what is broken, and exit with 1 if anything is."`
	Keys    keysCommands   `cmd:"" name:"keys" help:"Manage the signing keys."`
}

// newCommands gives the command line before it is parsed.
func newCommands() *commands {
	c := &commands{}
	c.Serve.Limits, c.Demo.Limits = limitFlags(), limitFlags()
	return c
}

// run is the whole program: it parses the arguments, runs a command and gives the exit status: 0 done, 1 the
// command failed, 2 wrong arguments.
func run(ctx context.Context, arguments []string, p program) int {
	c := newCommands()
	parser, err := kong.New(c, kong.Name("kopeck"), kong.UsageOnError(), kong.Writers(p.stdout, p.stderr),
		kong.Description("The money mind of a customer-oriented company."), kong.Exit(func(int) { panic(helped{}) }))
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
		fmt.Fprintf(p.stderr, "kopeck: nothing reads the variable %s: is it a slip?\n", name)
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

// exit is an error that was told already and only sets the exit status.
type exit int

// Error implements error.
func (e exit) Error() string { return fmt.Sprintf("exit status %d", int(e)) }

// helped is how --help leaves the parser.
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

// serveCommand serves the API over a database that is up to date.
type serveCommand struct{ listening }

// Run implements the command.
func (c *serveCommand) Run(ctx context.Context, s *settings, p *program) error {
	told := *s
	var err error
	if told.limits, err = c.check(); err != nil {
		return err
	}
	k, err := told.open(ctx, asItMustBe, told.logger(p.stderr), p.stderr)
	if err != nil {
		return err
	}
	defer k.close()
	return serve(ctx, &told, c.listening, k, p, nil, nil)
}

// collectAt lets garbage be collected when the heap has grown by so many percent, unless GOGC says when, until back is called. At
// Go's own 100 a fifth of a server's time goes into it.
func collectAt(percent int) (back func()) {
	if os.Getenv("GOGC") != "" {
		return func() {}
	}
	before := debug.SetGCPercent(percent)
	return func() { debug.SetGCPercent(before) }
}

// serve listens until the context ends, then finishes what has begun. announce is told the address beforehand.
func serve(ctx context.Context, s *settings, l listening, k *kopeck, p *program, examples []graphiql.Example, announce func(address string) error) error {
	defer collectAt(200)() // an answer's memory lives but as long as the request
	trusted, err := l.documents()
	if err != nil {
		return err
	}
	release, err := k.store.Serve(ctx)
	if err != nil {
		return fmt.Errorf("KOPECK_DATABASE_URL: %w", err)
	}
	defer release()
	background, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	watched, err := k.service.Watch(background)
	if err != nil {
		return fmt.Errorf("KOPECK_DATABASE_URL: %w", err)
	}
	listener, err := net.Listen("tcp", l.Addr)
	if err != nil {
		return fmt.Errorf("KOPECK_ADDR: %w", err)
	}
	site := web.New(web.Config{
		Service: k.service, Store: k.store, Keys: k.keys, Origins: l.CorsOrigins, TrustProxy: l.TrustProxy,
		Development: s.Env == "development", Limits: s.limits.api, Examples: examples, Log: k.log, Now: time.Now,
		Trusted: trusted, PersistedQueries: l.Persisted,
	})
	server := &http.Server{
		Handler: site, ReadHeaderTimeout: s.limits.header, ReadTimeout: s.limits.read, IdleTimeout: s.limits.idle,
		MaxHeaderBytes: 64 << 10, ErrorLog: nil,
	}
	var workers sync.WaitGroup
	workers.Go(watched)
	workers.Go(func() { k.housekeeping(background) })
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(listener) }()
	defer func() {
		stop()
		workers.Wait()
	}()
	if announce != nil {
		if err := announce(listener.Addr().String()); err != nil {
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
		return fmt.Errorf("the server stopped: %w", err)
	case <-ctx.Done():
	}
	k.log.Info("shutting down: finishing what has begun")
	ending, cancel := context.WithTimeout(context.WithoutCancel(ctx), 30*time.Second)
	defer cancel()
	return errors.Join(site.Shutdown(ending), server.Shutdown(ending))
}
