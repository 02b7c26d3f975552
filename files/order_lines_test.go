package files_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"kopeck/files/option"
	"kopeck/store"
)

// soldLines returns the lines of all orders, as SKU, name of the product, quantity in billionths, unit price, total and cost.
func (w *world) soldLines() (all []string) {
	w.Helper()
	const query = `SELECT p.sku, p.name, l.quantity, l.unit, l.total, l.cost FROM order_lines l JOIN products p ON p.id = l.product_id
		JOIN orders o ON o.id = l.order_id ORDER BY o.external_id, l.position`
	err := store.Each(w.Context(), w.store, query, nil, func(scan store.ScanFunc) error {
		var sku, name string
		var quantity, unit, total, cost int64
		err := scan(&sku, &name, &quantity, &unit, &total, &cost)
		all = append(all, fmt.Sprintf("%s (%s) %g x %d = %d, cost %d", sku, name, float64(quantity)/1e9, unit, total, cost))
		return err
	})
	if err != nil {
		w.Fatal(err)
	}
	return all
}

const lineMap = "customer=Buyer,order=No,date=Day,sku=SKU,title=Item,quantity=Qty,price=Price"

func TestOrderLines(t *testing.T) {
	for name, c := range map[string]struct {
		options option.Options
		text    string
		rejects string // part of the reason; "" for none
		want    []string
	}{
		"quantity x price, rows apart": {
			option.Options{Map: lineMap},
			"No,Buyer,Day,SKU,Item,Qty,Price\nA,ann,2026-04-01,door,Oak door,2,100.00\nB,bob,2026-04-01,door,Oak door,1,90.00\nA,ann,2026-04-01,,Delivery,1,15.00\n", "",
			[]string{"door (Oak door) 2 x 10000 = 20000, cost 10000", "Delivery (Delivery) 1 x 1500 = 1500, cost 750", "door (Oak door) 1 x 9000 = 9000, cost 4500"},
		},
		"a discount": {
			option.Options{Map: lineMap + ",discount=Off"},
			"No,Buyer,Day,SKU,Item,Qty,Price,Off\nA,ann,2026-04-01,door,Oak door,2,100.00,30.00\n", "",
			[]string{"door (Oak door) 2 x 8500 = 17000, cost 8500"},
		},
		"a total that does not divide": {
			option.Options{Map: lineMap + ",discount=Off"},
			"No,Buyer,Day,SKU,Item,Qty,Price,Off\nA,ann,2026-04-01,nail,Nail,3,0.35,0.05\n", "",
			[]string{"nail (Nail) 2 x 33 = 66, cost 33", "nail (Nail) 1 x 34 = 34, cost 17"},
		},
		"a quantity with decimals": {
			option.Options{Map: lineMap},
			"No,Buyer,Day,SKU,Item,Qty,Price\nA,ann,2026-04-01,velvet,Velvet,2.5,10.00\n", "",
			[]string{"velvet (Velvet) 2.5 x 1000 = 2500, cost 1250"},
		},
		"the order's total is the sum": {
			option.Options{Map: lineMap + ",total=Total"},
			"No,Buyer,Day,SKU,Item,Qty,Price,Total\nA,ann,2026-04-01,door,Oak door,2,100.00,215.00\nA,ann,2026-04-01,,Delivery,1,15.00,\n", "",
			[]string{"door (Oak door) 2 x 10000 = 20000, cost 10000", "Delivery (Delivery) 1 x 1500 = 1500, cost 750"},
		},
		"the order's total is another": {
			option.Options{Map: lineMap + ",total=Total"},
			"No,Buyer,Day,SKU,Item,Qty,Price,Total\nA,ann,2026-04-01,door,Oak door,2,100.00,215.00\n", "the lines sum to 200.00, which differs by 15.00 from the total of 215.00", nil,
		},
		"what is beyond the lines is spread": {
			option.Options{Map: lineMap + ",total=Total", Rest: "spread"},
			"No,Buyer,Day,SKU,Item,Qty,Price,Total\nA,ann,2026-04-01,door,Oak door,1,200.00,150.00\nA,ann,2026-04-01,key,Key,1,100.00,\n", "",
			[]string{"door (Oak door) 1 x 10000 = 10000, cost 5000", "key (Key) 1 x 5000 = 5000, cost 2500"},
		},
		"amounts of rows": {
			option.Options{Map: "customer=Buyer,order=No,date=Day,sku=SKU,quantity=Qty,amount=Sum"},
			"No,Buyer,Day,SKU,Qty,Sum\nA,ann,2026-04-01,door,2,100.00\n", "",
			[]string{"door (door) 2 x 5000 = 10000, cost 5000"},
		},
		"a row that sells nothing": {
			option.Options{Map: lineMap},
			"No,Buyer,Day,SKU,Item,Qty,Price\nA,ann,2026-04-01,door,Oak door,1,1.00\nA,ann,2026-04-01,,,1,0.00\n", "",
			[]string{"door (Oak door) 1 x 100 = 100, cost 50"},
		},
		"an amount for nothing": {
			option.Options{Map: lineMap},
			"No,Buyer,Day,SKU,Item,Qty,Price\nA,ann,2026-04-01,,,1,1.00\n", "sku: empty, and so is title", nil,
		},
		"no quantity": {
			option.Options{Map: lineMap},
			"No,Buyer,Day,SKU,Item,Qty,Price\nA,ann,2026-04-01,door,Oak door,0,1.00\n", "quantity: 0: want a number greater than 0", nil,
		},
		"a discount that is more": {
			option.Options{Map: lineMap + ",discount=Off"},
			"No,Buyer,Day,SKU,Item,Qty,Price,Off\nA,ann,2026-04-01,door,Oak door,1,1.00,2.00\n", "discount: more than quantity x price", nil,
		},
		"known products alone": {
			option.Options{Map: lineMap, Products: "known"},
			"No,Buyer,Day,SKU,Item,Qty,Price\nA,ann,2026-04-01,door,Oak door,1,1.00\n", `sku: there is no product "door"`, nil,
		},
	} {
		t.Run(name, func(t *testing.T) {
			each(t, func(w *world) {
				c.options.Kind, c.options.CostShare = option.Orders, share("0.5")
				r, err := w.try(c.text, c.options)
				if err != nil || (c.rejects == "") != (r.Rejected == 0) || !strings.Contains(r.String(), c.rejects) {
					w.Fatalf("%s, %v; want %q", r, err, c.rejects)
				}
				if got := w.soldLines(); !slices.Equal(got, c.want) {
					w.Errorf("%q; want %q", got, c.want)
				}
				w.closed()
				// What was read is exported, and comes back as it is.
				out := w.export(option.Orders)
				again := newWorld(w.T, sqlite(w.T))
				again.bring(w.export(option.Customers), option.Options{Kind: option.Customers})
				again.bring(out, option.Options{Kind: option.Orders})
				if got := again.export(option.Orders); got != out {
					w.Errorf("exported again:\n%s\nwant\n%s", got, out)
				}
				if r = w.bring(c.text, c.options); r.Added != 0 || c.rejects == "" && r.Present == 0 {
					w.Errorf("a second time: %s", r)
				}
			})
		})
	}
}
