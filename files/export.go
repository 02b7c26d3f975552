package files

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"strconv"
	"strings"
	"time"

	"kopeck/money"
	"kopeck/service/app"
	"kopeck/service/bulk"
)

// Export writes everything of a kind in Kopeck's own format, by id (rates by what they are for), from one snapshot of the database: a CSV file in
// UTF-8 with LF line ends that Import reads again to the same data. Into an empty database bring customers first, then
// contacts and orders, and rates when you like; what they name and nobody knows there (staff, partners, products) is made, inactive.
//
// Texts are written exactly as they are. A spreadsheet may take one that begins with =, +, - or @ for a formula: open
// an export as text there.
//
// Not in it are permissions and their ledger, offers, agreements and what is reckoned from the rest: credits,
// statistics and lifetime values are reckoned anew.
func Export(ctx context.Context, s *app.App, kind Kind, to io.Writer) error {
	w := &writer{out: bufio.NewWriterSize(to, 64<<10), currency: s.Currency}
	var err error
	switch kind {
	case Orders:
		if err = w.row(orderFields...); err == nil {
			err = s.Bulk.ExportOrders(ctx, w.order)
		}
	case Customers:
		if err = w.row(customerFields...); err == nil {
			err = s.Bulk.ExportCustomers(ctx, w.customer)
		}
	case Contacts:
		if err = w.row(contactFields...); err == nil {
			err = s.Bulk.ExportContacts(ctx, w.contact)
		}
	case Rates:
		if err = w.row(rateFields...); err == nil {
			err = s.Bulk.ExportRates(ctx, w.rate)
		}
	default:
		return optionsError("want orders, customers, contacts or rates, not %q", string(kind))
	}
	if err != nil {
		return err
	}
	return w.out.Flush()
}

// writer writes rows. Errors of writing are kept by bufio and come with the next row, or the end.
type writer struct {
	out      *bufio.Writer
	currency money.Currency
}

func (w *writer) row(fields ...string) error {
	for n, field := range fields {
		if n > 0 {
			w.out.WriteByte(',')
		}
		if field == "" || !strings.ContainsAny(field, "\",\r\n") && strings.TrimSpace(field) == field {
			w.out.WriteString(field)
			continue
		}
		w.out.WriteByte('"')
		w.out.WriteString(strings.ReplaceAll(field, `"`, `""`))
		w.out.WriteByte('"')
	}
	return w.out.WriteByte('\n')
}

func (w *writer) order(o *bulk.OrderRecord) error {
	var refunded money.Amount
	refunds := make([]refundText, len(o.Refunds))
	for n, r := range o.Refunds {
		var err error
		if refunded, err = refunded.Plus(r.Amount); err != nil {
			return err
		}
		refunds[n] = refundText{r.ID, w.currency.Format(r.Amount), r.Reason, r.At, r.Actor}
	}
	kept, err := listText(refunds)
	if err != nil {
		return err
	}
	head := []string{
		o.ID, o.ExternalID, o.CustomerID, o.CustomerExternalID, string(o.Status), written(o.At), w.currency.Format(o.Total), w.currency.Code(), w.currency.Format(refunded),
		w.currency.Format(o.Cost), strconv.FormatBool(o.StatedCost), strconv.FormatBool(o.Uncosted), string(o.CreditModel), written(o.CreatedAt), written(o.DueAt),
		written(o.CompletedAt), written(o.CancelledAt), o.CancelReason, kept,
	}
	if len(o.Lines) == 0 {
		return w.row(append(head, "", "", "", "", "", "", "", "", "")...)
	}
	for _, l := range o.Lines {
		prices, err := listText(l.PriceLines)
		if err != nil {
			return err
		}
		options, err := listText(l.Options)
		if err != nil {
			return err
		}
		err = w.row(append(head[:lineFields:lineFields], l.ID, l.SKU, l.Quantity.String(), w.currency.Format(l.Unit), w.currency.Format(l.Total), w.currency.Format(l.Cost),
			strconv.Itoa(l.LeadDays), prices, options)...)
		if err != nil {
			return err
		}
	}
	return nil
}

func (w *writer) customer(c *bulk.CustomerRecord) error {
	wallet := ""
	if c.Wallet != nil {
		wallet = w.currency.Format(*c.Wallet)
	}
	return w.row(
		c.ID, c.ExternalID, c.Name, string(c.Kind), c.Email, c.Phone, string(c.Stage), c.StageOverruled, written(c.StageOverruledAt), string(c.Segment), c.Owner,
		c.ReferredByID, c.PartnerID, c.PartnerName, w.currency.Format(c.AcquisitionCost), w.currency.Code(), written(c.AcquiredAt), c.Measurements,
		written(c.CreatedAt), written(c.DepartedAt), written(c.DeletedAt), wallet,
	)
}

func (w *writer) contact(c *bulk.ContactRecord) error {
	var cost money.Amount
	for _, line := range c.CostLines {
		var err error
		if cost, err = cost.Plus(line.Amount); err != nil {
			return err
		}
	}
	lines, err := listText(c.CostLines)
	if err != nil {
		return err
	}
	return w.row(
		c.ID, c.ExternalID, c.CustomerID, c.CustomerExternalID, string(c.Kind), string(c.Direction), string(c.Channel), written(c.At), c.Minutes.String(), c.Staff,
		c.Subject, c.Notes, c.AboutID, string(c.Purpose), string(c.Stage), w.currency.Format(c.Expense), w.currency.Format(cost), w.currency.Code(),
		strconv.FormatBool(c.Uncosted), lines, written(c.RecordedAt), string(*c.Segment),
	)
}

func written(at time.Time) string {
	if at.IsZero() {
		return ""
	}
	return at.UTC().Format(exact)
}

// listText writes a list in JSON, an empty one as nothing.
func listText[T any](list []T) (string, error) {
	if len(list) == 0 {
		return "", nil
	}
	text, err := json.Marshal(list)
	return string(text), err
}
