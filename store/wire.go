package store

import (
	"context"
	"net"
	"sync"
	"sync/atomic"
	"time"
)

// grace is how long after its context's end a call may still talk to the server: long enough for a cancelled
// statement to be reported as such, short enough that every call returns within a second of its deadline.
const grace = 500 * time.Millisecond

// wire is a network connection with an end that can be set from outside. lib/pq reads without a deadline, and
// would wait for ever on a server that has vanished without a reset.
type wire struct {
	net.Conn
	sent atomic.Int64 // writes, to know whether a commit was sent

	mu     sync.Mutex
	theirs time.Time // what lib/pq set, for the time of connecting
	ours   time.Time
	call   int         // counts watched calls, so that a late watcher of an earlier one is known
	stop   func() bool // ends the watch over the last call's context
}

// Write implements net.Conn.
func (w *wire) Write(p []byte) (int, error) {
	w.sent.Add(1)
	return w.Conn.Write(p)
}

// SetDeadline implements net.Conn; the earlier of this and our own deadline holds.
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

// watch lets a call's reads and writes end soon after its context does. The watch lasts till the next call:
// rows are read after the call that asked for them has returned.
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
		_ = w.apply() // an error here is the next read's error too
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

// cut ends all talk after the grace.
func (w *wire) cut() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.ours = time.Now().Add(grace)
	_ = w.apply()
}

// dialer makes one session's wire, and after that the short connections on which lib/pq asks the server to
// cancel a statement.
type dialer struct {
	mu   sync.Mutex
	last *wire
	made bool
}

// keepAlive finds a dead peer in half a minute while nothing is under way.
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
		return c, c.SetDeadline(end)
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

// cut ends the connecting that is under way.
func (d *dialer) cut() {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.last != nil {
		d.last.cut()
	}
}

// session gives the wire of the session that was made; what is dialled from now on is for cancelling.
func (d *dialer) session() *wire {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.made = true
	return d.last
}
