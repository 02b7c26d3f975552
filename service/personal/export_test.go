package personal_test

import (
	"encoding/json"
	"strings"
	"testing"

	"kopeck/apptest"
	"kopeck/dbtest"
)

// What is held of a customer is read whole, with those who were merged into them; what we reckon about them in money is not in it.
func TestExport(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, url string) {
		t.Parallel()
		w := apptest.NewShop(t, url)
		for name, customer := range w.Customers {
			held, err := w.Personal.ExportPersonalData(w.System(), customer)
			must(t, err)
			var file map[string]any
			if err := json.Unmarshal([]byte(held.Text), &file); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			if of := file["customer"].([]any)[0].(map[string]any); of["id"] != customer || of["name"] != name {
				t.Errorf("%s: %v", name, of)
			}
			for _, word := range []string{"margin", "cost", "lifetime", "floor"} {
				if strings.Contains(strings.ToLower(strings.Join(keysOf(file), " ")), word) {
					t.Errorf("%s: the file has a field with %q", name, word)
				}
			}
		}
		if held, err := w.Personal.ExportPersonalData(w.System(), w.IDs.Make("cus")); held != nil || err != nil {
			t.Errorf("of nobody: %v, %v", held, err)
		}
	})
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// keysOf returns the names of all fields within a value.
func keysOf(value any) (all []string) {
	switch v := value.(type) {
	case map[string]any:
		for key, one := range v {
			all = append(append(all, key), keysOf(one)...)
		}
	case []any:
		for _, one := range v {
			all = append(all, keysOf(one)...)
		}
	}
	return all
}
