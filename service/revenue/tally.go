package revenue

import (
	"slices"
	"strconv"
	"time"

	"kopeck/costing"
	"kopeck/service"
	"kopeck/service/report"
)

// sums are sums over some sales.
type sums struct {
	Orders, Uncosted int
	costing.Figures
}

// plus adds sums, or returns money.ErrOverflow.
func (a sums) plus(b sums) (sums, error) {
	figures, err := a.Figures.Plus(b.Figures)
	return sums{a.Orders + b.Orders, a.Uncosted + b.Uncosted, figures}, err
}

// group is the sales that agree in every dimension; key has a text for each.
type group struct {
	key []string
	sums
}

// tally is a report in the making.
type tally struct {
	*question

	groups map[string]*group
	total  sums // its Orders and Uncosted alone: an order may be in several groups
	limit  int  // of groups; 0 is none
}

// add adds sums to a group. LIMIT_EXCEEDED for too many groups.
func (t *tally) add(key []string, more sums) error {
	name := report.Joined(key)
	g := t.groups[name]
	if g == nil {
		g = &group{key: slices.Clone(key)}
		t.groups[name] = g
		if err := report.CheckRows(len(t.groups), t.limit); err != nil {
			return err
		}
	}
	var err error
	g.sums, err = g.plus(more)
	return err
}

// named returns a key in which the parts of the calendar are numbers with their names instead.
func (t *tally) named(key []string) ([]string, error) {
	named := slices.Clone(key)
	for i, one := range t.by {
		if calendar[one] {
			place, err := strconv.Atoi(key[i])
			if err != nil {
				return nil, err
			}
			named[i] = t.spans[place].Name
		}
	}
	return named, nil
}

// soldOrder is an order as the report takes it.
type soldOrder struct {
	costing.SoldOrder

	id      string
	at      time.Time
	values  [][]string // of the dimensions, of each line; "" of a part of the calendar
	matches []bool     // the filter, of each line
	stated  bool       // the cost came with an import
}

// addOrder adds what happened to an order in the period.
func (t *tally) addOrder(o *soldOrder) error {
	if t.basis == service.SalesBasisOrder && o.CancelledAt != nil {
		return nil // it has never been
	}
	events, err := o.Events(t.mode)
	if err != nil {
		return err
	}
	for _, e := range events {
		at := o.at
		if t.basis == service.SalesBasisBooked {
			at = e.At
		}
		if t.within(at) {
			if err := t.addEvent(o, &e, at); err != nil {
				return err
			}
		}
	}
	return nil
}

// addEvent adds what an event contributes, which counts at a moment.
func (t *tally) addEvent(o *soldOrder, e *costing.Event, at time.Time) error {
	seen := map[string]bool{}
	for n, figures := range e.Lines {
		if !o.matches[n] {
			continue
		}
		key := o.values[n]
		for i, one := range t.by {
			if calendar[one] {
				key[i] = t.span(at)
			}
		}
		more := sums{Figures: figures}
		if len(seen) == 0 {
			t.total.Orders += e.Orders
			t.total.Uncosted += e.Uncosted
		}
		if name := report.Joined(key); !seen[name] {
			seen[name] = true
			more.Orders, more.Uncosted = e.Orders, e.Uncosted
		}
		if err := t.add(key, more); err != nil {
			return err
		}
	}
	return nil
}
