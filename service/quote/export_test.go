package quote

import (
	"context"
	"time"

	"kopeck/ent"
	"kopeck/pricing"
)

// AllFacts returns all facts that rules may ask for of customers, at a moment that is in the past or not.
func (s *Service) AllFacts(ctx context.Context, customers []*ent.Customer, at time.Time, past bool) (map[string]pricing.Customer, error) {
	return s.facts(ctx, &book{prices: s.book.Load().prices, rules: []*ent.PriceRule{{Condition: "permissionRank lifetimeValue stage"}}}, customers, at, past)
}
