package files

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"kopeck/service/app"
	"kopeck/service/bulk"
	"kopeck/service/contacts"
	"kopeck/service/customers"
	"kopeck/service/rates"
)

// previewed is how many records a preview shows.
const previewed = 10

// Preview reads the first records of a file and shows them as they would be imported, by the columns of Kopeck's own format. It
// changes nothing, and does not ask the database what exists.
func Preview(s *app.App, o Options) (string, error) {
	if err := o.check(s); err != nil {
		return "", err
	}
	f, err := openFile(o)
	if err != nil {
		return "", err
	}
	defer f.close()
	v := ownValues(s.Currency)
	switch o.Kind {
	case Customers:
		return preview(f, func() (source[customers.Record], error) { return openCustomers(s, o, f) }, func(r *customers.Record) (names []string, rows [][]string, err error) {
			return customerLayout.names(own), [][]string{customerLayout.texts(v, &customerRow{Record: *r})}, nil
		})
	case Contacts:
		return preview(f, func() (source[contacts.Record], error) { return openContacts(s, o, f) }, func(r *contacts.Record) (names []string, rows [][]string, err error) {
			names, rows = person(bulk.Person{Email: r.Email, Phone: r.Phone, Name: r.Name})
			for _, one := range contactLayout.columns {
				if one.uses&own == 0 || one.name == "segment" && r.Segment == nil || one.name == "cost" && !r.Costed {
					continue
				}
				names, rows[0] = append(names, one.name), append(rows[0], one.write(v, r))
			}
			return names, rows, nil
		})
	case Rates:
		return preview(f, func() (source[rates.NewRate], error) { return openRates(s, o, f) }, func(r *rates.NewRate) (names []string, rows [][]string, err error) {
			rows = make([][]string, 1)
			for _, one := range rateLayout.columns {
				if one.uses&mapKey != 0 {
					names, rows[0] = append(names, one.name), append(rows[0], one.write(v, r))
				}
			}
			return names, rows, nil
		})
	}
	return preview(f, func() (source[bulk.OrderRecord], error) { return openOrders(s, o, f) }, func(r *bulk.OrderRecord) (names []string, rows [][]string, err error) {
		names, rows = person(r.Person)
		own := ownOrderNames()
		texts, err := orderTexts(v, r)
		for n := range texts {
			texts[n] = append(append([]string{}, rows[0]...), texts[n]...)
		}
		return append(names, own...), texts, err
	})
}

func person(p bulk.Person) (names []string, rows [][]string) {
	return []string{"email", "phone", "name"}, [][]string{{p.Email, p.Phone, p.Name}}
}

// preview shows the first records of a source.
func preview[T any](f *file, open func() (source[T], error), texts func(r *T) (names []string, rows [][]string, err error)) (string, error) {
	in, err := open()
	if err != nil {
		return "", err
	}
	var out strings.Builder
	for range previewed {
		e, err := in.next()
		if errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return "", err
		}
		if e.fault != "" {
			fmt.Fprintf(&out, "line %d: would be rejected: %s\n", max(e.bad, e.rows[0].line), e.fault)
			continue
		}
		names, rows, err := texts(&e.value)
		if err != nil {
			return "", err
		}
		for _, row := range rows {
			fmt.Fprintf(&out, "%s:", shownLines(e.rows))
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
	for _, note := range f.notes {
		out.WriteString(note + "\n")
	}
	return out.String(), nil
}

// shownLines names the lines of a record.
func shownLines(rows []rowText) string {
	if len(rows) == 1 {
		return fmt.Sprintf("line %d", rows[0].line)
	}
	var lines []string
	for _, one := range rows {
		lines = append(lines, fmt.Sprint(one.line))
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
