package store

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"entgo.io/ent/dialect"
	"github.com/lib/pq"
)

// channel is the one channel that all replicas on a database listen to.
const channel = "kopeck"

// payloadLimit keeps topic and payload within PostgreSQL's 8000 bytes.
const payloadLimit = 7900

// notifier exchanges events with the other processes on a database: a listener on PostgreSQL, a watcher on SQLite.
type notifier interface {
	// open starts receiving events for the hub, unless it has started before.
	open()
	// send notifies other processes of a transaction's events if it commits.
	send(ctx context.Context, tx *Tx) error
	// pulse is that of the messages received, nil before open.
	pulse() *pulse
	close()
}

// send notifies of a transaction's events with its commit, in one statement.
func (l *listener) send(ctx context.Context, tx *Tx) error {
	messages := make([]string, len(tx.events))
	for i, event := range tx.events {
		messages[i] = event.Topic + "\n" + event.Payload
	}
	_, err := tx.ExecContext(ctx, "SELECT pg_notify($1, message) FROM unnest($2::text[]) WITH ORDINALITY AS sent(message, place) ORDER BY place", channel, pq.Array(messages))
	return err
}

// Subscribe receives the events of a topic from now on, until cancel or the store's Close, which close the channel.
// A subscriber that falls behind by more than 64 events gets one Lost event in their place. On PostgreSQL events of
// this process are received the same way as those of others. On SQLite a change by a command is a Lost event within half a
// second. While nothing can be received, the subscribers get a Lost event every second, after three seconds of silence: see
// [Store.Silence].
func (s *Store) Subscribe(topic string) (events <-chan Event, cancel func()) {
	events, cancel = s.hub.subscribe(topic)
	s.notifier.open()
	return events, cancel
}

// listener is the connection that receives notifications of PostgreSQL. The first subscription opens it.
type listener struct {
	dsn   string
	hub   *hub
	log   *slog.Logger
	ready chan struct{} // closed when listening has begun
	ended chan struct{}

	quiet  time.Duration
	beats  atomic.Pointer[pulse]
	sender *sender

	mu     sync.Mutex
	pq     *pq.Listener
	closed bool
}

func newListener(at target, options Options, hub *hub) (*listener, error) {
	dsn := at.dsn
	if options.ListenURL != "" {
		other, err := parse(options.ListenURL)
		if err != nil {
			return nil, fmt.Errorf("to listen: %w", err)
		}
		if other.dialect != dialect.Postgres {
			return nil, errors.New("to listen: the URL must begin with postgres://")
		}
		dsn = other.dsn
	}
	l := &listener{
		dsn: dsn, hub: hub, log: options.Log, quiet: options.Quiet, ready: make(chan struct{}), ended: make(chan struct{}),
		sender: &sender{db: at.openPostgres(-1, -1)},
	}
	l.sender.db.SetMaxOpenConns(1)
	return l, nil
}

func (l *listener) pulse() *pulse { return l.beats.Load() }

// patience is how long subscribers wait for listening to start before they get a Lost event instead.
const patience = 5 * time.Second

// open starts listening, unless it has started before, and waits until events can be received, at most until patience after the
// start.
func (l *listener) open() {
	l.mu.Lock()
	if l.pq == nil && !l.closed {
		l.beats.Store(newPulse(l.quiet))
		l.pq = pq.NewDialListener(listenDialer{}, l.dsn, 100*time.Millisecond, 5*time.Second, l.changed)
		go l.listen(l.pq)
	}
	l.mu.Unlock()
	p := l.pulse()
	if p == nil {
		return // closed before
	}
	wait := time.NewTimer(patience - time.Since(p.begun))
	defer wait.Stop()
	select {
	case <-l.ready:
	case <-l.ended:
	case <-wait.C:
	}
}

func (l *listener) changed(event pq.ListenerEventType, err error) {
	if err != nil {
		l.log.Warn("listening to the database", "event", event.String(), "error", err)
	}
}

// listen passes notifications to the hub. lib/pq sends nil after reconnecting. Regular pings let the
// connection's read deadline detect a server that has vanished.
func (l *listener) listen(connection *pq.Listener) {
	go l.begin(connection)
	pings := time.NewTicker(pingEvery)
	defer pings.Stop()
	looks := time.NewTicker(l.pulse().interval())
	defer looks.Stop()
	silent := false
	for {
		select {
		case message, open := <-connection.Notify:
			if !open {
				return
			}
			if l.receive(message) && silent {
				silent = false
				l.log.Info("notifications of the database are received again")
				l.hub.lost()
			}
		case <-looks.C:
			silent = l.look(silent)
		case <-pings.C:
			go func() { _ = connection.Ping() }() // changed logs its failure
		case <-l.ended:
			return
		}
	}
}

// begin asks the server for notifications until it has agreed.
func (l *listener) begin(connection *pq.Listener) {
	began := time.Now()
	for {
		err := connection.Listen(channel) // waits for a connection
		if err == nil {
			break
		}
		l.log.Warn("listening to the database", "error", err)
		select {
		case <-l.ended:
			return
		case <-time.After(time.Second):
		}
	}
	if time.Since(began) > patience {
		l.hub.lost() // a subscriber has stopped waiting
	}
	close(l.ready)
}

// receive passes a notification to the hub, and reports whether it was one.
func (l *listener) receive(message *pq.Notification) bool {
	if message == nil {
		l.hub.lost()
		return false
	}
	if message.Channel != channel {
		return false
	}
	l.pulse().hear()
	if topic, payload, isEvent := strings.Cut(message.Extra, "\n"); isEvent {
		l.hub.publish(Event{Topic: topic, Payload: payload})
	}
	return true
}

// look sends a message where none was received of late, and tells the subscribers that events may be lost where none was received
// for the quiet time. It returns whether that is so; wasSilent says whether it was at the last look.
func (l *listener) look(wasSilent bool) (silent bool) {
	p := l.pulse()
	if p.silence() >= p.interval() {
		l.sender.beat(p.quiet)
	}
	if !p.isSilent() {
		return wasSilent // until a message is received
	}
	if !wasSilent {
		l.log.Warn("no notification of the database is received: what is held in memory is read again and again", "silence", p.silence().Round(time.Millisecond))
	}
	l.hub.lost()
	return true
}

func (l *listener) close() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return
	}
	l.closed = true
	close(l.ended)
	if l.pq != nil {
		_ = l.pq.Close() // it fails only if closed before
	}
	_ = l.sender.db.Close()
}

const (
	pingEvery = 10 * time.Second
	silence   = 25 * time.Second
)

// listenDialer dials connections on which a silence longer than the pings allow is an error.
type listenDialer struct{}

// Dial implements pq.Dialer.
func (listenDialer) Dial(network, address string) (net.Conn, error) {
	return listenDialer{}.DialTimeout(network, address, patience)
}

// DialTimeout implements pq.Dialer.
func (listenDialer) DialTimeout(network, address string, timeout time.Duration) (net.Conn, error) {
	c, err := (&net.Dialer{Timeout: timeout, KeepAliveConfig: keepAlive}).Dial(network, address)
	if err != nil {
		return nil, err
	}
	return &listenConn{Conn: c}, nil
}

type listenConn struct{ net.Conn }

// Read implements net.Conn.
func (c *listenConn) Read(p []byte) (int, error) {
	if err := c.SetReadDeadline(time.Now().Add(silence)); err != nil {
		return 0, err
	}
	return c.Conn.Read(p)
}
