// Package dbtest gives tests a database of their own, migrated, on SQLite and on PostgreSQL.
//
// PostgreSQL's programs are found on PATH or under /usr/lib/postgresql; each test process that needs a server
// starts one in a temporary directory, which ends with the process, however that ends. Where there is none such tests
// are skipped and say so, unless KOPECK_REQUIRE_POSTGRES=1. KOPECK_TEST_POSTGRES_URL names a running server to
// be used instead: a URL of a superuser, or of one that may make databases.
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

// Each runs a test on each database, as subtests "sqlite" and "postgres", with the URL of a migrated one of its own.
func Each(t *testing.T, test func(t *testing.T, url string)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) { test(t, SQLite(t)) })
	t.Run("postgres", func(t *testing.T) { test(t, Postgres(t)) })
}

// Open opens the store at a URL for the time of a test.
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

// SQLite gives the URL of a migrated SQLite database of the test's own.
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

// sqliteTemplate is a migrated database file, made once in a process.
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
	return os.ReadFile(file) // closing the last connection has put everything into the one file
})

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

// Postgres gives the URL of a migrated PostgreSQL database of the test's own, or skips the test where there is no server.
func Postgres(t testing.TB) string {
	t.Helper()
	base := running(t)
	template, err := postgresTemplate(base)
	if err != nil {
		t.Fatal(err)
	}
	return create(t, base, template)
}

// Empty gives the URL of a PostgreSQL database of the test's own with nothing in it, or skips the test.
func Empty(t testing.TB) string {
	t.Helper()
	return create(t, running(t), "template0")
}

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

// absent skips a test that needs what this machine does not have, or fails it where that must not be.
func absent(t testing.TB, what string, err error) {
	t.Helper()
	if os.Getenv("KOPECK_REQUIRE_POSTGRES") == "1" {
		t.Fatalf("KOPECK_REQUIRE_POSTGRES=1, but not testable %s: %v", what, err)
	}
	t.Skipf("SKIPPED, NOT TESTED %s: %v", what, err)
}

// cluster starts the process's PostgreSQL when it is first needed; nobody stops it but the process's end.
var cluster = sync.OnceValues(func() (string, error) { return Start() })

var template struct {
	sync.Mutex
	name string
}

// postgresTemplate makes a migrated database to copy, if the server has none of these migrations yet. It is given
// its name when it is complete, so that processes which share a server never copy half a one.
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
	name, half := "kopeck_template_"+sum, "kopeck_half_"+random()
	var there bool
	if err := ask(base, &there, "SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)", name); err != nil {
		return "", err
	}
	if !there {
		if err := execute(base, fmt.Sprintf(`CREATE DATABASE %q TEMPLATE template0`, half)); err != nil {
			return "", err
		}
		if err := migrate(withDatabase(base, half)); err != nil {
			return "", err
		}
		if err := execute(base, fmt.Sprintf(`ALTER DATABASE %q RENAME TO %q`, half, name)); err != nil {
			// Another process was quicker.
			if err := ask(base, &there, "SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)", name); err != nil || !there {
				return "", errors.Join(errors.New("no template database could be made"), err)
			}
			if err := execute(base, fmt.Sprintf(`DROP DATABASE %q WITH (FORCE)`, half)); err != nil {
				return "", err
			}
		}
	}
	template.name = name
	return name, nil
}

// fingerprint tells sets of migrations apart.
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

func ask(base string, answer any, query string, args ...any) error {
	db, err := sql.Open("postgres", base)
	if err != nil {
		return err
	}
	defer db.Close()
	return db.QueryRow(query, args...).Scan(answer)
}

func withDatabase(base, name string) string {
	u, err := url.Parse(base)
	if err != nil {
		return base // what opens it will say so
	}
	u.Path = "/" + name
	return u.String()
}
