package auth

import (
	"context"
	"fmt"
	"strings"
	"time"

	"entgo.io/ent/dialect/sql"

	"kopeck/ent"
	"kopeck/ent/intercept"
	"kopeck/fault"
	"kopeck/schema"
)

// Guard attaches the rules to the client: every query, count, traversal and change of the client and its
// transactions reaches only the rows that the context's actor may reach. Without an actor it is an error.
func Guard(client *ent.Client, now func() time.Time) {
	client.Intercept(intercept.TraverseFunc(func(ctx context.Context, q intercept.Query) error {
		predicate, err := reach(ctx, q.Type(), false, now)
		if err == nil && predicate != nil {
			q.WhereP(predicate)
		}
		return err
	}))
	client.Customer.Intercept(changedBy(asSeen))
	client.Permission.Intercept(changedBy(PermissionsAsSeen))
	client.PermissionEvent.Intercept(changedBy(eventsAsSeen))
	client.Contact.Intercept(changedBy(contactsAsSeen))
	client.Use(func(next ent.Mutator) ent.Mutator {
		return ent.MutateFunc(func(ctx context.Context, m ent.Mutation) (ent.Value, error) {
			if appendOnly[m.Type()] && !m.Op().Is(ent.OpCreate) {
				return nil, fmt.Errorf("auth: %s is append-only", m.Type())
			}
			predicate, err := reach(ctx, m.Type(), true, now)
			if err != nil {
				return nil, err
			}
			if predicate != nil && !m.Op().Is(ent.OpCreate) {
				narrowed, ok := m.(interface{ WhereP(...func(*sql.Selector)) })
				if !ok {
					return nil, fmt.Errorf("auth: %s cannot be narrowed to the actor's rows", m.Type())
				}
				narrowed.WhereP(predicate)
			}
			return next.Mutate(ctx, m)
		})
	})
}

// reach returns the predicate that narrows a query to the actor's rows, nil for all rows. Where a role has no rows, reading
// finds nothing and changing is Forbidden.
func reach(ctx context.Context, noun string, writing bool, now func() time.Time) (func(*sql.Selector), error) {
	actor, ok := From(ctx)
	if !ok {
		return nil, fault.New(fault.Unauthenticated, "", "sign in first")
	}
	rows := actor.May(noun).Read
	if writing {
		rows = actor.May(noun).Write
	}
	switch {
	case rows == AllRows:
		return nil, nil
	case rows == OwnRows:
		return ownRows(actor, noun, now())
	case writing:
		return nil, fault.New(fault.Forbidden, "", "the role %s may not do this", actor.Role)
	}
	return func(s *sql.Selector) { s.Where(sql.False()) }, nil
}

// NarrowCustomers adds to a selector of customers, which may be part of another statement, the rule for the rows that the context's actor
// may read.
func NarrowCustomers(ctx context.Context, customers *sql.Selector, now time.Time) error {
	narrow, err := reach(ctx, "Customer", false, func() time.Time { return now })
	if err == nil && narrow != nil {
		narrow(customers)
	}
	return err
}

// SeenCustomers returns a query, to be part of a statement, for the ids of the customers that the context's actor may read.
func SeenCustomers(ctx context.Context, of *sql.Selector, now time.Time) (*sql.Selector, error) {
	b := sql.Dialect(of.Dialect())
	customers := b.Table("customers").As("seen_customers")
	seen := b.Select(customers.C("id")).From(customers)
	return seen, NarrowCustomers(ctx, seen, now)
}

// asSeen changes rows of customers to what the actor sees of them: of who was deleted the name, and not how they are reached nor what was known of
// them. To a partner they are changed further. A version and a time of change would tell of every order and
// contact, whether or not the partner may see it: they are those of the beginning. Without the scope orders nothing shows that there
// are any: the stage is FRIEND, which a customer is who gave a permission. A partner changes no customer, so that nothing of this is
// ever written.
func asSeen(ctx context.Context, rows []*ent.Customer) {
	if actor, ok := From(ctx); ok && !actor.system {
		for _, c := range rows {
			if c.DeletedAt != nil && c.MergedIntoID == nil { // contacts and orders name them still
				c.Email, c.EmailKey, c.Phone, c.Birthday, c.Wallet, c.Measurements = nil, nil, nil, nil, nil, nil
				c.ExternalID, c.Segment, c.Source, c.TaxExempt = nil, nil, nil, nil
			}
		}
	}
	if !isPartner(ctx) {
		return
	}
	actor, _ := From(ctx)
	for _, c := range rows {
		c.Version, c.UpdatedAt = 1, c.CreatedAt
		if !actor.Has("orders") {
			c.Stage = schema.Friend
		}
	}
}

// PermissionsAsSeen changes permissions to what a partner sees of them. The version counts all events, and a partner does not read those of a
// merge: it is that of the beginning. A partner changes no permission.
func PermissionsAsSeen(ctx context.Context, rows []*ent.Permission) {
	if !isPartner(ctx) {
		return
	}
	for _, p := range rows {
		p.Version = 1
	}
}

// MergeSource begins the source of an event by which a merge ended a permission, or its undoing restored it; the merge's id follows.
const MergeSource = "merge "

// eventsAsSeen changes events of permissions to what the actor sees of them. Who sees some customers alone may not see the other customer of a
// merge, so that its source names no merge; and a partner, who reads no event of a merge, no hash, by which one that is left out shows. The
// hashes that others read, and on which new events rest, stay.
func eventsAsSeen(ctx context.Context, rows []*ent.PermissionEvent) {
	actor, ok := From(ctx)
	if !ok || actor.system || actor.May("Customer").Read == AllRows {
		return
	}
	for _, e := range rows {
		if e.Kind == schema.EventMerged || e.Kind == schema.EventSeparated {
			e.Source = strings.TrimSpace(MergeSource)
		}
		if actor.Role == schema.RolePartner {
			e.PreviousHash, e.Hash = "", ""
		}
	}
}

// contactsAsSeen changes contacts to what a partner sees of them: of the version as of a customer's.
func contactsAsSeen(ctx context.Context, rows []*ent.Contact) {
	if !isPartner(ctx) {
		return
	}
	for _, c := range rows {
		c.Version = 1
	}
}

// changedBy changes rows that a query finds.
func changedBy[T any](change func(ctx context.Context, rows []*T)) ent.Interceptor {
	return ent.InterceptFunc(func(next ent.Querier) ent.Querier {
		return ent.QuerierFunc(func(ctx context.Context, q ent.Query) (ent.Value, error) {
			found, err := next.Query(ctx, q)
			if rows, ok := found.([]*T); ok && err == nil {
				change(ctx, rows)
			}
			return found, err
		})
	})
}

// isPartner reports whether a partner asks.
func isPartner(ctx context.Context) bool {
	actor, ok := From(ctx)
	return ok && !actor.system && actor.Role == schema.RolePartner
}

// withoutMerges leaves out of a selector of a noun what tells a partner that a customer was merged: the permissions that a merge ended, which
// may be of somebody whom they never saw, and the events of the merge.
func withoutMerges(s *sql.Selector, noun string) {
	switch noun {
	case "Permission":
		s.Where(sql.NEQ(s.C("state"), string(schema.PermissionMerged)))
	case "PermissionEvent":
		s.Where(sql.NotIn(s.C("kind"), string(schema.EventMerged), string(schema.EventSeparated)))
	}
}

// parents has the column by which a noun belongs to its parent, and the parent with its table unless it is the customer.
var parents = map[string]struct{ column, table, noun string }{
	"Contact":         {"customer_id", "", ""},
	"ContactPoint":    {"customer_id", "", ""},
	"Address":         {"customer_id", "", ""},
	"CustomerTag":     {"customer_id", "", ""},
	"Permission":      {"customer_id", "", ""},
	"PriceAgreement":  {"customer_id", "", ""},
	"Offer":           {"customer_id", "", ""},
	"Order":           {"customer_id", "", ""},
	"StageChange":     {"customer_id", "", ""},
	"Task":            {"customer_id", "", ""},
	"ExpectedPrice":   {"customer_id", "", ""},
	"Message":         {"customer_id", "", ""},
	"MessageAttempt":  {"message_id", "messages", "Message"},
	"PermissionEvent": {"permission_id", "permissions", "Permission"},
	"OfferLine":       {"offer_id", "offers", "Offer"},
	"OrderLine":       {"order_id", "orders", "Order"},
	"Credit":          {"order_id", "orders", "Order"},
}

// ownRows narrows a noun to rows of the actor's own customers.
func ownRows(actor Actor, noun string, now time.Time) (func(*sql.Selector), error) {
	switch noun {
	case "Customer":
		return func(s *sql.Selector) { s.Where(ownCustomers(s, actor, now)) }, nil
	case "FieldDefinition":
		return func(s *sql.Selector) { s.Where(shownFields(s, actor)) }, nil
	case "FieldEntry":
		return func(s *sql.Selector) { s.Where(ownEntries(s, actor, now)) }, nil
	}
	parent, ok := parents[noun]
	if !ok {
		return nil, fmt.Errorf("auth: no row rule for %s", noun)
	}
	return func(s *sql.Selector) {
		b := sql.Dialect(s.Dialect())
		customers := b.Table("customers").As("guard_customers")
		mine := b.Select(customers.C("id")).From(customers)
		mine.Where(ownCustomers(mine, actor, now))
		if noun == "StageChange" { // with what staff wrote of who was deleted
			mine.Where(sql.IsNull(customers.C("deleted_at")))
		}
		if actor.Role == schema.RolePartner {
			withoutMerges(s, noun)
		}
		if parent.table == "" {
			s.Where(sql.In(s.C(parent.column), mine))
			return
		}
		table := b.Table(parent.table).As("guard_parents")
		theirs := b.Select(table.C("id")).From(table)
		theirs.Where(sql.In(theirs.C("customer_id"), mine))
		if actor.Role == schema.RolePartner {
			withoutMerges(theirs, parent.noun)
		}
		s.Where(sql.In(s.C(parent.column), theirs))
	}, nil
}

// ownCustomers is the rule for rows (design, section 10) on a selector of customers.
func ownCustomers(s *sql.Selector, actor Actor, now time.Time) *sql.Predicate {
	switch actor.Role {
	case schema.RoleSales:
		owners := []any{actor.UserID}
		if actor.Sharing != nil {
			for _, one := range actor.Sharing() {
				owners = append(owners, one)
			}
		}
		return sql.Or(sql.In(s.C("owner_id"), owners...), sql.IsNull(s.C("owner_id")))
	case schema.RolePartner:
		b := sql.Dialect(s.Dialect())
		given := b.Table("permissions").As("guard_permissions")
		sharing := b.Select(given.C("customer_id")).From(given).Where(sql.And(
			sql.EQ(given.C("purpose"), string(schema.PartnerSharing)),
			sql.EQ(given.C("state"), string(schema.PermissionActive)),
			sql.NotIn(given.C("level"), string(schema.Situation), string(schema.BrandTrust)),
			sql.Or(sql.IsNull(given.C("expires_at")), sql.GT(given.C("expires_at"), now)),
		))
		return sql.And(sql.EQ(s.C("partner_id"), actor.PartnerID), sql.NotNull(s.C("partner_id")), sql.In(s.C("id"), sharing))
	}
	return sql.False()
}

// shownFields is the rule for rows on a selector of definitions of fields.
func shownFields(s *sql.Selector, actor Actor) *sql.Predicate {
	switch actor.Role {
	case schema.RoleSales:
		return sql.EQ(s.C("for_sales"), true)
	case schema.RolePartner:
		return sql.EQ(s.C("for_partners"), true)
	}
	return sql.False()
}

// ownEntries is the rule for rows on a selector of entries of fields: those of the fields that are for the actor, of customers, contacts, orders
// and products that they may read.
func ownEntries(s *sql.Selector, actor Actor, now time.Time) *sql.Predicate {
	b := sql.Dialect(s.Dialect())
	definitions := b.Table("field_definitions").As("guard_fields")
	shown := b.Select(definitions.C("id")).From(definitions)
	shown.Where(shownFields(shown, actor))

	// Each look-up is by the id of the entry's subject: ids say of what they are.
	customers := b.Table("customers").As("guard_customers")
	theirs := b.Select(customers.C("id")).From(customers)
	theirs.Where(sql.And(sql.ColumnsEQ(customers.C("id"), s.C("subject")), ownCustomers(theirs, actor, now)))
	reached := []*sql.Predicate{sql.Exists(theirs)}
	for _, of := range [][2]string{{"Contact", "contacts"}, {"Order", "orders"}} {
		noun, table := of[0], of[1]
		if actor.May(noun).Read == NoRows {
			continue
		}
		rows := b.Table(table).As("guard_" + table)
		owners := b.Table("customers").As("guard_owners")
		owned := b.Select().From(owners)
		mine := b.Select(rows.C("id")).From(rows).Join(owners).On(owners.C("id"), rows.C("customer_id"))
		mine.Where(sql.And(sql.ColumnsEQ(rows.C("id"), s.C("subject")), ownCustomers(owned, actor, now)))
		reached = append(reached, sql.Exists(mine))
	}
	if actor.May("Product").Read != NoRows {
		products := b.Table("products").As("guard_products")
		all := b.Select(products.C("id")).From(products)
		reached = append(reached, sql.Exists(all.Where(sql.ColumnsEQ(products.C("id"), s.C("subject")))))
	}
	return sql.And(sql.In(s.C("definition_id"), shown), sql.Or(reached...))
}
