package bulk

import (
	"context"
	"fmt"
	"slices"
	"time"

	"kopeck/costing"
	"kopeck/service"
	"kopeck/service/rates"
	"kopeck/store"
)

// rateImport is the work on the records of one call.
type rateImport struct {
	verdicts []Verdict
	rates    []rates.NewRate // that are new, in their order
	there    rates.RecordedRates
	done     rates.Restated
}

// Rates records rates, and restates once what all of them cover: one transaction for all that it is given. A rate that is
// there with the same content is left alone; one that SetRate would refuse is rejected for the same reason. A rate with its own
// id and moment of recording, of Kopeck's own format, keeps both.
func (i *Import) Rates(ctx context.Context, records []rates.NewRate) ([]Verdict, error) {
	s := i.service
	var w *rateImport
	work := func(ctx context.Context, tx *store.Tx) (err error) {
		w, err = s.placeRecords(ctx, tx, records, !i.Check)
		if err != nil || i.Check {
			return err
		}
		if i.AllOrNothing && slices.ContainsFunc(w.verdicts, func(v Verdict) bool { return v.Outcome == Rejected }) {
			return ErrRejected
		}
		return s.writeRecords(ctx, tx, w)
	}
	run := s.Store.Write
	if i.Check {
		run = s.Store.Read
	}
	if err := run(bypassGuard(ctx), work); err != nil {
		if w == nil {
			return nil, err
		}
		return w.verdicts, err
	}
	if !i.Check {
		i.ContactsRestated += int64(w.done.Contacts)
		i.OrdersRestated += int64(w.done.Orders)
	}
	return w.verdicts, nil
}

// placeRecords decides what is done with each record. If they are to be written it holds the rates first.
func (s *Service) placeRecords(ctx context.Context, tx *store.Tx, records []rates.NewRate, writing bool) (*rateImport, error) {
	w := &rateImport{verdicts: make([]Verdict, len(records))}
	checked := make([]rates.NewRate, len(records))
	var ids []string
	for n, record := range records {
		var err error
		if checked[n], err = s.rates.CheckRecord(record); err != nil {
			w.verdicts[n] = rejected("%s", reason(err))
		}
		ids = append(ids, checked[n].ID)
	}
	if writing {
		if err := s.rates.HoldRatesAlone(ctx, tx); err != nil {
			return nil, err
		}
	}
	var err error
	if w.there, err = s.rates.RatesOf(ctx, tx, checked); err != nil {
		return nil, err
	}
	known, err := rates.ByID(ctx, tx, ids)
	now := s.Now()
	for n := range records {
		if w.verdicts[n].Outcome != Rejected {
			wrong, err := rates.CheckUnit(ctx, tx, w.there, checked[n])
			if err != nil {
				return nil, err
			}
			if wrong != nil {
				w.verdicts[n] = rejected("%s", reason(wrong))
				continue
			}
			w.verdicts[n] = w.place(&checked[n], known, now)
			known[checked[n].ID] = checked[n].Rate
		}
	}
	return w, err
}

func (w *rateImport) place(r *rates.NewRate, known map[string]costing.Rate, now time.Time) Verdict {
	if same, ok := known[r.ID]; ok {
		if same.Subject == r.Subject && same.Code == r.Code && same.ValidFrom.Equal(r.ValidFrom) && rates.Same(same, r.Rate) {
			return Verdict{Outcome: Present}
		}
		return rejected("id: a rate with this id and other content exists; omit the id to correct it")
	}
	standing := w.there.Holding(r.Key(), r.ValidFrom)
	if standing != nil && rates.Same(*standing, r.Rate) && (r.RecordedAt.IsZero() || !r.Correction) {
		return Verdict{Outcome: Present}
	}
	if err := w.there.Place(r, now); err != nil {
		return rejected("%s", reason(err))
	}
	w.rates = append(w.rates, *r)
	return Verdict{Outcome: Added}
}

// writeRecords writes the rates that are new and restates what they cover.
func (s *Service) writeRecords(ctx context.Context, tx *store.Tx, w *rateImport) error {
	if len(w.rates) == 0 {
		return nil
	}
	var err error
	if w.done, err = s.rates.RecordRates(ctx, tx, w.there, w.rates); err != nil {
		return err
	}
	if _, err := s.rates.AuditRates(ctx, tx, w.rates, w.done); err != nil {
		return err
	}
	return s.SnapshotChanged(ctx, tx, service.SnapshotBook)
}

// ExportRates calls each for every rate ever recorded, by subject, code, moment and recording. See ExportOrders.
func (s *Service) ExportRates(ctx context.Context, each func(*rates.NewRate) error) error {
	all, err := rates.All(bypassGuard(ctx), s.Store)
	if err != nil {
		return fmt.Errorf("bulk: rates: %w", err)
	}
	for n, r := range all {
		one := rates.NewRate{Rate: r}
		one.Correction = n > 0 && all[n-1].Subject == r.Subject && all[n-1].Code == r.Code && all[n-1].ValidFrom.Equal(r.ValidFrom)
		if err := each(&one); err != nil {
			return err
		}
	}
	return nil
}
