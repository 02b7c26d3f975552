package web

import (
	"cmp"
	"context"
	"encoding/json"
	"net/http"
	"time"

	"kopeck/store"
)

// ready answers 200 if the database answers, takes writes, is at this binary's version, this process knows what others have changed in it, and
// there are keys for signing; otherwise 503 with the state of each.
func (s *Site) ready(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), 3*time.Second)
	defer cancel()
	checks := map[string]string{"database": "ok", "migrations": "ok", "updates": "ok", "keys": "ok"}
	status := http.StatusOK
	fail := func(name, reason string) {
		checks[name] = reason
		status = http.StatusServiceUnavailable
	}
	if err := s.config.Store.Health(ctx); err != nil {
		fail("database", cmp.Or(store.Outage(err), "does not answer"))
		fail("migrations", "unknown")
	} else if have, want, err := s.config.Store.Version(ctx); err != nil || have != want {
		fail("migrations", "the database is not at this binary's version")
	}
	if checks["database"] == "ok" {
		if err := s.config.Store.Writable(ctx); err != nil {
			fail("database", cmp.Or(store.Outage(err), "takes no writes"))
		}
	}
	if s.config.App.Current() != nil {
		fail("updates", "changes by other processes are neither notified nor can they be read")
	}
	if err := s.config.Keys.Ready(); err != nil {
		fail("keys", "no key for signing")
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(checks)
}

// publicKeys serves the keys that verify access tokens.
func (s *Site) publicKeys(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/jwk-set+json")
	w.Header().Set("Cache-Control", "public, max-age=60")
	_, _ = w.Write(s.config.Keys.JWKS())
}

// receiptKeys serves the keys that verify receipts of permissions, those of all times among them.
func (s *Site) receiptKeys(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/jwk-set+json")
	w.Header().Set("Cache-Control", "public, max-age=60")
	_, _ = w.Write(s.config.Keys.ReceiptJWKS())
}
