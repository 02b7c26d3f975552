package auth

import (
	"path/filepath"
	"strings"
	"testing"
	"time"
)

const somePermission = "prm_01h455vb4pex5vsknk084sn02q"

func newLinks(t *testing.T) (*Links, *clock) {
	t.Helper()
	c := newClock()
	return &Links{Keys: openKeys(t, filepath.Join(t.TempDir(), "keys"), c), Now: c.Now}, c
}

func TestLinkForRevokingNeverExpires(t *testing.T) {
	t.Parallel()
	links, c := newLinks(t)
	token, err := links.Revoke(somePermission)
	if err != nil {
		t.Fatal(err)
	}
	if len(token) > 128 {
		t.Errorf("the link has %d bytes, want at most 128", len(token))
	}
	for range 5 {
		if got, err := links.Verify(LinkRevoke, token); err != nil || got != somePermission {
			t.Fatalf("at %v: %q, %v", c.Now(), got, err)
		}
		if err := links.Keys.Rotate(UseLink); err != nil {
			t.Fatal(err)
		}
		c.move(10 * 365 * 24 * time.Hour)
	}
}

func TestLinkForConfirmingExpires(t *testing.T) {
	t.Parallel()
	links, c := newLinks(t)
	token, err := links.Confirm(somePermission, c.Now().Add(time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	c.move(time.Hour - time.Microsecond)
	if got, err := links.Verify(LinkConfirm, token); err != nil || got != somePermission {
		t.Errorf("got %q, %v, want the permission", got, err)
	}
	c.move(time.Microsecond)
	if got, err := links.Verify(LinkConfirm, token); err != ErrLinkExpired || got != somePermission {
		t.Errorf("got %q, %v, want the permission and ErrLinkExpired", got, err)
	}
}

func TestLinkRefused(t *testing.T) {
	t.Parallel()
	links, c := newLinks(t)
	revoke, err := links.Revoke(somePermission)
	if err != nil {
		t.Fatal(err)
	}
	confirm, err := links.Confirm(somePermission, c.Now().Add(time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	strange, foreignClock := newLinks(t)
	foreign, err := strange.Confirm(somePermission, foreignClock.Now().Add(time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	for name, tc := range map[string]struct {
		purpose LinkPurpose
		token   string
	}{
		"revoke for confirm":     {LinkConfirm, revoke},
		"confirm for revoke":     {LinkRevoke, confirm},
		"no purpose":             {0, revoke},
		"another installation's": {LinkConfirm, foreign},
		"empty":                  {LinkRevoke, ""},
		"prefix alone":           {LinkRevoke, "kl1."},
		"the permission's id":    {LinkRevoke, somePermission},
		"cut off":                {LinkRevoke, revoke[:len(revoke)-1]},
		"one more":               {LinkRevoke, revoke + "A"},
		"altered":                {LinkRevoke, strings.Replace(revoke, revoke[20:24], "AAAA", 1)},
		"new line":               {LinkRevoke, revoke + "\n"},
		"huge":                   {LinkRevoke, revoke + strings.Repeat("A", 1<<16)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got, err := links.Verify(tc.purpose, tc.token); err != ErrLinkInvalid || got != "" {
				t.Errorf("got %q, %v, want ErrLinkInvalid and no permission", got, err)
			}
		})
	}
	for _, id := range []string{"", "prm_", "cus_01h455vb4pex5vsknk084sn02q", somePermission + "q"} {
		if token, err := links.Revoke(id); err == nil {
			t.Errorf("a link for %q: %s", id, token)
		}
	}
	if _, err := links.Confirm(somePermission, time.Time{}); err == nil {
		t.Error("a link to confirm without an end")
	}
}

// A payload that sign does not make is refused even with a valid signature.
func TestLinkPayloads(t *testing.T) {
	t.Parallel()
	links, _ := newLinks(t)
	id, err := packID("prm", somePermission)
	if err != nil {
		t.Fatal(err)
	}
	for name, payload := range map[string]string{
		"revoke that ends":     "\x01" + string(id[:]) + "\x05",
		"confirm without end":  "\x02" + string(id[:]) + "\x00",
		"no end at all":        "\x01" + string(id[:]),
		"something more":       "\x01" + string(id[:]) + "\x00\x00",
		"short":                "\x01",
		"nothing":              "",
		"a number without end": "\x01" + string(id[:]) + "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			token, err := linkTokens.seal(links.Keys, []byte(payload))
			if err != nil {
				t.Fatal(err)
			}
			for _, purpose := range []LinkPurpose{LinkRevoke, LinkConfirm} {
				if got, err := links.Verify(purpose, token); err != ErrLinkInvalid {
					t.Errorf("got %q, %v, want ErrLinkInvalid", got, err)
				}
			}
		})
	}
}
