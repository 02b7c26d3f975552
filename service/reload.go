package service

import (
	"context"

	"kopeck/pricing"
)

// Reload reads everything that is held in memory anew, at once: for whoever put rows into the database past the verbs.
func (s *Service) Reload(ctx context.Context) error { return s.refresh(system(ctx), everything) }

// PriceBook gives the snapshot that prices and costs come from. It holds the bookings from yesterday on.
func (s *Service) PriceBook() *pricing.Book { return s.book.Load().prices }

// NameKey is by what a name is ordered: folded, the same on both databases. It belongs beside a name that is put into
// the database past the verbs.
func NameKey(name string) string { return nameKey(name) }
