package pricing

import (
	"slices"
	"time"

	"kopeck/costing"
)

// Instead describes how a book is to differ from another, for questions of the kind "what if".
type Instead struct {
	Rates       []costing.Rate       // in addition to those of the book
	Recipes     []costing.Recipe     // in addition to those of the book
	Assumed     costing.Utilisations // of resources, in place of the booked ones; nil: as booked
	Without     []string             // ids of rules to leave out
	Rules       []Rule               // rules to add
	KnownAlways bool                 // the added rules count as known at all times
}

// Instead returns a book that differs from this one as described; this one does not change. Where costs are the same, both
// share the remembered ones.
func (b *Book) Instead(i Instead) *Book {
	other := *b
	if len(i.Rates) > 0 || len(i.Recipes) > 0 || len(i.Assumed) > 0 {
		other.basis.Catalogue = b.basis.Catalogue.With(i.Recipes)
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
