package auth

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"testing"
)

func TestRefreshToken(t *testing.T) {
	t.Parallel()
	token, hash, err := NewRefreshToken(bytes.NewReader(make([]byte, 32)))
	if err != nil {
		t.Fatal(err)
	}
	if token != "kr1."+strings.Repeat("A", 43) {
		t.Errorf("256 bits of zero are %q", token)
	}
	if sum := sha256.Sum256([]byte(token)); hash != hex.EncodeToString(sum[:]) {
		t.Errorf("hash %q", hash)
	}
	seen := map[string]bool{}
	for range 100 {
		token, hash, err := NewRefreshToken(nil)
		if err != nil || seen[token] || seen[hash] {
			t.Fatalf("%v, or twice the same", err)
		}
		seen[token], seen[hash] = true, true
		if second, err := HashRefreshToken(token); err != nil || second != hash {
			t.Errorf("hash %q, then %q, %v", hash, second, err)
		}
	}
	if _, _, err := NewRefreshToken(strings.NewReader("short")); err == nil {
		t.Error("a token of little randomness")
	}
	for _, bad := range []string{"", "kr1.", token[:len(token)-1], token + "A", token[:46] + "B", token[:46] + "\n", strings.Repeat("x", 47), " " + token[:46], "kp1." + token[4:]} {
		if hash, err := HashRefreshToken(bad); err != ErrInvalidToken || hash != "" {
			t.Errorf("%q: %q, %v", bad, hash, err)
		}
	}
}

// What follows a token depends on the token and on the row alone, and either alone does not give it.
func TestNextRefreshToken(t *testing.T) {
	first, _, err := NewRefreshToken(nil)
	if err != nil {
		t.Fatal(err)
	}
	other, _, err := NewRefreshToken(nil)
	if err != nil {
		t.Fatal(err)
	}
	next, hash, err := NextRefreshToken(first, "ses_1")
	if err != nil {
		t.Fatal(err)
	}
	if stored, err := HashRefreshToken(next); err != nil || stored != hash {
		t.Errorf("the hash of %s is %s and not %s (%v)", next, stored, hash, err)
	}
	seen := map[string]bool{first: true, other: true}
	for _, c := range [][2]string{{first, "ses_1"}, {first, "ses_2"}, {other, "ses_1"}, {next, "ses_1"}} {
		token, _, err := NextRefreshToken(c[0], c[1])
		again, _, _ := NextRefreshToken(c[0], c[1])
		if err != nil || seen[token] || token != again {
			t.Errorf("after %v: %s, then %s (%v)", c, token, again, err)
		}
		seen[token] = true
	}
	if _, _, err := NextRefreshToken("kr1.rubbish", "ses_1"); err == nil {
		t.Error("something follows rubbish")
	}
}
