package catalogue

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"kopeck/service"
)

// A field of the input that the table does not have would be ignored.
func TestProductFields(t *testing.T) {
	t.Parallel()
	var table, taken []string
	for _, f := range productFields {
		table = append(table, f.name)
	}
	of := reflect.TypeFor[service.UpdateProductInput]()
	for i := range of.NumField() {
		name, _, _ := strings.Cut(of.Field(i).Tag.Get("json"), ",")
		if !slices.Contains([]string{"id", "expectedVersion", "idempotencyKey"}, name) {
			taken = append(taken, name)
		}
	}
	slices.Sort(table)
	slices.Sort(taken)
	if !slices.Equal(table, taken) {
		t.Errorf("the table has the fields %q, and UpdateProductInput has %q", table, taken)
	}
}
