package orders

import (
	"testing"

	"kopeck/money"
)

func TestShareOfAnAmount(t *testing.T) {
	for _, one := range []struct {
		of   int64
		part string
		want int64
	}{{1001, "0.6", 601}, {5, "0.5", 2}, {15, "0.5", 8}, {1<<63 - 1, "1", 1<<63 - 1}, {1<<63 - 1, "0.999999999", 9223372027631403770}, {100, "0", 0}} {
		got, err := share(money.Minor(one.of), money.MustDecimal(one.part))
		if err != nil || got.Minor() != one.want {
			t.Errorf("%s of %d is %v, %v", one.part, one.of, got, err)
		}
	}
}
