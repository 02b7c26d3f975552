package costing

import "kopeck/money"

// Sale is what an order or a line of one was sold for, and what was given back of it. Total and Refunded are in the mode of prices: with
// tax or without it.
type Sale struct {
	Total, Tax            money.Amount
	Refunded, RefundedTax money.Amount
}

// Net returns what is kept of a sale without tax: total - refunded, without their tax. Error: money.ErrOverflow.
func (s Sale) Net(mode TaxMode) (money.Amount, error) {
	kept, err := s.Total.Minus(s.Refunded)
	if err != nil {
		return money.Amount{}, err
	}
	tax, err := s.KeptTax()
	if err != nil {
		return money.Amount{}, err
	}
	return mode.Net(kept, tax)
}

// KeptTax returns the tax of what is kept: tax - refunded tax. Error: money.ErrOverflow.
func (s Sale) KeptTax() (money.Amount, error) { return s.Tax.Minus(s.RefundedTax) }

// OrderMargin returns the margin of an order: total - refunded - cost, all three without tax. The cost is what is left of
// it after goods came back to stock. The margin is negative where the goods cost more than was paid for them. An order that was
// cancelled earns and costs nothing: it has no margin, which is 0 wherever margins are summed. Error: money.ErrOverflow.
func OrderMargin(cancelled bool, sold Sale, mode TaxMode, cost money.Amount) (money.Amount, error) {
	if cancelled {
		return money.Amount{}, nil
	}
	kept, err := sold.Net(mode)
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

// BoundedCost returns what the goods of a line of an order cost: [LineCost], but at most [money.Most], and whether it is less than that. A
// price is given whatever the goods cost, so that nobody finds the cost by asking for quantities; and books hold any order.
func BoundedCost(unitCost money.Amount, quantity money.Decimal) (cost money.Amount, bounded bool) {
	cost, err := LineCost(unitCost, quantity)
	if err == nil && !cost.TooLarge() {
		return cost, false
	}
	if unitCost.Sign() < 0 {
		return money.Minor(-money.Most.Minor()), true
	}
	return money.Most, true
}

// extend returns an amount for one unit x quantity, rounded once, half to even.
func extend(unit money.Amount, quantity money.Decimal) (money.Amount, error) {
	return MulDiv(unit.Minor(), quantity.Nano(), one.Nano())
}
