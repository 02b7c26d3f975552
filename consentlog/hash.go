package consentlog

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"strconv"
	"strings"
	"time"
)

// What is hashed begins with one of these, which name the version of the encoding. The second is that of events that say something of the
// text or of the moment that the first has no place for: the hashes of all others stay as they always were.
const (
	domain1 = "kopeck permission event 1\x00"
	domain2 = "kopeck permission event 2\x00"
)

// FirstPrevious stands for the hash of the event before the first: 64 zeros.
var FirstPrevious = strings.Repeat("0", 2*sha256.Size)

// Seal sets an event's hashes: that of the event before it ("" for the first event) and its own.
func Seal(p Permission, e *Event, previous string) {
	if previous == "" {
		previous = FirstPrevious
	}
	e.PreviousHash = previous
	e.Hash = Hash(p, *e)
}

// Hash returns the hash of an event, whatever its field Hash says: SHA-256, in hexadecimal, over the domain "kopeck
// permission event 1" and a zero byte and then, in this order, the previous hash, the event's id, the permission's id,
// customer id, channel and purpose, and the event's sequence, time, kind, level, end, actor, source, wording, wording
// version, address and reason. Each field is a byte 1, its length in bytes as 8 bytes big-endian, and its bytes; a field
// that is absent is one byte 0. Numbers are decimal text; times are microseconds since 1970-01-01 UTC in decimal.
//
// An event with a wording id, a language, something that it was bundled with or a moment at which it was given has the domain "kopeck
// permission event 2" instead, and these four fields, in this order, after the reason. So no two different events have one encoding, and
// whoever has the log can verify it without us.
func Hash(p Permission, e Event) string {
	var text encoding
	text.bytes = []byte(domain1)
	if e.saysMore() {
		text.bytes = []byte(domain2)
	}
	text.add(e.PreviousHash)
	text.add(e.ID)
	text.add(p.ID)
	text.add(p.CustomerID)
	text.add(p.Channel)
	text.add(p.Purpose)
	text.add(strconv.Itoa(e.Sequence))
	text.add(micros(e.At))
	text.add(string(e.Kind))
	text.addOptional(e.Level)
	text.addTime(e.ExpiresAt)
	text.add(e.Actor)
	text.add(e.Source)
	text.addOptional(e.Wording)
	text.addOptional(e.WordingVersion)
	text.addOptional(e.Address)
	text.addOptional(e.Reason)
	if e.saysMore() {
		text.addOptional(e.WordingID)
		text.addOptional(e.Language)
		text.addOptional(e.BundledWith)
		text.addTime(e.GivenAt)
	}
	sum := sha256.Sum256(text.bytes)
	return hex.EncodeToString(sum[:])
}

// saysMore reports whether an event has a field that the first encoding has no place for.
func (e *Event) saysMore() bool {
	return e.WordingID != nil || e.Language != nil || e.BundledWith != nil || e.GivenAt != nil
}

// encoding is what is hashed of an event.
type encoding struct{ bytes []byte }

func (t *encoding) add(field string) {
	t.bytes = binary.BigEndian.AppendUint64(append(t.bytes, 1), uint64(len(field)))
	t.bytes = append(t.bytes, field...)
}

func (t *encoding) addOptional(field *string) {
	if field == nil {
		t.bytes = append(t.bytes, 0)
		return
	}
	t.add(*field)
}

func (t *encoding) addTime(at *time.Time) {
	if at == nil {
		t.addOptional(nil)
		return
	}
	t.add(micros(*at))
}

func micros(at time.Time) string { return strconv.FormatInt(at.UnixMicro(), 10) }
