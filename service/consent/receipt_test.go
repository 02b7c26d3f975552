package consent_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"kopeck/apptest"
	"kopeck/auth"
	"kopeck/ent"
	"kopeck/receipt"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/store"
)

// erker is a value of the setting company.
var erker = map[string]string{"name": "Erker", "address": "1 Main street", "contact": "privacy@erker.example", "jurisdiction": "RU", "url": "https://erker.example"}

func (w *world) receipt(permissionID *string) receipt.Report {
	w.t.Helper()
	made, err := w.Consent.Receipt(w.Actor(schema.RoleSales), w.customer, permissionID)
	if err != nil || made == nil {
		w.t.Fatal(made, err)
	}
	trusted, err := receipt.ParseKeys(w.Consent.ReceiptKeys())
	if err != nil {
		w.t.Fatal(err)
	}
	r := receipt.Verify([]byte(made.Text), trusted)
	if len(r.Wrong) > 0 || !r.Trusted || r.Document.ReceiptID != made.ReceiptID || len(r.Document.Records) != made.Permissions {
		w.t.Fatalf("the receipt is not in order: %q, trusted %t", r.Wrong, r.Trusted)
	}
	return r
}

func TestReceipt(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		if _, err := w.Consent.Receipt(w.Actor(schema.RoleAdmin), w.customer, nil); apptest.Faults(err) != "WRONG_STATE" {
			t.Errorf("without the setting company: %q", apptest.Faults(err))
		}
		w.set("company", erker)
		if r := w.receipt(nil); len(r.Document.Records) != 0 {
			t.Errorf("%d permissions; want none", len(r.Document.Records))
		}
		asks := w.wording(wordingInput())
		first := w.grant(w.by(asks.ID))
		_, token := w.request(w.input(schema.Personal))
		if r := w.receipt(&first.ID); r.Document.Records[0].Processing.Notice.Text != asks.Text || r.Document.Records[0].Processing.Language != "ru" {
			t.Errorf("the notice is %q; want that of the grant, not of what was asked for since", r.Document.Records[0].Processing.Notice.Text)
		}
		if _, err := w.confirm(token); err != nil {
			t.Fatal(err)
		}
		end := apptest.Start.Add(time.Hour)
		sms := w.input(schema.BrandTrust)
		sms.Channel, sms.ExpiresAt = schema.BySMS, &end
		second := w.grant(sms)
		w.Clock.Advance(time.Hour) // no event has recorded that it has ended
		r := w.receipt(nil)
		if got := r.Document.Records; len(got) != 2 || got[0].ID != first.ID || got[0].Processing.Notice.Text != "We may write to you." || got[0].Standing.Level != "PERSONAL" || got[1].Standing.State != "EXPIRED" {
			t.Errorf("got %+v", got)
		}
		stranger := w.Customer("Boris").ID
		for name, c := range map[string]struct {
			customer   string
			permission *string
			want       string
		}{
			"no such customer":            {w.IDs.Make("cus"), nil, ""},
			"a permission of another":     {stranger, &first.ID, ""},
			"an id of something else":     {second.ID, nil, "INVALID customerId"},
			"no permission's id":          {w.customer, &stranger, "INVALID permissionId"},
			"a permission that is not is": {w.customer, pointer(w.IDs.Make("prm")), ""},
		} {
			made, err := w.Consent.Receipt(w.Actor(schema.RoleAdmin), c.customer, c.permission)
			if made != nil || apptest.Faults(err) != c.want {
				t.Errorf("%s: %v, %q; want none and %q", name, made, apptest.Faults(err), c.want)
			}
		}
		if err := w.Store.Write(auth.System(t.Context()), func(ctx context.Context, tx *store.Tx) error {
			_, err := tx.Exec(ctx, "UPDATE permission_events SET source = 'nowhere' WHERE permission_id = ?", second.ID)
			return err
		}); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Consent.Receipt(w.Actor(schema.RoleAdmin), w.customer, nil); apptest.Faults(err) != "WRONG_STATE" {
			t.Errorf("a log that is broken is signed: %v", err)
		}
		w.receipt(&first.ID)
	})
}

// record records an outbound contact that sells.
func (w *world) record(at time.Time) *ent.Contact {
	w.t.Helper()
	marketing := schema.Marketing
	made, err := w.Contacts.RecordContact(w.Actor(schema.RoleAdmin), service.RecordContactInput{
		CustomerID: w.customer, Kind: schema.Email, Direction: schema.Outbound, Channel: schema.ByEmail, Purpose: &marketing, At: &at,
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return made
}

func (w *world) proof(c *ent.Contact) (allowed bool, level, events, text, page string) {
	w.t.Helper()
	p, err := w.Consent.Proof(w.Actor(schema.RoleSales), c.ID)
	if err != nil || p == nil || p.Decision == nil {
		w.t.Fatal(p, err)
	}
	for _, e := range p.Events {
		events += string(e.Kind) + " "
	}
	if p.Wording != nil {
		text = *p.Wording
	}
	if p.Broken != nil {
		w.t.Errorf("broken: %s", *p.Broken)
	}
	return p.Decision.Allowed, string(p.Decision.RequiredLevel), strings.TrimSpace(events), text, p.Page
}

// TestProof asks years later what was held when contacts were made.
func TestProof(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		asks := w.wording(wordingInput())
		w.grant(w.by(asks.ID))
		w.Clock.Advance(time.Hour)
		early := w.record(w.Now())
		w.Clock.Advance(time.Minute)
		w.grant(w.input(schema.Points))
		w.Clock.Advance(time.Hour)
		late := w.record(w.Now())
		w.Clock.Advance(time.Hour)
		w.revoke()
		w.set("requiredLevels", map[string]string{"MARKETING": "INTRAVENOUS"})
		w.Clock.Advance(1000 * 24 * time.Hour)
		allowed, level, events, text, page := w.proof(early)
		if !allowed || level != "BRAND_TRUST" || events != "GRANTED" || text != asks.Text {
			t.Errorf("the first contact: %t %s %s %q", allowed, level, events, text)
		}
		allowed, level, events, text, _ = w.proof(late)
		if !allowed || level != "BRAND_TRUST" || events != "GRANTED RAISED" || text != "We may write to you." {
			t.Errorf("the second contact: %t %s %s %q", allowed, level, events, text)
		}
		for _, want := range []string{early.ID, "allowed at that moment: ", "version 1, in the language ru", "  | Пишите мне о новостях.", "chained by their hashes"} {
			if !strings.Contains(page, want) {
				t.Errorf("no %q on the page:\n%s", want, page)
			}
		}
		found, err := w.Consent.Proof(w.Actor(schema.RoleAdmin), w.IDs.Make("con"))
		if _, wrong := w.Consent.Proof(w.Actor(schema.RoleAdmin), w.customer); found != nil || err != nil || apptest.Faults(wrong) != "INVALID contactId" {
			t.Errorf("got %v, %v and %v", found, err, wrong)
		}
	})
}

// TestProofAfterAMerge: whoever sees some customers alone is not shown which merge ended a permission, and the log is whole to them all the same.
func TestProofAfterAMerge(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.set("company", erker)
		p := w.grant(w.input(schema.Points))
		w.Clock.Advance(time.Hour)
		told := w.record(w.Now())
		keeps := w.customer
		w.customer = w.Customer("Boris").ID
		w.grant(w.input(schema.BrandTrust))
		boris := w.customer
		w.customer = keeps
		merge, err := w.Merging.MergeCustomers(w.System(), service.MergeCustomersInput{KeepID: keeps, MergeID: boris, Reason: pointer("one person")})
		if err != nil {
			t.Fatal(err)
		}
		check := func(events int) {
			t.Helper()
			for _, role := range []schema.Role{schema.RoleAdmin, schema.RoleSales} {
				proof, err := w.Consent.Proof(w.Actor(role), told.ID)
				if err != nil || proof.Broken != nil || strings.Contains(proof.Page, "BROKEN") {
					t.Fatalf("%s: %v, %+v", role, err, proof)
				}
				if shown := strings.Contains(proof.Page, merge.ID); shown && role == schema.RoleSales {
					t.Errorf("%s read the merge:\n%s", role, proof.Page)
				}
			}
			for _, one := range w.receipt(nil).Document.Records {
				if one.ID == p.ID && len(one.Events) != events {
					t.Errorf("the receipt has %d events of the permission, want %d", len(one.Events), events)
				}
			}
		}
		check(2)
		w.Clock.Advance(time.Hour)
		if _, _, err := w.Merging.UndoMerge(w.System(), service.UndoMergeInput{ID: merge.ID}); err != nil {
			t.Fatal(err)
		}
		check(3)
	})
}
