package cell

import (
	"fmt"
	"strings"
	"testing"

	"kopeck/files/option"
	"kopeck/money"
)

func TestNumbers(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ format, text, want string }{ // want: the number, or what the refusal says behind "!"
		{"", "1234.50", "1234.50"},
		{"", "-5", "-5"},
		{"", "(5.00)", "-5.00"},
		{"", "5.00-", "-5.00"},
		{"", "\u22125", "-5"},
		{"", "1 234.50", "1234.50"},
		{"", "1\u00a0234\u00a0567.50", "1234567.50"},
		{"", "1'234.50", "1234.50"},
		{"", "1,234.50", "1234.50"},
		{"", "1,234,567", "1234567"},
		{"", "1,234", `!--numbers "1,234.50" if it groups thousands`},
		{"", "12,50", "!--decimal-comma"},
		{"", "1 23.50", "!not a number like 1234.50"},
		{"", "1 234 56.50", "!not a number like 1234.50"},
		{"", "1,23,456.50", "!not a number like"},
		{"decimal comma", "12,50", "12.50"},
		{"decimal comma", "1.500", `!--numbers "1.234,50" if the point groups thousands`},
		{"decimal comma", "1.5", `!not a number like 1234,50`},
		{"decimal comma", "1.234,50", "1234.50"},
		{"decimal comma", "1 234,5", "1234.5"},
		{"decimal comma", "1\u202f234,50", "1234.50"},
		{"decimal comma", "850", "850"},
		{"decimal comma", "1,2,3", "!not a number like"},
		{"decimal comma", "12,", "!not a number like"},
		{"1.234,50", "1.500", "1500"},
		{"1.234,50", "1.500,25", "1500.25"},
		{"1.234,50", "850", "850"},
		{"1.234,50", "1.50", "!not a number like 1.234,50"},
		{"1.234,50", "1 500", "!not a number like 1.234,50"},
		{"1,234.50", "1,500", "1500"},
		{"1,234.50", "1.500", "1.500"},
		{"1 234,50", "1 500", "1500"},
		{"1 234,50", "1.500", "!--numbers"},
		{"1234.50", "1,234.50", "!not a number like"},
		{"1'234.50", "1'500", "1500"},
		{"1234,50", "1 500,00", "!not a number like"},
	} {
		t.Run(c.format+" "+c.text, func(t *testing.T) {
			t.Parallel()
			f, err := numbersOf(option.Options{Numbers: strings.TrimPrefix(c.format, "decimal comma"), DecimalComma: c.format == "decimal comma"})
			if err != nil {
				t.Fatal(err)
			}
			got, err := f.Plain(c.text)
			if says, refused := strings.CutPrefix(c.want, "!"); refused {
				if err == nil || !strings.Contains(err.Error(), says) {
					t.Errorf("%q, %v; want %q in it", got, err, says)
				}
			} else if got != c.want || err != nil {
				t.Errorf("%q, %v; want %q", got, err, c.want)
			}
		})
	}
}

func TestFormatsOfNumbers(t *testing.T) {
	t.Parallel()
	for _, example := range []string{"1234.5", "1,234", "1.234.50", "x", "2,345.60", "1;234,50", ""} {
		t.Run(example, func(t *testing.T) {
			t.Parallel()
			if f, err := parseNumbers(example); err == nil {
				t.Errorf("%q is read as %+v", example, f)
			}
		})
	}
	if _, err := numbersOf(option.Options{Numbers: "1234.50", DecimalComma: true}); err == nil {
		t.Error("two formats at once")
	}
}

// A file shows the format of its numbers only where it leaves no doubt.
func TestFormatThatAFileShows(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		numbers, want string // "" for the default
	}{
		{"1.50 2 3.25", ""},
		{"1.500 850", ""},
		{"1,500 850", ""},
		{"12,50 7", "1234,50"},
		{"12,50 1.500", ""}, // a decimal comma, but what is the point?
		{"12,50 1.500,00 1.500", "1.234,50"},
		{"1.234.567 5", "1.234,50"},
		{"1,234.50 1,500", "1,234.50"},
		{"12,50 12.50", ""},
		{"0,500", "1234,50"},
		{"x 00:03:12 2026-01-01", ""},
	} {
		t.Run(c.numbers, func(t *testing.T) {
			t.Parallel()
			var e Evidence
			for text := range strings.SplitSeq(c.numbers, " ") {
				e.Add(text)
			}
			f, found := e.Format()
			if got := map[bool]string{true: f.Name}[found]; got != c.want {
				t.Errorf("%q (%+v), want %q", got, e, c.want)
			}
		})
	}
}

func TestMarkedAmounts(t *testing.T) {
	t.Parallel()
	v := &Values{Currency: roubles(t), Numbers: PointNumbers}
	for text, want := range map[string]string{
		"1 234.50 ₽": "1234.50", "RUB 5": "5.00", "5 руб.": "5.00", "5RUB": "5.00", "$5": "", "5 €": "", "5 USD": "",
	} {
		t.Run(text, func(t *testing.T) {
			t.Parallel()
			a, err := v.Amount(text)
			if (err == nil) != (want != "") || err == nil && v.Currency.Format(a) != want {
				t.Errorf("%v, %v; want %q", a, err, want)
			}
		})
	}
}

func TestRounding(t *testing.T) {
	t.Parallel()
	v := &Values{Currency: roubles(t), Numbers: CommaNumbers, Round: true}
	for text, want := range map[string]int64{"1,005": 100, "1,015": 102, "0,33333333333333": 33, "7": 700, "-1,005": -100} {
		if a, err := v.SignedAmount(text); err != nil || a.Minor() != want {
			t.Errorf("%s is %v, %v; want %d", text, a, err, want)
		}
	}
	if v.Rounded != 4 {
		t.Errorf("%d were rounded", v.Rounded)
	}
	if d, err := v.decimal("0,33333333333333"); err != nil || d.String() != "0.333333333" {
		t.Errorf("%v, %v", d, err)
	}
	v.Round = false
	if _, err := v.Amount("1,005"); err == nil || !strings.Contains(fmt.Sprint(err), "more decimals than RUB has; --round rounds them off") {
		t.Error(err)
	}
}

func roubles(t testing.TB) money.Currency {
	t.Helper()
	c, err := money.ParseCurrency("RUB")
	if err != nil {
		t.Fatal(err)
	}
	return c
}
