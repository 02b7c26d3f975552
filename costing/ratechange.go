package costing

import (
	"cmp"
	"maps"
	"slices"
	"time"
)

// RateChange is a rate that took the place of another one of its code with another amount.
type RateChange struct {
	Before, Rate Rate
	From         time.Time  // since when it holds and is known: the later of ValidFrom and RecordedAt
	Until        *time.Time // since when another one holds and is known, not before From; nil for none
}

// Changes returns the changes of rates of some subjects that were recorded from a moment on and before another, the last recorded
// first. The first rate of a code changes nothing.
func (r *Rates) Changes(subjects []string, from, until time.Time) []RateChange {
	var all []RateChange
	for _, key := range r.Keys() {
		if !slices.Contains(subjects, key.Subject) {
			continue
		}
		list := r.dated[key]
		for i, rate := range list {
			if rate.RecordedAt.Before(from) || !rate.RecordedAt.Before(until) {
				continue
			}
			if change, ok := changeOf(list, i); ok {
				all = append(all, change)
			}
		}
	}
	slices.SortFunc(all, func(a, b RateChange) int {
		return cmp.Or(b.Rate.RecordedAt.Compare(a.Rate.RecordedAt), cmp.Compare(b.Rate.ID, a.Rate.ID))
	})
	return all
}

// changeOf returns what a rate of a code changed; false where there was none before it, or one with the same amount.
func changeOf(list []Rate, i int) (RateChange, bool) {
	change := RateChange{Rate: list[i], From: later(list[i].ValidFrom, list[i].RecordedAt)}
	before := i - 1
	for before >= 0 && list[before].RecordedAt.After(change.Rate.RecordedAt) {
		before--
	}
	if before < 0 {
		return change, false
	}
	change.Before = list[before]
	for _, other := range list[i+1:] {
		// A rate from the same moment on was recorded later, and corrects this one.
		end := later(later(other.ValidFrom, other.RecordedAt), change.From)
		if change.Until == nil || end.Before(*change.Until) {
			change.Until = &end
		}
	}
	return change, change.Before.Amount != change.Rate.Amount || change.Before.Unit != change.Rate.Unit
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// Only returns these rates with one of a code in place of all others of it.
func (r *Rates) Only(rate Rate) *Rates {
	only := &Rates{dated: maps.Clone(r.dated), overhead: r.overhead, turns: r.turns}
	only.dated[RateKey{rate.Subject, rate.Code}] = []Rate{rate}
	return only
}
