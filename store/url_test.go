package store_test

import (
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"kopeck/dbtest"
	"kopeck/store"
)

func TestWrongURLs(t *testing.T) {
	t.Parallel()
	for wrong, want := range map[string]string{
		"":                                 "must begin with",
		"kopeck.db":                        "must begin with",
		"mysql://localhost/x":              `scheme "mysql" of the database URL is unknown`,
		"sqlite://":                        "names no file",
		"sqlite://:memory:":                "in memory",
		"sqlite://x.db?mode=ro":            "no parameters",
		"sqlite://" + t.TempDir() + "/a/b": "does not exist",
		"postgres://me:se%zzcret@host/db":  "percent-encoded",
		"postgres://me:a@/secret@host/db":  "percent-encoded",
		"postgres://me:a@/secret?b@host/d": "percent-encoded",
		"postgres://me:secret@localhost:1/db?sslmode=sometimes":        "sslmode",
		"postgres://me:secret@localhost:1/db?connect_timeout=sometime": "connect_timeout",
		"postgres://me:secret@127.0.0.1:1/db":                          "does not answer",
		"postgres://me:secret@127.0.0.1:1,127.0.0.1:2/db":              "127.0.0.1:2: connect",
		"postgres://me:secret@127.0.0.1,127.0.0.1/db?port=3,4":         "127.0.0.1:4: connect",
	} {
		t.Run(wrong, func(t *testing.T) {
			t.Parallel()
			s, err := store.Open(t.Context(), wrong, store.Options{})
			switch {
			case err == nil:
				s.Close()
				t.Error("was opened")
			case !strings.Contains(err.Error(), want):
				t.Errorf("the error %q does not contain %q", err, want)
			case strings.Contains(err.Error(), "secret"):
				t.Errorf("the error contains the password: %q", err)
			}
		})
	}
}

// No error contains the password, whether it is percent-encoded or has characters that make the URL invalid.
func TestPasswordIsNeverShown(t *testing.T) {
	t.Parallel()
	directory := t.TempDir()
	rapid.Check(t, func(t *rapid.T) {
		password := rapid.StringMatching(`[A-Z]{6}[/:?#@%\[\] a-z&=]{0,4}[A-Z]{6}`).Draw(t, "password")
		text := password
		if rapid.Bool().Draw(t, "encoded") {
			text = url.QueryEscape(password)
		}
		wrong := rapid.SampledFrom([]string{
			"postgres://me:" + text + "@" + directory + "/db?sslmode=often",
			"postgres://me:" + text + "@localhost:port/db",
			"postgres://me:" + text + "@localhost:1/db?sslmode=often",
			"postgres://localhost:1/db?sslmode=often&user=me&password=" + text,
			"postgres:///db?host=/nowhere&sslmode=disable&user=me&password=" + text,
			"mysql://me:" + text + "@localhost/db",
		}).Draw(t, "url")
		s, err := store.Open(t.Context(), wrong, store.Options{})
		if err == nil {
			s.Close()
			t.Fatalf("%q was opened", wrong)
		}
		for _, part := range []string{password[:6], password[len(password)-6:]} {
			if strings.Contains(err.Error(), part) {
				t.Fatalf("%q: %q shows %q", wrong, err, part)
			}
		}
	})
}

func TestSQLiteFile(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "a b%20 ü+&.db")
	s := dbtest.Open(t, "sqlite://"+file, store.Options{})
	if _, err := s.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(file)
	if err != nil {
		t.Fatal(err)
	}
	if info.Mode().Perm() != 0o600 {
		t.Errorf("the file's mode is %v, want 0600", info.Mode())
	}
	for pragma, want := range map[string]string{"journal_mode": "wal", "synchronous": "2", "foreign_keys": "1", "busy_timeout": "10000"} {
		if got := one[string](t, s, "PRAGMA "+pragma); got != want {
			t.Errorf("%s is %s, want %s", pragma, got, want)
		}
	}
}

func TestRelativeSQLiteFile(t *testing.T) {
	t.Chdir(t.TempDir())
	dbtest.Open(t, "sqlite://kopeck.db", store.Options{})
	if _, err := os.Stat("kopeck.db"); err != nil {
		t.Error(err)
	}
}

// one returns the only value of a query's only row.
func one[T any](t *testing.T, s *store.Store, query string, args ...any) T {
	t.Helper()
	rows, err := s.Query(t.Context(), query, args...)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var value T
	if !rows.Next() {
		t.Fatalf("%s: no row: %v", query, rows.Err())
	}
	if err := rows.Scan(&value); err != nil {
		t.Fatal(err)
	}
	return value
}
