package service

import (
	"context"
	"strings"
	"time"

	"entgo.io/ent/dialect/sql"

	"kopeck/auth"
	"kopeck/store"
)

// Snapshot names a part of the database that is held in memory, on every replica.
type Snapshot string

// What is held in memory. Each is read by the package that registers its reader.
const (
	SnapshotAll      Snapshot = "everything"
	SnapshotSettings Snapshot = "settings"
	SnapshotPeople   Snapshot = "people"
	SnapshotModel    Snapshot = "model"
	SnapshotFits     Snapshot = "fits"
	SnapshotBook     Snapshot = "book"
	SnapshotBookings Snapshot = "bookings" // of the book, which has them too
)

// topicSnapshot carries what has changed as "origin snapshot": the process that changed it has read it already.
const topicSnapshot = "snapshot"

// snapshotReader reads a part of the database into memory.
type snapshotReader struct {
	what    Snapshot
	partial bool // another reader has it too
	read    func(ctx context.Context, tx *store.Tx) error
}

// Register adds the reader of a snapshot. Readers run in the order in which they were registered, so one may rely on what was
// registered before it. It is called while the service is put together.
func (s *Core) Register(what Snapshot, read func(ctx context.Context, tx *store.Tx) error) {
	s.readers = append(s.readers, snapshotReader{what: what, read: read})
}

// RegisterPart adds the reader of a part of a snapshot, for when no more than the part has changed.
func (s *Core) RegisterPart(what Snapshot, read func(ctx context.Context, tx *store.Tx) error) {
	s.readers = append(s.readers, snapshotReader{what: what, partial: true, read: read})
}

// Touch says, inside a transaction, that what is held in memory has changed: this process reads it anew right
// after the commit, before the verb returns; the others when they are notified.
func (s *Core) Touch(ctx context.Context, tx *store.Tx, what Snapshot) error {
	tx.AfterCommit(func() {
		read, cancel := context.WithTimeout(context.WithoutCancel(ctx), 30*time.Second)
		defer cancel()
		if err := s.Refresh(auth.System(read), what); err != nil {
			s.Log.ErrorContext(ctx, "the snapshot could not be read anew", "what", what, "error", err)
		}
	})
	return tx.Publish(topicSnapshot, s.origin+" "+string(what))
}

// Refresh reads what is held in memory anew and swaps it whole. Readings take turns, so each begins after the
// change that it was asked for and the last one holds it.
func (s *Core) Refresh(ctx context.Context, what Snapshot) error {
	select {
	case s.reading <- struct{}{}:
		defer func() { <-s.reading }()
	case <-ctx.Done():
		return ctx.Err()
	}
	return s.Store.Read(ctx, func(ctx context.Context, tx *store.Tx) error {
		for _, reader := range s.readers {
			if what == reader.what || what == SnapshotAll && !reader.partial {
				if err := reader.read(ctx, tx); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

// Reload reads everything that is held in memory anew, at once: for whoever put rows into the database past the verbs.
func (s *Core) Reload(ctx context.Context) error { return s.Refresh(auth.System(ctx), SnapshotAll) }

// Watch keeps what is held in memory fresh until the context ends, and wait waits for that: it reads anew what other
// processes say they changed, everything after a lost connection to the database, and the bookings' window once an hour. Before it
// returns it has read everything once more: what changed between New and the first news is in memory too.
func (s *Core) Watch(ctx context.Context) (wait func(), err error) {
	events, cancel := s.Store.Subscribe(topicSnapshot)
	if err := s.Reload(ctx); err != nil {
		cancel()
		return nil, err
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		defer cancel()
		s.follow(ctx, events)
	}()
	return func() { <-ended }, nil
}

func (s *Core) follow(ctx context.Context, events <-chan store.Event) {
	hourly := time.NewTicker(time.Hour)
	defer hourly.Stop()
	for {
		what := SnapshotBookings
		select {
		case <-ctx.Done():
			return
		case <-hourly.C:
		case event, open := <-events:
			if !open {
				return
			}
			origin, changed, _ := strings.Cut(event.Payload, " ")
			if what = Snapshot(changed); event.Lost {
				what = SnapshotAll
			} else if origin == s.origin {
				continue
			}
		}
		if err := s.Refresh(auth.System(ctx), what); err != nil && ctx.Err() == nil {
			s.Log.WarnContext(ctx, "the snapshot could not be read anew; trying again", "what", what, "error", err)
			s.retryRefresh(ctx)
		}
	}
}

// retryRefresh reads everything anew as soon as the database answers again.
func (s *Core) retryRefresh(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-time.After(500 * time.Millisecond):
		}
		if s.Refresh(auth.System(ctx), SnapshotAll) == nil {
			return
		}
	}
}

// Descending orders a query of the model from the greatest down.
func Descending(o *sql.OrderTermOptions) { o.Desc = true }
