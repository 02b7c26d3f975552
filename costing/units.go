package costing

import (
	"math/big"

	"kopeck/money"
)

// The units of what contacts consume. The quantities and rates of products have units of their own, such as "kg".
const (
	unitSecond  = "second"
	unitMinute  = "minute"
	unitHour    = "hour"
	unitContact = "contact"
	unitPiece   = "piece" // of an option or a part
	unitShare   = "share"
)

// seconds has how many seconds the units of time are.
var seconds = map[string]int64{unitSecond: 1, unitMinute: 60, unitHour: 3600}

// inUnit returns a quantity of one unit in another: both are units of time, or they are the same and nothing is converted.
func inUnit(quantity money.Decimal, from, to string) *big.Rat {
	exact := quantity.Rat()
	if a, b := seconds[from], seconds[to]; a != b && a > 0 && b > 0 {
		exact.Mul(exact, big.NewRat(a, b))
	}
	return exact
}

// Duration is a working time, exactly. The zero value is none.
type Duration struct {
	Minutes money.Decimal  // rounded to money.Places where Seconds are set
	Seconds *money.Decimal // the exact time, where minutes do not give it; nil where they do
}

// InMinutes returns a duration of so many minutes.
func InMinutes(minutes money.Decimal) Duration { return Duration{Minutes: minutes} }

// InSeconds returns a duration of so many seconds. Error: money.ErrOverflow.
func InSeconds(exact money.Decimal) (Duration, error) {
	minutes, err := money.DecimalOf(inUnit(exact, unitSecond, unitMinute), money.Places)
	if err != nil {
		return Duration{}, err
	}
	if inUnit(minutes, unitMinute, unitSecond).Cmp(exact.Rat()) == 0 {
		return Duration{Minutes: minutes}, nil
	}
	return Duration{minutes, &exact}, nil
}

// InExactSeconds returns the duration in seconds. Error: money.ErrOverflow.
func (d Duration) InExactSeconds() (money.Decimal, error) {
	if d.Seconds != nil {
		return *d.Seconds, nil
	}
	return money.DecimalOf(inUnit(d.Minutes, unitMinute, unitSecond), money.Places)
}

// quantity returns the duration with its unit: in minutes where they give it exactly, else in seconds.
func (d Duration) quantity() (money.Decimal, string) {
	if d.Seconds != nil {
		return *d.Seconds, unitSecond
	}
	return d.Minutes, unitMinute
}

// WithUnits returns a line with its units. Lines that were written before lines had units are of contacts: their times are in
// minutes, and the unit of a STAFF rate is the one by which the line multiplies out.
func (l Line) WithUnits(currency money.Currency) Line {
	if l.QuantityUnit != "" {
		return l
	}
	switch l.Kind {
	case StaffTime, ChannelTime:
		l.QuantityUnit, l.RateUnit = unitMinute, unitMinute
		if l.Kind == StaffTime && !l.MultipliesOut(currency) {
			l.RateUnit = unitHour
		}
	case Overhead:
		l.QuantityUnit, l.RateUnit = currency.Code(), unitShare
	case OptionLine, ComponentLine:
		l.QuantityUnit, l.RateUnit = unitPiece, unitPiece
	default:
		l.QuantityUnit, l.RateUnit = unitContact, unitContact
	}
	return l
}

// MultipliesOut reports whether the amount of a line with units is its quantity, in the unit of the rate, times its rate, rounded
// once, half to even. A quantity or rate that was itself rounded to money.Places may be off by one minor unit.
func (l Line) MultipliesOut(currency money.Currency) bool {
	want, err := money.Round(minorOf(inUnit(l.Quantity, l.QuantityUnit, l.RateUnit), l.Rate, currency))
	return err == nil && want == l.Amount
}
