package formula

import (
	"math/big"

	"cel.dev/cel-go/common/operators"
)

// function computes a number from numbers: from one by alone, where it has that, and from more by with, one after the other.
type function struct {
	least, most int // how many it takes
	takes       string
	alone       func(a Number) Number
	with        func(a, b Number) (Number, error)
}

var arithmetic = map[string]function{
	operators.Add:      two(Number.plus),
	operators.Subtract: two(Number.minus),
	operators.Multiply: two(Number.times),
	operators.Negate:   one(Number.negated),
	operators.Divide: {2, 2, "two numbers", nil, func(a, b Number) (Number, error) {
		if b.Sign() == 0 {
			return Number{}, ErrDivision
		}
		return a.over(b), nil
	}},
}

// functions are what formulas may call by name.
var functions = map[string]function{
	"ceil":  rounding("ceil"),
	"floor": rounding("floor"),
	"round": rounding("round"),
	"abs":   one(Number.absolute),
	"min":   extreme(-1),
	"max":   extreme(1),
}

// roundings are the functions that give whole numbers. None falls where its number rises.
var roundings = map[string]func(to, a *big.Rat) *big.Rat{
	"ceil":  func(to, a *big.Rat) *big.Rat { return to.Neg(floor(to, new(big.Rat).Neg(a))) },
	"floor": floor,
	"round": func(to, a *big.Rat) *big.Rat { // halves away from zero
		floor(to, new(big.Rat).Add(new(big.Rat).Abs(a), half))
		if a.Sign() < 0 {
			to.Neg(to)
		}
		return to
	},
}

var half = big.NewRat(1, 2)

// floor sets to to the largest whole number that is not more than a.
func floor(to, a *big.Rat) *big.Rat {
	return to.SetInt(new(big.Int).Div(a.Num(), a.Denom())) // Div rounds down, since a denominator is positive
}

func one(apply func(a Number) Number) function { return function{1, 1, "one number", apply, nil} }

func rounding(name string) function {
	return one(func(a Number) Number { return a.rounded(roundings[name]) })
}

func two(apply func(a, b Number) Number) function {
	return function{2, 2, "two numbers", nil, func(a, b Number) (Number, error) { return apply(a, b), nil }}
}

// extreme is the least or the greatest of numbers, by the sign of their comparison.
func extreme(sign int) function {
	return function{2, MaxNodes, "two numbers or more", nil, func(a, b Number) (Number, error) {
		if b.compare(a) == sign {
			return b, nil
		}
		return a, nil
	}}
}
