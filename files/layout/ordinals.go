package layout

import (
	"crypto/sha256"
	"encoding/hex"
	"strconv"
)

// Ordinals numbers the records of a log that has no ids, among those of the same customer and day. It
// remembers the last pairs only, so that its memory does not grow with the file; see the package's comment.
type Ordinals struct {
	now, before map[string]int
}

// pairs is how many customer-days are remembered at least.
const pairs = 8192

// Next returns the number of the next record of a customer and day, from 1.
func (o *Ordinals) Next(pair string) int {
	if len(o.now) >= pairs {
		o.now, o.before = nil, o.now
	}
	if o.now == nil {
		o.now = make(map[string]int)
	}
	n, ok := o.now[pair]
	if !ok {
		n = o.before[pair]
	}
	o.now[pair] = n + 1
	return n + 1
}

// idLimit is how long an external id is at most.
const idLimit = 200

// MadeID returns the external id of a record that has none: "log:customer:day:ordinal". The file makes it, so the same
// file makes the same.
func MadeID(pair string, ordinal int) string {
	id := "log:" + pair + ":" + strconv.Itoa(ordinal)
	if len(id) <= idLimit {
		return id
	}
	sum := sha256.Sum256([]byte(id))
	return "log:" + hex.EncodeToString(sum[:])
}
