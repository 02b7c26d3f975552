package pricing

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/operators"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
)

// Refusal says how close a rule came to applying to a price. It is computed on demand, and needs some compilations the first
// time.
type Refusal struct {
	// Nearly says that all parts of the condition but one held, or all of them and something else kept the rule from applying.
	Nearly bool
	Unmet  []Unmet
}

// Unmet is a part of a condition, between its outermost &&, that did not hold.
type Unmet struct {
	Condition string // in CEL
	Met       []Fact // the variables in it, by name
	Failure   string // why it has no value; "" where it is false
}

// Fact is a variable and its value, as CEL writes it; "" for a measurement or a field that is not known.
type Fact struct{ Name, Value string }

// Refused returns how close a rule of the book comes to applying to a price: the zero Refusal for a rule that the book does
// not have, or whose condition is wrong. Errors as Price.
func (b *Book) Refused(q Question, ruleID string) (Refusal, error) {
	at := slices.IndexFunc(b.rules, func(r compiledRule) bool { return r.ID == ruleID })
	if at < 0 || b.rules[at].condition == nil {
		return Refusal{}, nil
	}
	w, err := b.begin(q)
	if err != nil {
		return Refusal{}, err
	}
	return b.rules[at].condition.refusal(&w.facts)
}

func (c *Condition) refusal(f *facts) (Refusal, error) {
	c.apart.Do(func() { c.parts, c.wrong = takeApart(c.text) })
	var r Refusal
	for _, part := range c.parts {
		holds, failure := part.condition.Holds(f)
		if holds && failure == nil {
			continue
		}
		unmet := Unmet{Condition: part.condition.text, Met: f.mentioned(part.expr)}
		if failure != nil {
			unmet.Failure = failure.Error()
		}
		r.Unmet = append(r.Unmet, unmet)
	}
	r.Nearly = len(r.Unmet) == 0 || len(r.Unmet) == 1 && len(c.parts) > 1
	return r, c.wrong
}

// part is an operand of a condition's outermost &&.
type part struct {
	condition *Condition
	expr      ast.Expr
}

// takeApart compiles the operands of a condition's outermost &&.
func takeApart(condition string) ([]part, error) {
	env, err := environment()
	if err != nil {
		return nil, err
	}
	checked, issues := env.Compile(condition)
	if issues.Err() != nil {
		return nil, issues.Err()
	}
	var parts []part
	for _, e := range operandsOf([]ast.Expr{checked.NativeRep().Expr()}, operators.LogicalAnd) {
		text, err := cel.ExprToString(e, checked.NativeRep().SourceInfo())
		if err != nil {
			return nil, err
		}
		condition, err := Compile(text)
		if err != nil {
			return nil, err
		}
		parts = append(parts, part{condition, e})
	}
	return parts, nil
}

// operandsOf splits expressions into the operands of an associative operator, however it is nested.
func operandsOf(joined []ast.Expr, operator string) []ast.Expr {
	var parts []ast.Expr
	for _, e := range joined {
		if e.Kind() == ast.CallKind && e.AsCall().FunctionName() == operator {
			parts = append(parts, operandsOf(e.AsCall().Args(), operator)...)
		} else {
			parts = append(parts, e)
		}
	}
	return parts
}

// mentioned returns the variables that occur in an expression, by name, with their values.
func (f *facts) mentioned(e ast.Expr) []Fact {
	var met []Fact
	ast.PostOrderVisit(e, ast.NewExprVisitor(func(e ast.Expr) {
		if looked, ok := lookedUp(e); ok {
			found, known := f.mapOf(looked.of)[looked.key]
			value := ""
			if known {
				value = written(types.DefaultTypeAdapter.NativeToValue(found))
			}
			met = append(met, Fact{looked.of + "." + looked.key, value})
			return
		}
		if e.Kind() != ast.IdentKind || isMap(e.AsIdent()) {
			return
		}
		if value, ok := f.ResolveName(e.AsIdent()); ok {
			if value, ok := value.(ref.Val); ok {
				met = append(met, Fact{e.AsIdent(), written(value)})
			}
		}
	}))
	slices.SortFunc(met, func(a, b Fact) int { return strings.Compare(a.Name, b.Name) })
	return slices.Compact(met)
}

// written is a value as CEL writes it.
func written(value ref.Val) string {
	switch value := value.(type) {
	case types.String:
		return strconv.Quote(string(value))
	case types.Int:
		return strconv.FormatInt(int64(value), 10)
	case types.Double:
		return strconv.FormatFloat(float64(value), 'f', -1, 64)
	case types.Bool:
		return strconv.FormatBool(bool(value))
	case types.Timestamp:
		return value.Format(time.RFC3339)
	}
	return value.Type().TypeName() // a list, a map, or nothing
}
