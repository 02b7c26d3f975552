package main

import (
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"kopeck/money"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/service/revenue"
)

// period has the flags for the period of a report.
type period struct {
	From string `required:"" placeholder:"DATE" help:"Start: YYYY-MM-DD, a day in the installation's time zone, or a time in RFC 3339."`
	To   string `required:"" placeholder:"DATE" help:"End, exclusive: a day or a time as for --from."`
}

// read returns the start and the end of the period; days are of the installation's time zone.
func (t period) read(zone *time.Location) (from, to time.Time, err error) {
	if from, err = momentOf("--from", t.From, zone); err == nil {
		to, err = momentOf("--to", t.To, zone)
	}
	return from, to, err
}

// openPeriod has the flags for the period of a report that may have no bounds.
type openPeriod struct {
	From string `placeholder:"DATE" help:"Start, as in the other reports; if not given, all of the past."`
	To   string `placeholder:"DATE" help:"End, exclusive: a day or a time as for --from."`
}

// read returns the start and the end of the period, nil for none; days are of the installation's time zone.
func (t openPeriod) read(zone *time.Location) (from, to *time.Time, err error) {
	if from, err = optionalMoment("--from", t.From, zone); err == nil {
		to, err = optionalMoment("--to", t.To, zone)
	}
	return from, to, err
}

// optionalMoment is momentOf for a flag that may be absent; nil then.
func optionalMoment(flag, text string, zone *time.Location) (*time.Time, error) {
	if text == "" {
		return nil, nil
	}
	at, err := momentOf(flag, text, zone)
	return &at, err
}

// momentOf reads a day in a time zone or a time in RFC 3339, truncated to microseconds.
func momentOf(flag, text string, zone *time.Location) (time.Time, error) {
	at, err := time.ParseInLocation(time.DateOnly, text, zone)
	if err != nil {
		at, err = time.Parse(time.RFC3339Nano, text)
	}
	if err != nil {
		return at, fmt.Errorf("%s: cannot read %q; write YYYY-MM-DD or a time in RFC 3339 such as 2026-11-20T09:30:00Z", flag, text)
	}
	return at.UTC().Truncate(time.Microsecond), nil
}

// exportContactEconomicsCommand writes the cost and value of contacts.
type exportContactEconomicsCommand struct {
	period
	By      []string `enum:"KIND,CHANNEL,DIRECTION,STAFF,STAGE,SEGMENT,MONTH" placeholder:"KIND,CHANNEL" help:"Any of ${enum}; if not given, one row for all contacts."`
	Model   string   `enum:",FIRST,LAST,LINEAR,TIME_DECAY,POSITION,MARKOV,SHAPLEY" default:"" help:"Credit margins by FIRST, LAST, LINEAR, TIME_DECAY, POSITION, MARKOV or SHAPLEY instead of using the credits in the books, which are not changed."`
	KnownAt string   `placeholder:"DATE" help:"Use the books as they were then, before later corrections and refunds; a day or a time as for --from."`
	output
}

// Run implements the command.
func (c *exportContactEconomicsCommand) Run(ctx context.Context, s *settings, p *program) error {
	return c.write(ctx, s, p, func(ctx context.Context, k *kopeck, to io.Writer) error {
		from, until, err := c.read(k.app.Settings().Zone)
		if err != nil {
			return err
		}
		by := make([]service.ContactDimension, len(c.By))
		for i, one := range c.By {
			by[i] = service.ContactDimension(one)
		}
		var model *schema.AttributionModel
		if c.Model != "" {
			given := schema.AttributionModel(c.Model)
			model = &given
		}
		known, err := optionalMoment("--known-at", c.KnownAt, k.app.Settings().Zone)
		if err != nil {
			return err
		}
		report, err := k.app.Report.ContactEconomics(ctx, from, until, by, model, known)
		if err != nil {
			return err
		}
		return report.Sheet(k.app.Currency).Write(to)
	})
}

// exportPermissionEconomicsCommand writes what permissions are worth.
type exportPermissionEconomicsCommand struct {
	period
	By []string `enum:"LEVEL,CHANNEL,PURPOSE,SOURCE,WORDING" placeholder:"LEVEL,CHANNEL" help:"Any of ${enum}; if not given, one row for all permissions."`
	output
}

// Run implements the command.
func (c *exportPermissionEconomicsCommand) Run(ctx context.Context, s *settings, p *program) error {
	return c.write(ctx, s, p, func(ctx context.Context, k *kopeck, to io.Writer) error {
		from, until, err := c.read(k.app.Settings().Zone)
		if err != nil {
			return err
		}
		by := make([]service.PermissionDimension, len(c.By))
		for i, one := range c.By {
			by[i] = service.PermissionDimension(one)
		}
		report, err := k.app.ConsentWorth.PermissionEconomics(ctx, from, until, by)
		if err != nil {
			return err
		}
		return report.Sheet(k.app.Currency).Write(to)
	})
}

// exportStaffEconomicsCommand writes the cost and value of the contacts of each member of the staff.
type exportStaffEconomicsCommand struct {
	period
	output
}

// Run implements the command.
func (c *exportStaffEconomicsCommand) Run(ctx context.Context, s *settings, p *program) error {
	return c.write(ctx, s, p, func(ctx context.Context, k *kopeck, to io.Writer) error {
		from, until, err := c.read(k.app.Settings().Zone)
		if err != nil {
			return err
		}
		report, err := k.app.Report.StaffEconomics(ctx, from, until)
		if err != nil {
			return err
		}
		return report.Sheet(k.app.Currency).Write(to)
	})
}

// exportCustomerEconomicsCommand writes what each customer earned and cost.
type exportCustomerEconomicsCommand struct {
	openPeriod
	output
}

// Run implements the command.
func (c *exportCustomerEconomicsCommand) Run(ctx context.Context, s *settings, p *program) error {
	return c.write(ctx, s, p, func(ctx context.Context, k *kopeck, to io.Writer) error {
		from, until, err := c.read(k.app.Settings().Zone)
		if err != nil {
			return err
		}
		return k.app.Report.WriteCustomerEconomics(ctx, from, until, to)
	})
}

// exportSalesCommand writes what was sold and what is left of it.
type exportSalesCommand struct {
	openPeriod
	By      []string `enum:"PRODUCT,CATEGORY,DAY,MONTH,QUARTER,YEAR,SEGMENT,STAFF,CUSTOMER_KIND,PARTNER" placeholder:"PRODUCT,MONTH" help:"Any of ${enum}; if not given, one row for all sales."`
	Basis   string   `enum:"ORDER,BOOKED" default:"ORDER" help:"ORDER counts by the moment of the order, restated by later refunds and cancellations; BOOKED counts completions, refunds and cancellations by their own moments."`
	KnownAt string   `placeholder:"DATE" help:"Use what was known then, before later refunds and corrections; a day or a time as for --from."`
	output
}

// Run implements the command.
func (c *exportSalesCommand) Run(ctx context.Context, s *settings, p *program) error {
	return c.write(ctx, s, p, func(ctx context.Context, k *kopeck, to io.Writer) error {
		zone := k.app.Settings().Zone
		from, until, err := c.read(zone)
		if err != nil {
			return err
		}
		known, err := optionalMoment("--known-at", c.KnownAt, zone)
		if err != nil {
			return err
		}
		by := make([]service.SalesDimension, len(c.By))
		for i, one := range c.By {
			by[i] = service.SalesDimension(one)
		}
		report, err := k.app.Revenue.SalesReport(ctx, revenue.Query{From: from, To: until, By: by, Basis: service.SalesBasis(c.Basis), KnownAt: known})
		if err != nil {
			return err
		}
		return report.Sheet(k.app.Currency).Write(to)
	})
}

// exportUnkeptDatesCommand writes the orders whose due days cannot be kept.
type exportUnkeptDatesCommand struct{ output }

// Run implements the command.
func (c *exportUnkeptDatesCommand) Run(ctx context.Context, s *settings, p *program) error {
	return c.write(ctx, s, p, func(ctx context.Context, k *kopeck, to io.Writer) error {
		sheet, err := k.app.Workshop.UnkeptSheet(ctx)
		if err != nil {
			return err
		}
		return sheet.Write(to)
	})
}

// exportCustomerBaseCommand writes the value of all customers.
type exportCustomerBaseCommand struct {
	By      []string `enum:"SEGMENT,STAGE,ACQUIRED,SOURCE" placeholder:"SEGMENT,STAGE" help:"Any of ${enum}; if not given, one row for all customers."`
	Horizon int      `default:"12" help:"Months ahead, 1 to 600."`
	output
}

// Run implements the command.
func (c *exportCustomerBaseCommand) Run(ctx context.Context, s *settings, p *program) error {
	return c.write(ctx, s, p, func(ctx context.Context, k *kopeck, to io.Writer) error {
		by := make([]service.BaseDimension, len(c.By))
		for i, one := range c.By {
			by[i] = service.BaseDimension(one)
		}
		report, err := k.app.Report.CustomerBase(ctx, by, &c.Horizon, nil)
		if err != nil {
			return err
		}
		return report.Sheet(k.app.Currency).Write(to)
	})
}

// exportExpectedMonthsCommand writes the orders and margins expected of the present customers, month by month.
type exportExpectedMonthsCommand struct {
	Months int `default:"12" help:"Number of months, 1 to 120."`
	output
}

// Run implements the command.
func (c *exportExpectedMonthsCommand) Run(ctx context.Context, s *settings, p *program) error {
	return c.write(ctx, s, p, func(ctx context.Context, k *kopeck, to io.Writer) error {
		report, err := k.app.Report.ExpectedMonths(ctx, &c.Months, nil)
		if err != nil {
			return err
		}
		for _, note := range report.Notes {
			fmt.Fprintln(p.stderr, note)
		}
		return report.Sheet(k.app.Currency).Write(to)
	})
}

// exportAcquisitionSourcesCommand writes the sources of new customers with their costs and values.
type exportAcquisitionSourcesCommand struct {
	Horizon int    `default:"60" help:"Months ahead, 1 to 600."`
	Return  string `default:"0.2" help:"The required return, as a share of the spend."`
	By      string `enum:"source,campaign" default:"source" help:"A row for each source, or for each campaign."`
	output
}

// Run implements the command.
func (c *exportAcquisitionSourcesCommand) Run(ctx context.Context, s *settings, p *program) error {
	return c.write(ctx, s, p, func(ctx context.Context, k *kopeck, to io.Writer) error {
		asked := money.Exact(c.Return)
		by := service.AcquisitionDimension(strings.ToUpper(c.By))
		report, err := k.app.Report.AcquisitionSources(ctx, &c.Horizon, nil, &asked, &by)
		if err != nil {
			return err
		}
		return report.Sheet(k.app.Currency).Write(to)
	})
}
