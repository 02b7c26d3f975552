package costing

import (
	"math/big"

	"kopeck/money"
)

// Load says how much of a resource's fixed share one more unit is charged with, by the resource's utilisation:
// nothing while it is idle, more than all of it when it is scarce. Between two points the factor is linear,
// before the first and after the last it is constant.
type Load []LoadPoint

// LoadPoint is a corner of the load function.
type LoadPoint struct {
	Utilisation money.Decimal `json:"utilisation"` // booked / capacity: 0.9 is 90 %
	Factor      money.Decimal `json:"factor"`
}

// DefaultLoad is 0 up to 0.70, 1 at 0.90, 2 at 1.00 and above.
func DefaultLoad() Load {
	return Load{
		{money.MustDecimal("0.7"), money.Decimal{}},
		{money.MustDecimal("0.9"), money.Whole(1)},
		{money.Whole(1), money.Whole(2)},
	}
}

// Check returns a *FieldError where there is no point, utilisations do not rise, or a factor is negative or falls.
func (l Load) Check() error {
	if len(l) == 0 {
		return &FieldError{"load", "want at least one point"}
	}
	for i, point := range l {
		switch {
		case point.Utilisation.Sign() < 0 || point.Factor.Sign() < 0:
			return &FieldError{"load", "want a utilisation and a factor of 0 or more"}
		case i > 0 && point.Utilisation.Compare(l[i-1].Utilisation) <= 0:
			return &FieldError{"load", "want rising utilisations"}
		case i > 0 && point.Factor.Compare(l[i-1].Factor) < 0:
			return &FieldError{"load", "want factors that do not fall while utilisations rise"}
		}
	}
	return nil
}

// Factor returns the exact factor at a utilisation. A load without points has the factor 1 everywhere.
func (l Load) Factor(utilisation *big.Rat) *big.Rat {
	if len(l) == 0 {
		return big.NewRat(1, 1)
	}
	for i, point := range l {
		if utilisation.Cmp(point.Utilisation.Rat()) > 0 {
			continue
		}
		if i == 0 {
			return point.Factor.Rat()
		}
		from := l[i-1].Utilisation.Rat()
		low, width := l[i-1].Factor.Rat(), new(big.Rat).Sub(point.Utilisation.Rat(), from)
		way := new(big.Rat).Sub(utilisation, from)
		way.Quo(way, width)
		way.Mul(way, new(big.Rat).Sub(point.Factor.Rat(), low))
		return way.Add(way, low)
	}
	return l[len(l)-1].Factor.Rat()
}
