package rates

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"kopeck/auth"
	"kopeck/costing"
	"kopeck/ent"
	"kopeck/money"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/service/input"
	"kopeck/store"
)

// RateGap is something that is spent without a rate: see the API.
type RateGap struct {
	Subject                    schema.RateSubject
	Code                       string
	Since, Until               *time.Time
	Contacts, Orders, Products int
	Examples                   []string
}

// mostGaps is how many gaps one answer holds, mostExamples how many products each names.
const (
	mostGaps     = 1000
	mostExamples = 5
)

// rateGaps are the gaps by what is missing.
type rateGaps map[costing.RateKey]*RateGap

// RateGaps gives what is spent without a rate, what touches most first, at most 1,000, in a constant number of statements
// on one snapshot. Who may see it is for the caller to know.
func (s *Service) RateGaps(ctx context.Context) ([]*RateGap, error) {
	gaps := rateGaps{}
	err := s.Store.Read(auth.System(ctx), func(ctx context.Context, tx *store.Tx) error {
		clear(gaps)
		if err := s.gapsOfContacts(ctx, tx, gaps); err != nil {
			return err
		}
		products, err := tx.Product.Query().All(ctx)
		if err != nil {
			return err
		}
		basis, err := s.quote.ReadBasis(ctx, tx, s.Settings(), products, 1<<30) // bookings do not matter to what is missing
		if err != nil {
			return err
		}
		if err := s.gapsOfOrders(ctx, tx, basis, gaps); err != nil {
			return err
		}
		s.gapsOfProducts(basis, products, gaps)
		for key, gap := range gaps {
			if first, ok := basis.Rates.First(key.Subject, key.Code); ok {
				gap.Until = new(first.ValidFrom.UTC())
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("service: gaps of rates: %w", err)
	}
	return gaps.sorted(), nil
}

func (gaps rateGaps) of(subject, code string) *RateGap {
	key := costing.RateKey{Subject: subject, Code: code}
	if gaps[key] == nil {
		gaps[key] = &RateGap{Subject: schema.RateSubject(subject), Code: code, Examples: []string{}}
	}
	return gaps[key]
}

func (gaps rateGaps) sorted() []*RateGap {
	all := make([]*RateGap, 0, len(gaps))
	for _, gap := range gaps {
		all = append(all, gap)
	}
	touched := func(g *RateGap) int { return g.Contacts + g.Orders + g.Products }
	slices.SortFunc(all, func(a, b *RateGap) int {
		return cmp.Or(cmp.Compare(touched(b), touched(a)), cmp.Compare(a.Subject, b.Subject), cmp.Compare(a.Code, b.Code))
	})
	return all[:min(len(all), mostGaps)]
}

// since notes a moment at which the rate was needed.
func (g *RateGap) since(at time.Time) {
	if g.Since == nil || at.Before(*g.Since) {
		g.Since = &at
	}
}

// example notes ids to look at, each once.
func (g *RateGap) example(ids ...string) {
	for _, one := range ids {
		if !slices.Contains(g.Examples, one) {
			g.Examples = append(g.Examples, one)
		}
	}
}

// gapsOfContacts finds what costing.Contact misses for the contacts that are not fully costed, by one statement a kind of line.
func (s *Service) gapsOfContacts(ctx context.Context, tx *store.Tx, gaps rateGaps) error {
	const (
		firsts = "(SELECT code, min(valid_from) AS first FROM rates WHERE subject = '%s' GROUP BY code)"
		sums   = "count(*), min(c.at), min(c.id), max(c.id)"
	)
	ofChannel := func(subject string) string {
		return "SELECT c.channel, " + sums + " FROM contacts c LEFT JOIN " + fmt.Sprintf(firsts, subject) + " r ON r.code = c.channel WHERE c.uncosted AND (r.first IS NULL OR c.at < r.first)"
	}
	staff := fmt.Sprintf(firsts, costing.SubjectStaff)
	for _, kind := range []struct{ subject, query string }{
		{costing.SubjectChannelFee, ofChannel(costing.SubjectChannelFee) + " GROUP BY c.channel"},
		{costing.SubjectChannelMinute, ofChannel(costing.SubjectChannelMinute) + " AND c.minutes > 0 GROUP BY c.channel"},
		{costing.SubjectStaff, "SELECT u.email_key, " + sums + " FROM contacts c JOIN users u ON u.id = c.staff_id LEFT JOIN " + staff + " e ON e.code = u.email_key LEFT JOIN " + staff + ` g ON g.code = u.grade
			WHERE c.uncosted AND c.minutes > 0 AND (e.first IS NULL OR c.at < e.first) AND (g.first IS NULL OR c.at < g.first) GROUP BY u.email_key`},
	} {
		err := store.Each(ctx, tx, kind.query, nil, func(scan store.ScanFunc) error {
			var code, first, last string
			var n int
			var since store.Time
			if err := scan(&code, &n, &since, &first, &last); err != nil {
				return err
			}
			gap := gaps.of(kind.subject, code)
			gap.Contacts = n
			gap.since(since.Time)
			gap.example(first, last)
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// gapsOfOrders finds what the uncosted orders miss, by costing each again. There are few: what has no rate has no price.
func (s *Service) gapsOfOrders(ctx context.Context, tx *store.Tx, basis costing.Basis, gaps rateGaps) error {
	orders, err := s.OrdersToCost(ctx, tx, "o.uncosted AND NOT o.stated_cost AND o.status <> 'CANCELLED'")
	if err != nil {
		return err
	}
	memo := costing.NewMemo(basis, 4096)
	last := map[costing.RateKey]string{}
	for _, o := range orders { // by id
		missing := map[costing.RateKey]bool{}
		for _, line := range o.lines {
			cost, err := memo.Cost(costing.ProductQuestion{ProductID: line.productID, Quantity: line.quantity, Chosen: line.options, LeadDays: &line.leadDays, At: o.at, KnownAt: service.EndOfTime})
			if err != nil {
				return input.DomainError(err)
			}
			for _, key := range cost.Missing {
				missing[key] = true
			}
		}
		for key := range missing {
			gap := gaps.of(key.Subject, key.Code)
			if gap.Orders++; gap.Orders == 1 {
				gap.example(o.ID)
			}
			gap.since(o.at)
			last[key] = o.ID
		}
	}
	for key, orderID := range last {
		gaps[key].example(orderID)
	}
	return nil
}

// gapsOfProducts finds what keeps active products, or one of their options, from being priced now.
func (s *Service) gapsOfProducts(basis costing.Basis, products []*ent.Product, gaps rateGaps) {
	now := s.Now()
	slices.SortFunc(products, func(a, b *ent.Product) int { return cmp.Compare(a.Sku, b.Sku) })
	for _, p := range products {
		if !p.Active {
			continue
		}
		whole, _ := basis.Catalogue.Product(p.ID)
		question := costing.ProductQuestion{ProductID: p.ID, Quantity: money.Whole(1), At: now, KnownAt: now}
		for _, option := range whole.Options {
			question.Chosen = append(question.Chosen, costing.Chosen{Code: option.Code, Value: "1"})
		}
		cost, err := basis.Cost(question)
		if err != nil {
			continue // it cannot be costed for another reason, whatever its rates
		}
		for _, key := range cost.Missing {
			gap := gaps.of(key.Subject, key.Code)
			if gap.Products++; gap.Products <= mostExamples {
				gap.example(p.ID)
			}
		}
	}
}
