package orders

import (
	"reflect"
	"strings"
	"testing"

	"kopeck/service/sale"
	"kopeck/store"
)

// names lists the names by which values of a type are in JSON, as columns are written.
func names[T any]() map[string]bool {
	all := map[string]bool{}
	for one := range reflect.TypeFor[T]().Fields() {
		name, _, _ := strings.Cut(one.Tag.Get("json"), ",")
		var column strings.Builder
		for _, letter := range name {
			if letter >= 'A' && letter <= 'Z' {
				column.WriteByte('_')
			}
			column.WriteString(strings.ToLower(string(letter)))
		}
		all[column.String()] = true
	}
	return all
}

// The column of refunds has each column of the tables of refunds and their lines, or it would be lost on the way into another database.
func TestRefundsOfFiles(t *testing.T) {
	t.Parallel()
	check := func(columns []string, inFiles map[string]bool, except ...string) {
		t.Helper()
		for _, name := range except {
			inFiles[name] = true
		}
		for _, name := range columns {
			if !inFiles[name] {
				t.Errorf("the column refunds has no %s", name)
			}
		}
	}
	check(store.Names(sale.RefundFields().Columns()), names[refundText](), "order_id", "tax") // the row has the order; the tax follows that of the order
	line := names[refundLineText]()
	line["line_id"] = line["line"]
	check(store.Names(sale.RefundLineFields().Columns()), line, "id", "refund_id", "position", "tax") // nothing names a line, and they are in their order
}
