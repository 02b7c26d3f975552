package customers_test

import (
	"slices"
	"strings"
	"testing"

	"kopeck/apptest"
	"kopeck/ent"
	"kopeck/fault"
	"kopeck/service/customers"
)

func TestPhoneDigits(t *testing.T) {
	t.Parallel()
	for phone, want := range map[string]string{
		"+7 (900) 123-45-67": "79001234567",
		"8 900 123-45-67":    "79001234567", // within Russia
		"+8 900 123-45-67":   "89001234567",
		"112":                "112",
		"8":                  "8",
		"no digits":          "",
	} {
		t.Run(phone, func(t *testing.T) {
			t.Parallel()
			if got := customers.PhoneDigits(phone); got != want {
				t.Errorf("%q, want %q", got, want)
			}
		})
	}
}

func TestSearchTerms(t *testing.T) {
	t.Parallel()
	text := func(s string) *string { return &s }
	for _, c := range []struct {
		name string
		of   ent.Customer
		want string
	}{
		{"words of the name, folded, each once", ent.Customer{Name: "Анна-Мария АННА"}, "анна мария"},
		{"an e-mail and its parts", ent.Customer{Name: "A", Email: text("Anna.K@Example.com")}, "a anna anna.k@example.com com example k"},
		{"an external id", ent.Customer{Name: "A", ExternalID: text("CRM-1")}, "1 a crm crm-1"},
		{"tails of a phone number", ent.Customer{Name: "A", Phone: text("+49 12-345")}, "12345 2345 4912345 912345 a"},
		{"a short phone number", ent.Customer{Name: "A", Phone: text("112")}, "a"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got := customers.SearchTerms(&c.of)
			if strings.Join(got, " ") != c.want || !slices.IsSorted(got) {
				t.Errorf("%q, want %q", got, c.want)
			}
		})
	}
	long := customers.SearchTerms(&ent.Customer{Name: strings.Repeat("я", 200)})
	if len(long) != 1 || len(long[0]) > 100 || !strings.HasPrefix(strings.Repeat("я", 200), long[0]) {
		t.Errorf("a long word is %q", long)
	}
}

func TestSearchBounds(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		text       string
		conditions int
		refused    bool
	}{
		{"", 0, false},
		{"  ", 0, false},
		{"Анна мария", 2, false},
		{"+7 900 123-45-67", 1, false}, // one number
		{"anna.k@example.com", 1, false},
		{"...", 1, false}, // which no customer meets
		{"1 2 3 4 5 6 7 8 a", 0, true},
		{strings.Repeat("a", 201), 0, true},
		{"a\x00", 0, true},
	} {
		t.Run(c.text, func(t *testing.T) {
			t.Parallel()
			conditions, err := customers.Search(c.text)
			if len(conditions) != c.conditions || fault.Is(err, fault.Invalid) != c.refused {
				t.Errorf("%d conditions, %v", len(conditions), err)
			}
		})
	}
}

// All words of a search must begin words of the customer.
func TestSearch(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		anna := w.Customer("Анна Мария Кузнецова")
		w.Customer("Анна Петрова")
		for text, want := range map[string]int{"анна": 2, "АНН кузн": 1, "нна": 0, "анна сергеева": 0, "...": 0, "": 2} {
			conditions, err := customers.Search(text)
			w.Must(err)
			found, err := w.Client.Customer.Query().Where(conditions...).All(w.System())
			w.Must(err)
			if len(found) != want || want == 1 && found[0].ID != anna.ID {
				t.Errorf("%q found %d customers, want %d", text, len(found), want)
			}
		}
	})
}
