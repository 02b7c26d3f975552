package files

import (
	"bufio"
	"context"
	"io"
	"strings"

	"kopeck/files/cell"
	"kopeck/files/option"
	"kopeck/files/orders"
	"kopeck/service/app"
	"kopeck/service/bulk"
	"kopeck/service/campaigns"
	"kopeck/service/contacts"
	"kopeck/service/customers"
	"kopeck/service/field"
	"kopeck/service/rates"
)

// Export writes everything of a kind in Kopeck's own format, by id (rates by what they are for, spend by campaign and period, products by sku, definitions of own fields by noun and code), from one snapshot of the database: a CSV file in
// UTF-8 with LF line ends that Import reads to the same data. Into an empty database import fields, rates and customers
// first, then relations, measurements, products, recipes, rules and agreements, then contacts, orders and expected prices, and spend where its campaigns are there; staff, partners and products that they name and that do not exist are created, inactive.
//
// Texts are written exactly as they are. A spreadsheet may take one that begins with =, +, - or @ for a formula: open
// an export as text there.
//
// It does not contain permissions and their log, offers, and what is computed from the rest: credits,
// statistics and lifetime values are computed again.
func Export(ctx context.Context, s *app.App, kind option.Kind, to io.Writer) error {
	v := cell.OwnValues(s.Currency)
	w := &writer{bufio.NewWriterSize(to, 64<<10)}
	codes, err := ownFields(ctx, s, kind)
	if err != nil {
		return err
	}
	switch kind {
	case option.Orders:
		if err = w.row(orders.Names(codes)...); err == nil {
			err = s.Bulk.ExportOrders(ctx, func(o *bulk.OrderRecord) error { return w.orders(v, o, codes) })
		}
	case option.Customers:
		err = w.customers(ctx, s, v, codes)
	case option.Contacts:
		columns := contactLayoutWith(codes)
		if err = w.row(columns.Names(field.Own)...); err == nil {
			err = s.Bulk.ExportContacts(ctx, func(c *contacts.Record) error { return w.row(columns.Texts(v, c)...) })
		}
	case option.Rates:
		if err = w.row(rateLayout.Names(field.Own)...); err == nil {
			err = s.Bulk.ExportRates(ctx, func(r *rates.NewRate) error { return w.row(rateLayout.Texts(v, r)...) })
		}
	case option.Spend:
		if err = w.row(spendLayout.Names(field.Own)...); err == nil {
			err = s.Bulk.ExportSpends(ctx, func(r *campaigns.SpendRecord) error { return w.row(spendLayout.Texts(v, r)...) })
		}
	case option.Measurements, option.Products, option.Recipes, option.Rules, option.Agreements:
		err = w.assortment(ctx, s, kind, v, codes)
	case option.Fields, option.Relations, option.ExpectedPrices:
		err = w.related(ctx, s, kind, v)
	default:
		return option.Errorf("want %s, not %q", option.ShownKinds(), string(kind))
	}
	if err != nil {
		return err
	}
	return w.out.Flush()
}

// writer writes rows. Errors of writing are kept by bufio and come with the next row, or the end.
type writer struct{ out *bufio.Writer }

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

// customers writes all customers.
func (w *writer) customers(ctx context.Context, s *app.App, v *cell.Values, codes []string) error {
	columns := customerLayoutWith(codes)
	if err := w.row(columns.Names(field.Own)...); err != nil {
		return err
	}
	return s.Bulk.ExportCustomers(ctx, func(c *customers.Record) error { return w.row(columns.Texts(v, &customerRow{Record: *c})...) })
}

// rows writes the rows of a record.
func (w *writer) rows(rows [][]string) error {
	for _, texts := range rows {
		if err := w.row(texts...); err != nil {
			return err
		}
	}
	return nil
}

// orders writes the rows of an order.
func (w *writer) orders(v *cell.Values, o *bulk.OrderRecord, codes []string) error {
	rows, err := orders.Texts(v, o, codes)
	for _, texts := range rows {
		if err == nil {
			err = w.row(texts...)
		}
	}
	return err
}
