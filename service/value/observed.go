package value

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"kopeck/ent"
	"kopeck/lifetime"
	"kopeck/schema"
	"kopeck/store"
)

// settleGap is by how many days the observed end must move for all customers to be settled at once; the nightly run does the rest.
const settleGap = 7

// Observation returns until when the orders of all customers are known, by what is known now.
func (s *Service) Observation() lifetime.Observation {
	var o lifetime.Observation
	if read := s.observed.Load(); read != nil {
		o = *read
	}
	o.KnownUntil = s.Settings().OrdersKnownUntil
	return o
}

// ObservationAt returns until when the orders of all customers were known at a moment of the past, by the settings of that moment and
// the orders that had been recorded by then.
func (s *Service) ObservationAt(ctx context.Context, at time.Time) (lifetime.Observation, error) {
	return s.observationAt(ctx, at, at)
}

// observationAt is ObservationAt by the settings of another moment.
func (s *Service) observationAt(ctx context.Context, at, settings time.Time) (lifetime.Observation, error) {
	o, err := readObservationAt(ctx, s.Store, at)
	o.KnownUntil = s.SettingsAt(settings).OrdersKnownUntil
	return o, err
}

// dayObservation is what was read on a day.
type dayObservation struct {
	day           int
	morning, last lifetime.Observation // of the start of the day, and of when it was read last
}

// morningObservation returns until when the orders of all customers were known at the start of today, by the settings of now. Where nothing has
// been read today, nothing has changed since then.
func (s *Service) morningObservation() lifetime.Observation {
	settings := s.Settings()
	var o lifetime.Observation
	switch read := s.ofDay.Load(); {
	case read == nil:
	case read.day == settings.Day(s.Now()):
		o = read.morning
	default:
		o = read.last
	}
	o.KnownUntil = settings.OrdersKnownUntil
	return o
}

// ObservedEnd returns the observed end at a moment: the calendar day, and the moment from which on a forecast counts, which is the
// moment itself unless the orders are known only until a day before it, and then the end of that day.
func (s *Service) ObservedEnd(at time.Time) (day int, from time.Time) {
	settings := s.Settings()
	today := settings.Day(at)
	if day = s.Observation().End(today); day < today {
		return day, settings.StartOfDay(day + 1)
	}
	return day, at
}

// KnownUntil returns the observed end at a moment as a date; nil where it is the day of the moment itself.
func (s *Service) KnownUntil(at time.Time) *schema.Date {
	day, from := s.ObservedEnd(at)
	if from.Equal(at) {
		return nil
	}
	end := schema.Date(day)
	return &end
}

// observedNote says what figures rest on whose clock has stopped at the end of a day.
func observedNote(o lifetime.Observation, end int) string {
	why := "the silence of all customers since then is unusual, and may be that of the log"
	if o.KnownUntil != nil {
		why = "by the setting ordersKnownUntil"
	}
	return fmt.Sprintf("orders are known until %s (%s): the figures are of the end of that day, and what is expected counts from it", schema.Date(end), why)
}

// settling settles all customers in the background after the observed end has moved.
type settling struct {
	all   func(ctx context.Context) error      // nil: nothing is settled
	by    atomic.Pointer[lifetime.Observation] // what customers were settled by before some were foreseen; nil: what was read last
	mu    sync.Mutex
	again bool            // it moved once more while they were settled
	done  <-chan struct{} // closed when the last settling has ended; nil before the first
	runs  bool
}

// OnObservedEnd sets what is done, in the background, when the observed end has moved by days. It is called while the service is put
// together.
func (s *Service) OnObservedEnd(settle func(ctx context.Context) error) { s.settling.all = settle }

// observedChanged reports whether a change of a customer's statistics changes what the observed end follows from. While there are few
// orders each counts; of many only the last day does.
func (s *Service) observedChanged(before, after *ent.Customer) bool {
	known := s.observed.Load()
	if known == nil || after.LastOrderDay > known.LastDay || before.LastOrderDay == known.LastDay && after.LastOrderDay != before.LastOrderDay {
		return true
	}
	return known.YearOrders < lifetime.MaxYearOrders && (after.OrderDays != before.OrderDays || !after.LastOrderAt.Equal(before.LastOrderAt))
}

// readObserved is the reader of what the observed end follows from.
func (s *Service) readObserved(ctx context.Context, tx *store.Tx) error {
	is, err := readObservation(ctx, tx, s.Now().AddDate(1, 0, 0))
	if err != nil {
		return err
	}
	settings, of := s.Settings(), &dayObservation{last: is}
	of.day = settings.Day(s.Now())
	if read := s.ofDay.Load(); read != nil && read.day == of.day {
		of.morning = read.morning
	} else if of.morning, err = readObservationAt(ctx, tx, settings.StartOfDay(of.day)); err != nil {
		return err
	}
	s.ofDay.Store(of)
	is.KnownUntil = settings.OrdersKnownUntil // of when it was read: Observation has the present one
	was := s.observed.Swap(&is)
	if by := s.settling.by.Swap(nil); by != nil {
		was = by
	}
	if was != nil && s.settling.all != nil {
		if moved := is.End(of.day) - was.End(of.day); moved >= settleGap || moved <= -settleGap {
			tx.AfterCommit(s.settle)
		}
	}
	return nil
}

// Foresee tells of the days of completed orders that this process is about to write in bulk, so that the silence after the last of them
// is not taken for that of their customers. What is foreseen holds until the observed end is read again: see [Service.ReadObserved].
func (s *Service) Foresee(days []int) {
	if len(days) == 0 {
		return
	}
	var was lifetime.Observation
	if read := s.observed.Load(); read != nil {
		was = *read
	}
	is := was.With(days)
	s.observed.Store(&is)
	if was.LastDay == 0 { // nobody has ordered before, so nobody was settled by another end
		was = is
	}
	s.settling.by.CompareAndSwap(nil, &was)
}

// settle settles all customers in the background; if it is called while that goes on, once more after it.
func (s *Service) settle() {
	g := &s.settling
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.again = true; g.runs {
		return
	}
	g.runs = true
	g.done = s.refreshes.run(s.refreshes.ctx, func(ctx context.Context) {
		for g.next() {
			if err := g.all(ctx); err != nil && ctx.Err() == nil {
				s.Log.ErrorContext(ctx, "the customers could not be settled after the observed end of the orders had moved; the nightly run does it", "error", err)
			}
		}
	})
}

// next reports whether there is something to settle, and takes it.
func (g *settling) next() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	is := g.again
	g.again, g.runs = false, is
	return is
}

// WaitSettled waits until the customers have been settled after a move of the observed end, or the context ends.
func (s *Service) WaitSettled(ctx context.Context) {
	s.settling.mu.Lock()
	done := s.settling.done
	s.settling.mu.Unlock()
	if done == nil {
		return
	}
	select {
	case <-done:
	case <-ctx.Done():
	}
}
