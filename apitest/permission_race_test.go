package apitest

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"kopeck/ent/contact"
	"kopeck/schema"
)

const sell = `mutation($in: RecordContactInput!) { recordContact(input: $in) { contact { id permission { id } } userErrors { code field message ... on PermissionMissing { channel purpose requiredLevel currentLevel } } } }`

func selling(customer string) Vars {
	return Vars{"customerId": customer, "kind": "EMAIL", "direction": "OUTBOUND", "channel": "EMAIL", "purpose": "MARKETING"}
}

// TestRevocationWinsEveryRace records contacts with a customer from several clients while the permission is
// revoked: requests sent after the answer of the revocation are refused, and nothing is recorded after it.
func TestRevocationWinsEveryRace(t *testing.T) {
	Each(t, func(t *testing.T, w *World) {
		c, anonymous := w.As(schema.RoleManager), w.With("")
		recorded := 0
		for round := range 8 {
			customer := NewCustomer(c, Vars{"name": fmt.Sprintf("Customer %d", round)})
			r := c.Must(grant, granting(customer, "BRAND_TRUST", nil))
			id, token := r.Text("grantPermission.permission.id"), r.Text("grantPermission.permission.revocationToken")
			revoked := make(chan struct{})
			var all sync.WaitGroup
			for range 4 {
				all.Go(func() {
					for after := 0; after < 2; {
						select {
						case <-revoked:
							after++
						default:
						}
						sold := c.Do(sell, Vars{"in": selling(customer)})
						faults := sold.UserErrors()
						switch {
						case after > 0 && (len(faults) != 1 || faults[0] != "PERMISSION_MISSING channel"):
							t.Errorf("after the revocation: %s", sold.Body)
						case len(sold.Errors) > 0, len(faults) == 0 && sold.Text("recordContact.contact.permission.id") != id:
							t.Errorf("got %s, want a sale under the permission, without faults", sold.Body)
						}
					}
				})
			}
			time.Sleep(20 * time.Millisecond)
			if round%2 == 0 {
				anonymous.Must(revokeByLink, Vars{"token": token})
			} else {
				c.Must(revoke, Vars{"in": Vars{"id": id, "source": "call"}})
			}
			close(revoked)
			all.Wait()
			end := w.App.Client.Permission.GetX(w.System(), id).RevokedAt
			sold := w.App.Client.Contact.Query().Where(contact.PermissionID(id)).AllX(w.System())
			for _, one := range sold {
				if one.RecordedAt.After(*end) {
					t.Errorf("a contact was recorded %v after the revocation", one.RecordedAt.Sub(*end))
				}
			}
			recorded += len(sold)
		}
		if recorded == 0 {
			t.Error("there was no race: no contact came before a revocation")
		}
		w.chainsAreWhole()
	})
}

func TestLateContactNeedsThePermissionOfItsMoment(t *testing.T) {
	Each(t, func(t *testing.T, w *World) {
		c := w.As(schema.RoleManager)
		customer := NewCustomer(c, Vars{})
		w.Clock.Advance(time.Hour)
		before := w.Clock.Now().Add(-time.Minute)
		id := c.Must(grant, granting(customer, "BRAND_TRUST", nil)).Text("grantPermission.permission.id")
		w.Clock.Advance(10 * time.Minute)
		during := w.Clock.Now().Add(-time.Minute)
		c.Must(revoke, Vars{"in": Vars{"id": id, "source": "call"}})
		w.Clock.Advance(10 * time.Minute)
		after := w.Clock.Now().Add(-time.Minute)
		for at, allowed := range map[time.Time]bool{before: false, during: true, after: false} {
			in := selling(customer)
			in["at"] = at.UTC()
			if !allowed {
				c.Refused("PERMISSION_MISSING channel", sell, Vars{"in": in})
				continue
			}
			if r := c.Must(sell, Vars{"in": in}); r.Text("recordContact.contact.permission.id") != id {
				t.Errorf("got %s, want a sale under the granted permission", r.Body)
			}
		}
		missing := c.Refused("PERMISSION_MISSING channel", sell, Vars{"in": selling(customer)})
		at := "recordContact.userErrors.0."
		if missing.Text(at+"channel") != "EMAIL" || missing.Text(at+"purpose") != "MARKETING" || missing.Text(at+"requiredLevel") != "BRAND_TRUST" || missing.Get(at+"currentLevel") != nil {
			t.Errorf("got %s, want BRAND_TRUST missing for MARKETING by EMAIL, and no level now", missing.Body)
		}
	})
}

func TestPermissionValue(t *testing.T) {
	Each(t, func(t *testing.T, w *World) {
		c := w.As(schema.RoleManager)
		c.Must(`mutation { setRate(input: {subject: CHANNEL_FEE, code: "EMAIL", amount: "1.25", unit: "contact", validFrom: "2020-01-01T00:00:00Z"}) { userErrors { code message } } }`, nil)
		customer := NewCustomer(c, Vars{})
		id := c.Must(grant, granting(customer, "BRAND_TRUST", nil)).Text("grantPermission.permission.id")
		for range 3 {
			c.Must(sell, Vars{"in": selling(customer)})
		}
		r := c.Must(`query($id: ID!) { node(id: $id) { ... on Permission { value { contacts cost { amount currencyCode } realised { amount } net { amount } } } } }`, Vars{"id": id})
		if r.Int("node.value.contacts") != 3 || r.Text("node.value.cost.amount") != "3.75" || r.Text("node.value.realised.amount") != "0.00" || r.Text("node.value.net.amount") != "-3.75" {
			t.Errorf("got %s, want 3 contacts that cost 3.75 and realised nothing", r.Body)
		}
	})
}

// TestPermissionsOfAPageAreReadTogether counts statements: the number does not grow with the page.
func TestPermissionsOfAPageAreReadTogether(t *testing.T) {
	Each(t, func(t *testing.T, w *World) {
		c := w.As(schema.RoleManager)
		for i := range 12 {
			customer := NewCustomer(c, Vars{"name": fmt.Sprint("Customer ", i)})
			c.Must(grant, granting(customer, "BRAND_TRUST", nil))
			c.Must(grant, granting(customer, "PERSONAL", nil))
		}
		query := `query($n: Int!) { customers(first: $n) { edges { node { permissions { level events { kind } value { contacts } }
			mayContact(channel: EMAIL, purpose: MARKETING) { allowed permission { events { kind } } } } } } }`
		counts := map[int]int{}
		for _, n := range []int{2, 12} {
			counts[n] = w.Statements(func() {
				r := c.Must(query, Vars{"n": n})
				for i := range n {
					at := fmt.Sprintf("customers.edges.%d.node.", i)
					if r.Text(at+"permissions.0.level") != "PERSONAL" || kinds(r, at+"permissions.0.events") != "GRANTED RAISED" || r.Get(at+"mayContact.allowed") != true {
						t.Fatalf("got %s, want the level PERSONAL by GRANTED RAISED, and a permitted contact", r.Body)
					}
				}
			})
		}
		if counts[12] != counts[2] || counts[2] > 6 {
			t.Errorf("statements by page: %v", counts)
		}
	})
}
