package pricing

import (
	"math/big"

	"kopeck/costing"
	"kopeck/money"
)

// options adds the surcharge of each chosen option that has one: surcharge x units of the option, rounded once, half to even, on a
// line of its own. A surcharge is income: what an option is made of is in the cost.
func (w *waterfall) options(s Step) error {
	if len(w.question.Options) == 0 {
		return nil
	}
	units, err := costing.CheckChosen(w.product, w.question.Options)
	if err != nil {
		return err
	}
	for i, option := range w.product.Options {
		if units[i].IsZero() || option.Surcharge.IsZero() {
			continue
		}
		surcharge, err := money.Round(new(big.Rat).Mul(option.Surcharge.Rat(), units[i].Rat()))
		if err != nil {
			return err
		}
		to, err := w.running.Plus(surcharge)
		if err != nil {
			return err
		}
		if err := w.addLine(s, option.Name, option.ID, to); err != nil {
			return err
		}
	}
	w.answer.List = w.running
	return nil
}
