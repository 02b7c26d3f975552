// Package id makes and checks the ids of all objects: TypeIDs, which are a prefix for the type and a UUIDv7 in 26
// characters (https://github.com/jetify-com/typeid). Clients may make them too.
package id

import (
	"bufio"
	"crypto/rand"
	"encoding/binary"
	"io"
	"sync"
	"time"

	"go.jetify.com/typeid/v2"

	"kopeck/fault"
)

// The prefixes, one for each type.
const (
	Customer      = "cus"
	Contact       = "con"
	Product       = "prd"
	Recipe        = "rcp"
	Component     = "cmp"
	Option        = "opt"
	ListPrice     = "lpr"
	Measurement   = "msd"
	Field         = "fld"
	FieldEntry    = "fle"
	Rate          = "rat"
	Rule          = "rul"
	Agreement     = "agr"
	Booking       = "bkg"
	Permission    = "prm"
	Event         = "pev"
	Wording       = "wrd"
	Offer         = "off"
	OfferLine     = "ofl"
	DeclineReason = "dcr"
	Order         = "ord"
	OrderLine     = "orl"
	Refund        = "rfd"
	RefundLine    = "rfl"
	Credit        = "crd"
	CostLine      = "cln"
	LifetimeModel = "ltm"
	Attribution   = "atf"
	User          = "usr"
	Session       = "ses"
	Partner       = "prt"
	StageChange   = "stg"
	Task          = "tsk"
	OfTheMonth    = "pom"
	ExpectedPrice = "xpr"
	Team          = "tea"
	Membership    = "tmb"
	HandOver      = "hov"
	DatedValue    = "dvl"
	Restatement   = "rst"
	Correction    = "cor"
	Participant   = "cpt"
	ContactPerson = "cpe"
	Relation      = "rel"
	Campaign      = "cmg"
	Spend         = "spd"
	SearchTerm    = "trm"
	Audit         = "aud"
	Merge         = "mrg"
	Identity      = "idn"
	ContactPoint  = "cpt"
	Address       = "adr"
	CustomerTag   = "ctg"
	NotSame       = "nsm"
	Idempotency   = "idk"
	Message       = "msg"
	Attempt       = "mat"
	Pause         = "mps"
	Need          = "ned"
	NeedFact      = "nft"
	Question      = "qst"
	AskedQuestion = "asq"
	Experiment    = "exp"
	Exposure      = "exs"
	Link          = "lnk"
	LinkCode      = "lcd"
	DataRequest   = "pdr"
)

// Maker makes ids. It is safe for concurrent use. The zero value is not usable: see New.
type Maker struct {
	now    func() time.Time
	random io.Reader

	mu   sync.Mutex
	last uint64 // the last millisecond and counter used, so that ids of one process only increase
}

// New returns a maker with a clock and a source of randomness; nil means the system's.
func New(now func() time.Time, random io.Reader) *Maker {
	if random == nil {
		random = bufio.NewReader(rand.Reader) // one system call for some hundred ids
	}
	return &Maker{now: now, random: random}
}

// Make returns a new id with a prefix: a UUIDv7 (RFC 9562) whose 12 bits after the millisecond are a
// counter (method 3 of its section 6.2), so that ids sort in the order in which they were created. It panics if the
// source of randomness fails.
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

// At returns the id with a prefix and given bytes, for data that must be reproducible. It panics on an invalid prefix.
func At(prefix string, raw [16]byte) string { return fromBytes(prefix, raw) }

func fromBytes(prefix string, raw [16]byte) string {
	made, err := typeid.FromBytes(prefix, raw[:])
	if err != nil {
		panic("id: prefix " + prefix + ": " + err.Error())
	}
	return made.String()
}

// Prefix returns the prefix of a TypeID, "" if the text is not one.
func Prefix(text string) string {
	parsed, err := typeid.Parse(text)
	if err != nil {
		return ""
	}
	return parsed.Prefix()
}

// Check returns an error for the field unless the text is an id with this prefix in its only valid spelling.
func Check(field, prefix, text string) error {
	parsed, err := typeid.Parse(text)
	switch {
	case err != nil || parsed.String() != text:
		return fault.Invalidf(field, "not an id; send %s_ followed by 26 characters", prefix)
	case parsed.Prefix() != prefix:
		return fault.Invalidf(field, "an id of another type: it begins with %s_, send one that begins with %s_", parsed.Prefix(), prefix)
	}
	return nil
}
