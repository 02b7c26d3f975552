package costing

import (
	"math/big"

	"kopeck/money"
)

// TaxedLine is a line of an order as far as its tax is given back. An order without lines is one line without an ID.
type TaxedLine struct {
	ID         string
	Total, Tax money.Amount
}

// GivenBack is a refund: of lines or, without any, of an amount.
type GivenBack struct {
	Amount money.Amount
	Lines  []GivenLine
}

// GivenLine is the part of a refund that is of a line.
type GivenLine struct {
	LineID string
	Amount money.Amount
}

// RefundTaxes is what of the tax of an order is given back.
type RefundTaxes struct {
	Sum     money.Amount
	ByLine  []money.Amount   // of the order's lines
	Refunds []money.Amount   // of each refund
	Parts   [][]money.Amount // of the lines of each refund
}

// DivideRefundTaxes returns the tax that refunds give back of an order's lines, in the order in which they were given. Of a line it is the
// share of its tax that was given back of its total (see [RefundedTax]); what refunds of an amount give back of each line is as
// [DivideRefunds] says. A refund of a line has what it adds to that of those before it; the rest is divided among the refunds of an
// amount, by largest remainder. So all of it follows from the refunds there are, whatever the order in which they became known, and
// with everything given back it is the whole tax. Errors: money.ErrOverflow, money.ErrNoWeights.
func DivideRefundTaxes(lines []TaxedLine, refunds []GivenBack) (RefundTaxes, error) {
	t := RefundTaxes{ByLine: make([]money.Amount, len(lines)), Refunds: make([]money.Amount, len(refunds)), Parts: make([][]money.Amount, len(refunds))}
	place, given := make(map[string]int, len(lines)), make([]money.Amount, len(lines))
	for n, line := range lines {
		place[line.ID] = n
	}
	var byAmount money.Amount
	var err error
	for i, r := range refunds {
		if len(r.Lines) == 0 {
			if byAmount, err = byAmount.Plus(r.Amount); err != nil {
				return t, err
			}
		}
		for _, part := range r.Lines {
			more, err := t.add(lines, place[part.LineID], given, part.Amount)
			if err != nil {
				return t, err
			}
			t.Parts[i] = append(t.Parts[i], more)
			if t.Refunds[i], err = t.Refunds[i].Plus(more); err != nil {
				return t, err
			}
		}
	}
	return t, t.addAmounts(lines, given, refunds, byAmount)
}

// add gives back an amount of a line, after others, and returns the tax of it.
func (t *RefundTaxes) add(lines []TaxedLine, n int, given []money.Amount, amount money.Amount) (money.Amount, error) {
	var err error
	if given[n], err = given[n].Plus(amount); err != nil {
		return money.Amount{}, err
	}
	all, err := RefundedTax(lines[n].Tax, given[n], lines[n].Total)
	if err != nil {
		return money.Amount{}, err
	}
	more, err := all.Minus(t.ByLine[n])
	if err != nil {
		return money.Amount{}, err
	}
	t.ByLine[n] = all
	t.Sum, err = t.Sum.Plus(more)
	return more, err
}

// addAmounts gives back what refunds of an amount do.
func (t *RefundTaxes) addAmounts(lines []TaxedLine, given []money.Amount, refunds []GivenBack, byAmount money.Amount) error {
	if byAmount.IsZero() {
		return nil
	}
	left := make([]money.Amount, len(lines))
	var err error
	for n, line := range lines {
		if left[n], err = line.Total.Minus(given[n]); err != nil {
			return err
		}
	}
	shares, err := DivideRefunds(byAmount, left)
	if err != nil {
		return err
	}
	var tax money.Amount
	for n := range lines {
		more, err := t.add(lines, n, given, shares[n])
		if err != nil {
			return err
		}
		if tax, err = tax.Plus(more); err != nil {
			return err
		}
	}
	weights := make([]*big.Rat, len(refunds))
	for i, r := range refunds {
		weights[i] = new(big.Rat)
		if len(r.Lines) == 0 {
			weights[i] = r.Amount.Rat()
		}
	}
	parts, err := money.Split(tax, weights)
	if err != nil {
		return err
	}
	for i, r := range refunds {
		if len(r.Lines) == 0 {
			t.Refunds[i] = parts[i]
		}
	}
	return nil
}
