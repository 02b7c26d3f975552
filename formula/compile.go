package formula

import (
	"fmt"
	"math/big"
	"slices"
	"strconv"

	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/operators"
	"cel.dev/cel-go/common/types"
)

// number and truth compute a part of a formula from the values of the measurements. What they return must not be changed.
type (
	number func(values []Number) (Number, error)
	truth  func(values []Number) (bool, error)
)

// compiler makes a formula of what CEL's parser has read.
type compiler struct {
	info  *ast.SourceInfo
	codes []string       // of the measurements, sorted
	slots map[string]int // the places of their values
	uses  []use          // in the order of the text
	value number
	expr  ast.Expr
}

// use is a place where a formula uses a measurement.
type use struct {
	code         string
	line, column int
}

// collect finds the measurements.
func (c *compiler) collect(e ast.Expr) {
	ast.PreOrderVisit(e, ast.NewExprVisitor(func(e ast.Expr) {
		if e.Kind() != ast.IdentKind {
			return
		}
		at := c.info.GetStartLocation(e.ID())
		c.uses = append(c.uses, use{e.AsIdent(), at.Line(), at.Column() + 1})
		c.codes = append(c.codes, e.AsIdent())
	}))
	slices.Sort(c.codes)
	c.codes = slices.Compact(c.codes)
	for i, code := range c.codes {
		c.slots[code] = i
	}
}

func (c *compiler) wrong(e ast.Expr, format string, args ...any) error {
	at := c.info.GetStartLocation(e.ID())
	return &Error{max(at.Line(), 1), max(at.Column()+1, 1), fmt.Sprintf(format, args...)}
}

// number compiles an expression that is a number.
func (c *compiler) number(e ast.Expr) (number, error) {
	switch e.Kind() {
	case ast.LiteralKind:
		return c.literal(e)
	case ast.IdentKind:
		slot := c.slots[e.AsIdent()]
		return func(values []Number) (Number, error) { return values[slot], nil }, nil
	case ast.CallKind:
		return c.call(e)
	}
	return nil, c.wrong(e, "want a number, a measurement or one of + - * / ?: ceil floor round abs min max")
}

func (c *compiler) literal(e ast.Expr) (number, error) {
	var text string
	switch value := e.AsLiteral().(type) {
	case types.Int:
		text = strconv.FormatInt(int64(value), 10)
	case types.Double:
		text = strconv.FormatFloat(float64(value), 'f', -1, 64)
	default:
		return nil, c.wrong(e, "want a number")
	}
	constant, ok := new(big.Rat).SetString(text)
	if !ok {
		return nil, c.wrong(e, "cannot read this number")
	}
	value := RatNumber(constant)
	return func([]Number) (Number, error) { return value, nil }, nil
}

func (c *compiler) call(e ast.Expr) (number, error) {
	call := e.AsCall()
	if call.IsMemberFunction() {
		return nil, c.wrong(e, "no function %s of a value: write %s(…)", call.FunctionName(), call.FunctionName())
	}
	if call.FunctionName() == operators.Conditional {
		return c.conditional(call)
	}
	f, ok := functions[call.FunctionName()]
	if !ok {
		if f, ok = arithmetic[call.FunctionName()]; !ok {
			return nil, c.unknown(e, call.FunctionName())
		}
	}
	args := call.Args()
	if len(args) < f.least || len(args) > f.most {
		return nil, c.wrong(e, "%s takes %s", call.FunctionName(), f.takes)
	}
	parts := make([]number, len(args))
	for i, arg := range args {
		var err error
		if parts[i], err = c.number(arg); err != nil {
			return nil, err
		}
	}
	return func(values []Number) (Number, error) {
		computed, err := parts[0](values)
		if err != nil {
			return Number{}, err
		}
		if f.alone != nil {
			computed = f.alone(computed)
		}
		for _, part := range parts[1:] {
			next, err := part(values)
			if err != nil {
				return Number{}, err
			}
			if computed, err = f.with(computed, next); err != nil {
				return Number{}, err
			}
		}
		if computed.isHuge() {
			return Number{}, ErrHuge
		}
		return computed, nil
	}, nil
}

// unknown says what is wrong with a function that gives no number.
func (c *compiler) unknown(e ast.Expr, name string) error {
	if _, ok := comparisons[name]; ok || name == operators.LogicalAnd || name == operators.LogicalOr || name == operators.LogicalNot {
		return c.wrong(e, "want a number, not true or false: write condition ? number : number")
	}
	if display, ok := operators.FindReverse(name); ok && display != "" {
		return c.wrong(e, "no operator %s for numbers", display)
	}
	return c.wrong(e, "no function %q: want ceil, floor, round, abs, min or max", name)
}

func (c *compiler) conditional(call ast.CallExpr) (number, error) {
	args := call.Args()
	condition, err := c.truth(args[0])
	if err != nil {
		return nil, err
	}
	yes, err := c.number(args[1])
	if err != nil {
		return nil, err
	}
	no, err := c.number(args[2])
	if err != nil {
		return nil, err
	}
	return func(values []Number) (Number, error) {
		holds, err := condition(values)
		switch {
		case err != nil:
			return Number{}, err
		case holds:
			return yes(values)
		}
		return no(values)
	}, nil
}

// truth compiles an expression that is true or false. && and || do not compute their right side where the left decides.
func (c *compiler) truth(e ast.Expr) (truth, error) {
	if e.Kind() == ast.LiteralKind {
		if constant, ok := e.AsLiteral().(types.Bool); ok {
			return func([]Number) (bool, error) { return bool(constant), nil }, nil
		}
	}
	if e.Kind() != ast.CallKind {
		return nil, c.wrong(e, "want true or false, such as width > 2")
	}
	call := e.AsCall()
	args := call.Args()
	switch name := call.FunctionName(); name {
	case operators.LogicalNot:
		not, err := c.truth(args[0])
		if err != nil {
			return nil, err
		}
		return func(values []Number) (bool, error) {
			holds, err := not(values)
			return !holds, err
		}, nil
	case operators.LogicalAnd, operators.LogicalOr:
		return c.joined(args, name == operators.LogicalOr)
	default:
		compare, ok := comparisons[name]
		if !ok {
			return nil, c.wrong(e, "want true or false, such as width > 2")
		}
		return c.compared(args, compare)
	}
}

// joined compiles operands of && or ||; one that is decisive decides.
func (c *compiler) joined(args []ast.Expr, decisive bool) (truth, error) {
	parts := make([]truth, len(args))
	for i, arg := range args {
		var err error
		if parts[i], err = c.truth(arg); err != nil {
			return nil, err
		}
	}
	return func(values []Number) (bool, error) {
		for _, part := range parts {
			if holds, err := part(values); err != nil || holds == decisive {
				return holds, err
			}
		}
		return !decisive, nil
	}, nil
}

func (c *compiler) compared(args []ast.Expr, holds func(sign int) bool) (truth, error) {
	left, err := c.number(args[0])
	if err != nil {
		return nil, err
	}
	right, err := c.number(args[1])
	if err != nil {
		return nil, err
	}
	return func(values []Number) (bool, error) {
		a, err := left(values)
		if err != nil {
			return false, err
		}
		b, err := right(values)
		if err != nil {
			return false, err
		}
		return holds(a.compare(b)), nil
	}, nil
}

var comparisons = map[string]func(sign int) bool{
	operators.Less:          func(sign int) bool { return sign < 0 },
	operators.LessEquals:    func(sign int) bool { return sign <= 0 },
	operators.Greater:       func(sign int) bool { return sign > 0 },
	operators.GreaterEquals: func(sign int) bool { return sign >= 0 },
	operators.Equals:        func(sign int) bool { return sign == 0 },
	operators.NotEquals:     func(sign int) bool { return sign != 0 },
}
