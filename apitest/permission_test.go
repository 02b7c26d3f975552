package apitest

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"kopeck/schema"
)

const (
	seenPermission = `permission { id version channel purpose level state grantedAt expiresAt revokedAt revocationToken
		events { id at kind level expiresAt actor source wording wordingVersion address reason previousHash hash } } userErrors { code field message }`
	grant        = `mutation($in: GrantPermissionInput!) { grantPermission(input: $in) { confirmationToken ` + seenPermission + ` } }`
	confirm      = `mutation($token: String!) { confirmPermission(input: {token: $token}) { ` + seenPermission + ` } }`
	revoke       = `mutation($in: RevokePermissionInput!) { revokePermission(input: $in) { ` + seenPermission + ` } }`
	revokeByLink = `mutation($token: String!) { revokePermissionByLink(input: {token: $token, reason: "enough"}) { revoked userErrors { code field message } } }`
	mayContact   = `query($id: ID!, $channel: Channel!, $purpose: Purpose!, $level: PermissionLevel, $at: Time) { customer(id: $id) {
		mayContact(channel: $channel, purpose: $purpose, level: $level, at: $at) { allowed reason requiredLevel currentLevel permission { id state } } } }`
	permissionsAt = `query($id: ID!, $at: Time) { customer(id: $id) { stage permissions(at: $at) { id version state level grantedAt expiresAt revokedAt } } }`
)

// granting returns the input of a grant for e-mail marketing, with changes.
func granting(customer, level string, changes Vars) Vars {
	in := Vars{"customerId": customer, "channel": "EMAIL", "purpose": "MARKETING", "level": level, "source": "web form /subscribe", "wording": "Да, пишите мне о скидках 🙂"}
	for name, value := range changes {
		in[name] = value
	}
	return Vars{"in": in}
}

// kinds returns the kinds of the events at a path.
func kinds(r *Result, path string) string {
	var all []string
	for i := range r.Len(path) {
		all = append(all, r.Text(fmt.Sprintf("%s.%d.kind", path, i)))
	}
	return strings.Join(all, " ")
}

func may(c *Client, customer, level string, at any) *Result {
	vars := Vars{"id": customer, "channel": "EMAIL", "purpose": "MARKETING", "at": at}
	if level != "" {
		vars["level"] = level
	}
	return c.Must(mayContact, vars)
}

func (w *World) chainsAreWhole() {
	w.T.Helper()
	broken, err := w.App.Consent.VerifyLogs(w.T.Context())
	if err != nil || len(broken) > 0 {
		w.T.Errorf("%q, %v", broken, err)
	}
}

func TestPermissionEvents(t *testing.T) {
	t.Parallel()
	Each(t, func(t *testing.T, w *World) {
		c := w.As(schema.RoleManager)
		customer := NewCustomer(c, Vars{})
		if before := may(c, customer, "", nil); before.Get("customer.mayContact.allowed") != false || before.Get("customer.mayContact.permission") != nil {
			t.Fatalf("got %s, want no contact permitted", before.Body)
		}
		key := Vars{"idempotencyKey": "k", "wordingVersion": "2026-03", "address": "192.0.2.1"}
		first := c.Must(grant, granting(customer, "BRAND_TRUST", key))
		id := first.Text("grantPermission.permission.id")
		if first.Text("grantPermission.permission.state") != "ACTIVE" || first.Get("grantPermission.confirmationToken") != nil {
			t.Fatalf("got %s, want ACTIVE without a token", first.Body)
		}
		if repeated := c.Must(grant, granting(customer, "BRAND_TRUST", key)); repeated.Text("grantPermission.permission.id") != id || repeated.Len("grantPermission.permission.events") != 1 {
			t.Fatalf("the same key granted twice: %s", repeated.Body)
		}
		key["level"] = "PERSONAL"
		c.Refused("IDEMPOTENCY_KEY_REUSED idempotencyKey", grant, granting(customer, "PERSONAL", key))
		if got := c.Must(permissionsAt, Vars{"id": customer}).Text("customer.stage"); got != "FRIEND" {
			t.Errorf("a stranger who permits is %s", got)
		}
		end := w.Clock.Now().Add(48 * time.Hour).UTC().Truncate(time.Second)
		for _, step := range []struct{ level, kind string }{{"POINTS", "RAISED"}, {"PERSONAL", "LOWERED"}, {"PERSONAL", "RENEWED"}} {
			r := c.Must(grant, granting(customer, step.level, Vars{"expiresAt": end}))
			if r.Text("grantPermission.permission.id") != id || r.Text("grantPermission.permission.level") != step.level || !strings.HasSuffix(kinds(r, "grantPermission.permission.events"), step.kind) {
				t.Errorf("want %s: %s", step.kind, r.Body)
			}
		}
		for level, allowed := range map[string]bool{"": true, "SITUATION": true, "PERSONAL": true, "POINTS": false} {
			if got := may(c, customer, level, nil); got.Get("customer.mayContact.allowed") != allowed || got.Text("customer.mayContact.currentLevel") != "PERSONAL" {
				t.Errorf("%s: %s", level, got.Body)
			}
		}
		c.Refused("VERSION_CONFLICT expectedVersion", revoke, Vars{"in": Vars{"id": id, "expectedVersion": 3, "source": "call"}})
		gone := c.Must(revoke, Vars{"in": Vars{"id": id, "expectedVersion": 4, "source": "call 2026-11-20", "reason": "хватит"}})
		if gone.Text("revokePermission.permission.state") != "REVOKED" || gone.Get("revokePermission.permission.revokedAt") == nil ||
			kinds(gone, "revokePermission.permission.events") != "GRANTED RAISED LOWERED RENEWED REVOKED" {
			t.Fatalf("got %s, want REVOKED after GRANTED RAISED LOWERED RENEWED", gone.Body)
		}
		if repeated := c.Must(revoke, Vars{"in": Vars{"id": id, "expectedVersion": 4, "source": "call"}}); repeated.Len("revokePermission.permission.events") != 5 {
			t.Errorf("got %s, want 5 events still", repeated.Body)
		}
		if no := may(c, customer, "", nil); no.Get("customer.mayContact.allowed") != false || !strings.Contains(no.Text("customer.mayContact.reason"), "revoked") || no.Get("customer.mayContact.currentLevel") != nil {
			t.Errorf("got %s, want no contact permitted, because the permission was revoked", no.Body)
		}
		c.Refused("ALREADY_EXISTS id", grant, granting(customer, "PERSONAL", Vars{"id": id}))
		other := c.Must(grant, granting(customer, "PERSONAL", nil))
		if other.Text("grantPermission.permission.id") == id || kinds(other, "grantPermission.permission.events") != "GRANTED" {
			t.Error("a revoked permission came back: " + other.Body)
		}
		if service := c.Must(mayContact, Vars{"id": customer, "channel": "PHONE", "purpose": "SERVICE"}); service.Get("customer.mayContact.allowed") != true {
			t.Errorf("got %s, want a contact for SERVICE permitted", service.Body)
		}
		w.chainsAreWhole()
	})
}

func TestRevokingByLink(t *testing.T) {
	t.Parallel()
	Each(t, func(t *testing.T, w *World) {
		c, anonymous := w.As(schema.RoleManager), w.With("")
		customer := NewCustomer(c, Vars{"name": "A"})
		granted := c.Must(grant, granting(customer, "BRAND_TRUST", nil))
		token := granted.Text("grantPermission.permission.revocationToken")
		other := c.Must(grant, granting(NewCustomer(c, Vars{"name": "B"}), "BRAND_TRUST", Vars{"confirm": true}))
		w.Clock.Advance(10 * 365 * 24 * time.Hour)
		c = w.With(w.fresh(schema.RoleManager))
		for range 2 {
			if r := anonymous.Must(revokeByLink, Vars{"token": token}); r.Get("revokePermissionByLink.revoked") != true {
				t.Fatalf("got %s, want the permission revoked", r.Body)
			}
		}
		r := c.Must(`query($id: ID!) { customer(id: $id) { permissions { state events { kind actor source reason } } } }`, Vars{"id": customer})
		if r.Text("customer.permissions.0.state") != "REVOKED" || r.Len("customer.permissions.0.events") != 2 || r.Text("customer.permissions.0.events.1.reason") != "enough" {
			t.Errorf("got %s, want REVOKED with 2 events and the reason enough", r.Body)
		}
		var said []string
		for _, bad := range []string{"", "rubbish", token + "x", token[:len(token)-2], other.Text("grantPermission.confirmationToken"), w.fresh(schema.RoleAdmin)} {
			said = append(said, anonymous.Refused("INVALID token", revokeByLink, Vars{"token": bad}).Body)
		}
		if len(slices.Compact(said)) != 1 {
			t.Errorf("the refusals differ: %q", said)
		}
		// A deleted customer's permission can still be revoked.
		gone := NewCustomer(c, Vars{"name": "C"})
		token = c.Must(grant, granting(gone, "BRAND_TRUST", nil)).Text("grantPermission.permission.revocationToken")
		c.Must(`mutation($id: ID!) { deleteCustomer(input: {id: $id, reason: "asked to"}) { userErrors { code } } }`, Vars{"id": gone})
		anonymous.Must(revokeByLink, Vars{"token": token})
		w.chainsAreWhole()
	})
}

// fresh returns an access token of a role issued at the clock's time.
func (w *World) fresh(role schema.Role) string {
	w.T.Helper()
	token, _, err := w.App.People.IssueToken(w.System(), role, "", time.Hour)
	if err != nil {
		w.T.Fatal(err)
	}
	return token
}

func TestDoubleOptIn(t *testing.T) {
	t.Parallel()
	Each(t, func(t *testing.T, w *World) {
		c := w.As(schema.RoleManager)
		customer := NewCustomer(c, Vars{})
		asked := granting(customer, "BRAND_TRUST", Vars{"confirm": true, "idempotencyKey": "k"})
		r := c.Must(grant, asked)
		token := r.Text("grantPermission.confirmationToken")
		if r.Text("grantPermission.permission.state") != "PENDING" || token == "" || c.Must(grant, asked).Text("grantPermission.confirmationToken") != token {
			t.Fatalf("got %s, want PENDING with a token, the same for the same request", r.Body)
		}
		if no := may(c, customer, "", nil); no.Get("customer.mayContact.allowed") != false || c.Must(permissionsAt, Vars{"id": customer}).Text("customer.stage") != "STRANGER" {
			t.Errorf("got %s, want no contact permitted, and the stage STRANGER", no.Body)
		}
		for range 2 {
			if r := c.Must(confirm, Vars{"token": token}); r.Text("confirmPermission.permission.state") != "ACTIVE" || kinds(r, "confirmPermission.permission.events") != "REQUESTED CONFIRMED" {
				t.Fatalf("got %s, want ACTIVE by REQUESTED CONFIRMED", r.Body)
			}
		}
		if yes := may(c, customer, "", nil); yes.Get("customer.mayContact.allowed") != true || c.Must(permissionsAt, Vars{"id": customer}).Text("customer.stage") != "FRIEND" {
			t.Errorf("got %s, want a contact permitted, and the stage FRIEND", yes.Body)
		}
		// A higher level is requested: until it is confirmed, the present one is in force.
		more := c.Must(grant, granting(customer, "PERSONAL", Vars{"confirm": true}))
		if more.Text("grantPermission.permission.state") != "ACTIVE" || more.Text("grantPermission.permission.level") != "BRAND_TRUST" {
			t.Fatalf("got %s, want ACTIVE at BRAND_TRUST", more.Body)
		}
		resent := c.Must(grant, granting(customer, "PERSONAL", Vars{"confirm": true})) // the same words: either letter will do
		other := c.Must(grant, granting(customer, "POINTS", Vars{"confirm": true, "wording": "other words"}))
		for _, old := range []*Result{more, resent} {
			c.Refused("WRONG_STATE token", confirm, Vars{"token": old.Text("grantPermission.confirmationToken")})
		}
		if r := c.Must(confirm, Vars{"token": other.Text("grantPermission.confirmationToken")}); r.Text("confirmPermission.permission.level") != "POINTS" {
			t.Errorf("got %s, want the level POINTS", r.Body)
		}
		id := r.Text("grantPermission.permission.id")
		c.Must(revoke, Vars{"in": Vars{"id": id, "source": "call"}})
		for _, late := range []string{token, other.Text("grantPermission.confirmationToken")} {
			c.Refused("WRONG_STATE token", confirm, Vars{"token": late})
		}
		twice := granting(customer, "PERSONAL", Vars{"confirm": true})
		first := c.Must(grant, twice).Text("grantPermission.confirmationToken")
		c.Must(grant, twice)
		c.Must(confirm, Vars{"token": first})
		for _, bad := range []string{"", "x", token + "A", r.Text("grantPermission.permission.revocationToken")} {
			c.Refused("INVALID token", confirm, Vars{"token": bad})
		}
		// A link holds for a week.
		late := c.Must(grant, granting(NewCustomer(c, Vars{}), "PERSONAL", Vars{"confirm": true})).Text("grantPermission.confirmationToken")
		w.Clock.Advance(7*24*time.Hour + time.Minute)
		w.With(w.fresh(schema.RoleManager)).Refused("INVALID token", confirm, Vars{"token": late})
		w.chainsAreWhole()
	})
}

func TestPermissionsExpire(t *testing.T) {
	t.Parallel()
	Each(t, func(t *testing.T, w *World) {
		c := w.As(schema.RoleManager)
		customer, other := NewCustomer(c, Vars{}), NewCustomer(c, Vars{})
		situation := c.Must(grant, granting(customer, "SITUATION", nil))
		id := situation.Text("grantPermission.permission.id")
		end, err := time.Parse(time.RFC3339, situation.Text("grantPermission.permission.expiresAt"))
		if left := end.Sub(w.Clock.Now()); err != nil || left < 23*time.Hour || left > 24*time.Hour {
			t.Fatalf("a situation lasts %v (%v)", left, err)
		}
		expiry := w.Clock.Now().Add(2 * time.Hour).UTC().Truncate(time.Microsecond)
		c.Must(grant, granting(other, "SITUATION", Vars{"expiresAt": expiry}))
		if r := may(c, other, "SITUATION", nil); r.Get("customer.mayContact.allowed") != false || r.Text("customer.mayContact.requiredLevel") != "BRAND_TRUST" {
			t.Error("a situation is not enough for marketing: " + r.Body)
		}
		// Where no permission is needed the requested level counts.
		service := func(at any) any {
			return w.With(w.fresh(schema.RoleManager)).Must(mayContact, Vars{"id": customer, "channel": "PHONE", "purpose": "SERVICE", "level": "SITUATION", "at": at}).Get("customer.mayContact.allowed")
		}
		c.Must(grant, granting(customer, "SITUATION", Vars{"channel": "PHONE", "purpose": "SERVICE"}))
		if service(nil) != true {
			t.Error("the situation does not hold")
		}
		inTime := w.Clock.Now().UTC()
		w.Clock.Advance(24*time.Hour + time.Minute)
		if service(nil) != false || service(inTime) != true {
			t.Error("a day later the situation holds, or it never did")
		}
		c = w.With(w.fresh(schema.RoleManager))
		read := c.Must(permissionsAt, Vars{"id": customer})
		nodes := c.Must(`query($id: ID!) { node(id: $id) { ... on Permission { state events { kind } } } }`, Vars{"id": id})
		if read.Text("customer.permissions.0.state") != "EXPIRED" || nodes.Text("node.state") != "EXPIRED" || kinds(nodes, "node.events") != "GRANTED" {
			t.Errorf("before anybody has written it down: %s %s", read.Body, nodes.Body)
		}
		w.chainsAreWhole()
		for range 2 {
			if err := w.App.Consent.ExpirePermissions(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		nodes = c.Must(`query($id: ID!) { node(id: $id) { ... on Permission { state version events { kind actor } } } }`, Vars{"id": id})
		if nodes.Text("node.state") != "EXPIRED" || kinds(nodes, "node.events") != "GRANTED EXPIRED" || nodes.Text("node.events.1.actor") != "system" || nodes.Int("node.version") != 2 {
			t.Errorf("got %s, want version 2, EXPIRED by the system", nodes.Body)
		}
		repeated := c.Must(grant, granting(customer, "BRAND_TRUST", nil))
		if repeated.Text("grantPermission.permission.id") == id {
			t.Error("an expired permission came back")
		}
		c.Refused("INVALID expiresAt", grant, granting(customer, "PERSONAL", Vars{"expiresAt": expiry}))
		// Expired without an event yet, then granted: the chain has both events.
		short := c.Must(grant, granting(other, "PERSONAL", Vars{"channel": "SMS", "expiresAt": w.Clock.Now().Add(time.Minute)})).Text("grantPermission.permission.id")
		w.Clock.Advance(2 * time.Minute)
		fresh := c.Must(grant, granting(other, "PERSONAL", Vars{"channel": "SMS"}))
		old := c.Must(`query($id: ID!) { node(id: $id) { ... on Permission { state events { kind } } } }`, Vars{"id": short})
		if fresh.Text("grantPermission.permission.id") == short || kinds(old, "node.events") != "GRANTED EXPIRED" {
			t.Errorf("got %s %s, want another permission, and GRANTED EXPIRED of the old one", fresh.Body, old.Body)
		}
		w.chainsAreWhole()
	})
}

func TestPermissionsAsOfThen(t *testing.T) {
	t.Parallel()
	Each(t, func(t *testing.T, w *World) {
		w.Clock.Set(time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC))
		c := w.As(schema.RoleManager)
		customer := NewCustomer(c, Vars{})
		type moment struct {
			at, level, state string
			allowed          bool
		}
		var seen []moment
		look := func(level, state string, allowed bool) {
			seen = append(seen, moment{w.Clock.Now().UTC().Format(time.RFC3339Nano), level, state, allowed})
			w.Clock.Advance(time.Hour)
		}
		look("", "", false)
		asked := c.Must(grant, granting(customer, "BRAND_TRUST", Vars{"confirm": true}))
		look("BRAND_TRUST", "PENDING", false)
		c.Must(confirm, Vars{"token": asked.Text("grantPermission.confirmationToken")})
		look("BRAND_TRUST", "ACTIVE", true)
		c.Must(grant, granting(customer, "PERSONAL", Vars{"expiresAt": w.Clock.Now().Add(150 * time.Minute)}))
		look("PERSONAL", "ACTIVE", true)
		look("PERSONAL", "ACTIVE", true)
		look("PERSONAL", "ACTIVE", true)
		look("PERSONAL", "EXPIRED", false)
		if err := w.App.Consent.ExpirePermissions(t.Context()); err != nil {
			t.Fatal(err)
		}
		look("PERSONAL", "EXPIRED", false)
		c.Must(revoke, Vars{"in": Vars{"id": asked.Text("grantPermission.permission.id"), "source": "call"}})
		look("PERSONAL", "REVOKED", false)
		for i, m := range seen {
			r := c.Must(permissionsAt, Vars{"id": customer, "at": m.at})
			if m.level == "" && r.Len("customer.permissions") != 0 || r.Text("customer.permissions.0.level") != m.level || r.Text("customer.permissions.0.state") != m.state {
				t.Errorf("%d: want %v: %s", i, m, r.Body)
			}
			if d := may(c, customer, "", m.at); d.Get("customer.mayContact.allowed") != m.allowed {
				t.Errorf("%d: want %v: %s", i, m, d.Body)
			}
		}
		for _, at := range []string{"0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z"} {
			if r := c.Do(permissionsAt, Vars{"id": customer, "at": at}); len(r.Errors) != 1 || r.Errors[0].Code() != "INVALID" {
				t.Errorf("got %s, want the error INVALID", r.Body)
			}
		}
	})
}

func TestPermissionsBelongToTheCustomer(t *testing.T) {
	t.Parallel()
	Each(t, func(t *testing.T, w *World) {
		manager := w.As(schema.RoleManager)
		boss := manager.Must(`{ viewer { user { id } } }`, nil).Text("viewer.user.id")
		owned := NewCustomer(manager, Vars{"ownerId": boss})
		r := manager.Must(grant, granting(owned, "PERSONAL", Vars{"confirm": true}))
		id, token := r.Text("grantPermission.permission.id"), r.Text("grantPermission.confirmationToken")
		sales := w.As(schema.RoleSales)
		sales.Refused("NOT_FOUND customerId", grant, granting(owned, "PERSONAL", nil))
		sales.Refused("NOT_FOUND id", revoke, Vars{"in": Vars{"id": id, "source": "x"}})
		sales.Refused("NOT_FOUND token", confirm, Vars{"token": token})
		if hidden := sales.Must(`query($id: ID!) { node(id: $id) { id } }`, Vars{"id": id}); hidden.Get("node") != nil {
			t.Errorf("got %s, want no permission of another's customer", hidden.Body)
		}
		analyst := w.As(schema.RoleAnalyst)
		analyst.Refused("FORBIDDEN", grant, granting(owned, "PERSONAL", nil))
		analyst.Refused("FORBIDDEN", revoke, Vars{"in": Vars{"id": id, "source": "x"}})
		analyst.Refused("FORBIDDEN", confirm, Vars{"token": token})
		asked := analyst.Do(`query($id: ID!) { node(id: $id) { ... on Permission { revocationToken } } }`, Vars{"id": id})
		if len(asked.Errors) != 1 || asked.Errors[0].Code() != "FORBIDDEN" {
			t.Error("who may only read has the token that revokes: " + asked.Body)
		}
		for want, in := range map[string]Vars{
			"INVALID customerId":   {"customerId": id},
			"NOT_FOUND customerId": {"customerId": "cus_01jd3x5m8nf4svbj2k7q9w0e1r"},
			"INVALID source":       {"source": " "},
			"INVALID wording":      {"wording": "\n"},
			"INVALID id":           {"id": owned},
			"INVALID expiresAt":    {"expiresAt": "9999-12-31T00:00:00Z"},
			"INVALID address":      {"address": strings.Repeat("x", 201)},
		} {
			t.Run(want, func(t *testing.T) {
				manager.On(t).Refused(want, grant, granting(owned, "PERSONAL", in))
			})
		}
		manager.Refused("INVALID id", revoke, Vars{"in": Vars{"id": owned, "source": "x"}})
		manager.Refused("NOT_FOUND id", revoke, Vars{"in": Vars{"id": "prm_01jd3x5m8nf4svbj2k7q9w0e1r", "source": "x"}})
		if left := manager.Must(permissionsAt, Vars{"id": owned}); left.Len("customer.permissions") != 1 || left.Text("customer.permissions.0.state") != "PENDING" {
			t.Errorf("got %s, want one permission, PENDING", left.Body)
		}
	})
}
