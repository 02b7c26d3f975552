package auth

import (
	"time"

	"entgo.io/ent/dialect/sql"

	"kopeck/schema"
)

// The rows of the installation's own fields that SALES and PARTNER may reach: of the fields that are for them, the entries of customers and
// contacts, orders and products that they may read.

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

// ownEntries is the rule for rows on a selector of entries of fields.
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
