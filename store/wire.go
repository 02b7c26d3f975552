package store

import (
	"context"
	"net"
	"sync"
	"sync/atomic"
	"time"
)

// grace is how long a call may still use the connection after its context has ended: long enough to receive the report
// of the cancelled statement, short enough that every call returns within a second of its deadline.
const grace = 500 * time.Millisecond

// wire is a network connection whose deadline follows a call's context. lib/pq reads without a deadline and would
// wait indefinitely for a server that has vanished without a reset.
type wire struct {
	net.Conn
	sent atomic.Int64 // number of writes, to know whether a commit was sent

	mu     sync.Mutex
	theirs time.Time   // the deadline that lib/pq sets while connecting
	ours   time.Time   // the deadline of the watched call
	call   int         // number of watched calls; a callback of an earlier call is ignored
	stop   func() bool // stops watching the last call's context
}

// Write implements net.Conn.
func (w *wire) Write(p []byte) (int, error) {
	w.sent.Add(1)
	return w.Conn.Write(p)
}

// SetDeadline implements net.Conn. The earlier of this deadline and the watched call's applies.
func (w *wire) SetDeadline(t time.Time) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.theirs = t
	return w.apply()
}

func (w *wire) apply() error {
	end := w.ours
	if end.IsZero() || !w.theirs.IsZero() && w.theirs.Before(end) {
		end = w.theirs
	}
	return w.Conn.SetDeadline(end)
}

// watch makes a call's reads and writes fail soon after its context has ended. It lasts until the next call, since
// rows are read after the call that queried them has returned.
func (w *wire) watch(ctx context.Context) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.stop != nil {
		w.stop()
		w.stop = nil
	}
	w.call++
	if !w.ours.IsZero() {
		w.ours = time.Time{}
		_ = w.apply() // the next read returns the same error
	}
	if ctx.Done() == nil {
		return
	}
	call := w.call
	w.stop = context.AfterFunc(ctx, func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		if w.call == call {
			w.ours = time.Now().Add(grace)
			_ = w.apply()
		}
	})
}

// cut makes all reads and writes fail after the grace.
func (w *wire) cut() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.ours = time.Now().Add(grace)
	_ = w.apply()
}

// brief is a connection that ends at a time, whatever later deadline is set. lib/pq sets that of a new session on the one on
// which it asks to cancel a statement, and the statement waits for it.
type brief struct {
	net.Conn
	end time.Time
}

func (b brief) sooner(t time.Time) time.Time {
	if t.IsZero() || t.After(b.end) {
		return b.end
	}
	return t
}

// SetDeadline implements net.Conn.
func (b brief) SetDeadline(t time.Time) error { return b.Conn.SetDeadline(b.sooner(t)) }

// SetReadDeadline implements net.Conn.
func (b brief) SetReadDeadline(t time.Time) error { return b.Conn.SetReadDeadline(b.sooner(t)) }

// SetWriteDeadline implements net.Conn.
func (b brief) SetWriteDeadline(t time.Time) error { return b.Conn.SetWriteDeadline(b.sooner(t)) }

// dialer dials one session's wire, and after that the short connections on which lib/pq asks the server to
// cancel a statement.
type dialer struct {
	mu   sync.Mutex
	last *wire
	made bool
}

// keepAlive detects a dead peer within half a minute while the connection is idle.
var keepAlive = net.KeepAliveConfig{Enable: true, Idle: 15 * time.Second, Interval: 5 * time.Second, Count: 3}

// DialContext implements pq.DialerContext.
func (d *dialer) DialContext(ctx context.Context, network, address string) (net.Conn, error) {
	d.mu.Lock()
	made := d.made
	d.mu.Unlock()
	if made {
		ctx, stop := context.WithTimeout(ctx, grace)
		defer stop()
		end, _ := ctx.Deadline()
		c, err := (&net.Dialer{}).DialContext(ctx, network, address)
		if err != nil {
			return nil, err
		}
		return brief{c, end}, c.SetDeadline(end)
	}
	c, err := (&net.Dialer{KeepAliveConfig: keepAlive}).DialContext(ctx, network, address)
	if err != nil {
		return nil, err
	}
	w := &wire{Conn: c}
	d.mu.Lock()
	d.last = w
	d.mu.Unlock()
	return w, nil
}

// Dial implements pq.Dialer.
func (d *dialer) Dial(network, address string) (net.Conn, error) {
	return d.DialContext(context.Background(), network, address)
}

// DialTimeout implements pq.Dialer.
func (d *dialer) DialTimeout(network, address string, timeout time.Duration) (net.Conn, error) {
	ctx, stop := context.WithTimeout(context.Background(), timeout)
	defer stop()
	return d.DialContext(ctx, network, address)
}

// cut interrupts the attempt to connect.
func (d *dialer) cut() {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.last != nil {
		d.last.cut()
	}
}

// session returns the wire of the session that was dialled. Later connections are for cancelling.
func (d *dialer) session() *wire {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.made = true
	return d.last
}
