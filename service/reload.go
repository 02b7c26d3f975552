package service

import (
	"context"
	"time"

	"kopeck/auth"
	"kopeck/pricing"
)

// Reload reads everything that is held in memory anew, at once: for whoever put rows into the database past the verbs.
func (s *Service) Reload(ctx context.Context) error { return s.refresh(auth.System(ctx), everything) }

// PriceBook gives the snapshot that prices and costs come from. It holds the bookings from yesterday on.
func (s *Service) PriceBook() *pricing.Book { return s.book.Load().prices }

// PriceBookAt gives the price book for a moment: the snapshot, or for a moment before its bookings the same with theirs.
func (s *Service) PriceBookAt(ctx context.Context, at time.Time) (*pricing.Book, error) {
	return s.pricesAt(ctx, s.book.Load(), at)
}

// NameKey is by what a name is ordered: folded, the same on both databases. It belongs beside a name that is put into
// the database past the verbs.
func NameKey(name string) string { return nameKey(name) }
