package store_test

import (
	"context"
	"errors"
	"os"
	"strings"
	"testing"

	"kopeck/dbtest"
	"kopeck/store"
)

// What is written into a file that was deleted or replaced is lost: nothing is acknowledged any more.
func TestFileThatIsGone(t *testing.T) {
	for name, harm := range map[string]func(path string) error{
		"deleted":      os.Remove,
		"moved":        func(path string) error { return os.Rename(path, path+".moved") },
		"its log gone": func(path string) error { return os.Remove(path + "-wal") },
		"replaced": func(path string) error {
			content, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			if err := os.WriteFile(path+".new", content, 0o600); err != nil {
				return err
			}
			return os.Rename(path+".new", path)
		},
	} {
		for _, when := range []string{"before", "during"} {
			t.Run(name+" "+when+" a transaction", func(t *testing.T) {
				url := dbtest.SQLite(t)
				path := strings.TrimPrefix(url, "sqlite://")
				s := dbtest.Open(t, url, store.Options{})
				release, err := s.Serve(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				defer release()
				write := func(name string, do func() error) error {
					return s.Write(t.Context(), func(ctx context.Context, tx *store.Tx) error {
						if err := set(ctx, tx, name, "1"); err != nil {
							return err
						}
						return do()
					})
				}
				nothing := func() error { return nil }
				if err := errors.Join(write("x", nothing), s.Health(t.Context()), s.Writable(t.Context()), s.Gone()); err != nil {
					t.Fatal(err)
				}
				if when == "before" {
					if err := harm(path); err != nil {
						t.Fatal(err)
					}
					err = write("y", nothing)
				} else {
					err = write("y", func() error { return harm(path) })
				}
				if !errors.Is(err, store.ErrFileGone) || store.Outage(err) == "" {
					t.Errorf("a write is acknowledged: %v", err)
				}
				for what, err := range map[string]error{"healthy": s.Health(t.Context()), "writable": s.Writable(t.Context()), "there": s.Gone()} {
					if !errors.Is(err, store.ErrFileGone) {
						t.Errorf("still %s: %v", what, err)
					}
				}
			})
		}
	}
}

// A log that is written and checkpointed for a while is the same file.
func TestLogOfALivingServerIsTheSame(t *testing.T) {
	url := dbtest.SQLite(t)
	server, command := dbtest.Open(t, url, store.Options{}), dbtest.Open(t, url, store.Options{})
	release, err := server.Serve(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer release()
	for i := range 20 {
		one := []*store.Store{server, command}[i%2]
		err := one.Write(t.Context(), func(ctx context.Context, tx *store.Tx) error { return set(ctx, tx, string(rune('a'+i)), "1") })
		if err == nil && i%5 == 0 {
			_, err = one.Client().ExecContext(t.Context(), "PRAGMA wal_checkpoint(TRUNCATE)")
		}
		if err == nil {
			err = server.Gone()
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := command.Close(); err != nil {
		t.Fatal(err)
	}
	if err := server.Gone(); err != nil {
		t.Errorf("after a command has ended: %v", err)
	}
}
