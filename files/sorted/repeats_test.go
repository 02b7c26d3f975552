package sorted

import (
	"fmt"
	"testing"

	"pgregory.net/rapid"
)

// Keys that come again are found as a map finds them.
func TestRepeats(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var r Repeats
		defer r.Close()
		type one struct {
			line int64
			what string
		}
		first, want := map[string]one{}, map[string]bool{}
		for line := range rapid.Int64Range(0, 200).Draw(t, "rows") {
			key, what := fmt.Sprint(rapid.IntRange(0, 30).Draw(t, "key")), fmt.Sprint(rapid.IntRange(0, 2).Draw(t, "content"))
			if err := r.Add(key, what, line); err != nil {
				t.Fatal(err)
			}
			if before, ok := first[key]; ok {
				want[fmt.Sprint(before.line, line, before.what == what)] = true
			} else {
				first[key] = one{line, what}
			}
		}
		err := r.Each(func(first, line int64, same bool) {
			text := fmt.Sprint(first, line, same)
			if !want[text] {
				t.Fatalf("%s was found", text)
			}
			delete(want, text)
		})
		if err != nil || len(want) > 0 {
			t.Fatalf("%v; not found: %v", err, want)
		}
	})
}
