package graph

import (
	"context"
	"strconv"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"kopeck/ent"
	"kopeck/fault"
)

// position is the place of a row in an ordered list.
type position struct {
	key any // the value of the column that the list is ordered by
	id  string
}

// position reads a cursor. A cursor of another list or another order is INVALID.
func (r *reading[T]) position(field string, c *ent.Cursor) (*position, error) {
	if c == nil {
		return nil, nil
	}
	if c.List != r.list.name || c.Order != r.order() {
		return nil, fault.Invalidf(field, "this cursor is of another list or order; send one of the same list in the same order")
	}
	p := &position{id: c.ID}
	var err error
	if r.by.hidden {
		if p.key, err = r.list.pages.hidden.Reveal(c.Key, r.place(c.ID)); err != nil {
			return nil, fault.Invalidf(field, notCursor)
		}
		return p, nil
	}
	switch r.by.key(new(T)).(type) {
	case time.Time:
		var micros int64
		micros, err = strconv.ParseInt(c.Key, 10, 64)
		at := time.UnixMicro(micros).UTC()
		if p.key = at; at.Year() < 1 || at.Year() > 9999 {
			return nil, fault.Invalidf(field, notCursor)
		}
	case int64:
		p.key, err = strconv.ParseInt(c.Key, 10, 64)
	default:
		p.key = c.Key
	}
	if err != nil {
		return nil, fault.Invalidf(field, notCursor)
	}
	return p, nil
}

const notCursor = "not a cursor; send one from pageInfo or an edge of the same list"

// cursor returns the cursor of a row. The error is one of hiding the key.
func (r *reading[T]) cursor(row *T) (ent.Cursor, error) {
	var text string
	var err error
	id := r.list.id(row)
	switch key := r.by.key(row).(type) {
	case time.Time:
		text = strconv.FormatInt(key.UnixMicro(), 10)
	case int64:
		text = strconv.FormatInt(key, 10)
		if r.by.hidden {
			text, err = r.list.pages.hidden.Hide(key, r.place(id))
		}
	case string:
		text = key
	}
	return ent.Cursor{List: r.list.name, Order: r.order(), Key: text, ID: id}, err
}

// place is the place that a hidden key is written for: a key is of use for its row in its list alone.
func (r *reading[T]) place(id string) string { return r.list.name + " " + r.order() + " " + id }

// order returns the name of the reading's order as cursors contain it.
func (r *reading[T]) order() string {
	if r.descending {
		return r.by.name + r.by.kind + " DESC"
	}
	return r.by.name + r.by.kind + " ASC"
}

// Validate checks every cursor of an operation, nested ones too, before the operation runs. A malformed cursor fails the
// whole request, wherever it is.
func Validate(_ context.Context, operation *graphql.OperationContext) gqlerror.List {
	var errs gqlerror.List
	seen := map[*ast.FragmentDefinition]bool{}
	var walk func(ast.SelectionSet)
	walk = func(selections ast.SelectionSet) {
		for _, selection := range selections {
			switch s := selection.(type) {
			case *ast.Field:
				for _, argument := range s.Arguments {
					if err := checkCursor(argument, operation.Variables); err != nil {
						errs = append(errs, err)
					}
				}
				walk(s.SelectionSet)
			case *ast.InlineFragment:
				walk(s.SelectionSet)
			case *ast.FragmentSpread:
				if !seen[s.Definition] {
					seen[s.Definition] = true
					walk(s.Definition.SelectionSet)
				}
			}
		}
	}
	walk(operation.Operation.SelectionSet)
	return errs
}

// checkCursor returns an error if an argument is a cursor that cannot be read.
func checkCursor(argument *ast.Argument, variables map[string]any) *gqlerror.Error {
	if argument.Name != "after" && argument.Name != "before" {
		return nil
	}
	value, err := argument.Value.Value(variables)
	if err == nil && value == nil {
		return nil
	}
	if err == nil {
		err = new(ent.Cursor).UnmarshalGQL(value)
	}
	if err == nil {
		return nil
	}
	return &gqlerror.Error{
		Message: notCursor, Extensions: map[string]any{"code": "INVALID", "field": []string{argument.Name}},
		Locations: []gqlerror.Location{{Line: argument.Position.Line, Column: argument.Position.Column}},
	}
}
