//go:build ignore

// Entc generates the model from the schema: the client and, for the API, the types, connections and orders with their
// descriptions.
package main

import (
	"log"

	"entgo.io/contrib/entgql"
	"entgo.io/ent/entc"
	"entgo.io/ent/entc/gen"
	"github.com/vektah/gqlparser/v2/ast"
)

func main() {
	// Our own template takes the place of those of entgql, which would import the generators into the program. Package
	// graph reads the lists.
	relay := gen.MustParse(gen.NewTemplate("relay").Funcs(entgql.TemplateFuncs).ParseFiles("template/relay.tmpl"))
	api, err := entgql.NewExtension(
		entgql.WithSchemaGenerator(),
		entgql.WithSchemaPath("../graph/ent.graphql"),
		entgql.WithRelaySpec(true),
		entgql.WithWhereInputs(false),
		entgql.WithNodeDescriptor(false),
		entgql.WithSchemaHook(dropUnused, describe, state),
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

// dropUnused removes the enums of two fields that the API computes instead of showing the column; the hand-written SDL
// has them under the design's names.
func dropUnused(_ *gen.Graph, sdl *ast.Schema) error {
	delete(sdl.Types, "OfferOfferStatus")
	delete(sdl.Types, "PriceAgreementAgreementState")
	delete(sdl.Types, "PermissionPermissionState")
	return nil
}
