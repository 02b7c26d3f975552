package quote

import (
	"slices"
	"time"

	"kopeck/costing"
	"kopeck/ent"
	"kopeck/money"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/service/input"
)

// Proposal is one side of the triangle of fast, quality and cheap: see the API.
type Proposal struct {
	Segment  schema.Segment
	Suits    bool
	Grade    *string
	LeadDays int
	ReadyOn  time.Time
	Price    *Price
	Note     *string
}

// Proposals prices a product three times, what suits the customer's segment first. Errors as Price.
func (q *Quotes) Proposals(c *ent.Customer, productID string, amount *money.Exact, options []*service.OptionInput) ([]*Proposal, error) {
	price, err := q.Price(c, productID, amount, options, nil) // which checks the question
	if err != nil {
		return nil, err
	}
	question := price.question
	triangle, err := q.prices.Triangle(question)
	if err != nil {
		return nil, priceFaultFor(q.costs, err)
	}
	zone := q.service.Settings().Zone
	proposals := make([]*Proposal, len(triangle))
	for i, p := range triangle {
		prices := q.pricesFor(question, p.Answer)
		if prices != q.prices {
			own, err := prices.Triangle(question)
			if err != nil {
				return nil, PriceFault(err)
			}
			p = own[i]
		}
		proposals[i] = &Proposal{
			Segment: schema.Segment(p.Segment), Suits: string(input.OrZero(c.Segment)) == p.Segment, Grade: input.NonEmpty(p.Grade), LeadDays: p.Answer.LeadDays,
			ReadyOn: costing.StartOfDay(costing.Day(q.at, zone)+p.Answer.LeadDays, zone), Price: q.answered(prices, question, p.Answer), Note: input.NonEmpty(p.Note),
		}
	}
	slices.SortStableFunc(proposals, func(a, b *Proposal) int {
		switch {
		case a.Suits == b.Suits:
			return 0
		case a.Suits:
			return -1
		}
		return 1
	})
	return proposals, nil
}
