package transport

import (
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
)

// serveEvents answers with server-sent events, one connection for each operation (the distinct
// connections mode of https://github.com/enisdenjo/graphql-sse/blob/master/PROTOCOL.md): "next" for
// each result, at last "complete". Errors of the request come as a "next" too, for a browser's
// EventSource shows nothing of an answer that is no stream; only what is wrong with the HTTP request
// itself, or is told to wait, is answered by a status and JSON.
func (h *Handler) serveEvents(w http.ResponseWriter, r *http.Request) {
	params, refused := h.read(w, r)
	if refused != nil {
		h.writeRefusal(w, r, mediaJSON, refused)
		return
	}
	if !h.streaming() {
		h.writeRefusal(w, r, mediaJSON, refuse(http.StatusServiceUnavailable, CodeShuttingDown, "the server is shutting down"))
		return
	}
	defer h.streams.Done()

	ctx, cancel := context.WithCancel(r.Context())
	defer cancel()
	params.Headers = r.Header
	op, refused := h.prepare(ctx, "sse", params, func(kind ast.Operation) *refusal { return onlyQueriesByGet(r, kind) })
	if refused != nil && refused.status != 0 {
		h.writeAnswer(w, mediaJSON, refused)
		return
	}

	out := eventWriter{w: w, control: http.NewResponseController(w)}
	w.Header().Set("Content-Type", mediaEvents+"; charset=utf-8")
	w.Header().Set("X-Accel-Buffering", "no") // a proxy in front would hold the events back
	_ = out.control.SetReadDeadline(time.Time{})
	w.WriteHeader(http.StatusOK)
	switch {
	case refused != nil:
		out.next(encode(&graphql.Response{Errors: refused.errors, Extensions: refused.extensions}, false))
	case op.graphql.Operation.Operation != ast.Subscription:
		out.next(encode(op.run(), true))
	default:
		h.streamEvents(op, out)
	}
	out.write("event: complete\ndata:\n\n")
}

// streamEvents writes a subscription's events until it ends, the client leaves, the caller's session
// ends or the server shuts down. When it returns nothing more is encoded, and the resolver's producer
// has been told to end.
func (h *Handler) streamEvents(op *operation, out eventWriter) {
	defer op.observe(op.ctx)
	ctx, cancel := context.WithCancel(op.ctx)
	events := make(chan []byte)
	go func() {
		defer close(events)
		next := op.events(ctx)
		for response := next(); response != nil; response = next() {
			select {
			case events <- encode(response, true): // here, for the next event is written over this one's data
			case <-ctx.Done():
				return
			}
		}
	}()
	defer func() {
		cancel()
		for range events { // waits for the goroutine above
		}
	}()

	var expired <-chan time.Time
	var done <-chan struct{}
	if h.config.Session != nil {
		var expiresAt time.Time
		expiresAt, done = h.config.Session(op.ctx)
		if !expiresAt.IsZero() {
			timer := time.NewTimer(expiresAt.Sub(h.config.Now()))
			defer timer.Stop()
			expired = timer.C
		}
	}
	keepAlive := newTicker(h.limits.SocketPing)
	defer keepAlive.Stop()
	out.write(":\n\n") // the client learns at once that it is subscribed
	for {
		select {
		case body, more := <-events:
			if !more {
				return
			}
			if out.next(body) != nil {
				return
			}
		case <-keepAlive.C:
			if out.write(":\n\n") != nil {
				return
			}
		case <-ctx.Done():
			return
		case <-expired:
			return
		case <-done:
			return
		case <-h.ending:
			return
		}
	}
}

// newTicker ticks once a century where the interval is switched off.
func newTicker(interval time.Duration) *time.Ticker {
	if interval <= 0 {
		interval = 100 * 365 * 24 * time.Hour
	}
	return time.NewTicker(interval)
}

// writeWait is how long a client may take to receive one event or message.
const writeWait = 10 * time.Second

// eventWriter writes events, each by a deadline of its own: the server's would end a long stream, and
// none would let a client that no longer reads hold the producer for ever.
type eventWriter struct {
	w       http.ResponseWriter
	control *http.ResponseController
}

// lines are what would end an event's data. In JSON they are white space: a scalar's writer may leave some.
var lines = strings.NewReplacer("\n", " ", "\r", " ")

func (e eventWriter) next(body []byte) error {
	return e.write("event: next\ndata: " + lines.Replace(string(body)) + "\n\n")
}

func (e eventWriter) write(text string) error {
	_ = e.control.SetWriteDeadline(time.Now().Add(writeWait)) // not every ResponseWriter knows deadlines
	if _, err := e.w.Write([]byte(text)); err != nil {
		return err
	}
	return e.control.Flush()
}
