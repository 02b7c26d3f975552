package formula

import (
	"math/big"

	"cel.dev/cel-go/common/operators"
)

// function computes a number from numbers. It does not change them.
type function struct {
	least, most int // how many it takes
	takes       string
	apply       func(args []*big.Rat) (*big.Rat, error)
}

var arithmetic = map[string]function{
	operators.Add:      two(func(to, a, b *big.Rat) *big.Rat { return to.Add(a, b) }),
	operators.Subtract: two(func(to, a, b *big.Rat) *big.Rat { return to.Sub(a, b) }),
	operators.Multiply: two(func(to, a, b *big.Rat) *big.Rat { return to.Mul(a, b) }),
	operators.Negate:   one(func(to, a *big.Rat) *big.Rat { return to.Neg(a) }),
	operators.Divide: {2, 2, "two numbers", func(args []*big.Rat) (*big.Rat, error) {
		if args[1].Sign() == 0 {
			return nil, ErrDivision
		}
		return new(big.Rat).Quo(args[0], args[1]), nil
	}},
}

// functions are what formulas may call by name.
var functions = map[string]function{
	"ceil":  one(roundings["ceil"]),
	"floor": one(roundings["floor"]),
	"round": one(roundings["round"]),
	"abs":   one(func(to, a *big.Rat) *big.Rat { return to.Abs(a) }),
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

func one(apply func(to, a *big.Rat) *big.Rat) function {
	return function{1, 1, "one number", func(args []*big.Rat) (*big.Rat, error) { return apply(new(big.Rat), args[0]), nil }}
}

func two(apply func(to, a, b *big.Rat) *big.Rat) function {
	return function{2, 2, "two numbers", func(args []*big.Rat) (*big.Rat, error) { return apply(new(big.Rat), args[0], args[1]), nil }}
}

// extreme is the least or the greatest of numbers, by the sign of their comparison.
func extreme(sign int) function {
	return function{2, MaxNodes, "two numbers or more", func(args []*big.Rat) (*big.Rat, error) {
		found := args[0]
		for _, other := range args[1:] {
			if other.Cmp(found) == sign {
				found = other
			}
		}
		return found, nil
	}}
}
