// Diff writes the next migration of both dialects: the steps from the existing migrations to the model (package ent).
//
//	go run ./schema/migrations/diff short_name
//
// It needs PostgreSQL's programs on the machine. It writes nothing if nothing has changed.
package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"log"
	"os"
	"path/filepath"
	"regexp"
	"text/template"
	"time"

	"ariga.io/atlas/sql/migrate"
	"entgo.io/ent/dialect"
	entsql "entgo.io/ent/dialect/sql"
	"entgo.io/ent/dialect/sql/schema"
	"entgo.io/ent/schema/field"
	_ "github.com/lib/pq"  // the driver "postgres"
	_ "modernc.org/sqlite" // the driver "sqlite"

	"kopeck/dbtest"
	model "kopeck/ent/migrate"
	"kopeck/schema/migrations"
)

func main() {
	log.SetFlags(0)
	if len(os.Args) != 2 || !regexp.MustCompile(`^[a-z][a-z0-9_]*$`).MatchString(os.Args[1]) {
		log.Fatal("usage: go run ./schema/migrations/diff short_name")
	}
	if err := run(context.Background(), os.Args[1], time.Now().UTC()); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context, name string, now time.Time) error {
	temporary, err := os.MkdirTemp("", "kopeck-diff-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(temporary)
	server, err := dbtest.Start()
	if err != nil {
		return err
	}
	found, changed := map[string]string{}, false
	for _, database := range []struct {
		dialect, driver, source, directory string
		files                              fs.FS
	}{
		{dialect.SQLite, "sqlite", "file:" + filepath.Join(temporary, "kopeck.db") + "?_foreign_keys=on", "sqlite", migrations.SQLite()},
		{dialect.Postgres, "postgres", server, "postgres", migrations.Postgres()},
	} {
		db, err := sql.Open(database.driver, database.source)
		if err != nil {
			return err
		}
		steps, err := plan(ctx, db, database.dialect, database.files)
		if err := errors.Join(err, db.Close()); err != nil {
			return fmt.Errorf("%s: %w", database.directory, err)
		}
		changed = changed || steps != ""
		found[database.directory] = steps
	}
	if !changed {
		fmt.Println("nothing has changed")
		return nil
	}
	for directory, steps := range found { // always both, so that the versions stay the same
		written := filepath.Join("schema", "migrations", directory, now.Format("20060102150405")+"_"+name+".sql")
		if steps == "" {
			steps = "SELECT 1; -- nothing to do here\n"
		}
		if err := os.WriteFile(written, []byte("-- +goose Up\n"+steps), 0o644); err != nil {
			return err
		}
		fmt.Println("review " + written)
	}
	return nil
}

// plan returns the statements that lead from the existing migrations to the model; "" if there are none. It applies the
// migrations, and what it plans, to an empty database, which it leaves empty.
func plan(ctx context.Context, db *sql.DB, dialectName string, files fs.FS) (string, error) {
	directory := &migrate.MemDir{}
	entries, err := fs.ReadDir(files, ".")
	if err != nil {
		return "", err
	}
	for _, entry := range entries {
		content, err := fs.ReadFile(files, entry.Name())
		if err != nil {
			return "", err
		}
		if err := directory.WriteFile(entry.Name(), content); err != nil {
			return "", err
		}
	}
	sum, err := directory.Checksum()
	if err != nil {
		return "", err
	}
	if err := migrate.WriteSumFile(directory, sum); err != nil {
		return "", err
	}
	format, err := migrate.NewTemplateFormatter(
		template.Must(template.New("").Parse(planned)),
		template.Must(template.New("").Parse("{{ range .Changes }}{{ with .Comment }}-- {{ . }}\n{{ end }}{{ .Cmd }};\n{{ end }}")),
	)
	if err != nil {
		return "", err
	}
	differ, err := schema.NewMigrate(entsql.OpenDB(dialectName, db),
		schema.WithDir(directory), schema.WithFormatter(format), schema.WithErrNoPlan(true),
		schema.WithMigrationMode(schema.ModeReplay), schema.WithDropColumn(true), schema.WithDropIndex(true))
	if err != nil {
		return "", err
	}
	order := "" // SQLite's own order is by bytes
	if dialectName == dialect.Postgres {
		order = "C"
	}
	for _, table := range model.Tables {
		for _, column := range table.Columns {
			if column.Type == field.TypeString || column.Type == field.TypeEnum {
				column.Collation = order
			}
		}
	}
	if err := differ.NamedDiff(ctx, "next", model.Tables...); errors.Is(err, migrate.ErrNoPlan) {
		return "", nil
	} else if err != nil {
		return "", err
	}
	steps, err := fs.ReadFile(directory, planned)
	return string(steps), err
}

// planned is the file in memory that the next steps are written to; it comes after all others.
const planned = "next.sql"
