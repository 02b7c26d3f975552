package consent

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"strconv"
	"strings"
	"time"

	"kopeck/ent"
	"kopeck/schema"
	"kopeck/service"
)

// chainDomain begins what is hashed, and names the version of the encoding.
const chainDomain = "kopeck permission event 1\x00"

// firstPrevious stands for the hash of the event before the first.
var firstPrevious = strings.Repeat("0", 64)

// SealEvent sets an event's hashes: the one of the event before it ("" for the first event) and its own.
func SealEvent(p *ent.Permission, e *ent.PermissionEvent, previous string) {
	if previous == "" {
		previous = firstPrevious
	}
	e.PreviousHash = previous
	e.Hash = hashEvent(p, e)
}

// hashEvent gives an event's hash: SHA-256, in hexadecimal, over the domain "kopeck permission event 1" and a zero
// byte and then, in this order, the previous hash, the event's id, the permission's id, customer id, channel and
// purpose, and the event's sequence, time, kind, level, end, actor, source, wording, wording version, address and
// reason. Each field is a byte 1, its length in bytes as 8 bytes big-endian, and its bytes; a field that is absent is
// one byte 0. Numbers are decimal text; times are microseconds since 1970-01-01 UTC in decimal. So no two different
// events have one encoding, and whoever has the ledger can check it without us.
func hashEvent(p *ent.Permission, e *ent.PermissionEvent) string {
	text := []byte(chainDomain)
	add := func(field string) {
		text = binary.BigEndian.AppendUint64(append(text, 1), uint64(len(field)))
		text = append(text, field...)
	}
	maybe := func(field *string) {
		if field == nil {
			text = append(text, 0)
			return
		}
		add(*field)
	}
	add(e.PreviousHash)
	add(e.ID)
	add(p.ID)
	add(p.CustomerID)
	add(string(p.Channel))
	add(string(p.Purpose))
	add(strconv.Itoa(e.Sequence))
	add(strconv.FormatInt(e.At.UnixMicro(), 10))
	add(string(e.Kind))
	maybe((*string)(e.Level))
	maybe(micros(e.ExpiresAt))
	add(e.Actor)
	add(e.Source)
	maybe(e.Wording)
	maybe(e.WordingVersion)
	maybe(e.Address)
	maybe(e.Reason)
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}

func micros(at *time.Time) *string {
	if at == nil {
		return nil
	}
	text := strconv.FormatInt(at.UnixMicro(), 10)
	return &text
}

// judge sets the state that a permission has at a moment, from the one after its last event.
func judge(p *ent.Permission, at time.Time) {
	if (p.State == schema.PermissionActive || p.State == schema.PermissionPending) && service.Past(p.ExpiresAt, at) {
		p.State = schema.PermissionExpired
	}
}
