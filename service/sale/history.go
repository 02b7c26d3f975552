package sale

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"kopeck/auth"
	"kopeck/ent"
	"kopeck/money"
	"kopeck/service"
	"kopeck/service/books"
)

// OrderEvent is something that was done with an order.
type OrderEvent struct {
	Kind       service.OrderEventKind
	At         time.Time // when it happened
	RecordedAt time.Time
	By         *string // nil if it is not known
	Reason     *string
	DueBefore  *time.Time
	Due        *time.Time
	Refund     *books.Refund
	OfferID    string // "" for none
	Cost       *OrderCostChange
}

// OrderCostChange is how the cost of an order was restated.
type OrderCostChange struct {
	Before, After       money.Amount
	TaxBefore, TaxAfter *money.Amount // nil where the tax was not restated
	RateIDs             []string
	RecipeID            string // "" where something else was the cause
	TaxCode             *TaxCodeChange
	Exemption           *service.TaxExemption
}

// TaxCodeChange is that a product has a tax code from a moment on, or none.
type TaxCodeChange struct {
	ProductID string    `json:"product"`
	Code      *string   `json:"code"`
	From      time.Time `json:"from"`
}

// auditOf is an entry of the audit about an order.
type auditOf struct {
	orderID, action, actor string
	at                     time.Time
	detail                 []byte
}

// auditDetail is what the entries of the audit about orders say, each a part of it.
type auditDetail struct {
	At     *time.Time `json:"at"`
	Before *time.Time `json:"before"`
	Due    *time.Time `json:"due"`
	Reason string     `json:"reason"`
	Rates  []string   `json:"rates"`
	Recipe string     `json:"recipe"`

	TaxCode   *TaxCodeChange `json:"taxCode"`
	Exemption *struct {
		Reason *string   `json:"reason"`
		From   time.Time `json:"from"`
	} `json:"exemption"`

	Cost struct {
		Old money.Amount `json:"old"`
		New money.Amount `json:"new"`
	} `json:"cost"`
	Tax *struct {
		Old money.Amount `json:"old"`
		New money.Amount `json:"new"`
	} `json:"tax"`
}

// OrderHistory returns what was done with orders, by order, in the order in which it was recorded: from the audit, the refunds and, of
// what was imported, the orders themselves. A caller without the scope costs does not learn that the cost was restated. The caller may see
// the orders.
func (s *Service) OrderHistory(ctx context.Context, orders []*ent.Order) (map[string][]*OrderEvent, error) {
	ids := make([]string, len(orders))
	for i, o := range orders {
		ids[i] = o.ID
	}
	audits, err := auditsOf(ctx, s.Store, ids)
	if err != nil {
		return nil, err
	}
	refunds, err := books.RefundsOf(ctx, s.Store, ids, service.EndOfTime)
	if err != nil {
		return nil, err
	}
	actor, _ := auth.From(ctx)
	all := make(map[string][]*OrderEvent, len(orders))
	for _, o := range orders {
		var events []*OrderEvent
		done := map[service.OrderEventKind]bool{}
		for _, a := range audits[o.ID] {
			e, err := eventOf(o, a)
			if err != nil {
				return nil, err
			}
			if e == nil || e.Cost != nil && !actor.Has(auth.ScopeCosts) {
				continue
			}
			if e.Cost != nil && e.Reason == nil {
				cause, _ := s.quote.PriceBook().Basis().Catalogue.RecipeByID(e.Cost.RecipeID)
				e.Reason = known(cause.Reason)
			}
			done[e.Kind] = true
			events = append(events, e)
		}
		events = append(events, imported(o, done)...)
		for _, r := range refunds[o.ID] {
			events = append(events, &OrderEvent{Kind: service.OrderEventKindRefunded, At: r.At, RecordedAt: r.RecordedAt, By: known(r.Actor), Reason: known(r.Reason), Refund: r})
		}
		slices.SortStableFunc(events, func(a, b *OrderEvent) int {
			return cmp.Or(a.RecordedAt.Compare(b.RecordedAt), cmp.Compare(slices.Index(service.AllOrderEventKind, a.Kind), slices.Index(service.AllOrderEventKind, b.Kind)))
		})
		all[o.ID] = events
	}
	return all, nil
}

// known returns a text that may be empty; nil if it is.
func known(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}

// eventOf returns what an entry of the audit says was done; nil for what is no event of its own. Refunds are rows themselves.
func eventOf(o *ent.Order, a auditOf) (*OrderEvent, error) {
	e := &OrderEvent{At: a.at, RecordedAt: a.at, By: known(a.actor)}
	switch a.action {
	case "order.place":
		e.Kind, e.At = service.OrderEventKindPlaced, o.At
		if o.OfferID != nil {
			e.OfferID = *o.OfferID
		}
		return e, nil // its details are the order's
	case "order.complete":
		e.Kind = service.OrderEventKindCompleted
	case "order.cancel":
		e.Kind = service.OrderEventKindCancelled
	case "order.due":
		e.Kind = service.OrderEventKindDueDateChanged
	case "order.overrule":
		e.Kind = service.OrderEventKindDateOverruled
	case "order.restate":
		e.Kind = service.OrderEventKindCostRestated
	default:
		return nil, nil
	}
	var detail auditDetail
	if err := json.Unmarshal(a.detail, &detail); err != nil {
		return nil, fmt.Errorf("sale: the audit of %s: %w", o.ID, err)
	}
	e.Reason, e.DueBefore, e.Due = known(detail.Reason), detail.Before, detail.Due
	if detail.At != nil {
		e.At = *detail.At
	}
	if e.Kind == service.OrderEventKindCostRestated {
		e.Cost = &OrderCostChange{Before: detail.Cost.Old, After: detail.Cost.New, RateIDs: detail.Rates, RecipeID: detail.Recipe, TaxCode: detail.TaxCode}
		if by := detail.Exemption; by != nil {
			e.Cost.Exemption = &service.TaxExemption{Reason: by.Reason, From: by.From, RecordedAt: e.RecordedAt, By: e.By}
		}
		if detail.Tax != nil {
			e.Cost.TaxBefore, e.Cost.TaxAfter = &detail.Tax.Old, &detail.Tax.New
		}
	}
	return e, nil
}

// imported returns what the audit does not say was done with an order, since a file has it.
func imported(o *ent.Order, done map[service.OrderEventKind]bool) []*OrderEvent {
	var events []*OrderEvent
	if !done[service.OrderEventKindPlaced] {
		events = append(events, &OrderEvent{Kind: service.OrderEventKindImported, At: o.At, RecordedAt: o.CreatedAt})
	}
	if o.CompletedAt != nil && !done[service.OrderEventKindCompleted] {
		events = append(events, &OrderEvent{Kind: service.OrderEventKindCompleted, At: *o.CompletedAt, RecordedAt: o.CreatedAt})
	}
	if o.CancelledAt != nil && !done[service.OrderEventKindCancelled] {
		events = append(events, &OrderEvent{Kind: service.OrderEventKindCancelled, At: *o.CancelledAt, RecordedAt: o.CreatedAt, Reason: o.CancelReason})
	}
	return events
}

// RefundedPart is the part of a refund that is of one line of the order.
type RefundedPart struct {
	LineID   string
	Quantity money.Decimal
	Amount   money.Amount
	Tax      money.Amount // of the amount
	Cost     money.Amount // that came back with the goods
}
