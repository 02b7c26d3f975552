package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"kopeck/auth"
	"kopeck/files"
	"kopeck/files/option"
	"kopeck/money"
)

// importCommand reads records of a kind from a file.
type importCommand struct {
	Kind string `arg:"" enum:"orders,customers,contacts,rates,spend,measurements,products,recipes,rules,agreements,fields,relations,expected-prices" help:"orders, customers, contacts, rates, spend, measurements, products, recipes, rules, agreements, fields (definitions of own fields), relations (of customers) or expected-prices."`
	File string `arg:"" help:"The file; - reads standard input."`

	Format       string   `enum:",kopeck,csv,cdnow" default:"" help:"kopeck (what export writes; detected), csv or cdnow."`
	Map          []string `sep:"none" placeholder:"FIELD=FROM,…" help:"CSV: where fields come from, each from a column or an expression (CEL) over columns, such as customer=customer_id,date=invoice_date,amount=amount or 'name=first + \" \" + last'. May be given more than once."`
	Profile      string   `placeholder:"NAME|FILE" help:"CSV: how another program's exports are read, by a profile of this program (see profile) or a file of one's own. Other flags are before what it says."`
	Preview      bool     `help:"Show the first rows as they would be read, and write nothing."`
	Words        []string `sep:"none" placeholder:"FIELD:TEXT=VALUE,…" help:"CSV: what the cells of a field mean, such as status:paid=COMPLETED,void=CANCELLED; * is any other text. May be given more than once."`
	Where        string   `placeholder:"EXPRESSION" help:"CSV: read only the rows of which this is true, such as 'kind == \"sale\"'."`
	Negative     string   `enum:"reject,refund" default:"reject" help:"Orders: what a row with a negative amount is: an error (reject), or a refund of the order with its id."`
	Rest         string   `enum:",reject,spread" default:"" help:"Orders whose rows are lines (sku or title is mapped): what the difference between an order's total and the sum of its lines is, such as a delivery: an error (reject, if not given), or spread over the lines (spread)."`
	Products     string   `enum:",create,known" default:"" help:"Unknown products of lines of orders: create them, inactive (create, if not given), or reject the row (known)."`
	Encoding     string   `placeholder:"NAME" help:"The encoding of the file, such as windows-1251, windows-1252, utf-16 or koi8-r. If not given it is found from the bytes, and the report says so."`
	Skip         int      `placeholder:"N" help:"CSV: pass over N lines above the header."`
	NoHeader     bool     `help:"CSV: the first line is a row; the columns are called c1, c2, …"`
	CostShare    string   `placeholder:"SHARE" help:"Orders: the cost of the goods as a share of the amount, 0 to 1; required if no column has the cost."`
	Currency     string   `help:"The currency of the amounts; an error unless it is the installation's." name:"file-currency"`
	Errors       string   `enum:"reject-all,reject-row" default:"reject-all" help:"What an invalid row does: with reject-all nothing is written, with reject-row the valid rows are."`
	Customers    string   `enum:"create,known" default:"create" help:"Unknown customers of orders and contacts: create them, or reject the row (known)."`
	Update       bool     `help:"Customers, measurements, products, recipes, rules, fields, relations, and own fields of contacts and orders: change what exists with other content instead of rejecting the rows. Empty cells change nothing."`
	Empty        string   `enum:"keep,clear" default:"keep" help:"With --update: what an empty cell does. With keep the value stays, with clear it is erased: of customers where it may be empty, of contacts, orders and products in own fields."`
	DryRun       bool     `help:"Report what would be written, and write nothing."`
	DateFormat   string   `placeholder:"FORMAT" help:"The format of dates, such as 'M/D/YYYY h:mm A', from YYYY YY MMMM MMM MM M DD D HH H hh h mm ss SSS, A (AM or PM), Z (an offset such as -0400) and punctuation. Not needed for YYYY-MM-DD, YYYYMMDD and DD.MM.YYYY, with or without a time and an offset."`
	TimeZone     string   `placeholder:"ZONE" help:"The time zone of times without an offset, such as Europe/Moscow; the installation's if not given."`
	Numbers      string   `placeholder:"EXAMPLE" help:"The number 1234.50 as the file has it: 1,234.50 or 1.234,50 or '1 234,50'. Other numbers are rejected. Not needed where the numbers show it."`
	DecimalComma bool     `help:"Numbers have a decimal comma: 12,50."`
	Round        bool     `help:"Round off more decimals than the currency has, half to even, instead of rejecting the row."`
	Null         string   `placeholder:"WORD,…" help:"What stands in cells that mean nothing, such as 'NULL,#N/A,-'."`
	Rejects      string   `placeholder:"FILE" help:"The file for rejected rows, with line and reason; FILE.rejects.csv, beside FILE, if not given."`
}

// Run implements the command.
func (c *importCommand) Run(ctx context.Context, s *settings, p *program) error {
	k, err := s.open(ctx, createIfEmpty, s.logger(p.stderr), p.stderr)
	if err != nil {
		return err
	}
	defer k.close()
	options := option.Options{
		Kind: option.Kind(c.Kind), Format: option.Format(c.Format), Profile: c.Profile, Map: strings.Join(c.Map, ","), Words: c.Words, Where: c.Where, Negative: option.Negativity(c.Negative), Rest: c.Rest, Products: c.Products, Currency: c.Currency, Errors: option.Policy(c.Errors),
		Customers: c.Customers, Update: c.Update, Empty: option.Emptiness(c.Empty), DryRun: c.DryRun, DateFormat: c.DateFormat, TimeZone: c.TimeZone,
		Encoding: c.Encoding, Skip: c.Skip, NoHeader: c.NoHeader,
		Numbers: c.Numbers, DecimalComma: c.DecimalComma, Round: c.Round, Null: c.Null,
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
	if c.Preview {
		text, err := files.Preview(ctx, k.app, options)
		fmt.Fprint(p.stdout, text)
		return err
	}
	defer collectAt(400)() // most of an import's memory is garbage soon
	report, err := files.Import(auth.System(ctx), k.app, options)
	if err != nil {
		if errors.Is(err, context.Canceled) {
			return errors.New("interrupted; the rows written so far are kept; run the same command to continue")
		}
		return err
	}
	fmt.Fprintln(p.stdout, report)
	if status := report.ExitCode(); status != 0 {
		return exit(status)
	}
	return nil
}

// profileCommand shows profiles, to be copied and changed.
type profileCommand struct {
	Name string `arg:"" optional:"" help:"The profile to print; all are listed if not given."`
}

// Run implements the command.
func (c *profileCommand) Run(p *program) error {
	for _, one := range option.Profiles() {
		switch c.Name {
		case "":
			fmt.Fprintf(p.stdout, "%-16s %s\n", one.Name, one.About)
		case one.Name:
			fmt.Fprint(p.stdout, one.Text)
			return nil
		}
	}
	if c.Name != "" {
		return fmt.Errorf("there is no profile %q; without a name all are listed", c.Name)
	}
	return nil
}

// exportCommands write CSV files: rows that can be imported, and reports.
type exportCommands struct {
	Orders              exportOrdersCommand              `cmd:"" help:"All orders with their lines, for import."`
	Customers           exportCustomersCommand           `cmd:"" help:"All customers, for import."`
	Contacts            exportContactsCommand            `cmd:"" help:"All contacts, for import."`
	Rates               exportRatesCommand               `cmd:"" help:"All rates with their corrections, for import."`
	Spend               exportSpendCommand               `cmd:"" help:"All spend of campaigns with its corrections, for import."`
	Measurements        exportMeasurementsCommand        `cmd:"" help:"All definitions of measurements, for import."`
	Products            exportProductsCommand            `cmd:"" help:"All products with their price terms, for import."`
	Recipes             exportRecipesCommand             `cmd:"" help:"All recipes with their options, for import."`
	Rules               exportRulesCommand               `cmd:"" help:"All price rules, for import."`
	Agreements          exportAgreementsCommand          `cmd:"" help:"All agreed and proposed prices of customers, for import."`
	Fields              exportFieldsCommand              `cmd:"" help:"The definitions of the installation's own fields, for import."`
	Relations           exportRelationsCommand           `cmd:"" help:"All relations between customers, for import."`
	ExpectedPrices      exportExpectedPricesCommand      `cmd:"" help:"All prices that customers expected, for import."`
	ContactEconomics    exportContactEconomicsCommand    `cmd:"" help:"Cost and value of contacts, by dimensions."`
	PermissionEconomics exportPermissionEconomicsCommand `cmd:"" help:"What permissions are worth, by dimensions."`
	CustomerBase        exportCustomerBaseCommand        `cmd:"" help:"Value of all customers, by dimensions."`
	ExpectedMonths      exportExpectedMonthsCommand      `cmd:"" help:"Orders and margins expected of the present customers, by month."`
	AcquisitionSources  exportAcquisitionSourcesCommand  `cmd:"" help:"Sources of new customers, with their costs and values."`
	StaffEconomics      exportStaffEconomicsCommand      `cmd:"" help:"Cost and value of the contacts of each member of staff, compared with all staff."`
	CustomerEconomics   exportCustomerEconomicsCommand   `cmd:"" help:"What each customer earned and cost."`
	Sales               exportSalesCommand               `cmd:"" help:"Revenue, tax, cost and margin, by dimensions."`
	UnkeptDates         exportUnkeptDatesCommand         `cmd:"" help:"Orders whose due days the capacity cannot keep, with the first day that holds."`
}

// output has the flag for the destination of an export.
type output struct {
	Output string `short:"o" placeholder:"FILE" help:"Write to a file instead of standard output. The file appears when it is complete."`
}

// write opens the database and runs an export.
func (o output) write(ctx context.Context, s *settings, p *program, export func(ctx context.Context, k *kopeck, to io.Writer) error) error {
	k, err := s.open(ctx, mustBeCurrent, s.logger(p.stderr), p.stderr)
	if err != nil {
		return err
	}
	defer k.close()
	ctx = auth.System(ctx)
	if o.Output == "" {
		return export(ctx, k, p.stdout)
	}
	return toFile(o.Output, func(to io.Writer) error { return export(ctx, k, to) })
}

// toFile writes a file that appears when it is complete. What is no file, such as a device or a pipe, is written to as it is, and a link
// stays one: the file that it names is written.
func toFile(path string, write func(io.Writer) error) error {
	at, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		return err
	case !at.Mode().IsRegular():
		file, err := os.OpenFile(path, os.O_WRONLY, 0)
		if err != nil {
			return err
		}
		return errors.Join(write(file), file.Close())
	default:
		if path, err = filepath.EvalSymlinks(path); err != nil {
			return err
		}
	}
	part := path + ".part"
	file, err := os.OpenFile(part, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600) // it holds customers
	if err != nil {
		return err
	}
	err = write(file)
	if err = errors.Join(err, file.Sync(), file.Close()); err != nil {
		return errors.Join(err, os.Remove(part))
	}
	return os.Rename(part, path)
}

// all exports all rows of a kind.
func (o output) all(ctx context.Context, s *settings, p *program, kind option.Kind) error {
	return o.write(ctx, s, p, func(ctx context.Context, k *kopeck, to io.Writer) error {
		return files.Export(ctx, k.app, kind, to)
	})
}

type (
	exportOrdersCommand    struct{ output }
	exportCustomersCommand struct{ output }
	exportContactsCommand  struct{ output }
	exportRatesCommand     struct{ output }
	exportSpendCommand     struct{ output }

	exportMeasurementsCommand struct{ output }
	exportProductsCommand     struct{ output }
	exportRecipesCommand      struct{ output }
	exportRulesCommand        struct{ output }
	exportAgreementsCommand   struct{ output }

	exportFieldsCommand         struct{ output }
	exportRelationsCommand      struct{ output }
	exportExpectedPricesCommand struct{ output }
)

// Run implements the command.
func (c *exportOrdersCommand) Run(ctx context.Context, s *settings, p *program) error {
	return c.all(ctx, s, p, option.Orders)
}

// Run implements the command.
func (c *exportCustomersCommand) Run(ctx context.Context, s *settings, p *program) error {
	return c.all(ctx, s, p, option.Customers)
}

// Run implements the command.
func (c *exportContactsCommand) Run(ctx context.Context, s *settings, p *program) error {
	return c.all(ctx, s, p, option.Contacts)
}

// Run implements the command.
func (c *exportRatesCommand) Run(ctx context.Context, s *settings, p *program) error {
	return c.all(ctx, s, p, option.Rates)
}

// Run implements the command.
func (c *exportSpendCommand) Run(ctx context.Context, s *settings, p *program) error {
	return c.all(ctx, s, p, option.Spend)
}

// Run implements the command.
func (c *exportMeasurementsCommand) Run(ctx context.Context, s *settings, p *program) error {
	return c.all(ctx, s, p, option.Measurements)
}

// Run implements the command.
func (c *exportProductsCommand) Run(ctx context.Context, s *settings, p *program) error {
	return c.all(ctx, s, p, option.Products)
}

// Run implements the command.
func (c *exportRecipesCommand) Run(ctx context.Context, s *settings, p *program) error {
	return c.all(ctx, s, p, option.Recipes)
}

// Run implements the command.
func (c *exportRulesCommand) Run(ctx context.Context, s *settings, p *program) error {
	return c.all(ctx, s, p, option.Rules)
}

// Run implements the command.
func (c *exportAgreementsCommand) Run(ctx context.Context, s *settings, p *program) error {
	return c.all(ctx, s, p, option.Agreements)
}

// Run implements the command.
func (c *exportFieldsCommand) Run(ctx context.Context, s *settings, p *program) error {
	return c.all(ctx, s, p, option.Fields)
}

// Run implements the command.
func (c *exportRelationsCommand) Run(ctx context.Context, s *settings, p *program) error {
	return c.all(ctx, s, p, option.Relations)
}

// Run implements the command.
func (c *exportExpectedPricesCommand) Run(ctx context.Context, s *settings, p *program) error {
	return c.all(ctx, s, p, option.ExpectedPrices)
}
