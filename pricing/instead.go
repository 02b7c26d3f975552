package pricing

import (
	"slices"
	"time"

	"kopeck/costing"
)

// Instead is what a book may be asked as if it were different. The book itself stays what it is.
type Instead struct {
	Rates       []costing.Rate       // beside those there are
	Assumed     costing.Utilisations // of resources; nil: as booked
	Without     []string             // rules that are taken away
	Rules       []Rule               // that are added
	KnownAlways bool                 // the rules that are added were known at all times
}

// Instead gives a book that is as this one but for some things. Costs that change nothing are remembered together.
func (b *Book) Instead(i Instead) *Book {
	other := *b
	if len(i.Rates) > 0 || len(i.Assumed) > 0 {
		if len(i.Rates) > 0 {
			other.basis.Rates = b.basis.Rates.With(i.Rates)
		}
		if len(i.Assumed) > 0 {
			other.basis.Assumed = i.Assumed
		}
		other.costs = costing.NewMemo(other.basis, rememberedCosts)
	}
	if len(i.Without) == 0 && len(i.Rules) == 0 {
		return &other
	}
	var rules []Rule
	for _, rule := range b.rules {
		if !slices.Contains(i.Without, rule.ID) {
			rules = append(rules, rule.Rule)
		}
	}
	for _, rule := range i.Rules {
		if i.KnownAlways {
			rule.RecordedAt = time.Time{}
		}
		rules = append(rules, rule)
	}
	other.rules, other.conditions = compileRules(rules, b.conditions)
	return &other
}
