package demo

import (
	"slices"

	"kopeck/id"
	"kopeck/schema"
)

// expectedSheet is what customers said in a contact before an offer that they thought a fair price of its first product: those who accepted were
// mostly named a price near it, and those who did not one farther from it, so that the report has a curve.
func (c *company) expectedSheet() sheet {
	s := sheet{table: "expected_prices", columns: []string{"id", "created_at", "updated_at", "customer_id", "product_id", "unit", "at", "contact_id", "segment", "recorded_by"}}
	r := c.draws("expected", 0)
	for _, o := range c.offers {
		if len(o.lines) == 0 || o.status == schema.OfferWithdrawn || r.Float64() > 0.5 {
			continue
		}
		said := saidBefore(o)
		if said == nil {
			continue
		}
		gap := 22 + int64(14*r.NormFloat64()) // per cent
		if o.status == schema.OfferAccepted {
			gap = 5 + int64(12*r.NormFloat64())
		}
		l := o.lines[0]
		ten := 10 * c.currency.MinorPerMajor()
		unit := max(1, l.unit.Minor()*100/(100+max(gap, -30))/ten) * ten // a round number, as people say it
		at := said.recorded
		s.rows = append(s.rows, []any{
			drawID(r, id.ExpectedPrice, at), at, at, o.person.id, productID(l.sku), unit, said.at, said.id, orNil(string(o.person.segment)), said.staff.Email,
		})
	}
	return s
}

// saidBefore is the contact in which a customer spoke with somebody of ours last before an offer, at most a month earlier; nil for none.
func saidBefore(o *offer) *contact {
	var last *contact
	for _, one := range o.person.contacts {
		spoken := slices.Contains([]schema.ContactKind{schema.InfoCall, schema.Visit, schema.Meeting}, one.kind)
		if spoken && one.staff != nil && one.recorded.Before(o.created) && one.at.After(o.created.AddDate(0, -1, 0)) && (last == nil || one.at.After(last.at)) {
			last = one
		}
	}
	return last
}
