package revenue

import (
	"strconv"
	"strings"

	"kopeck/money"
	"kopeck/service"
	"kopeck/service/input"
	"kopeck/service/report"
)

// nameFields are the fields that follow a dimension's own in a file: what people read for its ids.
var nameFields = map[service.SalesDimension][]string{
	service.SalesDimensionProduct: {"sku", "product_name"},
	service.SalesDimensionStaff:   {"staff_name"},
	service.SalesDimensionPartner: {"partner_name"},
}

// Sheet returns the rows as a table: a column for each dimension, after the ids of products, staff and partners their names, and the figures.
func (r *SalesReport) Sheet(currency money.Currency) report.Sheet {
	var t report.Sheet
	for _, one := range r.By {
		t.Fields = append(append(t.Fields, strings.ToLower(string(one))), nameFields[one]...)
	}
	t.Fields = append(t.Fields, "orders", "quantity", "sold", "refunded", "revenue", "tax", "gross", "cost", "margin", "margin_share", "uncosted", "currency")
	for _, row := range r.Rows {
		var cells []string
		for i, one := range r.By {
			cells = append(cells, input.EscapeFormula(row.Key[i]))
			of := r.names[i][row.Key[i]]
			switch len(nameFields[one]) {
			case 2:
				cells = append(cells, input.EscapeFormula(of.sku), input.EscapeFormula(of.name))
			case 1:
				cells = append(cells, input.EscapeFormula(of.name))
			}
		}
		cells = append(cells, strconv.Itoa(row.Orders), decimal(row.Quantity))
		for _, amount := range []money.Amount{row.Sold, row.Refunded, row.Revenue, row.Tax, row.Gross, row.Cost, row.Margin} {
			cells = append(cells, currency.Format(amount))
		}
		t.Rows = append(t.Rows, append(cells, decimal(row.MarginShare), strconv.Itoa(row.Uncosted), currency.Code()))
	}
	return t
}

// decimal returns the cell of a number that may be absent.
func decimal(d *money.Decimal) string {
	if d == nil {
		return ""
	}
	return d.String()
}
