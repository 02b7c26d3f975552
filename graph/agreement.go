package graph

import (
	"context"
	"time"

	"entgo.io/ent/dialect/sql"

	"kopeck/ent"
	"kopeck/id"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/service/quote"
)

func (r *Resolver) agreements() noun[ent.PriceAgreement, ent.PriceAgreementEdge, ent.PriceAgreementConnection] {
	return noun[ent.PriceAgreement, ent.PriceAgreementEdge, ent.PriceAgreementConnection]{
		list: list[ent.PriceAgreement]{"agreements", func(row *ent.PriceAgreement) string { return row.ID }, r.pages}, sees: r.seesCustomer,
		read: func(ctx context.Context, filter, where, by func(*sql.Selector), limit int) ([]*ent.PriceAgreement, error) {
			return r.client.PriceAgreement.Query().Where(filter, where).Order(by).Limit(limit).All(ctx)
		},
		count: func(ctx context.Context, filter func(*sql.Selector)) (int, error) {
			return r.client.PriceAgreement.Query().Where(filter).Count(ctx)
		},
		edge: func(row *ent.PriceAgreement, c ent.Cursor) *ent.PriceAgreementEdge {
			return &ent.PriceAgreementEdge{Node: row, Cursor: c}
		},
		connect: func(edges []*ent.PriceAgreementEdge, info ent.PageInfo, total int) *ent.PriceAgreementConnection {
			return &ent.PriceAgreementConnection{Edges: edges, PageInfo: info, TotalCount: total}
		},
	}
}

var agreementColumns = map[string]column[ent.PriceAgreement]{
	"RECORDED_AT": {name: "RECORDED_AT", sql: "recorded_at", key: func(row *ent.PriceAgreement) any { return row.RecordedAt }},
}

// agreementOrder returns the requested order of agreements; by default RECORDED_AT ascending.
func agreementOrder(o *ent.PriceAgreementOrder) (column[ent.PriceAgreement], ent.OrderDirection) {
	if o == nil || o.Field == nil {
		return agreementColumns["RECORDED_AT"], schema.Ascending
	}
	return agreementColumns[o.Field.String()], o.Direction
}

// agreementFilter filters agreements by their states now, among others.
func (r *Resolver) agreementFilter(f *service.PriceAgreementFilter, now time.Time) *conditions {
	c := &conditions{}
	if f == nil {
		return c
	}
	ofCustomer(c, f.CustomerID, r.app.KeptOf)
	equalsID(c, "productId", "product_id", id.Product, f.ProductID, nil)
	if states, ok := listed(c, "states", f.States, nil); ok {
		c.all = append(c.all, func(s *sql.Selector) { s.Where(stateIn(s, states, now)) })
	}
	return c
}

// stateIn is the condition that an agreement has one of the states now. One whose time is over, or that was ended, is ENDED,
// whatever its row says.
func stateIn(s *sql.Selector, states []schema.AgreementState, now time.Time) *sql.Predicate {
	over := func() *sql.Predicate {
		return sql.Or(
			sql.And(sql.NotNull(s.C("valid_to")), sql.LTE(s.C("valid_to"), now)),
			sql.And(sql.NotNull(s.C("ended_at")), sql.LTE(s.C("ended_at"), now)),
		)
	}
	any := []*sql.Predicate{sql.False()}
	for _, state := range states {
		is := sql.EQ(s.C("state"), string(state))
		switch state {
		case schema.AgreementAgreed, schema.AgreementProposed:
			is = sql.And(is, sql.Not(over()))
		case schema.AgreementEnded:
			is = sql.And(sql.NEQ(s.C("state"), string(schema.AgreementDeclined)), over())
		}
		any = append(any, is)
	}
	return sql.Or(any...)
}

// agreementsBelowFloor reads a page of the agreements below the floor, the one farthest below first, from memory.
func (r *Resolver) agreementsBelowFloor(ctx context.Context, w window) (*quote.AgreementsBelowFloor, error) {
	below := list[quote.AgreementBelowFloor]{"agreementsBelowFloor", func(b *quote.AgreementBelowFloor) string { return b.ID }, r.pages}
	by := column[quote.AgreementBelowFloor]{name: "DIFFERENCE", key: func(b *quote.AgreementBelowFloor) any { return b.Difference.Minor() }}
	reading, err := below.check(w, by, schema.Descending)
	if err != nil {
		return nil, err
	}
	all, err := r.app.Quote.BelowFloor(ctx)
	if err != nil {
		return nil, err
	}
	page, err := reading.pageInMemory(all, func(b *quote.AgreementBelowFloor, after *position) bool {
		key, _ := after.key.(int64)
		difference := b.Difference.Minor()
		return difference < key || difference == key && b.ID < after.id
	})
	if err != nil {
		return nil, err
	}
	agreements, err := r.app.Quote.ReadAgreements(ctx, page.rows)
	if err != nil {
		return nil, err
	}
	markSiblings(ctx, agreements)
	return &quote.AgreementsBelowFloor{Total: len(all), Rows: page.rows, PageInfo: &page.info}, nil
}
