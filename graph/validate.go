package graph

import (
	"context"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"kopeck/ent"
)

// Validate looks at every cursor of an operation, nested ones too, before it is run: a bad one is the request's
// error, wherever it stands.
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

func checkCursor(argument *ast.Argument, variables map[string]any) *gqlerror.Error {
	if argument.Name != "after" && argument.Name != "before" {
		return nil
	}
	given, err := argument.Value.Value(variables)
	if err == nil && given == nil {
		return nil
	}
	if err == nil {
		err = new(ent.Cursor).UnmarshalGQL(given)
	}
	if err == nil {
		return nil
	}
	return &gqlerror.Error{
		Message: "not a cursor", Extensions: map[string]any{"code": "INVALID", "field": []string{argument.Name}},
		Locations: []gqlerror.Location{{Line: argument.Position.Line, Column: argument.Position.Column}},
	}
}
