package catalogue_test

import (
	"slices"
	"strings"
	"testing"

	"kopeck/apptest"
	"kopeck/ent/product"
	"kopeck/service"
	"kopeck/service/catalogue"
)

func TestSearch(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		for sku, name := range map[string]string{
			"wnd-100": "Окно тёплое, трёхкамерное", "DR_7": "Balcony door Zürich", "Ł-1": "100% linen blind", "B.10": "Cornice",
		} {
			w.Product(service.CreateProductInput{Sku: sku, Name: name})
		}
		renamed := w.Product(service.CreateProductInput{Sku: "R-1", Name: "Sill"})
		_, err := w.Catalogue.UpdateProduct(w.System(), service.UpdateProductInput{ID: renamed, ExpectedVersion: 1, Name: text("Подоконник")})
		w.Must(err)
		for search, want := range map[string]string{
			"WND": "wnd-100", "wnd-1": "wnd-100", "теплое": "wnd-100", "ОКНО ТЕПЛОЕ": "wnd-100", " трехкам": "wnd-100",
			"zurich": "DR_7", "door": "DR_7", "dr_": "DR_7", "DR%": "", "alcony": "",
			"l-1": "Ł-1", "100%": "Ł-1", "100": "Ł-1", "b.1": "B.10", "b_1": "", "100!": "",
			"sill": "", "подоконник": "R-1", "r-1": "R-1",
		} {
			t.Run(search, func(t *testing.T) {
				condition, err := catalogue.Search(search)
				w.Must(err)
				found, err := w.Client.Product.Query().Where(condition).Order(product.BySku()).All(w.System())
				w.Must(err)
				var got []string
				for _, p := range found {
					got = append(got, p.Sku)
				}
				if slices.Sort(got); strings.Join(got, " ") != want {
					t.Errorf("got %q, want %q", got, want)
				}
			})
		}
		if _, err := catalogue.Search(strings.Repeat("я", 201)); faultsOf(err) != "filter.search INVALID" {
			t.Errorf("a text of 201 characters: %v", err)
		}
	})
}
