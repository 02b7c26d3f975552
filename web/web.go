// Package web serves Kopeck over HTTP: the API at /graphql, GraphiQL at / in development, the pages for customers
// (package page), the public keys, health checks and metrics.
package web

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"github.com/rs/cors"

	"kopeck/auth"
	"kopeck/fault"
	"kopeck/graph"
	"kopeck/graph/scalar"
	"kopeck/service/app"
	"kopeck/service/people"
	"kopeck/store"
	"kopeck/transport"
	"kopeck/transport/graphiql"
	customerpage "kopeck/web/page"
)

// Config configures a Site.
type Config struct {
	App         *app.App
	Store       *store.Store
	Keys        *auth.Keys
	Origins     []string // other sites whose pages may call the API
	Development bool     // GraphiQL, introspection, suggestions
	Limits      transport.Limits
	Examples    []graphiql.Example
	Log         *slog.Logger
	Now         func() time.Time
	Proxies     transport.Proxies // trusted to name the client in X-Forwarded-For

	Trusted          map[string]string // if not nil, the only documents that are run: see transport.Config
	PersistedQueries bool
}

// Site is the HTTP handler of the whole installation.
type Site struct {
	config   Config
	api      *transport.Handler
	handler  http.Handler
	registry *prometheus.Registry
}

// New returns the site.
func New(c Config) *Site {
	s := &Site{config: c, registry: prometheus.NewRegistry()}
	limits := c.Limits.WithDefaults()
	pages := graph.Pages{Default: limits.PageDefault, Maximum: limits.PageMaximum, Prices: pricesAtOnce}
	m := newMetrics(s.registry, c)
	s.api = transport.New(graph.New(c.App, pages), transport.Config{
		Limits: limits, Weights: weights, Scales: scales, Bulk: transport.Bulk{"Customer.prices": pricesAtOnce}, Writes: transport.Writes{"Customer.price": "hold"}, Development: c.Development, Origins: c.Origins, Log: c.Log, Now: c.Now,
		Caller: caller, Authenticate: s.authenticate, Session: s.session, Somebody: somebody, Observe: m.observe,
		Public:    graph.Public,
		Available: func(context.Context) error { return c.App.Current() },
		Outage:    store.Outage, TooSlow: store.IsTooSlow, OutcomeUnknown: func(err error) bool { return errors.Is(err, store.ErrCommitUnknown) },
		Expected: scalar.Expected, Validate: graph.Validate, Trusted: c.Trusted, PersistedQueries: c.PersistedQueries,
	})
	mux := http.NewServeMux()
	mux.Handle("/graphql", s.signedIn(s.api))
	page := func(pattern string, h http.HandlerFunc) { mux.Handle(pattern, transport.Deadlines(limits.Write, h)) }
	page("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { plain(w, http.StatusOK, "ok") })
	page("GET /readyz", s.ready)
	page("GET /metrics", promhttp.HandlerFor(s.registry, promhttp.HandlerOpts{}).ServeHTTP)
	page("GET /.well-known/jwks.json", s.publicKeys)
	page("GET /.well-known/receipt-keys.json", s.receiptKeys)
	for pattern, h := range customerpage.New(customerpage.Config{App: c.App, Log: c.Log}).Routes() {
		page(pattern, s.api.Throttle(pagePoints, h).ServeHTTP)
	}
	if c.Development {
		graphiql := graphiql.New("Kopeck", "/graphql", c.Examples...)
		page("GET /{$}", graphiql.ServeHTTP)
		page("GET /assets/", graphiql.ServeHTTP)
	}
	share := cors.New(cors.Options{
		AllowedMethods: []string{http.MethodGet, http.MethodPost},
		AllowedHeaders: []string{"Authorization", "Content-Type", "Accept", "X-Request-Id"},
		ExposedHeaders: []string{"X-Request-Id", "Retry-After"}, MaxAge: 600,
		AllowOriginFunc: allowOrigin(c.Origins),
	})
	s.handler = transport.RequestIDs(nil, transport.Addresses(c.Proxies, withAddress(secure(share.Handler(mux)))))
	return s
}

// allowOrigin returns a function that allows only the origins listed. Without it rs/cors allows every origin where the
// list is empty.
func allowOrigin(origins []string) func(string) bool {
	allowed := map[string]bool{}
	for _, origin := range origins {
		allowed[origin] = true
	}
	return func(origin string) bool { return allowed[origin] }
}

// ServeHTTP implements http.Handler.
func (s *Site) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.handler.ServeHTTP(w, r) }

// Shutdown closes sockets and event streams and waits for their operations until ctx is done. http.Server.Shutdown, called
// afterwards, waits for the other requests.
func (s *Site) Shutdown(ctx context.Context) error { return s.api.Shutdown(ctx) }

// pagePoints is what a request for a customer's page is charged.
const pagePoints = 50

// pricesAtOnce is the maximum number of rows on a page of a customer's prices.
const pricesAtOnce = 1000

// weights are the costs of the fields that differ from one point per object.
var weights = transport.Weights{
	"Customer.price": 2, "Customer.prices": 2, "OfferLine.repriced": 2, "OrderLine.priceThen": 2, "Customer.lifetimeValue": 2, "Product.cost": 2,
	"Query.contactEconomics": 50, "Query.staffEconomics": 50, "Query.salesReport": 50, "Query.ledgerCheck": 50, "Query.rateGaps": 50, "Query.workshop": 50, "Query.unkeptDates": 50, "Query.reactionTimes": 100, "Resource.utilisation": 10, "Resource.idleCost": 10, "Customer.economics": 10, "Campaign.report": 5,
	"Mutation.fitLifetimeModel": 50, "Mutation.fitAttribution": 50, "Mutation.handOverCustomers": 50, "Query.handOverPreview": 50,
	"Query.tryPriceRule": 50, "Query.whatIf": 10, "Query.agreementsBelowFloor": 50, "Query.customerBase": 50, "Query.valueAtRisk": 50, "Query.expectedMonths": 50, "Query.acquisitionSources": 50, "LifetimeValue.interval": 3, "Customer.prospect": 10, "Customer.proposals": 10, "Customer.nextBestOffers": 5, "Query.offerAcceptanceModel": 50, "Offer.pdf": 5, "RejectedRule.nearly": 1, "Product.priorPrice": 20,
	"Query.__schema": 50, "Query.__type": 5,
	"Money": 0,
}

// scales are the fields whose work grows with an argument: they are computed month by month.
var scales = transport.Scales{
	"Query.acquisitionSources": {Argument: "horizonMonths", Each: 36, Most: 600},
	"Query.expectedMonths":     {Argument: "months", Each: 36, Most: 120},
}

// signedIn adds the actor to a request's context. An invalid token of any kind is answered by 401, unless what is asked for needs
// none (a client whose token has expired refreshes its session); without a token the caller is anonymous.
func (s *Site) signedIn(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		header := r.Header.Get("Authorization")
		if header == "" {
			next.ServeHTTP(w, r)
			return
		}
		scheme, token, _ := strings.Cut(header, " ")
		ctx, cancel := context.WithTimeout(r.Context(), authenticateIn)
		actor, expiresAt, err := s.config.App.People.Authenticate(ctx, strings.TrimSpace(token))
		cancel()
		if !strings.EqualFold(scheme, "Bearer") {
			err = fault.New(fault.Unauthenticated, "", people.RefusedToken)
		}
		if err != nil {
			s.notSignedIn(w, r, next, err)
			return
		}
		ctx = context.WithValue(auth.With(r.Context(), actor), expiryKey{}, expiresAt)
		next.ServeHTTP(w, r.WithContext(ctx))
	})
}

type expiryKey struct{}

// authenticateIn is how long a token may take that is looked up in the database.
const authenticateIn = 3 * time.Second

// notSignedIn handles a request whose token was not accepted: 401 unless it needs none, or 503 if it could not be checked.
func (s *Site) notSignedIn(w http.ResponseWriter, r *http.Request, next http.Handler, err error) {
	switch f := fault.Of(err); {
	case f == nil:
		s.config.Log.ErrorContext(r.Context(), "an access token could not be checked", "error", err)
		unavailable(w, cmp.Or(store.Outage(err), "the access token could not be checked; try again in a few seconds"))
	case f.Code == fault.Unavailable:
		unavailable(w, f.Message)
	default:
		next.ServeHTTP(w, r.WithContext(transport.WithDenied(r.Context(), unauthorized)))
	}
}

// unavailable answers a request for which nothing was begun, and which may be repeated.
func unavailable(w http.ResponseWriter, message string) {
	w.Header().Set("Retry-After", strconv.Itoa(int(transport.RetryAfter/time.Second)))
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(http.StatusServiceUnavailable)
	_ = json.NewEncoder(w).Encode(map[string]any{"errors": []map[string]any{
		{"message": message, "extensions": map[string]any{"code": fault.Unavailable}},
	}})
}

// unauthorized is the one answer to every token that is not accepted.
func unauthorized(w http.ResponseWriter) {
	w.Header().Set("WWW-Authenticate", `Bearer error="invalid_token"`)
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(http.StatusUnauthorized)
	_, _ = w.Write([]byte(`{"errors":[{"message":"` + people.RefusedToken + `","extensions":{"code":"UNAUTHENTICATED"}}]}` + "\n"))
}

// authenticate authenticates a WebSocket.
func (s *Site) authenticate(ctx context.Context, token string) (context.Context, time.Time, <-chan struct{}, error) {
	if token == "" {
		return ctx, time.Time{}, nil, fault.New(fault.Unauthenticated, "", "sign in first")
	}
	actor, expiresAt, err := s.config.App.People.Authenticate(ctx, token)
	if err != nil {
		return ctx, time.Time{}, nil, err
	}
	return auth.With(ctx, actor), expiresAt, s.config.App.People.SessionEnded(ctx, actor), nil
}

// session returns when the session of an event stream's caller ends.
func (s *Site) session(ctx context.Context) (time.Time, <-chan struct{}) {
	actor, ok := auth.From(ctx)
	if !ok {
		return time.Time{}, nil
	}
	expiresAt, _ := ctx.Value(expiryKey{}).(time.Time)
	return expiresAt, s.config.App.People.SessionEnded(ctx, actor)
}

// somebody reports whether the caller has signed in.
func somebody(ctx context.Context) bool {
	_, ok := auth.From(ctx)
	return ok
}

// caller returns the name of the bucket of points that an operation is charged to: the user's, or that of the client's network
// where nobody has signed in.
func caller(ctx context.Context) string {
	if actor, _ := auth.From(ctx); actor.UserID != "" {
		return actor.UserID
	}
	return "address " + auth.Network(transport.ClientAddress(ctx))
}

// withAddress passes the client's network address to package people, for the limit of sign-in attempts and the audit log.
func withAddress(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		next.ServeHTTP(w, r.WithContext(people.WithClientAddress(r.Context(), transport.ClientAddress(r.Context()))))
	})
}

// secure sets the security headers of every response.
func secure(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("X-Frame-Options", "DENY")
		next.ServeHTTP(w, r)
	})
}

func plain(w http.ResponseWriter, status int, text string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write([]byte(text + "\n"))
}
