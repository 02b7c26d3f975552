package pricing

import "fmt"

// leadTime adds what the lead time changes in the marginal cost against the standard one, x (1 + markup).
// A near day on scarce capacity is dearer, a late one on idle capacity cheaper.
func (w *waterfall) leadTime(s Step) error {
	difference, err := w.answer.Cost.Marginal.Minus(w.standard)
	if err != nil || difference.IsZero() {
		return err
	}
	change, err := w.marked(difference, w.tax.Applied())
	if err != nil || change.IsZero() {
		return err
	}
	to, err := w.running.Plus(change)
	if err != nil {
		return err
	}
	return w.addLine(s, fmt.Sprintf("%d days instead of %d", w.answer.LeadDays, w.product.StandardLeadDays), "", to)
}
