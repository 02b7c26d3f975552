package bulk

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"kopeck/auth"
	"kopeck/schema"
	"kopeck/service/input"
	"kopeck/stage"
	"kopeck/store"
)

// readTogether is how many records are read at a time: what is in memory of an export.
const readTogether = 1000

// opaque hides from the store that an error is one after which it would try again.
type opaque struct{ err error }

// ExportOrders gives every order, by id, from one snapshot of the database. It works as the system, past the rules
// of who may see what: it is for the command line. The record is valid until the next one.
func (s *Service) ExportOrders(ctx context.Context, each func(*OrderRecord) error) error {
	return export(ctx, s, each, func(r *OrderRecord) string { return r.ID }, s.ordersAfter)
}

// ExportCustomers gives every customer, also the deleted: the books still have what they bought. See ExportOrders.
func (s *Service) ExportCustomers(ctx context.Context, each func(*CustomerRecord) error) error {
	return export(ctx, s, each, func(r *CustomerRecord) string { return r.ID }, s.customersAfter)
}

// ExportContacts gives every contact. See ExportOrders.
func (s *Service) ExportContacts(ctx context.Context, each func(*ContactRecord) error) error {
	return export(ctx, s, each, func(r *ContactRecord) string { return r.ID }, s.contactsAfter)
}

func export[T any](ctx context.Context, s *Service, each func(*T) error, idOf func(*T) string, after func(context.Context, *chunk, string) ([]T, error)) error {
	ctx = auth.System(ctx)
	begun := false
	return s.Store.Read(ctx, func(ctx context.Context, tx *store.Tx) error {
		c := &chunk{Import: &Import{service: s}, reader: tx}
		for last := ""; ; {
			records, err := after(ctx, c, last)
			if err != nil || len(records) == 0 {
				if begun && err != nil {
					err = fmt.Errorf("the export broke off: %w", opaque{err}) // not to be begun anew: a part is written
				}
				return err
			}
			begun, last = true, idOf(&records[len(records)-1])
			for n := range records {
				if err := each(&records[n]); err != nil {
					return err
				}
			}
		}
	})
}

// Error implements error.
func (o opaque) Error() string { return o.err.Error() }

// Is lets a cancelled context be known.
func (o opaque) Is(target error) bool {
	return (target == context.Canceled || target == context.DeadlineExceeded) && errors.Is(o.err, target)
}

func (s *Service) ordersAfter(ctx context.Context, c *chunk, last string) ([]OrderRecord, error) {
	var orders []OrderRecord
	var ids []string
	at := map[string]int{}
	err := c.each(ctx, `SELECT o.id, o.external_id, o.customer_id, c.external_id, o.status, o.at, o.total, o.cost, o.stated_cost, o.uncosted,
		o.credit_model, o.created_at, o.due_at, o.completed_at, o.cancelled_at, o.cancel_reason
		FROM orders o JOIN customers c ON c.id = o.customer_id WHERE o.id > ? ORDER BY o.id LIMIT ?`, []any{last, readTogether}, func(scan store.ScanFunc) error {
		var o OrderRecord
		var external, customer, model, reason *string
		var created, due, completed, cancelled store.Time
		err := scan(&o.ID, &external, &o.CustomerID, &customer, &o.Status, &o.At, &o.Total, &o.Cost, &o.StatedCost, &o.Uncosted,
			&model, &created, &due, &completed, &cancelled, &reason)
		o.ExternalID, o.CustomerExternalID, o.CancelReason = input.OrZero(external), input.OrZero(customer), input.OrZero(reason)
		o.CreditModel = schema.AttributionModel(input.OrZero(model))
		o.At, o.CreatedAt, o.DueAt, o.CompletedAt, o.CancelledAt = o.At.UTC(), created.Time, due.Time, completed.Time, cancelled.Time
		at[o.ID] = len(orders)
		orders, ids = append(orders, o), append(ids, o.ID)
		return err
	})
	if err != nil {
		return nil, err
	}
	err = c.look(ctx, "SELECT order_id, id, amount, reason, at, actor FROM refunds WHERE", "order_id", " ORDER BY order_id, at, id", ids, func(scan store.ScanFunc) error {
		var order string
		var r RefundRecord
		err := scan(&order, &r.ID, &r.Amount, &r.Reason, &r.At, &r.Actor)
		r.At = r.At.UTC()
		of := &orders[at[order]]
		of.Refunds = append(of.Refunds, r)
		return err
	})
	if err != nil {
		return nil, err
	}
	return orders, c.look(ctx, `SELECT l.order_id, l.id, p.sku, l.quantity, l.unit, l.total, l.cost, l.price_lines, l.options, l.lead_days
		FROM order_lines l JOIN products p ON p.id = l.product_id WHERE`, "l.order_id", " ORDER BY l.order_id, l.position", ids, func(scan store.ScanFunc) error {
		var order string
		var l OrderLineRecord
		var prices, options []byte
		if err := scan(&order, &l.ID, &l.SKU, &l.Quantity, &l.Unit, &l.Total, &l.Cost, &prices, &options, &l.LeadDays); err != nil {
			return err
		}
		if err := cmp.Or(json.Unmarshal(prices, &l.PriceLines), json.Unmarshal(options, &l.Options)); err != nil {
			return fmt.Errorf("service: line %s: %w", l.ID, err)
		}
		of := &orders[at[order]]
		of.Lines = append(of.Lines, l)
		return nil
	})
}

func (s *Service) customersAfter(ctx context.Context, c *chunk, last string) ([]CustomerRecord, error) {
	var customers []CustomerRecord
	var ids []string
	at := map[string]int{}
	err := c.each(ctx, `SELECT c.id, c.external_id, c.name, c.kind, c.email, c.phone, c.stage, c.segment, u.email, c.referred_by_id, c.partner_id, p.name,
		c.acquisition_cost, c.acquired_at, c.measurements, c.created_at, c.departed_at, c.deleted_at, c.wallet
		FROM customers c LEFT JOIN users u ON u.id = c.owner_id LEFT JOIN partners p ON p.id = c.partner_id
		WHERE c.id > ? ORDER BY c.id LIMIT ?`, []any{last, readTogether}, func(scan store.ScanFunc) error {
		var r CustomerRecord
		var external, address, phone, segment, owner, referrer, partner, partnerName *string
		var acquired, created, departed, deleted store.Time
		var fields []byte
		err := scan(&r.ID, &external, &r.Name, &r.Kind, &address, &phone, &r.Stage, &segment, &owner, &referrer, &partner, &partnerName,
			&r.AcquisitionCost, &acquired, &fields, &created, &departed, &deleted, &r.Wallet)
		r.ExternalID, r.Email, r.Phone, r.Segment, r.Owner = input.OrZero(external), input.OrZero(address), input.OrZero(phone), schema.Segment(input.OrZero(segment)), input.OrZero(owner)
		r.ReferredByID, r.PartnerID, r.PartnerName = input.OrZero(referrer), input.OrZero(partner), input.OrZero(partnerName)
		r.AcquiredAt, r.CreatedAt, r.DepartedAt, r.DeletedAt = acquired.Time, created.Time, departed.Time, deleted.Time
		if text := string(fields); err == nil && text != "" && text != "null" {
			r.Measurements, err = canonical(fields)
		}
		at[r.ID] = len(customers)
		customers, ids = append(customers, r), append(ids, r.ID)
		return err
	})
	if err != nil {
		return nil, err
	}
	// The last change of each tells whether staff decided the stage.
	return customers, c.look(ctx, "SELECT customer_id, at, reason FROM stage_changes WHERE", "customer_id", " ORDER BY customer_id, at, id", ids, func(scan store.ScanFunc) error {
		var customer, why string
		var when store.Time
		err := scan(&customer, &when, &why)
		r := &customers[at[customer]]
		r.StageOverruled, r.StageOverruledAt = "", store.Time{}.Time
		if decided, ok := strings.CutPrefix(why, stage.ReasonOverruled); ok {
			r.StageOverruled, r.StageOverruledAt = decided, when.Time
		}
		return err
	})
}

// canonical writes JSON in one way, however a database keeps it.
func canonical(text []byte) (string, error) {
	var fields map[string]any
	if err := json.Unmarshal(text, &fields); err != nil {
		return "", err
	}
	written, err := json.Marshal(fields)
	return string(written), err
}

func (s *Service) contactsAfter(ctx context.Context, c *chunk, last string) ([]ContactRecord, error) {
	var contacts []ContactRecord
	err := c.each(ctx, `SELECT t.id, t.external_id, t.customer_id, c.external_id, t.kind, t.direction, t.channel, t.at, t.minutes, u.email, t.subject, t.notes,
		t.about_id, t.purpose, t.stage, t.segment, t.expense, t.cost_lines, t.uncosted, t.recorded_at
		FROM contacts t JOIN customers c ON c.id = t.customer_id LEFT JOIN users u ON u.id = t.staff_id
		WHERE t.id > ? ORDER BY t.id LIMIT ?`, []any{last, readTogether}, func(scan store.ScanFunc) error {
		r := ContactRecord{Costed: true}
		var external, customer, staff, subject, notes, about, purpose, segment *string
		var lines []byte
		err := scan(&r.ID, &external, &r.CustomerID, &customer, &r.Kind, &r.Direction, &r.Channel, &r.At, &r.Minutes, &staff, &subject, &notes,
			&about, &purpose, &r.Stage, &segment, &r.Expense, &lines, &r.Uncosted, &r.RecordedAt)
		r.ExternalID, r.CustomerExternalID, r.Staff, r.Subject, r.Notes = input.OrZero(external), input.OrZero(customer), input.OrZero(staff), input.OrZero(subject), input.OrZero(notes)
		known := schema.Segment(input.OrZero(segment))
		r.Segment = &known
		r.AboutID, r.Purpose = input.OrZero(about), schema.Purpose(input.OrZero(purpose))
		r.At, r.RecordedAt = r.At.UTC(), r.RecordedAt.UTC()
		if err == nil {
			err = json.Unmarshal(lines, &r.CostLines)
		}
		contacts = append(contacts, r)
		return err
	})
	return contacts, err
}
