package customers_test

import (
	"testing"

	"kopeck/service/customers"
)

// TestLikeNames: spellings of one name, and names that are others.
func TestLikeNames(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		a, b string
		like bool
	}{
		{"Anna Petrova", "petrova ANNA", true},
		{"Anna Petrova", "A. Petrova", true},
		{"Anna Petrova", "Anna Ivanovna Petrova", true},
		{"Anna Petrova", "Anna Petrowa", true},
		{"Анна Петрова", "Анна Пётрова", true},
		{"Anna Petrova", "Hanna Petrova", true},
		{"Anna Petrova", "Boris Petrov", false},
		{"Anna Petrova", "Petrova", false},
		{"A. P.", "Anna Petrova", false},
		{"Ann", "Ben", false},
		{"", "", false},
		{"Anna", "Anna", true},
	} {
		t.Run(c.a+"|"+c.b, func(t *testing.T) {
			t.Parallel()
			if customers.LikeNames(c.a, c.b) != c.like || customers.LikeNames(c.b, c.a) != c.like {
				t.Errorf("like %v, %v; want %v", customers.LikeNames(c.a, c.b), customers.LikeNames(c.b, c.a), c.like)
			}
		})
	}
}
