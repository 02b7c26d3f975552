// Package revenue holds the sales report: what was sold, given back and kept, the tax and the cost of it and the margin, by product,
// category, part of the calendar, segment, staff, kind of customer and partner. It counts by the moment of the order or as booked: what
// each event of an order contributes is said by costing.SoldOrder alone.
//
// Orders to which nothing happened after their completion, nearly all of them, are summed up by the database (unguarded.go, and by their
// lines unguarded_lines.go); the events of the others are computed (changed.go), and so are those of all orders as known at a moment
// (known.go). Nothing is written.
//
// It may import service, service/input, report, books, rates and quote.
package revenue

import (
	"kopeck/service"
	"kopeck/service/quote"
	"kopeck/service/rates"
)

// Service has the verbs of this package.
type Service struct {
	*service.Core

	quote *quote.Service
	rates *rates.Service
}

// New makes the verbs.
func New(core *service.Core, quote *quote.Service, rates *rates.Service) *Service {
	return &Service{Core: core, quote: quote, rates: rates}
}
