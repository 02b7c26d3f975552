package customers

import (
	"encoding/json"
	"regexp"
	"strings"
	"time"

	"kopeck/fault"
	"kopeck/id"
	"kopeck/money"
	"kopeck/schema"
	"kopeck/service/input"
)

// check checks a value and brings it into the form in which it is kept; nil is no value. The fault is of the field named. today is
// the calendar day of the installation.
type check[V any] func(field string, v *V, today schema.Date) (*V, error)

// noCheck is for values that reading has checked.
func noCheck[V any](_ string, v *V, _ schema.Date) (*V, error) { return v, nil }

func isID(prefix string) check[string] {
	return func(field string, v *string, _ schema.Date) (*string, error) {
		if v == nil || *v == "" {
			return nil, nil
		}
		return v, id.Check(field, prefix, *v)
	}
}

func someText(most int) check[string] {
	return func(field string, v *string, _ schema.Date) (*string, error) {
		checked, err := input.Text(field, input.OrZero(v), most)
		return &checked, err
	}
}

func anyText(most int) check[string] {
	return func(field string, v *string, _ schema.Date) (*string, error) {
		return input.OptionalText(field, v, most)
	}
}

func isEmail(field string, v *string, _ schema.Date) (*string, error) {
	if v == nil || *v == "" {
		return nil, nil
	}
	address, err := input.Email(field, *v)
	return &address, err
}

// isPhone checks a phone number. It is kept as it is written, without the apostrophe by which spreadsheets mark a text.
func isPhone(field string, v *string, _ schema.Date) (*string, error) {
	v, err := input.OptionalText(field, v, 40)
	if err != nil || v == nil {
		return v, err
	}
	phone := strings.TrimSpace(strings.TrimPrefix(*v, "'"))
	if reason := notPhone(phone); reason != "" {
		return v, fault.Invalidf(field, "not a phone number: %s", reason)
	}
	return &phone, nil
}

var (
	// phoneNumber is a number with what people put between digits.
	phoneNumber = regexp.MustCompile(`^(?:tel:)?[0-9+()./\s\p{Zs}\p{Pd}\x{200b}-\x{200f}\x{202a}-\x{202e}\x{2212}]+$`)
	// extension is what follows a number to reach one person.
	extension = regexp.MustCompile(`(?i)[,;]?\s*(?:доб(?:авочный)?\.?|вн(?:утр)?\.?|ext(?:ension)?[.:=]?|x|#)\s*\d{1,8}$`)
	// rounded is a number as a spreadsheet shows it that has lost digits.
	rounded = regexp.MustCompile(`^\d+([.,]\d+)?[eEеЕ]\+?\d+$`)
)

// longestPhone is how many digits an international number has at most (E.164, with the prefix of a call abroad).
const longestPhone = 18

// notPhone says why a text is no phone number, "" if it is one.
func notPhone(text string) string {
	main := extension.ReplaceAllString(text, "")
	n := len(PhoneDigits(main))
	switch {
	case rounded.MatchString(text):
		return "a spreadsheet has rounded it: format the column as text before you save the file"
	case !phoneNumber.MatchString(main):
		return "want digits with +, blanks, brackets, points and hyphens between them, and an extension behind ext. or доб."
	case n < 3:
		return "want at least three digits"
	case n > longestPhone:
		return "more digits than one number has: want one number"
	}
	return ""
}

func notNegative(field string, v *money.Amount, _ schema.Date) (*money.Amount, error) {
	if v != nil && v.Sign() < 0 {
		return nil, fault.Invalidf(field, "must not be negative")
	}
	return v, nil
}

func ofOurTime(field string, v *time.Time, _ schema.Date) (*time.Time, error) {
	return v, input.CheckDate(field, v)
}

// lived checks a date on which something happened to a living person: from 1900 to today.
func lived(field string, v *schema.Date, today schema.Date) (*schema.Date, error) {
	switch {
	case v == nil:
		return nil, nil
	case v.Time().Year() < 1900:
		return nil, fault.Invalidf(field, "want a year from 1900")
	case *v > today:
		return nil, fault.Invalidf(field, "must not be in the future")
	}
	return v, nil
}

// small checks that an object has at most 64 KiB of JSON.
func small(field string, v *map[string]any, _ schema.Date) (*map[string]any, error) {
	if v == nil {
		return nil, nil
	}
	if text, err := json.Marshal(*v); err != nil || len(text) > 64<<10 {
		return nil, fault.Invalidf(field, "want at most 64 KiB of JSON")
	}
	return v, nil
}
