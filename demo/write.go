package demo

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"kopeck/costing"
	"kopeck/ent"
	"kopeck/id"
	"kopeck/pricing"
	"kopeck/schema"
	"kopeck/service/customers"
	"kopeck/service/input"
	"kopeck/store"
)

// copyRows writes rows into a table.
func copyRows(ctx context.Context, b *store.Bulk, table string, columns []string, rows [][]any) error {
	_, err := b.Copy(ctx, table, columns, slices.Values(rows))
	return err
}

// sheet is the rows of a table in the making.
type sheet struct {
	table   string
	columns []string
	rows    [][]any
}

// writePeople writes the customers with their search terms, contact points, tags and changes of stage.
func (c *company) writePeople(ctx context.Context) error {
	r := c.draws("stages", 0)
	never := time.Unix(0, 0).UTC()
	persons := sheet{table: "customers", columns: []string{
		"id", "created_at", "updated_at", "kind", "name", "name_key", "external_id", "stage", "acquisition_cost", "margin", "repeat_margin", "contact_cost", "last_order_at", "lifetime_value",
		"email", "email_key", "phone", "segment", "owner_id", "referred_by_id", "partner_id", "measurements", "acquired_at", "departed_at",
	}}
	terms := sheet{table: "search_terms", columns: []string{"term", "customer_id"}}
	stages := sheet{table: "stage_changes", columns: []string{"id", "customer_id", "from_stage", "to_stage", "kind", "at", "recorded_at", "reason", "actor"}}
	points := sheet{table: "contact_points", columns: []string{"id", "customer_id", "type", "value", "value_key", "kind", "created_at"}}
	tags := sheet{table: "customer_tags", columns: []string{"id", "customer_id", "tag", "tag_key", "created_at"}}
	for _, p := range c.people {
		if p.phone != "" {
			phone, err := input.Phone("phone", p.phone, "RU")
			if err != nil {
				return err
			}
			p.phone = phone
		}
		row := &ent.Customer{ID: p.id, Name: p.name, Email: input.NonEmpty(p.email), Phone: input.NonEmpty(p.phone), ExternalID: input.NonEmpty(p.external)}
		kind, stage := schema.Person, p.stageAt(c.today)
		if p.firm {
			kind = schema.Company
		}
		var owner, referrer, partner, measured any
		if p.owner != nil {
			owner = p.owner.ID
		}
		if p.referrer != nil {
			referrer = p.referrer.id
		}
		if p.partner {
			partner = c.partnerID
		}
		if p.measurements != nil {
			text, err := json.Marshal(p.measurements)
			if err != nil {
				return err
			}
			measured = string(text)
		}
		persons.rows = append(persons.rows, []any{
			p.id, p.created, p.created, string(kind), p.name, input.NameKey(p.name), orNil(p.external), string(stage), p.acquisition.Minor(), int64(0), int64(0), int64(0), never, int64(0),
			orNil(p.email), orNil(p.email), orNil(p.phone), orNil(string(p.segment)), owner, referrer, partner, measured, p.created, timeOrNil(p.departed),
		})
		for of, value := range map[schema.ContactPointType]*string{schema.PointPhone: row.Phone, schema.PointEmail: row.Email} {
			if value != nil {
				reached := schema.PointMobile
				if of == schema.PointEmail || p.firm {
					reached = schema.PointWork
				}
				points.rows = append(points.rows, []any{drawID(c.draws("points "+string(of), p.number), id.ContactPoint, p.created), p.id, string(of), *value, customers.PointKey(of, *value), string(reached), p.created})
			}
		}
		if p.firm {
			tags.rows = append(tags.rows, []any{drawID(c.draws("tags", p.number), id.CustomerTag, p.created), p.id, "wholesale", "wholesale", p.created})
		}
		for _, term := range customers.SearchTerms(row) {
			terms.rows = append(terms.rows, []any{term, p.id})
		}
		for _, s := range p.stages {
			stages.rows = append(stages.rows, []any{drawID(r, id.StageChange, s.at), p.id, string(s.from), string(s.to), string(s.kind), s.at, s.at, s.reason, "system"})
		}
	}
	return c.writeSheets(ctx, persons, terms, stages, points, tags)
}

// writeHistory writes permissions, contacts, orders with their bookings and refunds, and offers.
func (c *company) writeHistory(ctx context.Context) error {
	contacts, err := c.contactSheet()
	if err != nil {
		return err
	}
	orders, err := c.orderSheets()
	if err != nil {
		return err
	}
	offers, err := c.offerSheets()
	if err != nil {
		return err
	}
	return c.writeSheets(ctx, slices.Concat(c.permissionSheets(), []sheet{contacts}, orders, offers, []sheet{c.expectedSheet()})...)
}

func (c *company) writeSheets(ctx context.Context, sheets ...sheet) error {
	return c.store.Bulk(ctx, func(ctx context.Context, b *store.Bulk) error {
		for _, s := range sheets {
			if err := copyRows(ctx, b, s.table, s.columns, s.rows); err != nil {
				return err
			}
		}
		return nil
	})
}

func (c *company) permissionSheets() []sheet {
	rows := sheet{table: "permissions", columns: []string{"id", "version", "customer_id", "channel", "purpose", "level", "state", "granted_at", "expires_at", "revoked_at"}}
	events := sheet{table: "permission_events", columns: []string{
		"id", "permission_id", "sequence", "at", "kind", "level", "expires_at", "actor", "source", "wording", "wording_version", "wording_id", "language", "address", "reason", "previous_hash", "hash",
	}}
	for _, p := range c.people {
		for _, a := range p.permissions {
			row := a.row
			rows.rows = append(rows.rows, []any{row.ID, int64(row.Version), row.CustomerID, string(row.Channel), string(row.Purpose), string(row.Level), string(row.State), row.GrantedAt, valueOrNil(row.ExpiresAt), valueOrNil(row.RevokedAt)})
			for _, e := range a.events {
				var level any
				if e.Level != nil {
					level = string(*e.Level)
				}
				events.rows = append(events.rows, []any{
					e.ID, e.PermissionID, int64(e.Sequence), e.At, string(e.Kind), level, valueOrNil(e.ExpiresAt), e.Actor, e.Source, valueOrNil(e.Wording), valueOrNil(e.WordingVersion), valueOrNil(e.WordingID), valueOrNil(e.Language), valueOrNil(e.Address), valueOrNil(e.Reason), e.PreviousHash, e.Hash,
				})
			}
		}
	}
	return []sheet{rows, events}
}

func (c *company) contactSheet() (sheet, error) {
	s := sheet{table: "contacts", columns: []string{
		"id", "customer_id", "kind", "direction", "channel", "at", "minutes", "staff_id", "subject", "notes", "about_id", "permission_id", "purpose", "stage", "segment", "expense", "cost", "cost_lines", "realised", "recorded_at", "campaign_id",
	}}
	for _, one := range c.contacts {
		direction := schema.Outbound
		if one.inbound {
			direction = schema.Inbound
		}
		var staff, about, permission, caused any
		if one.campaign != nil {
			caused = one.campaign.ID
		}
		if one.staff != nil {
			staff = one.staff.ID
		}
		if one.about != nil {
			about = one.about.id
		}
		if one.allowed != nil {
			permission = one.allowed.row.ID
		}
		lines, err := json.Marshal(one.cost.Lines)
		if err != nil {
			return s, err
		}
		s.rows = append(s.rows, []any{
			one.id, one.person.id, string(one.kind), string(direction), string(one.channel), one.at, int64(one.minutes) * 1_000_000_000, staff, orNil(one.subject), orNil(one.notes), about, permission, orNil(string(one.purpose)),
			string(one.person.stageAt(one.at)), orNil(string(one.person.segment)), one.expense.Minor(), one.cost.Total.Minor(), string(lines), int64(0), one.recorded, caused,
		})
	}
	return s, nil
}

func (c *company) orderSheets() ([]sheet, error) {
	orders := sheet{table: "orders", columns: []string{
		"id", "created_at", "updated_at", "external_id", "customer_id", "status", "at", "day", "total", "tax", "refunded", "refunded_tax", "cost", "margin", "unattributed", "due_at", "completed_at", "cancelled_at", "cancel_reason", "offer_id", "plain",
	}}
	lines := sheet{table: "order_lines", columns: []string{"id", "order_id", "position", "product_id", "quantity", "unit", "total", "tax", "cost", "price_lines", "options", "lead_days", "priced_at", "returned", "sold_at", "booked_at", "repeats", "first_product_id"}}
	refunds := sheet{table: "refunds", columns: []string{"id", "order_id", "amount", "tax", "reason", "at", "recorded_at", "actor", "goods_returned"}}
	refundLines := sheet{table: "refund_lines", columns: []string{"id", "refund_id", "line_id", "position", "quantity", "amount", "tax", "stated"}}
	bookings := sheet{table: "bookings", columns: []string{"id", "resource", "day", "units", "order_id", "booked_at", "freed_at"}}
	for _, o := range c.orders {
		var offerID any
		if o.offer != nil {
			offerID = o.offer.id
		}
		changed := later(o.at, later(o.completed, o.cancelled))
		returned := map[*line]bool{}
		if f := o.refund; f != nil {
			changed = f.at
			refunds.rows = append(refunds.rows, []any{f.id, o.id, f.amount.Minor(), o.taxes.Refunds.Refunds[0].Minor(), f.reason, f.at, f.at, f.actor, len(f.lines) > 0})
			for i, l := range f.lines {
				returned[l] = true
				refundLines.rows = append(refundLines.rows, []any{id.RefundLine + strings.TrimPrefix(l.id, id.OrderLine), f.id, l.id, int64(i), l.quantity.Nano(), l.total.Minor(), o.taxes.Refunds.Parts[0][i].Minor(), false})
			}
		}
		isPlain := o.status == schema.OrderCompleted && o.refunded.IsZero()
		var sold, booked any
		if isPlain {
			sold, booked = o.at, timeOrNil(o.completed)
		}
		orders.rows = append(orders.rows, []any{
			o.id, o.at, changed, orNil(o.external), o.person.id, string(o.status), o.at, int64(costing.Day(o.at, c.zone)), o.total.Minor(), o.tax.Minor(), o.refunded.Minor(), o.taxes.Refunds.Sum.Minor(), o.cost.Minor(), o.taxes.Margin.Minor(), int64(0),
			o.due, timeOrNil(o.completed), timeOrNil(o.cancelled), orNil(o.cancelReason), offerID, isPlain,
		})
		for i, l := range o.lines {
			steps, options, err := lineJSON(l)
			if err != nil {
				return nil, err
			}
			repeats := isPlain && slices.ContainsFunc(o.lines[:i], func(before *line) bool { return before.sku == l.sku })
			var first any // of a line after it
			if isPlain && i > 0 {
				first = productID(o.lines[0].sku)
			}
			lines.rows = append(lines.rows, []any{l.id, o.id, int64(i), productID(l.sku), l.quantity.Nano(), l.unit.Minor(), l.total.Minor(), l.tax.Minor(), l.cost.Minor(), steps, options, int64(l.lead), o.asked, backOf(l, returned[l]), sold, booked, repeats, first})
		}
		for _, b := range o.bookings {
			bookings.rows = append(bookings.rows, []any{b.id, b.Resource, int64(b.Day), b.Units.Nano(), o.id, b.BookedAt, valueOrNil(b.FreedAt)})
		}
	}
	return []sheet{orders, lines, refunds, refundLines, bookings}, nil
}

// backOf returns how much of a line came back to stock, in billionths: all of it or nothing.
func backOf(l *line, whole bool) int64 {
	if whole {
		return l.quantity.Nano()
	}
	return 0
}

func (c *company) offerSheets() ([]sheet, error) {
	offers := sheet{table: "offers", columns: []string{"id", "created_at", "updated_at", "kind", "status", "total", "tax", "expires_at", "sent_at", "viewed_at", "decided_at", "decline_reason", "decline_key", "customer_id", "contact_id", "order_id", "completes_order_id"}}
	lines := sheet{table: "offer_lines", columns: []string{"id", "position", "quantity", "unit", "total", "tax", "price_lines", "options", "lead_days", "priced_at", "offer_id", "product_id"}}
	for _, o := range c.offers {
		var orderID any
		if o.order != nil {
			orderID = o.order.id
		}
		var completes any
		if o.completes != nil {
			completes = o.completes.id
		}
		offers.rows = append(offers.rows, []any{
			o.id, o.created, later(o.contact.at, later(o.viewed, o.decided)), string(o.kind), string(o.status), o.total.Minor(), o.tax.Minor(), o.expires, o.contact.at, timeOrNil(o.viewed), timeOrNil(o.decided), orNil(o.reason), orNil(o.key), o.person.id, o.contact.id, orderID, completes,
		})
		for i, l := range o.lines {
			steps, options, err := lineJSON(l)
			if err != nil {
				return nil, err
			}
			lines.rows = append(lines.rows, []any{o.lineIDs[i], int64(i), l.quantity.Nano(), l.unit.Minor(), l.total.Minor(), l.promisedTax.Minor(), steps, options, int64(l.lead), o.created, o.id, productID(l.sku)})
		}
	}
	return []sheet{offers, lines}, nil
}

// lineJSON returns the parts of a line that are stored as JSON.
func lineJSON(l *line) (steps, options string, err error) {
	first, err := json.Marshal(l.steps)
	if err != nil {
		return "", "", err
	}
	chosen := l.options
	if chosen == nil {
		chosen = []pricing.Option{}
	}
	second, err := json.Marshal(chosen)
	return string(first), string(second), err
}

// orNil returns a text as a value of a column, which is NULL for an empty text.
func orNil(text string) any {
	if text == "" {
		return nil
	}
	return text
}

// timeOrNil returns a time as a value of a column, which is NULL for the zero time.
func timeOrNil(at time.Time) any {
	if at.IsZero() {
		return nil
	}
	return at
}

// valueOrNil returns what a pointer points to as a value of a column, which is NULL for nil.
func valueOrNil[T any](p *T) any {
	if p == nil {
		return nil
	}
	return *p
}
