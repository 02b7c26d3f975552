package transport

import (
	"context"
	"crypto/rand"
	"log/slog"
	"net/http"
)

// requestIDHeader is the header with the id, in requests and responses.
const requestIDHeader = "X-Request-Id"

// maxRequestID is the maximum length of an id from a client.
const maxRequestID = 64

type requestIDKey struct{}

// RequestID returns the id of the request that ctx belongs to, "" outside of one.
func RequestID(ctx context.Context) string {
	id, _ := ctx.Value(requestIDKey{}).(string)
	return id
}

// WithRequestID returns a context whose log lines and error responses have this id.
func WithRequestID(ctx context.Context, id string) context.Context {
	return context.WithValue(ctx, requestIDKey{}, id)
}

// RequestIDs is middleware that sets the id of every request: the client's X-Request-Id if it
// consists of 1 to 64 letters, digits, '.', '_' or '-', otherwise one from newID (nil means random). The response has it in
// the same header. Handler includes this middleware; wrap an outer handler to have the id in its log lines too.
func RequestIDs(newID func() string, next http.Handler) http.Handler {
	if newID == nil {
		newID = rand.Text
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if RequestID(r.Context()) != "" {
			next.ServeHTTP(w, r)
			return
		}
		id := r.Header.Get(requestIDHeader)
		if !saneRequestID(id) {
			id = newID()
		}
		w.Header().Set(requestIDHeader, id)
		next.ServeHTTP(w, r.WithContext(WithRequestID(r.Context(), id)))
	})
}

// saneRequestID reports whether an id is safe in log lines and headers.
func saneRequestID(id string) bool {
	if id == "" || len(id) > maxRequestID {
		return false
	}
	for _, c := range []byte(id) {
		switch {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', c == '.', c == '_', c == '-':
		default:
			return false
		}
	}
	return true
}

// LogRequestIDs returns a slog handler that adds requestId and the client's address to every line logged with a request's
// context.
func LogRequestIDs(next slog.Handler) slog.Handler { return requestLog{next} }

type requestLog struct{ slog.Handler }

// Handle implements slog.Handler.
func (l requestLog) Handle(ctx context.Context, record slog.Record) error {
	if id := RequestID(ctx); id != "" {
		record.AddAttrs(slog.String("requestId", id))
	}
	if address := ClientAddress(ctx); address != "" {
		record.AddAttrs(slog.String("address", address))
	}
	return l.Handler.Handle(ctx, record)
}

// WithAttrs implements slog.Handler.
func (l requestLog) WithAttrs(attrs []slog.Attr) slog.Handler {
	return requestLog{l.Handler.WithAttrs(attrs)}
}

// WithGroup implements slog.Handler.
func (l requestLog) WithGroup(name string) slog.Handler { return requestLog{l.Handler.WithGroup(name)} }
