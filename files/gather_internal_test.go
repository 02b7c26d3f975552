package files

import (
	"fmt"
	"testing"
)

func TestScattered(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		owner func(i int) string
		want  bool
	}{
		"each customer once":   {func(i int) string { return fmt.Sprint(i) }, false},
		"sorted by customer":   {func(i int) string { return fmt.Sprint(i / 5) }, false},
		"in turn":              {func(i int) string { return fmt.Sprint(i % 20) }, true},
		"nobody can be found":  {func(int) string { return "" }, false},
		"one returns in a few": {func(i int) string { return fmt.Sprint(i % 90) }, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var s scattered
			for i := range 100 {
				s.add(c.owner(i))
			}
			if got := s.matter(40); got != c.want {
				t.Errorf("%t of %d orders with %d returns", got, s.orders, s.returns)
			}
			if s.matter(50) {
				t.Error("two chunks are brought together")
			}
		})
	}
}
