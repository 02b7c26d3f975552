package formula

import (
	"errors"
	"fmt"
	"maps"
	"math/big"
	"strings"

	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/operators"
	"cel.dev/cel-go/parser"
)

// A formula can have a quantity at the ends of what it measures and none between, as 10 / (width - 2) has none where width is 2. What
// its parts can be over whole ranges is computed by intervals, which hold more than that; where a divisor's interval holds zero, the
// ranges are halved until it no longer does, or until they are so small that it is believed. A divisor that is compared before, as in
// width == 2 ? 1 : 10 / (width - 2), is what the comparison leaves of it.

// How far ranges are halved: how often that of one measurement, to find a zero or a negative quantity, and how many parts of the ranges and
// of formulas are computed at most.
const (
	halvings    = 16
	negativeIn  = 6
	mostBoxes   = 4000
	mostVisited = 100_000
)

// box is a part of the ranges of measurements. facts are what comparisons say of parts of the formula, by their text.
type box struct {
	ranges []interval // by the places of the measurements
	facts  map[string]interval
	halved int
}

// search looks for measurements, between the ends of their ranges, for which a formula has no quantity.
type search struct {
	formula *Formula
	parsed  *compiler
	texts   map[int64]string // of the parts of the formula
	visited int
	divisor ast.Expr // one that may be zero in the box that was computed last; nil for none
}

// between returns why a formula that has quantities at all ends of the ranges has none somewhere between them; nil where it cannot be shown.
func (f *Formula) between(ends []Range) error {
	parsed, err := parse(f.text)
	if err != nil || len(f.codes) == 0 {
		return err
	}
	s := &search{formula: f, parsed: parsed, texts: map[int64]string{}}
	ast.PreOrderVisit(parsed.expr, ast.NewExprVisitor(func(e ast.Expr) {
		if text, err := parser.Unparse(e, parsed.info); err == nil {
			s.texts[e.ID()] = text
		}
	}))
	whole := box{ranges: make([]interval, len(ends))}
	for i, end := range ends {
		whole.ranges[i] = interval{bound{value: end.Least.Rat()}, bound{value: end.Most.Rat()}}
	}
	open := []box{whole}
	for n := 0; len(open) > 0 && n < mostBoxes && s.visited < mostVisited; n++ {
		one := open[len(open)-1]
		open = open[:len(open)-1]
		s.divisor = nil
		result := s.number(parsed.expr, one)
		most := halvings * len(ends)
		switch {
		case s.divisor == nil && result.low.sign() >= 0:
			continue
		case s.divisor == nil:
			most = negativeIn * len(ends)
		}
		if err := s.at(one); err != nil {
			return err
		}
		switch {
		case one.halved < most:
			open = append(open, one.halves()...)
		case s.divisor != nil:
			return s.hole(one)
		}
	}
	return nil
}

// at computes the formula for a simple value of each range. ErrHuge is not looked for: it is found wherever a divisor may be small.
func (s *search) at(b box) error {
	values, shown := make([]Number, len(b.ranges)), make([]string, len(b.ranges))
	for i, of := range b.ranges {
		value := simple(of.low.value, of.high.value)
		values[i], shown[i] = RatNumber(value), s.formula.codes[i]+" = "+decimal(value)
	}
	if _, err := s.formula.Quantity(values); errors.Is(err, ErrDivision) || errors.Is(err, ErrNegative) {
		return at(err, shown)
	}
	return nil
}

// hole says where a divisor can be zero, and how to write the formula without it.
func (s *search) hole(b box) error {
	shown := make([]string, len(b.ranges))
	for i, of := range b.ranges {
		shown[i] = fmt.Sprintf("%s from %s to %s", s.formula.codes[i], decimal(of.low.value), decimal(of.high.value))
	}
	text := s.texts[s.divisor.ID()]
	return fmt.Errorf("%w: the divisor %s can be zero for %s: divide only where it is not, as by %s == 0 ? 1 : …", ErrDivision, text, strings.Join(shown, ", "), text)
}

// halves divides the widest range of a box, in proportion to how wide it was.
func (b box) halves() []box {
	at := b.halved % len(b.ranges)
	of := b.ranges[at]
	middle := new(big.Rat).Add(of.low.value, of.high.value)
	middle.Quo(middle, big.NewRat(2, 1))
	low, high := b, b
	low.ranges, high.ranges = append([]interval{}, b.ranges...), append([]interval{}, b.ranges...)
	low.ranges[at].high, high.ranges[at].low = bound{value: middle}, bound{value: middle}
	low.halved, high.halved = b.halved+1, b.halved+1
	return []box{high, low}
}

// simple returns a number between two with as few decimal places as there can be.
func simple(low, high *big.Rat) *big.Rat {
	middle := new(big.Rat).Add(low, high)
	middle.Quo(middle, big.NewRat(2, 1))
	scale := big.NewRat(1, 1)
	for range 9 {
		scaled := new(big.Rat).Mul(middle, scale)
		whole := floor(new(big.Rat), scaled.Add(scaled, half))
		if whole.Quo(whole, scale); whole.Cmp(low) >= 0 && whole.Cmp(high) <= 0 {
			return whole
		}
		scale.Mul(scale, big.NewRat(10, 1))
	}
	return middle
}

// decimal writes a number with at most nine places.
func decimal(value *big.Rat) string {
	text := value.FloatString(9)
	return strings.TrimSuffix(strings.TrimRight(text, "0"), ".")
}

// number returns what a part of the formula can be in a box.
func (s *search) number(e ast.Expr, b box) interval {
	s.visited++
	found := s.computed(e, b)
	if fact, ok := b.facts[s.texts[e.ID()]]; ok {
		if both := found.meet(fact); !both.empty() {
			return both
		}
	}
	return found
}

func (s *search) computed(e ast.Expr, b box) interval {
	switch e.Kind() {
	case ast.LiteralKind:
		compute, err := s.parsed.literal(e)
		if err != nil {
			return everywhere
		}
		value, _ := compute(nil)
		return point(value.Rat())
	case ast.IdentKind:
		return b.ranges[s.parsed.slots[e.AsIdent()]]
	}
	call := e.AsCall()
	if call.FunctionName() == operators.Conditional {
		return s.conditional(call.Args(), b)
	}
	args := make([]interval, len(call.Args()))
	for i, arg := range call.Args() {
		args[i] = s.number(arg, b)
	}
	switch call.FunctionName() {
	case operators.Add:
		return args[0].plus(args[1])
	case operators.Subtract:
		return args[0].plus(args[1].negated())
	case operators.Multiply:
		return args[0].times(args[1])
	case operators.Negate:
		return args[0].negated()
	case operators.Divide:
		if args[1].zero() {
			s.divisor = call.Args()[1]
			return everywhere
		}
		return args[0].over(args[1])
	case "ceil", "floor", "round":
		return args[0].rounded(roundings[call.FunctionName()], call.FunctionName() == "ceil", call.FunctionName() == "floor")
	case "abs":
		return args[0].absolute()
	case "min":
		return fold(args, interval.least)
	case "max":
		return fold(args, interval.greatest)
	}
	return everywhere
}

func fold(all []interval, of func(a, b interval) interval) interval {
	found := all[0]
	for _, other := range all[1:] {
		found = of(found, other)
	}
	return found
}

// conditional returns what either side can be where the condition lets it.
func (s *search) conditional(args []ast.Expr, b box) interval {
	var found interval
	first := true
	for i, want := range []bool{true, false} {
		for _, one := range s.where(args[0], b, want) {
			side := s.number(args[1+i], one)
			if first {
				found, first = side, false
			} else {
				found = found.union(side)
			}
		}
	}
	if first {
		return everywhere
	}
	return found
}

// where returns the parts of a box in which a condition may be as wanted; none where it cannot.
func (s *search) where(e ast.Expr, b box, want bool) []box {
	if e.Kind() == ast.LiteralKind {
		if e.AsLiteral().Value() == want {
			return []box{b}
		}
		return nil
	}
	call := e.AsCall()
	name, args := call.FunctionName(), call.Args()
	switch name {
	case operators.LogicalNot:
		return s.where(args[0], b, !want)
	case operators.LogicalAnd, operators.LogicalOr:
		decisive := name == operators.LogicalOr // what one operand decides
		var all []box
		if want != decisive { // all operands are as wanted
			all = []box{b}
			for _, arg := range args {
				var next []box
				for _, one := range all {
					next = append(next, s.where(arg, one, want)...)
				}
				all = next
			}
			return all
		}
		left := []box{b}
		for _, arg := range args {
			var next []box
			for _, one := range left {
				all = append(all, s.where(arg, one, want)...)
				next = append(next, s.where(arg, one, !want)...)
			}
			left = next
		}
		return all
	}
	if !want {
		name = opposite[name]
	}
	return s.compared(name, args[0], args[1], b)
}

// opposite says which comparison holds where another does not.
var opposite = map[string]string{
	operators.Less: operators.GreaterEquals, operators.LessEquals: operators.Greater, operators.Greater: operators.LessEquals,
	operators.GreaterEquals: operators.Less, operators.Equals: operators.NotEquals, operators.NotEquals: operators.Equals,
}

// compared returns the parts of a box in which a comparison may hold, with what it says of its sides and of their difference.
func (s *search) compared(name string, a, b ast.Expr, in box) []box {
	left, right := s.number(a, in), s.number(b, in)
	var all []box
	for _, difference := range differences(name) {
		if left.plus(right.negated()).meet(difference).empty() {
			continue
		}
		one := in
		one.facts = maps.Clone(in.facts)
		if one.facts == nil {
			one.facts = map[string]interval{}
		}
		possible := one.add(s.texts[a.ID()]+" - "+s.texts[b.ID()], difference) &&
			one.add(s.texts[b.ID()]+" - "+s.texts[a.ID()], difference.negated())
		if right.isPoint() {
			possible = possible && !left.meet(difference.plus(right)).empty() && one.add(s.texts[a.ID()], difference.plus(right))
		}
		if left.isPoint() {
			possible = possible && !right.meet(left.plus(difference.negated())).empty() && one.add(s.texts[b.ID()], left.plus(difference.negated()))
		}
		if possible {
			all = append(all, one)
		}
	}
	return all
}

// add adds a fact, and reports whether it can be with those before.
func (b box) add(text string, fact interval) bool {
	if before, ok := b.facts[text]; ok {
		fact = before.meet(fact)
	}
	b.facts[text] = fact
	return !fact.empty()
}

// differences returns what the difference of two numbers can be that compare in a way.
func differences(name string) []interval {
	zero := bound{value: new(big.Rat)}
	openZero := bound{value: new(big.Rat), open: true}
	below, above := interval{bound{inf: -1}, openZero}, interval{openZero, bound{inf: 1}}
	switch name {
	case operators.Less:
		return []interval{below}
	case operators.LessEquals:
		return []interval{{bound{inf: -1}, zero}}
	case operators.Greater:
		return []interval{above}
	case operators.GreaterEquals:
		return []interval{{zero, bound{inf: 1}}}
	case operators.Equals:
		return []interval{{zero, zero}}
	}
	return []interval{below, above}
}
