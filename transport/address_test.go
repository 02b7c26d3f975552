package transport_test

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"kopeck/transport"
)

func TestClientAddress(t *testing.T) {
	for name, c := range map[string]struct {
		trusted, peer string
		forwarded     []string
		want          string
	}{
		"nobody is trusted":        {"", "192.0.2.1:80", []string{"198.51.100.7"}, "192.0.2.1"},
		"false":                    {"false", "192.0.2.1:80", []string{"198.51.100.7"}, "192.0.2.1"},
		"the nearest, one address": {"true", "192.0.2.1:80", []string{"198.51.100.7"}, "198.51.100.7"},
		"the nearest, no header":   {"true", "192.0.2.1:80", nil, "192.0.2.1"},
		"the nearest believes only what it appended":  {"true", "192.0.2.1:80", []string{"203.0.113.9, 198.51.100.7"}, "198.51.100.7"},
		"a second line that the proxy appended":       {"true", "192.0.2.1:80", []string{"203.0.113.9", "198.51.100.7"}, "198.51.100.7"},
		"past two trusted proxies":                    {"192.0.2.0/24,10.0.0.5", "192.0.2.1:80", []string{"203.0.113.9, 198.51.100.7", "10.0.0.5"}, "198.51.100.7"},
		"who connects is not trusted":                 {"10.0.0.0/8", "192.0.2.1:80", []string{"198.51.100.7"}, "192.0.2.1"},
		"all are trusted: the first":                  {"10.0.0.0/8", "10.0.0.1:80", []string{"10.0.0.3, 10.0.0.2"}, "10.0.0.3"},
		"ports":                                       {"true", "[2001:db8::1]:80", []string{"198.51.100.7:4711"}, "198.51.100.7"},
		"IPv6 in brackets, with a port":               {"2001:db8::/32", "[2001:db8::1]:80", []string{"[2001:db9::7]:4711"}, "2001:db9::7"},
		"IPv6 that is IPv4":                           {"192.0.2.1", "[::ffff:192.0.2.1]:80", []string{"::ffff:198.51.100.7"}, "198.51.100.7"},
		"a network written as IPv6 that is IPv4":      {"::ffff:192.0.2.0/120", "192.0.2.1:80", []string{"198.51.100.7"}, "198.51.100.7"},
		"what is no address ends the list":            {"true", "192.0.2.1:80", []string{"198.51.100.7, unknown"}, "192.0.2.1"},
		"no address after a trusted one":              {"10.0.0.0/8", "10.0.0.1:80", []string{"198.51.100.7, _hidden, 10.0.0.2"}, "10.0.0.2"},
		"an empty header":                             {"true", "192.0.2.1:80", []string{""}, "192.0.2.1"},
		"who connects has no address, as on a socket": {"true", "@", []string{"198.51.100.7"}, "@"},
	} {
		t.Run(name, func(t *testing.T) {
			trusted, err := transport.ParseProxies(c.trusted)
			if err != nil {
				t.Fatal(err)
			}
			r := httptest.NewRequest(http.MethodGet, "/", nil)
			r.RemoteAddr = c.peer
			for _, line := range c.forwarded {
				r.Header.Add("X-Forwarded-For", line)
			}
			if got := trusted.ClientAddress(r); got != c.want {
				t.Errorf("%s, want %s", got, c.want)
			}
		})
	}
}

func TestWrongProxiesAreRefused(t *testing.T) {
	for _, text := range []string{"yes", "10.0.0.0/33", "10.0.0.1,", "proxy.example.com"} {
		if _, err := transport.ParseProxies(text); err == nil {
			t.Errorf("%q is taken", text)
		}
	}
}

// A flood from one client behind a proxy is charged to that client, and to no other behind the same proxy.
func TestBucketBelongsToTheClientBehindAProxy(t *testing.T) {
	t.Parallel()
	w := start(t, transport.Config{Limits: transport.Limits{Bucket: 5, Restore: 1}, Now: func() time.Time { return time.Unix(1_700_000_000, 0) }})
	trusted, err := transport.ParseProxies("127.0.0.1,::1")
	if err != nil {
		t.Fatal(err)
	}
	w.server.Config.Handler = transport.Addresses(trusted, w.handler)
	from := func(lines ...string) *answer {
		headers := []string{jsonBody}
		for _, line := range lines {
			headers = append(headers, "X-Forwarded-For: "+line)
		}
		return w.send(http.MethodPost, "/", `{"query":"{ items(first: 3) { edges { node { id } } } }"}`, headers...)
	}
	throttled := func(a *answer) bool { return a.code() == transport.CodeThrottled }
	for i := 0; !throttled(from("198.51.100.7")); i++ {
		if i > 10 {
			t.Fatal("the client is never throttled")
		}
	}
	if !throttled(from("203.0.113.9", "198.51.100.7")) {
		t.Error("a line before the proxy's makes another client")
	}
	if throttled(from("198.51.100.8")) {
		t.Error("another client behind the same proxy is throttled")
	}
}
