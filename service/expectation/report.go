package expectation

import (
	"context"
	"errors"
	"maps"
	"math"
	"math/big"
	"slices"
	"strings"
	"time"

	"kopeck/ent"
	"kopeck/ent/product"
	"kopeck/fault"
	"kopeck/money"
	"kopeck/pricing/acceptance"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/service/report"
	"kopeck/store"
)

// lookAhead is how long after it was said an expected price is answered by an offer.
const lookAhead = 90 * 24 * time.Hour

// ExpectedPriceReport says how far our prices are from what customers expected: see the API.
type ExpectedPriceReport struct {
	From, To *time.Time
	Rows     []*ExpectedPriceRow
	Total    *ExpectedPriceRow
}

// ExpectedPriceRow is a group of expected prices: see the API.
type ExpectedPriceRow struct {
	Key                       []string
	Product                   *ent.Product
	Expected, Offered         int
	MeanExpected, MeanOffered *money.Amount
	MeanGap                   *float64
	Accepted, Refused         int
	Curve                     *AcceptanceCurve
	NoCurve                   *string

	expected, offered big.Int // sums of units
	gaps              float64
	decisions         []acceptance.Decision
}

// AcceptanceCurve is how acceptance falls with the gap: see the API.
type AcceptanceCurve struct {
	Decisions                             int
	Intercept, Slope, SlopeLow, SlopeHigh float64
	Points                                []*AcceptancePoint
}

// AcceptancePoint is a point of a curve.
type AcceptancePoint struct{ Gap, Probability, Low, High float64 }

// said is an expected price with the line that answers it, if one does.
type said struct {
	answer

	answered bool
}

// ExpectedPriceReport reports on the expected prices of a time; nil is without bound. Faults: INVALID on to where it lies before from, and on
// by for a dimension that is unknown or named twice.
func (s *Service) ExpectedPriceReport(ctx context.Context, from, to *time.Time, by []service.ExpectedPriceDimension) (*ExpectedPriceReport, error) {
	for i, one := range by {
		if !one.IsValid() || slices.Contains(by[:i], one) {
			return nil, fault.Invalidf("by", "want PRODUCT and SEGMENT, each once at most")
		}
	}
	begin, end := report.FirstYear, report.LastYear
	if from != nil && from.After(begin) {
		begin = from.UTC()
	}
	if to != nil && to.Before(end) {
		end = to.UTC()
	}
	if from != nil && to != nil {
		if err := report.CheckPeriod(*from, *to); err != nil {
			return nil, err
		}
	}
	all, err := s.answers(ctx, begin, end)
	if err != nil {
		return nil, err
	}
	byProduct := slices.Contains(by, service.ExpectedPriceDimensionProduct)
	total, rows := &ExpectedPriceRow{Key: []string{}}, map[string]*ExpectedPriceRow{}
	now := s.Now()
	for _, one := range all {
		key := make([]string, len(by))
		for i, of := range by {
			if key[i] = one.segment; of == service.ExpectedPriceDimensionProduct {
				key[i] = one.product
			}
		}
		row := rows[strings.Join(key, "\x00")]
		if row == nil {
			row = &ExpectedPriceRow{Key: key}
			rows[strings.Join(key, "\x00")] = row
		}
		row.add(one, now)
		total.add(one, now)
	}
	made := &ExpectedPriceReport{From: from, To: to, Total: total, Rows: []*ExpectedPriceRow{}}
	if err := total.finish(false); err != nil {
		return nil, err
	}
	for _, key := range slices.Sorted(maps.Keys(rows)) {
		if err := rows[key].finish(byProduct); err != nil {
			return nil, err
		}
		made.Rows = append(made.Rows, rows[key])
	}
	if byProduct {
		return made, s.nameProducts(ctx, made.Rows, slices.Index(by, service.ExpectedPriceDimensionProduct))
	}
	return made, nil
}

// answers returns the expected prices of a time with what answers them: the first line of the offer upon which one was said, or of the first
// offer after it. Where several were said before one line it answers the last, one that was said upon it before others.
func (s *Service) answers(ctx context.Context, begin, end time.Time) ([]*said, error) {
	var all []*said
	err := s.Store.Read(ctx, func(ctx context.Context, tx *store.Tx) error {
		all = nil                  // the transaction may be retried
		last := map[string]*said{} // by line
		return eachAnswer(ctx, tx, begin, end, func(a answer) error {
			n := len(all)
			if n == 0 || all[n-1].expected != a.expected {
				all = append(all, &said{answer: a})
				n++
			}
			one := all[n-1]
			if one.answered || a.line == "" || !a.upon && a.createdAt.After(a.at.Add(lookAhead)) {
				return nil
			}
			one.answer, one.answered = a, true
			if before := last[a.line]; before != nil && (!before.upon || a.upon) {
				before.answered = false
			} else if before != nil {
				one.answered = false
				return nil
			}
			last[a.line] = one
			return nil
		})
	})
	return all, err
}

// add counts an expected price, by what its offer is at a moment.
func (r *ExpectedPriceRow) add(one *said, now time.Time) {
	r.Expected++
	if !one.answered {
		return
	}
	r.Offered++
	r.expected.Add(&r.expected, big.NewInt(one.unit.Minor()))
	r.offered.Add(&r.offered, big.NewInt(one.offered.Minor()))
	ratio := float64(one.offered.Minor()) / float64(one.unit.Minor())
	r.gaps += ratio - 1
	decision := acceptance.Decision{Gap: math.Log(ratio), Accepted: schema.OfferStatus(one.status) == schema.OfferAccepted}
	switch status := schema.OfferStatus(one.status); {
	case decision.Accepted:
		r.Accepted++
	case status == schema.OfferDeclined, status == schema.OfferExpired, (status == schema.OfferSent || status == schema.OfferViewed) && !one.expires.After(now):
		r.Refused++
	default:
		return // open, or withdrawn by us
	}
	if one.offered.Minor() > 0 { // what is given away has no logarithm
		r.decisions = append(r.decisions, decision)
	}
}

// finish computes the means and the curve of a row.
func (r *ExpectedPriceRow) finish(ofProduct bool) error {
	if r.Offered > 0 {
		gap := math.Round(r.gaps/float64(r.Offered)*1e6) / 1e6
		r.MeanGap = &gap
		if ofProduct {
			var errs [2]error
			r.MeanExpected, errs[0] = mean(&r.expected, r.Offered)
			r.MeanOffered, errs[1] = mean(&r.offered, r.Offered)
			if err := errors.Join(errs[:]...); err != nil {
				return err
			}
		}
	}
	r.fit()
	return nil
}

// fit fits the curve of a row, or says why there is none.
func (r *ExpectedPriceRow) fit() {
	fitted, err := acceptance.Fit(r.decisions)
	if err != nil {
		why := err.Error()
		r.NoCurve = &why
		return
	}
	r.Curve = &AcceptanceCurve{Decisions: fitted.Decisions, Intercept: fitted.Intercept, Slope: fitted.Slope, Points: []*AcceptancePoint{}}
	r.Curve.SlopeLow, r.Curve.SlopeHigh = fitted.SlopeBounds()
	for twentieth := -10; twentieth <= 20; twentieth++ {
		p := &AcceptancePoint{Gap: float64(twentieth) / 20}
		at := math.Log1p(p.Gap)
		if at >= fitted.Met[0] && at <= fitted.Met[1] {
			p.Probability, p.Low, p.High = fitted.At(at)
			r.Curve.Points = append(r.Curve.Points, p)
		}
	}
}

// mean divides a sum of amounts; the quotient lies between them.
func mean(sum *big.Int, n int) (*money.Amount, error) {
	amount, err := money.Round(new(big.Rat).SetFrac(sum, big.NewInt(int64(n))))
	return &amount, err
}

// nameProducts sets the products of rows, whose ids are at a place in their keys.
func (s *Service) nameProducts(ctx context.Context, rows []*ExpectedPriceRow, place int) error {
	ids := make([]string, len(rows))
	for i, row := range rows {
		ids[i] = row.Key[place]
	}
	named := map[string]*ent.Product{}
	for some := range slices.Chunk(ids, store.IDsPerStatement) {
		products, err := s.Client.Product.Query().Where(product.IDIn(some...)).All(ctx)
		if err != nil {
			return err
		}
		for _, p := range products {
			named[p.ID] = p
		}
	}
	for _, row := range rows {
		row.Product = named[row.Key[place]]
	}
	return nil
}
