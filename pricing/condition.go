package pricing

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/checker"
	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/types"
)

// Bounds of a condition. The cost limit allows some hundred comparisons, or a list of a few hundred items; one
// that needs more is rejected for that price.
const (
	MaxConditionLength = 4000
	MaxConditionNodes  = 2000
	MaxConditionDepth  = 50
	CostLimit          = 2000
)

// Condition is a rule's condition, compiled: an expression in CEL that is true or false of a question. It may
// use these variables and nothing else, so that it depends on no other time than at and on no randomness:
//
//	customer.id, customer.kind, customer.stage, customer.segment   string ("" where there is none)
//	customer.birthday.month, customer.birthday.day   int: 1 to 12 and 1 to 31, 0 where the birthday is not known
//	customer.measurements   map of string to what was measured: has(customer.measurements.waist) && customer.measurements.waist > 90.0
//	customer.fields   map of string to what the customer has in the installation's own fields, by code: "customer.fields.card" of a TEXT or a CHOICE is a string,
//	                  of a NUMBER a double, of a BOOLEAN a bool, of a DAY the timestamp of its beginning in the company's time zone
//	product.fields    the same of the product
//	product.id, product.sku, product.name, product.kind   string
//	quantity          double
//	leadDays          int
//	utilisation       double: of the busiest of the product's resources over the lead time, 0.9 is 90 %
//	permissionLevel   string: the highest the customer gave, "" for none
//	permissionRank    int: 0 for none, 1 SITUATION, 2 BRAND_TRUST, 3 PERSONAL, 4 POINTS, 5 INTRAVENOUS
//	lifetimeValue     double, in the currency's major unit: the worth of the start of the day, rounded
//	season            string: "winter", "spring", "summer" or "autumn" of the northern half of the world
//	at                timestamp: the moment of the price; its parts are in UTC unless a zone is named
//
// Numbers of different types are compared with < <= > >= as they stand (quantity >= 10); for == they are written alike
// (quantity == 10.0).
type Condition struct {
	text    string
	program cel.Program
	short   shortcut // nil where there is none
	asks    []string // the variables that it names

	apart sync.Once // guards parts and wrong, which are computed when the reasons are asked for
	parts []part
	wrong error
}

// environment is what conditions are compiled in. It is created once and never changed.
var environment = sync.OnceValues(func() (*cel.Env, error) {
	var options []cel.EnvOption
	for _, v := range variables {
		options = append(options, cel.Variable(v.name, v.typed))
	}
	return cel.NewEnv(append(
		options,
		cel.CrossTypeNumericComparisons(true),
		cel.DefaultUTCTimeZone(true),
		cel.ParserExpressionSizeLimit(MaxConditionLength),
		cel.ExpressionNodeLimit(MaxConditionNodes),
		cel.ParserRecursionLimit(MaxConditionDepth),
		cel.RegexProgramSizeLimit(1000),
	)...)
})

// sizes bounds the lengths of variables, so that the greatest cost of a condition is known beforehand.
type sizes struct{}

// EstimateSize implements checker.CostEstimator.
func (sizes) EstimateSize(element checker.AstNode) *checker.SizeEstimate {
	i, ok := numbered[strings.Join(element.Path(), ".")]
	if !ok || variables[i].longest == 0 {
		return nil
	}
	return &checker.SizeEstimate{Max: variables[i].longest}
}

// EstimateCallCost implements checker.CostEstimator: no function has a cost of its own.
func (sizes) EstimateCallCost(string, string, *checker.AstNode, []checker.AstNode) *checker.CallEstimate {
	return nil
}

// Compile reads and type-checks a condition. It gives a *RuleError with the position where the condition is wrong,
// is not true or false, or is too long.
func Compile(condition string) (*Condition, error) {
	if strings.TrimSpace(condition) == "" {
		return nil, &RuleError{Reason: "want a condition; \"true\" for a rule that always applies"}
	}
	env, err := environment()
	if err != nil {
		return nil, fmt.Errorf("pricing: the environment of conditions: %w", err)
	}
	checked, issues := env.Compile(condition)
	if found := issues.Errors(); len(found) > 0 {
		first := found[0]
		return nil, &RuleError{Line: first.Location.Line(), Column: first.Location.Column() + 1, Reason: first.Message}
	}
	if !checked.OutputType().IsExactType(cel.BoolType) {
		return nil, &RuleError{Line: 1, Column: 1, Reason: fmt.Sprintf("want true or false, not a %s", checked.OutputType())}
	}
	options := []cel.ProgramOption{cel.EvalOptions(cel.OptOptimize)}
	short := shorten(checked.NativeRep().Expr())
	if most, err := env.EstimateCost(checked, sizes{}); err != nil || most.Max > CostLimit {
		options = append(options, cel.CostLimit(CostLimit)) // counting costs time: only where the limit can be reached
		short = nil
	}
	program, err := env.Program(checked, options...)
	if err != nil {
		return nil, &RuleError{Line: 1, Column: 1, Reason: err.Error()}
	}
	return &Condition{text: condition, program: program, short: short, asks: variablesOf(checked.NativeRep().Expr())}, nil
}

// variablesOf returns the variables that an expression names, each once.
func variablesOf(e ast.Expr) (names []string) {
	ast.PostOrderVisit(e, ast.NewExprVisitor(func(e ast.Expr) {
		if e.Kind() != ast.IdentKind {
			return
		}
		if name := e.AsIdent(); !slices.Contains(names, name) {
			names = append(names, name)
		}
	}))
	return names
}

// Holds evaluates the condition. An error says why it has no value: a division by zero, a measurement
// that is not there, the cost limit.
func (c *Condition) Holds(f *facts) (bool, error) {
	if c.short != nil {
		if holds, known := c.short(f); known {
			return holds, nil
		}
	}
	return c.interpret(f)
}

func (c *Condition) interpret(f *facts) (bool, error) {
	result, _, err := c.program.Eval(f)
	if err != nil {
		return false, err
	}
	holds, ok := result.(types.Bool)
	if !ok {
		return false, errors.New("the condition is neither true nor false")
	}
	return bool(holds), nil
}
