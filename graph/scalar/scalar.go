// Package scalar reads and writes the API's scalars that are not Go types of our own.
package scalar

import (
	"encoding/json"
	"errors"
	"io"
	"strconv"
	"time"

	"github.com/99designs/gqlgen/graphql"
)

// MarshalTime writes RFC 3339 in UTC.
func MarshalTime(t time.Time) graphql.Marshaler {
	return graphql.WriterFunc(func(w io.Writer) {
		_, _ = io.WriteString(w, strconv.Quote(t.UTC().Format(time.RFC3339Nano)))
	})
}

var errTime = errors.New("not a time: want RFC 3339 with an offset, like \"2026-11-20T09:30:00Z\", in a year from 1 to 9999")

// UnmarshalTime reads RFC 3339 with any offset; what comes in is UTC to the microsecond, as it is kept.
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

// MarshalJSON writes any value as it is.
func MarshalJSON(v any) graphql.Marshaler {
	return graphql.WriterFunc(func(w io.Writer) {
		text, err := json.Marshal(v)
		if err != nil {
			text = []byte("null")
		}
		_, _ = w.Write(text)
	})
}

// UnmarshalJSON reads any value as it is.
func UnmarshalJSON(v any) (any, error) { return v, nil }
