package books

import (
	"context"

	"kopeck/store"
)

// shownDay is how far the customers and credits are shown as they are at the start of a day: a row of table settings.
type shownDay struct {
	Day   int    `json:"day"`   // in the installation's time zone; 0 before the first
	After string `json:"after"` // the last customer who was done
	Done  bool   `json:"done"`  // all were
}

// RefreshShown writes what viewers without the scope costs are shown of customers' worth and of what contacts earned, as it is now. It
// does so once in each day of the installation's time zone, when it is first called in it: by whichever process, and however often
// they are started anew. It goes through all customers in short transactions, notes after each how far it has come, and continues
// there when it is called again. A new day begins with the first customer.
func (s *Service) RefreshShown(ctx context.Context) error {
	ctx = bypassGuard(ctx)
	today := s.Settings().Day(s.Now())
	is, err := readShownDay(ctx, s.Store, false)
	if err != nil || is.Done && is.Day >= today {
		return err
	}
	for more := true; more; {
		err := s.Store.Write(ctx, func(ctx context.Context, tx *store.Tx) (err error) {
			more, err = s.showNext(ctx, tx, today)
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// showNext shows the next customers, and reports whether there may be more.
func (s *Service) showNext(ctx context.Context, tx *store.Tx, today int) (more bool, err error) {
	is, err := s.holdShownDay(ctx, tx)
	if err != nil {
		return false, err
	}
	if is.Day < today {
		is = shownDay{Day: today}
	}
	if is.Done {
		return false, nil
	}
	last, more, err := s.value.ShowNext(ctx, tx, is.Day, is.After)
	if err != nil {
		return false, err
	}
	if err := showCredits(ctx, tx, is.After, last); err != nil {
		return false, err
	}
	is.After, is.Done = last, !more
	return more, s.writeShownDay(ctx, tx, is)
}

// showImported shows customers, whose facts an import wrote, as they are now: no viewer chose the facts or the time.
func (s *Service) showImported(ctx context.Context, tx *store.Tx, customerIDs []string) error {
	if err := s.value.ShowCustomers(ctx, tx, customerIDs); err != nil {
		return err
	}
	return showCreditsOf(ctx, tx, customerIDs)
}
