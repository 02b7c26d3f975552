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

// checkSize refuses a price whose total or whose cost is more than may be stated (see [money.Most]): a few of them would be more than the
// books hold. Error: money.ErrOverflow.
func (w *waterfall) checkSize() error {
	cost, err := costing.LineCost(w.answer.Cost.Full, w.question.Quantity)
	if err == nil && (w.answer.Unit.TooLarge() || w.answer.Total.TooLarge() || cost.TooLarge()) {
		err = money.ErrOverflow
	}
	return err
}
