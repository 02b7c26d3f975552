package main

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"kopeck/dbtest"
)

// reader is a client that sends documents, their SHA-256, or both.
type reader struct {
	t              *testing.T
	address, token string
}

func sha(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

// ask sends a text, a hash or both ("" leaves one out) by POST and by GET and returns the body of the answer to POST. Both
// must be answered with the same error code.
func (r reader) ask(text, hash string) string {
	r.t.Helper()
	body, parameters := map[string]any{}, url.Values{}
	if text != "" {
		body["query"] = text
		parameters.Set("query", text)
	}
	if hash != "" {
		persisted := map[string]any{"persistedQuery": map[string]any{"version": 1, "sha256Hash": hash}}
		body["extensions"] = persisted
		encoded, _ := json.Marshal(persisted)
		parameters.Set("extensions", string(encoded))
	}
	encoded, _ := json.Marshal(body)
	posted := r.send(http.MethodPost, "", string(encoded))
	if got := r.send(http.MethodGet, "?"+parameters.Encode(), ""); errorCode(got) != errorCode(posted) {
		r.t.Errorf("by POST %s, by GET %s", posted, got)
	}
	return posted
}

func (r reader) send(method, query, body string) string {
	r.t.Helper()
	request, err := http.NewRequestWithContext(r.t.Context(), method, "http://"+r.address+"/graphql"+query, strings.NewReader(body))
	if err != nil {
		r.t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+r.token)
	if body != "" {
		request.Header.Set("Content-Type", "application/json")
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		r.t.Fatal(err)
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	if err != nil {
		r.t.Fatal(err)
	}
	return string(answer)
}

func errorCode(body string) string {
	var answer struct {
		Errors []struct{ Extensions struct{ Code string } }
	}
	if err := json.Unmarshal([]byte(body), &answer); err != nil {
		return err.Error()
	}
	if len(answer.Errors) == 0 {
		return ""
	}
	return answer.Errors[0].Extensions.Code
}

func TestPersistedQueries(t *testing.T) {
	i := install(t, dbtest.SQLite(t))
	token := i.token("ADMIN")
	address, stop := i.serving()
	r := reader{t, address, token}
	query := `{ viewer { role } }`
	if got := r.ask("", sha(query)); errorCode(got) != "PERSISTED_QUERY_NOT_SUPPORTED" || !strings.Contains(got, `"PersistedQueryNotSupported"`) {
		t.Errorf("without the setting: %s", got)
	}
	stop()
	address, _ = i.serving("--persisted-queries", "--document-cache-bytes", "1048576")
	r.address = address
	if got := r.ask("", sha(query)); errorCode(got) != "PERSISTED_QUERY_NOT_FOUND" || !strings.Contains(got, `"PersistedQueryNotFound"`) {
		t.Errorf("a hash whose document was not sent before: %s", got)
	}
	if got := r.ask(query, sha(query+" ")); errorCode(got) != "BAD_REQUEST" {
		t.Errorf("with another's SHA-256: %s", got)
	}
	if got := r.ask("", sha(query+" ")); errorCode(got) != "PERSISTED_QUERY_NOT_FOUND" {
		t.Errorf("a text was kept under another's SHA-256: %s", got)
	}
	wrong := `{ nothingOfTheKind }`
	if got := r.ask(wrong, sha(wrong)); errorCode(got) != "GRAPHQL_VALIDATION_FAILED" {
		t.Errorf("a wrong document: %s", got)
	}
	if got := r.ask("", sha(wrong)); errorCode(got) != "PERSISTED_QUERY_NOT_FOUND" {
		t.Errorf("a wrong document was kept: %s", got)
	}
	for _, got := range []string{r.ask(query, sha(query)), r.ask("", sha(query)), r.ask("", strings.ToUpper(sha(query))), r.ask(query, "")} {
		if !strings.Contains(got, `"role":"ADMIN"`) {
			t.Errorf("got %s, want the viewer's role, by text and by hash", got)
		}
	}
	for _, bad := range []string{"abc", strings.Repeat("z", 64)} {
		if got := r.ask("", bad); errorCode(got) != "BAD_REQUEST" {
			t.Errorf("%q: %s", bad, got)
		}
	}
	// A client that sends many documents evicts old ones, and the cache does not grow. Clients send evicted documents again.
	for n := range 20 {
		long := fmt.Sprintf(`{ viewer { role } } # %d %s`, n, strings.Repeat("x", 5000))
		if got := r.ask(long, sha(long)); errorCode(got) != "" {
			t.Fatal(got)
		}
	}
	if got := r.ask("", sha(query)); errorCode(got) != "PERSISTED_QUERY_NOT_FOUND" {
		t.Errorf("the document was not evicted: %s", got)
	}
	if got := r.ask(query, sha(query)) + r.ask("", sha(query)); strings.Count(got, `"role":"ADMIN"`) != 2 {
		t.Errorf("sent again: %s", got)
	}
}

func TestTrustedDocuments(t *testing.T) {
	i := install(t, dbtest.SQLite(t))
	token := i.token("ADMIN")
	card, viewer := "query Card { customers(first: 1) { totalCount } }\n", `query Viewer { viewer { role } }`
	directory := t.TempDir()
	write := func(name, content string) {
		t.Helper()
		if err := os.MkdirAll(filepath.Dir(filepath.Join(directory, name)), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(directory, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	manifest, _ := json.Marshal(map[string]string{sha(viewer): viewer})
	write("phone/card.graphql", card)
	write("web.json", string(manifest))
	write("README.md", "nothing to run")
	address, stop := i.serving("--trusted-documents", directory)
	r := reader{t, address, token}
	for _, got := range []string{r.ask("", sha(card)), r.ask(card, ""), r.ask(card, sha(card))} {
		if !strings.Contains(got, `"totalCount":0`) {
			t.Errorf("of a file: %s", got)
		}
	}
	for _, got := range []string{r.ask("", sha(viewer)), r.ask(viewer, "")} {
		if !strings.Contains(got, `"role":"ADMIN"`) {
			t.Errorf("of a manifest: %s", got)
		}
	}
	other := `{ viewer { id } }`
	for _, got := range []string{r.ask(other, ""), r.ask("", sha(other)), r.ask(other, sha(card)), r.ask(other, sha(other)), r.ask("{", "")} {
		if errorCode(got) != "OPERATION_NOT_ALLOWED" {
			t.Errorf("another document: %s", got)
		}
	}
	stop()
	address, stop = i.serving("--trusted-documents", filepath.Join(directory, "web.json"))
	r.address = address
	if got := r.ask("", sha(viewer)) + r.ask("", sha(card)); !strings.Contains(got, "ADMIN") || !strings.Contains(got, "OPERATION_NOT_ALLOWED") {
		t.Errorf("of the manifest alone: %s", got)
	}
	stop()

	t.Run("refused at start", func(t *testing.T) {
		refused := func(name string, arguments ...string) {
			t.Helper()
			if status, out := i.command(append([]string{"serve", "--addr", "127.0.0.1:0"}, arguments...)...); status == 0 {
				t.Errorf("%s: %s", name, out)
			}
		}
		refused("both", "--trusted-documents", directory, "--persisted-queries")
		refused("nothing there", "--trusted-documents", filepath.Join(directory, "none"))
		refused("no documents", "--trusted-documents", t.TempDir())
		write("wrong.json", `{"`+sha(card)+`":"{ viewer { id } }"}`)
		refused("a wrong SHA-256", "--trusted-documents", directory)
		write("wrong.json", `[]`)
		refused("no manifest", "--trusted-documents", directory)
	})
}
