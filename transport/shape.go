package transport

import (
	"math"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"kopeck/fault"
)

// shape is the size of a selection with its fragments expanded.
type shape struct{ depth, fields, aliases, directives int }

// checkShape measures every operation and fragment of a parsed document that has not been validated yet. Each
// fragment is measured once, however often it is spread, so that the time is linear in the document even if
// its expansion is exponential. A cycle of fragments counts once; the validator refuses it afterwards.
func checkShape(doc *ast.QueryDocument, limits Limits) gqlerror.List {
	m := shapes{fragments: make(map[string]*ast.FragmentDefinition, len(doc.Fragments)), known: map[string]shape{}}
	for _, fragment := range doc.Fragments {
		m.fragments[fragment.Name] = fragment
	}
	for _, operation := range doc.Operations {
		s := m.of(operation.SelectionSet)
		s.directives = add(s.directives, len(operation.Directives))
		for _, variable := range operation.VariableDefinitions {
			s.directives = add(s.directives, len(variable.Directives))
		}
		if errs := s.check(limits, operation.Position); errs != nil {
			return errs
		}
	}
	for _, fragment := range doc.Fragments {
		if errs := m.fragment(fragment.Name).check(limits, fragment.Position); errs != nil {
			return errs
		}
	}
	return nil
}

type shapes struct {
	fragments map[string]*ast.FragmentDefinition
	known     map[string]shape // has a zero shape for a fragment being measured
}

func (m shapes) fragment(name string) shape {
	if s, measured := m.known[name]; measured {
		return s
	}
	m.known[name] = shape{}
	fragment := m.fragments[name]
	if fragment == nil {
		return shape{}
	}
	s := m.of(fragment.SelectionSet)
	s.directives = add(s.directives, len(fragment.Directives))
	if strings.HasPrefix(fragment.TypeCondition, "__") { // it can only be spread below __schema or __type
		s.depth = 0
	}
	m.known[name] = s
	return s
}

func (m shapes) of(selections ast.SelectionSet) shape {
	var sum shape
	for _, selection := range selections {
		var s shape
		switch selection := selection.(type) {
		case *ast.Field:
			s = m.of(selection.SelectionSet)
			s.fields = add(s.fields, 1)
			s.depth++
			if introspective(selection.Name) {
				s.depth = 1
			}
			if selection.Alias != selection.Name {
				s.aliases = add(s.aliases, 1)
			}
			s.directives = add(s.directives, len(selection.Directives))
		case *ast.InlineFragment:
			s = m.of(selection.SelectionSet)
			s.directives = add(s.directives, len(selection.Directives))
		case *ast.FragmentSpread:
			s = m.fragment(selection.Name)
			s.directives = add(s.directives, len(selection.Directives))
		}
		sum.depth = max(sum.depth, s.depth)
		sum.fields = add(sum.fields, s.fields)
		sum.aliases = add(sum.aliases, s.aliases)
		sum.directives = add(sum.directives, s.directives)
	}
	return sum
}

func (s shape) check(limits Limits, at *ast.Position) gqlerror.List {
	var errs gqlerror.List
	refuse := func(n, limit int, what string) {
		if over(n, limit) {
			err := gqlerror.ErrorPosf(at, "the operation has more than %d %s", limit, what)
			err.Extensions = map[string]any{"code": string(fault.LimitExceeded)}
			errs = append(errs, err)
		}
	}
	refuse(s.depth, limits.Depth, "levels of fields")
	refuse(s.aliases, limits.Aliases, "aliases")
	refuse(s.directives, limits.Directives, "directives")
	refuse(s.fields, limits.Fields, "fields, with fragments expanded")
	return errs
}

// introspective reports whether a root field queries the schema itself.
func introspective(field string) bool { return field == "__schema" || field == "__type" }

// add returns a + b, or the largest int on overflow. Both must be at least 0.
func add(a, b int) int {
	if a > math.MaxInt-b {
		return math.MaxInt
	}
	return a + b
}

// multiply returns a * b, or the largest int on overflow. Both must be at least 0.
func multiply(a, b int) int {
	if b != 0 && a > math.MaxInt/b {
		return math.MaxInt
	}
	return a * b
}
