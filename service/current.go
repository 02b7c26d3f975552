package service

import (
	"context"
	"sync"
	"time"

	"kopeck/fault"
	"kopeck/store"
)

// A process answers from what it holds in memory, which is right as long as it hears of what others change. Core.Current says
// whether it is.

// How long this process may rely on what it has read: without a message from the database while it reads everything again and
// again, with a change that it has heard of and not read yet, and for the database to answer before a reading.
const (
	relyFor  = 10 * time.Second
	unreadIn = 15 * time.Second
	answerIn = 2 * time.Second
)

// knowledge is what a process that follows changes has not read yet. It uses the monotonic clock.
type knowledge struct {
	mu        sync.Mutex
	following bool
	failed    bool      // the last reading of a change failed
	unread    time.Time // since when a change is known and not read; zero if none is
	readAt    time.Time // when the last successful reading of everything began
}

func (k *knowledge) follow(yes bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.following = yes
}

// hear records that something has changed.
func (k *knowledge) hear() {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.unread.IsZero() {
		k.unread = time.Now()
	}
}

// fail records that what has changed could not be read.
func (k *knowledge) fail() {
	k.hear()
	k.mu.Lock()
	defer k.mu.Unlock()
	k.failed = true
}

// read records that what was heard of has been read, by a reading that began at a time. Once a reading has failed, only one of
// everything counts.
func (k *knowledge) read(everything bool, began time.Time) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if everything {
		k.readAt = began
	}
	if everything || !k.failed {
		k.failed, k.unread = false, time.Time{}
	}
}

// isBehind reports whether the process may not know what others have changed. silent says whether it cannot rely on being
// notified.
func (k *knowledge) isBehind(silent bool) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	switch {
	case !k.following:
		return false
	case k.failed || !k.unread.IsZero() && time.Since(k.unread) > unreadIn:
		return true
	}
	return silent && time.Since(k.readAt) > relyFor
}

// Current returns nil if this process knows what others have changed, up to a few seconds ago: it is notified of changes, or
// reads everything again and again. Otherwise it is UNAVAILABLE: prices, settings, rights and the ends of sessions may have
// changed without it. So it is when the SQLite file was deleted or replaced. A process that does not [Core.Watch] has read everything when it started, and is current.
func (s *Core) Current() error {
	if err := s.Store.Gone(); err != nil {
		return fault.New(fault.Unavailable, "", "%s", store.Outage(err))
	}
	_, silent := s.Store.Silence()
	if s.known.isBehind(silent) {
		return fault.New(fault.Unavailable, "", "the server cannot read what has changed in the database; try again in a few seconds")
	}
	return nil
}

// catchUp reads what has changed, and everything as often as that fails, until it succeeds or the context ends.
func (s *Core) catchUp(ctx context.Context, what Snapshot) {
	for failed := false; ; what, failed = SnapshotAll, true {
		began := time.Now()
		err := s.answers(ctx)
		if err == nil {
			reading, cancel := context.WithTimeout(ctx, readingTime)
			err = s.Refresh(reading, what)
			cancel()
		}
		if err == nil {
			s.known.read(what == SnapshotAll, began)
			return
		}
		if ctx.Err() != nil {
			return
		}
		s.known.fail()
		if !failed {
			s.Log.WarnContext(ctx, "a snapshot could not be read; it is retried", "what", what, "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(readingPause):
		}
	}
}

// answers returns an error unless the database answers soon. A reading has more time: it may be long.
func (s *Core) answers(ctx context.Context) error {
	if _, silent := s.Store.Silence(); !silent {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, answerIn)
	defer cancel()
	return s.Store.Health(ctx)
}

// follow reads what events say has changed, until the context ends.
func (s *Core) follow(ctx context.Context, events <-chan store.Event) {
	bookings := time.NewTicker(bookingsEvery)
	defer bookings.Stop()
	for {
		what := SnapshotBookings
		select {
		case <-ctx.Done():
			return
		case <-bookings.C:
		case <-s.reread:
			what = SnapshotAll
		case event, open := <-events:
			if !open {
				return
			}
			var isOwn bool
			if what, isOwn = s.changedBy(event); isOwn {
				continue
			}
		}
		s.known.hear()
		s.catchUp(ctx, what)
	}
}
