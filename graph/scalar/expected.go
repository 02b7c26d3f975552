package scalar

import (
	"encoding/json"
	"regexp"
	"strconv"
	"strings"
)

// Expected says what to send for a custom scalar of the API, given the value that could not be read: for the Decimal 6.5, a
// number, it is a string such as "6.5". It returns "" for a scalar that it does not know.
func Expected(name string, value any) string {
	switch name {
	case "Decimal":
		return "a string such as " + strconv.Quote(decimalOf(value))
	case "Time":
		return timeFormat
	case "Date":
		return `a day of the calendar such as "1990-02-28"`
	case "CurrencyCode":
		return `an ISO 4217 code such as "RUB"`
	case "Cursor":
		return "a cursor of the same list, from pageInfo or an edge"
	}
	return ""
}

// decimal matches a number without an exponent that is short enough for a Decimal.
var decimal = regexp.MustCompile(`^-?[0-9]{1,18}(\.[0-9]{1,9})?$`)

// decimalOf returns a value as the text of a decimal number, or an example where it is none.
func decimalOf(value any) string {
	var text string
	switch value := value.(type) {
	case string:
		text = strings.Replace(strings.TrimSpace(value), ",", ".", 1) // 12,50
	case json.Number:
		text = value.String()
	case int64:
		text = strconv.FormatInt(value, 10)
	case float64:
		text = strconv.FormatFloat(value, 'f', -1, 64)
	}
	if decimal.MatchString(text) {
		return text
	}
	return "12.50"
}
