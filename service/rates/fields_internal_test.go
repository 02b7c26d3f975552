package rates

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"kopeck/ent/rate"
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
		if (f.input == "") != (f.read == nil) {
			t.Errorf("%s: it has the name of an input and how it is read, or neither", f.File)
		}
	}
	var names []string
	for one := range reflect.TypeFor[service.SetRateInput]().Fields() {
		name, _, _ := strings.Cut(one.Tag.Get("json"), ",")
		names = append(names, name)
	}
	slices.Sort(taken)
	slices.Sort(names)
	if !slices.Equal(taken, names) {
		t.Errorf("the entries of fields take\n%q\nand the input has\n%q", taken, names)
	}
}

// A column of the table that rates are not read with would be lost in every figure and every file.
func TestFieldsOfColumns(t *testing.T) {
	t.Parallel()
	columns := []string{rate.FieldCurrencyCode} // that of the installation, which has one
	for _, c := range Fields().Columns() {
		columns = append(columns, c.Name)
	}
	table := slices.Clone(rate.Columns)
	slices.Sort(columns)
	slices.Sort(table)
	if !slices.Equal(columns, table) {
		t.Errorf("the entries of fields have\n%q\nand the table has\n%q", columns, table)
	}
}
