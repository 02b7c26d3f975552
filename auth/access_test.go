package auth

import (
	"crypto/rand"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

func newAccess(t testing.TB) (*Access, *clock) {
	t.Helper()
	c := newClock()
	keys := openKeys(t, filepath.Join(t.TempDir(), "keys"), c)
	return &Access{Keys: keys, Issuer: "kopeck", Audience: "kopeck-api", Now: c.Now, Random: rand.Reader}, c
}

var someone = AccessClaims{Subject: "usr_01h455vb4pex5vsknk084sn02q", Role: "SALES", Session: "ses_01h455vb4pex5vsknk084sn02r"}

func TestAccessRoundTrip(t *testing.T) {
	t.Parallel()
	access, c := newAccess(t)
	c.move(987 * time.Millisecond)
	token, expires, err := access.Issue(someone, 15*time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	got, err := access.Verify(token)
	if err != nil {
		t.Fatal(err)
	}
	if got.ID == "" || !got.ExpiresAt.Equal(expires) || !expires.Equal(c.Now().Truncate(time.Second).Add(15*time.Minute)) || !got.IssuedAt.Equal(c.Now().Truncate(time.Second)) {
		t.Errorf("%+v, expires %v", got, expires)
	}
	want := someone
	want.ID, want.IssuedAt, want.ExpiresAt = got.ID, got.IssuedAt, got.ExpiresAt
	if got != want {
		t.Errorf("got %+v", got)
	}
	second, _, err := access.Issue(someone, 15*time.Minute)
	if err != nil || second == token {
		t.Errorf("two tokens of one second are the same: %v", err)
	}
	bare := AccessClaims{Subject: "usr_x", Role: "ADMIN"}
	token, _, err = access.Issue(bare, time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := access.Verify(token); err != nil || got.Session != "" {
		t.Errorf("a token without a session: %+v, %v", got, err)
	}
}

func TestAccessTokenEndsWithThirtySecondsOfSkew(t *testing.T) {
	t.Parallel()
	access, c := newAccess(t)
	token, _, err := access.Issue(someone, time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	c.move(-30 * time.Second) // issued by a process whose clock is ahead
	for _, step := range []struct {
		by time.Duration
		ok bool
	}{{0, true}, {-time.Second, false}, {time.Second, true}, {30*time.Second + time.Minute, true}, {29 * time.Second, true}, {time.Second, false}, {365 * 24 * time.Hour, false}} {
		c.move(step.by)
		if _, err := access.Verify(token); (err == nil) != step.ok {
			t.Errorf("at %v: %v", c.Now(), err)
		}
	}
}

func TestIssueRefuses(t *testing.T) {
	t.Parallel()
	access, _ := newAccess(t)
	for name, try := range map[string]func() (string, time.Time, error){
		"no subject":    func() (string, time.Time, error) { return access.Issue(AccessClaims{Role: "ADMIN"}, time.Minute) },
		"no role":       func() (string, time.Time, error) { return access.Issue(AccessClaims{Subject: "usr_x"}, time.Minute) },
		"no time":       func() (string, time.Time, error) { return access.Issue(someone, 0) },
		"negative time": func() (string, time.Time, error) { return access.Issue(someone, -time.Hour) },
		"longer than its key verifies": func() (string, time.Time, error) {
			return access.Issue(someone, MaxLife(UseAccess)+time.Second)
		},
		"more than Verify takes": func() (string, time.Time, error) {
			return access.Issue(AccessClaims{Subject: strings.Repeat("x", 8192), Role: "ADMIN"}, time.Minute)
		},
		"no randomness": func() (string, time.Time, error) {
			poor := *access
			poor.Random = strings.NewReader("short")
			return poor.Issue(someone, time.Minute)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if token, _, err := try(); err == nil || token != "" {
				t.Errorf("got %q, %v, want an error and no token", token, err)
			}
		})
	}
}

func TestRotationSignsNobodyOut(t *testing.T) {
	t.Parallel()
	c := newClock()
	dir := filepath.Join(t.TempDir(), "keys")
	make1 := func() *Access {
		return &Access{Keys: openKeys(t, dir, c), Issuer: "kopeck", Audience: "kopeck-api", Now: c.Now, Random: rand.Reader}
	}
	one, other := make1(), make1()
	before, _, err := one.Issue(someone, 15*time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	if err := one.Keys.Rotate(UseAccess); err != nil {
		t.Fatal(err)
	}
	c.move(SignAfter)
	after, _, err := one.Issue(someone, 15*time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	if strings.Split(before, ".")[0] == strings.Split(after, ".")[0] {
		t.Error("the rotated key does not sign")
	}
	for _, access := range []*Access{one, other, make1()} {
		for _, token := range []string{before, after} {
			if _, err := access.Verify(token); err != nil {
				t.Error(err)
			}
		}
	}
}

// An Access without issuer or audience accepts no token, rather than every token.
func TestVerifyWithoutIssuerOrAudience(t *testing.T) {
	t.Parallel()
	access, _ := newAccess(t)
	token, _, err := access.Issue(someone, time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	for _, incomplete := range []Access{
		{Keys: access.Keys, Audience: access.Audience, Now: access.Now},
		{Keys: access.Keys, Issuer: access.Issuer, Now: access.Now},
	} {
		if _, err := incomplete.Verify(token); err != ErrInvalidToken {
			t.Errorf("%+v: %v", incomplete, err)
		}
	}
}

func TestAccessConcurrently(t *testing.T) {
	t.Parallel()
	access, c := newAccess(t)
	var wait sync.WaitGroup
	for i := range 8 {
		wait.Go(func() {
			for range 20 {
				token, _, err := access.Issue(someone, 24*time.Hour)
				if err != nil {
					t.Error(err)
					return
				}
				if _, err := access.Verify(token); err != nil {
					t.Error(err)
				}
				if _, err := access.Verify(token + "x"); err == nil {
					t.Error("accepted")
				}
				c.move(time.Second)
			}
			if i == 0 {
				if err := access.Keys.Rotate(UseAccess); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wait.Wait()
}

func FuzzVerifyAccess(f *testing.F) {
	access, _ := newAccess(f)
	token, _, err := access.Issue(someone, time.Minute)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(token)
	f.Add("a.b.c")
	f.Fuzz(func(t *testing.T, text string) {
		if _, err := access.Verify(text); (err == nil) != (text == token) {
			t.Errorf("%q: %v", text, err)
		}
	})
}
