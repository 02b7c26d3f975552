package bulk

import (
	"context"
	"errors"
	"fmt"

	"kopeck/service/contacts"
	"kopeck/service/customers"
	"kopeck/store"
)

// readTogether is how many records are read at a time, which an export has in memory.
const readTogether = 1000

// opaque wraps an error so that the store does not recognise it as one after which it runs the transaction again.
type opaque struct{ err error }

// ExportOrders calls each for every order, by id, from one snapshot of the database. It works as the system, past the guard:
// it is for the command line. The record is valid until the next call.
func (s *Service) ExportOrders(ctx context.Context, each func(*OrderRecord) error) error {
	return export(ctx, s, each, func(r *OrderRecord) string { return r.ID }, (*chunk).exportedOrders)
}

// ExportCustomers calls each for every customer, also for those deleted: the books have what they bought. See ExportOrders.
func (s *Service) ExportCustomers(ctx context.Context, each func(*customers.Record) error) error {
	return export(ctx, s, each, func(r *customers.Record) string { return r.ID }, (*chunk).exportedCustomers)
}

// ExportContacts calls each for every contact. See ExportOrders.
func (s *Service) ExportContacts(ctx context.Context, each func(*contacts.Record) error) error {
	return export(ctx, s, each, func(r *contacts.Record) string { return r.ID }, (*chunk).exportedContacts)
}

func export[T any](ctx context.Context, s *Service, each func(*T) error, idOf func(*T) string, after func(*chunk, context.Context, string) ([]T, error)) error {
	ctx = bypassGuard(ctx)
	begun := false
	return s.Store.Read(ctx, func(ctx context.Context, tx *store.Tx) error {
		c := &chunk{Import: &Import{service: s}, reader: tx}
		for last := ""; ; {
			records, err := after(c, ctx, last)
			if err != nil || len(records) == 0 {
				if begun && err != nil {
					err = fmt.Errorf("the export was interrupted: %w", opaque{err}) // it must not be retried: a part of it has been written
				}
				return err
			}
			begun, last = true, idOf(&records[len(records)-1])
			for n := range records {
				if err := each(&records[n]); err != nil {
					return err
				}
			}
		}
	})
}

// Error implements error.
func (o opaque) Error() string { return o.err.Error() }

// Is makes errors.Is find context.Canceled and context.DeadlineExceeded.
func (o opaque) Is(target error) bool {
	return (target == context.Canceled || target == context.DeadlineExceeded) && errors.Is(o.err, target)
}
