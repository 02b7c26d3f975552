package value

import (
	"fmt"
	"testing"

	"kopeck/money"
)

func TestPercentOf(t *testing.T) {
	t.Parallel()
	hundred := make([]int64, 100)
	for i := range hundred {
		hundred[i] = int64(i)
	}
	for _, c := range []struct {
		upper []int64
		value int64
		want  int
	}{
		{nil, 5, 0},
		{[]int64{7}, 7, 0},
		{[]int64{-3, 0, 10}, -3, 0},
		{[]int64{-3, 0, 10}, 0, 33},
		{[]int64{-3, 0, 10}, 10, 66},
		{[]int64{4, 4, 4, 9}, 4, 0}, // equals are not below
		{hundred, 99, 99},
		{hundred, 1000, 100}, // worth more since the division
	} {
		t.Run(fmt.Sprintf("%d of %d parts", c.value, len(c.upper)), func(t *testing.T) {
			t.Parallel()
			if got := percentOf(c.upper, money.Minor(c.value)); got != c.want {
				t.Errorf("%d, want %d", got, c.want)
			}
		})
	}
}
