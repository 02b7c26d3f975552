package books

import (
	"context"
	"errors"
	"time"

	"kopeck/fault"
	"kopeck/money"
	"kopeck/service/input"
	"kopeck/store"
)

// maxOffenders is how many orders a ledger check names.
const maxOffenders = 100

// LedgerCheck is whether the books are closed: Difference is Margin - Credited - Unattributed.
type LedgerCheck struct {
	Balanced     bool
	Orders       int
	Margin       money.Amount
	Credited     money.Amount
	Unattributed money.Amount
	Difference   money.Amount
	Offenders    []string
}

// CheckLedger sums the margins of the orders sold, by when they were ordered (from included, to not), and what was
// credited and left unattributed of them, on one snapshot of the database. Offenders are the first 100 orders, by id, that
// do not balance in themselves: two errors that cancel out in the sums are still found.
func (s *Service) CheckLedger(ctx context.Context, from, to *time.Time) (*LedgerCheck, error) {
	if from != nil && to != nil && to.Before(*from) {
		return nil, fault.Invalidf("to", "must not be before from")
	}
	var check *LedgerCheck
	err := s.Store.Read(ctx, func(ctx context.Context, tx *store.Tx) (err error) {
		check, err = sumLedger(ctx, tx, from, to)
		return err
	})
	if err != nil {
		return nil, err
	}
	left, err := check.Margin.Minus(check.Credited)
	if err == nil {
		check.Difference, err = left.Minus(check.Unattributed)
	}
	if errors.Is(err, money.ErrOverflow) {
		return nil, input.DomainError(err)
	}
	check.Balanced = check.Difference.IsZero() && len(check.Offenders) == 0
	return check, err
}
