package service

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
	"kopeck/ent"
	"kopeck/fault"
	"kopeck/money"
)

// text checks a piece of text: trimmed, in NFC, without control characters, of at least one and at most so
// many characters.
func text(field, value string, most int) (string, *fault.Error) {
	value = norm.NFC.String(strings.TrimSpace(value))
	if value == "" {
		return "", fault.Invalidf(field, "want some text")
	}
	return value, checkText(field, value, most)
}

// optionalText is text for what may be absent; an empty text is absent.
func optionalText(field string, value *string, most int) (*string, *fault.Error) {
	if value == nil || strings.TrimSpace(*value) == "" {
		return nil, nil
	}
	checked, err := text(field, *value, most)
	return &checked, err
}

func checkText(field, value string, most int) *fault.Error {
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

// amount reads money in the installation's currency; it must not be negative.
func (s *Service) amount(field string, in *MoneyInput) (money.Amount, *fault.Error) {
	if in == nil {
		return money.Amount{}, nil
	}
	a, err := s.signedAmount(field, *in)
	if err == nil && a.Sign() < 0 {
		err = fault.New(fault.Invalid, "", "not a negative amount").At(field, "amount")
	}
	return a, err
}

func (s *Service) signedAmount(field string, in MoneyInput) (money.Amount, *fault.Error) {
	if in.CurrencyCode != s.currency.Code() {
		return money.Amount{}, fault.New(fault.Invalid, "", "the books are kept in %s, not in %q", s.currency.Code(), shown(in.CurrencyCode)).At(field, "currencyCode")
	}
	a, err := s.currency.Parse(string(in.Amount))
	if err != nil {
		return money.Amount{}, fault.New(fault.Invalid, "", "%v", err).At(field, "amount")
	}
	return a, nil
}

// decimal reads an exact decimal within bounds that are part of the message.
func decimal(field string, in money.Exact, low, high string) (money.Decimal, *fault.Error) {
	d, err := money.ParseDecimal(string(in))
	if err != nil {
		return d, fault.Invalidf(field, "%v", err)
	}
	if d.Compare(money.MustDecimal(low)) < 0 || d.Compare(money.MustDecimal(high)) > 0 {
		return d, fault.Invalidf(field, "want %s to %s", low, high)
	}
	return d, nil
}

// quantity reads how many units: more than nothing, at most a billion. Absent is 1.
func quantity(field string, in *money.Exact) (money.Decimal, *fault.Error) {
	if in == nil {
		return money.Whole(1), nil
	}
	return decimal(field, *in, "0.000000001", "1000000000")
}

// moment checks a time that has happened; absent is now. Phones' clocks run ahead a little.
func (s *Service) moment(field string, in *time.Time) (time.Time, *fault.Error) {
	now := s.now()
	switch {
	case in == nil:
		return now, nil
	case in.After(now.Add(5 * time.Minute)):
		return now, fault.Invalidf(field, "in the future")
	case in.After(now):
		return now, nil
	case in.Year() < 1900:
		return now, fault.Invalidf(field, "before the year 1900")
	}
	return in.UTC().Truncate(time.Microsecond), nil
}

// checkDate keeps dates within the years in which calendars agree and databases reckon.
func checkDate(field string, in *time.Time) *fault.Error {
	if in != nil && (in.Year() < 1900 || in.Year() > 2200) {
		return fault.Invalidf(field, "want a year from 1900 to 2200")
	}
	return nil
}

// ofHeart turns an error of the pure packages about an input into a fault of the field it names.
func ofHeart(err error) error {
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

// email checks an address as people write it, without a display name.
func email(field string, value string) (string, *fault.Error) {
	value = strings.TrimSpace(value)
	parsed, err := mail.ParseAddress(value)
	if err != nil || parsed.Address != value || len(value) > 320 || strings.ContainsAny(value, "\r\n\x00") {
		return "", fault.Invalidf(field, "not an e-mail address")
	}
	return value, nil
}

// emailKey is by what e-mails are told apart: e-mails differing in case are one.
func emailKey(address string) string { return fold(address) }

// fold makes text comparable whatever its case and composition.
func fold(value string) string { return cases.Fold().String(norm.NFKC.String(value)) }

// nameKey is by what names are ordered, the same on both databases: folded, and cut to what the column takes.
func nameKey(name string) string {
	key := fold(name)
	for len(key) > 800 {
		_, size := utf8.DecodeLastRuneInString(key)
		key = key[:len(key)-size]
	}
	return key
}

// shown cuts what a caller wrote to a length that can be shown back.
func shown(value string) string {
	if utf8.RuneCountInString(value) > 40 {
		return fmt.Sprintf("%.40s…", value)
	}
	return value
}

func asValidation(err error, to **ent.ValidationError) bool { return errors.As(err, to) }

// inputName turns a column's name into the input's: "external_id" into "externalId".
func inputName(column string) string {
	words := strings.Split(column, "_")
	for i, w := range words[1:] {
		words[i+1] = strings.ToUpper(w[:1]) + w[1:]
	}
	return strings.Join(words, "")
}
