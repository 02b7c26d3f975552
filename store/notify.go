package store

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"strings"
	"sync"
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
// second. If the database cannot be listened to at the moment, a Lost event follows when it can.
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
	return &listener{dsn: dsn, hub: hub, log: options.Log, ready: make(chan struct{}), ended: make(chan struct{})}, nil
}

// patience is how long a subscriber waits for listening to start before it gets a Lost event instead.
const patience = 5 * time.Second

// open starts listening, unless it has started before, and waits until events can be received.
func (l *listener) open() {
	l.mu.Lock()
	if l.pq == nil && !l.closed {
		l.pq = pq.NewDialListener(listenDialer{}, l.dsn, 100*time.Millisecond, 5*time.Second, l.changed)
		go l.listen(l.pq)
	}
	l.mu.Unlock()
	wait := time.NewTimer(patience)
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
	began := time.Now()
	go func() {
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
	}()
	ticker := time.NewTicker(pingEvery)
	defer ticker.Stop()
	for {
		select {
		case message, open := <-connection.Notify:
			switch topic, payload, _ := strings.Cut(text(message), "\n"); {
			case !open:
				return
			case message == nil:
				l.hub.lost()
			case message.Channel == channel:
				l.hub.publish(Event{Topic: topic, Payload: payload})
			}
		case <-ticker.C:
			go func() { _ = connection.Ping() }() // changed logs its failure
		case <-l.ended:
			return
		}
	}
}

func text(message *pq.Notification) string {
	if message == nil {
		return ""
	}
	return message.Extra
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
