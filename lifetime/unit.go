package lifetime

import (
	"fmt"
	"math"
)

// Unit is the time unit of a model's parameters. The zero Unit is no unit and valid nowhere.
type Unit uint8

// The units. A month is a twelfth of 365.25 days.
const (
	Day   Unit = 1
	Week  Unit = 2
	Month Unit = 3
)

// DaysPerMonth is the length of every month in this package.
const DaysPerMonth = 30.4375

// Days is the unit's length in days, NaN for no unit.
func (u Unit) Days() float64 {
	switch u {
	case Day:
		return 1
	case Week:
		return 7
	case Month:
		return DaysPerMonth
	}
	return math.NaN()
}

// Valid reports whether u is one of the units.
func (u Unit) Valid() bool { return u >= Day && u <= Month }

// String is "DAY", "WEEK" or "MONTH", as ParseUnit reads it.
func (u Unit) String() string {
	switch u {
	case Day:
		return "DAY"
	case Week:
		return "WEEK"
	case Month:
		return "MONTH"
	}
	return fmt.Sprintf("Unit(%d)", uint8(u))
}

// ParseUnit reads "DAY", "WEEK" or "MONTH" and refuses everything else.
func ParseUnit(s string) (Unit, error) {
	for u := Day; u <= Month; u++ {
		if s == u.String() {
			return u, nil
		}
	}
	return 0, fmt.Errorf("lifetime: time unit %q is not DAY, WEEK or MONTH", s)
}
