package graphiql_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"kopeck/transport/graphiql"
)

func get(t *testing.T, url string, headers ...string) (*http.Response, string) {
	t.Helper()
	request, err := http.NewRequest(http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i+1 < len(headers); i += 2 {
		request.Header.Set(headers[i], headers[i+1])
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response, string(body)
}

func TestPage(t *testing.T) {
	t.Parallel()
	page := graphiql.New("Kopeck", "/graphql", graphiql.Example{Query: `{ a(b: "</script><script>alert(1)</script>") }`})
	for name, base := range map[string]string{"at the root": "/", "under a path": "/workbench/"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			mux := http.NewServeMux()
			mux.Handle(base, http.StripPrefix(strings.TrimSuffix(base, "/"), page))
			server := httptest.NewServer(mux)
			defer server.Close()

			response, text := get(t, server.URL+base)
			if response.StatusCode != 200 || !strings.HasPrefix(response.Header.Get("Content-Type"), "text/html") {
				t.Fatalf("%d %v", response.StatusCode, response.Header)
			}
			csp := response.Header.Get("Content-Security-Policy")
			if !strings.Contains(csp, "default-src 'none'") || !strings.Contains(csp, "script-src 'self';") || strings.Contains(csp, "unsafe-eval") {
				t.Errorf("policy %q", csp)
			}
			if strings.Contains(text, "alert(1)</script>") {
				t.Error("an example breaks out of its attribute")
			}
			files := regexp.MustCompile(`(?:src|href)="([^"]+)"`).FindAllStringSubmatch(text, -1)
			if len(files) < 7 {
				t.Errorf("only %d files", len(files))
			}
			for _, file := range files {
				if file[1] == "data:," {
					continue
				}
				if strings.Contains(file[1], "//") {
					t.Errorf("%s is on another site", file[1])
				}
				response, body := get(t, server.URL+base+file[1])
				kind := response.Header.Get("Content-Type")
				if response.StatusCode != 200 || body == "" || !strings.Contains(kind, "javascript") && !strings.Contains(kind, "css") {
					t.Errorf("%s: %d %s", file[1], response.StatusCode, kind)
				}
				again, _ := get(t, server.URL+base+file[1], "If-None-Match", response.Header.Get("ETag"))
				if again.StatusCode != http.StatusNotModified {
					t.Errorf("%s is sent again: %d", file[1], again.StatusCode)
				}
			}
			// Styles and fonts come from this server too.
			_, css := get(t, server.URL+base+"assets/graphiql.min.css")
			if outside := regexp.MustCompile(`url\((?:["']?)(?:https?:)?//`).FindString(css); outside != "" {
				t.Errorf("the style sheet loads from another site: %s", outside)
			}
			if response, _ := get(t, server.URL+base+"assets/none.js"); response.StatusCode != 404 {
				t.Errorf("a missing file: %d", response.StatusCode)
			}
			if _, licences := get(t, server.URL+base+"assets/LICENSES.txt"); !strings.Contains(licences, "graphiql 3.9.0") || !strings.Contains(licences, "Permission is hereby granted") {
				t.Error("the licences are missing")
			}
		})
	}
}

func TestOnlyReading(t *testing.T) {
	t.Parallel()
	recorder := httptest.NewRecorder()
	graphiql.New("Kopeck", "/graphql").ServeHTTP(recorder, httptest.NewRequest(http.MethodPost, "/", nil))
	if recorder.Code != 405 || recorder.Header().Get("Allow") == "" {
		t.Errorf("got %d, want 405 with Allow", recorder.Code)
	}
}

// The client sets the Host header, which must not extend the policy.
func TestPolicyIsNotInjected(t *testing.T) {
	t.Parallel()
	request := httptest.NewRequest(http.MethodGet, "/", nil)
	request.Host = "x; script-src *"
	recorder := httptest.NewRecorder()
	graphiql.New("Kopeck", "/graphql").ServeHTTP(recorder, request)
	if csp := recorder.Header().Get("Content-Security-Policy"); strings.Contains(csp, "*") {
		t.Errorf("got %q, want a policy without the Host header", csp)
	}
}
