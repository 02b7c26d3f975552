package bulk

import (
	"slices"
	"strings"
	"testing"

	"kopeck/ent/contact"
	"kopeck/ent/order"
	"kopeck/ent/orderline"
	"kopeck/ent/refund"
	"kopeck/ent/refundline"
	"kopeck/store"
)

// A column of a table that the import does not write or the export does not read would be lost on the way from one database into
// another: each is here, or is named with the reason.
func TestEveryColumnIsInFiles(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		table         string
		columns       []string
		written, read []string
		notWritten    map[string]string
		notRead       map[string]string
	}{
		{
			table: "contacts", columns: contact.Columns, written: written(contactColumns), read: read(contactResults, "t."),
			notWritten: map[string]string{
				"version": "begins at 1 in each database",
			},
			notRead: map[string]string{
				"version":  "begins at 1 in each database",
				"realised": "the sum of the credits, which the import settles",
			},
		},
		{
			table: "orders", columns: order.Columns, written: written(orderColumns), read: read(orderResults, "o."),
			notWritten: map[string]string{
				"external_twin": "0: an import makes no possible duplicates",
				"offer_id":      "files hold no offers",
				"version":       "begins at 1 in each database",
			},
			notRead: map[string]string{
				"external_twin": "0: an import makes no possible duplicates",
				"offer_id":      "files hold no offers",
				"version":       "begins at 1 in each database",
				"updated_at":    "when it was written to this database",
				"day":           "the day of the moment in the time zone of the installation",
				"refunded":      "the sum of the refunds",
				"margin":        "the total less the refunds and the cost",
				"unattributed":  "what the credits leave, which the import settles",
				"credit_fit":    "a fit is of one database",
				"refunded_tax":  "follows from the tax and the refunds",
			},
		},
		{
			table: "refunds", columns: refund.Columns, written: written(refundColumns), read: read(refundResults, ""),
			notRead: map[string]string{
				"tax": "follows from the tax of the order",
			},
		},
		{
			table: "refund_lines", columns: refundline.Columns, written: written(refundLineColumns), read: read(refundLineResults, ""),
			notRead: map[string]string{
				"id":       "nothing names it",
				"tax":      "follows from the tax of the line",
				"position": "the lines are in their order",
			},
		},
		{
			table: "order_lines", columns: orderline.Columns, written: written(lineColumns), read: read(lineResults, "l."),
			notWritten: map[string]string{
				"priced_at": "the rules and agreements of another database do not price the line again",
			},
			notRead: map[string]string{
				"priced_at":  "the rules and agreements of another database do not price the line again",
				"returned":   "the sum of the refunds whose goods came back",
				"position":   "the lines are in their order",
				"product_id": "files have the SKU",
			},
		},
	} {
		t.Run(c.table, func(t *testing.T) {
			t.Parallel()
			for what, kind := range map[string]struct {
				names  []string
				except map[string]string
			}{"written": {c.written, c.notWritten}, "read": {c.read, c.notRead}} {
				for _, column := range c.columns {
					if _, excepted := kind.except[column]; excepted == slices.Contains(kind.names, column) {
						t.Errorf("%s: it must be %s or excepted with a reason, and not both", column, what)
					}
				}
				for column := range kind.except {
					if !slices.Contains(c.columns, column) {
						t.Errorf("%s: the table has no such column", column)
					}
				}
			}
		})
	}
}

func written[T any](columns []store.Column[T]) (names []string) {
	for _, c := range columns {
		names = append(names, c.Name)
	}
	return names
}

// read returns the names of the results that come from the table itself.
func read[T any](results []store.Result[T], table string) (names []string) {
	for _, r := range results {
		if name, ok := strings.CutPrefix(r.Name, table); ok {
			names = append(names, name)
		}
	}
	return names
}
