// Package dbtest provides each test with a migrated database of its own, on SQLite and on PostgreSQL.
//
// PostgreSQL's programs are searched on PATH and under /usr/lib/postgresql. Each test process that needs a server
// starts one in a temporary directory; the server ends with the process, even if the process is killed. Without
// PostgreSQL such tests are skipped, or fail if KOPECK_REQUIRE_POSTGRES=1. KOPECK_TEST_POSTGRES_URL is the URL of a
// running server to use instead, with a user who may create databases.
package dbtest

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	_ "github.com/lib/pq" // the driver "postgres"

	"kopeck/schema/migrations"
	"kopeck/store"
)

// Each runs a test on each database, as subtests "sqlite" and "postgres", with the URL of a migrated database.
func Each(t *testing.T, test func(t *testing.T, url string)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) { test(t, SQLite(t)) })
	t.Run("postgres", func(t *testing.T) { test(t, Postgres(t)) })
}

// Open opens the store at a URL and closes it when the test ends.
func Open(t testing.TB, url string, options store.Options) *store.Store {
	t.Helper()
	s, err := store.Open(t.Context(), url, options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Errorf("closing the store: %v", err)
		}
	})
	return s
}

// SQLite returns the URL of a migrated SQLite database for the test.
func SQLite(t testing.TB) string {
	t.Helper()
	template, err := sqliteTemplate()
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "kopeck.db")
	if err := os.WriteFile(file, template, 0o600); err != nil {
		t.Fatal(err)
	}
	return "sqlite://" + file
}

// sqliteTemplate returns a migrated database file, created once in a process.
var sqliteTemplate = sync.OnceValues(func() (content []byte, err error) {
	directory, err := os.MkdirTemp("", "kopeck-template-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(directory)
	file := filepath.Join(directory, "kopeck.db")
	if err := migrate("sqlite://" + file); err != nil {
		return nil, err
	}
	return os.ReadFile(file) // the close of the last connection has written everything to this file
})

// migrate migrates the database at a URL.
func migrate(url string) error {
	ctx, stop := context.WithTimeout(context.Background(), time.Minute)
	defer stop()
	s, err := store.Open(ctx, url, store.Options{})
	if err != nil {
		return err
	}
	if _, err := s.Migrate(ctx); err != nil {
		s.Close()
		return err
	}
	return s.Close()
}

// Postgres returns the URL of a migrated PostgreSQL database for the test. It skips the test if there is no server.
func Postgres(t testing.TB) string {
	t.Helper()
	base := running(t)
	template, err := postgresTemplate(base)
	if err != nil {
		t.Fatal(err)
	}
	return create(t, base, template)
}

// Empty returns the URL of an empty PostgreSQL database for the test. It skips the test if there is no server.
func Empty(t testing.TB) string {
	t.Helper()
	return create(t, running(t), "template0")
}

// running returns the URL of a server, starting one if necessary.
func running(t testing.TB) string {
	t.Helper()
	base := os.Getenv("KOPECK_TEST_POSTGRES_URL")
	if base != "" {
		return base
	}
	base, err := cluster()
	if err != nil {
		absent(t, "ON POSTGRESQL", err)
	}
	return base
}

// absent skips a test whose programs are not installed, or fails it if KOPECK_REQUIRE_POSTGRES=1.
func absent(t testing.TB, what string, err error) {
	t.Helper()
	if os.Getenv("KOPECK_REQUIRE_POSTGRES") == "1" {
		t.Fatalf("KOPECK_REQUIRE_POSTGRES=1, but this cannot be tested %s: %v", what, err)
	}
	t.Skipf("SKIPPED, NOT TESTED %s: %v", what, err)
}

// cluster starts the process's PostgreSQL server when it is first needed. The server ends with the process.
var cluster = sync.OnceValues(func() (string, error) { return Start() })

var template struct {
	sync.Mutex
	name string
}

// postgresTemplate returns the name of a migrated database to copy and creates it unless the server has one with the same
// migrations. The database gets its name when it is complete, so that processes that share a server never copy an
// incomplete one.
func postgresTemplate(base string) (string, error) {
	template.Lock()
	defer template.Unlock()
	if template.name != "" {
		return template.name, nil
	}
	sum, err := fingerprint(migrations.Postgres())
	if err != nil {
		return "", err
	}
	name, incomplete := "kopeck_template_"+sum, "kopeck_incomplete_"+random()
	var exists bool
	if err := ask(base, &exists, "SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)", name); err != nil {
		return "", err
	}
	if !exists {
		if err := execute(base, fmt.Sprintf(`CREATE DATABASE %q TEMPLATE template0`, incomplete)); err != nil {
			return "", err
		}
		if err := migrate(withDatabase(base, incomplete)); err != nil {
			return "", err
		}
		if err := execute(base, fmt.Sprintf(`ALTER DATABASE %q RENAME TO %q`, incomplete, name)); err != nil {
			// Another process has created it first.
			if err := ask(base, &exists, "SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)", name); err != nil || !exists {
				return "", errors.Join(errors.New("creating the template database"), err)
			}
			if err := execute(base, fmt.Sprintf(`DROP DATABASE %q WITH (FORCE)`, incomplete)); err != nil {
				return "", err
			}
		}
	}
	template.name = name
	return name, nil
}

// fingerprint returns a hash of a set of migrations.
func fingerprint(files fs.FS) (string, error) {
	sum := sha256.New()
	err := fs.WalkDir(files, ".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := fs.ReadFile(files, path)
		fmt.Fprintf(sum, "%s %d\n%s", path, len(content), content)
		return err
	})
	return hex.EncodeToString(sum.Sum(nil)[:8]), err
}

func random() string { return strings.ToLower(rand.Text()[:12]) }

// create creates a database from a template and drops it when the test ends.
func create(t testing.TB, base, template string) string {
	t.Helper()
	name := "kopeck_test_" + random()
	if err := execute(base, fmt.Sprintf(`CREATE DATABASE %q TEMPLATE %q`, name, template)); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := execute(base, fmt.Sprintf(`DROP DATABASE %q WITH (FORCE)`, name)); err != nil {
			t.Error(err)
		}
	})
	return withDatabase(base, name)
}

// execute runs one statement on the database at a URL.
func execute(base, statement string) error {
	db, err := sql.Open("postgres", base)
	if err != nil {
		return err
	}
	defer db.Close()
	ctx, stop := context.WithTimeout(context.Background(), time.Minute)
	defer stop()
	if _, err := db.ExecContext(ctx, statement); err != nil {
		return fmt.Errorf("%s: %w", statement, err)
	}
	return nil
}

// ask runs a query with one row and one column and stores the value in answer.
func ask(base string, answer any, query string, args ...any) error {
	db, err := sql.Open("postgres", base)
	if err != nil {
		return err
	}
	defer db.Close()
	return db.QueryRow(query, args...).Scan(answer)
}

// withDatabase returns the URL with another database.
func withDatabase(base, name string) string {
	u, err := url.Parse(base)
	if err != nil {
		return base // opening it fails with the error
	}
	u.Path = "/" + name
	return u.String()
}
