package pricing

import (
	"slices"
	"strings"

	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/operators"
	"cel.dev/cel-go/common/types"
)

// shortcut evaluates a condition without the interpreter and its boxed values. It exists for most conditions: comparisons of
// variables, measurements, own fields and constants, joined by and, or and not. Where known is false, for example because the
// interpreter would fail, the interpreter must be asked: it alone says why a condition failed.
type shortcut func(*facts) (holds, known bool)

// shorten returns an expression's shortcut, nil where it has none.
func shorten(e ast.Expr) shortcut {
	switch e.Kind() {
	case ast.LiteralKind:
		if constant, ok := e.AsLiteral().(types.Bool); ok {
			return func(*facts) (bool, bool) { return bool(constant), true }
		}
	case ast.SelectKind:
		if looked, ok := lookedUp(e); ok && e.AsSelect().IsTestOnly() {
			return func(f *facts) (bool, bool) {
				_, has := f.mapOf(looked.of)[looked.key]
				return has, true
			}
		}
	case ast.CallKind:
		return shortenCall(e.AsCall())
	}
	return nil
}

func shortenCall(call ast.CallExpr) shortcut {
	args := call.Args()
	switch name := call.FunctionName(); name {
	case operators.LogicalAnd:
		return joined(operandsOf(args, name), false)
	case operators.LogicalOr:
		return joined(operandsOf(args, name), true)
	case operators.LogicalNot:
		if of := shorten(args[0]); of != nil {
			return func(f *facts) (bool, bool) {
				holds, known := of(f)
				return !holds, known
			}
		}
	case operators.In:
		return shortenIn(args[0], args[1])
	case "startsWith", "endsWith", "contains":
		return shortenText(call, map[string]func(text, part string) bool{"startsWith": strings.HasPrefix, "endsWith": strings.HasSuffix, "contains": strings.Contains}[name])
	default:
		if accept, ok := comparisons[name]; ok {
			return shortenComparison(operandOf(args[0]), operandOf(args[1]), accept)
		}
	}
	return nil
}

// joined is the conjunction of terms, or with decisive their disjunction: one that is decisive decides, even where others fail.
func joined(terms []ast.Expr, decisive bool) shortcut {
	all := make([]shortcut, len(terms))
	for i, term := range terms {
		if all[i] = shorten(term); all[i] == nil {
			return nil
		}
	}
	return func(f *facts) (bool, bool) {
		allKnown := true
		for _, one := range all {
			holds, known := one(f)
			if known && holds == decisive {
				return decisive, true
			}
			allKnown = allKnown && known
		}
		return !decisive, allKnown
	}
}

// accepted are the outcomes of a comparison under which an operator holds.
type accepted struct{ less, equal, more bool }

func (a accepted) of(compared int) bool {
	switch {
	case compared < 0:
		return a.less
	case compared > 0:
		return a.more
	}
	return a.equal
}

var comparisons = map[string]accepted{
	operators.Less: {less: true}, operators.LessEquals: {less: true, equal: true}, operators.Equals: {equal: true},
	operators.GreaterEquals: {equal: true, more: true}, operators.Greater: {more: true}, operators.NotEquals: {less: true, more: true},
}

// operand is one side of a comparison. One of its fields is set; none is where there is no shortcut.
type operand struct {
	text   func(*facts) string
	whole  func(*facts) int64
	number func(*facts) float64
	looked *look
}

// look is a value that is looked up in a map by its name.
type look struct{ of, key string }

// exact bounds the whole numbers that a float64 represents exactly.
const exact = 1 << 53

func operandOf(e ast.Expr) operand {
	switch e.Kind() {
	case ast.IdentKind:
		if i, ok := numbered[e.AsIdent()]; ok {
			v := variables[i]
			return operand{text: v.text, whole: v.whole, number: v.number}
		}
	case ast.SelectKind:
		if looked, ok := lookedUp(e); ok && !e.AsSelect().IsTestOnly() {
			return operand{looked: &looked}
		}
	case ast.LiteralKind:
		switch constant := e.AsLiteral().(type) {
		case types.String:
			return operand{text: func(*facts) string { return string(constant) }}
		case types.Int:
			if -exact < constant && constant < exact {
				return operand{whole: func(*facts) int64 { return int64(constant) }}
			}
		case types.Double:
			return operand{number: func(*facts) float64 { return float64(constant) }}
		}
	}
	return operand{}
}

// lookedUp returns what a map of conditions is asked for.
func lookedUp(e ast.Expr) (look, bool) {
	if e.Kind() != ast.SelectKind {
		return look{}, false
	}
	of := e.AsSelect().Operand()
	if of.Kind() != ast.IdentKind || !isMap(of.AsIdent()) {
		return look{}, false
	}
	return look{of.AsIdent(), e.AsSelect().FieldName()}, true
}

func isMap(name string) bool {
	return name == measurementsName || name == customerFieldsName || name == productFieldsName
}

// numeric returns the operand as a double, as the interpreter compares whole numbers with doubles.
func (o operand) numeric() func(*facts) float64 {
	if o.number == nil && o.whole != nil {
		return func(f *facts) float64 { return float64(o.whole(f)) }
	}
	return o.number
}

func shortenComparison(a, b operand, accept accepted) shortcut {
	switch {
	case a.text != nil && b.text != nil && accept == comparisons[operators.Equals]:
		return func(f *facts) (bool, bool) { return a.text(f) == b.text(f), true }
	case a.text != nil && b.text != nil:
		return func(f *facts) (bool, bool) { return accept.of(strings.Compare(a.text(f), b.text(f))), true }
	case a.whole != nil && b.whole != nil:
		return func(f *facts) (bool, bool) { return accept.of(compare(a.whole(f), b.whole(f))), true }
	case a.numeric() != nil && b.numeric() != nil:
		left, right := a.numeric(), b.numeric()
		return func(f *facts) (bool, bool) { return accept.of(compare(left(f), right(f))), true }
	case a.looked != nil:
		return shortenLooked(*a.looked, b, accept)
	case b.looked != nil:
		return shortenLooked(*b.looked, a, accepted{less: accept.more, equal: accept.equal, more: accept.less})
	}
	return nil
}

// shortenLooked compares what is looked up in a map with something of its own type.
func shortenLooked(looked look, with operand, accept accepted) shortcut {
	number := with.numeric()
	return func(f *facts) (bool, bool) {
		switch value := f.mapOf(looked.of)[looked.key].(type) {
		case float64:
			if number != nil {
				return accept.of(compare(value, number(f))), true
			}
		case string:
			if with.text != nil {
				return accept.of(strings.Compare(value, with.text(f))), true
			}
		}
		return false, false
	}
}

// compare is cmp.Compare without its treatment of NaN, which neither facts nor constants can be.
func compare[T int64 | float64](a, b T) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

// shortenIn searches a text in a list of constants.
func shortenIn(what, list ast.Expr) shortcut {
	text := operandOf(what).text
	if text == nil || list.Kind() != ast.ListKind || len(list.AsList().OptionalIndices()) > 0 {
		return nil
	}
	var values []string
	for _, element := range list.AsList().Elements() {
		if element.Kind() != ast.LiteralKind {
			return nil
		}
		value, ok := element.AsLiteral().(types.String)
		if !ok {
			return nil
		}
		values = append(values, string(value))
	}
	return func(f *facts) (bool, bool) { return slices.Contains(values, text(f)), true }
}

func shortenText(call ast.CallExpr, has func(text, part string) bool) shortcut {
	if !call.IsMemberFunction() || len(call.Args()) != 1 {
		return nil
	}
	text, part := operandOf(call.Target()).text, operandOf(call.Args()[0]).text
	if text == nil || part == nil {
		return nil
	}
	return func(f *facts) (bool, bool) { return has(text(f), part(f)), true }
}
