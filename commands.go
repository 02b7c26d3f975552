package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"golang.org/x/term"

	"kopeck/auth"
	"kopeck/ent"
	"kopeck/money"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/service/app"
	"kopeck/service/books"
	"kopeck/service/value"
)

// migrateCommand migrates the database to this program's version.
type migrateCommand struct{}

// Run implements the command.
func (c *migrateCommand) Run(ctx context.Context, s *settings, p *program) error {
	k, err := s.open(ctx, migrateIfOld, s.logger(p.stderr), p.stdout)
	if err != nil {
		return err
	}
	defer k.close()
	version, _, err := k.store.Version(ctx)
	fmt.Fprintf(p.stdout, "database: version %d\n", version)
	return err
}

// fitCommand fits a lifetime-value model or an attribution model.
type fitCommand struct {
	Kind           string `default:"" enum:",BG_NBD,MBG_NBD,PARETO_NBD,MBG_CNBD_K,MEAN_RATE,OWN_RATE,RECENCY_FREQUENCY,LAST_PERIOD,MARKOV,SHAPLEY" help:"The model of how often customers order and when they leave: BG_NBD, MBG_NBD, PARETO_NBD or, for regular buyers, MBG_CNBD_K. If none is given, these are fitted and the one that best predicts held-out orders becomes active. MEAN_RATE, OWN_RATE, RECENCY_FREQUENCY and LAST_PERIOD are simple forecasts. MARKOV and SHAPLEY are fitted to all journeys and credit margins to contacts."`
	Order          int    `default:"1" help:"MARKOV: the order of its chain, 1 or 2."`
	Unit           string `default:"WEEK" enum:"DAY,WEEK,MONTH" help:"The unit of time of the model."`
	OrderMargin    string `default:"MODEL" enum:"MODEL,OWN_MEAN" help:"What an order is expected to earn by: the margin model, or the mean of the customer's own order days."`
	CalibrationEnd string `placeholder:"YYYY-MM-DD" help:"Fit the model to the orders up to and including this day, and test it on later ones."`
	NoActivate     bool   `help:"Store the fit without making it the active model."`
	JSON           bool   `name:"json" help:"Print the fit as JSON."`
}

// Run implements the command.
func (c *fitCommand) Run(ctx context.Context, s *settings, p *program) error {
	k, err := s.open(ctx, createIfEmpty, s.logger(p.stderr), p.stderr)
	if err != nil {
		return err
	}
	defer k.close()
	if model := schema.AttributionModel(c.Kind); model == schema.AttributeMarkov || model == schema.AttributeShapley {
		return c.attribution(ctx, k.app, model, p)
	}
	unit, activate := schema.TimeUnit(c.Unit), !c.NoActivate
	margin := schema.OrderMarginForecast(c.OrderMargin)
	in := service.FitLifetimeModelInput{TimeUnit: &unit, Activate: &activate, OrderMargin: &margin}
	if c.Kind != "" {
		kind := schema.LifetimeModelKind(c.Kind)
		in.Kind = &kind
	}
	if c.CalibrationEnd != "" {
		day, err := time.ParseInLocation(time.DateOnly, c.CalibrationEnd, k.app.Settings().Zone)
		if err != nil {
			return fmt.Errorf("--calibration-end: %q is not a date; write it as YYYY-MM-DD", c.CalibrationEnd)
		}
		day = day.UTC()
		in.CalibrationEnd = &day
	}
	model, err := k.app.Value.Fit(auth.System(ctx), in)
	if err != nil {
		return err
	}
	return c.print(model, k.app.Currency, p)
}

// attribution fits MARKOV or SHAPLEY.
func (c *fitCommand) attribution(ctx context.Context, s *app.App, model schema.AttributionModel, p *program) error {
	row, err := s.Books.FitAttribution(auth.System(ctx), service.FitAttributionInput{Model: model, Order: &c.Order})
	if err != nil {
		return err
	}
	report, err := books.FitReport(row)
	if err != nil {
		return err
	}
	if c.JSON {
		return p.printJSON(map[string]any{"id": row.ID, "model": row.Model, "fittedAt": row.FittedAt, "fit": row.Fit})
	}
	fmt.Fprintf(p.stdout, "%s on %d journeys, %d of which ended in an order (%s)\n", row.Model, report.Journeys, report.Converted, report.ConversionProbability)
	for _, state := range report.States {
		fmt.Fprintf(p.stdout, "%-16s %-10s %s", state.Kind, state.Channel, state.Weight)
		if state.RemovalEffect != nil {
			fmt.Fprintf(p.stdout, "  removal effect %s", state.RemovalEffect)
		}
		if state.StandardError != nil && report.Permutations > 0 {
			fmt.Fprintf(p.stdout, "  standard error %s", state.StandardError)
		}
		fmt.Fprintln(p.stdout)
	}
	return nil
}

// printJSON prints a value as indented JSON.
func (p *program) printJSON(value any) error {
	out := json.NewEncoder(p.stdout)
	out.SetIndent("", "  ")
	return out.Encode(value)
}

// print prints a fit of a lifetime-value model.
func (c *fitCommand) print(m *ent.LifetimeModel, currency money.Currency, p *program) error {
	test, err := value.BackTestOf(m)
	if err != nil {
		return err
	}
	notes, err := value.FitNotes(m)
	if err != nil {
		return err
	}
	if c.JSON {
		return p.printJSON(map[string]any{
			"id": m.ID, "kind": m.Kind, "timeUnit": m.TimeUnit, "parameters": m.Parameters, "logLikelihood": m.LogLikelihood,
			"customers": m.Customers, "converged": m.Converged, "iterations": m.Iterations, "gradientNorm": m.GradientNorm,
			"active": m.Active, "fittedAt": m.FittedAt, "calibrationEnd": m.CalibrationEnd, "backTest": test.Figures(currency), "notes": notes,
		})
	}
	fmt.Fprintf(p.stdout, "%s in %ss on %d customers: log-likelihood %.4f, converged %t\n", m.Kind, strings.ToLower(string(m.TimeUnit)), m.Customers, m.LogLikelihood, m.Converged)
	parameters, err := json.Marshal(m.Parameters)
	if err != nil {
		return err
	}
	fmt.Fprintf(p.stdout, "parameters %s\n", parameters)
	if test != nil {
		fmt.Fprintf(p.stdout, "back-test: %.1f orders predicted, %d came; RMSE %.4f (baseline %.4f)\n", test.PredictedOrders, test.HoldoutOrders, test.RootMeanSquareError, test.BaselineRootMeanSquareError)
		printRivals(test, currency, p)
	}
	for _, note := range notes {
		fmt.Fprintln(p.stdout, "note:", note)
	}
	return nil
}

// printRivals prints a back-test beside the simple forecasts.
func printRivals(test *value.BackTest, currency money.Currency, p *program) {
	if test.MarginRootMeanSquareError == nil {
		return
	}
	const row = "%-18s %10.1f orders, RMSE %.4f; margin %s, RMSE %s%s\n"
	fmt.Fprintf(p.stdout, row, "the model", test.PredictedOrders, test.RootMeanSquareError, currency.Format(*test.PredictedMargin), currency.Format(*test.MarginRootMeanSquareError), "")
	for _, r := range test.Rivals {
		better := ""
		switch {
		case r.BetterForOrders && r.BetterForMargin:
			better = " (better)"
		case r.BetterForOrders:
			better = " (better for orders)"
		case r.BetterForMargin:
			better = " (better for the margin)"
		}
		fmt.Fprintf(p.stdout, row, r.Forecast, r.PredictedOrders, r.RootMeanSquareError, currency.Format(r.PredictedMargin), currency.Format(r.MarginRootMeanSquareError), better)
	}
}

// userCommands manages the people who sign in.
type userCommands struct {
	Add userAddCommand `cmd:"" help:"Create a user. The password is asked for on a terminal, otherwise read from standard input."`
}

// userAddCommand creates a user.
type userAddCommand struct {
	Email   string `required:"" help:"The e-mail address with which the user signs in."`
	Name    string `required:"" help:"The user's name."`
	Role    string `required:"" enum:"ADMIN,MANAGER,SALES,ANALYST,PARTNER" help:"ADMIN, MANAGER, SALES, ANALYST or PARTNER."`
	Grade   string `help:"The code of a STAFF rate that several people share."`
	Partner string `help:"For PARTNER: the partner's name."`
}

// Run implements the command.
func (c *userAddCommand) Run(ctx context.Context, s *settings, p *program) error {
	k, err := s.open(ctx, createIfEmpty, s.logger(p.stderr), p.stderr)
	if err != nil {
		return err
	}
	defer k.close()
	password, err := p.password()
	if err != nil {
		return err
	}
	in := service.CreateUserInput{Email: c.Email, Name: c.Name, Role: schema.Role(c.Role), Password: password}
	if c.Grade != "" {
		in.Grade = &c.Grade
	}
	if c.Partner != "" {
		in.Partner = &c.Partner
	}
	user, err := k.app.People.CreateUser(auth.System(ctx), in)
	if err != nil {
		return err
	}
	fmt.Fprintln(p.stdout, user.ID)
	return nil
}

// password reads a password from a terminal without showing it, otherwise the first line of standard input.
func (p *program) password() (string, error) {
	if file, ok := p.stdin.(interface{ Fd() uintptr }); ok && term.IsTerminal(int(file.Fd())) {
		fmt.Fprint(p.stderr, "Password: ")
		password, err := term.ReadPassword(int(file.Fd()))
		fmt.Fprintln(p.stderr)
		return string(password), err
	}
	line, err := bufio.NewReader(p.stdin).ReadString('\n')
	if line = strings.TrimRight(line, "\r\n"); line == "" {
		return "", errors.Join(errors.New("standard input is empty; send the password as its first line"), err)
	}
	return line, nil
}

// tokenCommand prints an access token.
type tokenCommand struct {
	Role  string        `enum:",ADMIN,MANAGER,SALES,ANALYST,PARTNER" default:"" help:"ADMIN, MANAGER, SALES, ANALYST or PARTNER."`
	Email string        `help:"The e-mail address of the user; if not given, the oldest active user of the role is chosen."`
	TTL   time.Duration `name:"ttl" default:"15m" help:"How long the token is valid."`
}

// Run implements the command.
func (c *tokenCommand) Run(ctx context.Context, s *settings, p *program) error {
	k, err := s.open(ctx, createIfEmpty, s.logger(p.stderr), p.stderr)
	if err != nil {
		return err
	}
	defer k.close()
	token, _, err := k.app.People.IssueToken(auth.System(ctx), schema.Role(c.Role), c.Email, c.TTL)
	if err != nil {
		return err
	}
	fmt.Fprintln(p.stdout, token)
	return nil
}

// checkCommand verifies the laws (see docs/architecture.md) on the live database.
type checkCommand struct{}

// Run implements the command.
func (c *checkCommand) Run(ctx context.Context, s *settings, p *program) error {
	k, err := s.open(ctx, mustBeCurrent, s.logger(p.stderr), p.stderr)
	if err != nil {
		return err
	}
	defer k.close()
	findings, pending, err := k.app.Check.Verify(auth.System(ctx))
	if err != nil {
		return err
	}
	for _, finding := range findings {
		fmt.Fprintln(p.stdout, finding)
	}
	if pending > 0 {
		fmt.Fprintf(p.stdout, "stages of contacts that the nightly run restates, since the observed end of the orders has moved: %d\n", pending)
	}
	if len(findings) > 0 {
		plural := "s"
		if len(findings) == 1 {
			plural = ""
		}
		fmt.Fprintf(p.stdout, "%d finding%s\n", len(findings), plural)
		return exit(1)
	}
	fmt.Fprintln(p.stdout, "the books are in order")
	return nil
}

// keysCommands manages the signing keys.
type keysCommands struct {
	Rotate keysRotateCommand `cmd:"" help:"Create a new signing key; tokens signed by the old one stay valid."`
	Public keysPublicCommand `cmd:"" help:"Print the public keys that verify receipts of permissions, as /.well-known/receipt-keys.json does."`
}

// keysRotateCommand creates a new signing key.
type keysRotateCommand struct {
	Use string `arg:"" enum:"access,price,link,receipt" help:"access, price, link or receipt."`
}

// Run implements the command.
func (c *keysRotateCommand) Run(_ context.Context, s *settings, _ *program) error {
	keys, err := auth.OpenKeys(s.Keys, time.Now, nil)
	if err != nil {
		return fmt.Errorf("KOPECK_KEYS: %w", err)
	}
	return keys.Rotate(auth.KeyUse(c.Use))
}
