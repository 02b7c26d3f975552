// Package migrations holds the migrations of the database's schema: a directory for each dialect with the same steps,
// reviewed and append-only. A file that has been released is never changed; a later file corrects its mistakes.
//
// The files are in goose's format, without down migrations: to go back, restore a backup. After the model (package schema)
// has changed and package ent has been generated, create the next pair of files by
//
//	go run ./schema/migrations/diff short_name
//
// and review them. On PostgreSQL every text column has COLLATE "C", so that both databases compare and
// sort text by its bytes.
package migrations

import (
	"embed"
	"fmt"
	"io/fs"
	"strconv"
	"strings"

	"entgo.io/ent/dialect"
)

//go:embed sqlite/*.sql postgres/*.sql
var files embed.FS

// SQLite returns the migrations for SQLite, by file name.
func SQLite() fs.FS { return directory("sqlite") }

// Postgres returns the migrations for PostgreSQL, by file name.
func Postgres() fs.FS { return directory("postgres") }

func directory(name string) fs.FS {
	sub, err := fs.Sub(files, name)
	if err != nil {
		panic(err) // impossible: the names are valid paths
	}
	return sub
}

// Latest returns the version of a dialect's last migration: the number that its file name begins with.
func Latest(dialectName string) (int64, error) {
	from := SQLite()
	if dialectName == dialect.Postgres {
		from = Postgres()
	}
	entries, err := fs.ReadDir(from, ".")
	if err != nil {
		return 0, err
	}
	number, _, _ := strings.Cut(entries[len(entries)-1].Name(), "_")
	version, err := strconv.ParseInt(number, 10, 64)
	if err != nil {
		return 0, fmt.Errorf("migration %s: the file name does not begin with a number", entries[len(entries)-1].Name())
	}
	return version, nil
}
