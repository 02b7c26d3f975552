package service

import (
	"context"
	"maps"
	"sync"
	"time"

	"kopeck/fault"
)

// What was known at a moment is the same for ever: an answer for a moment has all that was recorded by then, and nothing is recorded
// for it later. Moments of recording are taken inside of transactions, so who asks waits for those that may have taken an earlier
// one (store.Settle), and then until this process has in memory what they changed.

// settleIn is how long a question waits for transactions that are writing.
const settleIn = 5 * time.Second

// settlement is what this process knows of the moments for which all is known.
type settlement struct {
	mu   sync.Mutex
	upTo time.Time           // for this moment and all before it
	read map[Snapshot]string // the mark of each snapshot that is in memory, see [Core.SnapshotChanged]
}

func (k *settlement) has(moment time.Time) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	return !moment.After(k.upTo)
}

func (k *settlement) settle(moment time.Time) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if moment.After(k.upTo) {
		k.upTo = moment
	}
}

// keep records that a snapshot has been read, where the database had some marks.
func (k *settlement) keep(what Snapshot, marks map[Snapshot]string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.read == nil {
		k.read = map[Snapshot]string{}
	}
	if what == SnapshotAll {
		k.read = maps.Clone(marks)
		return
	}
	k.read[what] = marks[what]
	if what == SnapshotBook { // reads the bookings too
		k.read[SnapshotBookings] = marks[SnapshotBookings]
	}
}

// unread returns a snapshot to read so that all marks are in memory; "" if they are.
func (k *settlement) unread(marks map[Snapshot]string) Snapshot {
	k.mu.Lock()
	defer k.mu.Unlock()
	var what Snapshot
	for one, mark := range marks {
		switch {
		case k.read[one] == mark:
		case what == "":
			what = one
		default:
			return SnapshotAll
		}
	}
	return what
}

// KnownMoment checks a moment by what was known at which something is asked, as [Core.PastMoment], and waits until all is known: see
// [Core.Settle]. Absent is now, for which nothing is waited for.
func (s *Core) KnownMoment(ctx context.Context, field string, in *time.Time) (time.Time, error) {
	moment, err := s.PastMoment(field, in)
	if err != nil || in == nil {
		return moment, err
	}
	return moment, s.Settle(ctx, moment)
}

// UpToAYear checks a moment for which something is asked: in the past, or up to a year ahead. Absent is now. Of a past moment it waits
// until all is known that had been recorded by then: see [Core.Settle].
func (s *Core) UpToAYear(ctx context.Context, field string, in *time.Time) (time.Time, error) {
	now := s.Now()
	moment, err := momentUpTo(now, now.AddDate(1, 0, 0), "must not be more than a year ahead", field, in)
	if err != nil || moment.Equal(now) {
		return moment, err
	}
	return moment, s.Settle(ctx, moment)
}

// Settle waits until an answer for a moment has all that was recorded by it, so that the same question has the same answer later: for
// the transactions that were writing at the moment, and until this process has read what they changed. For a moment in the
// future it does nothing. It must not be called in a transaction. Fault: UNAVAILABLE if they take longer than 5 s.
func (s *Core) Settle(ctx context.Context, moment time.Time) error {
	if moment.After(s.Now()) || s.settled.has(moment) {
		return nil
	}
	waiting, cancel := context.WithTimeout(ctx, s.settleIn)
	defer cancel()
	err := s.Store.Settle(waiting, moment)
	if err == nil {
		err = s.readMarked(waiting)
	}
	if err != nil && waiting.Err() != nil && ctx.Err() == nil {
		return fault.New(fault.Unavailable, "", "a change that began before this moment is still being written; ask again in a few seconds, or about an earlier moment")
	}
	if err != nil {
		return err
	}
	s.settled.settle(moment)
	return nil
}

// readMarked reads the snapshots of which others have written changes that this process has not read.
func (s *Core) readMarked(ctx context.Context) error {
	marks, err := snapshotMarks(ctx, s.Store)
	if err != nil {
		return err
	}
	if what := s.settled.unread(marks); what != "" {
		return s.Refresh(ctx, what)
	}
	return nil
}
