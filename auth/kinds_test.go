package auth

import (
	"crypto/rand"
	"path/filepath"
	"testing"
	"time"
)

// Four kinds of token, each offered wherever one is taken: it is taken in its own place alone.
func TestNoTokenIsTakenForAnother(t *testing.T) {
	c := newClock()
	keys := openKeys(t, filepath.Join(t.TempDir(), "keys"), c)
	access := &Access{Keys: keys, Issuer: "kopeck", Audience: "kopeck-api", Now: c.Now, Random: rand.Reader}
	prices, links := &Prices{Keys: keys, Now: c.Now}, &Links{Keys: keys, Now: c.Now}

	tokens := map[string]string{}
	must := func(name, token string, err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		tokens[name] = token
	}
	token, _, err := access.Issue(someone, time.Minute)
	must("access", token, err)
	token, err = prices.Sign(curtains(c))
	must("price", token, err)
	token, err = links.Revoke(somePermission)
	must("revoke", token, err)
	token, err = links.Confirm(somePermission, c.Now().Add(time.Hour))
	must("confirm", token, err)
	token, _, err = NewRefreshToken(nil)
	must("refresh", token, err)

	places := map[string]func(string) error{
		"access":  func(token string) error { _, err := access.Verify(token); return err },
		"price":   func(token string) error { _, err := prices.Verify(token); return err },
		"revoke":  func(token string) error { _, err := links.Verify(LinkRevoke, token); return err },
		"confirm": func(token string) error { _, err := links.Verify(LinkConfirm, token); return err },
		"refresh": func(token string) error { _, err := HashRefreshToken(token); return err },
	}
	prefixes := map[string]string{"price": "kp1.", "revoke": "kl1.", "confirm": "kl1.", "refresh": "kr1."}
	for kind, token := range tokens {
		for place, take := range places {
			if err := take(token); (err == nil) != (kind == place) {
				t.Errorf("a token for %s offered as %s: %v", kind, place, err)
			}
			if kind == place || prefixes[kind] == "" || prefixes[place] == "" || prefixes[kind] == prefixes[place] {
				continue
			}
			disguised := prefixes[place] + token[len(prefixes[kind]):]
			if err := take(disguised); err == nil {
				t.Errorf("a token for %s with the prefix of %s is taken", kind, place)
			}
		}
	}
}

// Were the keys the same by mistake, the domain alone would still tell the kinds apart.
func TestDomainsTellKindsApart(t *testing.T) {
	c := newClock()
	keys := openKeys(t, filepath.Join(t.TempDir(), "keys"), c)
	mistaken := linkTokens
	mistaken.use, mistaken.prefix = priceTokens.use, priceTokens.prefix
	token, err := mistaken.seal(keys, []byte("payload"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := mistaken.open(keys, token); err != nil {
		t.Fatal(err)
	}
	if _, err := priceTokens.open(keys, token); err == nil {
		t.Error("the domain is not part of what is signed")
	}
}

func TestTokensOverTheirLimitAreNotEvenLookedAt(t *testing.T) {
	keys := openKeys(t, filepath.Join(t.TempDir(), "keys"), newClock())
	generous := linkTokens
	generous.limit *= 2
	token, err := generous.seal(keys, make([]byte, linkTokens.limit))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := generous.open(keys, token); err != nil {
		t.Fatal(err)
	}
	if _, err := linkTokens.open(keys, token); err == nil {
		t.Error("opened")
	}
	if _, err := linkTokens.seal(keys, make([]byte, linkTokens.limit)); err == nil {
		t.Error("signed what would be refused")
	}
}
