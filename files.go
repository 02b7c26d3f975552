package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"kopeck/auth"
	"kopeck/files"
	"kopeck/money"
)

// importCommand reads orders, customers, contacts or rates from a file.
type importCommand struct {
	Kind string `arg:"" enum:"orders,customers,contacts,rates" help:"orders, customers, contacts or rates."`
	File string `arg:"" help:"The file; - reads standard input."`

	Format       string `enum:",kopeck,csv,cdnow" default:"" help:"kopeck (what export writes; recognised by itself), csv or cdnow."`
	Map          string `help:"CSV: the columns, as field=column,…: customer=customer_id,order=invoice,date=invoice_date,amount=amount."`
	CostShare    string `placeholder:"SHARE" help:"Orders: what the goods had cost as a share of the amount, 0 to 1, where no column says it. It is asked for, never assumed."`
	Currency     string `help:"Of the amounts; anything but the books' currency is refused." name:"file-currency"`
	Errors       string `enum:"reject-all,reject-row" default:"reject-all" help:"What a bad row does: reject-all writes nothing, reject-row takes the good ones."`
	Customers    string `enum:"create,known" default:"create" help:"Customers that orders and contacts name and nobody knows: create them, or reject the row (known)."`
	Update       bool   `help:"Customers: change those that are there with other content, instead of rejecting them."`
	DryRun       bool   `help:"Say what would happen and write nothing."`
	DateFormat   string `placeholder:"FORMAT" help:"Of dates, in YYYY MM M DD D HH H mm ss: M/D/YYYY. Not needed for YYYY-MM-DD, YYYYMMDD, DD.MM.YYYY and RFC 3339."`
	DecimalComma bool   `help:"12,50 is twelve and a half."`
	Rejects      string `placeholder:"FILE" help:"Where rejected rows go, with line and reason; FILE.rejects.csv unless told."`
}

// Run implements the command.
func (c *importCommand) Run(ctx context.Context, s *settings, p *program) error {
	k, err := s.open(ctx, fillEmpty, s.logger(p.stderr), p.stderr)
	if err != nil {
		return err
	}
	defer k.close()
	options := files.Options{
		Kind: files.Kind(c.Kind), Format: files.Format(c.Format), Map: c.Map, Currency: c.Currency, Errors: files.Policy(c.Errors),
		Customers: c.Customers, Update: c.Update, DryRun: c.DryRun, DateFormat: c.DateFormat, DecimalComma: c.DecimalComma,
		Rejects: c.Rejects, Path: c.File, Source: p.stdin,
	}
	if c.CostShare != "" {
		share, err := money.ParseDecimal(c.CostShare)
		if err != nil {
			return fmt.Errorf("--cost-share: %w", err)
		}
		options.CostShare = &share
	}
	if file, ok := p.stderr.(*os.File); ok {
		options.Progress = files.Bar(file)
	}
	defer collectAt(400)() // little of what an import makes lives on
	report, err := files.Import(auth.System(ctx), k.service, options)
	if err != nil {
		if errors.Is(err, context.Canceled) {
			return errors.New("stopped; what was written stays, run the same command again to go on")
		}
		return err
	}
	fmt.Fprintln(p.stdout, report)
	if status := report.ExitCode(); status != 0 {
		return exit(status)
	}
	return nil
}

// exportCommands write CSV: what can be imported again, and reports.
type exportCommands struct {
	Orders             exportOrdersCommand             `cmd:"" help:"Every order with its lines, to be imported again."`
	Customers          exportCustomersCommand          `cmd:"" help:"Every customer, to be imported again."`
	Contacts           exportContactsCommand           `cmd:"" help:"Every contact, to be imported again."`
	Rates              exportRatesCommand              `cmd:"" help:"Every rate with its corrections, to be imported again."`
	ContactEconomics   exportContactEconomicsCommand   `cmd:"" help:"What contacts cost and earned, by dimensions."`
	CustomerBase       exportCustomerBaseCommand       `cmd:"" help:"What all customers are worth, by dimensions."`
	ExpectedMonths     exportExpectedMonthsCommand     `cmd:"" help:"Orders and margin expected in the months to come."`
	AcquisitionSources exportAcquisitionSourcesCommand `cmd:"" help:"Who brings customers, and what that costs and earns."`
	StaffEconomics     exportStaffEconomicsCommand     `cmd:"" help:"What each of the staff cost and earned, beside what all staff together would have."`
	CustomerEconomics  exportCustomerEconomicsCommand  `cmd:"" help:"What each customer brought and cost."`
}

// output is where an export goes.
type output struct {
	Output string `short:"o" placeholder:"FILE" help:"Write to a file instead of standard output; it appears when it is whole."`
}

// write opens the database and writes what is to be exported.
func (o output) write(ctx context.Context, s *settings, p *program, export func(ctx context.Context, k *kopeck, to io.Writer) error) error {
	k, err := s.open(ctx, asItMustBe, s.logger(p.stderr), p.stderr)
	if err != nil {
		return err
	}
	defer k.close()
	ctx = auth.System(ctx)
	if o.Output == "" {
		return export(ctx, k, p.stdout)
	}
	part := o.Output + ".part"
	file, err := os.OpenFile(part, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	err = export(ctx, k, file)
	if err = errors.Join(err, file.Sync(), file.Close()); err != nil {
		return errors.Join(err, os.Remove(part))
	}
	return os.Rename(part, o.Output)
}

// everything writes all there is of a kind.
func (o output) everything(ctx context.Context, s *settings, p *program, kind files.Kind) error {
	return o.write(ctx, s, p, func(ctx context.Context, k *kopeck, to io.Writer) error {
		return files.Export(ctx, k.service, kind, to)
	})
}

type (
	exportOrdersCommand    struct{ output }
	exportCustomersCommand struct{ output }
	exportContactsCommand  struct{ output }
	exportRatesCommand     struct{ output }
)

// Run implements the command.
func (c *exportOrdersCommand) Run(ctx context.Context, s *settings, p *program) error {
	return c.everything(ctx, s, p, files.Orders)
}

// Run implements the command.
func (c *exportCustomersCommand) Run(ctx context.Context, s *settings, p *program) error {
	return c.everything(ctx, s, p, files.Customers)
}

// Run implements the command.
func (c *exportContactsCommand) Run(ctx context.Context, s *settings, p *program) error {
	return c.everything(ctx, s, p, files.Contacts)
}

// Run implements the command.
func (c *exportRatesCommand) Run(ctx context.Context, s *settings, p *program) error {
	return c.everything(ctx, s, p, files.Rates)
}
