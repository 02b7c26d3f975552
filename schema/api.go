package schema

import "entgo.io/ent/schema"

// api is the annotation by which entgo.io/contrib/entgql decides how the API shows a noun or a field. It has the name
// and the JSON of that package's own annotation, which would bring the generators themselves into the program.
type api struct {
	OrderField       string   `json:",omitempty"` // the enum value by which lists are ordered by this field
	OrderDescription string   `json:",omitempty"` // the description of that enum value; read by ent/describe.go
	Mapping          []string `json:",omitempty"` // the field's name in the API
	Type             string   `json:",omitempty"` // the field's type in the API
	Skip             int      `json:",omitempty"` // the parts left out of the API: see skipType
	RelayConnection  bool     `json:",omitempty"` // the noun is listed in connections

	// Who may see the field, or order by it; read by ent/rules.go, which refuses a field without a rule.
	Rule         string `json:",omitempty"` // "open", "rows" or "scope": the directive of schema/base.graphql
	Scope        string `json:",omitempty"` // of the rule "scope": its name
	OrOwnContact bool   `json:",omitempty"` // of the rule "scope": see the directive
}

// The parts that Skip leaves out, as bits.
const (
	skipType  = 1 << 0
	skipOrder = 1 << 2
	skipAll   = 1<<6 - 1
)

// Name implements schema.Annotation: it is the name that entgql looks for.
func (api) Name() string { return "EntGQL" }

// Merge combines the annotations of one noun or field.
func (a api) Merge(other schema.Annotation) schema.Annotation {
	b, ok := other.(api)
	if !ok {
		return a
	}
	if b.OrderField != "" {
		a.OrderField, a.OrderDescription = b.OrderField, b.OrderDescription
	}
	if b.Mapping != nil {
		a.Mapping = b.Mapping
	}
	if b.Type != "" {
		a.Type = b.Type
	}
	if b.Rule != "" {
		a.Rule, a.Scope, a.OrOwnContact = b.Rule, b.Scope, b.OrOwnContact
	}
	a.Skip |= b.Skip
	a.RelayConnection = a.RelayConnection || b.RelayConnection
	return a
}

// shownAs gives a field a type of the API.
func shownAs(typeName string) api { return api{Type: typeName} }

// named gives a field a name in the API.
func named(name string) api { return api{Mapping: []string{name}} }

// orderedAs lets lists be ordered by a field, under the name of an enum value with its description.
func orderedAs(name, description string) api {
	return api{OrderField: name, OrderDescription: description}
}

// open shows a field to everybody who sees its object.
func open() api { return api{Rule: "open"} }

// rows shows of an edge the rows that the viewer may see.
func rows() api { return api{Rule: "rows"} }

// scope shows a field to viewers who have a scope; to others it is null. On a column that lists are ordered by it closes
// the order.
func scope(name string) api { return api{Rule: "scope", Scope: name} }

// orOwnContact shows a field of a contact to the person who took part in it, too.
func (a api) orOwnContact() api {
	a.OrOwnContact = true
	return a
}

// listed gives a noun connections.
func listed() api { return api{RelayConnection: true} }

// inner keeps a column out of the API, which may show a computed field in its place.
func inner() api { return api{Skip: skipType} }

// unordered leaves out the order types of a noun that the API does not list.
func unordered() api { return api{Skip: skipOrder} }

// hidden keeps a noun, a field or an edge out of the API altogether.
func hidden() schema.Annotation { return api{Skip: skipAll} }
