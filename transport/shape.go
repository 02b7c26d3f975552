package transport

import (
	"fmt"
	"math"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"kopeck/fault"
)

// shape is the size of a selection with its fragments spread out.
type shape struct{ depth, fields, aliases, directives int }

// checkShape measures every operation and fragment of a parsed, not yet validated document. Each
// fragment is measured once, however often it is spread: the measuring is linear in the document
// although what it measures may be exponential. A cycle of fragments counts once; the validator
// refuses it afterwards.
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
	known     map[string]shape // holds a zero shape for a fragment that is being measured
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
	if strings.HasPrefix(fragment.TypeCondition, "__") { // only what stands below __schema or __type can spread it
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
	refuse(s.fields, limits.Fields, "fields, fragments spread out")
	return errs
}

// introspective tells whether a root field asks for the schema itself.
func introspective(field string) bool { return field == "__schema" || field == "__type" }

// add is a sum that stays at the largest int instead of overflowing. Both are at least 0.
func add(a, b int) int {
	if a > math.MaxInt-b {
		return math.MaxInt
	}
	return a + b
}

// multiply is a product that stays at the largest int. Both are at least 0.
func multiply(a, b int) int {
	if b != 0 && a > math.MaxInt/b {
		return math.MaxInt
	}
	return a * b
}

// inputError makes the error of one place of the input: "$filter.limit: …" for a variable,
// "items(first): …" for an argument. extensions.field has the path in parts.
func inputError(at *ast.Position, place string, path []string, format string, args ...any) *gqlerror.Error {
	err := &gqlerror.Error{
		Message:    place + ": " + fmt.Sprintf(format, args...),
		Extensions: map[string]any{"code": string(fault.Invalid), "field": append([]string{}, path...)},
	}
	if at != nil {
		err.Locations = []gqlerror.Location{{Line: at.Line, Column: at.Column}}
	}
	return err
}
