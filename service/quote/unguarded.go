package quote

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"kopeck/auth"
	"kopeck/costing"
	"kopeck/ent"
	"kopeck/ent/customer"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/store"
)

// The functions of this file read past the guard. Their comments say why they may.

// activeLevels reads the levels of the permissions of customers that hold now. A price is the same whoever asks for it, also if
// they may not see the permissions that a rule of price depends on.
func activeLevels(ctx context.Context, from store.Reader, customerIDs []string, now time.Time) ([]customerLevel, error) {
	const query = "SELECT customer_id, level FROM permissions WHERE state = ? AND (expires_at IS NULL OR expires_at > ?) AND customer_id IN @ids"
	var levels []customerLevel
	err := store.EachByIDs(ctx, from, query, []any{string(schema.PermissionActive), now}, customerIDs, func(scan store.ScanFunc) error {
		var one customerLevel
		err := scan(&one.customerID, &one.level)
		levels = append(levels, one)
		return err
	})
	return levels, err
}

// permissionEvents reads the events of customers' permissions up to a moment, by permission and in their order. It bypasses the
// guard for the same reason as activeLevels.
func permissionEvents(ctx context.Context, from store.Reader, customerIDs []string, upTo time.Time) ([]permissionEvent, error) {
	const query = `SELECT p.customer_id, e.permission_id, e.at, e.kind, e.level, e.expires_at FROM permission_events e JOIN permissions p ON p.id = e.permission_id
		WHERE e.at <= ? AND p.customer_id IN @ids ORDER BY e.permission_id, e.sequence`
	var events []permissionEvent
	err := store.EachByIDs(ctx, from, query, []any{upTo}, customerIDs, func(scan store.ScanFunc) error {
		var e permissionEvent
		err := scan(&e.customerID, &e.permissionID, &e.At, &e.Kind, &e.Level, &e.ExpiresAt)
		events = append(events, e)
		return err
	})
	return events, err
}

// stagesAt returns the stages that customers had at a past moment, of those whose stage has changed since. It bypasses the guard
// for the same reason as activeLevels.
func stagesAt(ctx context.Context, from store.Reader, customerIDs []string, at time.Time) (map[string]schema.Stage, error) {
	const query = "SELECT customer_id, from_stage FROM stage_changes WHERE recorded_at > ? AND customer_id IN @ids ORDER BY customer_id, recorded_at DESC, id DESC"
	stages := map[string]schema.Stage{}
	return stages, store.EachByIDs(ctx, from, query, []any{at}, customerIDs, func(scan store.ScanFunc) error {
		var customerID string
		var stage schema.Stage
		err := scan(&customerID, &stage)
		stages[customerID] = stage // the earliest change comes last: before it the customer had this stage
		return err
	})
}

// ownFields gives what customers have in the installation's own fields, or with a moment all that they had by what was known then, in the order
// of recording. It bypasses the guard for the same reason as activeLevels.
func ownFields(ctx context.Context, from store.Reader, customerIDs []string, at *time.Time, each func(customerID, code string, is schema.FieldType, value *string)) error {
	query, args := "SELECT e.subject, d.code, d.type, e.value FROM field_entries e JOIN field_definitions d ON d.id = e.definition_id WHERE e.subject IN @ids", []any(nil)
	if at != nil {
		query = `SELECT e.subject, d.code, d.type, v.value FROM field_entries e JOIN field_definitions d ON d.id = e.definition_id
			JOIN dated_values v ON v.subject = e.id AND v.name = ? WHERE v.recorded_at <= ? AND e.subject IN @ids ORDER BY v.recorded_at, v.id`
		args = []any{string(schema.DatedField), *at}
	}
	return store.EachByIDs(ctx, from, query, args, customerIDs, func(scan store.ScanFunc) error {
		var customerID, code string
		var is schema.FieldType
		var value *string
		err := scan(&customerID, &code, &is, &value)
		each(customerID, code, is, value)
		return err
	})
}

// eachUpdateSince gives the audit's details of the updates of customers after a moment, the latest first. It bypasses the guard for the
// same reason as activeLevels.
func eachUpdateSince(ctx context.Context, from store.Reader, customerIDs []string, at time.Time, each func(customerID string, detail []byte) error) error {
	const query = "SELECT subject, detail FROM audit_entries WHERE action = ? AND at > ? AND subject IN @ids ORDER BY at DESC, id DESC"
	return store.EachByIDs(ctx, from, query, []any{service.CustomerUpdate, at}, customerIDs, func(scan store.ScanFunc) error {
		var customerID string
		var detail []byte
		if err := scan(&customerID, &detail); err != nil {
			return err
		}
		return each(customerID, detail)
	})
}

// taxCodes reads the tax codes of products, of all where nil is given, with the terms that ended them: what terms state, each dated by itself. What is sold has the same tax
// whoever sells it, also if they may not see price terms.
func taxCodes(ctx context.Context, from store.Reader, products []string) (codes []costing.TaxCode, err error) {
	const query = "SELECT id, product_id, coalesce(tax_code, ''), valid_from, recorded_at FROM list_prices"
	add := func(scan store.ScanFunc) error {
		var c costing.TaxCode
		err := scan(&c.ID, &c.ProductID, &c.Code, store.UTC(&c.ValidFrom), store.UTC(&c.RecordedAt))
		codes = append(codes, c)
		return err
	}
	const ever = " WHERE states_tax_code AND product_id IN (SELECT product_id FROM list_prices WHERE tax_code IS NOT NULL)"
	if products == nil {
		return codes, store.Each(ctx, from, query+ever, nil, add)
	}
	return codes, store.EachByIDs(ctx, from, query+ever+" AND product_id IN @ids", nil, products, add)
}

// exemptNow reads why customers are exempt from tax, of all where nil is given. It bypasses the guard for the same reason as taxCodes.
func exemptNow(ctx context.Context, from store.Reader, customers []string) (map[string]*string, error) {
	const query = "SELECT id, tax_exempt FROM customers WHERE tax_exempt IS NOT NULL"
	exempt := map[string]*string{}
	add := func(scan store.ScanFunc) error {
		var customerID, reason string
		err := scan(&customerID, &reason)
		exempt[customerID] = &reason
		return err
	}
	if customers == nil {
		return exempt, store.Each(ctx, from, query, nil, add)
	}
	return exempt, store.EachByIDs(ctx, from, query+" AND id IN @ids", nil, customers, add)
}

// bookingsBetween reads the bookings of past days, from first to last. Capacity is taken by all orders, also by those that the actor
// may not see.
func (s *Service) bookingsBetween(ctx context.Context, first, last int) (bookings *costing.Bookings, err error) {
	err = s.Store.Read(ctx, func(ctx context.Context, tx *store.Tx) (err error) {
		bookings, err = readBookings(auth.System(ctx), tx, first, last)
		return err
	})
	return bookings, err
}

// linesSince reads the lines of the orders placed since a moment that were neither cancelled nor given back in full, the latest order first; if there are more
// than most, it reads one more. A rule is tried on all orders, and only sums of them are returned.
func (s *Service) linesSince(ctx context.Context, since time.Time, most int) ([]soldLine, error) {
	const query = `SELECT o.id, o.customer_id, o.at, l.product_id, l.quantity, l.options, l.lead_days FROM orders o JOIN order_lines l ON l.order_id = o.id
		WHERE o.at >= ? AND o.status NOT IN ('CANCELLED', 'REFUNDED') ORDER BY o.at DESC, o.id DESC, l.position LIMIT ?`
	var lines []soldLine
	err := s.Store.Read(ctx, func(ctx context.Context, tx *store.Tx) error {
		lines = nil
		return store.Each(ctx, tx, query, []any{since, most + 1}, func(scan store.ScanFunc) error {
			var line soldLine
			var options []byte
			var lead int
			q := &line.question
			if err := scan(&line.orderID, &line.customerID, &q.At, &q.ProductID, &q.Quantity, &options, &lead); err != nil {
				return err
			}
			if err := json.Unmarshal(options, &q.Options); err != nil {
				return fmt.Errorf("quote: options of a line of %s: %w", line.orderID, err)
			}
			q.At, q.LeadDays = q.At.UTC(), &lead
			lines = append(lines, line)
			return nil
		})
	})
	return lines, err
}

// buyersOf reads the customers of order lines. It bypasses the guard for the same reason as linesSince.
func (s *Service) buyersOf(ctx context.Context, lines []soldLine) ([]*ent.Customer, error) {
	ids := make([]string, len(lines))
	for i, line := range lines {
		ids[i] = line.customerID
	}
	slices.Sort(ids)
	return s.Client.Customer.Query().Where(customer.IDIn(slices.Compact(ids)...)).All(auth.System(ctx))
}
