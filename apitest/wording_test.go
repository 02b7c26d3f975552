package apitest

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"kopeck/receipt"
	"kopeck/schema"
)

const (
	createWording  = `mutation($in: CreateWordingInput!) { createWording(input: $in) { wording { id code language version text channels purposes partOf validFrom createdBy retiredAt } userErrors { code field message } } }`
	retireWording  = `mutation($in: RetireWordingInput!) { retireWording(input: $in) { wording { id retiredAt retiredBy retireReason } userErrors { code field message } } }`
	listWordings   = `query($filter: WordingFilter) { wordings(filter: $filter) { totalCount edges { node { code language version } } } }`
	consentLog     = `query($filter: ConsentLogFilter, $first: Int, $after: Cursor) { consentLog(filter: $filter, first: $first, after: $after) { totalCount pageInfo { hasNextPage endCursor } edges { node { kind actor source wording wordingVersion hash keptWording { code version } permission { id customer { id } } } } } }`
	consentReceipt = `query($id: ID!, $permission: ID) { consentReceipt(customerId: $id, permissionId: $permission) { receiptId issuedAt permissions keyId text } }`
	contactProof   = `query($id: ID!) { proof(contactId: $id) { contact { id } purpose decision { allowed reason requiredLevel permission { id state } } wording wordingVersion language events { kind permission { id } keptWording { code } } broken page } }`
)

// TestWordingsAndProof has two customers who agree by a kept text, and asks for what proves it, as each role.
func TestWordingsAndProof(t *testing.T) {
	t.Parallel()
	Each(t, func(t *testing.T, w *World) {
		admin, seller := w.As(schema.RoleAdmin), w.As(schema.RoleSales)
		ask := Vars{"code": "news", "language": "ru", "version": "1", "text": "Пишите мне.", "channels": []string{"EMAIL"}, "purposes": []string{"MARKETING"}, "idempotencyKey": "w"}
		made := admin.Must(createWording, Vars{"in": ask})
		wording := made.Text("createWording.wording.id")
		if again := admin.Must(createWording, Vars{"in": ask}); again.Text("createWording.wording.id") != wording {
			t.Error("the same key makes another wording")
		}
		for _, role := range []schema.Role{schema.RoleManager, schema.RoleSales, schema.RoleAnalyst, schema.RolePartner} {
			c := w.As(role)
			c.Refused("FORBIDDEN", createWording, Vars{"in": ask})
			c.Refused("FORBIDDEN", retireWording, Vars{"in": Vars{"id": wording, "reason": "old"}})
			want := 1
			if role == schema.RolePartner {
				want = 0
			}
			if got := c.Must(listWordings, nil).Int("wordings.totalCount"); got != want {
				t.Errorf("%s sees %d wordings, want %d", role, got, want)
			}
			if r := c.Do(consentLog, nil); len(r.Errors) != 1 || r.Errors[0].Code() != "FORBIDDEN" {
				t.Errorf("%s reads the log of all customers: %s", role, r.Body)
			}
		}
		for filter, want := range map[string]int{`{"code":"news"}`: 1, `{"code":"other"}`: 0, `{"language":"ru","shownAt":"2000-01-01T00:00:00Z"}`: 0, `{"shownAt":"2090-01-01T00:00:00Z"}`: 1} {
			if got := admin.Must(listWordings, Vars{"filter": json.RawMessage(filter)}).Int("wordings.totalCount"); got != want {
				t.Errorf("%s: %d wordings, want %d", filter, got, want)
			}
		}
		sellerID := seller.Must(`{ viewer { user { id } } }`, nil).Text("viewer.user.id")
		other := w.newUser("other@example.com", schema.RoleSales)
		mine, theirs := NewCustomer(admin, Vars{"name": "mine", "ownerId": sellerID}), NewCustomer(admin, Vars{"name": "theirs", "ownerId": other})
		permissions, contacts := map[string]string{}, map[string]string{}
		for _, customer := range []string{mine, theirs} {
			in := granting(customer, "PERSONAL", Vars{"wordingId": wording, "wording": ""})
			permissions[customer] = admin.Must(grant, in).Text("grantPermission.permission.id")
			contacts[customer] = admin.Must(recordContact, Vars{"in": Vars{"customerId": customer, "kind": "EMAIL", "direction": "OUTBOUND", "channel": "EMAIL", "purpose": "MARKETING"}}).Text("recordContact.contact.id")
		}
		admin.Refused("INVALID partOf", grant, granting(mine, "PERSONAL", Vars{"partOf": "terms of sale"}))
		if r := admin.Do(consentReceipt, Vars{"id": mine}); len(r.Errors) != 1 || r.Errors[0].Code() != "WRONG_STATE" {
			t.Errorf("a receipt of nobody: %s", r.Body)
		}
		admin.Must(changeSetting, Vars{"n": "company", "v": Vars{"name": "Erker", "address": "1 Main street", "contact": "privacy@erker.example", "jurisdiction": "RU"}})

		r := admin.Must(consentLog, Vars{"first": 1})
		if r.Int("consentLog.totalCount") != 2 || r.Get("consentLog.pageInfo.hasNextPage") != true || r.Text("consentLog.edges.0.node.keptWording.code") != "news" || r.Text("consentLog.edges.0.node.permission.customer.id") != mine {
			t.Errorf("the log of all customers: %s", r.Body)
		}
		if next := admin.Must(consentLog, Vars{"first": 1, "after": r.Text("consentLog.pageInfo.endCursor")}); next.Text("consentLog.edges.0.node.permission.id") != permissions[theirs] {
			t.Errorf("its second page: %s", next.Body)
		}
		at := w.Clock.Now().Add(time.Hour).UTC().Format(time.RFC3339)
		for filter, want := range map[string]int{
			`{"customerId":"` + mine + `"}`: 1, `{"kinds":["REVOKED"]}`: 0, `{"kinds":["GRANTED"],"at":{"to":"` + at + `"}}`: 2, `{"at":{"from":"` + at + `"}}`: 0,
			`{"wordingId":"` + wording + `"}`: 2, `{"wordingId":null}`: 0, `{"actor":"system"}`: 0,
		} {
			if got := admin.Must(consentLog, Vars{"filter": json.RawMessage(filter)}).Int("consentLog.totalCount"); got != want {
				t.Errorf("%s: %d events, want %d", filter, got, want)
			}
		}

		keys, err := receipt.ParseKeys([]byte(get(t, w.URL+"/.well-known/receipt-keys.json")))
		if err != nil {
			t.Fatal(err)
		}
		file := seller.Must(consentReceipt, Vars{"id": mine, "permission": permissions[mine]})
		if report := receipt.Verify([]byte(file.Text("consentReceipt.text")), keys); len(report.Wrong) > 0 || !report.Trusted || file.Int("consentReceipt.permissions") != 1 {
			t.Errorf("the receipt is not in order: %q", report.Wrong)
		}
		page := seller.Must(contactProof, Vars{"id": contacts[mine]})
		if page.Get("proof.decision.allowed") != true || page.Text("proof.wording") != "Пишите мне." || page.Text("proof.language") != "ru" || page.Len("proof.events") != 1 || page.Get("proof.broken") != nil || !strings.Contains(page.Text("proof.page"), contacts[mine]) {
			t.Errorf("the proof of a contact: %s", page.Body)
		}
		for name, c := range map[string]struct {
			client *Client
			vars   Vars
			query  string
		}{
			"a receipt of another's customer": {seller, Vars{"id": theirs}, consentReceipt}, "a permission of another's customer": {seller, Vars{"id": mine, "permission": permissions[theirs]}, consentReceipt},
			"a contact with another's customer": {seller, Vars{"id": contacts[theirs]}, contactProof}, "a partner's receipt": {w.As(schema.RolePartner), Vars{"id": mine}, consentReceipt},
			"a partner's proof": {w.As(schema.RolePartner), Vars{"id": contacts[mine]}, contactProof},
		} {
			if r := c.client.Must(c.query, c.vars); r.Get("consentReceipt") != nil || r.Get("proof") != nil {
				t.Errorf("%s: %s", name, r.Body)
			}
		}
		w.chainsAreWhole()
	})
}

// get returns what an address answers.
func get(t *testing.T, url string) string {
	t.Helper()
	response, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode != http.StatusOK {
		t.Fatal(response.Status, err)
	}
	return string(text)
}
