package files

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"kopeck/files/cell"
	"kopeck/files/layout"
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

// previewed is how many records a preview shows.
const previewed = 10

// Preview reads the first records of a file and shows them as they would be imported, by the columns of Kopeck's own format. It
// changes nothing, and asks the database for no record.
func Preview(ctx context.Context, s *app.App, o option.Options) (string, error) {
	if err := check(&o, s.Core); err != nil {
		return "", err
	}
	f, err := layout.OpenFile(o)
	if err != nil {
		return "", err
	}
	defer f.Close()
	v := cell.OwnValues(s.Currency)
	codes, err := ownFields(ctx, s, o.Kind)
	if err != nil {
		return "", err
	}
	switch o.Kind {
	case option.Customers:
		columns := customerLayoutWith(codes)
		return preview(f, func() (layout.Source[customers.Record], error) { return openCustomers(s.Core, o, f, codes) }, func(r *customers.Record) (names []string, rows [][]string, err error) {
			return columns.Names(field.Own), [][]string{columns.Texts(v, &customerRow{Record: *r})}, nil
		})
	case option.Contacts:
		return preview(f, func() (layout.Source[contacts.Record], error) { return openContacts(s.Core, o, f, codes) }, func(r *contacts.Record) (names []string, rows [][]string, err error) {
			names, rows = personOf(bulk.Person{Email: r.Email, Phone: r.Phone, Name: r.Name})
			for _, one := range contactLayoutWith(codes).Columns {
				if one.Uses&field.Own == 0 || one.Name == "segment" && r.Segment == nil || one.Name == "cost" && !r.Costed {
					continue
				}
				names, rows[0] = append(names, one.Name), append(rows[0], one.Write(v, r))
			}
			return names, rows, nil
		})
	case option.Rates:
		return preview(f, func() (layout.Source[rates.NewRate], error) { return openRates(s.Core, o, f) }, func(r *rates.NewRate) (names []string, rows [][]string, err error) {
			rows = make([][]string, 1)
			for _, one := range rateLayout.Columns {
				if one.Uses&field.MapKey != 0 {
					names, rows[0] = append(names, one.Name), append(rows[0], one.Write(v, r))
				}
			}
			return names, rows, nil
		})
	case option.Spend:
		return preview(f, func() (layout.Source[campaigns.SpendRecord], error) { return openSpend(s.Core, o, f) }, func(r *campaigns.SpendRecord) (names []string, rows [][]string, err error) {
			rows = make([][]string, 1)
			for _, one := range spendLayout.Columns {
				if one.Uses&field.Mappable != 0 {
					names, rows[0] = append(names, one.Name), append(rows[0], one.Write(v, r))
				}
			}
			return names, rows, nil
		})
	}
	if o.Kind != option.Orders {
		return previewAssortment(s, o, f, v, codes)
	}
	return preview(f, func() (layout.Source[bulk.OrderRecord], error) { return orders.Open(s.Core, o, f, codes) }, func(r *bulk.OrderRecord) (names []string, rows [][]string, err error) {
		names, rows = personOf(r.Person)
		own := orders.Names(codes)
		texts, err := orders.Texts(v, r, codes)
		for n := range texts {
			texts[n] = append(append([]string{}, rows[0]...), texts[n]...)
		}
		return append(names, own...), texts, err
	})
}

func personOf(p bulk.Person) (names []string, rows [][]string) {
	return []string{"email", "phone", "name"}, [][]string{{p.Email, p.Phone, p.Name}}
}

// preview shows the first records of a source.
func preview[T any](f *layout.File, open func() (layout.Source[T], error), texts func(r *T) (names []string, rows [][]string, err error)) (string, error) {
	in, err := open()
	if err != nil {
		return "", err
	}
	var out strings.Builder
	for range previewed {
		e, err := in.Next()
		if errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return "", err
		}
		if e.Fault != "" {
			fmt.Fprintf(&out, "line %d: would be rejected: %s\n", max(e.Bad, e.Rows[0].Line), e.Fault)
			continue
		}
		names, rows, err := texts(&e.Value)
		if err != nil {
			return "", err
		}
		for _, row := range rows {
			fmt.Fprintf(&out, "%s:", shownLines(e.Rows))
			for n, text := range row {
				if text != "" && names[n] != "currency" {
					fmt.Fprintf(&out, " %s=%s", names[n], shownText(text))
				}
			}
			out.WriteString("\n")
		}
	}
	if out.Len() == 0 {
		out.WriteString("there are no rows\n")
	}
	for _, note := range f.Notes {
		out.WriteString(note + "\n")
	}
	return out.String(), nil
}

// shownLines names the lines of a record.
func shownLines(rows []layout.RowText) string {
	if len(rows) == 1 {
		return fmt.Sprintf("line %d", rows[0].Line)
	}
	var lines []string
	for _, one := range rows {
		lines = append(lines, fmt.Sprint(one.Line))
	}
	return "lines " + strings.Join(lines, ", ")
}

// shownText quotes a text that has blanks.
func shownText(text string) string {
	if strings.ContainsAny(text, " \t\n\"=") {
		return fmt.Sprintf("%q", text)
	}
	return text
}
