package consentlog

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"strconv"
	"strings"
	"time"
)

// domain begins what is hashed, and names the version of the encoding.
const domain = "kopeck permission event 1\x00"

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
// that is absent is one byte 0. Numbers are decimal text; times are microseconds since 1970-01-01 UTC in decimal. So no
// two different events have one encoding, and whoever has the log can verify it without us.
func Hash(p Permission, e Event) string {
	var text encoding
	text.bytes = []byte(domain)
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
	if e.ExpiresAt == nil {
		text.addOptional(nil)
	} else {
		text.add(micros(*e.ExpiresAt))
	}
	text.add(e.Actor)
	text.add(e.Source)
	text.addOptional(e.Wording)
	text.addOptional(e.WordingVersion)
	text.addOptional(e.Address)
	text.addOptional(e.Reason)
	sum := sha256.Sum256(text.bytes)
	return hex.EncodeToString(sum[:])
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

func micros(at time.Time) string { return strconv.FormatInt(at.UnixMicro(), 10) }
