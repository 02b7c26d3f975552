package input

import (
	"strings"
	"unicode"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// SearchKey returns what texts are searched by, the same on both databases: without regard to case, to how characters are composed, to
// the marks on letters (Семенов finds Семёнов, zurich Zürich) and to characters that have no width.
func SearchKey(text string) string {
	var plain strings.Builder
	var before rune
	for _, c := range norm.NFKD.String(text) {
		ofShortI := c == breve && (before == 'и' || before == 'И')
		if unicode.Is(unicode.Cf, c) || isMark(c) && !ofShortI {
			continue
		}
		plain.WriteRune(c)
		before = c
	}
	return likeLetters.Replace(cases.Fold().String(norm.NFC.String(plain.String())))
}

// ProductKey returns what a product is searched by: its code and its name as [SearchKey] makes them, each after a space.
func ProductKey(sku, name string) string { return " " + SearchKey(sku) + " " + SearchKey(name) }

// breve makes й of и. That is a letter of its own, which people do not leave out.
const breve = '\u0306'

// marks are signs on letters that people leave out when they type: those of the European alphabets, and the vowels of Hebrew and Arabic.
// In other scripts, such as those of India and Japan, a mark makes another word.
var marks = &unicode.RangeTable{R16: []unicode.Range16{
	{0x0300, 0x036f, 1},
	{0x0483, 0x0487, 1},
	{0x0591, 0x05bd, 1},
	{0x05bf, 0x05c7, 1},
	{0x0610, 0x061a, 1},
	{0x064b, 0x065f, 1},
	{0x0670, 0x0670, 1},
	{0x1ab0, 0x1aff, 1},
	{0x1dc0, 0x1dff, 1},
	{0x20d0, 0x20ff, 1},
	{0xfe20, 0xfe2f, 1},
}}

func isMark(c rune) bool { return unicode.Is(unicode.Mn, c) && unicode.Is(marks, c) }

// likeLetters has the letters, folded, that people type another for although they do not decompose.
var likeLetters = strings.NewReplacer(
	"ł", "l", "ø", "o", "đ", "d", "ð", "d", "þ", "th", "æ", "ae", "œ", "oe", "ı", "i", "ħ", "h", "ŧ", "t", "ŋ", "n", "ĸ", "k", "ə", "e", "ɨ", "i", "ƶ", "z",
	"ґ", "г", "ғ", "г", "қ", "к", "ң", "н", "ө", "о", "ұ", "у", "ү", "у", "һ", "х", "ә", "а", "ҳ", "х", "ҷ", "ч", "җ", "ж",
)
