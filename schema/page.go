package schema

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"strings"
)

// PageInfo states where a page lies in its list, as the Relay specification of cursor connections defines it.
type PageInfo struct {
	HasNextPage     bool    `json:"hasNextPage"`
	HasPreviousPage bool    `json:"hasPreviousPage"`
	StartCursor     *Cursor `json:"startCursor"`
	EndCursor       *Cursor `json:"endCursor"`
}

// Cursor is the place of a row in a list. To clients it is opaque text.
type Cursor struct {
	List  string // the list's name, so that a cursor of another list is refused
	Order string // the column and the direction that the list is ordered by
	Key   string // the row's value in that column
	ID    string // the row's id
}

// OrderDirection is the direction in which a list is ordered.
type OrderDirection string

// The directions.
const (
	Ascending  OrderDirection = "ASC"  // The smallest first.
	Descending OrderDirection = "DESC" // The greatest first.
)

// Values lists the enum's values in their order in the API.
func (OrderDirection) Values() []string { return texts(Ascending, Descending) }

// MarshalGQL writes the value as GraphQL's enum.
func (v OrderDirection) MarshalGQL(w io.Writer) { writeEnum(w, v) }

// UnmarshalGQL reads the value; it fails if from is not one of Values.
func (v *OrderDirection) UnmarshalGQL(from any) error { return readEnum(v, v.Values(), from) }

var errCursor = errors.New("not a cursor")

// MarshalGQL writes the cursor.
func (c Cursor) MarshalGQL(w io.Writer) {
	fields, _ := json.Marshal([]string{c.List, c.Order, c.Key, c.ID}) // strings always can be encoded
	_, _ = io.WriteString(w, `"`+base64.RawURLEncoding.EncodeToString(fields)+`"`)
}

// UnmarshalGQL reads a cursor. The list checks that the cursor is one of its own.
func (c *Cursor) UnmarshalGQL(from any) error {
	text, ok := from.(string)
	if !ok {
		return errCursor
	}
	written, err := base64.RawURLEncoding.Strict().DecodeString(text)
	if err != nil {
		return errCursor
	}
	var fields []string
	if err := json.Unmarshal(written, &fields); err != nil || len(fields) != 4 || strings.ContainsRune(strings.Join(fields, ""), 0) {
		return errCursor // no text of a database has the character 0
	}
	*c = Cursor{List: fields[0], Order: fields[1], Key: fields[2], ID: fields[3]}
	return nil
}
