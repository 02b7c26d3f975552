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

// Refusal tells how near a rule came to a price. It is worked out when somebody wants to know, and costs some
// compilations the first time.
type Refusal struct {
	// Nearly: all parts of the condition but one held; or all of them, and something else was in the way.
	Nearly bool
	Unmet  []Unmet
}

// Unmet is a part of a condition, between its outermost &&, that did not hold.
type Unmet struct {
	Condition string // in CEL
	Met       []Fact // what it speaks of, by name
	Failure   string // why it could not be told; "" where it is false
}

// Fact is a variable and its value, as CEL writes it; "" for a measurement that is not known.
type Fact struct{ Name, Value string }

// Refused tells how near a rule of the book comes to a price. A rule that the book does not have, or whose condition is
// wrong, comes near to none. Errors as Price.
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
		unmet := Unmet{Condition: part.condition.text, Met: f.spokenOf(part.expr)}
		if failure != nil {
			unmet.Failure = failure.Error()
		}
		r.Unmet = append(r.Unmet, unmet)
	}
	r.Nearly = len(r.Unmet) == 0 || len(r.Unmet) == 1 && len(c.parts) > 1
	return r, c.wrong
}

// part is one of those that all must hold.
type part struct {
	condition *Condition
	expr      ast.Expr
}

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

// operandsOf takes expressions that an operator joins apart, however it was nested.
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

// spokenOf gives the variables that an expression speaks of, by name, with their values.
func (f *facts) spokenOf(e ast.Expr) []Fact {
	var met []Fact
	ast.PostOrderVisit(e, ast.NewExprVisitor(func(e ast.Expr) {
		if field, ok := measurement(e); ok {
			measured, known := f.question.Customer.Measurements[field]
			value := ""
			if known {
				value = written(types.DefaultTypeAdapter.NativeToValue(measured))
			}
			met = append(met, Fact{measurementsName + "." + field, value})
			return
		}
		if e.Kind() != ast.IdentKind || e.AsIdent() == measurementsName {
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
