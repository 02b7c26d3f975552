package attribution

import (
	"math/big"
	"time"
)

func first(touches []Touch, _ time.Time) []*big.Rat {
	return only(len(touches), 0)
}

func last(touches []Touch, _ time.Time) []*big.Rat {
	return only(len(touches), len(touches)-1)
}

func only(n, winner int) []*big.Rat {
	weights := make([]*big.Rat, n)
	for i := range weights {
		weights[i] = new(big.Rat)
	}
	weights[winner].SetInt64(1)
	return weights
}

func linear(touches []Touch, _ time.Time) []*big.Rat {
	weights := make([]*big.Rat, len(touches))
	for i := range weights {
		weights[i] = big.NewRat(1, 1)
	}
	return weights
}

// position returns 40 % to the first and to the last and 20 % to those between, in equal parts; with two contacts half
// to each, with one all.
func position(touches []Touch, at time.Time) []*big.Rat {
	n := len(touches)
	weights := linear(touches, at)
	if n < 3 {
		return weights
	}
	for i := range weights {
		weights[i].SetFrac64(20, int64(n-2))
	}
	weights[0].SetInt64(40)
	weights[n-1].SetInt64(40)
	return weights
}
