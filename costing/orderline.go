package costing

import (
	"errors"
	"math/big"
	"time"

	"kopeck/money"
)

// Lines of the cost of an order's line that no recipe and rate compute.
const (
	// Stated is a cost that came with an import, or stands as it was when the order was cancelled.
	Stated LineKind = "STATED"
	// Returned is the cost of goods that came back to stock, as a negative amount.
	Returned LineKind = "RETURNED"
)

// OrderCostLine is a line of what a line of an order costs. Its Quantity and Amount are of the whole quantity.
type OrderCostLine struct {
	Line

	UnitQuantity   money.Decimal // of one unit of the product
	UnitAmount     money.Amount  // of one unit, rounded
	RateRecordedAt *time.Time    // of the rate with RateValidFrom; nil where there is none
}

// labelBounded ends the label of the lines of a cost that is bounded: they do not multiply out.
const labelBounded = ": part of the greatest cost that may be stated"

// OrderLineCost returns what the goods of a line cost, as [BoundedCost] does, and the lines of it, which sum to it exactly: it is divided
// by largest remainder in proportion to the amounts of one unit. Error: money.ErrOverflow.
func OrderLineCost(unit ProductCost, quantity money.Decimal) (money.Amount, []*OrderCostLine, error) {
	cost, bounded := BoundedCost(unit.Full, quantity)
	var err error
	weights := make([]*big.Rat, len(unit.Lines))
	for i, line := range unit.Lines {
		weights[i] = line.Amount.Rat()
	}
	amounts := make([]money.Amount, len(unit.Lines))
	if !cost.IsZero() {
		if amounts, err = money.Split(cost, weights); err != nil {
			return cost, nil, err
		}
	}
	lines := make([]*OrderCostLine, len(unit.Lines))
	for i, line := range unit.Lines {
		whole := &OrderCostLine{Line: line, UnitQuantity: line.Quantity, UnitAmount: line.Amount, RateRecordedAt: line.RateRecordedAt}
		if whole.Amount = amounts[i]; bounded {
			whole.Label += labelBounded
		}
		if whole.Quantity, err = money.DecimalOf(new(big.Rat).Mul(line.Quantity.Rat(), quantity.Rat()), money.Places); err != nil {
			return cost, nil, err
		}
		lines[i] = whole
	}
	return cost, lines, nil
}

// StatedCost returns the one line of a cost that no recipe and rate compute. label says why, for people.
func StatedCost(label string, cost money.Amount, currency money.Currency) *OrderCostLine {
	line := Line{Kind: Stated, Label: label, Quantity: one, QuantityUnit: currency.Code(), RateUnit: currency.Code(), Amount: cost}
	if amount, err := money.DecimalOf(new(big.Rat).Quo(cost.Rat(), new(big.Rat).SetInt64(currency.MinorPerMajor())), money.Places); err == nil {
		line.Quantity, line.Rate = amount, one // so much money, at one to one
	}
	return &OrderCostLine{Line: line, UnitQuantity: line.Quantity, UnitAmount: cost}
}

// ReturnedCost returns the line of the cost of what came back to stock of a line: its share of the cost, see [PartOf].
// Error: money.ErrOverflow.
func ReturnedCost(cost money.Amount, returned, quantity money.Decimal, unit string) (*OrderCostLine, error) {
	back, err := PartOf(cost, returned, quantity)
	if err != nil {
		return nil, err
	}
	line := Line{Kind: Returned, Label: "came back to stock", Quantity: returned, QuantityUnit: unit, RateUnit: unit}
	if line.Amount, err = back.Neg(); err != nil {
		return nil, err
	}
	return &OrderCostLine{Line: line}, nil
}

// PartOf returns the part of an amount that belongs to a part of a quantity: amount x part / whole, rounded once, half to even. The part of
// the whole is the amount itself. So what belongs to one more part, after others, is the difference of two such amounts: whatever the
// order in which a line is given back, the parts sum to the amount exactly. Error: money.ErrOverflow.
func PartOf(amount money.Amount, part, whole money.Decimal) (money.Amount, error) {
	if whole.Sign() <= 0 || part.Sign() <= 0 {
		return money.Amount{}, nil
	}
	if part.Compare(whole) >= 0 {
		return amount, nil
	}
	return MulDiv(amount.Minor(), part.Nano(), whole.Nano())
}

// DivideRefunds divides what was given back of an order as an amount among its lines, by largest remainder in proportion to what is left
// of each; no line gives back more than is left of it. Error: money.ErrNoWeights where nothing is left to be given back.
func DivideRefunds(amount money.Amount, left []money.Amount) ([]money.Amount, error) {
	if amount.IsZero() {
		return make([]money.Amount, len(left)), nil
	}
	weights := make([]*big.Rat, len(left))
	for i, one := range left {
		weights[i] = one.Rat()
	}
	return money.Split(amount, weights)
}

// StatedLine is a line of an order whose cost came with an import. Left is the part of its cost that did not come back to stock.
type StatedLine struct{ Total, Cost, Left money.Amount }

// DivideStatedCost returns the costs of the lines of an order whose cost came with an import: those of the lines where they sum to it, or else
// its parts by largest remainder in proportion to the lines' totals, or in equal parts where nothing was paid for any. So it is where
// one total is below nothing. Error: money.ErrOverflow.
func DivideStatedCost(cost money.Amount, lines []StatedLine) ([]money.Amount, error) {
	costs, weights := make([]money.Amount, len(lines)), make([]*big.Rat, len(lines))
	var sum money.Amount
	var err error
	for n, line := range lines {
		if sum, err = sum.Plus(line.Left); err != nil {
			return nil, err
		}
		costs[n], weights[n] = line.Cost, line.Total.Rat()
	}
	if sum == cost {
		return costs, nil
	}
	parts, err := money.Split(cost, weights)
	if errors.Is(err, money.ErrNoWeights) { // nothing was paid for any line
		for n := range weights {
			weights[n] = big.NewRat(1, 1)
		}
		parts, err = money.Split(cost, weights)
	}
	return parts, err
}
