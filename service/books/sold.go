package books

import (
	"time"

	"kopeck/attribution"
	"kopeck/ent"
	"kopeck/lifetime"
	"kopeck/money"
	"kopeck/service/input"
)

// customersTogether is how many customers' orders are credited again, or their journeys read, at a time: it bounds the memory of
// a report under another model.
const customersTogether = 2000

// SoldOrder is an order as far as its credits are concerned.
type SoldOrder struct {
	ID, CustomerID       string
	Sold                 bool
	Day                  int // the calendar day on which it was placed
	CompletedAt          time.Time
	Margin, unattributed money.Amount
	Model                attribution.Model // "" if it was never credited
	Fit                  string            // the id of the fit that MARKOV or SHAPLEY credited it by; "" is the prior
	Status               string
}

// SoldOf returns an order's row as far as its credits are concerned.
func SoldOf(o *ent.Order) SoldOrder {
	return SoldOrder{
		ID: o.ID, CustomerID: o.CustomerID, Sold: o.CompletedAt != nil && lifetime.OrderStatus(o.Status).Sold(),
		Day: o.Day, CompletedAt: input.OrZero(o.CompletedAt).UTC(), Margin: o.Margin, unattributed: o.Unattributed, Model: attribution.Model(input.OrZero(o.CreditModel)),
		Fit: input.OrZero(o.CreditFit), Status: string(o.Status),
	}
}

func orderIDs(orders []SoldOrder) []string {
	ids := make([]string, len(orders))
	for i, o := range orders {
		ids[i] = o.ID
	}
	return ids
}

// orderSet collects orders, each once.
type orderSet struct {
	all  []SoldOrder
	seen map[string]bool
}

func (set *orderSet) add(orders []SoldOrder) {
	if set.seen == nil {
		set.seen = map[string]bool{}
	}
	for _, o := range orders {
		if !set.seen[o.ID] {
			set.seen[o.ID] = true
			set.all = append(set.all, o)
		}
	}
}
