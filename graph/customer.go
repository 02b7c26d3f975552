package graph

import (
	"context"
	"slices"
	"strings"
	"time"

	"entgo.io/ent/dialect/sql"

	"kopeck/auth"
	"kopeck/ent"
	"kopeck/ent/contactpoint"
	"kopeck/ent/customer"
	"kopeck/ent/stagechange"
	"kopeck/fault"
	"kopeck/id"
	"kopeck/money"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/service/customers"
	"kopeck/service/report"
)

func (r *Resolver) customers() noun[ent.Customer, ent.CustomerEdge, ent.CustomerConnection] {
	return noun[ent.Customer, ent.CustomerEdge, ent.CustomerConnection]{
		list: list[ent.Customer]{"customers", customerID, r.pages},
		read: func(ctx context.Context, filter, where, by func(*sql.Selector), limit int) ([]*ent.Customer, error) {
			return r.client.Customer.Query().Where(customer.DeletedAtIsNil(), filter, where).Order(by).Limit(limit).All(ctx)
		},
		count: func(ctx context.Context, filter func(*sql.Selector)) (int, error) {
			return r.client.Customer.Query().Where(customer.DeletedAtIsNil(), filter).Count(ctx)
		},
		edge: func(row *ent.Customer, c ent.Cursor) *ent.CustomerEdge {
			return &ent.CustomerEdge{Node: row, Cursor: c}
		},
		connect: func(edges []*ent.CustomerEdge, info ent.PageInfo, total int) *ent.CustomerConnection {
			return &ent.CustomerConnection{Edges: edges, PageInfo: info, TotalCount: total}
		},
	}
}

// seesCustomer reports whether the caller may see a customer, by one look-up at most.
func (r *Resolver) seesCustomer(ctx context.Context, customerID string) (bool, error) {
	if actor, _ := auth.From(ctx); actor.May("Customer").Read == auth.AllRows {
		return true, nil
	}
	return r.client.Customer.Query().Where(customer.ID(customerID)).Exist(ctx)
}

var customerColumns = map[string]column[ent.Customer]{
	"CREATED_AT":     {name: "CREATED_AT", sql: "created_at", key: func(row *ent.Customer) any { return row.CreatedAt }},
	"UPDATED_AT":     {name: "UPDATED_AT", sql: "updated_at", key: func(row *ent.Customer) any { return row.UpdatedAt }},
	"NAME":           {name: "NAME", sql: "name_key", key: func(row *ent.Customer) any { return row.NameKey }},
	"LAST_ORDER_AT":  {name: "LAST_ORDER_AT", sql: "last_order_at", key: func(row *ent.Customer) any { return row.LastOrderAt }},
	"LIFETIME_VALUE": {name: "LIFETIME_VALUE", sql: "lifetime_value", key: func(row *ent.Customer) any { return row.LifetimeValue.Minor() }, hidden: true},
}

// shownValue is the order LIFETIME_VALUE of viewers without the scope costs: by the worth that they are shown. Its cursors are of
// another order than those of viewers with it.
var shownValue = column[ent.Customer]{name: "LIFETIME_VALUE", sql: "shown_total", key: func(row *ent.Customer) any { return row.ShownTotal.Minor() }, hidden: true, kind: " SHOWN"}

// customerOrder returns the requested order of customers; by default CREATED_AT ascending. A partner reads of every customer the
// time of creation as that of the last change, and has the list in this order.
func customerOrder(ctx context.Context, o *ent.CustomerOrder) (column[ent.Customer], ent.OrderDirection) {
	if o == nil || o.Field == nil {
		return customerColumns["CREATED_AT"], schema.Ascending
	}
	by := customerColumns[o.Field.String()]
	switch actor, _ := auth.From(ctx); {
	case actor.Role == schema.RolePartner && by.sql == "updated_at":
		by.sql = "created_at"
	case by.sql == "lifetime_value" && !actor.Has(auth.ScopeCosts):
		by = shownValue
	}
	return by, o.Direction
}

func (r *Resolver) customerFilter(ctx context.Context, f *service.CustomerFilter, search *string) *conditions {
	c := &conditions{}
	if search != nil {
		found, err := r.app.Customers.SearchAs(ctx, *search)
		if err != nil {
			c.fail(err)
		}
		for _, one := range found {
			c.all = append(c.all, one)
		}
	}
	if f == nil {
		return c
	}
	anyOf(c, "stages", "stage", f.Stages, nil)
	anyOf(c, "segments", "segment", f.Segments, isNull("segment"))
	equalsID(c, "ownerId", "owner_id", id.User, f.OwnerID, isNull("owner_id"))
	equalsID(c, "partnerId", "partner_id", id.Partner, f.PartnerID, isNull("partner_id"))
	equals(c, "kind", given(c, "kind", f.Kind, nil))
	if duplicates := given(c, "possibleDuplicates", f.PossibleDuplicates, nil); duplicates != nil && *duplicates {
		c.all = append(c.all, withTwin(ctx, r.app.Now()))
	}
	inRange(c, "createdAt", "created_at", f.CreatedAt, nil)
	inRange(c, "updatedAt", "updated_at", f.UpdatedAt, nil)
	inRange(c, "lastOrderAt", "last_order_at", f.LastOrderAt, func(s *sql.Selector) { s.Where(sql.EQ(s.C("order_days"), 0)) })
	if campaignID := given(c, "campaignId", f.CampaignID, nil); campaignID != nil {
		if err := id.Check("campaignId", id.Campaign, *campaignID); err != nil {
			c.fail(fault.At(err, "filter"))
		}
		c.all = append(c.all, fromCampaign(*campaignID))
	}
	if source := given(c, "source", f.Source, nil); source != nil {
		c.all = append(c.all, fromSource(*source))
	}
	if tags, ok := listed(c, "tags", f.Tags, nil); ok {
		found, err := customers.Tagged("tags", tags)
		if err != nil {
			c.fail(fault.At(err, "filter"))
		}
		for _, one := range found {
			c.all = append(c.all, one)
		}
	}
	if f.LastOrderAt.Value() != nil { // without orders the column is 1970-01-01
		c.all = append(c.all, func(s *sql.Selector) { s.Where(sql.GT(s.C("order_days"), 0)) })
	}
	return r.withFields(ctx, schema.FieldOfCustomer, f.Fields, c)
}

// withTwin is the condition that a customer was recorded although another had the same e-mail, external id or phone, and that the caller
// may see the other.
func withTwin(ctx context.Context, now time.Time) func(*sql.Selector) {
	return func(s *sql.Selector) {
		b := sql.Dialect(s.Dialect())
		twins := func(as string, which func(other *sql.SelectTable) *sql.Predicate) *sql.Predicate {
			other := b.Table(customer.Table).As(as)
			found := b.Select(other.C("id")).From(other)
			found.Where(sql.And(sql.IsNull(other.C("deleted_at")), sql.ColumnsNEQ(other.C("id"), s.C("id")), which(other)))
			if err := auth.NarrowCustomers(ctx, found, now); err != nil {
				s.AddError(err)
			}
			return sql.Exists(found)
		}
		named := twins("twin_customers", func(other *sql.SelectTable) *sql.Predicate {
			return sql.Or(sql.ColumnsEQ(other.C("email_key"), s.C("email_key")), sql.ColumnsEQ(other.C("external_id"), s.C("external_id")))
		})
		called := twins("phone_customers", func(other *sql.SelectTable) *sql.Predicate {
			return sql.And(sql.ColumnsEQ(other.C("phone"), s.C("phone")), sql.ColumnsLT(other.C("id"), s.C("id")))
		})
		shared := b.Table(customer.Table).As("sharing_customers") // few have a phone of others: the look-ups above are for them alone
		phones := b.Select(shared.C("phone")).From(shared).Where(sql.And(sql.IsNull(shared.C("deleted_at")), sql.GTE(shared.C("phone"), "+"), sql.LT(shared.C("phone"), ","))).
			GroupBy(shared.C("phone")).Having(sql.GT(sql.Count("*"), 1))
		points := b.Table(contactpoint.Table).As("points_of_several")
		several := b.Select(points.C("value_key")).From(points).Where(sql.Or(sql.EQ(points.C("type"), string(schema.PointEmail)), sql.HasPrefix(points.C("value_key"), "+"))).
			GroupBy(points.C("type"), points.C("value_key")).Having(sql.GT(sql.Count("*"), 1))
		// A point that is the same as one of an earlier customer, on whose row it need not be. It is found for all customers at once.
		other, theirs, held := b.Table(customer.Table).As("reached_customers"), b.Table(contactpoint.Table).As("their_points"), b.Table(contactpoint.Table).As("held_points")
		reached := b.Select(held.C("customer_id")).From(other).Join(theirs).On(theirs.C("customer_id"), other.C("id")).
			Join(held).OnP(sql.And(sql.ColumnsEQ(held.C("type"), theirs.C("type")), sql.ColumnsEQ(held.C("value_key"), theirs.C("value_key")), sql.ColumnsLT(theirs.C("customer_id"), held.C("customer_id"))))
		reached.Where(sql.And(sql.IsNull(other.C("deleted_at")), sql.In(theirs.C("value_key"), several)))
		if err := auth.NarrowCustomers(ctx, reached, now); err != nil {
			s.AddError(err)
		}
		beside := sql.In(s.C("id"), reached)
		if !customers.SeesBeside(ctx) {
			beside = sql.False()
		}
		s.Where(sql.Or(
			beside,
			sql.And(sql.Or(sql.GT(s.C("email_twin"), 0), sql.GT(s.C("external_twin"), 0)), named),
			sql.And(sql.In(s.C("phone"), phones), called),
		))
	}
}

// possibleDuplicates returns the customers that are possibly the same as a customer.
func (r *Resolver) possibleDuplicates(ctx context.Context, c *ent.Customer) ([]*service.PossibleDuplicate, error) {
	found, err := batched(ctx, c, func(rows []*ent.Customer) (map[*ent.Customer][]*service.PossibleDuplicate, error) {
		return r.app.Customers.PossibleDuplicates(ctx, rows)
	})
	return append([]*service.PossibleDuplicate{}, found...), err
}

// stageChanges returns a customer's changes of stage, the oldest first.
func (r *Resolver) stageChanges(ctx context.Context, c *ent.Customer) ([]*ent.StageChange, error) {
	return batchedList(ctx, c, customerID, func(rows []*ent.Customer) (map[string][]*ent.StageChange, error) {
		changes, err := r.client.StageChange.Query().Where(stagechange.CustomerIDIn(idsOf(rows, customerID)...)).
			Order(stagechange.ByRecordedAt(), stagechange.ByID()).All(ctx)
		return groupBy(changes, func(change *ent.StageChange) string { return change.CustomerID }), err
	})
}

// economics returns what a customer earned and cost.
func (r *Resolver) economics(ctx context.Context, c *ent.Customer, from, to *time.Time) (*report.CustomerEconomics, error) {
	return batched(ctx, c, func(rows []*ent.Customer) (map[*ent.Customer]*report.CustomerEconomics, error) {
		return r.app.Report.CustomerEconomicsOf(ctx, rows, from, to)
	})
}

// referralValue returns what the customers whom a customer referred have earned.
func (r *Resolver) referralValue(ctx context.Context, c *ent.Customer) (*money.Amount, error) {
	return batched(ctx, c, func(rows []*ent.Customer) (map[*ent.Customer]*money.Amount, error) {
		return r.app.Customers.ReferralValues(ctx, rows)
	})
}

// customerChanged sends a customer after every change of which the caller may see something, for as long as the caller listens and may see the customer.
func (r *Resolver) customerChanged(ctx context.Context, customerID string) (<-chan *ent.Customer, error) {
	c, err := r.app.Customers.Customer(ctx, &customerID, nil)
	if err != nil {
		return nil, err
	}
	if c == nil {
		return nil, fault.NoSuch("id", "customer")
	}
	if actor, _ := auth.From(ctx); actor.Role == schema.RolePartner && slices.ContainsFunc(auth.PartnerScopes(), func(scope string) bool { return !actor.Has(scope) }) {
		return nil, fault.New(fault.Forbidden, "", "every event tells that something has changed: a partner needs the scopes %s", strings.Join(auth.PartnerScopes(), ", "))
	}
	changes, cancel := r.app.CustomerChanges(customerID)
	return send(ctx, changes, cancel, func(event string) (*ent.Customer, error) {
		heard, err := r.hears(ctx, event)
		if err != nil || !heard {
			return nil, err
		}
		if service.ToldOfMerge(event) { // this process may not know yet who answers for whom
			if err := r.app.Refresh(ctx, service.SnapshotMerged); err != nil {
				return nil, err
			}
		}
		return r.app.Customers.Customer(ctx, &customerID, nil)
	}), nil
}
