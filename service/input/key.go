package input

import (
	"net/mail"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"

	"kopeck/fault"
)

// longestEmail is how many bytes an e-mail address may have.
const longestEmail = 320

// longestKey is how many bytes a [NameKey] may have: what its column takes.
const longestKey = 800

// Email returns an e-mail address trimmed. Fault: INVALID if it is none, or has a display name.
func Email(field, value string) (string, error) {
	value = strings.TrimSpace(value)
	parsed, err := mail.ParseAddress(value)
	if err != nil || parsed.Address != value || len(value) > longestEmail || strings.ContainsAny(value, "\r\n\x00") {
		return "", fault.Invalidf(field, "not an e-mail address")
	}
	return value, nil
}

// Fold returns a text that is the same for texts which differ only in case or in how characters are composed.
func Fold(value string) string { return cases.Fold().String(norm.NFKC.String(value)) }

// EmailKey returns what e-mail addresses are compared by: addresses that differ in case are the same.
func EmailKey(address string) string { return Fold(address) }

// OptionalEmailKey returns the [EmailKey] of an address, nil if there is none.
func OptionalEmailKey(address *string) *string {
	if address == nil {
		return nil
	}
	key := EmailKey(*address)
	return &key
}

// NameKey returns what names are ordered by, the same on both databases: the name folded, and cut to what the column takes.
func NameKey(name string) string {
	key := Fold(name)
	for len(key) > longestKey {
		_, size := utf8.DecodeLastRuneInString(key)
		key = key[:len(key)-size]
	}
	return key
}
