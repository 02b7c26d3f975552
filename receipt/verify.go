package receipt

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"slices"

	"kopeck/consentlog"
)

// MaxFile is the greatest length of a file in bytes that is looked at.
const MaxFile = 64 << 20

// Report is what was found of a file.
type Report struct {
	Document *Document // nil if the file is no receipt
	Wrong    []string  // what is wrong, for people; empty for a receipt that is as it was made
	Trusted  bool      // signed by one of the keys that were given, and not merely by the key that stands in the file
}

// Verify verifies a file: that it is a receipt in the spelling in which it was written, to the byte; that it was signed, by one of the trusted
// keys where any are given; that the hashes of all events are those of the events, each chained to the one before; and that state, level,
// times and the notice of each permission are what its events make of it.
//
// Without trusted keys the signature is verified by the key that stands in the file: then nothing shows who made it, only that nothing was
// changed since.
func Verify(file []byte, trusted []ed25519.PublicKey) Report {
	var r Report
	d, err := parse(file)
	if err != nil {
		r.Wrong = append(r.Wrong, err.Error())
		return r
	}
	r.Document = d
	if !bytes.Equal(d.encode(), file) {
		r.wrong("the file was changed: it is not spelled as it was written (blanks, line breaks, order, or a field twice)")
	}
	unnamed := *d
	unnamed.ReceiptID, unnamed.Signature = "", Signature{}
	unnamed.Records = slices.Clone(d.Records)
	for i := range unnamed.Records {
		if unnamed.Records[i].Kantara.ConsentReceiptID != d.ReceiptID {
			r.wrong("%s: the Kantara receipt has another id than the file", d.Records[i].ID)
		}
		unnamed.Records[i].Kantara.ConsentReceiptID = ""
	}
	if idOf(&unnamed) != d.ReceiptID {
		r.wrong("receipt_id is not that of the content")
	}
	r.verifySignature(d, trusted)
	for i := range d.Records {
		r.verifyRecord(d, &d.Records[i])
	}
	return r
}

func (r *Report) wrong(format string, args ...any) {
	r.Wrong = append(r.Wrong, fmt.Sprintf(format, args...))
}

// parse reads a file. The error says why it is no receipt.
func parse(file []byte) (*Document, error) {
	if len(file) > MaxFile {
		return nil, fmt.Errorf("not a receipt: the file has %d bytes, more than %d", len(file), MaxFile)
	}
	in := json.NewDecoder(bytes.NewReader(file))
	in.DisallowUnknownFields()
	var d Document
	if err := in.Decode(&d); err != nil {
		return nil, fmt.Errorf("not a receipt: %w", err)
	}
	if _, err := in.Token(); err != io.EOF {
		return nil, fmt.Errorf("not a receipt: something follows it")
	}
	if d.SchemaVersion != SchemaVersion {
		return nil, fmt.Errorf("schema_version: %.80q: this program verifies %q", d.SchemaVersion, SchemaVersion)
	}
	return &d, nil
}

// verifySignature verifies the signature by the trusted keys or, where none are given, by the key of the file.
func (r *Report) verifySignature(d *Document, trusted []ed25519.PublicKey) {
	strict := base64.RawURLEncoding.Strict()
	public, err := strict.DecodeString(d.Signature.PublicKey)
	if err != nil || len(public) != ed25519.PublicKeySize {
		r.wrong("signature: public_key is not a key of Ed25519 in base64url")
		return
	}
	value, err := strict.DecodeString(d.Signature.Value)
	if err != nil || len(value) != ed25519.SignatureSize {
		r.wrong("signature: value is not a signature of Ed25519 in base64url")
		return
	}
	if d.Signature.Algorithm != "Ed25519" {
		r.wrong("signature: the algorithm is %.40q: want \"Ed25519\"", d.Signature.Algorithm)
	}
	if d.Signature.KeyID != Thumbprint(public) {
		r.wrong("signature: key_id is not that of public_key")
	}
	if !ed25519.Verify(public, d.message(), value) {
		r.wrong("signature: it is not that of the file by the key %s: something was changed since it was signed", Thumbprint(public))
	}
	for _, key := range trusted {
		r.Trusted = r.Trusted || key.Equal(ed25519.PublicKey(public))
	}
	if len(trusted) > 0 && !r.Trusted {
		r.wrong("signature: it is by the key %s, which is none of those given", Thumbprint(public))
	}
	r.Trusted = r.Trusted && len(r.Wrong) == 0
}

// verifyRecord verifies the consent log of a permission and what stands beside it.
func (r *Report) verifyRecord(d *Document, record *Record) {
	before := len(r.Wrong)
	events := make([]consentlog.Event, len(record.Events))
	for i := range record.Events {
		events[i] = logOf(&record.Events[i])
		if shown := eventOf(&events[i]); shown.Entity != record.Events[i].Entity || shown.State != record.Events[i].State || shown.Type != record.Events[i].Type {
			r.wrong("%s: event %d: entity_id, event_type or event_state is not that of a %.20s event", record.ID, i+1, record.Events[i].Kind)
		}
	}
	of := consentlog.Permission{ID: record.Chain.PermissionID, CustomerID: record.Chain.CustomerID, Channel: record.Chain.Channel, Purpose: record.Chain.Purpose}
	row := consentlog.Row{
		State: consentlog.State(record.Standing.State), Level: record.Standing.Level, GrantedAt: record.Standing.GrantedAt,
		ExpiresAt: record.Standing.ExpiresAt, RevokedAt: record.Standing.RevokedAt, Version: record.Standing.Version,
	}
	if wrong := consentlog.Verify(of, row, events, d.IssuedAt); wrong != "" {
		r.wrong("%s: %s", record.ID, wrong)
	}
	if len(events) == 0 {
		return
	}
	for _, field := range []struct {
		name string
		same bool
	}{
		{"record_id", record.ID == of.ID},
		{"pii_principal_id", record.PrincipalID == d.PrincipalID},
		{"purpose", record.Processing.Purpose == of.Purpose},
		{"channel", record.Processing.Channel == of.Channel},
		{"consent_status", record.Standing.Status == statusOf(row.State, events[len(events)-1].Kind)},
	} {
		if !field.same {
			r.wrong("%s: its %s is not that of its events", record.ID, field.name)
		}
	}
	if text := shown(events); len(r.Wrong) == before && (record.Processing.Notice.Event != text.ID || record.Processing.Notice.Text != orNone(text.Wording)) {
		r.wrong("%s: the notice is not the text of the event by which it was agreed to", record.ID)
	}
}

// Thumbprint returns the RFC 7638 thumbprint of a key in base64url, by which it is named.
func Thumbprint(key ed25519.PublicKey) string {
	sum := sha256.Sum256([]byte(`{"crv":"Ed25519","kty":"OKP","x":"` + base64.RawURLEncoding.EncodeToString(key) + `"}`))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}
