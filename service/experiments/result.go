package experiments

import (
	"context"
	"fmt"
	"math/big"
	"time"

	"kopeck/ent"
	domain "kopeck/experiment"
	"kopeck/fault"
	"kopeck/money"
	"kopeck/service/input"
	"kopeck/store"
)

// maxDays is over how many days at most is counted what a customer brought.
const maxDays = 3650

// arm is what came of an arm, in the making.
type arm struct {
	result *ExperimentArmResult
	margin domain.Sample
}

// exposed is a customer of an arm with what they brought.
type exposed struct {
	id, arm string
	at      time.Time
	margin  money.Amount
	ordered bool
}

// Result returns what came of an experiment. days, nil for no limit, is over how long from their exposure what customers brought is counted; at,
// nil for now or the end of the experiment, is until when. INVALID on days and at.
func (s *Service) Result(ctx context.Context, of *ent.Experiment, days *int, at *time.Time) (*ExperimentResult, error) {
	var faults fault.List
	faults.Add(input.CheckDate("at", at))
	if days != nil && (*days < 1 || *days > maxDays) {
		faults.Add(fault.Invalidf("days", "want 1 to %d days", maxDays))
	}
	if err := faults.Or(); err != nil {
		return nil, err
	}
	until := input.Or(at, s.Now()).UTC()
	if of.EndedAt != nil && of.EndedAt.Before(until) {
		until = of.EndedAt.UTC()
	}
	var within time.Duration
	if days != nil {
		within = time.Duration(*days) * 24 * time.Hour
	}
	arms, order := map[string]*arm{}, []*arm{}
	for _, one := range of.Arms {
		arms[one.Code] = &arm{result: &ExperimentArmResult{Code: one.Code}}
		order = append(order, arms[one.Code])
	}
	err := s.Store.Read(ctx, func(ctx context.Context, tx *store.Tx) error {
		for _, one := range order { // the transaction may be run again
			*one = arm{result: &ExperimentArmResult{Code: one.result.Code}}
		}
		return eachExposed(ctx, tx, of.ID, until, within, func(e *exposed) error {
			if arms[e.arm] == nil {
				return fmt.Errorf("experiments: %s has no arm %s", of.ID, e.arm)
			}
			return arms[e.arm].add(e)
		})
	})
	if err != nil {
		return nil, err
	}
	result := &ExperimentResult{At: until, Arms: []*ExperimentArmResult{}}
	for i, one := range order {
		if err := one.finish(); err != nil {
			return nil, err
		}
		if i > 0 {
			if err := one.compare(order[0]); err != nil {
				return nil, err
			}
		}
		result.Arms = append(result.Arms, one.result)
	}
	return result, nil
}

// add counts a customer.
func (a *arm) add(e *exposed) (err error) {
	a.result.Customers++
	if e.ordered {
		a.result.Buyers++
	}
	a.margin.Add(float64(e.margin.Minor()))
	a.result.Margin, err = a.result.Margin.Plus(e.margin)
	return err
}

// finish computes the means of an arm.
func (a *arm) finish() error {
	r := a.result
	if r.Customers == 0 {
		return nil
	}
	n := big.NewInt(int64(r.Customers))
	mean, err := money.Round(new(big.Rat).Quo(r.Margin.Rat(), new(big.Rat).SetInt(n)))
	if err != nil {
		return err
	}
	rate, err := money.DecimalOf(new(big.Rat).SetFrac(big.NewInt(int64(r.Buyers)), n), money.SharePlaces)
	r.MeanMargin, r.Rate = &mean, &rate
	return err
}

// compare computes by how much an arm differs from the first.
func (a *arm) compare(first *arm) error {
	r := a.result
	margins, ok := domain.Means(a.margin, first.margin)
	rates, _ := domain.Rates(r.Buyers, r.Customers, first.result.Buyers, first.result.Customers)
	if !ok {
		why := fmt.Sprintf("%d customers, and %d in the first arm: want at least %d in each", r.Customers, first.result.Customers, domain.Fewest)
		r.TooFew = &why
		return nil
	}
	for _, one := range []struct {
		to   **money.Amount
		from float64
	}{{&r.MarginDifference, margins.Value}, {&r.MarginLow, margins.Low}, {&r.MarginHigh, margins.High}} {
		amount, err := money.FromFloat(one.from)
		if err != nil {
			return input.DomainError(err)
		}
		*one.to = &amount
	}
	for _, one := range []struct {
		to   **money.Decimal
		from float64
	}{{&r.RateDifference, rates.Value}, {&r.RateLow, rates.Low}, {&r.RateHigh, rates.High}} {
		share, err := money.DecimalOf(new(big.Rat).SetFloat64(one.from), money.SharePlaces)
		if err != nil {
			return input.DomainError(err)
		}
		*one.to = &share
	}
	return nil
}
