package input

import (
	"net/mail"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/idna"
	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"

	"kopeck/fault"
)

// maxEmail is how many bytes an e-mail address may have.
const maxEmail = 320

// maxKey is how many bytes a [NameKey] may have: what its column takes.
const maxKey = 800

// hosts reads the names of hosts as browsers do: in any case, and in letters as well as in their ASCII form (xn--).
var hosts = idna.New(idna.MapForLookup(), idna.Transitional(false), idna.StrictDomainName(false))

// Email returns an e-mail address trimmed, without characters that have no width. Fault: INVALID if it is none, or has a display name.
func Email(field, value string) (string, error) {
	value = strings.TrimSpace(visible(value))
	parsed, err := mail.ParseAddress(value)
	if err != nil || parsed.Address != value || len(value) > maxEmail || len(EmailKey(value)) > maxEmail || strings.ContainsAny(value, "\r\n\x00") {
		return "", fault.Invalidf(field, "not an e-mail address")
	}
	return value, nil
}

// visible returns a text without characters that have no width: they come with what is copied from pages and documents.
func visible(text string) string {
	return strings.Map(func(c rune) rune {
		if unicode.Is(unicode.Cf, c) {
			return -1
		}
		return c
	}, text)
}

// Fold returns a text that is the same for texts which differ only in case or in how characters are composed.
func Fold(value string) string { return cases.Fold().String(norm.NFKC.String(value)) }

// EmailKey returns what e-mail addresses are compared by: addresses are the same that differ in case, in characters without a width,
// or in that one has its domain in letters and the other in ASCII (xn--).
func EmailKey(address string) string {
	address = visible(address)
	at := strings.LastIndexByte(address, '@') + 1
	host, err := hosts.ToASCII(address[at:])
	if err != nil || host == "" || at == 0 {
		host = Fold(address[at:])
	}
	return Fold(address[:at]) + host
}

// EmailSpellings returns an address with its domain in letters and in ASCII, as it is searched by; they may be the same.
func EmailSpellings(address string) (letters, ascii string) {
	key := EmailKey(address)
	at := strings.LastIndexByte(key, '@') + 1
	host, err := hosts.ToUnicode(key[at:])
	if err != nil || host == "" {
		host = key[at:]
	}
	return SearchKey(key[:at] + host), SearchKey(key)
}

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
	for len(key) > maxKey {
		_, size := utf8.DecodeLastRuneInString(key)
		key = key[:len(key)-size]
	}
	return key
}
