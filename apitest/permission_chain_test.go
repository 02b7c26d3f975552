package apitest

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"strings"
	"testing"
	"time"

	"kopeck/ent"
	"kopeck/ent/permission"
	"kopeck/ent/permissionevent"
	"kopeck/schema"
	"kopeck/store"
)

// TestEventHashIsAsDocumented computes hashes from the documented encoding and what the API returns.
func TestEventHashIsAsDocumented(t *testing.T) {
	t.Parallel()
	Each(t, func(t *testing.T, w *World) {
		c := w.As(schema.RoleManager)
		customer := NewCustomer(c, Vars{})
		c.Must(grant, granting(customer, "BRAND_TRUST", Vars{"wordingVersion": "7", "expiresAt": w.Clock.Now().Add(time.Hour)}))
		r := c.Must(grant, granting(customer, "PERSONAL", Vars{"address": "192.0.2.1"}))
		previous := strings.Repeat("0", 64)
		for i := range r.Len("grantPermission.permission.events") {
			at := fmt.Sprintf("grantPermission.permission.events.%d.", i)
			text := []byte("kopeck permission event 1\x00")
			add := func(value any) {
				if value == nil {
					text = append(text, 0)
					return
				}
				field := fmt.Sprint(value)
				text = append(text, 1)
				text = append(text, binary.BigEndian.AppendUint64(nil, uint64(len(field)))...)
				text = append(text, field...)
			}
			micros := func(name string) any {
				if r.Get(at+name) == nil {
					return nil
				}
				moment, err := time.Parse(time.RFC3339Nano, r.Text(at+name))
				if err != nil {
					t.Fatal(err)
				}
				return moment.UnixMicro()
			}
			for _, value := range []any{
				previous, r.Get(at + "id"), r.Get("grantPermission.permission.id"), customer, "EMAIL", "MARKETING", i + 1,
				micros("at"), r.Get(at + "kind"), r.Get(at + "level"), micros("expiresAt"), r.Get(at + "actor"), r.Get(at + "source"), r.Get(at + "wording"),
				r.Get(at + "wordingVersion"), r.Get(at + "address"), r.Get(at + "reason"),
			} {
				add(value)
			}
			sum := sha256.Sum256(text)
			if r.Text(at+"previousHash") != previous || r.Text(at+"hash") != hex.EncodeToString(sum[:]) {
				t.Errorf("event %d: %s", i+1, r.Body)
			}
			previous = r.Text(at + "hash")
		}
	})
}

func TestTamperingBreaksTheChain(t *testing.T) {
	t.Parallel()
	Each(t, func(t *testing.T, w *World) {
		c := w.As(schema.RoleManager)
		customer := NewCustomer(c, Vars{})
		c.Must(grant, granting(customer, "BRAND_TRUST", nil))
		c.Must(grant, granting(customer, "PERSONAL", Vars{"expiresAt": w.Clock.Now().Add(time.Hour)}))
		id := c.Must(grant, granting(customer, "PERSONAL", nil)).Text("grantPermission.permission.id")
		bystander := c.Must(grant, granting(NewCustomer(c, Vars{}), "PERSONAL", nil)).Text("grantPermission.permission.id")
		w.chainsAreWhole()
		event := func(sequence int) *ent.PermissionEvent {
			e, err := w.App.Client.PermissionEvent.Query().Where(permissionevent.PermissionID(id), permissionevent.Sequence(sequence)).Only(w.System())
			if err != nil {
				t.Fatal(err)
			}
			return e
		}
		for _, statement := range []string{
			`UPDATE permission_events SET level = 'POINTS' WHERE permission_id = ? AND sequence = 1`,
			`UPDATE permission_events SET wording = 'anything' WHERE permission_id = ? AND sequence = 2`,
			`UPDATE permission_events SET wording = NULL WHERE permission_id = ? AND sequence = 2`,
			`UPDATE permission_events SET wording_version = '' WHERE permission_id = ? AND sequence = 2`,
			`UPDATE permission_events SET source = 'elsewhere' WHERE permission_id = ? AND sequence = 3`,
			`UPDATE permission_events SET actor = 'somebody' WHERE permission_id = ? AND sequence = 3`,
			`UPDATE permission_events SET address = 'x' WHERE permission_id = ? AND sequence = 3`,
			`UPDATE permission_events SET reason = 'x' WHERE permission_id = ? AND sequence = 3`,
			`UPDATE permission_events SET expires_at = NULL WHERE permission_id = ? AND sequence = 2`,
			`UPDATE permission_events SET kind = 'LOWERED' WHERE permission_id = ? AND sequence = 2`,
			`UPDATE permission_events SET at = '2020-01-01 00:00:00+00:00' WHERE permission_id = ? AND sequence = 1`,
			`UPDATE permission_events SET previous_hash = hash WHERE permission_id = ? AND sequence = 2`,
			`UPDATE permission_events SET hash = previous_hash WHERE permission_id = ? AND sequence = 3`,
			`UPDATE permission_events SET sequence = 4 WHERE permission_id = ? AND sequence = 3`,
			`DELETE FROM permission_events WHERE permission_id = ? AND sequence = 3`,
			`DELETE FROM permission_events WHERE permission_id = ? AND sequence = 2`,
			`DELETE FROM permission_events WHERE permission_id = ?`,
			`UPDATE permissions SET level = 'INTRAVENOUS' WHERE id = ?`,
			`UPDATE permissions SET state = 'REVOKED' WHERE id = ?`,
			`UPDATE permissions SET channel = 'PHONE' WHERE id = ?`,
			`UPDATE permissions SET purpose = 'PARTNER_SHARING' WHERE id = ?`,
			`UPDATE permissions SET version = 4 WHERE id = ?`,
			`UPDATE permissions SET expires_at = '2030-01-01 00:00:00+00:00' WHERE id = ?`,
		} {
			kept := []*ent.PermissionEvent{event(1), event(2), event(3)}
			row := w.App.Client.Permission.Query().Where(permission.ID(id)).OnlyX(w.System())
			w.change(statement, id)
			broken, err := w.App.Consent.VerifyLogs(t.Context())
			if err != nil || len(broken) != 1 || !strings.HasPrefix(broken[0], id) || strings.Contains(broken[0], bystander) {
				t.Errorf("%s: %q, %v", statement, broken, err)
			}
			w.restore(row, kept)
			w.chainsAreWhole()
		}
	})
}

// change runs a statement past all rules, as anybody with the database's password could.
func (w *World) change(statement string, arguments ...any) {
	w.T.Helper()
	err := w.Store.Write(w.System(), func(ctx context.Context, tx *store.Tx) error {
		n, err := tx.Exec(ctx, statement, arguments...)
		if err == nil && n == 0 {
			return fmt.Errorf("%s: no row", statement)
		}
		return err
	})
	if err != nil {
		w.T.Fatal(err)
	}
}

// restore resets a permission and its events.
func (w *World) restore(p *ent.Permission, events []*ent.PermissionEvent) {
	w.T.Helper()
	err := w.Store.Write(w.System(), func(ctx context.Context, tx *store.Tx) error {
		if _, err := tx.Exec(ctx, `DELETE FROM permission_events WHERE permission_id = ?`, p.ID); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `UPDATE permissions SET level = ?, state = ?, channel = ?, purpose = ?, version = ?, expires_at = NULL WHERE id = ?`,
			string(p.Level), string(p.State), string(p.Channel), string(p.Purpose), p.Version, p.ID); err != nil {
			return err
		}
		for _, e := range events {
			err := tx.PermissionEvent.Create().SetID(e.ID).SetPermissionID(e.PermissionID).SetSequence(e.Sequence).SetAt(e.At).SetKind(e.Kind).
				SetNillableLevel(e.Level).SetNillableExpiresAt(e.ExpiresAt).SetActor(e.Actor).SetSource(e.Source).SetNillableWording(e.Wording).
				SetNillableWordingVersion(e.WordingVersion).SetNillableAddress(e.Address).SetNillableReason(e.Reason).
				SetPreviousHash(e.PreviousHash).SetHash(e.Hash).Exec(ctx)
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		w.T.Fatal(err)
	}
}
