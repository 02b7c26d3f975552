package lifetime

import (
	"slices"
	"time"

	"kopeck/money"
)

// OrderStatus says what became of an order. The values are those of the API's OrderStatus; an order of another status is none
// that was sold, and counts for nothing.
type OrderStatus string

// The statuses of orders that were sold, and of those that never will be.
const (
	OrderCompleted OrderStatus = "COMPLETED"
	OrderRefunded  OrderStatus = "REFUNDED"  // given back in full
	OrderCancelled OrderStatus = "CANCELLED" // it has never been
)

// SoldStatuses are the statuses of orders that were sold: they have a margin, which counts in all sums and is credited. Of an order
// given back in full that is what its goods had cost.
func SoldStatuses() []OrderStatus { return []OrderStatus{OrderCompleted, OrderRefunded} }

// Sold reports whether orders of the status were sold.
func (s OrderStatus) Sold() bool { return slices.Contains(SoldStatuses(), s) }

// Order is what the statistics of a customer take from an order.
type Order struct {
	Status      OrderStatus
	Day         int // the calendar day of At in the installation's time zone, as costing.Day counts
	At          time.Time
	CompletedAt time.Time    // zero where that is not known
	Margin      money.Amount // total - refunded - cost, as costing.OrderMargin returns it
}

// Statistics are what the orders of one customer come to (design, section 7). Days and times are those of completed orders
// alone, so that an order given back in full is as if it had never been. Margin has what its goods had cost, which is money lost;
// what later orders are expected to earn is computed without RefundedMargin.
type Statistics struct {
	OrderDays         int // distinct days; x + 1 of Stats
	FirstDay, LastDay int // 0 where there are no order days
	Margin            money.Amount
	RepeatMargin      money.Amount // of completed orders after the first order day
	RefundedMargin    money.Amount // the part of Margin that is of orders given back in full
	Recent            Recent       // the completed order days of the last year
	LastOrderAt       time.Time    // 1970-01-01 UTC where there is none
	LastCompletedAt   time.Time    // zero where there is none
}

// NoStatistics returns the statistics of a customer without orders.
func NoStatistics() Statistics { return Statistics{LastOrderAt: time.Unix(0, 0).UTC()} }

// StatisticsOf returns the statistics of a customer from all their orders, in any order. Error: money.ErrOverflow.
func StatisticsOf(orders []Order) (Statistics, error) {
	s := NoStatistics()
	days, recent := make([]int, 0, len(orders)), make([]recentDay, 0, len(orders))
	for _, o := range orders {
		if o.Status != OrderCompleted {
			continue
		}
		if len(days) == 0 || o.At.After(s.LastOrderAt) {
			s.LastOrderAt = o.At
		}
		if o.CompletedAt.After(s.LastCompletedAt) {
			s.LastCompletedAt = o.CompletedAt
		}
		days = append(days, o.Day)
		recent = append(recent, recentDay{o.Day, o.Margin})
	}
	if len(days) > 0 {
		slices.Sort(days)
		s.FirstDay, s.LastDay = days[0], days[len(days)-1]
		s.OrderDays = len(slices.Compact(days))
	}
	var err error
	if s.Recent, err = recentOf(recent); err != nil {
		return s, err
	}
	return s, s.addMargins(orders)
}

// addMargins adds up the margins of orders, given the first order day.
func (s *Statistics) addMargins(orders []Order) (err error) {
	for _, o := range orders {
		if !o.Status.Sold() {
			continue
		}
		if s.Margin, err = s.Margin.Plus(o.Margin); err != nil {
			return err
		}
		if o.Status == OrderRefunded {
			if s.RefundedMargin, err = s.RefundedMargin.Plus(o.Margin); err != nil {
				return err
			}
			continue
		}
		if o.Day <= s.FirstDay {
			continue
		}
		if s.RepeatMargin, err = s.RepeatMargin.Plus(o.Margin); err != nil {
			return err
		}
	}
	return nil
}

// Past returns what a customer has been worth: the margin of their orders - the cost of their contacts - the cost of acquiring
// them. Error: money.ErrOverflow.
func Past(margin, contactCost, acquisitionCost money.Amount) (money.Amount, error) {
	past, err := margin.Minus(contactCost)
	if err != nil {
		return money.Amount{}, err
	}
	return past.Minus(acquisitionCost)
}
