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

// KeysError says what is wrong with the directory of signing keys, in words for the operator.
// Err is the system's own error, where there is one.
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

// A key's file is named by use and number, access-000001.pem, and holds the private key as PKCS #8 in
// PEM with the moment of its making as a header. The number makes "first one wins" a matter of one
// name that can be created only once. Other files are left alone.
var keyFileName = regexp.MustCompile(`^(access|price|link)-([0-9]{6})\.pem$`)

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
		return nil, &KeysError{Dir: dir, Reason: fmt.Sprintf("others may write to it (mode %04o): run chmod 700 on it", info.Mode().Perm())}
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
			continue // another process dropped it just now
		}
		if err != nil {
			return nil, err
		}
		if other, twice := seen[key.id]; twice {
			return nil, &KeysError{Dir: dir, File: name, Reason: "holds the same key as " + other + ": every file needs a key of its own"}
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
		return nil, &KeysError{Dir: dir, File: name, Reason: "is not a file"}
	}
	if runtime.GOOS != "windows" && info.Mode().Perm()&0o077 != 0 {
		return nil, &KeysError{Dir: dir, File: name, Reason: fmt.Sprintf("others may read or write it (mode %04o): run chmod 600 on it, and replace the key if it may have been read", info.Mode().Perm())}
	}
	raw, err := io.ReadAll(io.LimitReader(file, maxKeyFile+1))
	if err != nil {
		return nil, &KeysError{Dir: dir, File: name, Reason: "cannot be read", Err: err}
	}
	key, err := parseKey(raw)
	if err != nil {
		return nil, &KeysError{Dir: dir, File: name, Reason: "is not a key file of ours", Err: err}
	}
	return key, nil
}

func parseKey(raw []byte) (*signingKey, error) {
	if len(raw) > maxKeyFile {
		return nil, fmt.Errorf("longer than %d bytes", maxKeyFile)
	}
	block, rest := pem.Decode(raw)
	if block == nil || block.Type != pemType || len(bytes.TrimSpace(rest)) > 0 {
		return nil, fmt.Errorf("want one PEM block %q and nothing else", pemType)
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
		return nil, fmt.Errorf("want an Ed25519 key, got %T", parsed)
	}
	key := &signingKey{created: created.UTC(), private: private}
	key.digest, key.id = thumbprint(key.public())
	return key, nil
}

// writeKeyFile puts a whole, synced file under the key's name, or fails with os.ErrExist when there
// is one already. The name is given by a hard link and not a rename, for a rename would replace the
// key that another process has just begun to sign with.
func writeKeyFile(dir string, key *signingKey) error {
	name := key.fileName()
	if key.number > maxKeyNumbers {
		return &KeysError{Dir: dir, File: name, Reason: "too many keys"}
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
	defer func() { _ = os.Remove(temporary.Name()) }() // its other name stays
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
		return &KeysError{Dir: dir, File: key.fileName(), Reason: "its time is over, but it cannot be deleted", Err: err}
	}
	return nil
}

// syncDir makes a new name last through a loss of power. A system that cannot sync directories has
// no such promise to give.
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
