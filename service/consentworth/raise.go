package consentworth

import (
	"cmp"
	"math"
	"math/big"
	"slices"

	"gonum.org/v1/gonum/stat/distuv"

	"kopeck/costing"
	"kopeck/money"
	"kopeck/schema"
)

const (
	raiseProbability = 0.8 // of an interval
	minRaised        = 30  // permissions of which an interval is said
)

// PermissionRaise compares what permissions earned a month before their level was raised and after, by those that were raised in a period.
type PermissionRaise struct {
	Channel     schema.Channel
	Purpose     schema.Purpose
	From, To    schema.PermissionLevel
	Permissions int
	Before      *money.Amount // net a month before, within the period
	After       *money.Amount
	Difference  *money.Amount // After - Before, not rounded before
	Low, High   *money.Amount // the interval of the difference; nil for fewer than 30 permissions
}

// raised is a permission before and after a raise.
type raised struct{ before, after phase }

// phase is what a permission netted in a time.
type phase struct {
	net    money.Amount
	active int64 // nanoseconds
}

func (p *phase) add(s *span) error {
	net, err := costing.Net(s.sums.realised, s.sums.cost)
	if err != nil {
		return err
	}
	p.active += int64(s.active)
	p.net, err = p.net.Plus(net)
	return err
}

// raiseKey is what raises are grouped by.
type raiseKey struct{ channel, purpose, from, to string }

// raises compares the time before a raise with the time after, of the permissions that were in force in both within the period. The time before is
// that at the level from which it was raised, the time after that at the level to which it was, until the next change of level.
func raises(all []*permission) ([]*PermissionRaise, error) {
	found := map[raiseKey][]raised{}
	for _, p := range all {
		for i := 1; i < len(p.spans); i++ {
			from, to := p.spans[i-1], p.spans[i]
			if !to.Raises(from.Span) || schema.PermissionLevel(to.Level).Rank() <= schema.PermissionLevel(from.Level).Rank() {
				continue
			}
			var one raised
			for at := i - 1; at >= 0 && p.spans[at].Level == from.Level; at-- {
				if err := one.before.add(p.spans[at]); err != nil {
					return nil, err
				}
			}
			for at := i; at < len(p.spans) && p.spans[at].Level == to.Level; at++ {
				if err := one.after.add(p.spans[at]); err != nil {
					return nil, err
				}
			}
			if one.before.active > 0 && one.after.active > 0 {
				key := raiseKey{p.channel, p.purpose, from.Level, to.Level}
				found[key] = append(found[key], one)
			}
		}
	}
	rows := make([]*PermissionRaise, 0, len(found))
	for key, some := range found {
		row := &PermissionRaise{
			Channel: schema.Channel(key.channel), Purpose: schema.Purpose(key.purpose), From: schema.PermissionLevel(key.from), To: schema.PermissionLevel(key.to),
			Permissions: len(some),
		}
		if err := row.compare(some); err != nil {
			return nil, err
		}
		rows = append(rows, row)
	}
	slices.SortFunc(rows, func(a, b *PermissionRaise) int {
		return cmp.Or(cmp.Compare(a.Channel, b.Channel), cmp.Compare(a.Purpose, b.Purpose), cmp.Compare(a.From.Rank(), b.From.Rank()), cmp.Compare(a.To.Rank(), b.To.Rank()))
	})
	return rows, nil
}

// compare fills in the figures of a raise.
func (r *PermissionRaise) compare(some []raised) error {
	var before, after phase
	for _, one := range some {
		for _, sum := range []struct{ to, of *phase }{{&before, &one.before}, {&after, &one.after}} {
			net, err := sum.to.net.Plus(sum.of.net)
			if err != nil {
				return err
			}
			if sum.of.active > math.MaxInt64-sum.to.active {
				return money.ErrOverflow
			}
			sum.to.net, sum.to.active = net, sum.to.active+sum.of.active
		}
	}
	was, is := before.rate(), after.rate()
	r.Before, r.After, r.Difference = rounded(was), rounded(is), rounded(new(big.Rat).Sub(is, was))
	if len(some) < minRaised {
		return nil
	}
	difference, _ := new(big.Rat).Sub(is, was).Float64()
	half := halfWidth(some, before, after)
	r.Low, r.High = rounded(new(big.Rat).SetFloat64(difference-half)), rounded(new(big.Rat).SetFloat64(difference+half))
	return nil
}

// rate returns what was netted a month, in minor units.
func (p phase) rate() *big.Rat { return new(big.Rat).Quo(p.net.Rat(), months(big.NewInt(p.active))) }

// halfWidth returns half the width of the interval of the difference of two ratios, by the linearised variance of a ratio (Cochran, Sampling
// Techniques, 3rd edition, 1977, formula 6.13) of the permissions, each with its time before and after, and Student's t distribution.
func halfWidth(some []raised, before, after phase) float64 {
	n := float64(len(some))
	rateBefore, _ := before.rate().Float64()
	rateAfter, _ := after.rate().Float64()
	meanBefore, meanAfter := monthsOf(before)/n, monthsOf(after)/n
	sum := 0.0
	for _, one := range some {
		deviation := (float64(one.after.net.Minor())-rateAfter*monthsOf(one.after))/meanAfter - (float64(one.before.net.Minor())-rateBefore*monthsOf(one.before))/meanBefore
		sum += deviation * deviation
	}
	t := distuv.StudentsT{Sigma: 1, Nu: n - 1}.Quantile((1 + raiseProbability) / 2)
	return t * math.Sqrt(sum/(n*(n-1)))
}

func monthsOf(p phase) float64 { return float64(p.active) / float64(month) }
