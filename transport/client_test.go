package transport_test

import (
	"bytes"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"kopeck/transport"
	"kopeck/transport/internal/testschema"
)

// world is a server with the test schema, with what a test may examine.
type world struct {
	t         *testing.T
	handler   *transport.Handler
	server    *httptest.Server
	resolvers *testschema.Resolvers
	log       *lockedBuffer
}

// lockedBuffer is a buffer for the log lines of several goroutines.
type lockedBuffer struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.Write(p)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.String()
}

// start starts a server. When the test ends no producer may be running.
func start(t *testing.T, config transport.Config) *world {
	t.Helper()
	w := &world{t: t, resolvers: &testschema.Resolvers{}, log: &lockedBuffer{}}
	config.Log = slog.New(slog.NewJSONHandler(w.log, nil))
	w.handler = transport.New(testschema.NewExecutableSchema(testschema.Config{Resolvers: w.resolvers}), config)
	w.server = httptest.NewServer(w.handler)
	t.Cleanup(func() {
		w.server.CloseClientConnections()
		w.server.Close()
		w.eventually("producers to end", func() bool {
			return w.resolvers.Producers.Load() == 0 && w.resolvers.Waiting.Load() == 0
		})
	})
	return w
}

// in returns the same server for a subtest.
func (w *world) in(t *testing.T) *world {
	of := *w
	of.t = t
	return &of
}

func (w *world) eventually(what string, happened func() bool) {
	w.t.Helper()
	for end := time.Now().Add(5 * time.Second); time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
		if happened() {
			return
		}
	}
	w.t.Errorf("timed out waiting for %s", what)
}

// answer is a response.
type answer struct {
	status int
	header http.Header
	body   string
	Errors []struct {
		Message    string
		Path       []any
		Extensions map[string]any
	}
	Data       json.RawMessage
	Extensions map[string]any
}

func (a *answer) code() string {
	if len(a.Errors) == 0 {
		return ""
	}
	code, _ := a.Errors[0].Extensions["code"].(string)
	return code
}

func (a *answer) cost(member string) float64 {
	cost, _ := a.Extensions["cost"].(map[string]any)
	n, _ := cost[member].(float64)
	return n
}

// send sends a request unchanged, with headers of the form "Name: value".
func (w *world) send(method, path, body string, headers ...string) *answer {
	w.t.Helper()
	request, err := http.NewRequest(method, w.server.URL+path, strings.NewReader(body))
	if err != nil {
		w.t.Fatal(err)
	}
	for _, header := range headers {
		name, value, _ := strings.Cut(header, ": ")
		request.Header.Add(name, value)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		w.t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		w.t.Fatal(err)
	}
	a := &answer{status: response.StatusCode, header: response.Header, body: string(text)}
	if strings.Contains(response.Header.Get("Content-Type"), "json") && method != http.MethodHead {
		if err := json.Unmarshal(text, a); err != nil {
			w.t.Fatalf("not JSON: %v\n%s", err, text)
		}
	}
	return a
}

const jsonBody = "Content-Type: application/json"

// post sends a document with variables as JSON text, "" for none, and accepts the specification's own media type.
func (w *world) post(query, variables string) *answer {
	w.t.Helper()
	if variables == "" {
		variables = "{}"
	}
	text, err := json.Marshal(map[string]any{"query": query, "variables": json.RawMessage(variables)})
	if err != nil {
		w.t.Fatal(err)
	}
	return w.send(http.MethodPost, "/", string(text), jsonBody, "Accept: application/graphql-response+json")
}
