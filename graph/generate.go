// Package graph is the API: the executor and resolver shells are generated, what they call stands in service.
package graph

//go:generate go run -mod=mod github.com/99designs/gqlgen generate
