package auth

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func chmod(t *testing.T, path string, mode os.FileMode) {
	t.Helper()
	if err := os.Chmod(path, mode); err != nil {
		t.Fatal(err)
	}
}

func TestBadKeysAreRefusedByName(t *testing.T) {
	t.Parallel()
	write := func(name, text string) func(*testing.T, string) {
		return func(t *testing.T, dir string) {
			if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	cases := map[string]struct {
		spoil func(t *testing.T, dir string)
		file  string
	}{
		"readable by others":                 {func(t *testing.T, dir string) { chmod(t, filepath.Join(dir, "link-000001.pem"), 0o640) }, "link-000001.pem"},
		"directory writable":                 {func(t *testing.T, dir string) { chmod(t, dir, 0o770) }, ""},
		"empty file":                         {write("price-000002.pem", ""), "price-000002.pem"},
		"no PEM":                             {write("price-000002.pem", "secret"), "price-000002.pem"},
		"huge file":                          {write("price-000002.pem", strings.Repeat("x", 1<<16)), "price-000002.pem"},
		"a public key":                       {write("access-000002.pem", "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=\n-----END PUBLIC KEY-----\n"), "access-000002.pem"},
		"without its date":                   {write("access-000002.pem", "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC\n-----END PRIVATE KEY-----\n"), "access-000002.pem"},
		"a directory with the name of a key": {func(t *testing.T, dir string) { _ = os.Mkdir(filepath.Join(dir, "access-000002.pem"), 0o700) }, "access-000002.pem"},
		"one key for two uses": {func(t *testing.T, dir string) {
			text, err := os.ReadFile(filepath.Join(dir, "access-000001.pem"))
			if err != nil {
				t.Fatal(err)
			}
			write("price-000001.pem", string(text))(t, dir)
		}, "price-000001.pem"},
		"cut off": {func(t *testing.T, dir string) {
			if err := os.Truncate(filepath.Join(dir, "access-000001.pem"), 90); err != nil {
				t.Fatal(err)
			}
		}, "access-000001.pem"},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			dir, c := filepath.Join(t.TempDir(), "keys"), newClock()
			running := openKeys(t, dir, c)
			if err := running.Ready(); err != nil {
				t.Fatal(err)
			}
			signs := signerID(t, running, UsePrice)
			tc.spoil(t, dir)
			_, err := OpenKeys(dir, c.Now, nil)
			var bad *KeysError
			if !errors.As(err, &bad) || bad.Dir != dir || bad.File != tc.file || !strings.Contains(err.Error(), dir) {
				t.Errorf("error %v", err)
			}
			c.move(time.Hour)
			if signerID(t, running, UsePrice) != signs {
				t.Error("a running process does not keep its keys")
			}
			if err := running.Ready(); !errors.As(err, &bad) {
				t.Errorf("a running process is still ready: %v", err)
			}
		})
	}
}

func TestKeysDirectoryThatCannotBeCreated(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, dir := range []string{file, filepath.Join(file, "keys"), "/proc/keys-here"} {
		_, err := OpenKeys(dir, newClock().Now, nil)
		var bad *KeysError
		if !errors.As(err, &bad) || bad.Dir != dir {
			t.Errorf("%s: %v", dir, err)
		}
	}
}
