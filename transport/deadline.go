package transport

import (
	"context"
	"net/http"
	"time"
)

// mustReceive gives the client a time in which to receive all that is written from now on; negative: any. A client that does not
// read holds a connection, a goroutine and the answer until then, and no longer.
func mustReceive(w http.ResponseWriter, within time.Duration) {
	if within < 0 {
		return
	}
	_ = http.NewResponseController(w).SetWriteDeadline(time.Now().Add(within)) // not every ResponseWriter supports deadlines
}

// receiving returns a context in which a message must be received.
func (l Limits) receiving(ctx context.Context) (context.Context, context.CancelFunc) {
	if l.Write < 0 {
		return context.WithCancel(ctx)
	}
	return context.WithTimeout(ctx, l.Write)
}

// Deadlines is middleware that bounds the time of an answer that is ready at once, such as a page: the client must receive it
// within a time. Handler bounds its own answers, from the moment when they are ready.
func Deadlines(within time.Duration, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mustReceive(w, within)
		next.ServeHTTP(w, r)
	})
}
