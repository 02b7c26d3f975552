package costing

import (
	"slices"
	"sort"
	"sync"
	"time"

	"kopeck/money"
)

// Memo remembers costs that it was asked for. Between two moments at which anything begins to hold, is recorded, booked or
// freed, and within one day, the same question has the same answer; so a remembered cost is never out of date. It
// is safe for concurrent use. The lists in its answers are shared: they must not be changed.
type Memo struct {
	basis   Basis
	most    int
	mutex   sync.RWMutex
	answers map[memoKey]ProductCost
}

type memoKey struct {
	product            string
	quantity           money.Decimal
	lead, day          int // lead is -1 for the standard one
	held, knew, booked int // the turns of rates up to At and up to KnownAt, and those of bookings up to KnownAt
	made, learned      int // the turns of the product up to At and up to KnownAt
	promised           bool
}

// NewMemo returns a memo of at most a number of costs, of 50 lines and some 8 kB each; when it is full it starts over. The
// basis must not change afterwards.
func NewMemo(basis Basis, most int) *Memo {
	return &Memo{basis: basis, most: most, answers: make(map[memoKey]ProductCost)}
}

// Basis returns what the costs are computed from.
func (m *Memo) Basis() Basis { return m.basis }

// Cost answers as Basis.Cost does. Questions with options are not remembered: there are too many of them.
func (m *Memo) Cost(q ProductQuestion) (ProductCost, error) {
	if len(q.Chosen) > 0 {
		return m.basis.Cost(q)
	}
	key := memoKey{product: q.ProductID, quantity: q.Quantity, lead: -1, day: Day(q.At, m.basis.Zone), held: m.basis.Rates.turned(q.At), knew: m.basis.Rates.turned(q.KnownAt), booked: m.basis.Bookings.turned(q.KnownAt), promised: q.Promised}
	key.made, key.learned = m.basis.Catalogue.turned(q.ProductID, q.At), m.basis.Catalogue.turned(q.ProductID, q.KnownAt)
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

// turns are the moments at which answers may change, in ascending order.
type turns []time.Time

func newTurns(moments []time.Time) turns {
	slices.SortFunc(moments, time.Time.Compare)
	return slices.Clip(slices.CompactFunc(moments, time.Time.Equal))
}

// upTo counts the turns up to a moment, that included.
func (t turns) upTo(at time.Time) int {
	return sort.Search(len(t), func(i int) bool { return t[i].After(at) })
}

// between returns the turns after a moment and up to another.
func (t turns) between(after, to time.Time) []time.Time {
	return t[t.upTo(after):max(t.upTo(after), t.upTo(to))]
}

// Turns returns the moments after one and up to another from which another rate holds or is known.
func (r *Rates) Turns(after, to time.Time) []time.Time {
	if r == nil {
		return nil
	}
	return r.turns.between(after, to)
}

// Turns returns the moments after one and up to another at which something is booked or freed.
func (b *Bookings) Turns(after, to time.Time) []time.Time {
	if b == nil {
		return nil
	}
	return b.turns.between(after, to)
}

// Turns returns the moments after one and up to another at which a product, or what it is made of, may become another.
func (c *Catalogue) Turns(productID string, after, to time.Time) []time.Time {
	if c == nil || c.entries[productID] == nil {
		return nil
	}
	return c.turnsOf(c.entries[productID]).between(after, to)
}

func (r *Rates) turned(at time.Time) int {
	if r == nil {
		return 0
	}
	return r.turns.upTo(at)
}

func (b *Bookings) turned(at time.Time) int {
	if b == nil {
		return 0
	}
	return b.turns.upTo(at)
}
