package graph

import (
	"context"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"

	"kopeck/auth"
	"kopeck/ent"
	"kopeck/fault"
	"kopeck/service/app"
	"kopeck/service/books"
)

// Resolver is the root of the resolvers.
type Resolver struct {
	service *app.App
	client  *ent.Client // guarded: it reaches what the context's actor may reach
	pages   Pages
}

// New gives the API over a service: a schema whose every operation is checked for a signed-in caller and gets
// its own memory of what was loaded together.
func New(s *app.App, pages Pages) graphql.ExecutableSchema {
	r := &Resolver{service: s, client: s.Client, pages: pages}
	return operations{NewExecutableSchema(Config{Resolvers: r, Directives: DirectiveRoot{Scope: scope}})}
}

// operations is the executor with what goes before every operation.
type operations struct{ graphql.ExecutableSchema }

// Exec implements graphql.ExecutableSchema.
func (o operations) Exec(ctx context.Context) graphql.ResponseHandler {
	if err := admit(ctx); err != nil {
		graphql.AddError(ctx, err) // the executor answers with it, and with nothing else
		return graphql.OneShot(nil)
	}
	respond := o.ExecutableSchema.Exec(ctx)
	return func(ctx context.Context) *graphql.Response { return respond(withBatches(ctx)) }
}

// open are the root fields for which nobody needs to sign in.
var open = map[string]bool{
	"signIn": true, "refreshSession": true, "revokePermissionByLink": true,
	"__typename": true, "__schema": true, "__type": true,
}

// admit refuses an operation of somebody who has not signed in, unless all it asks for is open.
func admit(ctx context.Context) error {
	if _, ok := auth.From(ctx); ok {
		return nil
	}
	operation := graphql.GetOperationContext(ctx)
	root := map[ast.Operation]string{ast.Query: "Query", ast.Mutation: "Mutation", ast.Subscription: "Subscription"}
	for _, field := range graphql.CollectFields(operation, operation.Operation.SelectionSet, []string{root[operation.Operation.Operation]}) {
		if !open[field.Name] {
			return fault.New(fault.Unauthenticated, "", "sign in first: %s is not for everybody", field.Name)
		}
	}
	return nil
}

// scope is the directive @scope: who has not the scope gets null, and of a list nothing; where the API promises
// an object, the answer is FORBIDDEN.
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
