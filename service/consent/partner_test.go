package consent_test

import (
	"context"
	"testing"
	"time"

	"pgregory.net/rapid"

	"kopeck/apptest"
	"kopeck/auth"
	"kopeck/consentlog"
	"kopeck/ent/customer"
	"kopeck/id"
	"kopeck/schema"
	"kopeck/store"
)

// shares is the rule by which a customer's permission lets the partner who brought them see them: it is for sharing with partners, of a
// level above BRAND_TRUST, and active at the moment.
func shares(purpose schema.Purpose, level schema.PermissionLevel, state consentlog.State, expiresAt *time.Time, now time.Time) bool {
	return purpose == schema.PartnerSharing && level != schema.Situation && level != schema.BrandTrust && state.At(now, expiresAt) == consentlog.StateActive
}

// TestPartnersSeeWhoPermitsIt compares the condition that the guard adds to the queries of a partner with the rule over random
// permissions.
func TestPartnersSeeWhoPermitsIt(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		now := w.Clock.Now()
		own, other := w.IDs.Make(id.Partner), w.IDs.Make(id.Partner)
		for n, partnerID := range []string{own, other} {
			w.Insert("partners", map[string]any{"id": partnerID, "created_at": now, "updated_at": now, "name": []string{"Own", "Other"}[n], "active": true})
		}
		partner := auth.With(t.Context(), auth.Actor{UserID: "partner", Name: "partner", Role: schema.RolePartner, PartnerID: own, Scopes: auth.PartnerScopes()})
		rapid.Check(t, func(t *rapid.T) {
			customerID := w.CustomerID()
			referred := rapid.SampledFrom([]string{own, own, own, other, ""}).Draw(t, "partner")
			want := false
			w.Transaction(func(ctx context.Context, tx *store.Tx) error {
				want = false
				_, err := tx.Exec(ctx, "UPDATE customers SET partner_id = ? WHERE id = ?", store.Nullable(referred), customerID)
				return err
			})
			for _, channel := range []schema.Channel{schema.ByEmail, schema.ByPhone}[:rapid.IntRange(0, 2).Draw(t, "permissions")] {
				purpose := rapid.SampledFrom([]schema.Purpose{schema.PartnerSharing, schema.PartnerSharing, schema.Marketing}).Draw(t, "purpose")
				level := rapid.SampledFrom(levels()).Draw(t, "level")
				state := rapid.SampledFrom([]consentlog.State{consentlog.StateActive, consentlog.StateActive, "PENDING", "REVOKED", "EXPIRED"}).Draw(t, "state")
				var expiresAt *time.Time
				if hours := rapid.IntRange(-2, 3).Draw(t, "hours to its end"); hours < 3 {
					end := now.Add(time.Duration(hours) * time.Hour)
					expiresAt = &end
				}
				row := map[string]any{
					"id": w.IDs.Make(id.Permission), "customer_id": customerID, "channel": string(channel), "purpose": string(purpose), "level": string(level), "state": string(state),
					"granted_at": now, "version": 1,
				}
				if expiresAt != nil {
					row["expires_at"] = *expiresAt
				}
				w.Insert("permissions", row)
				want = want || referred == own && shares(purpose, level, state, expiresAt, now)
			}
			seen, err := w.Client.Customer.Query().Where(customer.ID(customerID)).Exist(partner)
			w.Must(err)
			if seen != want {
				t.Fatalf("the partner sees the customer: %t; the rule says %t", seen, want)
			}
		})
	})
}

func levels() (all []schema.PermissionLevel) {
	for _, level := range schema.PermissionLevel("").Values() {
		all = append(all, schema.PermissionLevel(level))
	}
	return all
}
