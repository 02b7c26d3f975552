package value

import (
	"kopeck/ent"
	"kopeck/money"
)

// origin is what a lifetime value was computed from.
type origin struct {
	customerID string
	earnings   Earnings
}

// Of records whose value it is, and from which earnings it was computed.
func (v *LifetimeValue) Of(c *ent.Customer, e Earnings) { v.origin = origin{c.ID, e} }

// Roundness returns whose value it is, and the greatest amount among the customer's earnings: how the amounts of the value are rounded
// for viewers who may not see them exactly follows from both.
func (v *LifetimeValue) Roundness() (of string, greatest money.Amount) {
	e := v.origin.earnings
	for _, one := range []money.Amount{e.Margin, e.ContactCost, e.AcquisitionCost, v.Future} {
		if one.Step(1).Compare(greatest.Step(1)) >= 0 {
			greatest = one
		}
	}
	return "lifetime value " + v.origin.customerID, greatest
}

// Roundness returns that of the value.
func (i *LifetimeInterval) Roundness() (of string, greatest money.Amount) {
	return i.value.Roundness()
}
