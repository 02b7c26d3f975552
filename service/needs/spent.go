package needs

import (
	"math/big"
	"slices"
	"strings"
	"time"

	"kopeck/ent"
	"kopeck/money"
)

// A customer's order is spent on needs by its lines: the price of each is parted by the shares of the needs that its product serves, and what was
// given back of the order is taken off all of its lines alike. What serves no need is spent on none. The parts of an order sum to what was paid
// for it, to the kopeck.

// soldOrder is an order that was completed, with its lines.
type soldOrder struct {
	id, customerID  string
	at              time.Time
	total, refunded money.Amount
	lines           []soldLine
}

// soldLine is a line of an order.
type soldLine struct {
	productID string
	total     money.Amount
}

// bought is what a customer bought of us for a need.
type bought struct {
	fromUs money.Amount
	last   time.Time
}

// spend is what customers bought of us, by customer and need.
type spend map[string]map[string]*bought

// add adds what was paid for an order to what its customer spends on needs.
func (v spend) add(o *soldOrder, of *serving) error {
	var needs []string
	var weights []*big.Rat
	rest := o.total.Rat()
	for _, line := range o.lines {
		all, err := of.at(line.productID, o.at)
		if err != nil {
			return err
		}
		for _, one := range all {
			weight := new(big.Rat).Mul(line.total.Rat(), one.Share.Rat())
			needs, weights = append(needs, one.NeedID), append(weights, weight)
			rest.Sub(rest, weight)
		}
	}
	if len(needs) == 0 {
		return nil
	}
	parts := make([]money.Amount, len(needs))
	if net, err := o.total.Minus(o.refunded); err != nil {
		return err
	} else if net.Sign() > 0 && rest.Sign() >= 0 {
		if parts, err = money.Split(net, append(weights, rest)); err != nil {
			return err
		}
	}
	mine := v[o.customerID]
	if mine == nil {
		mine = map[string]*bought{}
		v[o.customerID] = mine
	}
	for i, needID := range needs {
		b := mine[needID]
		if b == nil {
			b = &bought{}
			mine[needID] = b
		}
		var err error
		if b.fromUs, err = b.fromUs.Plus(parts[i]); err != nil {
			return err
		}
		if o.at.After(b.last) {
			b.last = o.at
		}
	}
	return nil
}

// of returns what a customer bought of us for a need.
func (v spend) of(customerID, needID string) bought {
	if b := v[customerID][needID]; b != nil {
		return *b
	}
	return bought{}
}

// shareOf returns a part over a whole, with 6 places; nil if the whole is 0.
func shareOf(part, whole money.Amount) (*money.Decimal, error) {
	if whole.Sign() <= 0 {
		return nil, nil
	}
	share, err := money.DecimalOf(new(big.Rat).Quo(part.Rat(), whole.Rat()), money.SharePlaces)
	return &share, err
}

func byCode(a, b *ent.Need) int { return strings.Compare(a.Code, b.Code) }

// inOrder returns needs in the order of their codes.
func inOrder(all map[string]*ent.Need) []*ent.Need {
	rows := make([]*ent.Need, 0, len(all))
	for _, row := range all {
		rows = append(rows, row)
	}
	slices.SortFunc(rows, byCode)
	return rows
}
