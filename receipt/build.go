package receipt

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"strings"
	"time"

	"kopeck/consentlog"
)

// Company is who processes the data: the controller.
type Company struct {
	Name, Address, Contact, Jurisdiction, StorageLocation            string
	Email, Phone, URL, PolicyURL, Retention, Authority, RevocationAt string // "" for none
}

// Consent is a permission of the customer, with its row and its events in their order, at least one.
type Consent struct {
	Permission consentlog.Permission
	Row        consentlog.Row // at the time of the receipt
	Events     []consentlog.Event
	Recipient  string // a partner with whom data are shared; "" for none
}

// Facts are what a receipt is made of.
type Facts struct {
	Company    Company
	CustomerID string
	IssuedAt   time.Time
	Consents   []Consent
}

// Key signs receipts.
type Key struct {
	ID     string // the RFC 7638 thumbprint of the public key
	Public ed25519.PublicKey
	Sign   func(message []byte) []byte
}

// The ids of the parties that every receipt names.
const (
	controllerID = "controller"
	subjectID    = "data-subject"
)

// Write makes a receipt, signs it, and returns it with its file. The same facts and the same key make the same file.
func Write(f Facts, key Key) (*Document, []byte) {
	d := build(f)
	d.ReceiptID = idOf(d)
	for i := range d.Records {
		d.Records[i].Kantara.ConsentReceiptID = d.ReceiptID
	}
	d.Signature = Signature{Algorithm: "Ed25519", KeyID: key.ID, PublicKey: base64.RawURLEncoding.EncodeToString(key.Public)}
	d.Signature.Value = base64.RawURLEncoding.EncodeToString(key.Sign(d.message()))
	return d, d.encode()
}

// domain begins what is signed, so that no signature of a receipt is one of anything else.
const domain = "kopeck consent receipt 1\x00"

// message is what is signed of a document: the file with an empty signature.
func (d *Document) message() []byte {
	unsigned := *d
	unsigned.Signature.Value = ""
	return append([]byte(domain), unsigned.encode()...)
}

// idOf returns the UUID (version 8, RFC 9562) that follows from a document without id and signature.
func idOf(d *Document) string {
	sum := sha256.Sum256(d.message())
	sum[6] = sum[6]&0x0f | 0x80
	sum[8] = sum[8]&0x3f | 0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", sum[0:4], sum[4:6], sum[6:8], sum[8:10], sum[10:16])
}

func build(f Facts) *Document {
	d := &Document{
		Context:       Context{DPV: "https://w3id.org/dpv#", PD: "https://w3id.org/dpv/pd#", DCT: "http://purl.org/dc/terms/"},
		Type:          "dpv:ConsentReceipt",
		SchemaVersion: SchemaVersion,
		IssuedAt:      f.IssuedAt.UTC(),
		PrincipalID:   f.CustomerID,
		Parties: []Party{
			{
				ID: controllerID, Name: f.Company.Name, Role: "dpv:DataController", Type: "dpv:LegalEntity", Address: f.Company.Address, Contact: f.Company.Contact,
				Email: f.Company.Email, Phone: f.Company.Phone, URL: f.Company.URL,
			},
			{ID: subjectID, Name: f.CustomerID, Role: "dpv:DataSubject", Type: "dpv:Customer"},
		},
		Records: make([]Record, 0, len(f.Consents)),
	}
	named := map[string]bool{}
	for i := range f.Consents {
		c := &f.Consents[i]
		if c.Recipient != "" && !named[c.Recipient] {
			named[c.Recipient] = true
			d.Parties = append(d.Parties, Party{ID: c.Recipient, Name: c.Recipient, Role: "dpv:ThirdParty", Type: "dpv:Recipient"})
		}
		d.Records = append(d.Records, record(f, c))
	}
	return d
}

// record makes the record of a permission.
func record(f Facts, c *Consent) Record {
	events := make([]Event, len(c.Events))
	for i := range c.Events {
		events[i] = eventOf(&c.Events[i])
	}
	text := shown(c.Events)
	processing := processingOf(f.Company, c, text)
	return Record{
		SchemaVersion: SchemaVersion, ID: c.Permission.ID, PrincipalID: f.CustomerID, Processing: processing,
		Standing: Standing{
			State: string(c.Row.State), Status: statusOf(c.Row.State, c.Events[len(c.Events)-1].Kind), Level: c.Row.Level, GrantedAt: c.Row.GrantedAt.UTC(),
			ExpiresAt: inUTC(c.Row.ExpiresAt), RevokedAt: inUTC(c.Row.RevokedAt), Version: c.Row.Version,
		},
		Events:  events,
		Chain:   Chain{"SHA-256, kopeck permission event 1 and 2", c.Permission.ID, c.Permission.CustomerID, c.Permission.Channel, c.Permission.Purpose},
		Kantara: kantara(f, c, &processing),
	}
}

// shown returns the event with the text that the customer agreed to last or, where they have agreed to none, that they were asked by.
func shown(events []consentlog.Event) *consentlog.Event {
	standing := consentlog.Replay(events)
	switch {
	case standing.Agreed != nil:
		return standing.Agreed
	case standing.Request != nil:
		return standing.Request
	}
	return &events[0]
}

func processingOf(of Company, c *Consent, text *consentlog.Event) Processing {
	p := Processing{
		Notice:   Notice{Text: orNone(text.Wording), Version: text.WordingVersion, WordingID: text.WordingID, Event: text.ID, PolicyURL: of.PolicyURL},
		Language: "und", // BCP 47: not determined
		Purpose:  c.Permission.Purpose, PurposeType: purposeType(c.Permission.Purpose), Channel: c.Permission.Channel, LawfulBasis: "dpv:Consent",
		PII: piiOf(c.Permission), Controllers: []string{controllerID}, CollectionMethod: text.Source, ProcessingMethod: "dpv:Use",
		StorageLocations: []string{of.StorageLocation}, RetentionPeriod: of.Retention, Jurisdiction: of.Jurisdiction, Recipients: []string{},
		WithdrawalMethod: withdrawal(of), PrivacyRights: []string{"withdraw the consent at any time", "see the data held", "have them corrected or erased", "complain to the authority"},
		AuthorityParty: of.Authority,
	}
	if text.Language != nil {
		p.Language = *text.Language
	}
	if p.RetentionPeriod == "" {
		p.RetentionPeriod = "until the consent is withdrawn or expires"
	}
	if c.Recipient != "" {
		p.Recipients, p.ProcessingMethod = append(p.Recipients, c.Recipient), "dpv:Share"
	}
	return p
}

// withdrawal says how the consent is withdrawn.
func withdrawal(of Company) string {
	by := []string{"by the link to revoke it that we send"}
	if of.URL != "" {
		by = append(by, "at "+strings.TrimSuffix(of.URL, "/")+of.RevocationAt)
	}
	return strings.Join(append(by, "or by telling us: "+of.Contact), ", ")
}

func orNone(text *string) string {
	if text == nil {
		return ""
	}
	return *text
}

func inUTC(at *time.Time) *time.Time {
	if at == nil {
		return nil
	}
	utc := at.UTC()
	return &utc
}
