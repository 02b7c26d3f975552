package report

import (
	"slices"
	"strings"
	"time"

	"kopeck/fault"
	"kopeck/money"
	"kopeck/service/input"
	"kopeck/store"
)

// What all reports have in common about what they are asked and how they fail.

// CheckPeriod refuses a period that ends before it begins.
func CheckPeriod(from, to time.Time) error {
	if to.Before(from) {
		return fault.Invalidf("to", "want a time that is not before from")
	}
	return nil
}

// CheckDimensions refuses a dimension that does not exist or is named twice.
func CheckDimensions[D interface {
	~string
	IsValid() bool
}](by []D,
) error {
	for i, one := range by {
		switch {
		case !one.IsValid():
			return fault.Invalidf("by", "no such dimension: %s", input.Excerpt(string(one)))
		case slices.Contains(by[:i], one):
			return fault.Invalidf("by", "%s is named twice", one)
		}
	}
	return nil
}

// Joined makes one text of a key. No value has a NUL in it.
func Joined(key []string) string { return strings.Join(key, "\x00") }

// TooLarge makes a fault of an overflow, also of one in the database. Other errors are returned as they are.
func TooLarge(err error) error {
	if store.IsOverflow(err) {
		err = money.ErrOverflow
	}
	return input.DomainError(err)
}
