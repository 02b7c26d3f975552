package ownfields_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"kopeck/apptest"
)

// TestSetAtTheSameTime: of those who set one field on the same version one wins and the others learn of it, and who sets different fields
// disturbs nobody.
func TestSetAtTheSameTime(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		const people = 6
		var all sync.WaitGroup
		same, own := make([]string, people), make([]string, people)
		codes := []string{"card", "points", "vip", "since", "size"}
		values := []string{"gold", "1", "true", "2024-01-01", "S"}
		for n := range people {
			all.Go(func() { same[n] = apptest.Faults(w.set(w.admin, w.customer, given("points", fmt.Sprint(n+2), 0))) })
			if n < len(codes) && codes[n] != "points" {
				all.Go(func() { own[n] = apptest.Faults(w.set(w.admin, w.customer, given(codes[n], values[n], 0))) })
			}
		}
		all.Wait()
		won := 0
		for n := range people {
			switch same[n] {
			case "":
				won++
			case "VERSION_CONFLICT fields.0.expectedVersion":
			default:
				t.Errorf("the same field: %s", same[n])
			}
			w.want("a field of their own", own[n], "")
		}
		if got := w.has(w.admin, w.customer); won != 1 || strings.Count(got, "/1") != len(codes) || !strings.Contains(got, "card=gold/1") {
			t.Errorf("%d won, and it is %s", won, got)
		}
		w.consistent()
	})
}
