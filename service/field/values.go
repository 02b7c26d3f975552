package field

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"kopeck/money"
	"kopeck/service/input"
	"kopeck/store"
)

// Values is an object of values by name. Its numbers are float64, and those are accepted alone that this keeps exactly: see [ReadValues].
var Values = Kind[map[string]any]{
	Read: func(_ *Form, text string) (map[string]any, error) { return ReadValues([]byte(text)) },
	Write: func(_ *Form, v map[string]any) string {
		text, _ := json.Marshal(v) // what was read from JSON can be written
		return string(text)
	},
	Value:  func(v map[string]any) any { return store.JSON{Of: v} },
	Model:  func(v map[string]any) any { return v },
	To:     func(v *map[string]any) any { return store.FromJSON{To: v} },
	Same:   func(a, b map[string]any) bool { return reflect.DeepEqual(a, b) },
	IsZero: func(v map[string]any) bool { return v == nil },
}

// exactDigits is how many decimal digits a float64 keeps: it is read back as the number that was written.
const exactDigits = 15

// errNotAnObject says that a text is no JSON object.
var errNotAnObject = errors.New("not a JSON object")

// ReadValues reads an object of values from JSON. Its numbers become float64, which is read back as exactly the number in the text: one
// with more than 15 digits or more than 9 decimal places, or that is too large for a Decimal, is an error, and not rounded.
func ReadValues(text []byte) (map[string]any, error) {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	var values map[string]any
	if err := decoder.Decode(&values); err != nil || values == nil {
		return nil, errNotAnObject
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return nil, errNotAnObject
	}
	exact, err := exactly("", values)
	if err != nil {
		return nil, err
	}
	return exact.(map[string]any), nil
}

// exactly returns a value with its numbers as float64. place is its name, for errors.
func exactly(place string, value any) (any, error) {
	var err error
	switch value := value.(type) {
	case json.Number:
		return exactNumber(place, value.String())
	case []any:
		for i := range value {
			if value[i], err = exactly(place+"."+strconv.Itoa(i), value[i]); err != nil {
				return nil, err
			}
		}
	case map[string]any:
		for _, name := range slices.Sorted(maps.Keys(value)) {
			if value[name], err = exactly(place+"."+name, value[name]); err != nil {
				return nil, err
			}
		}
	}
	return value, nil
}

// exactNumber reads a number that a float64 keeps exactly.
func exactNumber(place, text string) (float64, error) {
	number, err := strconv.ParseFloat(text, 64)
	mantissa, _, _ := strings.Cut(strings.ToLower(text), "e")
	digits := strings.Trim(strings.ReplaceAll(strings.TrimPrefix(mantissa, "-"), ".", ""), "0")
	if err == nil && len(digits) <= exactDigits && (number == 0) == (digits == "") {
		if _, err = money.ParseDecimal(strconv.FormatFloat(number, 'f', -1, 64)); err == nil {
			return number, nil
		}
	}
	return 0, fmt.Errorf("%s: cannot keep %s exactly: want a number with at most %d decimal places and %d digits", strings.TrimPrefix(place, "."), input.Excerpt(text), money.Places, exactDigits)
}
