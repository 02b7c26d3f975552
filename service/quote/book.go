package quote

import (
	"context"
	"fmt"
	"time"

	"kopeck/costing"
	"kopeck/ent"
	"kopeck/pricing"
	"kopeck/service"
	"kopeck/store"
)

// book is the price book: an immutable snapshot of the rows that prices come from, swapped whole when any of
// them changes. It holds the dated rows with both their times, so it also answers for the past; only bookings of
// past days are read when they are asked for.
type book struct {
	prices   *pricing.Book
	products map[string]*ent.Product
	bySKU    []*ent.Product // the whole catalogue, by sku
	rules    []*ent.PriceRule
	ruleByID map[string]*ent.PriceRule
	firstDay int // bookings before this day are not in it
	readAt   time.Time
}

// BookReadAt is when the price book was read; its age is a metric.
func (s *Service) BookReadAt() time.Time { return s.book.Load().readAt }

// Products are the whole catalogue, by sku, from memory.
func (s *Service) Products() []*ent.Product { return s.book.Load().bySKU }

// refreshBook reads the price book and swaps it.
func (s *Service) refreshBook(ctx context.Context, tx *store.Tx) error {
	b, err := s.readBook(ctx, tx, s.book.Load())
	if err != nil {
		return err
	}
	s.book.Store(b)
	return nil
}

// lastDay is later than any day that is booked.
const lastDay = 1 << 30

// refreshBookings reads the price book's bookings from yesterday on, and swaps the book.
func (s *Service) refreshBookings(ctx context.Context, tx *store.Tx) error {
	before := s.book.Load()
	after := *before
	after.readAt = s.Now()
	after.firstDay = s.Settings().Day(after.readAt) - 1
	bookings, err := readBookings(ctx, tx, after.firstDay, lastDay)
	if err != nil {
		return err
	}
	after.prices = before.prices.WithBookings(bookings)
	s.book.Store(&after)
	return nil
}

// Product gives a product by id from memory, nil for none.
func (s *Service) Product(productID string) *ent.Product { return s.book.Load().products[productID] }

// PriceRule gives a price rule by id from memory, nil for none.
func (s *Service) PriceRule(ruleID string) *ent.PriceRule { return s.book.Load().ruleByID[ruleID] }

// pricesAt gives the book for a moment: the snapshot, or for a moment before its bookings the same with theirs; and with the step, the
// calendar and the load that were set then, so that a question about the past has the same answer for ever.
func (s *Service) pricesAt(ctx context.Context, b *book, at time.Time) (*pricing.Book, error) {
	now := s.Settings()
	prices, day := AsSet(b.prices, s.SettingsAt(at), now), now.Day(at)
	if day >= b.firstDay {
		return prices, nil
	}
	bookings, err := s.bookingsBetween(ctx, day, day+costing.MaxLeadDays)
	if err != nil {
		return nil, fmt.Errorf("quote: bookings of %s: %w", at, err)
	}
	return prices.WithBookings(bookings), nil
}

// AsSet gives a book, which is as it is set now, as it was set then.
func AsSet(prices *pricing.Book, then, now *service.Settings) *pricing.Book {
	if then.PricesAs(now) {
		return prices
	}
	return prices.WithChoices(then.PriceStep, then.Calendar, then.Load)
}

// PublicBook gives the snapshot that public prices of a time come from: with the bookings of its days where a rule asks for the load.
func (s *Service) PublicBook(ctx context.Context, from, to time.Time) (*pricing.Book, error) {
	b, now := s.book.Load(), s.Settings()
	if !b.prices.AsksForLoad() || now.Day(from) >= b.firstDay {
		return b.prices, nil
	}
	bookings, err := s.bookingsBetween(ctx, now.Day(from), now.Day(to)+costing.MaxLeadDays)
	if err != nil {
		return nil, fmt.Errorf("quote: bookings from %s: %w", from, err)
	}
	return b.prices.WithBookings(bookings), nil
}

// PriceBook gives the snapshot that prices and costs come from. It holds the bookings from yesterday on.
func (s *Service) PriceBook() *pricing.Book { return s.book.Load().prices }

// PriceBookAt gives the price book for a moment: the snapshot, or for a moment before its bookings the same with theirs.
func (s *Service) PriceBookAt(ctx context.Context, at time.Time) (*pricing.Book, error) {
	return s.pricesAt(ctx, s.book.Load(), at)
}
