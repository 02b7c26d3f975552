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
// each result, then "complete". Errors of the GraphQL request are sent as "next" too, since a browser's
// EventSource shows nothing of other responses. Errors of the HTTP request and throttling are answered by a
// status and JSON.
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
	op, refused := h.prepare(ctx, "sse", params, func(kind ast.Operation) *refusal { return onlyQueriesByGet(r, kind) },
		func(o *ast.OperationDefinition, variables map[string]any) *refusal {
			return h.writesByGet(r, o, variables)
		})
	if refused != nil && refused.status != 0 {
		h.writeAnswer(w, mediaJSON, refused)
		return
	}

	out := eventWriter{w: w, control: http.NewResponseController(w), within: h.limits.Write}
	w.Header().Set("Content-Type", mediaEvents+"; charset=utf-8")
	w.Header().Set("X-Accel-Buffering", "no") // keeps proxies from buffering the events
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

// streamEvents writes a subscription's events until it ends, the client disconnects, the caller's session
// ends or the server shuts down. When it returns nothing more is encoded, and the context of the resolver's producer is
// cancelled.
func (h *Handler) streamEvents(op *operation, out eventWriter) {
	defer op.observe(op.ctx)
	ctx, cancel := context.WithCancel(op.ctx)
	events := make(chan []byte)
	go func() {
		defer close(events)
		next := op.events(ctx)
		for response := next(); response != nil; response = next() {
			select {
			case events <- encode(response, true): // encoded here, since the next event overwrites its data
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
	out.write(":\n\n") // informs the client that it is subscribed
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

// newTicker returns a ticker; one that is switched off (interval <= 0) ticks once in a century.
func newTicker(interval time.Duration) *time.Ticker {
	if interval <= 0 {
		interval = 100 * 365 * 24 * time.Hour
	}
	return time.NewTicker(interval)
}

// eventWriter writes events, each with a deadline of its own. The server's deadline would end a long stream; without
// any, a client that stops reading would block the producer indefinitely.
type eventWriter struct {
	w       http.ResponseWriter
	control *http.ResponseController
	within  time.Duration // for one event
}

// lineBreaks replaces line breaks, which would end an event's data. In JSON they are white space, which a custom scalar
// may contain.
var lineBreaks = strings.NewReplacer("\n", " ", "\r", " ")

func (e eventWriter) next(body []byte) error {
	return e.write("event: next\ndata: " + lineBreaks.Replace(string(body)) + "\n\n")
}

func (e eventWriter) write(text string) error {
	mustReceive(e.w, e.within)
	if _, err := e.w.Write([]byte(text)); err != nil {
		return err
	}
	return e.control.Flush()
}
