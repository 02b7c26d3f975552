package pricing

import (
	"math/big"
	"sort"
	"time"

	"kopeck/money"
)

// Prior is the price before a reduction, to which alone a reduction that is shown may refer: article 6a of Directive 98/6/EC, added by Directive
// (EU) 2019/2161, and the judgment of the Court of Justice in case C-330/23.
type Prior struct {
	Amount money.Amount // the lowest price in the days before the reduction began
	From   time.Time    // the first moment of these days, or of the first price if that came later
	Began  time.Time    // the reduction: from then on the price was never higher than it is
	Now    money.Amount // the reduced price
}

// Share returns the share of the prior price that the reduction takes off, in ten-thousandths, rounded down; false where the price is not
// lower than the prior one, which is then no reduction to be shown.
func (p Prior) Share() (share money.Decimal, ok bool) {
	if p.Now.Compare(p.Amount) >= 0 {
		return money.Decimal{}, false
	}
	const parts = 10_000
	off := new(big.Int).Sub(big.NewInt(p.Amount.Minor()), big.NewInt(p.Now.Minor()))
	off.Quo(off.Mul(off, big.NewInt(parts)), big.NewInt(p.Amount.Minor()))
	return money.Nano(off.Int64() * (one.Nano() / parts)), true
}

// PriceAt tells what a price was at a moment; false where there was none.
type PriceAt func(at time.Time) (price money.Amount, ok bool, err error)

// PriorPrice returns the price before the reduction that is in force at a moment. The reduction began when the price was higher than it is for the
// last time; the price before it is the lowest of the days up to then. Nil where the price was not higher since another moment, or there is none.
//
// turns are all moments at which the price may have become another, in ascending order; daysBefore returns the first moment of the days before
// another.
func PriorPrice(price PriceAt, turns []time.Time, since, at time.Time, daysBefore func(began time.Time) time.Time) (*Prior, error) {
	now, ok, err := price(at)
	if err != nil || !ok {
		return nil, err
	}
	i := sort.Search(len(turns), func(i int) bool { return turns[i].After(at) }) - 1
	for ; i >= 0 && turns[i].After(since); i-- {
		before, ok, err := price(justBefore(turns[i]))
		if err != nil || !ok {
			return nil, err
		}
		if before.Compare(now) > 0 {
			p := &Prior{Amount: before, From: daysBefore(turns[i]), Began: turns[i], Now: now}
			return p, p.lower(price, turns[:i])
		}
	}
	return nil, nil
}

// lower takes the prior price down to the lowest of its days. turns are those before the reduction.
func (p *Prior) lower(price PriceAt, turns []time.Time) error {
	for i := len(turns) - 1; i >= 0 && turns[i].After(p.From); i-- {
		before, ok, err := price(justBefore(turns[i]))
		if err != nil {
			return err
		}
		if !ok {
			p.From = turns[i]
			return nil
		}
		if before.Compare(p.Amount) < 0 {
			p.Amount = before
		}
	}
	return nil
}

// justBefore returns a moment at which all is as it was before a turn.
func justBefore(turn time.Time) time.Time { return turn.Add(-time.Nanosecond) }
