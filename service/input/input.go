package input

import (
	"errors"
	"fmt"
	"net/mail"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"

	"kopeck/costing"
	"kopeck/fault"
	"kopeck/money"
)

// KeyOf gives the [EmailKey] of an address, nil for none.
func KeyOf(address *string) *string {
	if address == nil {
		return nil
	}
	key := EmailKey(*address)
	return &key
}

// Text checks a piece of text: trimmed, in NFC, without control characters, of at least one and at most so
// many characters.
func Text(field, value string, most int) (string, error) {
	value = norm.NFC.String(strings.TrimSpace(value))
	if value == "" {
		return "", fault.Invalidf(field, "want some text")
	}
	return value, CheckText(field, value, most)
}

// OptionalText is text for what may be absent; an empty text is absent.
func OptionalText(field string, value *string, most int) (*string, error) {
	if value == nil || strings.TrimSpace(*value) == "" {
		return nil, nil
	}
	checked, err := Text(field, *value, most)
	return &checked, err
}

// CheckText checks that a text is valid, not too long and without control characters.
func CheckText(field, value string, most int) error {
	if !utf8.ValidString(value) {
		return fault.Invalidf(field, "not valid UTF-8")
	}
	if n := utf8.RuneCountInString(value); n > most {
		return fault.Invalidf(field, "%d characters: want at most %d", n, most)
	}
	for _, c := range value {
		if unicode.IsControl(c) && c != '\n' && c != '\t' && c != '\r' {
			return fault.Invalidf(field, "control characters are not text")
		}
	}
	return nil
}

// Decimal reads an exact decimal within bounds that are part of the message.
func Decimal(field string, in money.Exact, low, high string) (money.Decimal, error) {
	d, err := money.ParseDecimal(string(in))
	if err != nil {
		return d, fault.Invalidf(field, "%v", err)
	}
	if d.Compare(money.MustDecimal(low)) < 0 || d.Compare(money.MustDecimal(high)) > 0 {
		return d, fault.Invalidf(field, "want %s to %s", low, high)
	}
	return d, nil
}

// Quantity reads how many units: more than nothing, at most a billion. Absent is 1.
func Quantity(field string, in *money.Exact) (money.Decimal, error) {
	if in == nil {
		return money.Whole(1), nil
	}
	return Decimal(field, *in, "0.000000001", "1000000000")
}

// CheckDate keeps dates within the years in which calendars agree and databases reckon.
func CheckDate(field string, in *time.Time) error {
	if in != nil && (in.Year() < 1900 || in.Year() > 2200) {
		return fault.Invalidf(field, "want a year from 1900 to 2200")
	}
	return nil
}

// DomainError turns an error of the domain packages about an input into a fault of the field it names.
func DomainError(err error) error {
	var field *costing.FieldError
	var option *costing.OptionError
	switch {
	case errors.As(err, &field):
		return fault.Invalidf(field.Field, "%s", field.Reason)
	case errors.As(err, &option):
		return fault.Invalidf("options", "%s", option.Error())
	case errors.Is(err, money.ErrOverflow):
		return fault.Invalidf("", "the amount is too large")
	}
	return err
}

// Email checks an address as people write it, without a display name.
func Email(field string, value string) (string, error) {
	value = strings.TrimSpace(value)
	parsed, err := mail.ParseAddress(value)
	if err != nil || parsed.Address != value || len(value) > 320 || strings.ContainsAny(value, "\r\n\x00") {
		return "", fault.Invalidf(field, "not an e-mail address")
	}
	return value, nil
}

// EmailKey is by what e-mails are told apart: e-mails differing in case are one.
func EmailKey(address string) string { return Fold(address) }

// Fold makes text comparable whatever its case and composition.
func Fold(value string) string { return cases.Fold().String(norm.NFKC.String(value)) }

// NameKey is by what names are ordered, the same on both databases: folded, and cut to what the column takes.
func NameKey(name string) string {
	key := Fold(name)
	for len(key) > 800 {
		_, size := utf8.DecodeLastRuneInString(key)
		key = key[:len(key)-size]
	}
	return key
}

// Shown cuts what a caller wrote to a length that can be shown back.
func Shown(value string) string {
	if utf8.RuneCountInString(value) > 40 {
		return fmt.Sprintf("%.40s…", value)
	}
	return value
}

// NotFormula makes a text that a spreadsheet does not take for a formula: reports are made to be opened there, and names
// are what people have typed. An apostrophe before it makes a text of anything, and is not shown.
func NotFormula(text string) string {
	if text != "" && strings.ContainsRune("=+-@\t\r", rune(text[0])) {
		return "'" + text
	}
	return text
}
