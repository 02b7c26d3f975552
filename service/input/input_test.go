package input_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/99designs/gqlgen/graphql"

	"kopeck/costing"
	"kopeck/fault"
	"kopeck/money"
	"kopeck/service/input"
)

// invalid reports whether an error is INVALID on the field "f".
func invalid(err error) bool {
	return fault.Is(err, fault.Invalid) && slices.Equal(fault.Of(err).Path, []string{"f"})
}

func TestText(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		in   string
		most int
		want string // "" for INVALID
	}{
		"plain":                       {"Anna", 4, "Anna"},
		"trimmed":                     {" \tAnna\n", 4, "Anna"},
		"composed":                    {"e\u0301", 1, "\u00e9"},
		"characters, not bytes":       {"Анна", 4, "Анна"},
		"tabs and line breaks inside": {"a\tb\r\nc", 10, "a\tb\r\nc"},
		"empty":                       {"", 4, ""},
		"spaces alone":                {" \n ", 4, ""},
		"too long":                    {"Annas", 4, ""},
		"a control character":         {"a\x07b", 4, ""},
		"NUL":                         {"a\x00b", 4, ""},
		"not UTF-8":                   {"a\xffb", 4, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := input.Text("f", c.in, c.most)
			if c.want == "" {
				if !invalid(err) {
					t.Errorf("%q, %v; want INVALID on f", got, err)
				}
			} else if got != c.want || err != nil {
				t.Errorf("%q, %v; want %q", got, err, c.want)
			}
		})
	}
}

func TestOptionalText(t *testing.T) {
	t.Parallel()
	text := func(s string) *string { return &s }
	for name, c := range map[string]struct {
		in      *string
		want    string // "" for none
		invalid bool
	}{
		"absent":   {nil, "", false},
		"empty":    {text(""), "", false},
		"spaces":   {text("  "), "", false},
		"given":    {text(" a "), "a", false},
		"too long": {text("abc"), "", true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := input.OptionalText("f", c.in, 2)
			if invalid(err) != c.invalid || err == nil && input.OrZero(got) != c.want || err == nil && (got == nil) != (c.want == "") {
				t.Errorf("got %v, %v, want the text %v", got, err, c.want)
			}
		})
	}
}

func TestDecimal(t *testing.T) {
	t.Parallel()
	for in, ok := range map[money.Exact]bool{"0": true, "1": true, "0.5": true, "-0.000000001": false, "1.000000001": false, "x": false, "": false, "1e3": false} {
		t.Run(fmt.Sprintf("%q", in), func(t *testing.T) {
			t.Parallel()
			if got, err := input.Decimal("f", in, "0", "1"); ok != (err == nil) || !ok && !invalid(err) {
				t.Errorf("got %v, %v, want a number from 0 to 1 to be accepted: %v", got, err, ok)
			}
		})
	}
}

func TestQuantity(t *testing.T) {
	t.Parallel()
	if got, err := input.Quantity("f", nil); err != nil || got.String() != "1" {
		t.Errorf("absent: %v, %v; want 1", got, err)
	}
	for in, ok := range map[money.Exact]bool{"0.000000001": true, "2.5": true, "1000000000": true, "0": false, "-1": false, "1000000001": false} {
		t.Run(string(in), func(t *testing.T) {
			t.Parallel()
			if got, err := input.Quantity("f", &in); ok != (err == nil) || !ok && !invalid(err) {
				t.Errorf("got %v, %v, want a quantity to be accepted: %v", got, err, ok)
			}
		})
	}
}

func TestCheckDate(t *testing.T) {
	t.Parallel()
	if err := input.CheckDate("f", nil); err != nil {
		t.Errorf("absent: %v", err)
	}
	for year, ok := range map[int]bool{1: false, 1899: false, 1900: true, 2026: true, 2200: true, 2201: false, 9999: false} {
		t.Run(fmt.Sprint(year), func(t *testing.T) {
			t.Parallel()
			at := time.Date(year, 6, 1, 0, 0, 0, 0, time.UTC)
			if err := input.CheckDate("f", &at); ok != (err == nil) || !ok && !invalid(err) {
				t.Error(err)
			}
		})
	}
}

func TestEmail(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ in, want string }{
		"an address":     {"anna@example.com", "anna@example.com"},
		"trimmed":        {" anna@example.com ", "anna@example.com"},
		"not ASCII":      {"анна@пример.рф", "анна@пример.рф"},
		"a display name": {"Anna <anna@example.com>", ""},
		"no host":        {"anna", ""},
		"two":            {"a@b.c, d@e.f", ""},
		"a line break":   {"anna@example.com\r\nBcc: b@example.com", ""},
		"too long":       {strings.Repeat("a", 310) + "@example.com", ""},
		"empty":          {"", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := input.Email("f", c.in)
			if got != c.want || (err == nil) != (c.want != "") || err != nil && !invalid(err) {
				t.Errorf("%q, %v; want %q", got, err, c.want)
			}
		})
	}
}

func TestKeys(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		a, b string
		same bool
	}{
		"case":               {"ANNA@Example.com", "anna@example.COM", true},
		"case in Cyrillic":   {"АННА", "анна", true},
		"composition":        {"e\u0301", "\u00c9", true},
		"full-width letters": {"Ａｎｎａ", "anna", true},
		"sharp s":            {"Straße", "STRASSE", true},
		"other letters":      {"anna", "hanna", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if same := input.EmailKey(c.a) == input.EmailKey(c.b); same != c.same {
				t.Errorf("EmailKey: %v", same)
			}
			if same := input.NameKey(c.a) == input.NameKey(c.b); same != c.same {
				t.Errorf("NameKey: %v", same)
			}
		})
	}
	if input.OptionalEmailKey(nil) != nil {
		t.Error("no address has a key")
	}
	if key := input.NameKey(strings.Repeat("я", 1000)); key != strings.Repeat("я", 400) {
		t.Errorf("a long name has a key of %d bytes; want 800, in whole characters", len(key))
	}
}

func TestShown(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{"": "", "short": "short", strings.Repeat("я", 40): strings.Repeat("я", 40), strings.Repeat("я", 41): strings.Repeat("я", 40) + "…"} {
		t.Run(fmt.Sprint(len(in)), func(t *testing.T) {
			t.Parallel()
			if got := input.Excerpt(in); got != want {
				t.Errorf("%q; want %q", got, want)
			}
		})
	}
}

func TestNotFormula(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"": "", "Anna": "Anna", "a=b": "a=b", "=1+1": "'=1+1", "+7 900": "'+7 900", "-1": "'-1", "@x": "'@x", "\tx": "'\tx", "\rx": "'\rx",
	} {
		t.Run(fmt.Sprintf("%q", in), func(t *testing.T) {
			t.Parallel()
			if got := input.EscapeFormula(in); got != want {
				t.Errorf("%q; want %q", got, want)
			}
		})
	}
}

func TestDomainError(t *testing.T) {
	t.Parallel()
	internal := errors.New("internal")
	for name, c := range map[string]struct {
		in   error
		path []string // nil for an internal error
	}{
		"none":     {nil, nil},
		"internal": {internal, nil},
		"field":    {fmt.Errorf("rate: %w", &costing.FieldError{Field: "minutes", Reason: "want more"}), []string{"minutes"}},
		"option":   {&costing.OptionError{}, []string{"options"}},
		"overflow": {fmt.Errorf("total: %w", money.ErrOverflow), []string{}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := input.DomainError(c.in)
			switch {
			case c.path == nil && got != c.in:
				t.Errorf("%v; want it unchanged", got)
			case c.path != nil && (!fault.Is(got, fault.Invalid) || !slices.Equal(fault.Of(got).Path, c.path)):
				t.Errorf("%v; want INVALID on %v", got, c.path)
			}
		})
	}
}

func TestSet(t *testing.T) {
	t.Parallel()
	text := "new"
	for name, c := range map[string]struct {
		given   graphql.Omittable[*string]
		checked *string
		want    string
	}{
		"absent": {graphql.Omittable[*string]{}, nil, "old"},
		"null":   {graphql.OmittableOf[*string](nil), nil, ""},
		"given":  {graphql.OmittableOf(&text), &text, "new"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := "old"
			input.SetOrClear(c.given, c.checked, func(v string) { got = v }, func() { got = "" })
			if got != c.want {
				t.Errorf("%q; want %q", got, c.want)
			}
		})
	}
}

func TestOptional(t *testing.T) {
	t.Parallel()
	three := 3
	if input.Or(nil, 2) != 2 || input.Or(&three, 2) != 3 || input.OrZero[int](nil) != 0 || input.OrZero(&three) != 3 {
		t.Error("an optional value has another default")
	}
	if input.NonEmpty("") != nil || *input.NonEmpty("a") != "a" {
		t.Error("NonEmpty")
	}
	at := time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)
	elsewhere, later := at.In(time.FixedZone("", 3600)), at.Add(1)
	for name, c := range map[string]struct {
		a, b *time.Time
		want bool
	}{
		"both absent":  {nil, nil, true},
		"one absent":   {&at, nil, false},
		"another zone": {&at, &elsewhere, true},
		"another time": {&at, &later, false},
	} {
		t.Run("SameTime of "+name, func(t *testing.T) {
			t.Parallel()
			if got := input.SameTime(c.a, c.b); got != c.want {
				t.Errorf("got %v, want SameTime %v", got, c.want)
			}
		})
	}
}
