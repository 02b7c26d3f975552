// Package input checks and reads what callers give: texts (text.go), e-mails and the keys by which texts are compared
// (key.go), numbers and dates (number.go), and optional fields (optional.go). It imports money, costing and fault; it knows no
// verbs and no database.
package input

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"kopeck/fault"
)

// Text returns a text trimmed and in NFC. Fault: INVALID if it is empty, longer than a number of characters, or has control
// characters other than tabs and line breaks.
func Text(field, value string, most int) (string, error) {
	value = norm.NFC.String(strings.TrimSpace(value))
	if value == "" {
		return "", fault.Invalidf(field, "must not be empty")
	}
	return value, CheckText(field, value, most)
}

// OptionalText is Text for a field that may be absent; an empty text is absent.
func OptionalText(field string, value *string, most int) (*string, error) {
	if value == nil || strings.TrimSpace(*value) == "" {
		return nil, nil
	}
	checked, err := Text(field, *value, most)
	return &checked, err
}

// CheckText checks a text that is kept as it is. Fault: INVALID if it is not UTF-8, is longer than a number of characters, or
// has control characters other than tabs and line breaks.
func CheckText(field, value string, most int) error {
	if !utf8.ValidString(value) {
		return fault.Invalidf(field, "not valid UTF-8")
	}
	if n := utf8.RuneCountInString(value); n > most {
		return fault.Invalidf(field, "%d characters: want at most %d", n, most)
	}
	for _, c := range value {
		if unicode.IsControl(c) && c != '\n' && c != '\t' && c != '\r' {
			return fault.Invalidf(field, "has control characters: want text without them")
		}
	}
	return nil
}

// Excerpt returns the beginning of a caller's text, short enough to be part of a message.
func Excerpt(value string) string {
	if utf8.RuneCountInString(value) > 40 {
		return fmt.Sprintf("%.40s…", value)
	}
	return value
}

// EscapeFormula returns a text that a spreadsheet does not evaluate as a formula: reports are opened in one, and names are what
// people have typed. A spreadsheet reads what follows an apostrophe as text, and does not show the apostrophe.
func EscapeFormula(text string) string {
	if text != "" && strings.ContainsRune("=+-@\t\r", rune(text[0])) {
		return "'" + text
	}
	return text
}
