package costing

import (
	"math/big"
	"time"

	"kopeck/money"
)

// ResourceDay is the capacity and use of a resource on a calendar day, by the rate that holds at the day's end.
type ResourceDay struct {
	Resource    string
	KnownAt     time.Time // what was known at this moment counts
	Day         int
	Working     bool
	Capacity    *money.Decimal // in the rate's unit; 0 on a day off, nil where none is known
	Booked      money.Decimal  // at most maxShown
	Utilisation *money.Decimal // booked / capacity, six places, at most 1000; 0 where both are 0, nil where no capacity is known
	Idle        money.Decimal  // units of the capacity that nobody has booked
	BookedCost  money.Amount   // the money in what is booked: booked x rate
	IdleCost    money.Amount   // the money in what is idle: idle x rate x fixed share
}

// maxShown is the greatest shown value of what is booked on a day: more than any capacity can be.
var maxShown = money.Whole(9_000_000_000)

// ResourceDays returns the use of a resource on the days from first to last, both included, as known at a moment; those that the time
// zone does not have are left out. Each
// day's idle cost is rounded once, half to even; that of a period is their sum. Errors: money.ErrOverflow.
func (b Basis) ResourceDays(resource string, first, last int, knownAt time.Time) ([]ResourceDay, error) {
	days := make([]ResourceDay, 0, max(0, last-first+1))
	for day := first; day <= last; day++ {
		if !HasDay(day, b.Zone) {
			continue
		}
		one, err := b.resourceDay(resource, day, knownAt)
		if err != nil {
			return nil, err
		}
		days = append(days, one)
	}
	return days, nil
}

func (b Basis) resourceDay(resource string, day int, knownAt time.Time) (ResourceDay, error) {
	d := ResourceDay{Resource: resource, KnownAt: knownAt, Day: day, Working: b.Calendar.Works(day), Booked: maxShown}
	booked := b.Bookings.Booked(resource, day, day, knownAt)
	var err error
	if booked.Cmp(maxShown.Rat()) < 0 {
		if d.Booked, err = money.DecimalOf(booked, money.Places); err != nil {
			return d, err
		}
	}
	end := StartOfDay(day+1, b.Zone).Add(-time.Microsecond)
	rate := b.Rates.at(SubjectResource, resource, end, knownAt)
	if rate == nil {
		return d, nil
	}
	if d.BookedCost, err = money.Round(minorOf(d.Booked.Rat(), rate.Amount, b.Currency)); err != nil || rate.CapacityPerDay == nil {
		return d, err
	}
	capacity := money.Decimal{}
	if d.Working {
		capacity = *rate.CapacityPerDay
	}
	d.Capacity = &capacity
	idle := new(big.Rat).Sub(capacity.Rat(), booked)
	if idle.Sign() < 0 {
		idle.SetInt64(0)
	}
	utilisation := new(big.Rat)
	if booked.Sign() > 0 {
		utilisation = utilised(booked, capacity.Rat(), 1)
	}
	shown, err := money.DecimalOf(utilisation, money.SharePlaces)
	if err != nil {
		return d, err
	}
	d.Utilisation = &shown
	if d.Idle, err = money.DecimalOf(idle, money.Places); err != nil || rate.FixedShare == nil {
		return d, err
	}
	d.IdleCost, err = money.Round(minorOf(idle.Mul(idle, rate.FixedShare.Rat()), rate.Amount, b.Currency))
	return d, err
}

// IdleCost returns the sum of the days' idle costs, or money.ErrOverflow.
func IdleCost(days []ResourceDay) (money.Amount, error) {
	var total money.Amount
	for _, day := range days {
		var err error
		if total, err = total.Plus(day.IdleCost); err != nil {
			return money.Amount{}, err
		}
	}
	return total, nil
}

// Tenths returns which share of the day's capacity some units take, rounded down to tenths, at most 1000; 0 for nothing, nil where no
// capacity is known. It is what is told of a day to who may not know how much of a resource a product takes.
func (d ResourceDay) Tenths(units money.Decimal) *money.Decimal {
	if d.Capacity == nil {
		return nil
	}
	tenths := money.Decimal{}
	if units.Sign() > 0 {
		share := utilised(units.Rat(), d.Capacity.Rat(), 1)
		share = new(big.Rat).Mul(share, big.NewRat(10, 1))
		tenths = money.Nano(new(big.Int).Quo(share.Num(), share.Denom()).Int64() * 100_000_000)
	}
	return &tenths
}

// DivideUnits divides units exactly by weights, by largest remainder to billionths.
func DivideUnits(units money.Decimal, weights []*big.Rat) ([]money.Decimal, error) {
	parts, err := money.Split(money.Minor(units.Nano()), weights)
	divided := make([]money.Decimal, len(parts))
	for i, part := range parts {
		divided[i] = money.Nano(part.Minor())
	}
	return divided, err
}
