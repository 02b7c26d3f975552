package store

import (
	"context"
	sqldriver "database/sql/driver"
	"fmt"
	"math"
	"time"

	"entgo.io/ent/dialect"
)

// What is written carries the moment at which it was recorded, and a transaction that took that moment early may commit late: who asks
// what was known at the moment would be answered without it, and differently later. So whoever asks waits for the transactions that
// may have taken a moment before.
//
// On PostgreSQL every transaction that writes holds a lock from before it can take a moment until what it has written can be
// seen. All share the lock, so that none waits; its second key is the second at which the transaction began, so that [Store.Settle] knows
// from the table of locks which transactions to wait for. On SQLite there is one writer at a time, and whoever has its turn knows
// that nobody else writes.

// writingClass is the first key of the locks of transactions that write.
const writingClass = 0x6b6f7065

// second returns a moment as the second key of a lock: the seconds since 1970 as an unsigned number, which ends in 2106.
func second(at time.Time) uint32 { return uint32(min(max(at.Unix(), 0), math.MaxUint32)) }

// SetClock sets the clock from which moments are taken; it is time.Now before. Processes on one database have clocks that agree.
func (s *Store) SetClock(now func() time.Time) { s.clock.Store(&now) }

// now returns the clock's time.
func (s *Store) now() time.Time {
	if clock := s.clock.Load(); clock != nil {
		return (*clock)()
	}
	return time.Now()
}

// writes notes on SQLite when a transaction that writes has begun, until it gives up its turn.
func (s *Store) writes() {
	if s.writer != nil {
		now := s.now()
		s.since.Store(&now)
	}
}

// enter takes the lock of a transaction that writes, and where a key is given that of the key with it.
func (tx *Tx) enter(ctx context.Context, key *LockKey) error {
	if tx.Dialect() != dialect.Postgres {
		return nil
	}
	query, args := "SELECT pg_advisory_xact_lock_shared($1, $2)", []any{writingClass, int32(second(tx.store.now()))}
	if key != nil {
		query, args = query+", pg_advisory_xact_lock($3)", append(args, int64(*key))
	}
	_, err := tx.ExecContext(ctx, query, args...)
	return err
}

// enterStatement is what enter runs, as text.
func (s *Store) enterStatement() string {
	return fmt.Sprintf("SELECT pg_advisory_xact_lock_shared(%d, %d)", writingClass, int32(second(s.now())))
}

// Settle waits until every transaction that may have taken a moment up to the given one, which is past, has ended, in whatever process. What
// is read afterwards has all that was recorded by that moment. It waits as long as the context lasts, and must not be called in a
// transaction.
func (s *Store) Settle(ctx context.Context, moment time.Time) error {
	if transactionOf(ctx) != nil {
		return ErrNested
	}
	if s.Dialect() == dialect.SQLite {
		return s.settleOneWriter(ctx, moment)
	}
	const query = `SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND objsubid = 2 AND classid::bigint = ? AND objid::bigint <= ?
		AND database = (SELECT oid FROM pg_database WHERE datname = current_database()))`
	return waited(ctx, func() (bool, error) {
		var writing bool
		err := Each(ctx, s, query, []any{writingClass, int64(second(moment))}, func(scan ScanFunc) error { return scan(&writing) })
		return !writing, err
	})
}

// settleOneWriter takes the writer's turn, among the processes too, and gives it up. It need not, while this process has had the turn since
// after the moment.
func (s *Store) settleOneWriter(ctx context.Context, moment time.Time) error {
	if since := s.since.Load(); since != nil && since.After(moment) {
		return nil
	}
	done, err := s.turn(ctx)
	if err != nil {
		return err
	}
	defer done()
	conn, err := s.db.Conn(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	// The database would wait for another process without regard to the context.
	if _, err := conn.ExecContext(ctx, "PRAGMA busy_timeout = 0"); err != nil {
		return err
	}
	defer func() {
		if _, err := conn.ExecContext(context.WithoutCancel(ctx), fmt.Sprintf("PRAGMA busy_timeout = %d", busyTimeout)); err != nil {
			_ = conn.Raw(func(any) error { return sqldriver.ErrBadConn }) // so the pool closes it
		}
	}()
	return waited(ctx, func() (bool, error) {
		_, err := conn.ExecContext(ctx, "BEGIN IMMEDIATE")
		if sqliteBusy(err) {
			return false, nil
		}
		if err == nil {
			_, err = conn.ExecContext(context.WithoutCancel(ctx), "ROLLBACK")
		}
		return true, err
	})
}

// waited asks again and again until the answer is yes.
func waited(ctx context.Context, is func() (bool, error)) error {
	for pause := time.Millisecond; ; pause = min(2*pause, 50*time.Millisecond) {
		yes, err := is()
		if yes || err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(pause):
		}
	}
}
