// Package graph is the GraphQL API. The executor, the input types and the shells of resolvers are generated; a resolver
// takes its arguments, calls a verb of the app and returns the result. A file X.resolvers.go belongs to schema/X.graphql;
// X.go has what the resolvers of X need beside the verbs: its list, order and filter, and its batches. The other files have
// what all subjects share.
//
// The package reads by the guarded client and writes by the verbs. It may import service and the packages under it, auth,
// ent, fault, id, and the domain packages whose types the API returns; not store, web or transport.
package graph

//go:generate go run -mod=mod github.com/99designs/gqlgen generate
