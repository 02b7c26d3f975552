//go:build ignore

package main

import (
	"fmt"
	"strconv"

	"entgo.io/ent/entc/gen"
	sdl "github.com/vektah/gqlparser/v2/ast"
)

// state puts the rule of each field and each order into the SDL, as one of the directives @open, @rows and @scope: who may see
// it. The rules of fields and edges are annotations in the schema; what entgql adds by itself is open. A field without a rule
// is an error: nothing is generated until somebody has decided who may see it.
func state(graph *gen.Graph, schema *sdl.Schema) error {
	for _, node := range graph.Nodes {
		rules := rulesOf(node)
		for _, definition := range []*sdl.Definition{schema.Types[node.Name], schema.Types[node.Name+"OrderField"]} {
			if err := apply(definition, rules); err != nil {
				return err
			}
		}
		for _, name := range []string{"Connection", "Edge"} {
			if definition := schema.Types[node.Name+name]; definition != nil {
				openAll(definition)
			}
		}
	}
	openAll(schema.Types["Node"])
	openAll(schema.Types["PageInfo"])
	for _, field := range schema.Types["Query"].Fields {
		field.Directives = append(field.Directives, &sdl.Directive{Name: "rows"})
	}
	return nil
}

// rulesOf returns the directives of a noun's fields and edges by their names in the API, and of its orders by their values.
func rulesOf(node *gen.Type) map[string]*sdl.Directive {
	rules := map[string]*sdl.Directive{}
	add := func(name string, annotations gen.Annotations) {
		annotation, _ := annotations["EntGQL"].(map[string]any)
		if mapping, _ := annotation["Mapping"].([]any); len(mapping) > 0 {
			name, _ = mapping[0].(string)
		}
		directive := directiveOf(annotation)
		rules[name] = directive
		if order, _ := annotation["OrderField"].(string); order != "" {
			rules[order] = directive
		}
	}
	named := gen.Funcs["camel"].(func(string) string)
	add("id", node.ID.Annotations)
	for _, field := range node.Fields {
		add(named(field.Name), field.Annotations)
	}
	for _, edge := range node.Edges {
		add(named(edge.Name), edge.Annotations)
	}
	return rules
}

// directiveOf returns the directive of an annotation; nil if it has no rule.
func directiveOf(annotation map[string]any) *sdl.Directive {
	rule, _ := annotation["Rule"].(string)
	if rule == "" {
		return nil
	}
	directive := &sdl.Directive{Name: rule}
	if name, _ := annotation["Scope"].(string); name != "" {
		directive.Arguments = append(directive.Arguments, &sdl.Argument{Name: "name", Value: &sdl.Value{Kind: sdl.StringValue, Raw: name}})
	}
	if own, _ := annotation["OrOwnContact"].(bool); own {
		directive.Arguments = append(directive.Arguments, &sdl.Argument{Name: "orOwnContact", Value: &sdl.Value{Kind: sdl.BooleanValue, Raw: strconv.FormatBool(own)}})
	}
	return directive
}

// apply gives the fields and values of a definition their rules. A field that a scope closes can be null.
func apply(definition *sdl.Definition, rules map[string]*sdl.Directive) error {
	if definition == nil {
		return nil
	}
	missing := func(name string) error {
		return fmt.Errorf("%s.%s has no rule: annotate it in schema/ with open(), rows() or scope(…), which say who may see it", definition.Name, name)
	}
	for _, field := range definition.Fields {
		rule := rules[field.Name]
		if rule == nil {
			return missing(field.Name)
		}
		field.Directives = append(field.Directives, rule)
		if rule.Name == "scope" {
			field.Type.NonNull = false
		}
	}
	for _, value := range definition.EnumValues {
		rule := rules[value.Name]
		if rule == nil {
			return missing(value.Name)
		}
		value.Directives = append(value.Directives, rule)
	}
	return nil
}

// openAll states that all fields of a definition are open.
func openAll(definition *sdl.Definition) {
	for _, field := range definition.Fields {
		field.Directives = append(field.Directives, &sdl.Directive{Name: "open"})
	}
}
