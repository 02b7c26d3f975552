package schema

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
)

// PageInfo tells how a page of a list lies in it, as the Relay specification of cursor connections has it.
type PageInfo struct {
	HasNextPage     bool    `json:"hasNextPage"`
	HasPreviousPage bool    `json:"hasPreviousPage"`
	StartCursor     *Cursor `json:"startCursor"`
	EndCursor       *Cursor `json:"endCursor"`
}

// Cursor is the place of a row in a list. To clients it is opaque text.
type Cursor struct {
	List  string // the list's name, so that cursors of others are told apart
	Order string // the column and the direction it is ordered by
	Key   string // the row's value in that column
	ID    string // the row's
}

var errCursor = errors.New("not a cursor")

// MarshalGQL writes the cursor.
func (c Cursor) MarshalGQL(w io.Writer) {
	fields, _ := json.Marshal([]string{c.List, c.Order, c.Key, c.ID}) // texts always can be written
	_, _ = io.WriteString(w, `"`+base64.RawURLEncoding.EncodeToString(fields)+`"`)
}

// UnmarshalGQL reads a cursor; whether it is of the list that is asked for is the list's to say.
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
	if err := json.Unmarshal(written, &fields); err != nil || len(fields) != 4 {
		return errCursor
	}
	*c = Cursor{List: fields[0], Order: fields[1], Key: fields[2], ID: fields[3]}
	return nil
}
