package graph

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"

	"kopeck/auth"
)

// TestRules fails for everything in the SDL that states no rule of who may see it, or a rule that nothing carries out: see
// unruled. A new field is closed by it until somebody has decided.
func TestRules(t *testing.T) {
	t.Parallel()
	for _, missing := range unruled(parsedSchema) {
		t.Error(missing)
	}
}

// unruled lists what is wrong with the rules of a schema:
//   - a field of a type, a field of a filter or a value of an order that does not have exactly one of @open, @rows and @scope,
//   - a field with rows of the database that is merely @open,
//   - a field of a filter of which null is the same as absent,
//   - an @scope whose name is no scope, or whose noun no role may change,
//   - a mutation that is open to all, unless it is one of signing in and out or by a link,
//   - an @scope on a list that may not be null and for which there is no list without elements.
func unruled(schema *ast.Schema) []string {
	var found []string
	report := func(at *ast.Position, format string, args ...any) {
		found = append(found, fmt.Sprintf("%s:%d: ", at.Src.Name, at.Line)+fmt.Sprintf(format, args...))
	}
	for _, definition := range schema.Types {
		if definition.BuiltIn {
			continue
		}
		input := definition.Kind == ast.InputObject
		for _, field := range definition.Fields {
			if strings.HasPrefix(field.Name, "__") {
				continue
			}
			name := definition.Name + "." + field.Name
			for _, argument := range field.Arguments {
				for _, fault := range scopeFaults(argument.Directives) {
					report(argument.Position, "%s(%s:) %s", name, argument.Name, fault)
				}
			}
			if input && !strings.HasSuffix(definition.Name, "Filter") {
				continue
			}
			for _, fault := range ruleFaults(field.Directives) {
				report(field.Position, "%s %s", name, fault)
			}
			if input {
				bound := field.Name == "from" || field.Name == "to" // of a range, which is open without
				if !field.Type.NonNull && !bound && field.Directives.ForName("goField") == nil {
					report(field.Position, "%s cannot be told from null, which must not find everything: want @goField(omittable: true)", name)
				}
				continue
			}
			for _, fault := range fieldFaults(definition, field) {
				report(field.Position, "%s %s", name, fault)
			}
		}
		if strings.HasSuffix(definition.Name, "OrderField") {
			for _, value := range definition.EnumValues {
				for _, fault := range ruleFaults(value.Directives) {
					report(value.Position, "%s.%s %s", definition.Name, value.Name, fault)
				}
			}
		}
	}
	slices.Sort(found)
	return found
}

// nouns are the types whose rows the guard narrows.
var nouns = []string{
	"AttributionFit", "Contact", "Customer", "DeclineReason", "FieldDefinition", "HandOver", "LifetimeModel", "MeasurementDefinition", "Offer", "OfferLine", "Order", "OrderLine", "Partner", "Permission", "PermissionEvent",
	"PriceAgreement", "PriceRule", "Product", "ProductOfTheMonth", "ProductOption", "Rate", "Setting", "StageChange", "Task", "Team", "TeamMembership", "User", "Wording",
}

func ruleFaults(directives ast.DirectiveList) []string {
	var rules []string
	for _, directive := range directives {
		if directive.Name == "open" || directive.Name == "rows" || directive.Name == "scope" {
			rules = append(rules, "@"+directive.Name)
		}
	}
	if len(rules) != 1 {
		return []string{fmt.Sprintf("has the rules %v: want one of @open, @rows and @scope, by who may see it", rules)}
	}
	return scopeFaults(directives)
}

func scopeFaults(directives ast.DirectiveList) []string {
	rule := directives.ForName("scope")
	if rule == nil {
		return nil
	}
	name, writes := rule.Arguments.ForName("name"), rule.Arguments.ForName("writes")
	switch {
	case (name == nil) == (writes == nil):
		return []string{"has an @scope with both or none of name and writes"}
	case name != nil && !slices.Contains(auth.Scopes(), name.Value.Raw):
		return []string{fmt.Sprintf("has an @scope %q: want one of %v", name.Value.Raw, auth.Scopes())}
	case writes != nil && !(auth.Actor{Role: "ADMIN"}).Writes(writes.Value.Raw):
		return []string{fmt.Sprintf("has an @scope that writes %s, which even ADMIN may not", writes.Value.Raw)}
	}
	return nil
}

func fieldFaults(of *ast.Definition, field *ast.FieldDefinition) []string {
	rule := field.Directives.ForName("scope")
	open := field.Directives.ForName("open") != nil
	signing := []string{"signIn", "signOut", "refreshSession", "revokePermissionByLink"}
	noun := strings.TrimSuffix(field.Type.Name(), "Connection")
	switch {
	case of.Name == "Mutation" && rule == nil && !slices.Contains(signing, field.Name):
		return []string{"is a mutation that is open to all"}
	case of.Name != "Mutation" && open && slices.Contains(nouns, noun) && !strings.HasSuffix(of.Name, "Edge"):
		return []string{"is @open, but has rows: want @rows or @scope"}
	case rule != nil && field.Type.NonNull && field.Type.Elem != nil && of.Name != "Query" && emptyLists[field.Type.Elem.Name()] == nil:
		return []string{"is a list that @scope closes, and that may not be null: emptyLists has none for its elements"}
	}
	return nil
}

func TestUnruled(t *testing.T) {
	t.Parallel()
	const directives = `directive @open on FIELD_DEFINITION | INPUT_FIELD_DEFINITION | ENUM_VALUE
		directive @rows on FIELD_DEFINITION
		directive @scope(name: String, writes: String) on FIELD_DEFINITION | INPUT_FIELD_DEFINITION | ARGUMENT_DEFINITION | ENUM_VALUE
		type Query { ok(a: Int @scope(name: "costs")): Int @open }
		scalar Cursor
		`
	for name, c := range map[string]struct{ sdl, want string }{
		"a field without a rule":   {`type A { b: Int }`, "A.b has the rules []"},
		"two rules":                {`type A { b: Int @open @rows }`, "A.b has the rules [@open @rows]"},
		"an unknown scope":         {`type A { b: Int @scope(name: "cost") }`, `A.b has an @scope "cost"`},
		"an unknown noun":          {`type A { b: Int @scope(writes: "Nothing") }`, "A.b has an @scope that writes Nothing"},
		"neither scope nor noun":   {`type A { b: Int @scope }`, "A.b has an @scope with both or none"},
		"rows that are open":       {`type Order { c: Int @open } type A { b: [Order!] @open }`, "A.b is @open, but has rows"},
		"a filter":                 {`input AFilter { b: Int } `, "AFilter.b has the rules []"},
		"another input":            {`input AInput { b: Int }`, ""},
		"an order":                 {`enum AOrderField { B }`, "AOrderField.B has the rules []"},
		"an argument":              {`type A { b(c: Int @scope(name: "x")): Int @open }`, `A.b(c:) has an @scope "x"`},
		"a mutation open to all":   {`type Mutation { b: Int @open }`, "Mutation.b is a mutation that is open to all"},
		"a list that can be empty": {`type A { b: [B!]! @scope(name: "costs") } type B { c: Int @open }`, "A.b is a list that @scope closes"},
		"all in order":             {`type A { b: [Int!] @scope(name: "costs") c: Int @rows } enum AOrderField { B @open }`, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			schema := gqlparser.MustLoadSchema(&ast.Source{Name: "test.graphql", Input: directives + c.sdl})
			got := strings.Join(unruled(schema), "\n")
			if c.want == "" && got != "" || !strings.Contains(got, c.want) {
				t.Errorf("unruled finds %q, want %q", got, c.want)
			}
		})
	}
}
