// Package receipt is the receipt of what a customer has permitted: a document that the customer keeps and that anybody can verify without the
// database (design, law 7). It has the fields of ISO/IEC TS 27560:2023, the terms of the Data Privacy Vocabulary (DPV) and, for each
// permission, those of the Kantara consent receipt, and beside them the events of the consent log with their hashes.
//
// It takes values and returns values: it reads no database and no clock, and imports package consentlog and the standard library alone.
package receipt

import (
	"bytes"
	"encoding/json"
	"time"
)

// SchemaVersion is what receipts and the records in them conform to: the profile of ISO/IEC TS 27560:2023 by DPV, and the version of what
// this package adds to it. A file of another version is not verified by this one.
const SchemaVersion = "ISO/IEC TS 27560:2023; https://w3id.org/dpv/schema/dpv-27560#receipt-record; kopeck 1"

// Document is a receipt. Its JSON is the file: the names of the standard as they stand there, in snake case. A field without omitempty is
// always there.
type Document struct {
	Context       Context   `json:"@context"`
	Type          string    `json:"@type"`
	SchemaVersion string    `json:"schema_version"`
	ReceiptID     string    `json:"receipt_id"`
	IssuedAt      time.Time `json:"issued_at"`
	PrincipalID   string    `json:"pii_principal_id"` // the customer's id, which is a pseudonym to everybody else
	Parties       []Party   `json:"party_identification"`
	Records       []Record  `json:"consent_records"`
	Signature     Signature `json:"signature"`
}

// Context has the namespaces of the terms.
type Context struct {
	DPV string `json:"dpv"`
	PD  string `json:"pd"`
	DCT string `json:"dct"`
}

// Party is somebody who takes part in the processing.
type Party struct {
	ID      string `json:"party_id"`
	Name    string `json:"party_name"`
	Role    string `json:"party_role"`
	Type    string `json:"party_type"`
	Address string `json:"party_address,omitempty"`
	Contact string `json:"party_contact,omitempty"`
	Email   string `json:"party_email,omitempty"`
	Phone   string `json:"party_phone,omitempty"`
	URL     string `json:"party_url,omitempty"`
}

// Record is a permission.
type Record struct {
	SchemaVersion string     `json:"schema_version"`
	ID            string     `json:"record_id"`
	PrincipalID   string     `json:"pii_principal_id"`
	Processing    Processing `json:"pii_processing"`
	Standing      Standing   `json:"standing"`
	Events        []Event    `json:"events"`
	Chain         Chain      `json:"chain"`
	Kantara       Kantara    `json:"kantara_consent_receipt"`
}

// Processing is what the permission is for.
type Processing struct {
	Notice           Notice   `json:"privacy_notice"`
	Language         string   `json:"language"`
	Purpose          string   `json:"purpose"`
	PurposeType      string   `json:"purpose_type"`
	Channel          string   `json:"channel"`
	LawfulBasis      string   `json:"lawful_basis"`
	PII              []PII    `json:"pii_information"`
	Controllers      []string `json:"pii_controllers"`
	CollectionMethod string   `json:"collection_method"`
	ProcessingMethod string   `json:"processing_method"`
	StorageLocations []string `json:"storage_locations"`
	RetentionPeriod  string   `json:"retention_period"`
	Jurisdiction     string   `json:"jurisdiction"`
	Recipients       []string `json:"recipient_third_parties"`
	WithdrawalMethod string   `json:"withdrawal_method"`
	PrivacyRights    []string `json:"privacy_rights"`
	AuthorityParty   string   `json:"authority_party,omitempty"`
}

// Notice is the text as it was shown, and the event by which the customer agreed to it; of a permission that waits to be confirmed, the one by
// which they were asked.
type Notice struct {
	Text      string  `json:"text"`
	Version   *string `json:"version"`
	WordingID *string `json:"wording_id"`
	Event     string  `json:"event_id"`
	PolicyURL string  `json:"policy_url,omitempty"`
}

// PII is a kind of personal data, by a term of the DPV.
type PII struct {
	Type     string `json:"pii_type"`
	Optional bool   `json:"pii_optional"`
}

// Standing is what the events make of the permission at the time of the receipt.
type Standing struct {
	State     string     `json:"state"`
	Status    string     `json:"consent_status"` // by the DPV
	Level     string     `json:"level"`
	GrantedAt time.Time  `json:"granted_at"`
	ExpiresAt *time.Time `json:"expires_at"`
	RevokedAt *time.Time `json:"revoked_at"`
	Version   int        `json:"version"` // the number of events
}

// Event is an event of the permission: the fields of the standard, and all that its hash covers.
type Event struct {
	Time     time.Time  `json:"event_time"`
	Validity *time.Time `json:"validity_duration"` // the moment at which it ends; null for no end
	Entity   string     `json:"entity_id"`         // who brought it about: the data subject or the controller
	Type     string     `json:"event_type"`
	State    string     `json:"event_state"`

	ID             string     `json:"event_id"`
	Sequence       int        `json:"sequence"`
	Kind           string     `json:"kind"`
	Level          *string    `json:"level"`
	Actor          string     `json:"actor"`
	Source         string     `json:"source"`
	Wording        *string    `json:"wording"`
	WordingVersion *string    `json:"wording_version"`
	Address        *string    `json:"address"`
	Reason         *string    `json:"reason"`
	WordingID      *string    `json:"wording_id"`
	Language       *string    `json:"language"`
	BundledWith    *string    `json:"bundled_with"`
	GivenAt        *time.Time `json:"given_at"`
	PreviousHash   string     `json:"previous_hash"`
	Hash           string     `json:"hash"`
}

// Chain is what the hashes of all events of a permission are computed with, beside the events.
type Chain struct {
	Algorithm    string `json:"algorithm"`
	PermissionID string `json:"permission_id"`
	CustomerID   string `json:"customer_id"` // when the permission was made: another than the principal after a merge
	Channel      string `json:"channel"`
	Purpose      string `json:"purpose"`
}

// Kantara is the permission as a Kantara consent receipt, version 1.1.0.
type Kantara struct {
	Version          string              `json:"version"`
	Jurisdiction     string              `json:"jurisdiction"`
	ConsentTimestamp int64               `json:"consentTimestamp"`
	CollectionMethod string              `json:"collectionMethod"`
	ConsentReceiptID string              `json:"consentReceiptID"`
	Language         string              `json:"language"`
	PIIPrincipalID   string              `json:"piiPrincipalId"`
	PIIControllers   []KantaraController `json:"piiControllers"`
	PolicyURL        string              `json:"policyUrl"`
	Services         []KantaraService    `json:"services"`
	Sensitive        bool                `json:"sensitive"`
	SPICat           []string            `json:"spiCat"`
}

// KantaraController is the company in Kantara's names.
type KantaraController struct {
	PIIController string `json:"piiController"`
	Contact       string `json:"contact"`
	Address       string `json:"address"`
	Email         string `json:"email"`
	Phone         string `json:"phone"`
}

// KantaraService is what the permission is for, in Kantara's names.
type KantaraService struct {
	Service  string           `json:"service"`
	Purposes []KantaraPurpose `json:"purposes"`
}

// KantaraPurpose is the purpose in Kantara's names.
type KantaraPurpose struct {
	Purpose              string   `json:"purpose"`
	PurposeCategory      []string `json:"purposeCategory"`
	ConsentType          string   `json:"consentType"`
	PIICategory          []string `json:"piiCategory"`
	PrimaryPurpose       bool     `json:"primaryPurpose"`
	Termination          string   `json:"termination"`
	ThirdPartyDisclosure bool     `json:"thirdPartyDisclosure"`
	ThirdPartyName       string   `json:"thirdPartyName,omitempty"`
}

// Signature signs the whole file with an empty value.
type Signature struct {
	Algorithm string `json:"algorithm"`
	KeyID     string `json:"key_id"`     // the RFC 7638 thumbprint of the key
	PublicKey string `json:"public_key"` // 32 bytes in base64url
	Value     string `json:"value"`      // 64 bytes in base64url
}

// encode writes the only spelling that a document has as a file.
func (d *Document) encode() []byte {
	var text bytes.Buffer
	out := json.NewEncoder(&text)
	out.SetEscapeHTML(false)
	out.SetIndent("", "  ")
	if err := out.Encode(d); err != nil {
		panic("receipt: encoding texts, times and numbers: " + err.Error())
	}
	return text.Bytes()
}
