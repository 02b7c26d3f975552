package contacts

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"kopeck/ent/contact"
	"kopeck/service"
)

// A field of the input that no entry of fields takes would be ignored in silence.
func TestFieldsOfInput(t *testing.T) {
	t.Parallel()
	taken := []string{"idempotencyKey"}
	for _, f := range fields {
		if f.input != "" {
			taken = append(taken, f.input)
		}
	}
	var names []string
	for one := range reflect.TypeFor[service.RecordContactInput]().Fields() {
		name, _, _ := strings.Cut(one.Tag.Get("json"), ",")
		names = append(names, name)
	}
	slices.Sort(taken)
	slices.Sort(names)
	if !slices.Equal(taken, names) {
		t.Errorf("the entries of fields take\n%q\nand the input has\n%q", taken, names)
	}
}

// A column of the table that no entry of fields has would be neither written nor exported.
func TestFieldsOfColumns(t *testing.T) {
	t.Parallel()
	columns := []string{
		"version",  // begins at 1 in each database
		"realised", // the sum of the credits, which is settled
	}
	for _, c := range Fields().Columns() {
		columns = append(columns, c.Name)
	}
	table := slices.Clone(contact.Columns)
	slices.Sort(columns)
	slices.Sort(table)
	if !slices.Equal(columns, table) {
		t.Errorf("the entries of fields have\n%q\nand the table has\n%q", columns, table)
	}
}
