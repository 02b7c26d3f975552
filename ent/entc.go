//go:build ignore

// Entc generates the model from the schema: the client, and for the API types, connections and orders.
package main

import (
	"log"

	"entgo.io/contrib/entgql"
	"entgo.io/ent/entc"
	"entgo.io/ent/entc/gen"
	"github.com/vektah/gqlparser/v2/ast"
)

func main() {
	// The templates of entgql itself bring the generators into the program that is generated; its lists are package graph's.
	relay := gen.MustParse(gen.NewTemplate("relay").Funcs(entgql.TemplateFuncs).ParseFiles("template/relay.tmpl"))
	api, err := entgql.NewExtension(
		entgql.WithSchemaGenerator(),
		entgql.WithSchemaPath("../graph/ent.graphql"),
		entgql.WithRelaySpec(true),
		entgql.WithWhereInputs(false),
		entgql.WithNodeDescriptor(false),
		entgql.WithSchemaHook(dropUnused),
		entgql.WithTemplates(relay),
	)
	if err != nil {
		log.Fatal(err)
	}
	err = entc.Generate("../schema", &gen.Config{
		Target:  ".",
		Package: "kopeck/ent",
		Features: []gen.Feature{
			gen.FeatureIntercept, gen.FeatureModifier, gen.FeatureExecQuery,
			gen.FeatureLock, gen.FeatureVersionedMigration,
		},
	}, entc.Extensions(api))
	if err != nil {
		log.Fatal(err)
	}
}

// dropUnused takes out the enums of two fields that the API computes instead of showing the column; the
// SDL by hand has them under the design's names.
func dropUnused(_ *gen.Graph, sdl *ast.Schema) error {
	delete(sdl.Types, "OfferOfferStatus")
	delete(sdl.Types, "PermissionPermissionState")
	return nil
}
