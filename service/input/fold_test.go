package input_test

import (
	"strings"
	"testing"

	"kopeck/service/input"
)

func TestSearchKey(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		a, b string
		same bool
	}{
		"ё":                       {"Семенов", "Семёнов", true},
		"ü":                       {"zurich", "Zürich", true},
		"a dotted capital I":      {"istanbul", "İSTANBUL", true},
		"a dotless small i":       {"ISTANBUL", "ıstanbul", true},
		"Ł":                       {"Lukasz", "Łukasz", true},
		"Ø":                       {"Soren", "Søren", true},
		"Đ":                       {"Dordevic", "Đorđević", true},
		"ß":                       {"STRASSE", "Straße", true},
		"Æ":                       {"aeroskobing", "Ærøskøbing", true},
		"œ":                       {"oeuvre", "Œuvre", true},
		"Þ":                       {"thor", "Þór", true},
		"ę, ś":                    {"Swietek", "Świętek", true},
		"ї":                       {"Киів", "Київ", true},
		"й, composed or not":      {"и\u0306", "й", true},
		"й, a letter of its own":  {"Андреи", "Андрей", false},
		"ґ":                       {"Ганна", "Ґанна", true},
		"Kazakh":                  {"Караганды", "Қарағанды", true},
		"Greek accents":           {"Αθηνα", "Αθήνα", true},
		"final sigma":             {"ΝΙΚΟΣ", "νικος", true},
		"Hebrew points":           {"שלום", "שָׁלוֹם", true},
		"Japanese voicing":        {"か", "が", false},
		"a soft hyphen":           {"Anna", "An\u00adna", true},
		"a space without a width": {"Anna", "An\u200bna", true},
		"full-width letters":      {"anna", "Ａｎｎａ", true},
		"Korean, composed or not": {"한", "\u1112\u1161\u11ab", true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if same := input.SearchKey(c.a) == input.SearchKey(c.b); same != c.same {
				t.Errorf("%q and %q", input.SearchKey(c.a), input.SearchKey(c.b))
			}
		})
	}
}

func TestEmailSpellings(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ in, key, letters string }{
		"plain":                {"Anna@Example.com", "anna@example.com", "anna@example.com"},
		"in letters":           {"Anna@Пример.РФ", "anna@xn--e1afmkfd.xn--p1ai", "anna@пример.рф"},
		"in ASCII":             {"anna@XN--E1AFMKFD.xn--p1ai", "anna@xn--e1afmkfd.xn--p1ai", "anna@пример.рф"},
		"without a width":      {"an\u200bna@exam\ufeffple.com", "anna@example.com", "anna@example.com"},
		"an underscore":        {"anna@my_host.example", "anna@my_host.example", "anna@my_host.example"},
		"sharp s is no ss":     {"a@faß.de", "a@xn--fa-hia.de", "a@fass.de"},
		"a host of no letters": {"a@xn--", "a@xn--", "a@xn--"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			letters, ascii := input.EmailSpellings(c.in)
			if key := input.EmailKey(c.in); key != c.key || letters != c.letters || ascii != c.key {
				t.Errorf("%q, %q, %q", key, letters, ascii)
			}
		})
	}
	if got, err := input.Email("f", " an\u200bna@пример.рф\ufeff"); err != nil || got != "anna@пример.рф" {
		t.Errorf("kept as %q, %v", got, err)
	}
	if _, err := input.Email("f", "a@"+strings.Repeat("я.", 90)+"рф"); !invalid(err) {
		t.Error("an address whose key is too long is taken")
	}
}
