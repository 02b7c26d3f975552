package files_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"kopeck/files"
	"kopeck/files/option"
)

// TestOrdersByDateAreAsByCustomer imports a log that is sorted by date, whose orders are brought together, and the same log sorted by
// customer: both databases have the same orders, customers and statistics, and the rows of an order that name the customer once stay together.
func TestOrdersByDateAreAsByCustomer(t *testing.T) {
	const customers, days = 40, 12
	row := func(c, day int) string {
		id := fmt.Sprintf("%d-%d", c, day)
		return fmt.Sprintf("%s,c%d,2024-01-%02d,%d.00\n%s,,2024-01-%02d,1.50\n", id, c, 1+day, 10+c*day%7, id, 1+day)
	}
	var byDate, byCustomer strings.Builder
	for day := range days {
		for c := range customers {
			byDate.WriteString(row(c, day))
		}
	}
	for c := range customers {
		for day := range days {
			byCustomer.WriteString(row(c, day))
		}
	}
	first := ""
	for name, text := range map[string]string{"by date": byDate.String(), "by customer": byCustomer.String()} {
		path := filepath.Join(t.TempDir(), "log.csv")
		if err := os.WriteFile(path, []byte("invoice,who,day,sum\n"+text), 0o600); err != nil {
			t.Fatal(err)
		}
		t.Run(name, func(t *testing.T) {
			each(t, func(w *world) {
				r, err := files.Import(t.Context(), w.service, option.Options{
					Kind: option.Orders, Path: path, CostShare: share("0.6"), Chunk: 50,
					Map: "customer=who,order=invoice,date=day,amount=sum",
				})
				if err != nil {
					w.Fatal(err)
				}
				w.counted(r, 2*customers*days, customers*days, 0, 0)
				w.closed()
				all := fmt.Sprint(
					w.number("SELECT count(*) FROM customers WHERE order_days = 12"), w.number("SELECT sum(total) FROM orders"),
					w.number("SELECT sum(margin) FROM customers"), w.number("SELECT sum(repeat_margin) FROM customers"), w.number("SELECT count(*) FROM stage_changes"),
				)
				if first == "" {
					first = all
				}
				if all != first || !strings.HasPrefix(all, "40 ") {
					w.Errorf("%s: %s, want %s", name, all, first)
				}
			})
		})
	}
}
