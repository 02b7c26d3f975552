package field

import (
	"slices"

	"kopeck/fault"
)

// Edited is a field of a noun that is created by an input C and updated by an input U, and all that is done with it.
type Edited[R, C, U any] struct {
	*Field[R]

	Input   string                                      // its name in inputs; "" where none has it
	Create  func(in *C, r *R) error                     // puts what the input gives into a new record; nil where C does not have the field
	Update  func(in *U, r *R) (isGiven bool, err error) // puts it into a record of changes, if it is given; nil where U does not have the field
	History func(r *R) any                              // the value as conflicts and the audit have it; nil where Update is
}

// EditedFields are the fields of a noun, in the order in which faults are reported.
type EditedFields[R, C, U any] []Edited[R, C, U]

// Fields are the fields as files and the table have them.
func (all EditedFields[R, C, U]) Fields() Fields[R] {
	fields := make(Fields[R], len(all))
	for n, f := range all {
		fields[n] = f.Field
	}
	return fields
}

// Create puts what an input gives into a new record. Faults are of the fields of the input.
func (all EditedFields[R, C, U]) Create(in *C, r *R) error {
	var faults fault.List
	for _, f := range all {
		if f.Create != nil {
			faults.Add(f.Create(in, r))
		}
	}
	return faults.Or()
}

// Set sets the columns of a row that is created.
func (all EditedFields[R, C, U]) Set(m Mutation, r *R) error {
	return all.Fields().Set(m, r)
}

// Changes are what an input changes of a record, checked.
type Changes[R, C, U any] struct {
	To *R // has the values of the fields that are given

	given EditedFields[R, C, U]
}

// Update puts what an input gives into an empty record of changes. Faults are of the fields of the input.
func (all EditedFields[R, C, U]) Update(in *U, to *R) (*Changes[R, C, U], error) {
	var faults fault.List
	changes := &Changes[R, C, U]{To: to}
	for _, f := range all {
		if f.Update == nil {
			continue
		}
		isGiven, err := f.Update(in, to)
		faults.Add(err)
		if isGiven {
			changes.given = append(changes.given, f)
		}
	}
	return changes, faults.Or()
}

// Values are what is merged: the values that a record has now and those that it is to have, of the fields that are given.
func (c *Changes[R, C, U]) Values(now *R) (current, updated map[string]any) {
	current, updated = map[string]any{}, map[string]any{}
	for _, f := range c.given {
		current[f.Input], updated[f.Input] = f.History(now), f.History(c.To)
	}
	return current, updated
}

// Apply puts the fields that are given into a record that exists.
func (c *Changes[R, C, U]) Apply(r *R) {
	for _, f := range c.given {
		f.copy(r, c.To)
	}
}

// Without returns the changes without that of a field, by its name in inputs.
func (c *Changes[R, C, U]) Without(name string) *Changes[R, C, U] {
	given := slices.DeleteFunc(slices.Clone(c.given), func(f Edited[R, C, U]) bool { return f.Input == name })
	return &Changes[R, C, U]{c.To, given}
}

// With returns the changes with that of a field to what the record of changes has.
func (c *Changes[R, C, U]) With(f Edited[R, C, U]) *Changes[R, C, U] {
	return &Changes[R, C, U]{c.To, append(c.Without(f.Input).given, f)}
}

// Gives reports whether a field is given, by its name in inputs.
func (c *Changes[R, C, U]) Gives(name string) bool {
	return slices.ContainsFunc(c.given, func(f Edited[R, C, U]) bool { return f.Input == name })
}

// Put sets the columns of the fields that are given to what a record has.
func (c *Changes[R, C, U]) Put(m Mutation, r *R) error {
	for _, f := range c.given {
		if err := f.Field.Put(m, r); err != nil {
			return err
		}
	}
	return nil
}
