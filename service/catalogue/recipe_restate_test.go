package catalogue_test

import (
	"context"
	"fmt"
	"math/big"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"kopeck/apptest"
	"kopeck/id"
	"kopeck/money"
	"kopeck/service"
	"kopeck/store"
)

// soldOrder is an order of one line that was inserted as it is.
type soldOrder struct {
	id, product   string
	at            time.Time
	quantity      money.Decimal
	width, height int64 // in millimetres
}

func (o soldOrder) options() string {
	return fmt.Sprintf(`[{"code":"width","value":"%s"},{"code":"height","value":"%s"}]`, money.Nano(o.width*1e6), money.Nano(o.height*1e6))
}

func insertOrders(w *apptest.World, customer string, orders []soldOrder) {
	var rows, lines [][]any
	for _, o := range orders {
		total := money.Minor(1_000_000)
		rows = append(rows, []any{o.id, o.at, o.at, customer, "COMPLETED", o.at, w.Settings().Day(o.at), total, 0, 0, false, total, total, "TIME_DECAY", o.at})
		lines = append(lines, []any{w.IDs.Make(id.OrderLine), o.id, 0, o.product, o.quantity, 0, total, 0, "[]", o.options(), 0})
	}
	w.Transaction(func(ctx context.Context, tx *store.Tx) error {
		if err := tx.InsertRows(ctx, "orders", []string{"id", "created_at", "updated_at", "customer_id", "status", "at", "day", "total", "refunded", "cost", "uncosted", "margin", "unattributed", "credit_model", "completed_at"}, rows); err != nil {
			return err
		}
		return tx.InsertRows(ctx, "order_lines", []string{"id", "order_id", "position", "product_id", "quantity", "unit", "total", "cost", "price_lines", "options", "lead_days"}, lines)
	})
}

// drawnRecipe is a recipe of a pane or a window, in numbers that the test computes by itself: thousandths of glass in a pane; of panes and wood
// in a window, whose glass may follow its measures.
type drawnRecipe struct {
	ofWindow, formula  bool
	from               time.Time
	glass, panes, wood int64
}

func (r drawnRecipe) input(product, pane string) service.SetRecipeInput {
	thousandths := func(n int64) money.Exact { return money.Exact(money.Nano(n * 1e6).String()) }
	reason := "as it was made"
	in := service.SetRecipeInput{ProductID: product, ValidFrom: &r.from, Reason: &reason}
	switch {
	case !r.ofWindow:
		in.Components = []*service.ComponentInput{material("glass", thousandths(r.glass))}
	case r.formula:
		in.Components = []*service.ComponentInput{
			partOf(pane, thousandths(r.panes)), material("wood", thousandths(r.wood)),
			byFormula("glass", fmt.Sprintf("ceil(width / 1.4) * (height + %s)", thousandths(r.glass))),
		}
	default:
		in.Components = []*service.ComponentInput{partOf(pane, thousandths(r.panes)), material("wood", thousandths(r.wood))}
	}
	return in
}

// recomputed is what an order costs by recipes, independently of package costing.
func recomputed(o soldOrder, recipes []drawnRecipe, isWindow bool) int64 {
	holding := func(window bool) (found drawnRecipe) {
		found.panes, found.wood = 1000, 1000
		for _, r := range recipes {
			if r.ofWindow == window && !r.from.After(o.at) && !r.from.Before(found.from) {
				found = r
			}
		}
		return found
	}
	rat := func(n int64) *big.Rat { return big.NewRat(n, 1000) }
	pane, glass, wood := holding(false), new(big.Rat), new(big.Rat)
	if pane.from.IsZero() {
		pane.glass = 1000
	}
	if !isWindow {
		glass = rat(pane.glass)
	} else {
		r := holding(true)
		glass.Mul(rat(r.panes), rat(pane.glass))
		wood = rat(r.wood)
		if r.formula {
			ceil := (o.width + 1399) / 1400
			glass.Add(glass, new(big.Rat).Mul(big.NewRat(ceil, 1), rat(o.height+r.glass)))
		}
	}
	var unit int64
	for _, line := range []*big.Rat{new(big.Rat).Mul(glass, big.NewRat(1007, 1)), new(big.Rat).Mul(wood, big.NewRat(3333, 10))} {
		rounded, _ := money.Round(line)
		unit += rounded.Minor()
	}
	cost, _ := money.Round(new(big.Rat).Mul(big.NewRat(unit, 1), o.quantity.Rat()))
	return cost.Minor()
}

// TestRecipesRestateWhatTheyCover: recipes of a product and of its part, told in any order, leave every order with the cost and the
// margin that an independent computation gives.
func TestRecipesRestateWhatTheyCover(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		measurable(w)
		customer := w.CustomerID()
		n := 0
		rapid.Check(t, func(t *rapid.T) {
			n++
			pane := w.Product(service.CreateProductInput{Sku: fmt.Sprint("PANE-", n), Components: []*service.ComponentInput{material("glass", "1")}})
			window := w.Product(service.CreateProductInput{Sku: fmt.Sprint("WINDOW-", n), Components: []*service.ComponentInput{partOf(fmt.Sprint("PANE-", n), "1"), material("wood", "1")}})
			var orders []soldOrder
			for range rapid.IntRange(1, 6).Draw(t, "orders") {
				o := soldOrder{
					id: w.IDs.Make(id.Order), product: pane, at: apptest.Start.AddDate(0, 0, -rapid.IntRange(1, 60).Draw(t, "days")),
					quantity: money.Nano(rapid.Int64Range(1, 3e9).Draw(t, "quantity")),
					width:    rapid.Int64Range(100, 6000).Draw(t, "width"), height: rapid.Int64Range(100, 4000).Draw(t, "height"),
				}
				if rapid.Bool().Draw(t, "window") {
					o.product = window
				}
				orders = append(orders, o)
			}
			insertOrders(w, customer, orders)
			var recipes []drawnRecipe
			for i := range rapid.IntRange(1, 5).Draw(t, "recipes") {
				r := drawnRecipe{
					ofWindow: rapid.Bool().Draw(t, "of the window"), formula: rapid.Bool().Draw(t, "by formula"),
					from:  apptest.Start.AddDate(0, 0, -rapid.IntRange(0, 70).Draw(t, "from")).Add(-time.Duration(i+1) * time.Second),
					glass: rapid.Int64Range(1, 5000).Draw(t, "glass"), panes: rapid.Int64Range(1, 5000).Draw(t, "panes"), wood: rapid.Int64Range(1, 5000).Draw(t, "wood"),
				}
				product := pane
				if r.ofWindow {
					product = window
				}
				_, err := w.Catalogue.SetRecipe(w.System(), r.input(product, fmt.Sprint("PANE-", n)))
				w.Must(err)
				recipes = append(recipes, r)
			}
			all := recipes
			slices.SortStableFunc(all, func(a, b drawnRecipe) int { return a.from.Compare(b.from) })
			for _, o := range orders {
				covered := slices.ContainsFunc(all, func(r drawnRecipe) bool {
					return !r.from.After(o.at) && (!r.ofWindow || o.product == window)
				})
				if !covered {
					continue // it has the cost that it was inserted with
				}
				cost := recomputed(o, all, o.product == window)
				want := fmt.Sprintf("%d %d %d %d", cost, cost, 1_000_000-cost, 1_000_000-cost)
				if got := w.Rows("SELECT o.cost, l.cost, o.margin, o.unattributed FROM orders o JOIN order_lines l ON l.order_id = o.id WHERE o.id = ?", o.id); got[0] != want {
					t.Fatalf("%s: got %s; want %s", o.id, got[0], want)
				}
			}
			again, err := w.Catalogue.SetRecipe(w.System(), all[len(all)-1].input(map[bool]string{false: pane, true: window}[all[len(all)-1].ofWindow], fmt.Sprint("PANE-", n)))
			if err != nil || *again.OrdersRestated != 0 {
				t.Fatalf("the last recipe once more: %v orders, %v", again, err)
			}
		})
	})
}
