package customers_test

import (
	"slices"
	"strings"
	"testing"

	"kopeck/apptest"
	"kopeck/ent"
	"kopeck/fault"
	"kopeck/service"
	"kopeck/service/customers"
	"kopeck/service/input"
)

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
		{"an e-mail of a domain in letters", ent.Customer{Name: "A", Email: text("a@пример.рф")}, "a a@xn--e1afmkfd.xn--p1ai a@пример.рф пример рф"},
		{"the same in ASCII", ent.Customer{Name: "A", Email: text("a@xn--e1afmkfd.xn--p1ai")}, "a a@xn--e1afmkfd.xn--p1ai a@пример.рф пример рф"},
		{"letters with marks", ent.Customer{Name: "Łukasz Семёнов Zürich İSTANBUL"}, "istanbul lukasz zurich семенов"},
		{"tails of a phone number", ent.Customer{Name: "A", Phone: text("+4912345")}, "12345 2345 4912345 912345 a"},
		{"an extension", ent.Customer{Name: "A", Phone: text("+4912;ext=15")}, "1215 491215 91215 a"},
		{"a short phone number", ent.Customer{Name: "A", Phone: text("112")}, "112 a"},
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
			conditions, err := customers.Search(c.text, "RU")
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
			conditions, err := customers.Search(text, "RU")
			w.Must(err)
			found, err := w.Client.Customer.Query().Where(conditions...).All(w.System())
			w.Must(err)
			if len(found) != want || want == 1 && found[0].ID != anna.ID {
				t.Errorf("%q found %d customers, want %d", text, len(found), want)
			}
		}
	})
}

// A phone is found however it is typed, a name without regard to marks, and a domain in letters and in ASCII.
func TestSearchSpellings(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		create := func(name, phone, email string) string {
			t.Helper()
			in := service.CreateCustomerInput{Name: name, Phone: input.NonEmpty(phone), Email: input.NonEmpty(email)}
			c, err := w.Customers.CreateCustomer(w.System(), in)
			w.Must(err)
			return c.ID
		}
		semyonov := create("Семёнов Łukasz", "8 (900) 111-22-33", "anna@пример.рф")
		zurich := create("Zürich İSTANBUL", "0033 6 12 34 56 78", "")
		desk := create("Øster", "+7 495 000-11-22 доб. 15", "bob@xn--e1afmkfd.xn--p1ai")
		for text, want := range map[string]string{
			"8 900 111": semyonov, "+7 900 111-22-33": semyonov, "89001112233": semyonov, "900 111-22-33": semyonov, "9001112233": semyonov, "79001112233": semyonov,
			"111-22-33": semyonov, "22-33": semyonov, "tel:+79001112233": semyonov, "+7\u00a0900\u00a0111\u201122\u201133": semyonov, "8 900 111-22-33 доб. 7": semyonov,
			"0033 6 12 34 56 78": zurich, "0033 6 12": zurich, "+33 (0)6 12 34": zurich, "06 12 34 56 78": zurich, "+33612345678": zurich, "8 10 33 6 12 34 56 78": zurich,
			"8 495 000-11-22": desk, "+7 495 000-11-22 ext 15": desk, "000-11-22": desk,
			"Семенов": semyonov, "семёнов": semyonov, "lukasz": semyonov, "zurich": zurich, "istanbul": zurich, "ISTANBUL": zurich, "oster": desk,
			"anna@xn--e1afmkfd.xn--p1ai": semyonov, "ANNA@ПРИМЕР.рф": semyonov, "an\u200bna@пример": semyonov, "bob@пример.рф": desk, "bob@xn--e1": desk,
		} {
			t.Run(text, func(t *testing.T) {
				conditions, err := customers.Search(text, w.Settings().PhoneRegion)
				w.Must(err)
				found, err := w.Client.Customer.Query().Where(conditions...).IDs(w.System())
				w.Must(err)
				if !slices.Equal(found, []string{want}) {
					t.Errorf("found %q, want %s", found, want)
				}
			})
		}
	})
}
