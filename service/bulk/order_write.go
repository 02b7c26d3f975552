package bulk

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"time"

	"kopeck/attribution"
	"kopeck/id"
	"kopeck/money"
	"kopeck/service"
	"kopeck/service/input"
	"kopeck/store"
)

var orderColumns = []string{
	"id", "created_at", "updated_at", "external_id", "customer_id", "status", "at", "day", "total", "refunded", "cost", "stated_cost", "uncosted",
	"margin", "unattributed", "completed_at", "credit_model", "credit_fit", "due_at", "cancelled_at", "cancel_reason",
}

// logColumns is how many of the columns the orders of a log need.
const logColumns = 17

func (c *chunk) addOrders(ctx context.Context, orders []*freshOrder) error {
	now, columns := c.service.Now(), orderColumns[:logColumns]
	for _, o := range orders {
		if o.ID != "" || c.service.books.NewestFit(c.modelOf(o)).ID != "" {
			columns = orderColumns
			break
		}
	}
	values := make([]any, len(orderColumns))
	_, err := c.bulk.Copy(ctx, "orders", columns, func(yield func([]any) bool) {
		for _, o := range orders {
			margin := o.margin()
			unattributed := margin // until contacts of the customer are found, nobody earned it
			model := c.modelOf(o)
			if o.CompletedAt.IsZero() {
				unattributed = money.Amount{}
			}
			created := now
			if !o.CreatedAt.IsZero() {
				created = o.CreatedAt
			}
			copy(values, []any{
				o.told.id, created, now, service.Nullable(o.ExternalID), o.told.customerID, o.told.status, o.At, int64(o.told.day), o.Total.Minor(),
				o.told.refunded.Minor(), o.Cost.Minor(), o.StatedCost, o.Uncosted, margin.Minor(), unattributed.Minor(), nullableTime(o.CompletedAt), service.Nullable(string(model)),
			})
			if len(columns) > logColumns {
				copy(values[logColumns:], []any{
					service.Nullable(c.service.books.NewestFit(model).ID), nullableTime(o.DueAt), nullableTime(o.CancelledAt), service.Nullable(o.CancelReason),
				})
			}
			if !yield(values[:len(columns)]) {
				return
			}
		}
	})
	if err != nil || len(columns) == logColumns {
		return err
	}
	if err := c.addRefunds(ctx, orders); err != nil {
		return err
	}
	return c.addLines(ctx, orders)
}

// modelOf gives the model that an order is credited by: its own, or else the installation's once it is completed.
func (c *chunk) modelOf(o *freshOrder) attribution.Model {
	if o.CreditModel == "" && !o.CompletedAt.IsZero() {
		return attribution.Model(c.service.Settings().AttributionModel)
	}
	return attribution.Model(o.CreditModel)
}

func (c *chunk) addRefunds(ctx context.Context, orders []*freshOrder) error {
	_, err := c.bulk.Copy(ctx, "refunds", []string{"id", "order_id", "amount", "reason", "at", "actor"}, func(yield func([]any) bool) {
		for _, o := range orders {
			for _, r := range o.Refunds {
				if !yield([]any{r.ID, o.told.id, r.Amount.Minor(), r.Reason, r.At, r.Actor}) {
					return
				}
			}
		}
	})
	return err
}

func (c *chunk) addLines(ctx context.Context, orders []*freshOrder) error {
	products, err := c.findProducts(ctx, orders)
	if err != nil {
		return err
	}
	columns := []string{"id", "order_id", "position", "product_id", "quantity", "unit", "total", "cost", "price_lines", "options", "lead_days"}
	var failed error
	_, err = c.bulk.Copy(ctx, "order_lines", columns, func(yield func([]any) bool) {
		for _, o := range orders {
			for position, l := range o.Lines {
				prices, err1 := json.Marshal(l.PriceLines)
				options, err2 := json.Marshal(l.Options)
				if err1 != nil || err2 != nil {
					failed = fmt.Errorf("service: lines of %s: %w", o.told.id, cmp.Or(err1, err2))
					return
				}
				if !yield([]any{
					l.ID, o.told.id, int64(position), products[l.SKU], l.Quantity.Nano(), l.Unit.Minor(), l.Total.Minor(), l.Cost.Minor(),
					string(prices), string(options), int64(l.LeadDays),
				}) {
					return
				}
			}
		}
	})
	return cmp.Or(failed, err)
}

// findProducts gives the products of the lines by sku. One that is not known here is made: inactive, for nobody
// here said what it is.
func (c *chunk) findProducts(ctx context.Context, orders []*freshOrder) (map[string]string, error) {
	found := map[string]string{}
	var skus, missing []string
	for _, o := range orders {
		for _, l := range o.Lines {
			skus = append(skus, l.SKU)
		}
	}
	err := c.look(ctx, "SELECT id, sku FROM products WHERE", "sku", "", skus, func(scan store.ScanFunc) error {
		var productID, sku string
		err := scan(&productID, &sku)
		found[sku] = productID
		return err
	})
	if err != nil {
		return nil, err
	}
	for _, sku := range skus {
		if found[sku] == "" {
			found[sku] = c.service.IDs.Make(id.Product)
			missing = append(missing, sku)
		}
	}
	if len(missing) == 0 {
		return found, nil
	}
	now := c.service.Now()
	_, err = c.bulk.Copy(ctx, "products", []string{"id", "created_at", "updated_at", "sku", "name", "name_key", "active"}, func(yield func([]any) bool) {
		for _, sku := range missing {
			if !yield([]any{found[sku], now, now, sku, sku, input.NameKey(sku), false}) {
				return
			}
		}
	})
	if err != nil {
		return nil, err
	}
	return found, c.service.Touch(ctx, c.bulk.Tx, service.SnapshotBook)
}

func nullableTime(at time.Time) any {
	if at.IsZero() {
		return nil
	}
	return at
}
