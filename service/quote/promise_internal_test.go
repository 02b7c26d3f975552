package quote

import (
	"testing"

	"kopeck/money"
)

// TestTotalOf: what may be stated of each line may be too much of all.
func TestTotalOf(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		totals []money.Amount
		want   money.Amount
		fails  bool
	}{
		{nil, money.Amount{}, false},
		{[]money.Amount{money.Minor(5), money.Minor(7)}, money.Minor(12), false},
		{[]money.Amount{money.Most}, money.Most, false},
		{[]money.Amount{money.Most, money.Minor(1)}, money.Amount{}, true},
	} {
		var promises []Promise
		for _, total := range c.totals {
			promises = append(promises, Promise{Total: total})
		}
		if got, err := TotalOf(promises); (err != nil) != c.fails || !c.fails && got != c.want {
			t.Errorf("%v: %v, %v", c.totals, got, err)
		}
	}
}
