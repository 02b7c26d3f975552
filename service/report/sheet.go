package report

import (
	"encoding/csv"
	"io"
	"strconv"
	"strings"
	"time"

	"kopeck/money"
)

// Sheet is a report as a table of texts, for a CSV file: amounts with the currency's decimals and its code in a column of its
// own, decimals with a point, an empty text where there is no figure.
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

// CSV returns what Write writes.
func (t Sheet) CSV() (string, error) {
	var text strings.Builder
	err := t.Write(&text)
	return text.String(), err
}

// amounts returns amounts as cells.
func amounts(currency money.Currency, all ...money.Amount) []string {
	cells := make([]string, len(all))
	for i, a := range all {
		cells[i] = currency.Format(a)
	}
	return cells
}

// figure returns a number that is not money, with six places.
func figure(f float64) string { return strconv.FormatFloat(f, 'f', 6, 64) }

// optional returns the cell of a value that may be absent.
func optional[T any](value *T, cell func(T) string) string {
	if value == nil {
		return ""
	}
	return cell(*value)
}

// timeCell returns a time as a cell, in UTC.
func timeCell(at time.Time) string { return at.UTC().Format(time.RFC3339Nano) }
