package customers

import (
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"kopeck/ent/customer"
	"kopeck/service"
)

// inputNames lists the names of an input's fields in the API.
func inputNames[T any]() (names []string) {
	for field := range reflect.TypeFor[T]().Fields() {
		name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		names = append(names, name)
	}
	return names
}

// A field of an input that no entry of fields takes would be ignored in silence.
func TestFieldsOfInputs(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		mutation string
		input    []string // of the SDL
		others   []string // that are no fields of the customer
		taken    func(f *Descriptor) bool
	}{
		{"createCustomer", inputNames[service.CreateCustomerInput](), []string{"id", "idempotencyKey"}, func(f *Descriptor) bool { return f.create != nil }},
		{
			"updateCustomer", inputNames[service.UpdateCustomerInput](),
			[]string{"id", "expectedVersion", "stageReason", "taxExemptFrom", "idempotencyKey"},
			func(f *Descriptor) bool { return f.update != nil },
		},
	} {
		t.Run(c.mutation, func(t *testing.T) {
			t.Parallel()
			taken := c.others
			for _, f := range fields {
				if c.taken(f) {
					taken = append(taken, f.Input)
				}
			}
			slices.Sort(taken)
			slices.Sort(c.input)
			if !slices.Equal(taken, c.input) {
				t.Errorf("the entries of fields take\n%q\nand the input has\n%q", taken, c.input)
			}
		})
	}
}

// A column of the table that no entry of fields has would not be exported.
func TestFieldsOfColumns(t *testing.T) {
	t.Parallel()
	computed := []string{
		"version", "updated_at", "order_days", "first_order_day", "last_order_day", "margin", "repeat_margin", "refunded_margin", "recent_days", "contact_cost", "last_order_at", "lifetime_value", "shown_total", "shown_earnings",
		"email_twin", "external_twin", // numbers of possible duplicates: an import finds the first, and makes none
	}
	for _, c := range Columns() {
		if slices.Contains(computed, c.Name) {
			t.Errorf("%s is computed", c.Name)
		}
		computed = append(computed, c.Name)
	}
	columns := slices.Clone(customer.Columns)
	slices.Sort(computed)
	slices.Sort(columns)
	if !slices.Equal(computed, columns) {
		t.Errorf("the entries of fields have\n%q\nand the table has\n%q", computed, columns)
	}
}

// Names are used once, and the documents have them.
func TestFieldsAreDocumented(t *testing.T) {
	t.Parallel()
	api, err := os.ReadFile("../../docs/api.md")
	if err != nil {
		t.Fatal(err)
	}
	operations, err := os.ReadFile("../../docs/operations.md")
	if err != nil {
		t.Fatal(err)
	}
	_, section, ok := strings.Cut(string(api), "\n## Fields of a customer\n")
	if section, _, _ = strings.Cut(section, "\n## "); !ok {
		t.Fatal("docs/api.md has no section on the fields of a customer")
	}
	_, mappable, _ := strings.Cut(string(operations), "\n| customers | ")
	mappable, _, _ = strings.Cut(mappable, "\n")
	seen := map[string]bool{}
	for _, f := range fields {
		t.Run(f.File, func(t *testing.T) {
			if seen[f.File] {
				t.Error("two fields have this column of files")
			}
			seen[f.File] = true
			if !strings.Contains(section, "`"+f.File+"`") {
				t.Error("docs/api.md does not name the column of files")
			}
			if f.Input != "" && !strings.Contains(section, "`"+f.Input+"`") {
				t.Errorf("docs/api.md does not name %s", f.Input)
			}
			if can, _ := f.Mapped(); can != slices.Contains(strings.Fields(strings.NewReplacer("*", "", "|", "").Replace(mappable)), f.File) {
				t.Errorf("that --map can name it is %t, and docs/operations.md says otherwise", can)
			}
		})
	}
}
