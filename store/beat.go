package store

import (
	"context"
	"database/sql"
	"sync/atomic"
	"time"
)

// A replica must know that it would be notified: a connection that was lost without a reset, a frozen proxy, and a pooler
// that accepts LISTEN and drops it all look like a time in which nothing happens. So every process that has received nothing
// for a third of the quiet time sends a message on the channel itself, which all processes receive. One that has received
// nothing for the whole quiet time is not notified: it tells its subscribers, again and again, that events may have been lost, so
// that they read what they hold in memory from the database.

// quiet is the time without a message after which a process no longer relies on notifications.
const quiet = 3 * time.Second

// pulse remembers when a message was last received. It uses the monotonic clock.
type pulse struct {
	quiet time.Duration
	begun time.Time
	heard atomic.Int64 // nanoseconds after begun
}

func newPulse(after time.Duration) *pulse {
	if after <= 0 {
		after = quiet
	}
	return &pulse{quiet: after, begun: time.Now()}
}

func (p *pulse) hear() { p.heard.Store(int64(time.Since(p.begun))) }

func (p *pulse) silence() time.Duration { return time.Since(p.begun) - time.Duration(p.heard.Load()) }

func (p *pulse) isSilent() bool { return p.silence() > p.quiet }

// interval is the time between two looks at the pulse.
func (p *pulse) interval() time.Duration { return p.quiet / 3 }

// Silence returns how long ago this process last received a message, its own included, and whether that is too long for it to
// rely on being notified of changes. It is zero and false in a process without subscriptions.
func (s *Store) Silence() (time.Duration, bool) {
	p := s.notifier.pulse()
	if p == nil {
		return 0, false
	}
	return p.silence(), p.isSilent()
}

// sender sends the messages by which processes know that they are notified, on a connection of its own: one of the pool may have
// to be waited for.
type sender struct {
	db   *sql.DB
	busy atomic.Bool
}

// beat sends one message unless the last is still being sent. The commit neither waits for the disk nor for a standby. An
// error is not reported: without a message the silence lasts.
func (s *sender) beat(within time.Duration) {
	if s.busy.Swap(true) {
		return
	}
	go func() {
		defer s.busy.Store(false)
		ctx, cancel := context.WithTimeout(context.Background(), within)
		defer cancel()
		_, _ = s.db.ExecContext(ctx, "SELECT set_config('synchronous_commit', 'off', true), pg_notify($1, '')", channel)
	}()
}
