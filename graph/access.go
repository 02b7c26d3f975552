package graph

import (
	"context"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"

	"kopeck/auth"
	"kopeck/fault"
	"kopeck/service/books"
)

// public has the root fields that a caller may select without having signed in.
var public = map[string]bool{
	"signIn": true, "refreshSession": true, "revokePermissionByLink": true,
	"__typename": true, "__schema": true, "__type": true,
}

// requireSignIn returns UNAUTHENTICATED for a caller who has not signed in, unless all the root fields selected are
// public.
func requireSignIn(ctx context.Context) error {
	if _, ok := auth.From(ctx); ok {
		return nil
	}
	for _, field := range rootFields(graphql.GetOperationContext(ctx)) {
		if !public[field.Name] {
			return fault.New(fault.Unauthenticated, "", "sign in first: %s is not public", field.Name)
		}
	}
	return nil
}

// Public reports whether an operation is a mutation whose verbs prove in another way who asks, by a password, a refresh token or a
// link: whoever sends an access token that has expired may run it.
func Public(operation *graphql.OperationContext) bool {
	if operation.Operation.Operation != ast.Mutation {
		return false
	}
	for _, field := range rootFields(operation) {
		if !public[field.Name] {
			return false
		}
	}
	return true
}

func rootFields(operation *graphql.OperationContext) []graphql.CollectedField {
	root := map[ast.Operation]string{ast.Query: "Query", ast.Mutation: "Mutation", ast.Subscription: "Subscription"}
	return graphql.CollectFields(operation, operation.Operation.SelectionSet, []string{root[operation.Operation.Operation]})
}

// scope is the directive @scope. For a caller without the scope the field is null, and a list of credits is empty; any
// other field that may not be null is FORBIDDEN.
func scope(ctx context.Context, _ any, next graphql.Resolver, name string) (any, error) {
	if actor, ok := auth.From(ctx); ok && actor.Has(name) {
		return next(ctx)
	}
	field := graphql.GetFieldContext(ctx).Field.Definition
	switch {
	case !field.Type.NonNull:
		return nil, nil
	case field.Type.Elem != nil && field.Name == "credits":
		return []*books.OrderCredit{}, nil
	}
	return nil, fault.New(fault.Forbidden, "", "%s needs the scope %s", field.Name, name)
}
