package field

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"time"

	"kopeck/money"
	"kopeck/schema"
	"kopeck/service/input"
	"kopeck/store"
)

// Form is how a file writes values whose text differs from file to file.
type Form struct {
	Currency money.Currency
	Amount   func(text string) (money.Amount, error)  // not negative
	Decimal  func(text string) (money.Decimal, error) // not negative
	Moment   func(text string) (time.Time, error)     // a day or a moment, not in the future
	Ahead    func(text string) (time.Time, error)     // one that may be in the future
	Date     func(text string) (schema.Date, error)
}

// Kind is how values of a type V are converted: from and to the text of files, and for the database.
type Kind[V any] struct {
	Read   func(form *Form, text string) (V, error)
	Write  func(form *Form, v V) string
	Value  func(v V) any  // as database/sql takes it
	Model  func(v V) any  // as the database client takes it
	To     func(v *V) any // what database/sql scans it into; NULL is the zero value
	Same   func(a, b V) bool
	IsZero func(v V) bool
	Number bool // files have it as a number
}

// simple is a kind whose values are the same to the database client, and to ==. What is NULL is scanned as the zero value.
func simple[V comparable](read func(form *Form, text string) (V, error), write func(form *Form, v V) string, value func(v V) any) Kind[V] {
	var zero V
	return Kind[V]{
		Read: read, Write: write, Value: value,
		Model:  func(v V) any { return v },
		To:     func(v *V) any { return store.OrZero(v) },
		Same:   func(a, b V) bool { return a == b },
		IsZero: func(v V) bool { return v == zero },
	}
}

func numbers[V any](k Kind[V]) Kind[V] {
	k.Number = true
	return k
}

// Text is any text.
var Text = simple(
	func(_ *Form, text string) (string, error) { return text, nil },
	func(_ *Form, v string) string { return v },
	func(v string) any { return v },
)

// errRounded refuses an id that a spreadsheet has shortened: several ids become one.
var errRounded = errors.New("a number that a spreadsheet has rounded: format the column as text before you save the file")

// Identifier is a text by which a record, or its customer, is distinguished from others.
var Identifier = func() Kind[string] {
	k := Text
	k.Read = func(_ *Form, text string) (string, error) {
		if isRounded(text) {
			return "", errRounded
		}
		return text, nil
	}
	return k
}()

// isRounded reports whether a text is a number as spreadsheets show one of many digits: 7,90011E+10.
func isRounded(text string) bool {
	mantissa, exponent, ok := strings.Cut(text, "E+")
	return ok && len(exponent) >= 2 && strings.Trim(exponent, "0123456789") == "" && strings.Trim(mantissa, "0123456789.,") == "" && mantissa != ""
}

// Word is a value of an enum.
func Word[V interface {
	~string
	Values() []string
}]() Kind[V] {
	return simple(
		func(_ *Form, text string) (V, error) { return input.Word[V](text) },
		func(_ *Form, v V) string { return string(v) },
		func(v V) any { return string(v) },
	)
}

// Amount is money in the installation's currency, not negative.
var Amount = numbers(simple(
	func(form *Form, text string) (money.Amount, error) { return form.Amount(text) },
	func(form *Form, v money.Amount) string { return form.Currency.Format(v) },
	func(v money.Amount) any { return v.Minor() },
))

// Decimal is a number that is not negative.
var Decimal = numbers(simple(
	func(form *Form, text string) (money.Decimal, error) { return form.Decimal(text) },
	func(_ *Form, v money.Decimal) string { return v.String() },
	func(v money.Decimal) any { return v.Nano() },
))

// SignedDecimal is a number that may be negative.
var SignedDecimal = SignedOf(Decimal, func(d money.Decimal) (money.Decimal, error) { return money.ParseDecimal("-" + d.String()) })

// SignedOf is a kind of numbers with the negative ones.
func SignedOf[V any](k Kind[V], negate func(V) (V, error)) Kind[V] {
	read := k.Read
	k.Read = func(form *Form, text string) (V, error) {
		if len(text) < 2 || text[0] != '-' {
			return read(form, text)
		}
		v, err := read(form, text[1:])
		if err != nil {
			return v, err
		}
		return negate(v)
	}
	return k
}

// The kinds of whole numbers from 0.
var (
	Days  = whole("a number of days") // Days is a number of days.
	Count = whole("a whole number")   // Count is a number of things.
)

func whole(want string) Kind[int] {
	return simple(
		func(_ *Form, text string) (int, error) {
			n, err := strconv.ParseUint(text, 10, 16)
			if err != nil {
				return 0, errors.New("want " + want)
			}
			return int(n), nil
		},
		func(_ *Form, v int) string { return strconv.Itoa(v) },
		func(v int) any { return int64(v) },
	)
}

// Truth is true or false.
var Truth = simple(
	func(_ *Form, text string) (bool, error) {
		if text != "true" && text != "false" {
			return false, fmt.Errorf("%q: want true or false", shortened(text))
		}
		return text == "true", nil
	},
	func(_ *Form, v bool) string { return strconv.FormatBool(v) },
	func(v bool) any { return v },
)

// exact is how Kopeck's own format writes moments.
const exact = "2006-01-02T15:04:05.999999Z07:00"

// Written is how Kopeck's own format writes a moment; the zero moment is "".
func Written(at time.Time) string {
	if at.IsZero() {
		return ""
	}
	return at.UTC().Format(exact)
}

// timeOf is a kind of moments, to the microsecond.
func timeOf(read func(form *Form, text string) (time.Time, error)) Kind[time.Time] {
	k := simple(read, func(_ *Form, v time.Time) string { return Written(v) }, func(v time.Time) any { return v })
	k.To = func(v *time.Time) any { return store.UTC(v) }
	k.Same, k.IsZero = time.Time.Equal, time.Time.IsZero
	return k
}

// The kinds of moments.
var (
	Moment = timeOf(func(form *Form, text string) (time.Time, error) { return form.Moment(text) }) // Moment is a day or a moment that is not in the future.
	Ahead  = timeOf(func(form *Form, text string) (time.Time, error) { return form.Ahead(text) })  // Ahead is a day or a moment that may be in the future.
	Stamp  = timeOf(func(_ *Form, text string) (time.Time, error) { return ReadStamp(text) })      // Stamp is a moment of Kopeck's own format, which may be in the future.
)

// ReadStamp reads a moment of Kopeck's own format, which may be in the future (an order's due day).
func ReadStamp(text string) (time.Time, error) {
	at, err := time.Parse(time.RFC3339, text)
	if err != nil || at.Year() < 1900 || at.Year() > 2200 {
		return at, fmt.Errorf("%q: not a moment in RFC 3339 of the years 1900 to 2200", shortened(text))
	}
	return at.UTC().Truncate(time.Microsecond), nil
}

// Date is a calendar day.
var Date = simple(
	func(form *Form, text string) (schema.Date, error) { return form.Date(text) },
	func(_ *Form, v schema.Date) string { return v.String() },
	func(v schema.Date) any { return int64(v) },
)

// Optional is a value that may be absent: nil.
func Optional[V any](k Kind[V]) Kind[*V] {
	return Kind[*V]{
		Read: func(form *Form, text string) (*V, error) {
			v, err := k.Read(form, text)
			return &v, err
		},
		Write: func(form *Form, v *V) string {
			if v == nil {
				return ""
			}
			return k.Write(form, *v)
		},
		Value:  func(v *V) any { return k.Value(*v) },
		Model:  func(v *V) any { return k.Model(*v) },
		To:     func(v **V) any { return v },
		Same:   func(a, b *V) bool { return a == nil && b == nil || a != nil && b != nil && k.Same(*a, *b) },
		IsZero: func(v *V) bool { return v == nil },
		Number: k.Number,
	}
}

// List is a list, in JSON; an empty one is written as nothing, and kept as an empty list.
func List[T any]() Kind[[]T] {
	return Kind[[]T]{
		Read: func(_ *Form, text string) (list []T, err error) {
			if err := json.Unmarshal([]byte(text), &list); err != nil {
				return nil, errors.New("not a list in JSON as Kopeck exports it")
			}
			return list, nil
		},
		Write: func(_ *Form, list []T) string {
			if len(list) == 0 {
				return ""
			}
			text, _ := json.Marshal(list) // amounts, texts and times can always be written
			return string(text)
		},
		Value: func(list []T) any { return store.JSON{Of: append([]T{}, list...)} },
		Model: func(list []T) any {
			text, _ := json.Marshal(append([]T{}, list...))
			return json.RawMessage(text)
		},
		To:     func(list *[]T) any { return store.FromJSON{To: list} },
		Same:   func(a, b []T) bool { return reflect.DeepEqual(a, b) },
		IsZero: func(list []T) bool { return len(list) == 0 },
	}
}

// Currency is the column of files that names the currency of all amounts of a row, which is the installation's.
func Currency[R any](uses Uses) *Field[R] {
	return &Field[R]{
		File: "currency", Uses: uses,
		Read: func(form *Form, text string, _ *R) error {
			if text != "" && text != form.Currency.Code() {
				return fmt.Errorf("the books are kept in %s, not in %q", form.Currency.Code(), shortened(text))
			}
			return nil
		},
		Write: func(form *Form, _ *R) string { return form.Currency.Code() },
	}
}

// shortened shortens a text for a message.
func shortened(text string) string {
	if len(text) > 40 {
		return strings.ToValidUTF8(text[:40], "") + "…"
	}
	return text
}
