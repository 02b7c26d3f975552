package costing

import (
	"math/big"
	"time"

	"kopeck/money"
)

// SoldOrder is an order that was completed, as far as reports sum it up, with what is known of it.
type SoldOrder struct {
	CompletedAt time.Time
	CancelledAt *time.Time // of one that was cancelled after it was completed; otherwise nil
	GivenBack   bool       // in full
	Uncosted    bool       // a rate is missing
	Lines       []SoldLine // at least one: an order without lines is one line without an ID
	Refunds     []SoldRefund
}

// SoldLine is a line of a sold order. Its amounts are of the whole quantity, with what was given back.
type SoldLine struct {
	ID        string
	Quantity  money.Decimal
	Total     money.Amount // in the mode of prices: with tax or without it
	Tax, Cost money.Amount
}

// SoldRefund is a refund of a sold order. They are in the order in which they were given.
type SoldRefund struct {
	At            time.Time
	GoodsReturned bool // to stock, of the lines that it names
	Amount        money.Amount
	Lines         []SoldRefundLine // none if it names an amount
}

// SoldRefundLine is the part of a refund that is of a line.
type SoldRefundLine struct {
	LineID   string
	Quantity money.Decimal
	Amount   money.Amount
}

// EventKind is what happened to an order.
type EventKind string

// The events that reports sum up.
const (
	Completion   EventKind = "COMPLETION"
	Refunding    EventKind = "REFUND"
	Cancellation EventKind = "CANCELLATION"
)

// Event is something that happened to an order at its own moment, with what it contributes to the figures of a report.
type Event struct {
	Kind     EventKind
	At       time.Time
	Orders   int       // 1 for an order more, -1 for one that is given back in full or cancelled
	Uncosted int       // the same of orders whose cost lacks a rate
	Lines    []Figures // of each line of the order
}

// Figures are what was sold, without tax: see [SoldOrder.Events].
type Figures struct {
	Quantity money.Decimal // less what came back to stock
	Sold     money.Amount  // before refunds
	Refunded money.Amount
	Tax      money.Amount // less that of what was given back
	Cost     money.Amount // less that of what came back to stock
}

// Events returns what happened to an order, in the order of completion, refunds and cancellation, with what each contributes to
// figures. A completion contributes what was sold: of each line the total without tax, its tax, its cost and its quantity. A refund
// contributes what was given back without tax, and takes off its tax and, of goods that came back to stock, their cost and quantity:
// of the lines that it names or, of an amount, of all lines in proportion to what is left of each (see [DivideRefunds] and
// [DivideRefundTaxes]), by largest remainder. A cancellation takes all of it off: the order has never been. So the events of an order
// sum, line by line, to what is kept of it, whatever the moments by which they are counted. An order counts as one until it is
// cancelled or the last refund gives all of it back; nothing is known of the cost of one that is uncosted, until it is cancelled.
// Errors: money.ErrOverflow, and money.ErrNoWeights where more is given back than there is.
func (o *SoldOrder) Events(mode TaxMode) ([]Event, error) {
	done := Event{Kind: Completion, At: o.CompletedAt, Orders: 1, Lines: make([]Figures, len(o.Lines))}
	if o.Uncosted {
		done.Uncosted = 1
	}
	if o.GivenBack && len(o.Refunds) == 0 {
		done.Orders = 0
	}
	for n, line := range o.Lines {
		net, err := mode.Net(line.Total, line.Tax)
		if err != nil {
			return nil, err
		}
		done.Lines[n] = Figures{Quantity: line.Quantity, Sold: net, Tax: line.Tax, Cost: line.Cost}
	}
	events := []Event{done}
	if len(o.Refunds) > 0 {
		refunds, err := o.refundEvents(mode)
		if err != nil {
			return nil, err
		}
		events = append(events, refunds...)
	}
	if o.CancelledAt == nil {
		return events, nil
	}
	undone, err := reversed(events)
	undone.At = *o.CancelledAt
	return append(events, undone), err
}

// reversed returns the cancellation of events.
func reversed(events []Event) (Event, error) {
	undone := Event{Kind: Cancellation, Lines: make([]Figures, len(events[0].Lines))}
	for _, e := range events {
		undone.Orders -= e.Orders
		undone.Uncosted -= e.Uncosted
		for n, f := range e.Lines {
			var err error
			if undone.Lines[n], err = undone.Lines[n].Minus(f); err != nil {
				return undone, err
			}
		}
	}
	return undone, nil
}

// refundEvents returns what refunds contribute.
func (o *SoldOrder) refundEvents(mode TaxMode) ([]Event, error) {
	amounts, taxes, err := o.divideRefunds()
	if err != nil {
		return nil, err
	}
	place := make(map[string]int, len(o.Lines))
	for n, line := range o.Lines {
		place[line.ID] = n
	}
	returned := make([]money.Decimal, len(o.Lines)) // so far
	events := make([]Event, len(o.Refunds))
	for i, r := range o.Refunds {
		e := Event{Kind: Refunding, At: r.At, Lines: make([]Figures, len(o.Lines))}
		if o.GivenBack && i == len(o.Refunds)-1 {
			e.Orders = -1
		}
		for n := range o.Lines {
			f := &e.Lines[n]
			if f.Refunded, err = mode.Net(amounts[i][n], taxes[i][n]); err != nil {
				return nil, err
			}
			if f.Tax, err = taxes[i][n].Neg(); err != nil {
				return nil, err
			}
		}
		if r.GoodsReturned {
			for _, part := range r.Lines {
				n := place[part.LineID]
				if err := e.Lines[n].takeBack(&o.Lines[n], &returned[n], part.Quantity); err != nil {
					return nil, err
				}
			}
		}
		events[i] = e
	}
	return events, nil
}

// takeBack takes one more part of a line's quantity off figures, after what came back before, with its cost.
func (f *Figures) takeBack(line *SoldLine, before *money.Decimal, quantity money.Decimal) error {
	first, err := PartOf(line.Cost, *before, line.Quantity)
	if err != nil {
		return err
	}
	*before = money.Nano(before.Nano() + quantity.Nano())
	both, err := PartOf(line.Cost, *before, line.Quantity)
	if err != nil {
		return err
	}
	f.Quantity = money.Nano(f.Quantity.Nano() - quantity.Nano())
	f.Cost, err = first.Minus(both)
	return err
}

// divideRefunds returns what each refund gives back of each line, in the mode of prices, and the tax of it.
func (o *SoldOrder) divideRefunds() (amounts, taxes [][]money.Amount, err error) {
	lines, given := make([]TaxedLine, len(o.Lines)), make([]GivenBack, len(o.Refunds))
	place, left := make(map[string]int, len(o.Lines)), make([]money.Amount, len(o.Lines))
	for n, line := range o.Lines {
		lines[n], place[line.ID], left[n] = TaxedLine{line.ID, line.Total, line.Tax}, n, line.Total
	}
	for i, r := range o.Refunds {
		given[i].Amount = r.Amount
		for _, part := range r.Lines {
			given[i].Lines = append(given[i].Lines, GivenLine{part.LineID, part.Amount})
		}
	}
	divided, err := DivideRefundTaxes(lines, given)
	if err != nil {
		return nil, nil, err
	}
	amounts, taxes = make([][]money.Amount, len(given)), make([][]money.Amount, len(given))
	leftTax := divided.ByLine // less that of refunds that name lines: of those that name an amount
	var sums, sumsOfTax []money.Amount
	var byAmount money.Amount
	for i, r := range given {
		amounts[i], taxes[i] = make([]money.Amount, len(lines)), make([]money.Amount, len(lines))
		for k, part := range r.Lines {
			n := place[part.LineID]
			if err := move(&amounts[i][n], &left[n], part.Amount); err != nil {
				return nil, nil, err
			}
			if err := move(&taxes[i][n], &leftTax[n], divided.Parts[i][k]); err != nil {
				return nil, nil, err
			}
		}
		if len(r.Lines) == 0 {
			sums, sumsOfTax = append(sums, r.Amount), append(sumsOfTax, divided.Refunds[i])
			if byAmount, err = byAmount.Plus(r.Amount); err != nil {
				return nil, nil, err
			}
		}
	}
	shares, err := DivideRefunds(byAmount, left)
	if err != nil {
		return nil, nil, err
	}
	parts, err := spread(sums, shares)
	if err != nil {
		return nil, nil, err
	}
	partsOfTax, err := spread(sumsOfTax, leftTax)
	if err != nil {
		return nil, nil, err
	}
	k := 0
	for i, r := range given {
		if len(r.Lines) == 0 {
			amounts[i], taxes[i] = parts[k], partsOfTax[k]
			k++
		}
	}
	return amounts, taxes, nil
}

// move adds an amount to one sum and takes it off another.
func move(to, from *money.Amount, amount money.Amount) (err error) {
	if *to, err = to.Plus(amount); err != nil {
		return err
	}
	*from, err = from.Minus(amount)
	return err
}

// spread divides each of several sums among columns, given what each column has of all of them together, so that sums and columns are kept
// exactly: what one more sum has of the columns is the difference between the divisions of all sums with it and without it.
func spread(sums, columns []money.Amount) ([][]money.Amount, error) {
	parts := make([][]money.Amount, len(sums))
	weights := make([]*big.Rat, len(columns))
	for n, one := range columns {
		weights[n] = one.Rat()
	}
	before := make([]money.Amount, len(columns))
	var sum money.Amount
	for i, one := range sums {
		var err error
		if sum, err = sum.Plus(one); err != nil {
			return nil, err
		}
		so := columns // of all sums
		if i < len(sums)-1 {
			if so, err = partOfAll(sum, weights); err != nil {
				return nil, err
			}
		}
		parts[i] = make([]money.Amount, len(columns))
		for n := range columns {
			if parts[i][n], err = so[n].Minus(before[n]); err != nil {
				return nil, err
			}
		}
		before = so
	}
	return parts, nil
}

// partOfAll is money.Split of a sum that may be nothing, as the weights may be.
func partOfAll(sum money.Amount, weights []*big.Rat) ([]money.Amount, error) {
	if sum.IsZero() {
		return make([]money.Amount, len(weights)), nil
	}
	return money.Split(sum, weights)
}

// Plus returns the sums of figures. Error: money.ErrOverflow.
func (f Figures) Plus(g Figures) (sum Figures, err error) {
	quantity, err := money.Minor(f.Quantity.Nano()).Plus(money.Minor(g.Quantity.Nano()))
	if err != nil {
		return f, err
	}
	sum.Quantity = money.Nano(quantity.Minor())
	if sum.Sold, err = f.Sold.Plus(g.Sold); err != nil {
		return f, err
	}
	if sum.Refunded, err = f.Refunded.Plus(g.Refunded); err != nil {
		return f, err
	}
	if sum.Tax, err = f.Tax.Plus(g.Tax); err != nil {
		return f, err
	}
	sum.Cost, err = f.Cost.Plus(g.Cost)
	return sum, err
}

// Minus returns figures less others. Error: money.ErrOverflow.
func (f Figures) Minus(g Figures) (left Figures, err error) {
	quantity, err := money.Minor(f.Quantity.Nano()).Minus(money.Minor(g.Quantity.Nano()))
	if err != nil {
		return f, err
	}
	left.Quantity = money.Nano(quantity.Minor())
	if left.Sold, err = f.Sold.Minus(g.Sold); err != nil {
		return f, err
	}
	if left.Refunded, err = f.Refunded.Minus(g.Refunded); err != nil {
		return f, err
	}
	if left.Tax, err = f.Tax.Minus(g.Tax); err != nil {
		return f, err
	}
	left.Cost, err = f.Cost.Minus(g.Cost)
	return left, err
}

// Revenue returns what is kept of what was sold, without tax: sold - refunded. Error: money.ErrOverflow.
func (f Figures) Revenue() (money.Amount, error) { return f.Sold.Minus(f.Refunded) }

// Gross returns what was paid and is kept, with tax: revenue + tax. Error: money.ErrOverflow.
func (f Figures) Gross() (money.Amount, error) {
	revenue, err := f.Revenue()
	if err != nil {
		return revenue, err
	}
	return revenue.Plus(f.Tax)
}

// Margin returns revenue - cost. Error: money.ErrOverflow.
func (f Figures) Margin() (money.Amount, error) {
	revenue, err := f.Revenue()
	if err != nil {
		return revenue, err
	}
	return revenue.Minus(f.Cost)
}
