package auth

import (
	"context"

	"kopeck/schema"
)

// The scopes that give access to fields and verbs beyond a role's rows.
const (
	ScopeCosts = "costs" // costs, margins, floors and the books
	ScopeUsers = "users" // users and their roles
	ScopeFloor = "floor" // agreeing on a price below its floor, with a written reason
	ScopeStaff = "staff" // what people of the company see and partners do not; it is no scope of Viewer.scopes
)

// Actor is the one who makes a request: a user with a role and scopes, or the system on a user's behalf.
type Actor struct {
	UserID    string
	Name      string // the e-mail, for audits, the books and the consent log
	Role      schema.Role
	Scopes    []string
	PartnerID string // only for the role PARTNER
	SessionID string

	// Sharing returns the ids of other users whose customers the actor sees as their own, as of now; only for the role SALES, nil for
	// nobody.
	Sharing func() []string

	system bool
}

// IsSystem reports whether the actor is the system, to which the rules of rows and roles do not apply.
func (a Actor) IsSystem() bool { return a.system }

// SystemName is the name of the system where it acts on nobody's behalf.
const SystemName = "system"

type actorKey struct{}

// With returns a context with this actor.
func With(ctx context.Context, a Actor) context.Context { return context.WithValue(ctx, actorKey{}, a) }

// From returns the context's actor; false if nobody has signed in.
func From(ctx context.Context) (Actor, bool) {
	a, ok := ctx.Value(actorKey{}).(Actor)
	return a, ok
}

// System returns a context in which Kopeck itself acts and sees every row. A verb uses it, after checking its caller's
// rights, to compute over rows that the caller may not see. The actor's name is kept, so that audits
// record on whose behalf the system acts.
func System(ctx context.Context) context.Context {
	a, ok := From(ctx)
	if !ok {
		a = Actor{Name: SystemName}
	}
	a.system = true
	return With(ctx, a)
}

// CustomerName is the name of a customer who acts by a signed link.
const CustomerName = "the customer"

// ByLink returns a context in which the holder of a signed link acts, whose signature has been verified: the verb sees to it that it reaches no
// rows but those that the link is for.
func ByLink(ctx context.Context) context.Context {
	return With(ctx, Actor{Name: CustomerName, system: true})
}
