package service

import (
	"slices"

	"kopeck/fault"
)

// Twin is a row that has a value which is unique among the rows that one sees. Rows that have it although their authors did not see
// each other's are distinguished by the number: 0 for the first.
type Twin struct {
	ID     string
	Number int
}

// NextTwin returns the number for a new row with a value. If the actor sees one of the rows that have it, the value is taken, and the
// error is ALREADY_EXISTS. Otherwise nothing may tell that they exist. seen reports whether the actor sees any of some rows.
func NextTwin(column UniqueColumn, twins []Twin, seen func(ids []string) (bool, error)) (int, error) {
	if len(twins) == 0 {
		return 0, nil
	}
	ids, next := make([]string, len(twins)), 0
	for i, one := range twins {
		ids[i], next = one.ID, max(next, one.Number+1)
	}
	slices.Sort(ids)
	taken, err := seen(ids)
	if err == nil && taken {
		err = fault.New(fault.AlreadyExists, column.Field, "%s", column.Message)
	}
	return next, err
}
