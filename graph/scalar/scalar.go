// Package scalar reads and writes the API's scalars whose Go types are of the standard library, and says what to send
// for a scalar that cannot be read.
package scalar

import (
	"encoding/json"
	"errors"
	"io"
	"strconv"
	"time"

	"github.com/99designs/gqlgen/graphql"
)

// MarshalTime writes a time in RFC 3339 in UTC.
func MarshalTime(t time.Time) graphql.Marshaler {
	return graphql.WriterFunc(func(w io.Writer) {
		_, _ = io.WriteString(w, strconv.Quote(t.UTC().Format(time.RFC3339Nano)))
	})
}

const timeFormat = `a time in RFC 3339 with an offset, such as "2026-11-20T09:30:00Z", in a year from 1 to 9999`

var errTime = errors.New("not a time; send " + timeFormat)

// UnmarshalTime reads a time in RFC 3339 with any offset. The result is in UTC and truncated to microseconds, the
// precision of the database.
func UnmarshalTime(v any) (time.Time, error) {
	text, ok := v.(string)
	if !ok {
		return time.Time{}, errTime
	}
	t, err := time.Parse(time.RFC3339Nano, text)
	if err != nil {
		return time.Time{}, errTime
	}
	if t = t.UTC().Truncate(time.Microsecond); t.Year() < 1 || t.Year() > 9999 {
		return time.Time{}, errTime
	}
	return t, nil
}

// MarshalCurrencyCode writes the code of a currency.
func MarshalCurrencyCode(code string) graphql.Marshaler { return graphql.MarshalString(code) }

// UnmarshalCurrencyCode reads the code of a currency, which is a string: 643 is refused.
func UnmarshalCurrencyCode(v any) (string, error) {
	code, ok := v.(string)
	if !ok {
		return "", errors.New("not a currency; send an ISO 4217 code such as \"RUB\"")
	}
	return code, nil
}

// MarshalJSON writes any value as JSON.
func MarshalJSON(v any) graphql.Marshaler {
	return graphql.WriterFunc(func(w io.Writer) {
		text, err := json.Marshal(v)
		if err != nil {
			text = []byte("null")
		}
		_, _ = w.Write(text)
	})
}

// UnmarshalJSON returns any value unchanged.
func UnmarshalJSON(v any) (any, error) { return v, nil }
