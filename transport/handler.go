// Package transport speaks GraphQL over HTTP (POST and GET), WebSocket (graphql-transport-ws) and
// server-sent events (graphql-sse, distinct connections) for any gqlgen schema.
//
// It follows the GraphQL-over-HTTP specification and refuses ambiguous requests. Limits bounds what a
// request may ask for; present.go alone decides what an error shows. The executor is gqlgen's; this package does
// parsing, validation, coercion of variables and all input and output.
package transport

import (
	"context"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/executor"
	"github.com/99designs/gqlgen/graphql/handler/extension"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

// Config configures a Handler. The zero value is usable in production.
type Config struct {
	Limits  Limits
	Weights Weights
	Scales  Scales
	Bulk    Bulk
	Writes  Writes

	// Development switches on introspection and suggestions ("Did you mean …").
	Development bool

	// Trusted, if not nil, has the only documents that are run, by the hexadecimal SHA-256 of their text.
	// A client sends the text or, in extensions.persistedQuery.sha256Hash, the hash.
	Trusted map[string]string
	// PersistedQueries lets clients send only the hash of a document that some client has sent before and that is still cached.
	PersistedQueries bool

	// Caller returns the name of the caller whose bucket of points an operation is charged to. Where Caller is nil or
	// returns "", the client's network address is used: see [Addresses].
	Caller func(ctx context.Context) string

	// Expected, if not nil, says what to send for a custom scalar whose value could not be read, "" where it does not
	// know: a string such as "6.5". It completes the message "cannot read 6.5 (a number) as Decimal; send …".
	Expected func(scalar string, value any) string

	// Validate, if not nil, is called before an operation is run. Its errors are shown unchanged, and the operation is not run.
	Validate func(ctx context.Context, operation *graphql.OperationContext) gqlerror.List

	// Public, if not nil, reports whether an operation may be run for a request whose credentials are not accepted: see
	// [WithDenied].
	Public func(operation *graphql.OperationContext) bool

	// Available, if not nil, is called before an operation is run and before an event of a subscription is sent. An error with the
	// code UNAVAILABLE is shown, and the operation is not run or ends.
	Available func(ctx context.Context) error

	// Outage, if not nil, says why an error does not depend on the operation (the database is away, its disk full): it is shown with the
	// code UNAVAILABLE and this message, since the same operation may succeed later. It returns "" for other errors.
	Outage func(err error) string
	// TooSlow, if not nil, reports whether an error is that the database has ended a statement that took too long.
	TooSlow func(err error) bool
	// OutcomeUnknown, if not nil, reports whether it is not known after an outage if the operation was carried out. Its error
	// has the extension outcomeUnknown.
	OutcomeUnknown func(err error) bool

	// Authenticate authenticates a WebSocket. The token is the member authorization or token of
	// connection_init's payload, without "Bearer "; "" where there is none. All operations of the socket run with the
	// returned context. The socket is closed with 4403 at expiresAt (never, if it is the zero time), when done is
	// closed (never, if it is nil), and immediately on an error; with 1013 (try again later) if that is UNAVAILABLE. Where Authenticate is nil, operations run
	// with the context of the upgrade request.
	Authenticate func(ctx context.Context, token string) (_ context.Context, expiresAt time.Time, done <-chan struct{}, err error)

	// Session returns the same two ends for a stream of server-sent events, whose caller HTTP middleware has put into
	// ctx. Where Session is nil, a stream lasts until the client disconnects.
	Session func(ctx context.Context) (expiresAt time.Time, done <-chan struct{})

	// Origins are the other sites whose pages may open a WebSocket, such as "https://app.example.com". The
	// server's own origin is always allowed, and so are clients that send no Origin because they are not browsers.
	Origins []string

	// Somebody, if not nil, reports whether a caller is known. The names of operations are recorded (OperationInfo.Name) if a known caller
	// has run them.
	Somebody func(ctx context.Context) bool

	// Observe, if not nil, is called for every operation when it ends, and for every request that is refused before.
	Observe func(ctx context.Context, operation OperationInfo)

	Log   *slog.Logger     // nil means slog.Default()
	Now   func() time.Time // nil means time.Now
	NewID func() string    // makes request ids; nil means random ones
}

// Handler serves one schema at one path.
type Handler struct {
	config    Config
	limits    Limits
	schema    graphql.ExecutableSchema
	executor  *executor.Executor
	documents *documents
	costs     *costs
	buckets   *buckets
	names     operationNames
	log       *slog.Logger
	served    http.Handler

	mu      sync.Mutex
	ending  chan struct{}  // closed when Shutdown begins
	streams sync.WaitGroup // sockets and event streams; Add only under mu and before ending is closed
}

// New returns the handler of a schema.
func New(schema graphql.ExecutableSchema, config Config) *Handler {
	if config.Log == nil {
		config.Log = slog.Default()
	}
	if config.Now == nil {
		config.Now = time.Now
	}
	limits := config.Limits.WithDefaults()
	h := &Handler{
		config:    config,
		limits:    limits,
		schema:    schema,
		executor:  executor.New(schema),
		documents: newDocuments(limits.CacheBytes),
		costs:     newCosts(schema.Schema(), config.Weights, config.Scales, config.Bulk, limits),
		buckets:   newBuckets(limits, config.Now),
		log:       config.Log,
		ending:    make(chan struct{}),
	}
	h.executor.SetQueryCache(prepared{})
	h.executor.SetErrorPresenter(h.present)
	h.executor.SetRecoverFunc(recovered)
	if config.Development {
		h.executor.Use(extension.Introspection{})
	}
	h.tryTrusted()
	h.served = RequestIDs(config.NewID, Addresses(Proxies{}, http.HandlerFunc(h.serve)))
	return h
}

// ServeHTTP implements http.Handler.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) { h.served.ServeHTTP(w, r) }

// Shutdown closes sockets (with 1001) and event streams, refuses new ones and waits until their operations
// have ended or ctx is done; the contexts of subscriptions are cancelled. http.Server.Shutdown waits for the other
// requests. Call this method first, since http.Server.Shutdown ignores sockets and waits for event streams.
func (h *Handler) Shutdown(ctx context.Context) error {
	h.mu.Lock()
	select {
	case <-h.ending:
	default:
		close(h.ending)
	}
	h.mu.Unlock()
	ended := make(chan struct{})
	go func() {
		h.streams.Wait()
		close(ended)
	}()
	select {
	case <-ended:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// streaming registers a socket or event stream. It returns false when the server is shutting down.
func (h *Handler) streaming() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	select {
	case <-h.ending:
		return false
	default:
		h.streams.Add(1)
		return true
	}
}

// serve chooses the transport.
func (h *Handler) serve(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Add("Vary", "Accept")
	defer func() {
		if p := recover(); p != nil {
			if p == http.ErrAbortHandler {
				panic(p)
			}
			h.writeRefusal(w, r, mediaJSON, &refusal{
				status: http.StatusInternalServerError,
				errors: gqlerror.List{h.present(r.Context(), recovered(r.Context(), p))},
			})
		}
	}()
	if refused := denied(r.Context()); refused != nil && (r.Method != http.MethodPost || accepted(r.Header) == mediaEvents) {
		h.writeRefusal(w, r, mediaJSON, refused)
		return
	}
	if r.Method == http.MethodGet && strings.EqualFold(r.Header.Get("Upgrade"), "websocket") {
		h.serveSocket(w, r)
		return
	}
	if r.Method == http.MethodOptions {
		w.Header().Set("Allow", "GET, POST, OPTIONS")
		w.WriteHeader(http.StatusNoContent)
		return
	}
	if r.Method != http.MethodGet && r.Method != http.MethodPost {
		refused := refuse(http.StatusMethodNotAllowed, CodeMethodNotAllowed, "the method must be GET or POST")
		refused.allow = "GET, POST"
		h.writeRefusal(w, r, mediaJSON, refused)
		return
	}
	media := accepted(r.Header)
	switch media {
	case "":
		h.writeRefusal(w, r, mediaJSON, refuse(http.StatusNotAcceptable, CodeNotAcceptable,
			"Accept must allow application/graphql-response+json, application/json or text/event-stream"))
	case mediaEvents:
		h.serveEvents(w, r)
	default:
		h.servePlain(w, r, media)
	}
}

// read reads the request of a POST or GET.
func (h *Handler) read(w http.ResponseWriter, r *http.Request) (*graphql.RawParams, *refusal) {
	if r.Method == http.MethodGet {
		return h.readGet(r)
	}
	return h.readPost(w, r)
}

// caller returns the name of the caller whose bucket is charged.
func (h *Handler) caller(ctx context.Context) string {
	if h.config.Caller != nil {
		if name := h.config.Caller(ctx); name != "" {
			return name
		}
	}
	return "address " + ClientAddress(ctx)
}
