package transport

import (
	"encoding/json"
	"fmt"
	"math"
	"strconv"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"kopeck/fault"
)

// inputError returns the error of one place of the input: "$filter.limit: …" for a variable, "items(first): …" for an
// argument. extensions.field has the path as a list of names.
func inputError(at *ast.Position, place string, path []string, message string) *gqlerror.Error {
	err := &gqlerror.Error{
		Message:    place + ": " + message,
		Extensions: map[string]any{"code": string(fault.Invalid), "field": append([]string{}, path...)},
	}
	if at != nil {
		err.Locations = []gqlerror.Location{{Line: at.Line, Column: at.Column}}
	}
	return err
}

// cannotRead returns the message for a value that is not of the type expected in its place, where send says what to send
// instead, "" where that is not known: cannot read 6.5 (a number) as Decimal; send a string such as "6.5".
func cannotRead(value any, typeName, send string) string {
	message := "cannot read " + shownValue(value) + " as " + typeName
	if send != "" {
		message += "; send " + send
	}
	return message
}

// maxShown is the maximum number of characters of a value that a message repeats.
const maxShown = 40

// shownValue returns a value of the input as a message shows it, with its kind of JSON.
func shownValue(value any) string {
	switch value := value.(type) {
	case nil:
		return "null"
	case bool:
		return strconv.FormatBool(value) + " (a boolean)"
	case string:
		return strconv.Quote(clip(value, maxShown)) + " (a string)"
	case []any:
		return "a list"
	case map[string]any:
		return "an object"
	case float64:
		return strconv.FormatFloat(value, 'g', -1, 64) + " (a number)"
	default: // json.Number, int64
		return clip(fmt.Sprint(value), maxShown) + " (a number)"
	}
}

// clip shortens a text to a number of characters, the last of which is then an ellipsis.
func clip(text string, length int) string {
	if runes := []rune(text); len(runes) > length {
		return string(runes[:length-1]) + "…"
	}
	return text
}

// expected says what to send for a built-in scalar, "" for another.
func expected(scalar string, value any) string {
	switch scalar {
	case "Int":
		return fmt.Sprintf("a whole number from %d to %d", math.MinInt32, math.MaxInt32)
	case "Float":
		return "a finite number of 64 bits"
	case "String":
		switch value := value.(type) {
		case json.Number:
			return `a string such as ` + strconv.Quote(clip(value.String(), maxShown))
		case bool:
			return `a string such as "` + strconv.FormatBool(value) + `"`
		}
		return "a string"
	case "Boolean":
		return "true or false"
	case "ID":
		return "a string or a whole number"
	}
	return ""
}
