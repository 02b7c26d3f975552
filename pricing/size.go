package pricing

import (
	"fmt"

	"kopeck/costing"
	"kopeck/money"
)

// Bounds of a question. What is beyond them is refused by what was asked, before anything is computed: where a cost no longer fits would
// tell what it is.
var (
	// MaxQuantity is the greatest quantity of a price.
	MaxQuantity = money.Whole(1_000_000)
	// maxUnits is how many units of an option there are in a unit of the product at most.
	maxUnits = money.Whole(10_000)
)

// checkUnits refuses too many units of an option. Error: *costing.OptionError.
func checkUnits(product costing.Product, q Question) error {
	for i, chosen := range q.Options {
		for _, option := range product.Options {
			if option.Code != chosen.Code {
				continue
			}
			if units, err := chosen.Units(); err == nil && units.Compare(maxUnits) > 0 {
				return &costing.OptionError{Index: i, Field: "value", Reason: fmt.Sprintf("want at most %s units of an option", maxUnits)}
			}
		}
	}
	return nil
}

// checkSize refuses a price that is more than may be stated, or whose total is (see [money.Most]): a few of them would be more than the
// books hold. What the goods cost does not decide: whoever asks for a price sees its total, and would find at which quantity the cost is
// too large. The cost of an order is bounded instead, see [costing.BoundedCost]. Error: money.ErrOverflow.
func (w *waterfall) checkSize() error {
	if w.answer.Unit.TooLarge() || w.answer.Total.TooLarge() {
		return money.ErrOverflow
	}
	return nil
}
