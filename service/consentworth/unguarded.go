package consentworth

import (
	"context"
	"time"

	"kopeck/consentlog"
	"kopeck/store"
)

// The reads of this file, on permissions, their logs and contacts, go past the guard: the report sums over the rows of all customers. Who asks may
// read all of them: the API's field permissionEconomics has the directive @scope(name: "costs"), and whoever has that scope (ADMIN, MANAGER,
// ANALYST) reads all rows by auth/rules.go. The command line asks as the system.

// eachPermission calls each with every permission that was given before a moment, in the order of their ids, and with its events up to then.
func eachPermission(ctx context.Context, tx *store.Tx, before time.Time, each func(*permission)) error {
	const query = `SELECT p.id, p.customer_id, p.channel, p.purpose, e.kind, e.level, e.at, e.expires_at, e.source, e.wording_version
		FROM permission_events e JOIN permissions p ON p.id = e.permission_id WHERE e.at < ? ORDER BY p.id, e.sequence`
	var open *permission
	err := store.Each(ctx, tx, query, []any{before}, func(scan store.ScanFunc) error {
		var p permission
		var e consentlog.Event
		if err := scan(&p.id, &p.customerID, &p.channel, &p.purpose, &e.Kind, &e.Level, store.UTC(&e.At), &e.ExpiresAt, &e.Source, &e.WordingVersion); err != nil {
			return err
		}
		if open != nil && open.id != p.id {
			each(open)
			open = nil
		}
		if open == nil {
			open = &p
		}
		open.events = append(open.events, e)
		return nil
	})
	if err == nil && open != nil {
		each(open)
	}
	return err
}

// eachContact calls each with the contacts of a time that stand and were made under a permission.
func eachContact(ctx context.Context, tx *store.Tx, from, to time.Time, each func(permissionID string, c contact) error) error {
	const query = "SELECT permission_id, at, cost, realised FROM contacts WHERE permission_id IS NOT NULL AND voided_at IS NULL AND at >= ? AND at < ?"
	return store.Each(ctx, tx, query, []any{from, to}, func(scan store.ScanFunc) error {
		var permissionID string
		var c contact
		if err := scan(&permissionID, store.UTC(&c.at), &c.cost, &c.realised); err != nil {
			return err
		}
		return each(permissionID, c)
	})
}
