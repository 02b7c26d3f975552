package rates

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"kopeck/costing"
	"kopeck/ent"
	"kopeck/money"
	"kopeck/schema"
	"kopeck/service/input"
)

// RateGap is something that is used without a rate: see the API.
type RateGap struct {
	Subject                    schema.RateSubject
	Code                       string
	Since, Until               *time.Time
	Contacts, Orders, Products int
	Examples                   []string
}

// maxGaps is how many gaps one answer holds, maxExamples how many products each names.
const (
	maxGaps     = 1000
	maxExamples = 5
)

// rateGaps are the gaps by what is missing.
type rateGaps map[costing.RateKey]*RateGap

// RateGaps gives what is used without a rate, what affects most first, at most 1,000, in a constant number of statements on one
// snapshot. Who may see it is for the caller to decide.
func (s *Service) RateGaps(ctx context.Context) ([]*RateGap, error) {
	used, err := s.readUsage(ctx)
	if err != nil {
		return nil, fmt.Errorf("rates: gaps of rates: %w", err)
	}
	gaps := rateGaps{}
	gaps.addContacts(used.contacts)
	if err := gaps.addOrders(used.basis, used.orders, s.knownNow()); err != nil {
		return nil, err
	}
	gaps.addProducts(used.basis, used.products, s.Now())
	for key, gap := range gaps {
		if first, ok := used.basis.Rates.First(key.Subject, key.Code); ok {
			until := first.ValidFrom.UTC()
			gap.Until = &until
		}
	}
	return gaps.sorted(), nil
}

// of returns the gap of a rate, which it adds where there is none.
func (gaps rateGaps) of(key costing.RateKey) *RateGap {
	if gaps[key] == nil {
		gaps[key] = &RateGap{Subject: schema.RateSubject(key.Subject), Code: key.Code, Examples: []string{}}
	}
	return gaps[key]
}

// sorted returns the gaps that affect most.
func (gaps rateGaps) sorted() []*RateGap {
	all := make([]*RateGap, 0, len(gaps))
	for _, gap := range gaps {
		all = append(all, gap)
	}
	affected := func(g *RateGap) int { return g.Contacts + g.Orders + g.Products }
	slices.SortFunc(all, func(a, b *RateGap) int {
		return cmp.Or(cmp.Compare(affected(b), affected(a)), cmp.Compare(a.Subject, b.Subject), cmp.Compare(a.Code, b.Code))
	})
	return all[:min(len(all), maxGaps)]
}

// needed records a moment at which the rate was needed.
func (g *RateGap) needed(at time.Time) {
	if g.Since == nil || at.Before(*g.Since) {
		g.Since = &at
	}
}

// addExamples adds ids to look at, each once.
func (g *RateGap) addExamples(ids ...string) {
	for _, one := range ids {
		if !slices.Contains(g.Examples, one) {
			g.Examples = append(g.Examples, one)
		}
	}
}

// addContacts adds what contacts lack.
func (gaps rateGaps) addContacts(contacts []contactGap) {
	for _, c := range contacts {
		gap := gaps.of(c.RateKey)
		gap.Contacts = c.contacts
		gap.needed(c.since)
		gap.addExamples(c.first, c.last)
	}
}

// addOrders adds what uncosted orders lack, by costing each. They are few: a product without a rate has no price. The orders are
// sorted by id.
func (gaps rateGaps) addOrders(basis costing.Basis, orders []orderToCost, known knowledge) error {
	memo := costing.NewMemo(basis, memoized)
	last := map[costing.RateKey]string{}
	for _, o := range orders {
		missing := map[costing.RateKey]bool{}
		for _, line := range o.lines {
			at := o.taxedAt(known)
			if share := basis.Taxes.ShareOf(basis.Rates, line.productID, o.customerID, at, known.at); share.Missing && !share.Exempt {
				missing[costing.RateKey{Subject: costing.SubjectTax, Code: share.Code}] = true
			}
			if o.stated {
				continue
			}
			cost, err := memo.Cost(line.question(o.at, known.at))
			if err != nil {
				return input.DomainError(err)
			}
			for _, key := range cost.Missing {
				missing[key] = key.Subject != costing.SubjectMeasurement
			}
		}
		for key, isRate := range missing {
			if !isRate {
				continue
			}
			gap := gaps.of(key)
			if gap.Orders++; gap.Orders == 1 {
				gap.addExamples(o.id)
			}
			gap.needed(o.at)
			last[key] = o.id
		}
	}
	for key, orderID := range last {
		gaps[key].addExamples(orderID)
	}
	return nil
}

// addProducts adds what keeps active products, or one of their options, from being priced now.
func (gaps rateGaps) addProducts(basis costing.Basis, products []*ent.Product, now time.Time) {
	slices.SortFunc(products, func(a, b *ent.Product) int { return cmp.Compare(a.Sku, b.Sku) })
	for _, p := range products {
		if !p.Active {
			continue
		}
		whole, _ := basis.Catalogue.Product(p.ID, now, now)
		question := costing.ProductQuestion{ProductID: p.ID, Quantity: money.Whole(1), At: now, KnownAt: now}
		for _, option := range whole.Options {
			question.Chosen = append(question.Chosen, costing.Chosen{Code: option.Code, Value: "1"})
		}
		for _, code := range whole.Measurements {
			if m, ok := basis.Catalogue.Measurement(code); ok && !slices.ContainsFunc(whole.Options, func(o costing.Option) bool { return o.Code == code }) {
				question.Chosen = append(question.Chosen, costing.Chosen{Code: code, Value: m.Most.String()})
			}
		}
		cost, err := basis.Cost(question)
		if err != nil {
			continue // it cannot be costed for another reason, whatever its rates
		}
		if share := basis.Taxes.ShareOf(basis.Rates, p.ID, "", now, now); share.Missing {
			cost.Missing = append(slices.Clone(cost.Missing), costing.RateKey{Subject: costing.SubjectTax, Code: share.Code})
		}
		for _, key := range cost.Missing {
			gap := gaps.of(key)
			if gap.Products++; gap.Products <= maxExamples {
				gap.addExamples(p.ID)
			}
		}
	}
}
