package table

import (
	"fmt"
	"math/big"
	"regexp"
	"strconv"
	"strings"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"cel.dev/cel-go/common/types/traits"

	"kopeck/files/cell"
	"kopeck/files/option"
)

// numberFunctions are the functions of expressions that calculate, exactly, with numbers as the file has them. Their results are
// written as the file writes numbers:
//
//	times(a, b), plus(a, b), minus(a, b)
//	over(a, b)      a divided by b, rounded half to even to 12 places
//	negative(a)     whether a is below zero
//	firstOf(list)   the first text of a list that is not empty
//	hms(duration)   minutes: of "1:02:03" or "02:03" (hours, minutes and seconds), of "45" (seconds) and of "1h 2m 3s"
func numberFunctions(format *cell.NumberFormat) []cel.EnvOption {
	two := func(name string, calculate func(a, b *big.Rat) (*big.Rat, error)) cel.EnvOption {
		return cel.Function(name, cel.Overload(name+"_dyn_dyn", []*cel.Type{cel.DynType, cel.DynType}, cel.StringType, cel.BinaryBinding(func(a, b ref.Val) ref.Val {
			x, err := rational(format, a)
			if err != nil {
				return types.WrapErr(err)
			}
			y, err := rational(format, b)
			if err == nil {
				x, err = calculate(x, y)
			}
			if err != nil {
				return types.WrapErr(err)
			}
			return types.String(format.Write(places(x)))
		})))
	}
	return []cel.EnvOption{
		two("times", func(a, b *big.Rat) (*big.Rat, error) { return a.Mul(a, b), nil }),
		two("plus", func(a, b *big.Rat) (*big.Rat, error) { return a.Add(a, b), nil }),
		two("minus", func(a, b *big.Rat) (*big.Rat, error) { return a.Sub(a, b), nil }),
		two("over", func(a, b *big.Rat) (*big.Rat, error) {
			if b.Sign() == 0 {
				return nil, fmt.Errorf("a division by zero")
			}
			return a.Quo(a, b), nil
		}),
		cel.Function("negative", cel.Overload("negative_dyn", []*cel.Type{cel.DynType}, cel.BoolType, cel.UnaryBinding(func(a ref.Val) ref.Val {
			x, err := rational(format, a)
			if err != nil {
				return types.WrapErr(err)
			}
			return types.Bool(x.Sign() < 0)
		}))),
		cel.Function("firstOf", cel.Overload("firstOf_list", []*cel.Type{cel.ListType(cel.StringType)}, cel.StringType, cel.UnaryBinding(func(list ref.Val) ref.Val {
			for each := list.(traits.Lister).Iterator(); each.HasNext() == types.True; {
				if text, ok := each.Next().(types.String); ok && strings.TrimSpace(string(text)) != "" {
					return text
				}
			}
			return types.String("")
		}))),
		cel.Function("hms", cel.Overload("hms_string", []*cel.Type{cel.StringType}, cel.StringType, cel.UnaryBinding(func(text ref.Val) ref.Val {
			seconds, err := duration(string(text.(types.String)))
			if err != nil {
				return types.WrapErr(err)
			}
			if seconds == nil {
				return types.String("")
			}
			return types.String(format.Write(strings.TrimSuffix(strings.TrimRight(seconds.Quo(seconds, big.NewRat(60, 1)).FloatString(9), "0"), ".")))
		}))),
	}
}

// rational is a number of an expression: a text as the file has numbers, or a literal. An empty text is no number.
func rational(format *cell.NumberFormat, v ref.Val) (*big.Rat, error) {
	var text string
	switch v := v.(type) {
	case types.String:
		plain, err := format.Plain(strings.TrimSpace(string(v)))
		if err != nil {
			return nil, err
		}
		text = plain
		if digits, _ := cell.Unsigned(text); digits == "" {
			return nil, fmt.Errorf("%q: not a number like %s", option.Short(text), format.Name)
		}
	case types.Int:
		text = strconv.FormatInt(int64(v), 10)
	case types.Double:
		text = strconv.FormatFloat(float64(v), 'f', -1, 64) // as it was written
	default:
		return nil, fmt.Errorf("want a number, not a %s", v.Type().TypeName())
	}
	x, ok := new(big.Rat).SetString(text)
	if !ok || len(text) > 60 {
		return nil, fmt.Errorf("%q: not a number like %s", option.Short(text), format.Name)
	}
	return x, nil
}

// places writes a rational: exactly where that is possible, else with 12 places.
func places(x *big.Rat) string {
	n, exact := x.FloatPrec()
	if !exact {
		n = 12
	}
	return x.FloatString(n)
}

var (
	clockDuration = regexp.MustCompile(`^(?:(?:(\d+):)?(\d+):)?(\d+(?:[.,]\d+)?)$`)
	namedDuration = regexp.MustCompile(`^(?i:P?T?)(?:(\d+)\s*(?i:h(?:ours?|rs?)?|ч(?:ас(?:а|ов)?)?)\.?)?\s*(?:(\d+)\s*(?i:m(?:in(?:utes?|s)?)?|м(?:ин(?:ут(?:а|ы)?)?)?)\.?)?\s*(?:(\d+)\s*(?i:s(?:ec(?:onds?|s)?)?|с(?:ек(?:унд(?:а|ы)?)?)?)\.?)?$`)
)

// duration reads a duration as seconds; nil for an empty text.
func duration(text string) (*big.Rat, error) {
	text = strings.TrimSpace(text)
	if text == "" {
		return nil, nil
	}
	parts := clockDuration.FindStringSubmatch(text)
	if parts == nil {
		parts = namedDuration.FindStringSubmatch(text)
	}
	if parts == nil || parts[1]+parts[2]+parts[3] == "" {
		return nil, fmt.Errorf("%q: not a duration: want 1:02:03, 02:03, seconds or 1h 2m 3s", option.Short(text))
	}
	sum := new(big.Rat)
	for n, seconds := range []int64{3600, 60, 1} {
		if parts[n+1] == "" {
			continue
		}
		one, ok := new(big.Rat).SetString(strings.Replace(parts[n+1], ",", ".", 1))
		if !ok || len(parts[n+1]) > 15 {
			return nil, fmt.Errorf("%q: not a duration", option.Short(text))
		}
		sum.Add(sum, one.Mul(one, new(big.Rat).SetInt64(seconds)))
	}
	return sum, nil
}
