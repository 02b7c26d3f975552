package input

import (
	"fmt"
	"slices"
	"strings"
)

// Word reads one of the values of an enum, in upper or lower case.
func Word[T interface {
	~string
	Values() []string
}](text string,
) (T, error) {
	word := T(strings.ToUpper(text))
	if !slices.Contains(word.Values(), string(word)) {
		return "", fmt.Errorf("%q: want one of %s", Excerpt(text), strings.Join(word.Values(), ", "))
	}
	return word, nil
}
