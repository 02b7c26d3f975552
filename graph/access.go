package graph

import (
	"context"
	"reflect"
	"strings"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"

	"kopeck/auth"
	"kopeck/costing"
	"kopeck/ent"
	"kopeck/fault"
	"kopeck/pricing"
	"kopeck/service"
	"kopeck/service/books"
	"kopeck/service/contacts"
	"kopeck/service/customers"
	"kopeck/service/needs"
	"kopeck/service/nextoffer"
	"kopeck/service/quote"
	"kopeck/service/sale"
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

// scope is the directive @scope: name is a scope that the caller must have, or writes is a noun that the caller must be able
// to change. orOwnContact and orRounded say who sees the field, or how, without the scope.
func (r *Resolver) scope(ctx context.Context, obj any, next graphql.Resolver, name, writes *string, orOwnContact, orRounded *bool) (any, error) {
	actor, ok := auth.From(ctx)
	if ok && allowed(actor, name, writes) {
		return next(ctx)
	}
	if _, asked := obj.(map[string]any); asked { // of an argument or an input field
		return nil, closed(ctx, name, writes)
	}
	at := graphql.GetFieldContext(ctx)
	field := at.Field.Definition
	switch {
	case !ok:
		return nil, closed(ctx, name, writes)
	case orOwnContact != nil && *orOwnContact && tookPart(actor, obj):
		return next(ctx)
	case orRounded != nil && *orRounded:
		return r.rounded(ctx, obj, next)
	case !field.Type.NonNull:
		return nil, nil
	case field.Type.Elem != nil && emptyLists[field.Type.Elem.Name()] != nil:
		return emptyLists[field.Type.Elem.Name()], nil
	case at.Object == "Mutation":
		return refusal(field, fault.New(fault.Forbidden, "", "the role %s may not do this", actor.Role))
	}
	return nil, closed(ctx, name, writes)
}

// allowed reports whether an actor has the scope, or may change the noun.
func allowed(actor auth.Actor, name, writes *string) bool {
	if name != nil {
		return actor.Has(*name)
	}
	return writes != nil && actor.Writes(*writes)
}

// tookPart reports whether an actor is the one who took part in a contact.
func tookPart(actor auth.Actor, obj any) bool {
	contact, ok := obj.(*ent.Contact)
	return ok && actor.TookPart(contact.StaffID, contact.Participants)
}

// emptyLists has the value without elements of each type of list that @scope closes and that may not be null, by the type of
// the elements.
var emptyLists = map[string]any{
	"Address":            []*ent.Address{},
	"ContactPoint":       []*customers.ContactPoint{},
	"ContactCorrection":  []*contacts.ContactCorrection{},
	"ContactParticipant": []*contacts.ContactParticipant{},
	"CostLine":           []*costing.Line{},
	"Credit":             []*books.Credit{},
	"RejectedAgreement":  []quote.RejectedAgreement{},
	"CustomerNeed":       []*needs.CustomerNeed{},
	"ProductNeed":        []*needs.ProductNeed{},
	"CustomerRelation":   []*customers.CustomerRelation{},
	"LifetimeModel":      []*ent.LifetimeModel{},
	"NextBestOffer":      []*nextoffer.NextBestOffer{},
	"OrderCostLine":      []*costing.OrderCostLine{},
	"OrderCredit":        []*books.OrderCredit{},
	"OrderEvent":         []*sale.OrderEvent{},
	"PriceLine":          []*pricing.Line{},
	"PriceRule":          []*ent.PriceRule{},
	"Proposal":           []*quote.Proposal{},
	"RejectedRule":       []quote.RejectedRule{},
	"Spend":              []*ent.Spend{},
	"String":             []string{},
}

// refusal returns the payload of a mutation with an error for the user.
func refusal(field *ast.FieldDefinition, f *fault.Error) (any, error) {
	verb, ok := reflect.TypeFor[MutationResolver]().MethodByName(strings.ToUpper(field.Name[:1]) + field.Name[1:])
	if !ok {
		return nil, f
	}
	payload := reflect.New(verb.Type.Out(0).Elem())
	payload.Elem().FieldByName("UserErrors").Set(reflect.ValueOf([]service.UserError{userError(f)}))
	return payload.Interface(), nil
}

// mayOrder returns FORBIDDEN unless the caller may order the list of the current field by the value of its orderBy.
func mayOrder(ctx context.Context, value string) error {
	argument := graphql.GetFieldContext(ctx).Field.Definition.Arguments.ForName("orderBy")
	if argument == nil {
		return nil
	}
	by := parsedSchema.Types[argument.Type.Name()].Fields.ForName("field").Type.Name()
	rule := parsedSchema.Types[by].EnumValues.ForName(value).Directives.ForName("scope")
	if rule == nil {
		return nil
	}
	name := rule.Arguments.ForName("name").Value.Raw
	if actor, ok := auth.From(ctx); ok && actor.Has(name) {
		return nil
	}
	return fault.New(fault.Forbidden, "", "the order %s needs the scope %s", value, name).At("orderBy", "field")
}

// closed is the error for what a scope closes and what cannot be null.
func closed(ctx context.Context, name, writes *string) error {
	what := "this"
	if at := graphql.GetPath(ctx); len(at) > 0 {
		what = at.String()
	}
	if name == nil {
		return fault.New(fault.Forbidden, "", "%s is for those who may change a %s", what, deref(writes))
	}
	return fault.New(fault.Forbidden, "", "%s needs the scope %s", what, *name)
}
