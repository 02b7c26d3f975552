package service_test

import (
	"context"
	"reflect"
	"testing"

	"kopeck/apptest"
	"kopeck/auth"
	"kopeck/fault"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/store"
)

// TestMerge merges updates with the recorded versions of a row, whose name and phone were changed after version 1.
func TestMerge(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		const action, subject = "thing.update", "thing"
		ctx := w.Actor(schema.RoleSales)
		current := map[string]any{"name": "c", "phone": "1", "email": "x"}
		write := func(do func(ctx context.Context, tx *store.Tx) error) {
			t.Helper()
			if err := w.Store.Write(ctx, do); err != nil {
				t.Fatal(err)
			}
		}
		write(func(ctx context.Context, tx *store.Tx) error {
			for _, v := range []service.VersionChange{
				{Version: 2, Fields: map[string]service.Change{"name": {Old: "a", New: "b"}}},
				{Version: 3, Fields: map[string]service.Change{"name": {Old: "b", New: "c"}, "phone": {New: "1"}}},
			} {
				if err := w.AuditVersion(ctx, tx, action, subject, v); err != nil {
					return err
				}
				w.Clock.Advance(1000) // entries are ordered by time
			}
			return w.AuditVersion(ctx, tx, action, "another thing", service.VersionChange{Version: 2, Fields: map[string]service.Change{"email": {Old: "y", New: "x"}}})
		})
		for name, c := range map[string]struct {
			expected int
			updated  map[string]any
			changes  map[string]service.Change
			fault    fault.Code
			fields   []fault.FieldConflict
		}{
			"the version now":                    {expected: 3, updated: map[string]any{"name": "d"}, changes: map[string]service.Change{"name": {Old: "c", New: "d"}}},
			"nothing":                            {expected: 3, updated: map[string]any{}, changes: map[string]service.Change{}},
			"the same values":                    {expected: 1, updated: map[string]any{"name": "c", "email": "x"}, changes: map[string]service.Change{}},
			"other fields":                       {expected: 1, updated: map[string]any{"email": "z"}, changes: map[string]service.Change{"email": {Old: "x", New: "z"}}},
			"a field changed before the version": {expected: 2, updated: map[string]any{"email": nil}, changes: map[string]service.Change{"email": {Old: "x"}}},
			"the same fields": {expected: 1, updated: map[string]any{"phone": "2", "name": "d", "email": "z"}, fault: fault.VersionConflict, fields: []fault.FieldConflict{
				{Name: "name", Base: "a", Theirs: "c", Yours: "d"}, {Name: "phone", Theirs: "1", Yours: "2"},
			}},
			"the base is of the version": {expected: 2, updated: map[string]any{"name": "d"}, fault: fault.VersionConflict, fields: []fault.FieldConflict{
				{Name: "name", Base: "b", Theirs: "c", Yours: "d"},
			}},
			"a version that does not exist": {expected: 4, fault: fault.Invalid},
			"version 0":                     {expected: 0, fault: fault.Invalid},
		} {
			t.Run(name, func(t *testing.T) {
				err := w.Store.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
					changes, err := w.Merge(ctx, tx, service.Update{
						Action: action, Subject: subject, Expected: c.expected, Version: 3, Current: current, Updated: c.updated,
					})
					if err == nil && !reflect.DeepEqual(changes, c.changes) {
						t.Errorf("%v; want %v", changes, c.changes)
					}
					return err
				})
				if c.fault == "" && err != nil || c.fault != "" && !fault.Is(err, c.fault) {
					t.Fatalf("%v; want %q", err, c.fault)
				}
				if c.fields != nil {
					if got := fault.Of(err).Detail.(*fault.Conflict); got.CurrentVersion != 3 || !reflect.DeepEqual(got.Fields, c.fields) {
						t.Errorf("%+v; want %+v", got, c.fields)
					}
				}
			})
		}
	})
}

// TestAuditRows writes entries together: each has its own id, and the last one's is returned.
func TestAuditRows(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		var rows service.AuditRows
		if err := w.Store.Write(w.Actor(schema.RoleManager), func(ctx context.Context, tx *store.Tx) error {
			rows = service.AuditRows{}
			for _, subject := range []string{"a", "b"} {
				if err := rows.Add(ctx, w.Core, "note", subject, map[string]int{"n": 1}); err != nil {
					return err
				}
			}
			return rows.Write(ctx, tx)
		}); err != nil {
			t.Fatal(err)
		}
		last, err := w.Client.AuditEntry.Get(auth.System(t.Context()), rows.Last())
		if err != nil {
			t.Fatal(err)
		}
		if last.Subject != "b" || last.Actor != "MANAGER" || last.Action != "note" || !last.At.Equal(apptest.Start) || string(last.Detail) != `{"n":1}` && string(last.Detail) != `{"n": 1}` {
			t.Errorf("got %+v, want the note on b by MANAGER", last)
		}
		if n := notes(t, w); n != 2 {
			t.Errorf("%d entries; want 2", n)
		}
	})
}
