package receipt_test

import (
	"bytes"
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"os"
	"strings"
	"testing"
	"time"

	"kopeck/consentlog"
	"kopeck/receipt"
)

func text(s string) *string { return &s }

// start is when the first event takes place; the receipts are of a day later.
var start = time.Date(2026, 6, 1, 12, 0, 0, 123456000, time.UTC)

// key returns a key that follows from a letter.
func key(letter byte) receipt.Key {
	private := ed25519.NewKeyFromSeed(bytes.Repeat([]byte{letter}, ed25519.SeedSize))
	public := private.Public().(ed25519.PublicKey)
	return receipt.Key{ID: receipt.Thumbprint(public), Public: public, Sign: func(message []byte) []byte { return ed25519.Sign(private, message) }}
}

// consent returns a permission with sealed events.
func consent(p consentlog.Permission, events ...consentlog.Event) receipt.Consent {
	previous := ""
	for i := range events {
		e := &events[i]
		e.ID, e.Sequence, e.At, e.Actor = "pev_"+p.ID+string(rune('0'+i)), i+1, start.Add(time.Duration(i)*time.Minute), "anna@kopeck.example"
		consentlog.Seal(p, e, previous)
		previous = e.Hash
	}
	standing := consentlog.Replay(events)
	row := standing.Row()
	row.State = row.State.At(start.AddDate(0, 0, 1), row.ExpiresAt)
	return receipt.Consent{Permission: p, Row: row, Events: events}
}

// facts are those of a customer with a permission that was raised, one that was revoked, one that waits, and one that has ended.
func facts() receipt.Facts {
	end, given := start.Add(time.Hour), start.Add(-time.Hour)
	of := func(id, channel, purpose string) consentlog.Permission {
		return consentlog.Permission{ID: id, CustomerID: "cus_1", Channel: channel, Purpose: purpose}
	}
	shared := consent(of("prm_2", "APP", "PARTNER_SHARING"), consentlog.Event{Kind: consentlog.Granted, Level: text("PERSONAL"), Source: "contract", Wording: text("Share.")},
		consentlog.Event{Kind: consentlog.Revoked, Source: "revocation link", Reason: text("<enough> & more")})
	shared.Recipient = "Studio «Line»"
	moved := of("prm_4", "PHONE", "SERVICE")
	moved.CustomerID = "cus_0"
	return receipt.Facts{
		Company: receipt.Company{
			Name: "Erker", Address: "1 Main street", Contact: "privacy@erker.example", Jurisdiction: "RU", StorageLocation: "RU", URL: "https://erker.example/",
			PolicyURL: "https://erker.example/privacy", Authority: "Роскомнадзор", RevocationAt: "/permissions/revoke",
		},
		CustomerID: "cus_1", IssuedAt: start.AddDate(0, 0, 1),
		Consents: []receipt.Consent{
			consent(of("prm_1", "EMAIL", "MARKETING"),
				consentlog.Event{
					Kind: consentlog.Requested, Level: text("BRAND_TRUST"), Source: "form", Wording: text("Да, пишите мне\nо скидках 🙂"), WordingVersion: text("3"), WordingID: text("wrd_1"),
					Language: text("ru"), GivenAt: &given, Address: text("203.0.113.1"),
				},
				consentlog.Event{Kind: consentlog.Confirmed, Level: text("BRAND_TRUST"), Source: "confirmation link"},
				consentlog.Event{Kind: consentlog.Renewed, Level: text("BRAND_TRUST"), Source: "call", Wording: text("Yes."), BundledWith: text("by SMS")}),
			shared,
			consent(of("prm_3", "EMAIL", "PERSONALISATION"), consentlog.Event{Kind: consentlog.Requested, Level: text("PERSONAL"), Source: "form", Wording: text("My data.")}),
			consent(moved, consentlog.Event{Kind: consentlog.Granted, Level: text("SITUATION"), ExpiresAt: &end, Source: "call", Wording: text("Call.")}),
		},
	}
}

func TestAReceiptIsInOrder(t *testing.T) {
	t.Parallel()
	of := key('a')
	d, file := receipt.Write(facts(), of)
	if again, same := receipt.Write(facts(), of); again.ReceiptID != d.ReceiptID || !bytes.Equal(same, file) {
		t.Error("the same facts make another receipt")
	}
	for name, trusted := range map[string][]ed25519.PublicKey{"its own key": nil, "the key": {of.Public}, "one of two": {key('b').Public, of.Public}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if r := receipt.Verify(file, trusted); len(r.Wrong) > 0 || r.Trusted != (trusted != nil) {
				t.Errorf("wrong %q, trusted %t", r.Wrong, r.Trusted)
			}
		})
	}
	if r := receipt.Verify(file, []ed25519.PublicKey{key('b').Public}); r.Trusted || len(r.Wrong) != 1 || !strings.Contains(r.Wrong[0], "none of those given") {
		t.Errorf("another key: %q", r.Wrong)
	}
	if none, file := receipt.Write(receipt.Facts{CustomerID: "cus_1", IssuedAt: start}, of); len(none.Records) > 0 || len(receipt.Verify(file, nil).Wrong) > 0 {
		t.Errorf("of a customer without permissions: %q", receipt.Verify(file, nil).Wrong)
	}
}

// TestFields holds a receipt against the names of ISO/IEC TS 27560:2023 and of the Kantara consent receipt, and the terms of the DPV.
func TestFields(t *testing.T) {
	t.Parallel()
	_, file := receipt.Write(facts(), key('a'))
	var document map[string]any
	if err := json.Unmarshal(file, &document); err != nil {
		t.Fatal(err)
	}
	record := document["consent_records"].([]any)[0].(map[string]any)
	processing := record["pii_processing"].(map[string]any)
	event := record["events"].([]any)[0].(map[string]any)
	party := document["party_identification"].([]any)[0].(map[string]any)
	kantara := record["kantara_consent_receipt"].(map[string]any)
	for of, c := range map[string]struct {
		in    map[string]any
		names string
	}{
		"receipt":    {document, "schema_version receipt_id pii_principal_id"},
		"record":     {record, "schema_version record_id pii_principal_id"},
		"processing": {processing, "privacy_notice language purpose purpose_type lawful_basis pii_information pii_controllers collection_method processing_method storage_locations retention_period jurisdiction recipient_third_parties withdrawal_method privacy_rights authority_party"},
		"party":      {party, "party_id party_name party_role party_type party_address party_contact party_url"},
		"event":      {event, "event_time validity_duration entity_id event_type event_state"},
		"Kantara":    {kantara, "version jurisdiction consentTimestamp collectionMethod consentReceiptID language piiPrincipalId piiControllers policyUrl services sensitive spiCat"},
	} {
		t.Run(of, func(t *testing.T) {
			t.Parallel()
			for name := range strings.FieldsSeq(c.names) {
				if _, there := c.in[name]; !there {
					t.Errorf("no %s", name)
				}
			}
		})
	}
	d, _ := receipt.Write(facts(), key('a'))
	for i, want := range []struct{ status, purpose, notice, language string }{
		{"dpv:RenewedConsentGiven", "dpv:DirectMarketing", "Yes.", "und"},
		{"dpv:ConsentWithdrawn", "dpv:CustomerRelationshipManagement", "Share.", "und"},
		{"dpv:ConsentRequested", "dpv:Personalisation", "My data.", "und"},
		{"dpv:ConsentExpired", "dpv:CommunicationForCustomerCare", "Call.", "und"},
	} {
		r := d.Records[i]
		if r.Standing.Status != want.status || r.Processing.PurposeType != want.purpose || r.Processing.Notice.Text != want.notice || r.Processing.Language != want.language {
			t.Errorf("%s: %s, %s, %q, %s; want %v", r.ID, r.Standing.Status, r.Processing.PurposeType, r.Processing.Notice.Text, r.Processing.Language, want)
		}
	}
	if r := d.Records[1].Processing.Recipients; len(r) != 1 || r[0] != "Studio «Line»" {
		t.Errorf("the data are shared with %v", r)
	}
}

// TestEveryByteCounts changes each byte of a file in turn, drops it, and adds one.
func TestEveryByteCounts(t *testing.T) {
	t.Parallel()
	one := facts()
	one.Consents = one.Consents[:1]
	of := key('a')
	_, file := receipt.Write(one, of)
	changed := make([]byte, 0, len(file)+1)
	for i := range file {
		changed = append(changed[:0], file...)
		changed[i] ^= 1
		if len(receipt.Verify(changed, nil).Wrong) == 0 {
			t.Errorf("byte %d changed: %q", i, changed[max(0, i-10):i+10])
		}
		changed = append(append(changed[:0], file[:i]...), file[i+1:]...)
		if len(receipt.Verify(changed, nil).Wrong) == 0 {
			t.Errorf("byte %d dropped: %q", i, file[max(0, i-10):min(len(file), i+10)])
		}
	}
	for name, text := range map[string]string{"a blank at the end": string(file) + " ", "cut short": string(file[:len(file)/2]), "nothing": "", "something else": "{}", "another version": strings.Replace(string(file), "kopeck 1", "kopeck 2", 2)} {
		if r := receipt.Verify([]byte(text), nil); len(r.Wrong) == 0 {
			t.Errorf("%s is in order", name)
		}
	}
}

// TestForgedReceipts are signed again by somebody else, or by the installation over facts that are no facts.
func TestForgedReceipts(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change func(*receipt.Facts)
		want   string
	}{
		"an event was changed":     {func(f *receipt.Facts) { f.Consents[0].Events[1].Source = "nowhere" }, "prm_1: event 2 is not what was recorded"},
		"an event was taken away":  {func(f *receipt.Facts) { f.Consents[0].Events = f.Consents[0].Events[1:] }, "prm_1: event 1 is missing"},
		"the last was taken away":  {func(f *receipt.Facts) { f.Consents[1].Events = f.Consents[1].Events[:1] }, "prm_2: there are 1 events, it says 2"},
		"it was never revoked":     {func(f *receipt.Facts) { f.Consents[1].Row.State = consentlog.StateActive }, "prm_2: its state is not what its events made it"},
		"of another customer":      {func(f *receipt.Facts) { f.Consents[0].Permission.CustomerID = "cus_2" }, "prm_1: event 1 is not what was recorded"},
		"for another purpose":      {func(f *receipt.Facts) { f.Consents[0].Permission.Purpose = "SERVICE" }, "prm_1: event 1 is not what was recorded"},
		"a higher level":           {func(f *receipt.Facts) { f.Consents[0].Row.Level = "INTRAVENOUS" }, "prm_1: its level is not what its events made it"},
		"another text was shown":   {func(f *receipt.Facts) { f.Consents[3].Events[0].Wording = text("Anything.") }, "prm_4: event 1 is not what was recorded"},
		"it said less than it did": {func(f *receipt.Facts) { f.Consents[0].Events[2].BundledWith = nil }, "prm_1: event 3 is not what was recorded"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := facts()
			c.change(&f)
			_, file := receipt.Write(f, key('b'))
			if r := receipt.Verify(file, nil); len(r.Wrong) != 1 || r.Wrong[0] != c.want {
				t.Errorf("%q; want %q", r.Wrong, c.want)
			}
		})
	}
	t.Run("a whole log that is invented", func(t *testing.T) {
		t.Parallel()
		f := facts()
		f.Consents = []receipt.Consent{consent(f.Consents[0].Permission, consentlog.Event{Kind: consentlog.Granted, Level: text("INTRAVENOUS"), Source: "form", Wording: text("All.")})}
		_, file := receipt.Write(f, key('b'))
		if r := receipt.Verify(file, nil); len(r.Wrong) > 0 || r.Trusted {
			t.Errorf("by its own key: %q, %t; want in order, and not trusted", r.Wrong, r.Trusted)
		}
		if r := receipt.Verify(file, []ed25519.PublicKey{key('a').Public}); len(r.Wrong) != 1 {
			t.Errorf("by ours: %q", r.Wrong)
		}
	})
}

func TestParseKeys(t *testing.T) {
	t.Parallel()
	x := base64.RawURLEncoding.EncodeToString(key('a').Public)
	one := `{"kty":"OKP","crv":"Ed25519","x":"` + x + `","kid":"k"}`
	for name, c := range map[string]struct {
		text string
		want int // the number of keys; 0 for an error
	}{
		"the key alone":     {x + "\n", 1},
		"one key":           {one, 1},
		"a set":             {`{"keys":[` + one + `,` + one + `]}`, 2},
		"others beside":     {`{"keys":[{"kty":"RSA","n":"x"},` + one + `]}`, 1},
		"no keys":           {`{"keys":[]}`, 0},
		"keys of others":    {`{"keys":[{"kty":"RSA","n":"x"}]}`, 0},
		"not a key":         {"key.json", 0},
		"too short":         {x[:20], 0},
		"an empty text":     {"", 0},
		"not JSON":          {`{"keys":`, 0},
		"a key of 31 bytes": {`{"kty":"OKP","crv":"Ed25519","x":"` + x[:41] + `"}`, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			keys, err := receipt.ParseKeys([]byte(c.text))
			if len(keys) != c.want && c.want > 0 || (err == nil) != (c.want > 0) {
				t.Errorf("%d keys, %v; want %d", len(keys), err, c.want)
			}
		})
	}
}

// FuzzVerify: no file makes the verification fail, and none but one that is spelled as a receipt is in order.
func FuzzVerify(f *testing.F) {
	_, file := receipt.Write(facts(), key('a'))
	f.Add(file)
	f.Add([]byte(`{"consent_records":[{"events":null}],"schema_version":"` + receipt.SchemaVersion + `"}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		r := receipt.Verify(text, nil)
		if (r.Document == nil) && len(r.Wrong) == 0 {
			t.Error("no receipt is in order")
		}
	})
}

// TestKeptReceipt: a receipt that was made by an earlier version of this program is in order still.
func TestKeptReceipt(t *testing.T) {
	t.Parallel()
	file, err := os.ReadFile("testdata/receipt.json")
	if err != nil {
		t.Fatal(err)
	}
	if r := receipt.Verify(file, []ed25519.PublicKey{key('a').Public}); len(r.Wrong) > 0 || !r.Trusted {
		t.Errorf("wrong %q, trusted %t", r.Wrong, r.Trusted)
	}
}
