// Package id makes and checks the ids of everything: TypeIDs, that is a prefix that names the type
// and a UUIDv7 in 26 characters (https://github.com/jetify-com/typeid). A client may make them too.
package id

import (
	"bufio"
	"crypto/rand"
	"encoding/binary"
	"io"
	"strings"
	"sync"
	"time"

	"go.jetify.com/typeid/v2"

	"kopeck/fault"
)

// The prefixes, one a type.
const (
	Customer      = "cus"
	Contact       = "con"
	Product       = "prd"
	Component     = "cmp"
	Option        = "opt"
	ListPrice     = "lpr"
	Rate          = "rat"
	Rule          = "rul"
	Agreement     = "agr"
	Booking       = "bkg"
	Permission    = "prm"
	Event         = "pev"
	Offer         = "off"
	OfferLine     = "ofl"
	Order         = "ord"
	OrderLine     = "orl"
	Refund        = "rfd"
	Credit        = "crd"
	CostLine      = "cln"
	LifetimeModel = "ltm"
	Attribution   = "atf"
	User          = "usr"
	Session       = "ses"
	Partner       = "prt"
	StageChange   = "stg"
	SearchTerm    = "trm"
	Audit         = "aud"
	Idempotency   = "idk"
)

// Maker makes ids. The zero value is not usable: New gives one.
type Maker struct {
	now    func() time.Time
	random io.Reader

	mu   sync.Mutex
	last uint64 // the last millisecond and counter given out, so that ids of one process never go backwards
}

// New gives a maker that reads this clock and this source of randomness (nil: the system's).
func New(now func() time.Time, random io.Reader) *Maker {
	if random == nil {
		random = bufio.NewReader(rand.Reader) // one call of the system for some hundred ids
	}
	return &Maker{now: now, random: random}
}

// Make gives a new id of a prefix: UUIDv7 (RFC 9562) with the 12 bits behind the millisecond used as a
// counter (method 3 of its section 6.2), so that ids made one after the other also sort so.
func (m *Maker) Make(prefix string) string {
	var raw [16]byte
	m.mu.Lock()
	_, err := io.ReadFull(m.random, raw[8:])
	stamp := uint64(m.now().UnixMilli()) << 12
	if stamp <= m.last {
		stamp = m.last + 1
	}
	m.last = stamp
	m.mu.Unlock()
	if err != nil {
		panic("id: the system's source of randomness failed: " + err.Error())
	}
	binary.BigEndian.PutUint64(raw[:8], stamp>>12<<16|0x7000|stamp&0xfff)
	raw[8] = raw[8]&0x3f | 0x80
	return fromBytes(prefix, raw)
}

// At gives the id that a maker with a fixed source would give: for data that must come out the same again.
func At(prefix string, raw [16]byte) string { return fromBytes(prefix, raw) }

func fromBytes(prefix string, raw [16]byte) string {
	made, err := typeid.FromBytes(prefix, raw[:])
	if err != nil {
		panic("id: prefix " + prefix + ": " + err.Error())
	}
	return made.String()
}

// Prefix gives the part that names the type, "" where the text is no TypeID.
func Prefix(text string) string {
	parsed, err := typeid.Parse(text)
	if err != nil {
		return ""
	}
	return parsed.Prefix()
}

// Check gives a typed error for the field unless the text is an id of this prefix in its one spelling.
func Check(field, prefix, text string) *fault.Error {
	parsed, err := typeid.Parse(text)
	switch {
	case err != nil || parsed.String() != text:
		return fault.Invalidf(field, "not an id: want %s_ and 26 characters", prefix)
	case parsed.Prefix() != prefix:
		return fault.Invalidf(field, "an id of another type: want %s_, got %s_", prefix, strings.ToLower(parsed.Prefix()))
	}
	return nil
}
