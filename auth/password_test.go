package auth

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"kopeck/fault"
)

func newPasswords(t *testing.T, concurrency int) *Passwords {
	t.Helper()
	p, err := NewPasswords(concurrency, nil)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestPasswordRoundTrip(t *testing.T) {
	t.Parallel()
	ctx, p := t.Context(), newPasswords(t, 2)
	stored, err := p.Hash(ctx, "занавески из льна")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(stored, "$argon2id$v=19$m=19456,t=2,p=1$") {
		t.Errorf("another cost than 19 MiB, two passes, one thread: %s", stored)
	}
	if ok, rehash, err := p.Verify(ctx, stored, "занавески из льна"); !ok || rehash || err != nil {
		t.Errorf("the correct password: %v, %v, %v", ok, rehash, err)
	}
	if ok, rehash, err := p.Verify(ctx, stored, "Занавески из льна"); ok || rehash || err != nil {
		t.Errorf("a wrong password: %v, %v, %v", ok, rehash, err)
	}
	if second, err := p.Hash(ctx, "занавески из льна"); err != nil || second == stored {
		t.Errorf("the same salt twice: %v", err)
	}
}

// Made by the reference implementation (P-H-C/phc-winner-argon2, src/test.c), at another cost than ours.
func TestPasswordOfTheReferenceImplementation(t *testing.T) {
	t.Parallel()
	const stored = "$argon2id$v=19$m=256,t=2,p=2$c29tZXNhbHQ$bQk8UB/VmZZF4Oo79iDXuL5/0ttZwg2f/5U52iv1cDc"
	p := newPasswords(t, 1)
	if ok, rehash, err := p.Verify(t.Context(), stored, "password"); !ok || !rehash || err != nil {
		t.Errorf("got %v, %v, %v, want the password accepted, to be hashed with today's cost", ok, rehash, err)
	}
	if ok, rehash, err := p.Verify(t.Context(), stored, "passwore"); ok || rehash || err != nil {
		t.Errorf("a wrong password: %v, %v, %v", ok, rehash, err)
	}
}

func TestDummyCostsWhatAnAccountCosts(t *testing.T) {
	t.Parallel()
	p := newPasswords(t, 1)
	cost, salt, hash, err := parsePHC(p.nobody)
	if err != nil || cost != currentCost || len(salt) != saltBytes || len(hash) != hashBytes {
		t.Fatalf("got %+v, %d, %d, %v, want today's cost and lengths", cost, len(salt), len(hash), err)
	}
	began := time.Now()
	if err := p.VerifyDummy(t.Context(), "whatever it is"); err != nil {
		t.Fatal(err)
	}
	if took := time.Since(began); took < time.Millisecond {
		t.Errorf("%v: nothing was computed", took)
	}
}

func TestPasswordHashUnreadable(t *testing.T) {
	t.Parallel()
	p := newPasswords(t, 1)
	const salt, hash = "c29tZXNhbHRzb21lc2FsdA", "CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc"
	for _, stored := range []string{
		"", "password", "$2a$10$N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy",
		"$argon2i$v=19$m=19456,t=2,p=1$" + salt + "$" + hash,
		"$argon2id$v=16$m=19456,t=2,p=1$" + salt + "$" + hash,
		"$argon2id$m=19456,t=2,p=1$" + salt + "$" + hash,
		"$argon2id$v=19$m=4194304,t=2,p=1$" + salt + "$" + hash,
		"$argon2id$v=19$m=19456,t=1000000,p=1$" + salt + "$" + hash,
		"$argon2id$v=19$m=19456,t=2,p=255$" + salt + "$" + hash,
		"$argon2id$v=19$m=19456,t=0,p=1$" + salt + "$" + hash,
		"$argon2id$v=19$m=19456,t=2,p=0$" + salt + "$" + hash,
		"$argon2id$v=19$m=-1,t=2,p=1$" + salt + "$" + hash,
		"$argon2id$v=19$m=19456,t=2,p=1,keyid=x$" + salt + "$" + hash,
		"$argon2id$v=19$m=19456,t=2,p=1$$" + hash,
		"$argon2id$v=19$m=19456,t=2,p=1$" + salt + "$",
		"$argon2id$v=19$m=19456,t=2,p=1$" + salt + "$AAAA",
		"$argon2id$v=19$m=19456,t=2,p=1$" + salt + "$" + hash + "$",
		"$argon2id$v=19$m=19456,t=2,p=1$" + salt + "$" + hash + "=",
		"$argon2id$v=19$m=019456,t=2,p=1$" + salt + "$" + hash,
	} {
		t.Run(stored, func(t *testing.T) {
			t.Parallel()
			if ok, rehash, err := p.Verify(t.Context(), stored, ""); ok || rehash || err != ErrPasswordHash {
				t.Errorf("got %v, %v, %v, want ErrPasswordHash", ok, rehash, err)
			}
		})
	}
	if _, _, _, err := parsePHC("$argon2id$v=19$m=19456,t=2,p=1$" + salt + "$" + hash); err != nil {
		t.Error("the valid hash that the cases above alter is refused")
	}
}

func TestPasswordsWaitTheirTurn(t *testing.T) {
	p := newPasswords(t, 1)
	p.turns <- struct{}{} // takes the only turn
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer cancel()
	if _, err := p.Hash(ctx, "12345"); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("Hash: %v", err)
	}
	if err := p.VerifyDummy(ctx, "12345"); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("VerifyDummy: %v", err)
	}
	var wait sync.WaitGroup
	for range 3 {
		wait.Go(func() {
			if _, err := p.Hash(t.Context(), "12345"); err != nil {
				t.Error(err)
			}
		})
	}
	<-p.turns
	wait.Wait()
	if len(p.turns) != 0 {
		t.Error("a turn was not given back")
	}
}

func TestPasswordPolicy(t *testing.T) {
	t.Parallel()
	const account = "Anna.Petrova@Example.com"
	for password, ok := range map[string]bool{
		"":                         false,
		"short-1":                  false,
		"7 букв.":                  false,
		"пароль-1":                 false,
		"123456789012":             false,
		"qwertyuiop12":             false,
		"йцукенг123456":            false,
		"солнышко1990":             false,
		"p@ssw0rd2026":             false,
		"a long password":          true,
		"Шторы на окно 7":          true,
		"12 занавесок":             true,
		"correct horse battery":    true,
		"Password123":              false,
		"qwertyuiop":               false,
		"aaaaaaaaaaaa":             false,
		"AAAAaaaaAAAA":             false,
		"яяяяяяяяяяя":              false,
		"abababababab":             true,
		"anna.petrova":             false,
		"ANNA.PETROVA@example.COM": false,
		"anna.petrova-99":          false,
		"zero\x00in the middle":    false,
		"broken \xff text":         false,
		strings.Repeat("xy", 128):  true,
		strings.Repeat("xy", 129):  false,
		strings.Repeat("щы", 65):   false,
		"🧵🪡🧶🪟🏠🛋🪑🛏":                 true,
	} {
		t.Run(password, func(t *testing.T) {
			t.Parallel()
			if err := CheckPassword("password", account, password); (err == nil) != ok {
				t.Error(err)
			} else if err != nil && (fault.Of(err).Path[0] != "password" || (password != "" && strings.Contains(err.Error(), password))) {
				t.Errorf("%v at %v", err, fault.Of(err).Path)
			}
		})
	}
}
