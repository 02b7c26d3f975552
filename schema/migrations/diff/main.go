// Diff writes the next migration of both dialects: what lies between the migrations there are and the model.
//
//	go run ./schema/migrations/diff short_name
//
// It needs PostgreSQL's programs on the machine and writes nothing where nothing has changed.
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
	"kopeck/store"
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
	file := filepath.Join(temporary, "kopeck.db")
	server, err := dbtest.Start()
	if err != nil {
		return err
	}
	for _, database := range []struct{ dialect, url, driver, name, directory string }{
		{dialect.SQLite, "sqlite://" + file, "sqlite", "file:" + file + "?_foreign_keys=on", "sqlite"},
		{dialect.Postgres, server, "postgres", server, "postgres"},
	} {
		s, err := store.Open(ctx, database.url, store.Options{})
		if err != nil {
			return err
		}
		_, err = s.Migrate(ctx)
		if err := errors.Join(err, s.Close()); err != nil {
			return err
		}
		db, err := sql.Open(database.driver, database.name)
		if err != nil {
			return err
		}
		steps, err := plan(ctx, db, database.dialect, name)
		if err := errors.Join(err, db.Close()); err != nil {
			return fmt.Errorf("%s: %w", database.directory, err)
		}
		if steps == "" {
			fmt.Println(database.directory + ": nothing has changed")
			continue
		}
		written := filepath.Join("schema", "migrations", database.directory, now.Format("20060102150405")+"_"+name+".sql")
		if err := os.WriteFile(written, []byte("-- +goose Up\n"+steps), 0o644); err != nil {
			return err
		}
		fmt.Println("review " + written)
	}
	return nil
}

// plan gives the statements from a migrated database to the model, "" where there are none.
func plan(ctx context.Context, db *sql.DB, dialectName, name string) (string, error) {
	format, err := migrate.NewTemplateFormatter(
		template.Must(template.New("").Parse("steps.sql")),
		template.Must(template.New("").Parse("{{ range .Changes }}{{ with .Comment }}-- {{ . }}\n{{ end }}{{ .Cmd }};\n{{ end }}")),
	)
	if err != nil {
		return "", err
	}
	directory := &migrate.MemDir{}
	differ, err := schema.NewMigrate(entsql.OpenDB(dialectName, db),
		schema.WithDir(directory), schema.WithFormatter(format), schema.WithErrNoPlan(true),
		schema.WithMigrationMode(schema.ModeInspect), schema.WithDropColumn(true), schema.WithDropIndex(true))
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
	if err := differ.NamedDiff(ctx, name, model.Tables...); errors.Is(err, migrate.ErrNoPlan) {
		return "", nil
	} else if err != nil {
		return "", err
	}
	steps, err := fs.ReadFile(directory, "steps.sql")
	return string(steps), err
}
