package costing

import (
	"math/big"
	"slices"
	"time"

	"kopeck/money"
)

// ContactCost is what a contact cost. Total is the sum of the lines exactly.
type ContactCost struct {
	Lines   []Line
	Total   money.Amount
	Missing []RateKey // the rates that do not exist, one for each line that says "no rate"
}

// Contact computes the cost of a contact at a moment, by the rates known at another: STAFF_TIME is the time x the rate of the
// first of the staff codes that has one, a line for each person who took part, in their order; CHANNEL_FEE is per contact; CHANNEL_TIME per minute; EXPENSE is as given; ADVERTISING is as
// [SpreadSpend] spread it.
// Where there is no staff member, no time or no expense there is no such line. A missing rate makes a line of
// zero money that says "no rate", and its key in Missing (the closest staff code), so that the contact can be
// costed when the rate arrives. Errors: *FieldError for negative minutes or expense, money.ErrOverflow.
func Contact(in ContactInput, rates *Rates, at, knownAt time.Time, currency money.Currency) (ContactCost, error) {
	isNegative := func(p Participant) bool { return p.Time.Minutes.Sign() < 0 }
	switch {
	case in.Time.Minutes.Sign() < 0 || slices.ContainsFunc(in.Participants, isNegative):
		return ContactCost{}, &FieldError{"minutes", "want 0 or more minutes"}
	case in.Expense.Sign() < 0:
		return ContactCost{}, &FieldError{"expense", "want 0 or more"}
	}
	var cost ContactCost
	add := func(kind LineKind, subject string, codes []string, quantity money.Decimal, unit string) error {
		line := Line{Kind: kind, Label: codes[0] + noRate, Quantity: quantity, QuantityUnit: unit, RateUnit: unit}
		var rate *Rate
		for _, code := range codes {
			if rate = rates.at(subject, code, at, knownAt); rate != nil {
				break
			}
		}
		if rate == nil {
			cost.Missing = append(cost.Missing, RateKey{subject, codes[0]})
			cost.Lines = append(cost.Lines, line)
			return nil
		}
		line.Label, line.Rate, line.RateValidFrom = rate.label, rate.Amount, &rate.ValidFrom
		switch subject {
		case SubjectStaff: // by the hour or by the minute, whatever the time was given in
			line.RateUnit = rate.Unit
		case SubjectChannelMinute:
			line.RateUnit = unitMinute
		}
		var err error
		if line.Amount, err = money.Round(minorOf(inUnit(quantity, unit, line.RateUnit), rate.Amount, currency)); err != nil {
			return err
		}
		cost.Lines = append(cost.Lines, line)
		return nil
	}
	spent, unit := in.Time.quantity()
	timed := spent.Sign() > 0
	for _, p := range in.people() {
		if theirs, unit := p.Time.quantity(); theirs.Sign() > 0 && len(p.StaffCodes) > 0 {
			if err := add(StaffTime, SubjectStaff, p.StaffCodes, theirs, unit); err != nil {
				return ContactCost{}, err
			}
		}
	}
	if in.Channel != "" {
		channel := []string{in.Channel}
		if err := add(ChannelFee, SubjectChannelFee, channel, one, unitContact); err != nil {
			return ContactCost{}, err
		}
		if timed {
			if err := add(ChannelTime, SubjectChannelMinute, channel, spent, unit); err != nil {
				return ContactCost{}, err
			}
		}
	}
	if !in.Expense.IsZero() {
		rate, err := money.DecimalOf(new(big.Rat).Quo(in.Expense.Rat(), big.NewRat(currency.MinorPerMajor(), 1)), money.Places)
		if err != nil {
			return ContactCost{}, err
		}
		cost.Lines = append(cost.Lines, Line{Kind: Expense, Label: "expense", Quantity: one, QuantityUnit: unitContact, Rate: rate, RateUnit: unitContact, Amount: in.Expense})
	}
	cost.Lines = append(cost.Lines, in.Advertising...)
	var err error
	cost.Total, err = sum(cost.Lines)
	return cost, err
}
