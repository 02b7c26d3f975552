package web

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestAllowOrigin(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, origin string
		listed       []string
		want         bool
	}{
		{"listed", "https://app.example.com", []string{"https://app.example.com"}, true},
		{"another", "https://evil.example.com", []string{"https://app.example.com"}, false},
		{"another scheme", "http://app.example.com", []string{"https://app.example.com"}, false},
		{"none listed", "https://app.example.com", nil, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if got := allowOrigin(c.listed)(c.origin); got != c.want {
				t.Errorf("%v, want %v", got, c.want)
			}
		})
	}
}

func TestSecure(t *testing.T) {
	t.Parallel()
	w := httptest.NewRecorder()
	secure(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { unauthorized(w) })).ServeHTTP(w, httptest.NewRequest(http.MethodPost, "/graphql", nil))
	for header, want := range map[string]string{
		"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer", "X-Frame-Options": "DENY",
		"WWW-Authenticate": `Bearer error="invalid_token"`, "Content-Type": "application/json; charset=utf-8",
	} {
		if got := w.Header().Get(header); got != want {
			t.Errorf("%s: %q, want %q", header, got, want)
		}
	}
	if w.Code != http.StatusUnauthorized || !strings.Contains(w.Body.String(), `"code":"UNAUTHENTICATED"`) {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}
