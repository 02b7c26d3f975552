package web

import (
	"context"
	"encoding/json"
	"net/http"
	"time"
)

// ready answers 200 when the database answers, its migrations are this binary's and there are keys to sign
// with; else 503 and which of them is not so.
func (s *Site) ready(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), 3*time.Second)
	defer cancel()
	checks := map[string]string{"database": "ok", "migrations": "ok", "keys": "ok"}
	status := http.StatusOK
	fail := func(name, how string) {
		checks[name] = how
		status = http.StatusServiceUnavailable
	}
	if err := s.config.Store.Health(ctx); err != nil {
		fail("database", "does not answer")
		fail("migrations", "unknown")
	} else if have, want, err := s.config.Store.Version(ctx); err != nil || have != want {
		fail("migrations", "the database is not at this binary's version")
	}
	if err := s.config.Keys.Ready(); err != nil {
		fail("keys", "no key to sign with")
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(checks)
}

// publicKeys gives the keys that access tokens are verified by.
func (s *Site) publicKeys(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/jwk-set+json")
	w.Header().Set("Cache-Control", "public, max-age=60")
	_, _ = w.Write(s.config.Keys.JWKS())
}
