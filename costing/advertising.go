package costing

import (
	"math/big"
	"slices"
	"time"

	"kopeck/money"
)

// Spend is what a campaign cost in a period: from From on, Until not included.
type Spend struct {
	Label       string
	From, Until time.Time
	Amount      money.Amount // 0 or more
}

// Caused is an inbound contact that a campaign caused.
type Caused struct {
	ID string
	At time.Time
}

// Part is what one contact has of a spend.
type Part struct {
	Spend    Spend
	Contacts int // among which it is spread
	Place    int // of the contact among them, the first is 0
	Amount   money.Amount
}

// SpreadSpend spreads the spends of a campaign over the contacts that it caused, which are in the order of their moments and ids: each spend
// over those in its period, equally, by largest remainder, the earlier first. It returns the parts of each contact, in the order of the
// spends; one of nothing has none. What has no contact in its period is left over.
func SpreadSpend(spends []Spend, caused []Caused) (parts map[string][]Part, unspread []Spend) {
	parts = map[string][]Part{}
	at := func(moment time.Time) int {
		n, _ := slices.BinarySearchFunc(caused, moment, func(c Caused, moment time.Time) int { return c.At.Compare(moment) })
		return n
	}
	for _, s := range spends {
		low, high := at(s.From), at(s.Until)
		switch {
		case s.Amount.Sign() <= 0:
			continue
		case low >= high:
			unspread = append(unspread, s)
			continue
		}
		n := high - low
		for place, c := range caused[low:high] {
			parts[c.ID] = append(parts[c.ID], Part{s, n, place, equalPart(s.Amount, n, place)})
		}
	}
	return parts, unspread
}

// equalPart is one of n equal parts of an amount of 0 or more, by largest remainder: the earlier parts have what does not divide.
func equalPart(sum money.Amount, n, place int) money.Amount {
	each, rest := sum.Minor()/int64(n), sum.Minor()%int64(n)
	if int64(place) < rest {
		each++
	}
	return money.Minor(each)
}

// AdvertisingLines are the lines of ADVERTISING of a contact with some parts, and their sum. money.ErrOverflow.
func AdvertisingLines(parts []Part, currency money.Currency) (lines []Line, total money.Amount, err error) {
	for _, p := range parts {
		rate, err := money.DecimalOf(new(big.Rat).Quo(p.Amount.Rat(), big.NewRat(currency.MinorPerMajor(), 1)), money.Places)
		if err != nil {
			return nil, total, err
		}
		from := p.Spend.From
		lines = append(lines, Line{Kind: Advertising, Label: p.Spend.Label, Quantity: one, QuantityUnit: unitContact, Rate: rate, RateUnit: unitContact, Amount: p.Amount, RateValidFrom: &from})
	}
	total, err = sum(lines)
	return lines, total, err
}

// SplitAdvertising returns the lines of ADVERTISING among the lines of a contact, and the others.
func SplitAdvertising(lines []Line) (advertising, others []Line) {
	others = []Line{}
	for _, line := range lines {
		if line.Kind == Advertising {
			advertising = append(advertising, line)
		} else {
			others = append(others, line)
		}
	}
	return advertising, others
}

// SpendWithin is the part of an amount that is spread equally over the days from first to last, by largest remainder, the earlier first, which
// lies on those from low to high.
func SpendWithin(amount money.Amount, first, last, low, high int) money.Amount {
	n := last - first + 1
	low, high = max(low, first)-first, min(high, last)-first
	if high < low || n <= 0 {
		return money.Amount{}
	}
	each, rest := amount.Minor()/int64(n), amount.Minor()%int64(n)
	upTo := func(days int) int64 { return each*int64(days) + min(rest, int64(days)) }
	return money.Minor(upTo(high+1) - upTo(low))
}
