package report

import (
	"slices"
	"strconv"
	"strings"

	"kopeck/money"
	"kopeck/service"
	"kopeck/service/input"
)

// keyFields returns the fields of a report's dimensions: their names in lower case and, after the one with labels, another field
// for them.
func keyFields[D ~string](by []D, labelled D, labels string) []string {
	var fields []string
	for _, one := range by {
		fields = append(fields, strings.ToLower(string(one)))
		if one == labelled {
			fields = append(fields, labels)
		}
	}
	return fields
}

// keyCells returns the cells of keyFields.
func keyCells[D ~string](by []D, labelled D, key, labels []string) []string {
	var cells []string
	for i, one := range by {
		cells = append(cells, key[i])
		if one == labelled {
			cells = append(cells, input.EscapeFormula(labels[i]))
		}
	}
	return cells
}

// Sheet returns the rows as a table, with a column for each dimension and, after a staff member's id, one for the name.
func (e *ContactEconomics) Sheet(currency money.Currency) Sheet {
	const staff = service.ContactDimensionStaff
	t := Sheet{Fields: append(keyFields(e.By, staff, "staff_name"), "contacts", "minutes", "cost", "realised", "net", "return_on_cost", "currency")}
	for _, r := range e.Rows {
		t.Rows = append(t.Rows, slices.Concat(
			keyCells(e.By, staff, r.Key, r.Labels),
			[]string{strconv.Itoa(r.Contacts), r.Minutes.String()},
			amounts(currency, r.Cost, r.Realised, r.Net),
			[]string{optional(r.ReturnOnCost, money.Decimal.String), currency.Code()},
		))
	}
	return t
}

// Sheet returns the rows as a table; the last one, without an id, is those who had few contacts.
func (e *StaffEconomics) Sheet(currency money.Currency) Sheet {
	t := Sheet{Fields: []string{
		"staff", "staff_name", "people", "contacts", "minutes", "cost", "realised", "net", "net_per_contact", "net_per_hour",
		"expected_net", "difference", "difference_per_contact", "currency",
	}}
	add := func(id, name string, people int, f staffFigures) {
		t.Rows = append(t.Rows, []string{
			id, input.EscapeFormula(name), strconv.Itoa(people), strconv.Itoa(f.Contacts), f.Minutes.String(), currency.Format(f.Cost), currency.Format(f.Realised), currency.Format(f.Net),
			optional(f.NetPerContact, currency.Format), optional(f.NetPerHour, currency.Format), currency.Format(f.ExpectedNet), currency.Format(f.Difference),
			optional(f.DifferencePerContact, currency.Format), currency.Code(),
		})
	}
	for _, r := range e.Rows {
		add(r.User.ID, r.User.Name, 1, r.staffFigures)
	}
	add("", "", e.Others.People, e.Others.staffFigures)
	return t
}
