package graph

import (
	"context"

	"github.com/99designs/gqlgen/graphql"

	"kopeck/ent"
	"kopeck/service/app"
)

// Resolver is the root of the resolvers.
type Resolver struct {
	app    *app.App
	client *ent.Client // guarded: it reads only what the context's actor may see
	pages  Pages
}

// New returns the API of an app as an executable schema. It refuses operations of callers who have not signed in.
func New(a *app.App, pages Pages) graphql.ExecutableSchema {
	pages.hidden = a.Hidden
	r := &Resolver{app: a, client: a.Client, pages: pages}
	return operations{NewExecutableSchema(Config{Resolvers: r, Directives: DirectiveRoot{Scope: r.scope}})}
}

// operations is the generated executor, preceded by what every operation needs.
type operations struct{ graphql.ExecutableSchema }

// Exec implements graphql.ExecutableSchema.
func (o operations) Exec(ctx context.Context) graphql.ResponseHandler {
	if err := requireSignIn(ctx); err != nil {
		graphql.AddError(ctx, err) // the executor's response consists of this error
		return graphql.OneShot(nil)
	}
	respond := o.ExecutableSchema.Exec(ctx)
	return func(ctx context.Context) *graphql.Response { return respond(withBatches(ctx)) }
}
