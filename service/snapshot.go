package service

import (
	"context"
	"strings"
	"time"

	"kopeck/store"
)

// Snapshot names a part of the database that every process holds in memory.
type Snapshot string

// What is held in memory. Each is read by the package that registers its reader.
const (
	SnapshotAll      Snapshot = "everything"
	SnapshotSettings Snapshot = "settings"
	SnapshotPeople   Snapshot = "people"
	SnapshotModel    Snapshot = "model"
	SnapshotObserved Snapshot = "observed"
	SnapshotFits     Snapshot = "fits"
	SnapshotBook     Snapshot = "book"
	SnapshotBookings Snapshot = "bookings" // a part of the book
	SnapshotMerged   Snapshot = "merged"   // which customers answer for which
)

// topicSnapshot carries what has changed as "origin snapshot": the process that changed it has read it already.
const topicSnapshot = "snapshot"

// How long reading a snapshot may take, how often the bookings are read without a change, as their window
// moves, and the pause before a failed reading is repeated.
const (
	readingTime   = 30 * time.Second
	bookingsEvery = time.Hour
	readingPause  = 500 * time.Millisecond
)

// snapshotReader reads a part of the database into memory.
type snapshotReader struct {
	what   Snapshot
	isPart bool // of what another reader reads too
	read   func(ctx context.Context, tx *store.Tx) error
}

// RegisterReader adds the reader of a snapshot, while the service is put together. Readers run in the order in which they were
// registered, so one may rely on what was registered before it.
func (s *Core) RegisterReader(what Snapshot, read func(ctx context.Context, tx *store.Tx) error) {
	s.readers = append(s.readers, snapshotReader{what: what, read: read})
}

// RegisterPartReader adds the reader of a part of another snapshot, for when only that part has changed. It does not run when
// everything is read.
func (s *Core) RegisterPartReader(what Snapshot, read func(ctx context.Context, tx *store.Tx) error) {
	s.readers = append(s.readers, snapshotReader{what: what, isPart: true, read: read})
}

// SnapshotChanged says, inside a transaction, that a snapshot has changed. This process reads it right after the commit, before the
// verb returns; the others read it when they are notified.
func (s *Core) SnapshotChanged(ctx context.Context, tx *store.Tx, what Snapshot) error {
	tx.BeforeCommit("snapshot "+string(what), func(ctx context.Context) error { return s.markSnapshot(ctx, tx, what) })
	tx.AfterCommit(func() {
		readCtx, cancel := context.WithTimeout(context.WithoutCancel(ctx), readingTime)
		defer cancel()
		if err := s.Refresh(readCtx, what); err != nil {
			s.Log.ErrorContext(ctx, "a snapshot could not be read after a change; it is retried", "what", what, "error", err)
			s.known.fail()
			select {
			case s.reread <- struct{}{}:
			default: // requested already
			}
		}
	})
	return tx.Publish(topicSnapshot, s.origin+" "+string(what))
}

// Refresh reads a snapshot, whoever asks, and replaces it whole. Only one is read at a time, so each reading begins after
// the change that it was asked for, and the last one stays.
func (s *Core) Refresh(ctx context.Context, what Snapshot) error {
	select {
	case s.reading <- struct{}{}:
		defer func() { <-s.reading }()
	case <-ctx.Done():
		return ctx.Err()
	}
	var marks map[Snapshot]string
	err := s.readAll(ctx, func(ctx context.Context, tx *store.Tx) (err error) {
		if marks, err = snapshotMarks(ctx, tx); err != nil {
			return err
		}
		for _, reader := range s.readers {
			if what == reader.what || what == SnapshotAll && !reader.isPart {
				if err := reader.read(ctx, tx); err != nil {
					return err
				}
			}
		}
		return nil
	})
	if err == nil {
		s.settled.keep(what, marks)
	}
	return err
}

// Reload reads all snapshots: for callers that have written rows without the verbs.
func (s *Core) Reload(ctx context.Context) error { return s.Refresh(ctx, SnapshotAll) }

// Watch keeps the snapshots up to date until the context ends; wait waits until it has stopped. It reads what other
// processes have changed, everything after the connection to the database was lost and while no notifications are received, and
// the bookings once an hour. While it cannot, [Core.Current] says so. Before it returns it has read everything once: what changed after New is in memory too.
func (s *Core) Watch(ctx context.Context) (wait func(), err error) {
	events, cancel := s.Store.Subscribe(topicSnapshot)
	began := time.Now()
	if err := s.Reload(ctx); err != nil {
		cancel()
		return nil, err
	}
	s.known.read(true, began)
	s.known.follow(true)
	stopped := make(chan struct{})
	go func() {
		defer close(stopped)
		defer cancel()
		defer s.known.follow(false)
		s.follow(ctx, events)
	}()
	return func() { <-stopped }, nil
}

// changedBy returns the snapshot that an event says has changed, and whether this process has changed it.
func (s *Core) changedBy(event store.Event) (what Snapshot, isOwn bool) {
	if event.Lost {
		return SnapshotAll, false
	}
	origin, changed, _ := strings.Cut(event.Payload, " ")
	return Snapshot(changed), origin == s.origin
}
