package main

import (
	"context"
	"time"
)

// keyAge is the age of a signing key at which it is replaced. Nobody is signed out by that.
const keyAge = 30 * 24 * time.Hour

// housekeeping runs the periodic tasks until the context ends: it records expired permissions, deletes old counts of attempts,
// idempotency keys and codes, rotates the signing keys, shows the worth of customers as of the start of each day and once a day updates the stages and the values that lists are ordered
// by and fits MARKOV, SHAPLEY and the lifetime-value models. Several replicas may run it at once.
func (k *kopeck) housekeeping(ctx context.Context) {
	every := func(pause time.Duration, name string, do func(context.Context) error) func() {
		next := time.Now()
		return func() {
			if time.Now().Before(next) || ctx.Err() != nil {
				return
			}
			next = time.Now().Add(pause)
			if err := do(ctx); err != nil && ctx.Err() == nil {
				k.log.WarnContext(ctx, "a housekeeping task has failed", "task", name, "error", err)
			}
		}
	}
	tasks := []func(){
		every(time.Minute, "expired permissions", k.app.Consent.ExpirePermissions),
		every(time.Minute, "attempts to sign in", k.app.People.ForgetAttempts),
		every(time.Hour, "old idempotency keys", k.app.DeleteExpired),
		every(time.Hour, "old codes of customers' pages", k.app.OwnPage.DeleteCodes),
		every(24*time.Hour, "signing keys", func(context.Context) error { return k.keys.RotateDue(keyAge) }),
		every(time.Minute, "what is shown of customers' worth", k.app.Books.RefreshShown),
		every(24*time.Hour, "stages and values", k.app.Books.SettleAll),
		every(24*time.Hour, "attribution", k.app.Books.RefitAttribution),
		every(24*time.Hour, "lifetime value", k.app.Value.RefitLifetime),
	}
	tick := time.NewTicker(10 * time.Second)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			for _, task := range tasks {
				task()
			}
		}
	}
}
