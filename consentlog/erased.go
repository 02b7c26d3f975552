package consentlog

import (
	"crypto/sha256"
	"encoding/hex"
	"strconv"
)

// What is personal in an event may have to be erased (GDPR article 17, 152-FZ article 21). Its hash stays, so that the events after it still follow;
// that it is the hash of what was recorded can then no longer be computed. Instead the event is sealed anew as it is left, together with that hash:
// who changes what is left breaks the seal.

// domainErased begins what is hashed of an event that is erased.
const domainErased = "kopeck permission event erased 1\x00"

// ErasedSource stands for the source of an event that is erased.
const ErasedSource = "erased"

// Erase takes out of an event what is personal: its source, address and reason, what it was bundled with, and a text that is none of the wordings
// that are kept. An event that is erased stays as it is.
func Erase(p Permission, e *Event) {
	if e.ErasedHash != nil {
		return
	}
	e.Source, e.Address, e.Reason, e.BundledWith = ErasedSource, nil, nil, nil
	if e.WordingID == nil {
		e.Wording, e.WordingVersion = nil, nil
	}
	seal := HashErased(p, *e)
	e.ErasedHash = &seal
}

// HashErased returns the seal of an event that is erased: SHA-256, in hexadecimal, over its domain, the event's hash and previous hash, the ids of the
// event, the permission and the customer, channel, purpose, sequence, time, kind, level, end, actor, source, wording, wording version, wording id,
// language and the moment at which it was given, encoded as by [Hash].
func HashErased(p Permission, e Event) string {
	text := encoding{[]byte(domainErased)}
	for _, field := range []string{e.Hash, e.PreviousHash, e.ID, p.ID, p.CustomerID, p.Channel, p.Purpose, strconv.Itoa(e.Sequence), micros(e.At), string(e.Kind)} {
		text.add(field)
	}
	text.addOptional(e.Level)
	text.addTime(e.ExpiresAt)
	text.add(e.Actor)
	text.add(e.Source)
	text.addOptional(e.Wording)
	text.addOptional(e.WordingVersion)
	text.addOptional(e.WordingID)
	text.addOptional(e.Language)
	text.addTime(e.GivenAt)
	sum := sha256.Sum256(text.bytes)
	return hex.EncodeToString(sum[:])
}

// isIntact reports whether an event is what was recorded or, once erased, what was left of it.
func isIntact(p Permission, e Event) bool {
	if e.ErasedHash != nil {
		return HashErased(p, e) == *e.ErasedHash && e.Address == nil && e.Reason == nil && e.BundledWith == nil
	}
	return Hash(p, e) == e.Hash
}
