package service

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"strconv"
	"strings"
	"time"

	"kopeck/ent"
	"kopeck/schema"
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

// standing is what a permission's events make of it, one after the other.
type standing struct {
	state     schema.PermissionState
	level     schema.PermissionLevel
	grantedAt time.Time
	expiresAt *time.Time
	revokedAt *time.Time

	last    *ent.PermissionEvent
	request *ent.PermissionEvent // the last request that nothing has answered
}

// apply takes the next event in. A request for more leaves an active permission as it is until it is confirmed; one
// that is open when the permission expires stays open.
func (st *standing) apply(e *ent.PermissionEvent) {
	st.last = e
	switch e.Kind {
	case schema.EventRequested:
		st.request = e
		if st.state != schema.PermissionActive {
			st.await(e)
		}
		return
	case schema.EventGranted, schema.EventConfirmed, schema.EventRaised, schema.EventLowered, schema.EventRenewed:
		if st.state != schema.PermissionActive {
			st.grantedAt = e.At
		}
		st.state, st.level, st.expiresAt = schema.PermissionActive, deref(e.Level), e.ExpiresAt
	case schema.EventExpired:
		if st.request != nil && !past(st.request.ExpiresAt, e.At) {
			st.await(st.request)
			return
		}
		st.state = schema.PermissionExpired
	case schema.EventRevoked:
		at := e.At
		st.state, st.revokedAt = schema.PermissionRevoked, &at
	}
	st.request = nil
}

func (st *standing) await(request *ent.PermissionEvent) {
	st.state, st.level = schema.PermissionPending, deref(request.Level)
	st.grantedAt, st.expiresAt = request.At, request.ExpiresAt
}

// overdue tells whether the permission's time is over and no event says so yet.
func (st *standing) overdue(at time.Time) bool {
	return (st.state == schema.PermissionActive || st.state == schema.PermissionPending) && past(st.expiresAt, at)
}

// past tells whether something that ends has ended.
func past(end *time.Time, at time.Time) bool { return end != nil && !end.After(at) }

// show writes the standing into a permission's row in memory.
func (st *standing) show(p *ent.Permission) {
	p.State, p.Level, p.GrantedAt, p.ExpiresAt, p.RevokedAt = st.state, st.level, st.grantedAt, st.expiresAt, st.revokedAt
	p.Version = st.last.Sequence
}

// judge sets the state that a permission has at a moment, from the one after its last event.
func judge(p *ent.Permission, at time.Time) {
	if (p.State == schema.PermissionActive || p.State == schema.PermissionPending) && past(p.ExpiresAt, at) {
		p.State = schema.PermissionExpired
	}
}
