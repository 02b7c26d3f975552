package graph

import (
	"context"

	"entgo.io/ent/dialect/sql"

	"kopeck/ent"
	"kopeck/ent/message"
	"kopeck/id"
	"kopeck/schema"
	"kopeck/service"
)

func messageID(row *ent.Message) string { return row.ID }

func (r *Resolver) messages() noun[ent.Message, ent.MessageEdge, ent.MessageConnection] {
	return noun[ent.Message, ent.MessageEdge, ent.MessageConnection]{
		list: list[ent.Message]{"messages", messageID, r.pages}, table: message.Table, sees: r.seesCustomer, customerOf: func(row *ent.Message) string { return row.CustomerID },
		read: func(ctx context.Context, filter, where, by func(*sql.Selector), limit int) ([]*ent.Message, error) {
			return r.client.Message.Query().Where(filter, where).Order(by).Limit(limit).All(ctx)
		},
		count: func(ctx context.Context, filter func(*sql.Selector)) (int, error) {
			return r.client.Message.Query().Where(filter).Count(ctx)
		},
		counts: func(ctx context.Context, filter func(*sql.Selector)) (all []count, err error) {
			err = r.client.Message.Query().Where(filter).GroupBy(message.FieldCustomerID).Aggregate(ent.Count()).Scan(ctx, &all)
			return all, err
		},
		edge: func(row *ent.Message, c ent.Cursor) *ent.MessageEdge { return &ent.MessageEdge{Node: row, Cursor: c} },
		connect: func(edges []*ent.MessageEdge, info ent.PageInfo, total int) *ent.MessageConnection {
			return &ent.MessageConnection{Edges: edges, PageInfo: info, TotalCount: total}
		},
	}
}

var messageColumns = map[string]column[ent.Message]{
	"CREATED_AT": {name: "CREATED_AT", sql: "created_at", key: func(row *ent.Message) any { return row.CreatedAt }},
	"UPDATED_AT": {name: "UPDATED_AT", sql: "updated_at", key: func(row *ent.Message) any { return row.UpdatedAt }},
	"DUE_AT":     {name: "DUE_AT", sql: "due_at", key: func(row *ent.Message) any { return row.DueAt }},
}

// messageOrder returns the requested order of messages; by default CREATED_AT ascending.
func messageOrder(o *ent.MessageOrder) (column[ent.Message], ent.OrderDirection) {
	if o == nil || o.Field == nil {
		return messageColumns["CREATED_AT"], schema.Ascending
	}
	return messageColumns[o.Field.String()], o.Direction
}

func (r *Resolver) messageFilter(f *service.MessageFilter) *conditions {
	c := &conditions{}
	if f == nil {
		return c
	}
	ofCustomer(c, f.CustomerID, r.app.KeptOf)
	equalsID(c, "offerId", message.FieldOfferID, id.Offer, f.OfferID, nil)
	anyOf(c, "states", message.FieldState, f.States, nil)
	anyOf(c, "channels", message.FieldChannel, f.Channels, nil)
	return c
}

// offerMessages returns the messages about an offer, in the order of their creation.
func (r *Resolver) offerMessages(ctx context.Context, o *ent.Offer) ([]*ent.Message, error) {
	return batchedList(ctx, o, offerID, func(rows []*ent.Offer) (map[string][]*ent.Message, error) {
		about, err := r.client.Message.Query().Where(message.OfferIDIn(idsOf(rows, offerID)...)).Order(message.ByCreatedAt(), message.ByID()).All(ctx)
		return groupBy(about, func(m *ent.Message) string { return deref(m.OfferID) }), err
	})
}

// messageAttempts returns the attempts to hand over a message, in their order.
func (r *Resolver) messageAttempts(ctx context.Context, m *ent.Message) ([]*ent.MessageAttempt, error) {
	return batchedList(ctx, m, messageID, func(rows []*ent.Message) (map[string][]*ent.MessageAttempt, error) {
		return r.app.Outbox.Attempts(ctx, idsOf(rows, messageID))
	})
}
