package report

import (
	"encoding/csv"
	"io"
	"strconv"
	"strings"

	"kopeck/money"
	"kopeck/service"
	"kopeck/service/input"
)

// Sheet is a report as a table of texts, for a CSV file: amounts with the currency's decimals and its code in a column of its
// own, decimals with a point, nothing where there is no figure.
type Sheet struct {
	Fields []string
	Rows   [][]string
}

// Write writes the sheet as CSV (RFC 4180) in UTF-8 with LF line ends, the fields first, where there are any.
func (t Sheet) Write(to io.Writer) error {
	w := csv.NewWriter(to)
	if len(t.Fields) > 0 {
		if err := w.Write(t.Fields); err != nil {
			return err
		}
	}
	return w.WriteAll(t.Rows)
}

// CSV gives what Write writes.
func (t Sheet) CSV() (string, error) {
	var text strings.Builder
	err := t.Write(&text)
	return text.String(), err
}

// Sheet gives the rows as a table, with a column for each dimension and, behind a staff member's id, the name.
func (e *ContactEconomics) Sheet(currency money.Currency) Sheet {
	t := Sheet{}
	for _, one := range e.By {
		t.Fields = append(t.Fields, strings.ToLower(string(one)))
		if one == service.ContactDimensionStaff {
			t.Fields = append(t.Fields, "staff_name")
		}
	}
	t.Fields = append(t.Fields, "contacts", "minutes", "cost", "realised", "net", "return_on_cost", "currency")
	for _, r := range e.Rows {
		var row []string
		for i, one := range e.By {
			row = append(row, r.Key[i])
			if one == service.ContactDimensionStaff {
				row = append(row, input.NotFormula(r.Labels[i]))
			}
		}
		ratio := ""
		if r.ReturnOnCost != nil {
			ratio = r.ReturnOnCost.String()
		}
		t.Rows = append(t.Rows, append(row, strconv.Itoa(r.Contacts), r.Minutes.String(), currency.Format(r.Cost), currency.Format(r.Realised), currency.Format(r.Net), ratio, currency.Code()))
	}
	return t
}

// Sheet gives the rows as a table; the last one, without an id, is those who had few contacts.
func (e *StaffEconomics) Sheet(currency money.Currency) Sheet {
	t := Sheet{Fields: []string{
		"staff", "staff_name", "people", "contacts", "minutes", "cost", "realised", "net", "net_per_contact", "net_per_hour",
		"expected_net", "difference", "difference_per_contact", "currency",
	}}
	row := func(id, name string, people int, f staffFigures) {
		maybe := func(a *money.Amount) string {
			if a == nil {
				return ""
			}
			return currency.Format(*a)
		}
		t.Rows = append(t.Rows, []string{
			id, input.NotFormula(name), strconv.Itoa(people), strconv.Itoa(f.Contacts), f.Minutes.String(), currency.Format(f.Cost), currency.Format(f.Realised), currency.Format(f.Net),
			maybe(f.NetPerContact), maybe(f.NetPerHour), currency.Format(f.ExpectedNet), currency.Format(f.Difference), maybe(f.DifferencePerContact), currency.Code(),
		})
	}
	for _, r := range e.Rows {
		row(r.User.ID, r.User.Name, 1, r.staffFigures)
	}
	row("", "", e.Others.People, e.Others.staffFigures)
	return t
}
