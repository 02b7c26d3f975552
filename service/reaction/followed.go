package reaction

import (
	"maps"
	"slices"
	"time"

	"kopeck/costing"
	"kopeck/ent"
	"kopeck/money"
	"kopeck/pricing"
	"kopeck/service"
)

// memoized is how many costs of products are remembered for a change.
const memoized = 4096

// question is what is asked of some changes.
type question struct {
	book     *pricing.Book
	since    time.Time       // the first of the changes
	products map[string]bool // that any of the rates enters
	all      bool            // an overhead is among them, which enters all products
}

// question prepares changes: the products that each rate enters, and how many of them followed at once.
func (s *Service) question(changes []*Change) *question {
	q := &question{book: s.quote.PriceBook(), since: changes[0].From, products: map[string]bool{}}
	basis := q.book.Basis()
	products := s.quote.Products()
	for _, c := range changes {
		if c.From.Before(q.since) {
			q.since = c.From
		}
		c.entered, c.lost = q.entered(c.change, products), map[string]bool{}
		for _, p := range products {
			if p.Active && c.entered[p.ID] {
				c.Products++
				if q.rests(p.ID, c.From, c.From, 0) {
					c.CostPlus++
				}
			}
		}
		if c.change.Rate.Subject == costing.SubjectOverhead {
			q.all = true
		} else {
			maps.Copy(q.products, c.entered)
		}
		now, old := basis, basis
		now.Rates, old.Rates = basis.Rates.Only(c.change.Rate), basis.Rates.Only(c.change.Before)
		c.costNow, c.costOld = costing.NewMemo(now, memoized), costing.NewMemo(old, memoized)
	}
	return q
}

// asked returns the products of which lines are read; nil for all.
func (q *question) asked() []string {
	if q.all {
		return nil
	}
	return slices.Sorted(maps.Keys(q.products))
}

// entered returns the products that a rate enters when its change counts.
func (q *question) entered(c costing.RateChange, products []*ent.Product) map[string]bool {
	found := map[string]bool{}
	of := costing.Component{}
	switch c.Rate.Subject {
	case costing.SubjectOverhead:
		for _, p := range products {
			found[p.ID] = true
		}
		return found
	case costing.SubjectResource:
		of.Resource = c.Rate.Code
	default:
		of.Material = c.Rate.Code
	}
	for _, use := range q.book.Basis().Catalogue.Uses(of, c.From, service.EndOfTime) {
		found[use.ProductID] = true
	}
	return found
}

// maxParts is how deep a bundle's parts are looked at.
const maxParts = 16

// rests reports whether a product's price at a moment is reckoned from its cost whenever it is asked, or from a list price that was
// recorded from another moment on. A bundle without a price of its own is priced by its parts.
func (q *question) rests(productID string, at, since time.Time, depth int) bool {
	terms := q.book.TermsAt(productID, at, at)
	switch {
	case terms == nil || depth > maxParts:
		return true
	case terms.Amount != nil:
		return !terms.RecordedAt.Before(since)
	case terms.BundleDiscount == nil:
		return true
	}
	product, _ := q.book.Basis().Catalogue.Product(productID, at, service.EndOfTime)
	for _, part := range product.Components {
		if part.PartID != "" && !q.rests(part.PartID, at, since, depth+1) {
			return false
		}
	}
	return true
}

// followed reports whether a price that was told at a moment rests on what was set since a change.
func (q *question) followed(c *Change, of told, agreed map[string]time.Time) bool {
	if of.agreementID != "" {
		recorded, ok := agreed[of.agreementID]
		return ok && !recorded.Before(c.From)
	}
	return !of.at.Before(c.From) && q.rests(of.productID, of.at, c.From, 0)
}

// follow says what followed a change, and what was lost before.
func (q *question) follow(c *Change, since since) error {
	agreed := make(map[string]time.Time, len(since.agreements))
	for _, one := range since.agreements {
		agreed[one.id] = one.recordedAt
		if c.entered[one.productID] {
			c.first(&c.FirstAgreement, one.recordedAt, one.productID)
		}
	}
	for productID := range c.entered {
		for _, terms := range q.book.Terms(productID) {
			if terms.Amount != nil {
				c.first(&c.FirstListPrice, terms.RecordedAt.UTC(), productID)
			}
		}
	}
	for _, of := range since.offers {
		if c.entered[of.productID] && q.followed(c, of, agreed) {
			c.first(&c.FirstOffer, of.at, of.productID)
		}
	}
	for _, line := range since.lines {
		if !c.entered[line.productID] || line.orderedAt.Before(c.From) {
			continue
		}
		if q.followed(c, line.told, agreed) {
			c.first(&c.FirstPrice, line.at, line.productID)
		} else if c.Until == nil || line.orderedAt.Before(*c.Until) {
			if err := c.lose(line); err != nil {
				return err
			}
		}
	}
	for _, one := range []*First{c.FirstOffer, c.FirstAgreement, c.FirstListPrice} {
		if one != nil {
			c.first(&c.FirstPrice, one.At, one.ProductID)
		}
	}
	c.Orders = len(c.lost)
	return nil
}

// first keeps the first of something that was not before the change; of two at one moment that of the lesser product.
func (c *Change) first(kept **First, at time.Time, productID string) {
	if at.Before(c.From) {
		return
	}
	if is := *kept; is != nil && (is.At.Before(at) || is.At.Equal(at) && is.ProductID <= productID) {
		return
	}
	*kept = &First{At: at, Seconds: int(at.Sub(c.From) / time.Second), ProductID: productID}
}

// lose adds what a line costs more by the new rate.
func (c *Change) lose(line orderLine) error {
	question := costing.ProductQuestion{
		ProductID: line.productID, Quantity: line.quantity, Chosen: line.options, Promised: true, LeadDays: &line.leadDays, At: line.orderedAt, KnownAt: service.EndOfTime,
	}
	var costs [2]money.Amount
	for i, memo := range []*costing.Memo{c.costNow, c.costOld} {
		unit, err := memo.Cost(question)
		if err != nil {
			return err
		}
		if costs[i], err = costing.LineCost(unit.Full, line.quantity); err != nil {
			return err
		}
	}
	c.lost[line.orderID] = true
	more, err := costs[0].Minus(costs[1])
	if err != nil {
		return err
	}
	c.MarginLost, err = c.MarginLost.Plus(more)
	return err
}
