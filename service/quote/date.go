package quote

import (
	"time"

	"kopeck/costing"
)

// PriceDate is the day that a price is for, by the capacity that was free at its moment.
type PriceDate struct {
	LeadDays         int
	ReadyOn          time.Time // by its beginning
	Holds            bool
	Earliest         *time.Time // the first day for which the free capacity suffices, by its beginning; nil for none
	EarliestLeadDays *int
}

// Date returns the day that the price is for. It takes no statement.
func (p *Price) Date() *PriceDate {
	basis := p.from.prices.Basis()
	first := costing.Day(p.At, basis.Zone)
	day, ok := costing.Earliest(p.Cost.Usage, first, basis.Calendar, basis.Bookings, p.At)
	date := &PriceDate{LeadDays: p.LeadDays, ReadyOn: costing.StartOfDay(first+p.LeadDays, basis.Zone), Holds: ok && day <= first+p.LeadDays}
	if ok {
		earliest, lead := costing.StartOfDay(day, basis.Zone), day-first
		date.Earliest, date.EarliestLeadDays = &earliest, &lead
	}
	return date
}
