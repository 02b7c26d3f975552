package transport

import (
	"math"
	"net/http"
	"strconv"
)

// Throttle is middleware for what is served beside the API: each request takes points from the bucket of its caller, which is the one that
// operations are charged to. Who has too few is answered by 429.
func (h *Handler) Throttle(points int, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, wait, ok := h.buckets.take(h.caller(r.Context()), points); !ok {
			w.Header().Set("Retry-After", strconv.Itoa(int(math.Ceil(wait.Seconds()))))
			http.Error(w, "too many requests", http.StatusTooManyRequests)
			return
		}
		next.ServeHTTP(w, r)
	})
}
