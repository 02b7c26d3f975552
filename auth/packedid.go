package auth

import (
	"fmt"
	"strings"
)

// A TypeID is a prefix, "_" and 16 bytes in 26 characters of base 32, most significant first
// (https://github.com/jetify-com/typeid, spec 0.3). A token contains only the 16 bytes, since the place of an id
// determines its prefix.
const (
	base32Digits = "0123456789abcdefghjkmnpqrstvwxyz"
	idDigits     = 26
	idBytes      = 16
)

// packID returns the 16 bytes of an id, which must have this prefix.
func packID(prefix, id string) (packed [idBytes]byte, err error) {
	suffix, ok := strings.CutPrefix(id, prefix+"_")
	if !ok || len(suffix) != idDigits || suffix[0] > '7' { // 26 x 5 bits are 2 more than 128
		return packed, fmt.Errorf("auth: %q is not an id with the prefix %s", id, prefix)
	}
	pending, bits, at := uint(0), 0, idBytes
	for i := idDigits - 1; i >= 0; i-- {
		digit := strings.IndexByte(base32Digits, suffix[i])
		if digit < 0 {
			return packed, fmt.Errorf("auth: %q is not an id with the prefix %s", id, prefix)
		}
		pending |= uint(digit) << bits
		for bits += 5; bits >= 8 && at > 0; bits -= 8 {
			at--
			packed[at] = byte(pending)
			pending >>= 8
		}
	}
	return packed, nil
}

// unpackID is the inverse of packID.
func unpackID(prefix string, packed [idBytes]byte) string {
	var suffix [idDigits]byte
	pending, bits, at := uint(0), 0, idDigits
	for i := idBytes - 1; i >= 0; i-- {
		pending |= uint(packed[i]) << bits
		for bits += 8; bits >= 5; bits -= 5 {
			at--
			suffix[at] = base32Digits[pending&31]
			pending >>= 5
		}
	}
	suffix[0] = base32Digits[pending&31]
	return prefix + "_" + string(suffix[:])
}
