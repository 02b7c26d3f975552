package cell

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"kopeck/files/option"
)

// NumberFormat is how the numbers of a file are written. What is not written so is refused and never guessed at: 1.500 is
// one and a half, or fifteen hundred, and only the file's owner knows.
type NumberFormat struct {
	Name    string // as --numbers gives it
	decimal byte   // the decimal sign, '.' or ','
	group   byte   // what divides groups of three digits: '.', ',', '\'', blank for any blank, or 0 for nothing
	blanks  bool   // blanks and apostrophes may divide them, too
	proven  bool   // so may the other of '.' and ',' where the number itself shows it: 1,234.50 and 1,234,567 but not 1,234
}

// blank stands for a blank of any kind between digits: U+0020, U+00A0, U+2009 or U+202F.
const blank = ' '

var (
	// PointNumbers are numbers with a point, in which blanks, apostrophes and commas may divide thousands where that is certain.
	PointNumbers = NumberFormat{Name: "1234.50", decimal: '.', blanks: true, proven: true}
	// CommaNumbers are those with a comma.
	CommaNumbers = NumberFormat{Name: "1234,50", decimal: ',', blanks: true, proven: true}
)

// parseNumbers reads the number 1234.50 in the format that it is an example of.
func parseNumbers(example string) (NumberFormat, error) {
	f := NumberFormat{Name: example}
	rest, ok := strings.CutPrefix(foldBlanks(example), "1")
	if ok && rest != "" && rest[0] != '2' {
		f.group, rest = rest[0], rest[1:]
	}
	rest, ok2 := strings.CutPrefix(rest, "234")
	if !ok || !ok2 || len(rest) != 3 || rest[1:] != "50" || rest[0] != '.' && rest[0] != ',' || strings.IndexByte("\x00.,' ", f.group) < 0 || f.group == rest[0] {
		return f, option.Errorf(`--numbers: want the number 1234.50 as the file has it, like "1 234,50", "1.234,50" or "1,234.50", not %q`, example)
	}
	f.decimal = rest[0]
	return f, nil
}

// foldBlanks makes one of all kinds of blanks that stand in numbers.
func foldBlanks(text string) string {
	for i := range len(text) {
		if text[i] >= utf8.RuneSelf {
			return blanks.Replace(text)
		}
	}
	return text
}

var blanks = strings.NewReplacer("\u00a0", " ", "\u2009", " ", "\u202f", " ", "\u2212", "-")

// Plain writes a number of the format with a point and without groups.
func (f NumberFormat) Plain(text string) (string, error) {
	if f.decimal == '.' && strings.Trim(text, "0123456789.") == "" {
		return text, nil
	}
	digits, negative := Unsigned(foldBlanks(text))
	if digits == "" {
		return text, nil // not a number: the reader of the number says so
	}
	whole, fraction, pointed := digits, "", false
	if at := strings.LastIndexByte(digits, f.decimal); at >= 0 {
		whole, fraction, pointed = digits[:at], digits[at+1:], true
	}
	whole, ok := f.ungroup(whole, pointed)
	if !ok || !allDigits(whole) || pointed && (fraction == "" || !allDigits(fraction)) {
		return "", f.refuse(text, digits)
	}
	if pointed {
		whole += "." + fraction
	}
	if negative {
		whole = "-" + whole
	}
	return whole, nil
}

// Unsigned takes the sign from a number: a minus before or behind it, or brackets around it. It returns "" for what is not a number.
func Unsigned(text string) (digits string, negative bool) {
	digits = strings.TrimSpace(text)
	switch {
	case strings.HasPrefix(digits, "-"):
		digits, negative = digits[1:], true
	case strings.HasPrefix(digits, "(") && strings.HasSuffix(digits, ")"):
		digits, negative = digits[1:len(digits)-1], true
	case strings.HasSuffix(digits, "-"):
		digits, negative = digits[:len(digits)-1], true
	}
	if digits = strings.TrimSpace(digits); strings.Trim(digits, "0123456789.,' ") != "" {
		return "", false
	}
	return digits, negative
}

// ungroup takes what divides groups from the whole part of a number; false if it may not stand there.
func (f NumberFormat) ungroup(whole string, pointed bool) (string, bool) {
	at := strings.IndexAny(whole, ".,' ")
	if at < 0 {
		return whole, true
	}
	by := whole[at]
	other := '.' + ',' - f.decimal
	n := strings.Count(whole, string(by))
	switch {
	case by == f.group:
	case f.blanks && (by == blank || by == '\''):
	case by == other && f.proven && (pointed || n > 1):
	default:
		return "", false
	}
	for i, group := range strings.Split(whole, string(by)) {
		if len(group) != 3 && i > 0 || len(group) == 0 || len(group) > 3 || !allDigits(group) {
			return "", false
		}
	}
	return strings.ReplaceAll(whole, string(by), ""), true
}

// refuse says what is wrong with a number, and which option would read it.
func (f NumberFormat) refuse(text, digits string) error {
	switch {
	case strings.ContainsRune(digits, ',') && f.decimal == '.':
		return fmt.Errorf(`%q: not a number like %s: give --decimal-comma if the comma is the decimal sign, or --numbers "1,234.50" if it groups thousands`, option.Short(text), f.Name)
	case strings.ContainsRune(digits, '.') && f.decimal == ',':
		return fmt.Errorf(`%q: not a number like %s: give --numbers "1.234,50" if the point groups thousands, or "1234.50" if it is the decimal sign`, option.Short(text), f.Name)
	}
	return fmt.Errorf("%q: not a number like %s", option.Short(text), f.Name)
}

// Write writes a plain number in the format, without groups.
func (f NumberFormat) Write(plain string) string {
	if f.decimal == ',' {
		return strings.Replace(plain, ".", ",", 1)
	}
	return plain
}

func allDigits(text string) bool {
	_, ok := number(text)
	return ok
}

// Evidence counts what the numbers of a file show of their format.
type Evidence struct {
	decimal  [2]int // numbers in which '.' (0) and ',' (1) is certainly the decimal sign
	grouping [2]int // numbers in which it certainly divides groups
	either   [2]int // numbers in which it may be one or the other: 1.500
}

// Add takes a number as evidence; what is no number says nothing.
func (e *Evidence) Add(text string) {
	digits, _ := Unsigned(foldBlanks(text))
	points, commas := strings.Count(digits, "."), strings.Count(digits, ",")
	sign, n := 0, points
	if commas > 0 && (points == 0 || strings.LastIndexByte(digits, ',') > strings.LastIndexByte(digits, '.')) {
		sign, n = 1, commas
	}
	switch before, after, _ := strings.Cut(digits, string(".,"[sign])); {
	case points+commas == 0:
	case points > 0 && commas > 0 && n == 1:
		e.decimal[sign]++
		e.grouping[1-sign]++
	case n > 1:
		e.grouping[sign]++
	case len(after) != 3 || len(before) > 3 || before == "0" || strings.ContainsAny(before, "' "):
		e.decimal[sign]++
	default:
		e.either[sign]++
	}
}

// Format returns what the evidence shows, and whether that is another format than 1234.50. Evidence that contradicts itself
// shows nothing.
func (e *Evidence) Format() (f NumberFormat, found bool) {
	point := e.decimal[0] > 0 || e.grouping[1] > 0
	comma := e.decimal[1] > 0 || e.grouping[0] > 0
	switch {
	case point == comma, comma && e.grouping[0] == 0 && e.either[0] > 0:
		return PointNumbers, false
	case comma:
		f = CommaNumbers
		if e.grouping[0] > 0 {
			f.group, f.Name = '.', "1.234,50"
		}
		return f, true
	}
	f = PointNumbers
	if e.grouping[1] > 0 {
		f.group, f.Name = ',', "1,234.50"
	}
	return f, f.group != 0
}

// currencySigns are how amounts of some currencies are marked, beside the code.
var currencySigns = map[string][]string{
	"RUB": {"₽", "руб.", "руб", "р."}, "USD": {"US$", "$"}, "EUR": {"€"}, "GBP": {"£"}, "KZT": {"₸"}, "UAH": {"₴"}, "INR": {"₹"}, "TRY": {"₺"},
	"CNY": {"¥"}, "JPY": {"¥"}, "BYN": {"Br"}, "BDT": {"৳"}, "KRW": {"₩"}, "VND": {"₫"}, "ILS": {"₪"},
}

// Unmarked takes the mark of a currency from an amount, before or behind it.
func Unmarked(text, currency string) string {
	if strings.Trim(text, "0123456789.,-") == "" {
		return text
	}
	for _, mark := range append([]string{currency}, currencySigns[currency]...) {
		sign := ""
		rest := text
		if strings.HasPrefix(text, "-") {
			sign, rest = "-", text[1:]
		}
		if bare, ok := strings.CutPrefix(rest, mark); ok {
			return sign + trimBlanks(bare)
		}
		if bare, ok := strings.CutSuffix(text, mark); ok {
			return trimBlanks(bare)
		}
	}
	return text
}

func trimBlanks(text string) string { return strings.Trim(foldBlanks(text), " ") }

// numbersOf returns the format that options give, or the default.
func numbersOf(o option.Options) (f NumberFormat, err error) {
	switch {
	case o.Numbers != "" && o.DecimalComma:
		return f, option.Errorf("--numbers and --decimal-comma are two ways to say one thing: give one")
	case o.Numbers != "":
		return parseNumbers(o.Numbers)
	case o.DecimalComma:
		return CommaNumbers, nil
	}
	return PointNumbers, nil
}
