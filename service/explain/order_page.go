package explain

import (
	"fmt"
	"strings"
	"time"
)

// Page implements [Explanation].
func (o *Order) Page() string {
	p := &page{}
	p.row(0, "Order "+o.ID+inBrackets(o.ExternalID), o.Status)
	p.fact("customer", o.Customer.Name+" ("+o.Customer.ID+")")
	p.fact("placed", o.moment(o.At))
	p.fact("due", o.momentOr(o.DueAt))
	p.fact("completed", o.momentOr(o.CompletedAt))
	p.fact("cancelled", o.momentOr(o.CancelledAt))
	p.fact("money in", o.Currency)
	for i := range o.Lines {
		o.lineOn(p, i)
	}
	p.head("The order")
	p.row(1, "total of the lines", o.Total)
	p.row(1, "refunded", minus(o.Refunded))
	taxOn(p, o.Tax, o.RefundedTax, o.onTop, "")
	cost := "cost"
	if o.CostStated {
		cost += ", as it came with the import"
	}
	p.row(1, cost, minus(o.Cost))
	if o.Margin != "" {
		p.sum(1, "margin", o.Margin)
	} else {
		p.row(1, "no margin: the order was cancelled", "")
	}
	o.refundsOn(p)
	if len(o.Credits) > 0 {
		p.head("Who earned the margin")
		for _, c := range o.Credits {
			what := "no contact"
			if c.Contact != nil {
				what = fmt.Sprintf("%s %s %s %s", o.moment(c.Contact.At), c.Contact.Kind, c.Contact.Channel, c.Contact.ID)
			}
			p.row(1, what+", share "+c.Share, c.Amount)
		}
		p.sum(1, "margin", o.Margin)
	}
	p.head("History")
	for _, e := range o.History {
		p.row(1, o.eventText(e), "")
	}
	return p.String()
}

func (o *Order) momentOr(at *time.Time) string {
	if at == nil {
		return ""
	}
	return o.moment(*at)
}

// lineOn writes a line of the order.
func (o *Order) lineOn(p *page, i int) {
	l := &o.Lines[i]
	p.head(fmt.Sprintf("%d. %s %s", i+1, l.SKU, l.Name))
	p.row(1, fmt.Sprintf("%s at %s, lead time %d days", l.Quantity, l.Unit, l.LeadDays), l.Total)
	choicesOn(p, "chosen", l.Options)
	choicesOn(p, "measured", l.Measurements)
	if len(l.PriceLines) > 0 {
		p.row(1, "price of one", "")
		stepsOn(p, l.PriceLines, l.Unit)
	}
	if l.Agreement != nil {
		p.row(2, "agreement "+l.Agreement.ID+" at "+l.Agreement.Unit+reasonText(l.Agreement.Reason), "")
	}
	for _, r := range l.NotApplied {
		p.row(2, "not applied: "+r.What+": "+r.Reason, "")
	}
	if l.PricedAgain != "" && l.PricedAgain != l.Unit {
		p.row(2, "by the facts known for that moment today it is "+l.PricedAgain, "")
	}
	p.row(1, "cost", "")
	if l.Recipe != nil {
		p.row(2, o.recipeText(l.Recipe), "")
	}
	costsOn(p, l.CostLines, l.Cost, l.Quantity, o.moment)
	p.row(1, "total", l.Total)
	p.row(1, "refunded"+partText(l.RefundedQuantity, "of "+l.Quantity)+shareText(l.RefundedByAmount), minus(l.Refunded))
	share := ""
	if l.TaxCode != "" {
		share = ", " + l.TaxCode + " at " + l.TaxShare
	}
	if by := l.TaxRate; by != nil && by.Exempt {
		p.row(1, "no tax: the customer is exempt from "+l.TaxCode+" at "+by.Share+by.text(o.moment), "")
	} else if by != nil {
		share += by.text(o.moment)
	}
	taxOn(p, l.Tax, l.RefundedTax, o.onTop, share)
	p.row(1, "cost"+partText(l.ReturnedQuantity, "came back to stock"), minus(l.Cost))
	if l.Margin != "" {
		p.sum(1, "margin of the line", l.Margin)
	}
}

// text says from when the rate is, and since when it is known.
func (r *TaxRate) text(moment func(time.Time) string) string {
	return ", from " + moment(r.ValidFrom) + ", known since " + moment(r.RecordedAt)
}

// taxOn writes the tax that is part of a total, and of what was given back; what comes on top of it is no part of the sum.
func taxOn(p *page, tax, refunded string, onTop bool, share string) {
	if minus(tax) == tax {
		return // nothing
	}
	if onTop {
		p.row(1, "tax on top"+share+": "+tax+", given back "+refunded, "")
		return
	}
	p.row(1, "tax in it"+share, minus(tax))
	if minus(refunded) != refunded {
		p.row(1, "tax in what was given back", refunded)
	}
}

func choicesOn(p *page, what string, all []Choice) {
	for _, c := range all {
		p.row(1, what+": "+strings.TrimSpace(c.Name+" = "+c.Value+" "+c.Unit), "")
	}
}

func stepsOn(p *page, steps []Step, unit string) {
	for _, step := range steps {
		p.row(2, step.Kind+" "+step.Label, step.Amount)
	}
	p.sum(2, "unit price", unit)
}

// costsOn writes the lines of a cost. quantity is how much of the product they are of: what one takes multiplies out, and the amount of the
// whole is divided so that the lines sum to the cost.
func costsOn(p *page, lines []Cost, cost, quantity string, moment func(time.Time) string) {
	for _, line := range lines {
		text := line.Kind + " " + line.Label + ": " + line.Quantity + " " + line.QuantityUnit
		if line.UnitAmount != "" {
			text = line.Kind + " " + line.Label + ": " + line.UnitQuantity + " " + line.QuantityUnit
		}
		if line.RateValidFrom != nil {
			text += " x " + line.Rate + " per " + line.RateUnit + ", from " + moment(*line.RateValidFrom)
			if line.RateRecordedAt != nil {
				text += ", known since " + moment(*line.RateRecordedAt)
			}
		}
		if line.UnitAmount != "" {
			text += ": " + line.UnitAmount + " of one, x " + quantity
		}
		p.row(2, text, line.Amount)
	}
	p.sum(2, "cost", cost)
}

// refundsOn writes the refunds.
func (o *Order) refundsOn(p *page) {
	if len(o.Refunds) == 0 {
		return
	}
	p.head("Refunds")
	for _, r := range o.Refunds {
		text := o.moment(r.At) + recordedLater(r.At, r.RecordedAt, o.moment) + " by " + r.By
		if r.GoodsReturned {
			text += ", goods came back"
		}
		p.row(1, text+reasonText(r.Reason), r.Amount)
		for _, part := range r.Lines {
			p.row(2, part.Quantity+" of "+part.SKU+", cost that came back "+part.Cost, part.Amount)
		}
	}
	p.sum(1, "refunded", o.Refunded)
}

// eventText writes something that was done.
func (o *Order) eventText(e Event) string {
	text := o.moment(e.At) + recordedLater(e.At, e.RecordedAt, o.moment) + " " + e.Kind
	if e.By != "" {
		text += " by " + e.By
	}
	if e.Due != nil {
		text += ", due " + o.moment(*e.Due)
	}
	if e.After != "" {
		text += ", from " + e.Before + " to " + e.After
		if e.TaxAfter != "" {
			text += ", tax from " + e.TaxBefore + " to " + e.TaxAfter
		}
	}
	if len(e.Rates) > 0 {
		text += ", because of " + strings.Join(e.Rates, ", ")
	}
	if e.Recipe != nil {
		text += ", because of " + o.recipeText(e.Recipe)
		if e.Reason == e.Recipe.Reason { // it is said already
			return text
		}
	}
	if e.TaxCause != nil {
		text += ", because of " + e.TaxCause.text(o.moment)
	}
	return text + reasonText(e.Reason)
}

// text says which tax code or exemption something rests on.
func (c *TaxCause) text(moment func(time.Time) string) string {
	from := " from " + moment(c.From)
	switch {
	case c.SKU != "" && c.Code != "":
		return "the tax code " + c.Code + " of " + c.SKU + from
	case c.SKU != "":
		return "no tax code of " + c.SKU + from
	case c.Reason != "":
		return "the customer's exemption from tax" + from + reasonText(c.Reason)
	}
	return "the end of the customer's exemption from tax" + from
}

// recordedLater says when something was recorded, if that was a minute or more after it happened.
func recordedLater(at, recorded time.Time, moment func(time.Time) string) string {
	if recorded.Sub(at) < time.Minute {
		return ""
	}
	return " (recorded " + moment(recorded) + ")"
}

// recipeText says which recipe something rests on.
func (o *Order) recipeText(r *Recipe) string {
	text := "the recipe of " + r.SKU + " (" + r.ID + ") from " + o.moment(r.ValidFrom) + ", recorded " + o.moment(r.RecordedAt) + " by " + r.By
	return text + reasonText(r.Reason)
}

// shareText says how much of a refund is of refunds that name an amount; nothing for none.
func shareText(amount string) string {
	if minus(amount) == amount {
		return ""
	}
	return ", with " + amount + " of what was given back of the whole order"
}

func reasonText(reason string) string {
	if reason == "" {
		return ""
	}
	return ": " + reason
}

func inBrackets(text string) string {
	if text == "" {
		return ""
	}
	return " (" + text + ")"
}

// partText says of how much of a quantity something is; nothing for none.
func partText(quantity, of string) string {
	if quantity == "0" {
		return ""
	}
	return ", " + quantity + " " + of
}
