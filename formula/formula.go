// Package formula computes quantities from measurements by formulas in CEL, such as "ceil(width / 1.4) * (height + 0.2)", exactly: numbers
// are rationals, and a literal is the decimal that is written.
//
// The syntax is CEL's, and its parser reads it. The values are not: CEL divides whole numbers to whole numbers and keeps others as
// floating-point numbers, so that formulas are compiled and evaluated here. It may import package money and the parser of CEL.
package formula

import (
	"errors"
	"fmt"
	"math/big"
	"regexp"
	"slices"
	"strings"
	"sync"

	"cel.dev/cel-go/common"
	"cel.dev/cel-go/parser"

	"kopeck/money"
)

// Bounds of a formula.
const (
	MaxLength       = 2000 // characters
	MaxNodes        = 500
	MaxDepth        = 50
	MaxMeasurements = 12   // it is tried at all ends of their ranges
	maxBits         = 4096 // of a number on the way to the result
	maxDigits       = 15   // of a literal
)

// Why a formula has no quantity for some measurements.
var (
	ErrDivision = errors.New("division by zero")
	ErrNegative = errors.New("the quantity is negative")
	ErrHuge     = errors.New("the quantity is more than a billion, or a number on the way to it is too large")
)

// Most is the largest quantity.
var Most = big.NewRat(1_000_000_000, 1)

var most = RatNumber(Most)

// Error says where a formula is wrong, and why. Line and Column count from 1.
type Error struct {
	Line, Column int
	Reason       string
}

// Error implements error.
func (e *Error) Error() string {
	return fmt.Sprintf("line %d, column %d: %s", e.Line, e.Column, e.Reason)
}

// Formula is a compiled formula. It is immutable.
type Formula struct {
	text  string
	codes []string
	value number
}

// String returns the formula as it was written.
func (f *Formula) String() string { return f.text }

// Codes returns the codes of the measurements that the formula uses, sorted. They must not be changed.
func (f *Formula) Codes() []string { return f.codes }

var code = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_]{0,99}$`)

// CheckCode returns nil for a text that can be the code of a measurement: a letter, then letters, digits and "_", at most 100, and no word
// of the language of formulas.
func CheckCode(text string) error {
	if !code.MatchString(text) {
		return errors.New(`want a letter, then letters, digits and "_", at most 100`)
	}
	_, isFunction := functions[text]
	if parsed, err := parse(text); err != nil || isFunction || len(parsed.codes) != 1 {
		return errors.New("this word has a meaning of its own in formulas: choose another")
	}
	return nil
}

var reader = sync.OnceValues(func() (*parser.Parser, error) {
	return parser.NewParser(parser.ExpressionSizeCodePointLimit(MaxLength), parser.MaxExpressionNodeCount(MaxNodes), parser.MaxRecursionDepth(MaxDepth))
})

// literal finds the numbers of a formula.
var literal = regexp.MustCompile(`[A-Za-z_][A-Za-z0-9_]*|[0-9.]+([eE][-+]?[0-9]+|[xXuU][0-9a-fA-F]*)?`)

// Compile reads and checks a formula. A measurement is used by its code; defined reports whether there is one of a code. Errors: *Error.
func Compile(text string, defined func(code string) bool) (*Formula, error) {
	c, err := parse(text)
	if err != nil {
		return nil, err
	}
	for _, use := range c.uses {
		if !defined(use.code) {
			return nil, &Error{use.line, use.column, fmt.Sprintf("no measurement %q is defined", use.code)}
		}
	}
	if len(c.codes) > MaxMeasurements {
		return nil, &Error{1, 1, fmt.Sprintf("want at most %d measurements", MaxMeasurements)}
	}
	return &Formula{text, c.codes, c.value}, nil
}

// parse reads a formula and compiles it, whatever measurements it uses.
func parse(text string) (*compiler, error) {
	if strings.TrimSpace(text) == "" {
		return nil, &Error{1, 1, `want a formula such as "width * height"`}
	}
	if len([]rune(text)) > MaxLength {
		return nil, &Error{1, 1, fmt.Sprintf("want at most %d characters", MaxLength)}
	}
	if err := checkLiterals(text); err != nil {
		return nil, err
	}
	p, err := reader()
	if err != nil {
		return nil, fmt.Errorf("formula: the parser: %w", err)
	}
	parsed, wrong := p.Parse(common.NewTextSource(text))
	if found := wrong.GetErrors(); len(found) > 0 {
		return nil, &Error{max(found[0].Location.Line(), 1), max(found[0].Location.Column()+1, 1), found[0].Message}
	}
	c := &compiler{info: parsed.SourceInfo(), slots: map[string]int{}, expr: parsed.Expr()}
	c.collect(parsed.Expr())
	if c.value, err = c.number(parsed.Expr()); err != nil {
		return nil, err
	}
	return c, nil
}

// checkLiterals refuses numbers that CEL's parser does not keep as they are written.
func checkLiterals(text string) error {
	for _, at := range literal.FindAllStringIndex(text, -1) {
		word := text[at[0]:at[1]]
		if !strings.ContainsAny(word[:1], "0123456789.") {
			continue
		}
		before := text[:at[0]]
		line, column := 1+strings.Count(before, "\n"), 1+len([]rune(before[strings.LastIndex(before, "\n")+1:]))
		switch {
		case strings.ContainsAny(word, "eExXuU"):
			return &Error{line, column, fmt.Sprintf("write %s as a decimal number such as 0.25", word)}
		case len(strings.Trim(strings.ReplaceAll(word, ".", ""), "0")) > maxDigits:
			return &Error{line, column, fmt.Sprintf("want numbers of at most %d digits", maxDigits)}
		}
	}
	return nil
}

// Quantity computes the formula. values are by the formula's Codes. Errors: ErrDivision, ErrNegative, ErrHuge.
func (f *Formula) Quantity(values []Number) (*big.Rat, error) {
	quantity, err := f.value(values)
	switch {
	case err != nil:
		return nil, err
	case quantity.Sign() < 0:
		return nil, ErrNegative
	case quantity.compare(most) > 0:
		return nil, ErrHuge
	}
	return quantity.Rat(), nil
}

// at says for what is measured there is no quantity.
func at(err error, shown []string) error {
	if len(shown) == 0 {
		return err
	}
	return fmt.Errorf("%w at %s", err, strings.Join(shown, ", "))
}

// Range is what a measurement may be, ends included.
type Range struct{ Least, Most money.Decimal }

// Try computes the formula with each measurement at either end of its range, in all combinations, and looks for measurements between them
// for which it has no quantity: where a divisor can be zero, or the quantity is found to be negative. The error names what is measured
// there, and wraps that of Quantity. A formula that passes may still have no quantity for some measurements.
func (f *Formula) Try(ranges func(code string) Range) error {
	ends := make([]Range, len(f.codes))
	for i, code := range f.codes {
		ends[i] = ranges(code)
	}
	values, shown := make([]Number, len(ends)), make([]string, len(ends))
	for corner := range 1 << len(ends) {
		for i, end := range ends {
			value := end.Least
			if corner>>i&1 == 1 {
				value = end.Most
			}
			values[i], shown[i] = DecimalNumber(value), fmt.Sprintf("%s = %s", f.codes[i], value)
		}
		if _, err := f.Quantity(values); err != nil {
			return at(err, slices.Clone(shown))
		}
	}
	return f.between(ends)
}
