package main

import (
	"database/sql"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"entgo.io/ent/dialect"

	"kopeck/dbtest"
	"kopeck/schema/migrations"
)

// The migrations lead to the model: no further step is needed. If this fails after a change of
// package schema, run go run ./schema/migrations/diff short_name.
func TestMigrationsAreInStepWithTheModel(t *testing.T) {
	for name, database := range map[string]struct {
		driver string
		files  fs.FS
		source func(*testing.T) string
	}{
		dialect.SQLite: {"sqlite", migrations.SQLite(), func(t *testing.T) string {
			return "file:" + filepath.Join(t.TempDir(), "kopeck.db") + "?_foreign_keys=on"
		}},
		dialect.Postgres: {"postgres", migrations.Postgres(), func(t *testing.T) string { return dbtest.Empty(t) }},
	} {
		t.Run(name, func(t *testing.T) {
			db, err := sql.Open(database.driver, database.source(t))
			if err != nil {
				t.Fatal(err)
			}
			defer db.Close()
			steps, err := plan(t.Context(), db, name, database.files)
			if err != nil {
				t.Fatal(err)
			}
			if steps != "" {
				t.Errorf("the model differs from the migrations:\n%s", steps)
			}
			// The comparison sees differences: in an index, and in a column.
			further := fstest.MapFS{"99999999999999_further.sql": {Data: []byte("-- +goose Up\nDROP INDEX customer_email_twin;\nALTER TABLE settings DROP COLUMN updated_at;\n")}}
			entries, err := fs.ReadDir(database.files, ".")
			if err != nil {
				t.Fatal(err)
			}
			for _, entry := range entries {
				content, err := fs.ReadFile(database.files, entry.Name())
				if err != nil {
					t.Fatal(err)
				}
				further[entry.Name()] = &fstest.MapFile{Data: content}
			}
			steps, err = plan(t.Context(), db, name, further)
			if err != nil {
				t.Fatal(err)
			}
			for _, want := range []string{"customer_email_twin", "updated_at"} {
				if !strings.Contains(steps, want) {
					t.Errorf("a difference in %s was not seen:\n%s", want, steps)
				}
			}
		})
	}
}

// Both dialects have the same steps under the same names.
func TestDialectsHaveTheSameSteps(t *testing.T) {
	list := func(files fs.FS) string {
		found, err := fs.Glob(files, "*")
		if err != nil {
			t.Fatal(err)
		}
		return strings.Join(found, " ")
	}
	if one, other := list(migrations.SQLite()), list(migrations.Postgres()); one != other {
		t.Errorf("SQLite has %s\nPostgreSQL has %s", one, other)
	}
}
