package schema

import "entgo.io/ent/schema"

// api tells entgo.io/contrib/entgql how the API shows a noun or a field: it has the name and the JSON of that package's
// own annotation, which would bring the generators themselves into the program.
type api struct {
	OrderField      string   `json:",omitempty"` // what lists are ordered by when they are ordered by this
	Mapping         []string `json:",omitempty"` // the field's name
	Type            string   `json:",omitempty"` // the field's type
	Skip            int      `json:",omitempty"`
	RelayConnection bool     `json:",omitempty"`
}

// What is skipped.
const (
	skipType  = 1 << 0
	skipOrder = 1 << 2
	skipAll   = 1<<6 - 1
)

// Name is under which the generator looks for it.
func (api) Name() string { return "EntGQL" }

// Merge puts several annotations of one field together.
func (a api) Merge(other schema.Annotation) schema.Annotation {
	b, ok := other.(api)
	if !ok {
		return a
	}
	if b.OrderField != "" {
		a.OrderField = b.OrderField
	}
	if b.Mapping != nil {
		a.Mapping = b.Mapping
	}
	if b.Type != "" {
		a.Type = b.Type
	}
	a.Skip |= b.Skip
	a.RelayConnection = a.RelayConnection || b.RelayConnection
	return a
}

func shownAs(typeName string) api { return api{Type: typeName} }
func named(name string) api       { return api{Mapping: []string{name}} }
func orderedAs(name string) api   { return api{OrderField: name} }
func listed() api                 { return api{RelayConnection: true} }

// inner keeps the field's column out of the API, which may show what stands for it.
func inner() api { return api{Skip: skipType} }

// unordered leaves out the orders of a noun that the API does not list.
func unordered() api { return api{Skip: skipOrder} }

// hidden keeps a noun, a field or an edge out of the API wholly.
func hidden() schema.Annotation { return api{Skip: skipAll} }
