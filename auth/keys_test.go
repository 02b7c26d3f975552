package auth

import (
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"
)

// clock is a clock that the test moves.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func newClock() *clock { return &clock{at: time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)} }

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) move(by time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(by)
}

func openKeys(t testing.TB, dir string, c *clock) *Keys {
	t.Helper()
	keys, err := OpenKeys(dir, c.Now, nil)
	if err != nil {
		t.Fatal(err)
	}
	return keys
}

func signerID(t *testing.T, keys *Keys, use KeyUse) string {
	t.Helper()
	key, err := keys.signer(use)
	if err != nil {
		t.Fatal(err)
	}
	return key.id
}

func verifies(keys *Keys, use KeyUse, id string) bool {
	return keys.verifier(use, func(k *signingKey) bool { return k.id == id }) != nil
}

// The example of RFC 8037, appendix A.3.
func TestThumbprintOfRFC8037(t *testing.T) {
	t.Parallel()
	public, err := base64.RawURLEncoding.DecodeString("11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo")
	if err != nil {
		t.Fatal(err)
	}
	if _, id := thumbprint(public); id != "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k" {
		t.Errorf("thumbprint %s", id)
	}
}

func TestOpenKeysMakesPrivateFiles(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "deep", "keys")
	openKeys(t, dir, newClock())
	info, err := os.Stat(dir)
	if err != nil {
		t.Fatal(err)
	}
	if runtime.GOOS != "windows" && info.Mode().Perm() != 0o700 {
		t.Errorf("directory's mode %v", info.Mode())
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, entry := range entries {
		names = append(names, entry.Name())
		if info, _ := entry.Info(); runtime.GOOS != "windows" && info.Mode().Perm() != 0o600 {
			t.Errorf("%s: mode %v", entry.Name(), info.Mode())
		}
	}
	if got := strings.Join(names, " "); got != "access-000001.pem link-000001.pem price-000001.pem receipt-000001.pem" {
		t.Errorf("files: %s", got)
	}
}

func TestKeysOutliveTheProcessAndDifferByUse(t *testing.T) {
	t.Parallel()
	dir, c := t.TempDir(), newClock()
	chmod(t, dir, 0o700)
	first := openKeys(t, dir, c)
	c.move(24 * time.Hour)
	second := openKeys(t, dir, c)
	seen := map[string]bool{}
	for _, use := range keyUses {
		id := signerID(t, first, use)
		if signerID(t, second, use) != id {
			t.Errorf("%s: another key after a restart", use)
		}
		if seen[id] {
			t.Errorf("%s shares its key with another use", use)
		}
		seen[id] = true
		for _, other := range keyUses {
			if other != use && verifies(first, other, id) {
				t.Errorf("a key for %s verifies for %s", use, other)
			}
		}
	}
}

func TestProcessesStartingAtOnceEndWithTheSameKeys(t *testing.T) {
	t.Parallel()
	for range 5 {
		dir := filepath.Join(t.TempDir(), "keys")
		c := newClock()
		ids := make([]string, 16)
		var wait sync.WaitGroup
		for i := range ids {
			wait.Go(func() {
				keys, err := OpenKeys(dir, c.Now, nil)
				if err != nil {
					t.Error(err)
					return
				}
				for _, use := range keyUses {
					key, err := keys.signer(use)
					if err != nil {
						t.Error(err)
						return
					}
					ids[i] += key.id + " "
				}
			})
		}
		wait.Wait()
		for _, id := range ids {
			if id != ids[0] {
				t.Fatalf("two processes sign with different keys: %s, %s", id, ids[0])
			}
		}
		if entries, _ := os.ReadDir(dir); len(entries) != len(keyUses) {
			t.Errorf("%d files: %v", len(entries), entries)
		}
	}
}

func TestRotationSignsLaterAndSignsNobodyOut(t *testing.T) {
	t.Parallel()
	dir, c := filepath.Join(t.TempDir(), "keys"), newClock()
	here, there := openKeys(t, dir, c), openKeys(t, dir, c)
	first := signerID(t, here, UseAccess)
	c.move(time.Hour)
	if err := here.Rotate(UseAccess); err != nil {
		t.Fatal(err)
	}
	if signerID(t, here, UseAccess) != first {
		t.Error("a new key signs before the other processes can have read it")
	}
	c.move(SignAfter - time.Microsecond)
	if signerID(t, here, UseAccess) != first {
		t.Error("a new key signs too early")
	}
	c.move(time.Microsecond)
	second := signerID(t, here, UseAccess)
	if second == first {
		t.Fatal("the new key does not sign")
	}
	if signerID(t, there, UseAccess) != second {
		t.Error("the other process has not taken the new key up")
	}
	if !verifies(there, UseAccess, first) || !verifies(there, UseAccess, second) {
		t.Error("both keys must verify")
	}
	c.move(MaxLife(UseAccess) - time.Microsecond)
	if !verifies(there, UseAccess, first) {
		t.Error("the old key was dropped before the longest of its tokens has ended")
	}
	c.move(time.Microsecond)
	if verifies(there, UseAccess, first) || verifies(here, UseAccess, first) {
		t.Error("the old key verifies past its time")
	}
	if strings.Contains(string(here.JWKS()), first) {
		t.Error("a dropped key is still published")
	}
	if err := there.Rotate(UseAccess); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(dir, "access-000001.pem")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the dropped key's file is still there: %v", err)
	}
	if signerID(t, openKeys(t, dir, c), UseAccess) != second {
		t.Error("a process that starts now does not sign with the key of the others")
	}
}

func TestLinkKeysAreNeverDropped(t *testing.T) {
	t.Parallel()
	c := newClock()
	keys := openKeys(t, filepath.Join(t.TempDir(), "keys"), c)
	first := signerID(t, keys, UseLink)
	for range 3 {
		if err := keys.Rotate(UseLink); err != nil {
			t.Fatal(err)
		}
		c.move(20 * 365 * 24 * time.Hour)
	}
	if signerID(t, keys, UseLink) == first || !verifies(keys, UseLink, first) {
		t.Error("a link made sixty years ago no longer revokes")
	}
}

func TestRotateDue(t *testing.T) {
	t.Parallel()
	c := newClock()
	dir := filepath.Join(t.TempDir(), "keys")
	keys, other := openKeys(t, dir, c), openKeys(t, dir, c)
	count := func() int {
		entries, err := os.ReadDir(dir)
		if err != nil {
			t.Fatal(err)
		}
		return len(entries)
	}
	c.move(7*24*time.Hour - 1)
	if err := keys.RotateDue(7 * 24 * time.Hour); err != nil || count() != len(keyUses) {
		t.Fatalf("too early: %v, %d files", err, count())
	}
	c.move(1)
	for _, k := range []*Keys{keys, other, keys} { // the second has nothing to do
		if err := k.RotateDue(7 * 24 * time.Hour); err != nil || count() != 2*len(keyUses) {
			t.Fatalf("%v, %d files", err, count())
		}
	}
}

func TestConcurrentRotationAddsAtMostOneKeyEach(t *testing.T) {
	t.Parallel()
	c := newClock()
	dir := filepath.Join(t.TempDir(), "keys")
	all := []*Keys{openKeys(t, dir, c), openKeys(t, dir, c), openKeys(t, dir, c)}
	var wait sync.WaitGroup
	for _, keys := range all {
		wait.Go(func() {
			if err := keys.Rotate(UsePrice); err != nil {
				t.Error(err)
			}
		})
		wait.Go(func() {
			for range 50 {
				if _, err := keys.signer(UsePrice); err != nil {
					t.Error(err)
				}
				keys.JWKS()
				c.move(time.Second)
			}
		})
	}
	wait.Wait()
	c.move(SignAfter + ReadEvery)
	for _, keys := range all {
		if signerID(t, keys, UsePrice) != signerID(t, all[0], UsePrice) {
			t.Error("the processes do not agree")
		}
	}
	set, err := readKeys(dir)
	if err != nil {
		t.Fatal(err)
	}
	if n := len(set[UsePrice]); n < 2 || n > 4 {
		t.Errorf("%d keys after three rotations", n)
	}
}

// After a leaked key's file is deleted the next key signs immediately, and other processes accept it when they first see it.
func TestUnknownKeyIsLookedForOncePerSecond(t *testing.T) {
	t.Parallel()
	c := newClock()
	dir := filepath.Join(t.TempDir(), "keys")
	here, there := openKeys(t, dir, c), openKeys(t, dir, c)
	old := signerID(t, here, UseAccess)
	if err := here.Rotate(UseAccess); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(filepath.Join(dir, "access-000001.pem")); err != nil {
		t.Fatal(err)
	}
	if err := here.Rotate(UsePrice); err != nil { // reads the directory
		t.Fatal(err)
	}
	fresh := signerID(t, here, UseAccess)
	if fresh == old || verifies(here, UseAccess, old) {
		t.Fatal("the deleted key still signs or verifies")
	}
	if verifies(there, UseAccess, fresh) {
		t.Error("read again within the second: unknown ids would be a way to keep the disk busy")
	}
	c.move(missEvery)
	if !verifies(there, UseAccess, fresh) {
		t.Error("a new key of another process is not found")
	}
	if verifies(there, UseAccess, old) {
		t.Error("the deleted key still verifies")
	}
}

func TestJWKSHasOnlyPublicParametersOfAccessKeys(t *testing.T) {
	t.Parallel()
	c := newClock()
	keys := openKeys(t, filepath.Join(t.TempDir(), "keys"), c)
	if err := keys.Rotate(UseAccess); err != nil {
		t.Fatal(err)
	}
	var set struct{ Keys []map[string]string }
	if err := json.Unmarshal(keys.JWKS(), &set); err != nil {
		t.Fatal(err)
	}
	if len(set.Keys) != 2 {
		t.Fatalf("%d keys, want the signing one and the one that signs next", len(set.Keys))
	}
	for i, got := range set.Keys {
		want := (*keys.set.Load())[UseAccess][i]
		x, err := base64.RawURLEncoding.DecodeString(got["x"])
		if err != nil || !want.public().Equal(ed25519.PublicKey(x)) {
			t.Errorf("x %q: %v", got["x"], err)
		}
		delete(got, "x")
		if len(got) != 5 || got["kid"] != want.id || got["kty"] != "OKP" || got["crv"] != "Ed25519" || got["alg"] != "EdDSA" || got["use"] != "sig" {
			t.Errorf("key %v", got)
		}
	}
}

func TestReadyComesBack(t *testing.T) {
	t.Parallel()
	dir, c := filepath.Join(t.TempDir(), "keys"), newClock()
	keys := openKeys(t, dir, c)
	away := dir + "-away"
	if err := os.Rename(dir, away); err != nil {
		t.Fatal(err)
	}
	c.move(time.Second)
	if keys.Ready() == nil {
		t.Error("ready without its directory")
	}
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	c.move(time.Second)
	if keys.Ready() == nil {
		t.Error("ready with an empty directory")
	}
	if _, err := keys.signer(UseAccess); err != nil {
		t.Error(err)
	}
	if err := errors.Join(os.Remove(dir), os.Rename(away, dir)); err != nil {
		t.Fatal(err)
	}
	c.move(time.Second)
	if err := keys.Ready(); err != nil {
		t.Error(err)
	}
}

func TestNoRandomnessMakesNoKey(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "keys")
	if _, err := OpenKeys(dir, newClock().Now, strings.NewReader("too short")); err == nil {
		t.Fatal("a key without randomness")
	}
	if entries, _ := os.ReadDir(dir); len(entries) != 0 {
		t.Errorf("left behind: %v", entries)
	}
}
