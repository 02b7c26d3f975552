package auth

import (
	"bytes"
	"crypto/ed25519"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"time"
)

// KeysError describes what is wrong with the directory of signing keys, for the operator.
// Err is the system's error, nil where there is none.
type KeysError struct {
	Dir    string
	File   string // a name in Dir; empty for the directory as a whole
	Reason string
	Err    error
}

func (e *KeysError) Error() string {
	text := fmt.Sprintf("keys directory %q", e.Dir)
	if e.File != "" {
		text += ": " + e.File
	}
	text += ": " + e.Reason
	if e.Err != nil {
		text += ": " + e.Err.Error()
	}
	return text
}

func (e *KeysError) Unwrap() error { return e.Err }

// keyFileName matches the name of a key's file, which has its use and number: access-000001.pem. The file has the private
// key as PKCS #8 in PEM, with the time of creation as a header. A name can be created only once, so that of two
// processes making the same key the first one wins. Other files are ignored.
var keyFileName = regexp.MustCompile(`^(access|price|link|receipt)-([0-9]{6})\.pem$`)

const (
	pemType       = "PRIVATE KEY"
	pemCreated    = "Created"
	maxKeyFile    = 4096
	maxKeyNumbers = 999999
)

func (k *signingKey) fileName() string { return fmt.Sprintf("%s-%06d.pem", k.use, k.number) }

// readKeys reads all key files of a directory. The error is a *KeysError.
func readKeys(dir string) (keySet, error) {
	info, err := os.Stat(dir)
	if err != nil {
		return nil, &KeysError{Dir: dir, Reason: "cannot be read", Err: err}
	}
	if runtime.GOOS != "windows" && info.Mode().Perm()&0o022 != 0 {
		return nil, &KeysError{Dir: dir, Reason: fmt.Sprintf("other users may write to it (mode %04o); run chmod 700 on it", info.Mode().Perm())}
	}
	entries, err := os.ReadDir(dir) // sorted by name, that is by number within a use
	if err != nil {
		return nil, &KeysError{Dir: dir, Reason: "cannot be read", Err: err}
	}
	set := keySet{}
	seen := map[string]string{} // key id to file
	for _, entry := range entries {
		name := entry.Name()
		part := keyFileName.FindStringSubmatch(name)
		if part == nil {
			continue
		}
		key, err := readKeyFile(dir, name)
		if errors.Is(err, os.ErrNotExist) {
			continue // another process has just deleted it
		}
		if err != nil {
			return nil, err
		}
		if other, twice := seen[key.id]; twice {
			return nil, &KeysError{Dir: dir, File: name, Reason: "has the same key as " + other + "; every file needs a different key"}
		}
		seen[key.id] = name
		key.use = KeyUse(part[1])
		key.number, _ = strconv.Atoi(part[2])
		set[key.use] = append(set[key.use], key)
	}
	return set, nil
}

func readKeyFile(dir, name string) (*signingKey, error) {
	file, err := os.Open(filepath.Join(dir, name))
	if err != nil {
		return nil, &KeysError{Dir: dir, File: name, Reason: "cannot be read", Err: err}
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return nil, &KeysError{Dir: dir, File: name, Reason: "cannot be read", Err: err}
	}
	if !info.Mode().IsRegular() {
		return nil, &KeysError{Dir: dir, File: name, Reason: "must be a regular file"}
	}
	if runtime.GOOS != "windows" && info.Mode().Perm()&0o077 != 0 {
		return nil, &KeysError{Dir: dir, File: name, Reason: fmt.Sprintf("other users may read or write it (mode %04o); run chmod 600 on it, and replace the key if it may have been read", info.Mode().Perm())}
	}
	raw, err := io.ReadAll(io.LimitReader(file, maxKeyFile+1))
	if err != nil {
		return nil, &KeysError{Dir: dir, File: name, Reason: "cannot be read", Err: err}
	}
	key, err := parseKey(raw)
	if err != nil {
		return nil, &KeysError{Dir: dir, File: name, Reason: "is not a valid key file", Err: err}
	}
	return key, nil
}

func parseKey(raw []byte) (*signingKey, error) {
	if len(raw) > maxKeyFile {
		return nil, fmt.Errorf("it is longer than %d bytes", maxKeyFile)
	}
	block, rest := pem.Decode(raw)
	if block == nil || block.Type != pemType || len(bytes.TrimSpace(rest)) > 0 {
		return nil, fmt.Errorf("it must have exactly one PEM block, of type %q", pemType)
	}
	created, err := time.Parse(time.RFC3339Nano, block.Headers[pemCreated])
	if err != nil {
		return nil, fmt.Errorf("header %q: %w", pemCreated, err)
	}
	parsed, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return nil, err
	}
	private, ok := parsed.(ed25519.PrivateKey)
	if !ok {
		return nil, fmt.Errorf("it must have an Ed25519 key, not %T", parsed)
	}
	key := &signingKey{created: created.UTC(), private: private}
	key.digest, key.id = thumbprint(key.public())
	return key, nil
}

// writeKeyFile writes and syncs a key's file, and fails with os.ErrExist if it exists. A complete file gets its name by a
// hard link: a rename would replace the key that another process has just started signing with.
func writeKeyFile(dir string, key *signingKey) error {
	name := key.fileName()
	if key.number > maxKeyNumbers {
		return &KeysError{Dir: dir, File: name, Reason: "there are too many keys"}
	}
	fail := func(err error) error { return &KeysError{Dir: dir, File: name, Reason: "cannot be written", Err: err} }
	der, err := x509.MarshalPKCS8PrivateKey(key.private)
	if err != nil {
		return fail(err)
	}
	text := pem.EncodeToMemory(&pem.Block{
		Type: pemType, Bytes: der,
		Headers: map[string]string{pemCreated: key.created.Format(time.RFC3339Nano)},
	})
	temporary, err := os.CreateTemp(dir, ".new-key-*") // mode 0600
	if err != nil {
		return fail(err)
	}
	defer func() { _ = os.Remove(temporary.Name()) }() // the file remains under its other name
	_, err = temporary.Write(text)
	err = errors.Join(err, temporary.Sync(), temporary.Close())
	if err != nil {
		return fail(err)
	}
	if err := os.Link(temporary.Name(), filepath.Join(dir, name)); err != nil {
		return fail(err)
	}
	return syncDir(dir)
}

func removeKeyFile(dir string, key *signingKey) error {
	err := os.Remove(filepath.Join(dir, key.fileName()))
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return &KeysError{Dir: dir, File: key.fileName(), Reason: "the key is no longer used, but the file cannot be deleted", Err: err}
	}
	return nil
}

// syncDir makes a new name survive a loss of power, on systems that can sync directories.
func syncDir(dir string) error {
	if slices.Contains([]string{"windows", "plan9"}, runtime.GOOS) {
		return nil
	}
	d, err := os.Open(dir)
	if err == nil {
		err = errors.Join(d.Sync(), d.Close())
	}
	if err != nil {
		return &KeysError{Dir: dir, Reason: "cannot be synced", Err: err}
	}
	return nil
}
