package quote

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"time"

	"kopeck/costing"
	"kopeck/fault"
	"kopeck/money"
	"kopeck/pricing"
)

// PriceDate is the day that a price is for, by the capacity that was free at its moment.
type PriceDate struct {
	LeadDays         int
	ReadyOn          time.Time // by its beginning
	Holds            bool
	Earliest         *time.Time // the first day for which the free capacity suffices, by its beginning; nil for none
	EarliestLeadDays *int
	HeldUntil        *time.Time // nil where nothing was asked to be held, or the day does not hold
}

// Held is what came of holding the capacity of a price.
type Held struct {
	Until    *time.Time // nil where the day does not hold
	Earliest int        // the first day that does
	Some     bool       // whether there is one
}

// Hold sets what came of holding the capacity of the price.
func (p *Price) Hold(h Held) { p.held = &h }

// Key is a digest of what a price was asked for, but of its lead time, which a token and a promise of it have too: what is held by it. So
// what is held for one day is free to the same customer for the same on another.
func (p *Price) Key() string {
	return holdKey(p.CustomerID, p.ProductID, p.Quantity, p.options)
}

// Key is the key of the price that was promised to a customer: see [Price.Key]. customerID is who answers for them now.
func (p Promise) Key(customerID string) string {
	return holdKey(customerID, p.ProductID, p.Quantity, p.Options)
}

// holdKey begins with the id of the customer, which a merge replaces.
func holdKey(customer, product string, quantity money.Decimal, options []pricing.Option) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%s %s %q", product, quantity, options))
	return customer + ":" + hex.EncodeToString(sum[:16])
}

// CheckHold returns a fault unless the capacity of the price may be held: INVALID for a price of another moment, WRONG_STATE for a product
// off the catalogue.
func (s *Service) CheckHold(p *Price) error {
	switch product := s.Product(p.ProductID); {
	case !p.from.now || p.supposed || p.At.After(s.Now()):
		return fault.Invalidf("hold", "only the capacity of a price of now is held: leave out at")
	case product == nil || !product.Active:
		return fault.New(fault.WrongState, "productId", "the product is off the catalogue")
	}
	return nil
}

// Date returns the day that the price is for. It takes no statement.
func (p *Price) Date() *PriceDate {
	basis := p.prices.Basis()
	first := costing.Day(p.At, basis.Zone)
	day, ok := costing.Earliest(p.Cost.Usage, first, basis.Calendar, basis.Bookings, p.At)
	if p.held != nil {
		day, ok = p.held.Earliest, p.held.Some
	}
	date := &PriceDate{LeadDays: p.LeadDays, ReadyOn: costing.StartOfDay(first+p.LeadDays, basis.Zone), Holds: ok && day <= first+p.LeadDays}
	if p.held != nil {
		date.HeldUntil = p.held.Until
	}
	if ok {
		earliest, lead := costing.StartOfDay(day, basis.Zone), day-first
		date.Earliest, date.EarliestLeadDays = &earliest, &lead
	}
	return date
}
