package costing

import "kopeck/money"

// OrderMargin returns the margin of an order: total - refunded - cost. All three are without tax, and cost is what is left of
// it after goods came back to stock. The margin is negative where the goods cost more than was paid for them. An order that was
// cancelled earns and costs nothing: it has no margin, which is 0 wherever margins are summed. Error: money.ErrOverflow.
func OrderMargin(cancelled bool, total, refunded, cost money.Amount) (money.Amount, error) {
	if cancelled {
		return money.Amount{}, nil
	}
	kept, err := total.Minus(refunded)
	if err != nil {
		return money.Amount{}, err
	}
	return kept.Minus(cost)
}

// LineTotal returns what a line of an order or offer is sold for: unit price x quantity, rounded once, half to even.
// Error: money.ErrOverflow.
func LineTotal(unitPrice money.Amount, quantity money.Decimal) (money.Amount, error) {
	return extend(unitPrice, quantity)
}

// LineCost returns what the goods of a line cost: the full cost of a unit x quantity, rounded once, half to even. The cost of a
// unit is itself rounded (ProductCost.Full). Error: money.ErrOverflow.
func LineCost(unitCost money.Amount, quantity money.Decimal) (money.Amount, error) {
	return extend(unitCost, quantity)
}

// extend returns an amount for one unit x quantity, rounded once, half to even.
func extend(unit money.Amount, quantity money.Decimal) (money.Amount, error) {
	return MulDiv(unit.Minor(), quantity.Nano(), one.Nano())
}
