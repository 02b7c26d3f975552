// Package fieldtest compares the fields that a package of verbs lists of its noun with the inputs of the API and with the table. It is for
// tests alone.
package fieldtest

import (
	"encoding/json"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"

	"kopeck/service/field"
	"kopeck/store"
)

// Input compares the fields that the entries of a noun take of an input I with those that the input has: one that no entry takes would be
// ignored in silence. Others are those of the input that are no fields of the noun, each with the reason.
func Input[I any](t *testing.T, taken []string, others map[string]string) {
	t.Helper()
	var names []string
	for one := range reflect.TypeFor[I]().Fields() {
		name, _, _ := strings.Cut(one.Tag.Get("json"), ",")
		names = append(names, name)
	}
	compare(t, taken, others, names, reflect.TypeFor[I]().Name())
}

// Columns compares the columns that the entries of a noun fill with those of the table: one that no entry has would be neither written nor
// exported. Others are those of the table that are filled elsewhere, each with the reason.
func Columns[R any](t *testing.T, columns []store.Column[R], others map[string]string, table []string) {
	t.Helper()
	compare(t, store.Names(columns), others, table, "the table")
}

// Files compares the columns of the table that the entries of a noun fill with those that files have: one that no file has would be lost on
// the way from one database into another. Others are those that no file has, each with the reason.
func Files[R any](t *testing.T, all field.Fields[R], others map[string]string) {
	t.Helper()
	var columns, inFiles []string
	for _, f := range all {
		if f.Column == "" {
			continue
		}
		if columns = append(columns, f.Column); f.File != "" {
			inFiles = append(inFiles, f.Column)
		}
	}
	compare(t, inFiles, others, columns, "the list of columns")
}

// compare fails a test unless what entries have and the others are together what there is, and nothing is in both.
func compare(t *testing.T, entries []string, others map[string]string, all []string, of string) {
	t.Helper()
	for _, name := range entries {
		if _, both := others[name]; both {
			t.Errorf("%s is a field, and is named with a reason why it is none", name)
		}
	}
	named := slices.Sorted(slices.Values(slices.Concat(entries, slices.Collect(maps.Keys(others)))))
	if all = slices.Sorted(slices.Values(all)); !slices.Equal(named, all) {
		t.Errorf("the entries of fields and the exceptions have\n%q\nand %s has\n%q", named, of, all)
	}
}

// Edited checks the entries of a noun that is created by an input C and updated by an input U, by two values of each field that inputs
// give, in JSON; a sample that is an object is the whole input. Fields of the inputs that are no fields of the noun are given as for [Input].
func Edited[R, C, U any](t *testing.T, all field.EditedFields[R, C, U], empty func() *R, samples map[string][2]string, created, updated map[string]string) {
	t.Helper()
	var creates, updates []string
	for _, f := range all {
		if f.Create != nil {
			creates = append(creates, f.Input)
		}
		if f.Update != nil {
			updates = append(updates, f.Input)
		}
		if (f.Input == "") != (f.Create == nil && f.Update == nil) || (f.Update == nil) != (f.History == nil) {
			t.Errorf("%s: it has a name and is taken from an input, or neither; and an update has its value for the audit", f.Column)
		}
		if f.Input != "" {
			t.Run(f.Input, func(t *testing.T) { sampled(t, f, empty, samples[f.Input]) })
		}
	}
	Input[C](t, creates, created)
	Input[U](t, updates, updated)
}

// sampled checks that an entry takes two values, and takes nothing where there is none.
func sampled[R, C, U any](t *testing.T, f field.Edited[R, C, U], empty func() *R, samples [2]string) {
	if samples[0] == "" || samples[1] == "" || samples[0] == samples[1] {
		t.Fatal("want two values of it among the samples")
	}
	one := field.EditedFields[R, C, U]{f}
	var records []*R
	for _, value := range samples {
		text := value
		if !strings.HasPrefix(text, "{") {
			text = `{"` + f.Input + `": ` + value + `}`
		}
		if f.Create != nil {
			r := empty()
			if err := one.Create(read[C](t, text), r); err != nil {
				t.Fatalf("%s: %v", text, err)
			}
			records = append(records, r)
		}
		if f.Update == nil {
			continue
		}
		changes, err := one.Update(read[U](t, text), empty())
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		if current, after := changes.Values(empty()); len(after) != 1 || len(current) != 1 || after[f.Input] == nil {
			t.Errorf("%s: an update merges %v into %v", text, after, current)
		}
		r := empty()
		if changes.Apply(r); !reflect.DeepEqual(f.Model(r), f.Model(changes.To)) {
			t.Errorf("%s: an update gives %v, and leaves %v", text, f.Model(changes.To), f.Model(r))
		}
		records = append(records, changes.To)
	}
	if reflect.DeepEqual(records[0], records[len(records)-1]) {
		t.Errorf("the records of two values are the same: %v", records[0])
	}
	if f.Update == nil {
		return
	}
	changes, err := one.Update(new(U), empty())
	if err != nil {
		t.Fatal(err)
	}
	if _, after := changes.Values(empty()); len(after) > 0 {
		t.Errorf("an update without it sets %v", after)
	}
}

// read reads an input of the API from JSON.
func read[I any](t *testing.T, text string) *I {
	t.Helper()
	in := new(I)
	if err := json.Unmarshal([]byte(text), in); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return in
}
