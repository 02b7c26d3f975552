package sorted

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// What is sorted comes out as a sorted slice does, however much of it fits into memory, and more than once.
func TestSorter(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s := &Texts{max: rapid.SampledFrom([]int{1, 300, 5000}).Draw(t, "memory")}
		defer s.Close()
		var want []Text
		for line := range rapid.Int64Range(0, 100).Draw(t, "texts") {
			one := Text{Line: line, Text: fmt.Sprint(rapid.String().Draw(t, "text"))}
			one.Key[0] = rapid.Byte().Draw(t, "key") % 4
			want = append(want, one)
			if err := s.Add(one); err != nil {
				t.Fatal(err)
			}
		}
		slices.SortFunc(want, Text.compare)
		for range 2 {
			next, err := s.Sorted()
			if err != nil {
				t.Fatal(err)
			}
			var got []Text
			for {
				one, err := next()
				if errors.Is(err, io.EOF) {
					break
				} else if err != nil {
					t.Fatal(err)
				}
				got = append(got, one)
			}
			if !slices.Equal(got, want) {
				t.Fatalf("came out as %v, want %v", got, want)
			}
		}
	})
}
