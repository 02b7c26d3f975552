package auth

import (
	"crypto/rand"
	"path/filepath"
	"testing"
	"time"
)

// Every kind of token is accepted only where that kind is expected.
func TestTokensAreAcceptedOnlyAsTheirKind(t *testing.T) {
	t.Parallel()
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
	token, err = prices.Issue(curtains(c))
	must("price", token, err)
	token, err = links.Revoke(somePermission)
	must("revoke", token, err)
	token, err = links.Confirm(somePermission, c.Now().Add(time.Hour))
	must("confirm", token, err)
	token, err = links.Unsubscribe(someSubscription)
	must("unsubscribe", token, err)
	token, err = links.Page(somePage)
	must("page", token, err)
	token, err = links.Viewing(someCode, c.Now().Add(time.Hour))
	must("viewing", token, err)
	token, _, err = NewRefreshToken(nil)
	must("refresh", token, err)

	places := map[string]func(string) error{
		"access":      func(token string) error { _, err := access.Verify(token); return err },
		"price":       func(token string) error { _, err := prices.Verify(token); return err },
		"revoke":      func(token string) error { _, err := links.Verify(LinkRevoke, token); return err },
		"confirm":     func(token string) error { _, err := links.Verify(LinkConfirm, token); return err },
		"unsubscribe": func(token string) error { _, err := links.VerifyUnsubscribe(token); return err },
		"page":        func(token string) error { _, err := links.VerifyPage(token); return err },
		"viewing":     func(token string) error { _, err := links.VerifyViewing(token); return err },
		"refresh":     func(token string) error { _, err := HashRefreshToken(token); return err },
	}
	prefixes := map[string]string{"price": "kp3.", "revoke": "kl1.", "confirm": "kl1.", "unsubscribe": "kl1.", "page": "kl1.", "viewing": "kl1.", "refresh": "kr1."}
	for kind, token := range tokens {
		for place, verify := range places {
			t.Run(kind+" as "+place, func(t *testing.T) {
				t.Parallel()
				if err := verify(token); (err == nil) != (kind == place) {
					t.Errorf("error %v", err)
				}
				if kind == place || prefixes[kind] == "" || prefixes[place] == "" || prefixes[kind] == prefixes[place] {
					return
				}
				if err := verify(prefixes[place] + token[len(prefixes[kind]):]); err == nil {
					t.Error("accepted with the other prefix")
				}
			})
		}
	}
}

// Even with the same keys the domains would distinguish the kinds.
func TestDomainsDistinguishKinds(t *testing.T) {
	t.Parallel()
	c := newClock()
	keys := openKeys(t, filepath.Join(t.TempDir(), "keys"), c)
	mistaken := linkTokens
	mistaken.use, mistaken.prefix = signedPriceTokens.use, signedPriceTokens.prefix
	token, err := mistaken.seal(keys, []byte("payload"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := mistaken.open(keys, token); err != nil {
		t.Fatal(err)
	}
	if _, err := signedPriceTokens.open(keys, token); err == nil {
		t.Error("the domain is not part of what is signed")
	}
}

func TestTokensOverTheirLimitAreRefused(t *testing.T) {
	t.Parallel()
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
		t.Error("a token that would be refused was signed")
	}
}
