package orders

import (
	"cmp"
	"errors"
	"fmt"
	"math/big"
	"math/bits"
	"strings"

	"kopeck/costing"
	"kopeck/files/option"
	"kopeck/money"
	"kopeck/pricing"
	"kopeck/service/bulk"
	"kopeck/service/sale"
)

// maxTitle is how many characters of a line's title are kept at most.
const maxTitle = 200

// logLine is a row of a log that sells a product, as a line of its order.
type logLine struct {
	sku, title  string
	quantity    money.Decimal
	list        *money.Amount // what a unit costs before the discount; nil where it is not given in whole minor units
	total, cost money.Amount
	tax         money.Amount // in the total
}

// hasLines reports whether the rows of a log say what they sell.
func (l *orderLog) hasLines() bool { return l.has("sku") || l.has("title") }

// takeOff takes the row's discount off its amount.
func (r *logRow) takeOff() error {
	if r.discount.Sign() < 0 {
		return errors.New("must not be negative")
	}
	var err error
	if r.amount, err = r.amount.Minus(r.discount); err == nil && r.amount.Sign() < 0 && r.discount.Sign() > 0 {
		return errors.New("more than quantity x price")
	}
	return err
}

// addLine adds what a row sells to the open order. A row without anything sold and without an amount is no line.
func (l *orderLog) addLine(r *logRow) (fault string) {
	sku := cmp.Or(strings.TrimSpace(r.sku), cutText(strings.TrimSpace(r.title), sale.MaxSKU))
	if sku == "" {
		if r.amount.IsZero() {
			return ""
		}
		return "sku: empty, and so is title, in a row with an amount: name what it sells, such as --map 'sku=firstOf([sku, \"other\"])', or leave such rows out by --where"
	}
	line := logLine{sku: sku, title: cutText(strings.TrimSpace(r.title), maxTitle), quantity: money.Whole(1), total: r.amount, cost: r.cost, tax: r.tax}
	if l.has("quantity") {
		quantity, err := money.ParseDecimal(r.quantity.plain)
		if err != nil || quantity.Sign() <= 0 {
			return fmt.Sprintf("quantity: %s: want a number greater than 0 with at most 9 decimals", r.quantity.plain)
		}
		line.quantity = quantity
	}
	if price, ok := new(big.Rat).SetString(r.price.plain); ok && l.has("price") {
		price.Mul(price, new(big.Rat).SetInt64(l.Currency.MinorPerMajor()))
		if list, err := money.Round(price); err == nil && price.IsInt() {
			line.list = &list
		}
	}
	l.open.lines = append(l.open.lines, line)
	return ""
}

// cutText returns the first characters of a text, as many as limit at most.
func cutText(text string, limit int) string {
	for i := range text {
		if limit--; limit < 0 {
			return strings.TrimSpace(text[:i])
		}
	}
	return text
}

// balance makes the lines sum to the order's total, or says by how much they do not.
func (l *orderLog) balance(o *openOrder) (fault string) {
	if len(o.lines) == 0 {
		return ""
	}
	var sum money.Amount
	weights := make([]*big.Rat, len(o.lines))
	for i, line := range o.lines {
		var err error
		if sum, err = sum.Plus(line.total); err != nil {
			return "amount: the order's total is too large"
		}
		weights[i] = line.total.Rat()
	}
	if sum == o.Value.Total {
		return ""
	}
	beyond, err := o.Value.Total.Minus(sum)
	if err != nil {
		return "total: too large"
	}
	if l.options.Rest != option.SpreadLines {
		format := l.Currency.Format
		return fmt.Sprintf("total: the lines sum to %s, which differs by %s from the total of %s; --rest spread spreads what is beyond them (a delivery, a discount) over the lines", format(sum), format(beyond), format(o.Value.Total))
	}
	parts, err := money.Split(o.Value.Total, weights)
	if err != nil {
		return fmt.Sprintf("total: %s cannot be spread over lines that cost nothing", l.Currency.Format(o.Value.Total))
	}
	for i := range o.lines {
		o.lines[i].total = parts[i]
	}
	return ""
}

// makeLines makes the lines of an order whose total and cost are known.
func (l *orderLog) makeLines(o *openOrder) (fault string) {
	if len(o.lines) == 0 {
		return ""
	}
	var err error
	if l.options.CostShare != nil {
		err = o.shareCost()
	}
	if err == nil {
		err = o.records()
	}
	if err != nil {
		return "amount: too large for a line"
	}
	return ""
}

// shareCost divides the cost of the order among its lines by what they cost the customer.
func (o *openOrder) shareCost() error {
	weights := make([]*big.Rat, len(o.lines))
	for i, line := range o.lines {
		weights[i] = line.total.Rat()
	}
	parts, err := money.Split(o.Value.Cost, weights)
	if errors.Is(err, money.ErrNoWeights) { // nothing was paid: the first bears it
		parts, err = make([]money.Amount, len(o.lines)), nil
		parts[0] = o.Value.Cost
	}
	for i := range parts {
		o.lines[i].cost = parts[i]
	}
	return err
}

// records makes the lines of an order.
func (o *openOrder) records() error {
	for _, line := range o.lines {
		made, err := line.records()
		if err != nil {
			return err
		}
		o.Value.Lines = append(o.Value.Lines, made...)
	}
	return nil
}

// records makes one line, of which unit price x quantity is the total. Where no unit price is, because the total of a whole quantity does
// not divide by it, they are two lines, of a minor unit more or less; a quantity with decimals becomes one unit at the total.
func (l logLine) records() ([]bulk.OrderLineRecord, error) {
	unit, err := money.Round(new(big.Rat).Quo(l.total.Rat(), l.quantity.Rat()))
	if err != nil {
		return nil, err
	}
	whole := l.quantity.Rat()
	total, err := costing.LineTotal(unit, l.quantity)
	switch {
	case err != nil:
		return nil, err
	case total == l.total:
		return []bulk.OrderLineRecord{l.record(l.quantity, unit, l.total, l.cost)}, nil
	case !whole.IsInt():
		l.list = nil
		return []bulk.OrderLineRecord{l.record(money.Whole(1), l.total, l.total, l.cost)}, nil
	}
	n := whole.Num().Int64()
	low, more := money.Minor(l.total.Minor()/n), l.total.Minor()%n
	first, second := l.record(money.Whole(n-more), low, money.Minor(low.Minor()*(n-more)), l.cost), l.record(money.Whole(more), money.Minor(low.Minor()+1), money.Minor((low.Minor()+1)*more), money.Amount{})
	weights := []*big.Rat{first.Quantity.Rat(), second.Quantity.Rat()}
	costs, err := money.Split(l.cost, weights)
	if err == nil {
		first.Cost, second.Cost = costs[0], costs[1]
		costs, err = money.Split(l.tax, weights)
	}
	if err == nil {
		first.Tax, second.Tax = costs[0], costs[1]
	}
	return []bulk.OrderLineRecord{first, second}, err
}

// record makes a line, with the steps of its unit price.
func (l logLine) record(quantity money.Decimal, unit, total, cost money.Amount) bulk.OrderLineRecord {
	r := bulk.OrderLineRecord{SKU: l.sku, Title: l.title, Quantity: quantity, Unit: unit, Total: total, Cost: cost, Tax: l.tax, Options: []pricing.Option{}}
	list := unit
	if l.list != nil {
		list = *l.list
	}
	r.PriceLines = []pricing.Line{{Kind: pricing.ListLine, Label: "list price", Amount: list}}
	if less, err := unit.Minus(list); err == nil && !less.IsZero() {
		r.PriceLines = append(r.PriceLines, pricing.Line{Kind: pricing.RuleLine, Label: "imported discount or surcharge", Amount: less})
	}
	return r
}

var whole = money.Whole(1)

// share returns a share, from 0 to 1, of an amount that is not negative, rounded half to even.
func share(of money.Amount, part money.Decimal) (money.Amount, error) {
	const one = 1_000_000_000 // part is in billionths
	if of.Sign() < 0 || part.Sign() < 0 || part.Compare(whole) > 0 {
		return money.Round(new(big.Rat).Mul(of.Rat(), part.Rat()))
	}
	high, low := bits.Mul64(uint64(of.Minor()), uint64(part.Nano()))
	minor, rest := bits.Div64(high, low, one) // not above of
	if 2*rest > one || 2*rest == one && minor%2 == 1 {
		minor++
	}
	return money.Minor(int64(minor)), nil
}
