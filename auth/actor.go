package auth

import (
	"context"
	"slices"

	"kopeck/schema"
)

// The scopes that open fields and verbs beyond what a role's rows give.
const (
	ScopeCosts = "costs" // costs, margins, floors and the books
	ScopeUsers = "users" // users and their roles
	ScopeFloor = "floor" // agreeing a price under its floor, with a written reason
)

// Actor is who asks: a user with a role and scopes, or the system on somebody's behalf.
type Actor struct {
	UserID    string
	Name      string // for audits and ledgers: the e-mail
	Role      schema.Role
	Scopes    []string
	PartnerID string // for the role PARTNER
	SessionID string

	system bool
}

// Has tells whether the actor has a scope.
func (a Actor) Has(scope string) bool { return a.system || slices.Contains(a.Scopes, scope) }

// IsSystem tells whether the rules of rows and roles are lifted.
func (a Actor) IsSystem() bool { return a.system }

type actorKey struct{}

// With gives a context in which this actor asks.
func With(ctx context.Context, a Actor) context.Context { return context.WithValue(ctx, actorKey{}, a) }

// From gives the actor who asks; false where nobody has signed in.
func From(ctx context.Context) (Actor, bool) {
	a, ok := ctx.Value(actorKey{}).(Actor)
	return a, ok
}

// System gives a context in which Kopeck itself acts, seeing every row: for what a verb must reckon over
// rows that its caller may not see, after the caller's own right has been checked. The actor's name stays,
// so that audits tell on whose behalf.
func System(ctx context.Context) context.Context {
	a, ok := From(ctx)
	if !ok {
		a = Actor{Name: "system"}
	}
	a.system = true
	return With(ctx, a)
}
