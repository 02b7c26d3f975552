package auth

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"time"
	"unicode/utf8"
)

// The payload of a price token: customer and product as 16 bytes each; quantity, unit price, the list
// price less the unit price, lead days, the microsecond asked at and those from there to the end, as
// signed varints (encoding/binary); the number of options, and of each its code and value, each with
// its length in front; the number of lines, and of each its kind, what it refers to, its amount, and
// the 16 bytes referred to where there are any; and the tax, as a signed varint, which earlier tokens do not have. Every content has one
// encoding, and nothing follows it.

// The types of what a line refers to.
const (
	refNone byte = iota
	refRule
	refAgreement
	refOption
)

var refPrefixes = map[byte]string{refRule: "rul", refAgreement: "agr", refOption: "opt"}

func encodePrice(c PriceContent) ([]byte, error) {
	customer, err := packID("cus", c.Customer)
	if err != nil {
		return nil, err
	}
	product, err := packID("prd", c.Product)
	if err != nil {
		return nil, err
	}
	if c.LeadDays < 0 || c.LeadDays > math.MaxInt32 {
		return nil, fmt.Errorf("auth: %d lead days: want 0 to 2147483647", c.LeadDays)
	}
	asked, ends := c.AskedAt.UnixMicro(), c.ValidUntil.UnixMicro()
	if !time.UnixMicro(asked).Equal(c.AskedAt.Truncate(time.Microsecond)) || !time.UnixMicro(ends).Equal(c.ValidUntil.Truncate(time.Microsecond)) {
		return nil, errors.New("auth: a time is out of the range of microseconds in 64 bits")
	}
	to := append(customer[:], product[:]...)
	// Differences may wrap: adding them back wraps again.
	for _, number := range []int64{c.Quantity, c.Unit, c.List - c.Unit, int64(c.LeadDays), asked, ends - asked} {
		to = binary.AppendVarint(to, number)
	}
	to = binary.AppendUvarint(to, uint64(len(c.Options)))
	for _, option := range c.Options {
		for _, text := range []string{option.Code, option.Value} {
			if !utf8.ValidString(text) {
				return nil, fmt.Errorf("auth: an option is not valid UTF-8: %q", text)
			}
			to = binary.AppendUvarint(to, uint64(len(text)))
			to = append(to, text...)
		}
	}
	to = binary.AppendUvarint(to, uint64(len(c.Lines)))
	for i, line := range c.Lines {
		if !validKind(line.Kind) {
			return nil, fmt.Errorf("auth: line %d of a price has kind %d: want the number of a price step, from 1 to 254", i, line.Kind)
		}
		ref, id, err := packRef(line.Ref)
		if err != nil {
			return nil, err
		}
		to = binary.AppendVarint(append(to, line.Kind, ref), line.Amount)
		if ref != refNone {
			to = append(to, id[:]...)
		}
	}
	return binary.AppendVarint(to, c.Tax), nil
}

// validKind reports whether a line's kind can be the number of a price step: 0 is none, and 255 is what a search without
// a result gives as a byte.
func validKind(kind uint8) bool { return kind > 0 && kind < math.MaxUint8 }

func packRef(text string) (ref byte, id [idBytes]byte, err error) {
	if text == "" {
		return refNone, id, nil
	}
	for ref, prefix := range refPrefixes {
		if id, err := packID(prefix, text); err == nil {
			return ref, id, nil
		}
	}
	return refNone, id, fmt.Errorf("auth: a line of a price refers to %q: want a rule, an agreement or an option", text)
}

// decodePrice decodes any bytes, which have the tax or, of an earlier token, not. What it accepts with the tax, encodePrice encodes to the
// same bytes.
func decodePrice(payload []byte, taxed bool) (PriceContent, error) {
	in := priceReader{left: payload}
	c := PriceContent{Customer: unpackID("cus", in.id()), Product: unpackID("prd", in.id())}
	c.Quantity, c.Unit = in.number(), in.number()
	c.List = c.Unit + in.number()
	days := in.number()
	if days < 0 || days > math.MaxInt32 {
		return PriceContent{}, errNotSealed
	}
	c.LeadDays = int(days)
	asked := in.number()
	c.AskedAt, c.ValidUntil = time.UnixMicro(asked).UTC(), time.UnixMicro(asked+in.number()).UTC()
	if options := in.count(2); options > 0 { // an option takes two bytes at least
		c.Options = make([]PriceOption, options)
	}
	for i := range c.Options {
		c.Options[i] = PriceOption{Code: in.text(), Value: in.text()}
	}
	if lines := in.count(3); lines > 0 { // a line takes three bytes at least
		c.Lines = make([]PriceLine, lines)
	}
	for i := range c.Lines {
		kind, ref := in.byte(), in.byte()
		if !validKind(kind) {
			return PriceContent{}, errNotSealed
		}
		c.Lines[i] = PriceLine{Kind: kind, Amount: in.number()}
		if ref == refNone {
			continue
		}
		prefix, known := refPrefixes[ref]
		if !known {
			return PriceContent{}, errNotSealed
		}
		c.Lines[i].Ref = unpackID(prefix, in.id())
	}
	if taxed {
		c.Tax = in.number()
	}
	if in.broken || len(in.left) > 0 {
		return PriceContent{}, errNotSealed
	}
	return c, nil
}

// priceReader decodes a payload. After the first error it is broken and returns zeros.
type priceReader struct {
	left   []byte
	broken bool
}

// bytes returns the next n, fewer only when broken.
func (r *priceReader) bytes(n int) []byte {
	if r.broken || n > len(r.left) {
		r.broken = true
		return nil
	}
	taken := r.left[:n]
	r.left = r.left[n:]
	return taken
}

func (r *priceReader) byte() byte {
	if taken := r.bytes(1); taken != nil {
		return taken[0]
	}
	return 0
}

func (r *priceReader) id() (id [idBytes]byte) {
	copy(id[:], r.bytes(idBytes))
	return id
}

func (r *priceReader) number() int64 {
	number, n := binary.Varint(r.left)
	if n <= 0 || n > 1 && r.left[n-1] == 0 { // a longer encoding of the same number ends in a zero byte
		r.broken = true
		return 0
	}
	r.bytes(n)
	return number
}

// count reads how many items follow, each of which takes at least a number of bytes.
func (r *priceReader) count(each int) int {
	number, n := binary.Uvarint(r.left)
	if n <= 0 || n > 1 && r.left[n-1] == 0 || number > uint64(len(r.left)/each) {
		r.broken = true
		return 0
	}
	r.bytes(n)
	return int(number)
}

func (r *priceReader) text() string {
	text := string(r.bytes(r.count(1)))
	if !utf8.ValidString(text) {
		r.broken = true
	}
	return text
}
