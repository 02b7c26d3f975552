package service

import (
	"reflect"
	"testing"

	"kopeck/fault"
)

func TestFieldsAt(t *testing.T) {
	t.Parallel()
	history := []VersionChange{
		{Version: 2, Fields: map[string]Change{"name": {Old: "a", New: "b"}}},
		{Version: 3, Fields: map[string]Change{"name": {Old: "b", New: "c"}, "phone": {Old: nil, New: "1"}}},
		{Version: 4, Fields: map[string]Change{"email": {Old: "x", New: nil}}},
	}
	for name, c := range map[string]struct {
		version int
		want    map[string]any
	}{
		"the first version":               {1, map[string]any{"name": "a", "phone": nil, "email": "x"}},
		"a field that was changed before": {2, map[string]any{"name": "b", "phone": nil, "email": "x"}},
		"the version before the last":     {3, map[string]any{"email": "x"}},
		"the last version":                {4, map[string]any{}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := fieldsAt(history, c.version); !reflect.DeepEqual(got, c.want) {
				t.Errorf("%v; want %v", got, c.want)
			}
		})
	}
}

func TestConflicts(t *testing.T) {
	t.Parallel()
	base := map[string]any{"name": "a", "phone": nil}
	current := map[string]any{"name": "b", "phone": "1", "email": "x"}
	for name, c := range map[string]struct {
		updated map[string]any
		want    []fault.FieldConflict
	}{
		"a field that nobody else changed":  {map[string]any{"email": "y"}, nil},
		"a field changed to the same value": {map[string]any{"name": "b"}, nil},
		"a field changed to another value":  {map[string]any{"name": "c"}, []fault.FieldConflict{{Name: "name", Base: "a", Theirs: "b", Yours: "c"}}},
		"a field cleared":                   {map[string]any{"phone": nil}, []fault.FieldConflict{{Name: "phone", Base: nil, Theirs: "1", Yours: nil}}},
		"several, by name": {map[string]any{"phone": "2", "email": "y", "name": "a"}, []fault.FieldConflict{
			{Name: "name", Base: "a", Theirs: "b", Yours: "a"}, {Name: "phone", Base: nil, Theirs: "1", Yours: "2"},
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := conflicts(base, current, c.updated); !reflect.DeepEqual(got, c.want) {
				t.Errorf("%v; want %v", got, c.want)
			}
		})
	}
}

func TestSame(t *testing.T) {
	t.Parallel()
	text := "a"
	for name, c := range map[string]struct {
		a, b any
		want bool
	}{
		"a text and a pointer to it": {"a", &text, true},
		"no text and null":           {(*string)(nil), nil, true},
		"an empty text and null":     {"", nil, false},
		"objects in another order":   {map[string]any{"a": 1, "b": 2}, map[string]any{"b": 2, "a": 1}, true},
		"a number and its text":      {1, "1", false},
		"what is not JSON":           {make(chan int), make(chan int), false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := SameJSON(c.a, c.b); got != c.want {
				t.Errorf("got %v, want SameJSON %v", got, c.want)
			}
		})
	}
}

func TestExpectVersion(t *testing.T) {
	t.Parallel()
	two := 2
	for name, c := range map[string]struct {
		expected *int
		current  int
		conflict bool
	}{
		"any version":     {nil, 3, false},
		"the version now": {&two, 2, false},
		"an older one":    {&two, 3, true},
		"a newer one":     {&two, 1, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			err := CheckVersion(c.expected, c.current)
			if fault.Is(err, fault.VersionConflict) != c.conflict || !c.conflict && err != nil {
				t.Fatalf("got %v, want a VERSION_CONFLICT: %v", err, c.conflict)
			}
			if c.conflict {
				if detail := fault.Of(err).Detail.(*fault.Conflict); detail.CurrentVersion != c.current || len(detail.Fields) > 0 {
					t.Errorf("got %+v, want version %d and no fields", detail, c.current)
				}
			}
		})
	}
}

func TestInputName(t *testing.T) {
	t.Parallel()
	for column, want := range map[string]string{"name": "name", "external_id": "externalId", "wording_version": "wordingVersion", "a_b_c": "aBC"} {
		t.Run(column, func(t *testing.T) {
			t.Parallel()
			if got := inputName(column); got != want {
				t.Errorf("%s; want %s", got, want)
			}
		})
	}
}
