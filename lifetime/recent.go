package lifetime

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"kopeck/money"
)

// YearDays is the longest last period: see KindLastPeriod.
const YearDays = 365

// Recent are the order days of a customer's last year, those less than YearDays before the last one, with the margin of each in minor
// units: "20123:1500,20150:-300", ascending. "" is of a customer without orders. Whatever the moment, the last period that ends with it
// lies within them, since it ends with the last order day or later; and they follow from the orders alone, not from when they are asked for.
type Recent string

// recentDay is one of the days.
type recentDay struct {
	day    int
	margin money.Amount
}

// ParseRecent reads days and margins as Recent has them, in any order and a day more than once, and returns the last year of them.
// Errors: money.ErrOverflow, and one of a text that is none.
func ParseRecent(text string) (Recent, error) {
	if text == "" {
		return "", nil
	}
	var days []recentDay
	for one := range strings.SplitSeq(text, ",") {
		d, err := parseRecentDay(one)
		if err != nil {
			return "", err
		}
		days = append(days, d)
	}
	return recentOf(days)
}

// parseRecentDay reads "20123:1500".
func parseRecentDay(text string) (recentDay, error) {
	day, margin, _ := strings.Cut(text, ":")
	n, dayErr := strconv.Atoi(day)
	minor, marginErr := strconv.ParseInt(margin, 10, 64)
	if err := errors.Join(dayErr, marginErr); err != nil {
		return recentDay{}, fmt.Errorf("lifetime: an order day with its margin is written 20123:1500: %w", err)
	}
	return recentDay{n, money.Minor(minor)}, nil
}

// recentOf adds up the margins of each day and leaves out what is not of the last year.
func recentOf(days []recentDay) (Recent, error) {
	slices.SortStableFunc(days, func(a, b recentDay) int { return cmp.Compare(a.day, b.day) })
	var text strings.Builder
	for i := 0; i < len(days); {
		day, sum := days[i].day, money.Amount{}
		for ; i < len(days) && days[i].day == day; i++ {
			plus, err := sum.Plus(days[i].margin)
			if err != nil {
				return "", err
			}
			sum = plus
		}
		if day <= days[len(days)-1].day-YearDays {
			continue
		}
		if text.Len() > 0 {
			text.WriteByte(',')
		}
		fmt.Fprintf(&text, "%d:%d", day, sum.Minor())
	}
	return Recent(text.String()), nil
}

// After returns the number of order days after a day, and their margin in minor units. A text that is none has no days.
func (r Recent) After(day int) (orders int, margin float64) {
	for text := string(r); text != ""; {
		at := strings.LastIndexByte(text, ',') + 1
		d, err := parseRecentDay(text[at:])
		if err != nil || d.day <= day {
			break
		}
		orders++
		margin += float64(d.margin.Minor())
		text = text[:max(0, at-1)]
	}
	return orders, margin
}

// Until returns the days up to a day, how many come after it, what these earned in minor units, and the last day up to it; 0 where none
// of them is up to it.
func (r Recent) Until(day int) (until Recent, later int, earned int64, last int) {
	text := string(r)
	for text != "" {
		at := strings.LastIndexByte(text, ',') + 1
		d, err := parseRecentDay(text[at:])
		if err != nil {
			break
		}
		if d.day <= day {
			return Recent(text), later, earned, d.day
		}
		later++
		earned += d.margin.Minor()
		text = text[:max(0, at-1)]
	}
	return "", later, earned, 0
}
