// Package migrations holds the database's schema as it grew: a directory for each dialect with the same steps,
// reviewed and append-only. A file that has been released is never changed; what is wrong with it is put right by the next.
//
// The files are goose's, without a way down: going back is restoring a backup. To make the next pair after the
// model (package schema) has changed and package ent was generated, run
//
//	go run ./schema/migrations/diff short_name
//
// and review what it wrote. On PostgreSQL every text column has COLLATE "C", so that both databases compare and
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

// SQLite gives the files for SQLite.
func SQLite() fs.FS { return directory("sqlite") }

// Postgres gives the files for PostgreSQL.
func Postgres() fs.FS { return directory("postgres") }

func directory(name string) fs.FS {
	sub, err := fs.Sub(files, name)
	if err != nil {
		panic(err) // the name is not a path: impossible
	}
	return sub
}

// Latest is the version of a dialect's last file: the number its name begins with.
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
		return 0, fmt.Errorf("the migration %s has no number", entries[len(entries)-1].Name())
	}
	return version, nil
}
