package service

import (
	"errors"
	"slices"
	"strings"

	"kopeck/ent"
	"kopeck/fault"
	"kopeck/store"
)

// UniqueColumn is a column whose values are unique: the input's field that sets it, and the message if another row has the
// value.
type UniqueColumn struct{ Column, Field, Message string }

// idColumn is the one of an id that a client has made.
var idColumn = UniqueColumn{"id", "id", "this id is taken"}

// UniqueFault returns ALREADY_EXISTS if the database refused a row because another has the same value in one of the columns or,
// if the client has made it, in the id. Any other error is returned as it is.
func UniqueFault(err error, idGiven bool, columns ...UniqueColumn) error {
	if !store.IsUnique(err) {
		return err
	}
	if idGiven {
		columns = append(slices.Clip(columns), idColumn)
	}
	violated := store.UniqueColumns(err)
	for _, c := range columns {
		if slices.Contains(violated, c.Column) {
			return fault.New(fault.AlreadyExists, c.Field, "%s", c.Message)
		}
	}
	return err
}

// FaultOf returns the fault of what the database refused, if the caller can correct it. Any other error is returned as it
// is: it is internal.
func (s *Core) FaultOf(err error) error {
	var invalid *ent.ValidationError
	switch {
	case err == nil || len(fault.All(err)) > 0:
		return err
	case errors.As(err, &invalid):
		return fault.Invalidf(inputName(invalid.Name), "not a valid value: empty, too long or out of range")
	case store.IsUnique(err):
		return fault.New(fault.AlreadyExists, "id", "a record with this id or another unique value exists")
	case ent.IsNotFound(err):
		return fault.New(fault.NotFound, "", "the object does not exist, or you may not see it")
	}
	return err
}

// inputName returns the name that a column has in inputs: "externalId" for "external_id".
func inputName(column string) string {
	words := strings.Split(column, "_")
	for i, w := range words[1:] {
		words[i+1] = strings.ToUpper(w[:1]) + w[1:]
	}
	return strings.Join(words, "")
}
