// Package consentlog is the consent log: the hash-chained events of a permission, and what they make of it (design, laws 6
// and 7). It takes values and returns values: it reads no database and no clock, and imports the standard library alone.
package consentlog

import "time"

// Kind says what an event did. The values are those of the API's PermissionEventKind.
type Kind string

// The kinds of events.
const (
	Requested Kind = "REQUESTED"
	Confirmed Kind = "CONFIRMED"
	Granted   Kind = "GRANTED"
	Raised    Kind = "RAISED"
	Lowered   Kind = "LOWERED"
	Renewed   Kind = "RENEWED"
	Expired   Kind = "EXPIRED"
	Revoked   Kind = "REVOKED"
	Merged    Kind = "MERGED"    // ended because its customer was merged with one who had allowed less
	Separated Kind = "SEPARATED" // as before the merge, which was undone
)

// Permission is what all events of a permission are hashed with: whose it was when it was made and what it is for. It never changes, also
// where the customer is merged into another.
type Permission struct {
	ID, CustomerID   string
	Channel, Purpose string // as the API writes them: EMAIL, MARKETING
}

// Event is one event of a permission.
type Event struct {
	ID        string
	Sequence  int // its place among the permission's events, from 1
	At        time.Time
	Kind      Kind
	Level     *string    // as the API writes it; nil where the event says nothing about it
	ExpiresAt *time.Time // nil: no end

	Actor, Source                            string
	Wording, WordingVersion, Address, Reason *string

	// What is known of the text and of the moment besides: the id and the language of the wording that was shown, what else the customer
	// agreed to by it, and when they agreed, if that was before At.
	WordingID, Language, BundledWith *string
	GivenAt                          *time.Time

	PreviousHash, Hash string  // set by Seal
	ErasedHash         *string // set by Erase; nil while the event is whole
}

// Ended reports whether something that ends at a moment, nil for never, has ended at another. At its end it has ended.
func Ended(end *time.Time, at time.Time) bool { return end != nil && !end.After(at) }
