package customers

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// LikeNames reports whether two names may be spellings of one: they have the same words in any order, where an initial stands for a word
// that begins with it, a longer word may differ in one letter, and the longer name may have one word more, such as a patronymic.
func LikeNames(a, b string) bool {
	fewer, more := wordsOf(a), wordsOf(b)
	if len(fewer) > len(more) {
		fewer, more = more, fewer
	}
	if len(fewer) == 0 || len(more) > len(fewer)+1 || len(fewer) == 1 && len(more) > 1 {
		return false
	}
	left := slices.Clone(more)
	whole := false // an initial alone says nothing
	slices.SortFunc(fewer, func(x, y string) int { return len(y) - len(x) })
	for _, word := range fewer {
		at := slices.IndexFunc(left, func(other string) bool { return word == other })
		if at < 0 {
			at = slices.IndexFunc(left, func(other string) bool { return likeWords(word, other) })
		}
		if at < 0 {
			return false
		}
		whole = whole || utf8.RuneCountInString(word) > 1 && utf8.RuneCountInString(left[at]) > 1
		left = slices.Delete(left, at, at+1)
	}
	return whole
}

// shortWord is how many letters a word has in which a single one tells it from others.
const shortWord = 4

// likeWords reports whether two words may be spellings of one.
func likeWords(a, b string) bool {
	short, long := []rune(a), []rune(b)
	if len(short) > len(long) {
		short, long = long, short
	}
	switch {
	case len(short) == 1:
		return strings.HasPrefix(string(long), string(short))
	case len(short) < shortWord || len(long) > len(short)+1:
		return false
	}
	same := 0 // the letters from the beginning that both have
	for same < len(short) && short[same] == long[same] {
		same++
	}
	if len(short) < len(long) {
		return slices.Equal(short[same:], long[same+1:])
	}
	return same == len(short) || slices.Equal(short[same+1:], long[same+1:])
}
