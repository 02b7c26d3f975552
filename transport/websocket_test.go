package transport_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"kopeck/transport"
)

// socket is a client of graphql-transport-ws.
type socket struct {
	t    *testing.T
	conn *websocket.Conn
}

func (w *world) dial(protocols []string, headers ...string) (*socket, *http.Response, error) {
	w.t.Helper()
	header := http.Header{}
	for _, h := range headers {
		name, value, _ := strings.Cut(h, ": ")
		header.Set(name, value)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	conn, response, err := websocket.Dial(ctx, w.server.URL, &websocket.DialOptions{Subprotocols: protocols, HTTPHeader: header})
	if err != nil {
		return nil, response, err
	}
	w.t.Cleanup(func() { _ = conn.CloseNow() })
	return &socket{w.t, conn}, response, nil
}

// open opens a socket with the protocol and sends init, unless it is "".
func (w *world) open(init string) *socket {
	w.t.Helper()
	s, _, err := w.dial([]string{"graphql-transport-ws"})
	if err != nil {
		w.t.Fatal(err)
	}
	if init != "" {
		s.send(init)
		s.expect(`{"type":"connection_ack"}`)
	}
	return s
}

func (s *socket) send(text string) {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	if err := s.conn.Write(ctx, websocket.MessageText, []byte(text)); err != nil {
		s.t.Fatal(err)
	}
}

// receive returns the next message that is not a ping, or the error that ended the socket.
func (s *socket) receive() (string, error) {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 8*time.Second)
	defer cancel()
	for {
		_, text, err := s.conn.Read(ctx)
		if err != nil || string(text) != `{"type":"ping"}` {
			return string(text), err
		}
	}
}

func (s *socket) expect(want string) {
	s.t.Helper()
	got, err := s.receive()
	if err != nil || !strings.HasPrefix(got, want) {
		s.t.Fatalf("got %s %v, want %s", got, err, want)
	}
}

func (s *socket) expectClose(code websocket.StatusCode, reason string) {
	s.t.Helper()
	for {
		text, err := s.receive()
		if err == nil {
			continue // a message sent before
		}
		closed := websocket.CloseError{}
		if !errors.As(err, &closed) || closed.Code != code || !strings.Contains(closed.Reason, reason) {
			s.t.Fatalf("%v (%s), want %d %s", err, text, code, reason)
		}
		return
	}
}

const initialise = `{"type":"connection_init"}`

func subscribe(id, query string) string {
	payload, _ := json.Marshal(map[string]any{"query": query})
	return `{"id":"` + id + `","type":"subscribe","payload":` + string(payload) + `}`
}

func TestSocketOperations(t *testing.T) {
	t.Parallel()
	w := start(t, transport.Config{})
	s := w.open(initialise)

	s.send(subscribe("1", `subscription { count(to: 3) }`))
	for i := 1; i <= 3; i++ {
		s.expect(fmt.Sprintf(`{"id":"1","type":"next","payload":{"data":{"count":%d}`, i))
	}
	s.expect(`{"id":"1","type":"complete"}`)

	s.send(subscribe("1", `{ hello }`)) // the id is free again
	s.expect(`{"id":"1","type":"next","payload":{"data":{"hello":"hello world"},"extensions":{"cost":`)
	s.expect(`{"id":"1","type":"complete"}`)

	s.send(subscribe("2", `mutation { add(value: 4) }`))
	s.expect(`{"id":"2","type":"next","payload":{"data":{"add":4}`)
	s.expect(`{"id":"2","type":"complete"}`)

	// A refused operation gets "error" and no "complete": the next message belongs to another operation.
	s.send(subscribe("3", `{ nothing }`))
	s.expect(`{"id":"3","type":"error","payload":[{"message":"Cannot query field`)
	s.send(`{"id":"4","type":"subscribe","payload":{"query":"query($v: Int!) { int(value: $v) }","variables":{"v":2147483648}}}`)
	s.expect(`{"id":"4","type":"error","payload":[{"message":"$v:`)

	s.send(subscribe("5", `subscription { refused }`))
	s.expect(`{"id":"5","type":"next","payload":{"errors":[{"message":"not for you"`)
	s.expect(`{"id":"5","type":"complete"}`)

	s.send(subscribe("6", `subscription { stumbles { id items { totalCount } } }`))
	s.expect(`{"id":"6","type":"next","payload":{"data":{"stumbles":{"id":"good"`)
	s.expect(`{"id":"6","type":"next","payload":{"errors":[{"message":"this item is bad"`)
	s.expect(`{"id":"6","type":"complete"}`)

	s.send(`{"type":"ping","payload":{"a":1}}`)
	s.expect(`{"type":"pong","payload":{"a":1}}`)
	s.send(`{"type":"pong"}`)
	s.send(`{"type":"complete","id":"unknown"}`)

	s.send(subscribe("7", `query { fail(how: PANIC) }`))
	s.expect(`{"id":"7","type":"next","payload":{"errors":[{"message":"internal error"`)
	s.expect(`{"id":"7","type":"complete"}`)
}

func TestSocketComplete(t *testing.T) {
	t.Parallel()
	w := start(t, transport.Config{})
	s := w.open(initialise)
	for i := range 20 { // the same id is reused: no message of an earlier operation arrives
		s.send(subscribe("a", `subscription { silence }`))
		s.expect(`{"id":"a","type":"next"`)
		s.send(`{"id":"a","type":"complete"}`)
		s.send(subscribe("b", fmt.Sprintf(`{ int(value: %d) }`, i)))
		s.expect(fmt.Sprintf(`{"id":"b","type":"next","payload":{"data":{"int":%d}`, i))
		s.expect(`{"id":"b","type":"complete"}`)
	}
	w.eventually("producers to end", func() bool { return w.resolvers.Producers.Load() == 0 })
}

func TestSocketProtocolErrors(t *testing.T) {
	t.Parallel()
	w := start(t, transport.Config{})
	for _, c := range []struct {
		name, init, send string
		code             websocket.StatusCode
		reason           string
	}{
		{"not JSON", initialise, `{`, 4400, "Invalid message"},
		{"a list", initialise, `[]`, 4400, ""},
		{"no type", initialise, `{}`, 4400, ""},
		{"an unknown type", initialise, `{"type":"start"}`, 4400, ""},
		{"the old protocol's init", "", `{"type":"connection_initialise"}`, 4400, ""},
		{"a payload that is no object", "", `{"type":"connection_init","payload":"x"}`, 4400, ""},
		{"a number for an id", initialise, `{"id":1,"type":"complete"}`, 4400, ""},
		{"subscribe without id", initialise, `{"type":"subscribe","payload":{"query":"{ hello }"}}`, 4400, ""},
		{"subscribe without payload", initialise, `{"id":"1","type":"subscribe"}`, 4400, ""},
		{"subscribe without query", initialise, `{"id":"1","type":"subscribe","payload":{}}`, 4400, ""},
		{"query twice", initialise, `{"id":"1","type":"subscribe","payload":{"query":"{ hello }","query":"{ int }"}}`, 4400, ""},
		{"subscribe before init", "", subscribe("1", "{ hello }"), 4401, "Unauthorized"},
		{"init twice", initialise, initialise, 4429, "Too many initialisation requests"},
		{"too large", initialise, subscribe("1", "{ hello }"+strings.Repeat(" ", 64<<10)), 1009, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := w.in(t).open(c.init)
			s.send(c.send)
			s.expectClose(c.code, c.reason)
		})
	}
	t.Run("binary", func(t *testing.T) {
		s := w.in(t).open(initialise)
		if err := s.conn.Write(context.Background(), websocket.MessageBinary, []byte(`{"type":"ping"}`)); err != nil {
			t.Fatal(err)
		}
		s.expectClose(4400, "")
	})
	t.Run("an id in use", func(t *testing.T) {
		s := w.in(t).open(initialise)
		s.send(subscribe("x", `subscription { silence }`))
		s.expect(`{"id":"x","type":"next"`)
		s.send(subscribe("x", `{ hello }`))
		s.expectClose(4409, "Subscriber for x already exists")
	})
	t.Run("another subprotocol", func(t *testing.T) {
		for _, protocols := range [][]string{{"graphql-ws"}, nil} {
			s, _, err := w.in(t).dial(protocols)
			if err != nil {
				t.Fatal(err)
			}
			s.expectClose(4406, "")
		}
	})
}

func TestSocketLimits(t *testing.T) { // not parallel: it depends on times
	w := start(t, transport.Config{Limits: transport.Limits{SocketInit: 50 * time.Millisecond, SocketOperations: 3}})
	s := w.open("")
	s.expectClose(4408, "Connection initialisation timeout")

	s = w.open(initialise)
	for i := range 3 {
		s.send(subscribe(fmt.Sprint(i), `subscription { silence }`))
		s.expect(fmt.Sprintf(`{"id":"%d","type":"next"`, i))
	}
	s.send(subscribe("3", `subscription { silence }`))
	s.expect(`{"id":"3","type":"error","payload":[{"message":"a socket may run at most 3 operations at once`)
	s.send(`{"id":"0","type":"complete"}`)
	s.send(subscribe("3", `subscription { silence }`))
	s.expect(`{"id":"3","type":"next"`)
}

func TestSocketOrigin(t *testing.T) {
	t.Parallel()
	w := start(t, transport.Config{Origins: []string{"https://app.example.com"}})
	own := strings.TrimPrefix(w.server.URL, "http://")
	for origin, allowed := range map[string]bool{
		"":                               true,
		"http://" + own:                  true,
		"https://app.example.com":        true,
		"https://APP.example.com":        true,
		"http://app.example.com":         false,
		"https://app.example.com:8443":   false,
		"https://app.example.com.evil.x": false,
		"https://evil.example.com":       false,
		"null":                           false,
		"http://" + own + "@evil.x":      false,
	} {
		t.Run(origin, func(t *testing.T) {
			headers := []string{}
			if origin != "" {
				headers = append(headers, "Origin: "+origin)
			}
			_, response, err := w.in(t).dial([]string{"graphql-transport-ws"}, headers...)
			if (err == nil) != allowed || !allowed && response.StatusCode != http.StatusForbidden {
				t.Errorf("%v %v", response.StatusCode, err)
			}
		})
	}
}

func TestSocketSession(t *testing.T) { // not parallel: it depends on times
	signedOut := make(chan struct{})
	w := start(t, transport.Config{
		Authenticate: func(ctx context.Context, token string) (context.Context, time.Time, <-chan struct{}, error) {
			switch token {
			case "short":
				return ctx, time.Now().Add(50 * time.Millisecond), nil, nil
			case "signed-out":
				return ctx, time.Now().Add(time.Hour), signedOut, nil
			case "", "other":
				// A context that does not derive from the socket's must end with it.
				return context.WithValue(context.Background(), callerKey{}, "other"), time.Time{}, nil, nil
			default:
				return nil, time.Time{}, nil, errors.New("no")
			}
		},
	})
	s := w.open("")
	s.send(`{"type":"connection_init","payload":{"Authorization":"Bearer wrong"}}`)
	s.expectClose(4403, "Forbidden")

	s = w.open(`{"type":"connection_init","payload":{"authorization":"bearer short"}}`)
	s.send(subscribe("1", `subscription { silence }`))
	s.expect(`{"id":"1","type":"next"`)
	s.expectClose(4403, "expired")

	s = w.open(`{"type":"connection_init","payload":{"token":"signed-out"}}`)
	s.send(subscribe("1", `subscription { silence }`))
	s.expect(`{"id":"1","type":"next"`)
	close(signedOut)
	s.expectClose(4403, "signed out")

	s = w.open(`{"type":"connection_init","payload":null}`)
	s.send(subscribe("1", `subscription { silence }`))
	s.expect(`{"id":"1","type":"next"`)
	_ = s.conn.CloseNow()
	w.eventually("the producers to end", func() bool { return w.resolvers.Producers.Load() == 0 })
}

func TestSocketClientVanishes(t *testing.T) { // not parallel: it depends on times
	w := start(t, transport.Config{})
	for range 5 {
		s := w.open(initialise)
		for i := range 10 {
			s.send(subscribe(fmt.Sprint(i), `subscription { silence }`))
		}
		s.send(subscribe("wait", `{ wait }`))
		w.eventually("all to run", func() bool { return w.resolvers.Producers.Load() == 10 && w.resolvers.Waiting.Load() == 1 })
		_ = s.conn.CloseNow()
		w.eventually("all to end", func() bool { return w.resolvers.Producers.Load() == 0 && w.resolvers.Waiting.Load() == 0 })
	}
}

func TestSocketPings(t *testing.T) { // not parallel: it depends on times
	w := start(t, transport.Config{Limits: transport.Limits{SocketPing: 30 * time.Millisecond}})
	s := w.open(initialise)
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	for range 3 {
		if _, text, err := s.conn.Read(ctx); err != nil || string(text) != `{"type":"ping"}` {
			t.Fatalf("%s %v", text, err)
		}
	}
	// A client that stops reading, and so does not answer pings, is disconnected.
	s.send(subscribe("1", `subscription { silence }`))
	w.eventually("the subscription to start", func() bool { return w.resolvers.Producers.Load() == 1 })
	w.eventually("the producer to end", func() bool { return w.resolvers.Producers.Load() == 0 })
}

func TestShutdownEndsStreams(t *testing.T) { // not parallel: it depends on times
	w := start(t, transport.Config{})
	s := w.open(initialise)
	s.send(subscribe("1", `subscription { silence }`))
	s.expect(`{"id":"1","type":"next"`)
	events := w.stream(`subscription { silence }`)
	events.expect("event: next", "data: {\"data\":{\"silence\":1}}", "")
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	ended := make(chan error, 1)
	go func() { ended <- w.handler.Shutdown(ctx) }()
	s.expectClose(1001, "shutting down")
	events.expect("event: complete", "data:", "")
	if err := <-ended; err != nil {
		t.Error(err)
	}
	w.eventually("the producers to end", func() bool { return w.resolvers.Producers.Load() == 0 })
	if _, response, err := w.dial([]string{"graphql-transport-ws"}); err == nil || response.StatusCode != 503 {
		t.Errorf("a new socket after the shutdown: %v", err)
	}
	if err := w.handler.Shutdown(ctx); err != nil {
		t.Errorf("twice: %v", err)
	}
}
