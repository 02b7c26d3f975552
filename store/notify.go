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

// news is how processes on a database hear of each other's changes.
type news interface {
	// open begins to listen for the hub, if that has not begun.
	open()
	// send tells other processes of a transaction's events, if it is committed.
	send(ctx context.Context, tx *Tx) error
	close()
}

// send notifies of a transaction's events with its commit, in one statement.
func (e *ear) send(ctx context.Context, tx *Tx) error {
	messages := make([]string, len(tx.events))
	for i, event := range tx.events {
		messages[i] = event.Topic + "\n" + event.Payload
	}
	_, err := tx.ExecContext(ctx, "SELECT pg_notify($1, message) FROM unnest($2::text[]) WITH ORDINALITY AS sent(message, place) ORDER BY place", channel, pq.Array(messages))
	return err
}

// Subscribe hears the events of a topic from now on, until cancel, which closes the channel; Close of the store
// closes it too. A subscriber that falls behind by more than 64 events gets a Lost event in their place. On PostgreSQL this process's own
// events come the same way as others'. On SQLite a change by a command is a Lost event within half a second. If the database
// cannot be listened to just now, Lost follows when it can.
func (s *Store) Subscribe(topic string) (events <-chan Event, cancel func()) {
	events, cancel = s.hub.subscribe(topic)
	s.news.open()
	return events, cancel
}

// ear is the connection that listens to PostgreSQL. It is opened by the first subscription.
type ear struct {
	dsn   string
	hub   *hub
	log   *slog.Logger
	ready chan struct{} // closed when listening has begun
	ended chan struct{}

	mu       sync.Mutex
	listener *pq.Listener
	closed   bool
}

func newEar(at target, options Options, hub *hub) (*ear, error) {
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
	return &ear{dsn: dsn, hub: hub, log: options.Log, ready: make(chan struct{}), ended: make(chan struct{})}, nil
}

// patience is how long a subscriber waits for listening to begin before it is told Lost instead.
const patience = 5 * time.Second

// open begins to listen, if that has not begun, and waits till events are heard.
func (e *ear) open() {
	e.mu.Lock()
	if e.listener == nil && !e.closed {
		e.listener = pq.NewDialListener(listenDialer{}, e.dsn, 100*time.Millisecond, 5*time.Second, e.changed)
		go e.listen(e.listener)
	}
	e.mu.Unlock()
	wait := time.NewTimer(patience)
	defer wait.Stop()
	select {
	case <-e.ready:
	case <-e.ended:
	case <-wait.C:
	}
}

func (e *ear) changed(event pq.ListenerEventType, err error) {
	if err != nil {
		e.log.Warn("listening to the database", "event", event.String(), "error", err)
	}
}

// listen hands on what is heard. lib/pq sends nil after a lost connection was made again. A ping now and then lets
// the connection's read deadline find a server that has vanished.
func (e *ear) listen(listener *pq.Listener) {
	began := time.Now()
	go func() {
		for {
			err := listener.Listen(channel) // waits for a connection
			if err == nil {
				break
			}
			e.log.Warn("listening to the database", "error", err)
			select {
			case <-e.ended:
				return
			case <-time.After(time.Second):
			}
		}
		if time.Since(began) > patience {
			e.hub.lost() // someone no longer waited
		}
		close(e.ready)
	}()
	ticker := time.NewTicker(pingEvery)
	defer ticker.Stop()
	for {
		select {
		case message, open := <-listener.Notify:
			switch topic, payload, _ := strings.Cut(text(message), "\n"); {
			case !open:
				return
			case message == nil:
				e.hub.lost()
			case message.Channel == channel:
				e.hub.publish(Event{Topic: topic, Payload: payload})
			}
		case <-ticker.C:
			go func() { _ = listener.Ping() }() // its failure is told to changed
		case <-e.ended:
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

func (e *ear) close() {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.closed {
		return
	}
	e.closed = true
	close(e.ended)
	if e.listener != nil {
		_ = e.listener.Close() // only that it was closed before
	}
}

const (
	pingEvery = 10 * time.Second
	silence   = 25 * time.Second
)

// listenDialer makes connections on which silence for longer than the pings allow is an error.
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
