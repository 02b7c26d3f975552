package costing

import (
	"slices"
	"sort"
	"sync"
	"time"

	"kopeck/money"
)

// Memo remembers costs that were asked for. Between two moments at which anything begins to hold, is recorded, booked or
// freed, and within one day, the same question has the same answer; so nothing that is remembered is ever out of date. It
// is safe for concurrent use. The lists in its answers are shared: they are not to be changed.
type Memo struct {
	basis   Basis
	turns   []time.Time // the moments at which an answer may change, ascending
	most    int
	mutex   sync.RWMutex
	answers map[memoKey]ProductCost
}

type memoKey struct {
	product    string
	quantity   money.Decimal
	lead, day  int // lead is -1 for the standard one
	held, knew int // how many turns there were up to At and up to KnownAt
}

// NewMemo remembers at most so many costs, of 50 lines and some 8 kB each; when they are more it begins afresh. The basis
// is not to be changed any more.
func NewMemo(basis Basis, most int) *Memo {
	m := &Memo{basis: basis, most: most, answers: make(map[memoKey]ProductCost)}
	if basis.Rates != nil {
		for _, dated := range basis.Rates.dated {
			for _, rate := range dated {
				m.turns = append(m.turns, rate.ValidFrom, rate.RecordedAt)
			}
		}
	}
	if basis.Bookings != nil {
		for _, days := range basis.Bookings.byResource {
			for _, b := range days.bookings {
				m.turns = append(m.turns, b.BookedAt)
				if b.FreedAt != nil {
					m.turns = append(m.turns, *b.FreedAt)
				}
			}
		}
	}
	slices.SortFunc(m.turns, time.Time.Compare)
	m.turns = slices.CompactFunc(m.turns, time.Time.Equal)
	return m
}

// Cost answers as Basis.Cost does. Questions with options are not remembered: there are too many of them.
func (m *Memo) Cost(q ProductQuestion) (ProductCost, error) {
	if len(q.Chosen) > 0 {
		return m.basis.Cost(q)
	}
	key := memoKey{product: q.ProductID, quantity: q.Quantity, lead: -1, day: Day(q.At, m.basis.Zone), held: m.turn(q.At), knew: m.turn(q.KnownAt)}
	if q.LeadDays != nil {
		if key.lead = *q.LeadDays; key.lead < 0 {
			return m.basis.Cost(q)
		}
	}
	m.mutex.RLock()
	cost, ok := m.answers[key]
	m.mutex.RUnlock()
	if ok {
		cost.At = q.At
		return cost, nil
	}
	cost, err := m.basis.Cost(q)
	if err != nil {
		return ProductCost{}, err
	}
	m.mutex.Lock()
	if len(m.answers) >= m.most {
		clear(m.answers)
	}
	m.answers[key] = cost
	m.mutex.Unlock()
	return cost, nil
}

func (m *Memo) turn(at time.Time) int {
	return sort.Search(len(m.turns), func(i int) bool { return m.turns[i].After(at) })
}
