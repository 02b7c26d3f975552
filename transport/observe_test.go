package transport_test

import (
	"context"
	"fmt"
	"log/slog"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"kopeck/transport"
	"kopeck/transport/internal/testschema"
)

func TestObserve(t *testing.T) {
	t.Parallel()
	var seen atomic.Pointer[[]transport.OperationInfo]
	seen.Store(&[]transport.OperationInfo{})
	w := start(t, transport.Config{Limits: transport.Limits{Bucket: -1}, Observe: func(_ context.Context, info transport.OperationInfo) {
		all := append(*seen.Load(), info)
		seen.Store(&all)
	}})
	last := func() transport.OperationInfo { all := *seen.Load(); return all[len(all)-1] }
	w.post(`query Greeting { hello }`, "")
	if got := last(); got.Name != "Greeting" || got.Type != "query" || got.Transport != "http" || len(got.Codes) != 0 || got.RequestID == "" {
		t.Errorf("got %+v, want the query Greeting over http, without codes", got)
	}
	w.post(`mutation { add(value: 1) }`, "")
	if got := last(); got.Name != "anonymous" || got.Type != "mutation" {
		t.Errorf("got %+v, want an anonymous mutation", got)
	}
	w.post(`query Q { a: fail(how: FAULT) b: fail(how: FAULT) c: fail(how: PLAIN) }`, "")
	if got := last(); fmt.Sprint(got.Codes) != "[INTERNAL INVALID]" {
		t.Errorf("got %+v, want the codes INTERNAL and INVALID, each once", got)
	}
	w.post(`query Wrong { nothing }`, "")
	if got := last(); got.Name != "anonymous" || fmt.Sprint(got.Codes) != "["+transport.CodeValidation+"]" {
		t.Errorf("got %+v, want an anonymous operation that is not valid", got)
	}
	w.send("PUT", "/", "")
	if got := last(); got.Type != "" || fmt.Sprint(got.Codes) != "["+transport.CodeMethodNotAllowed+"]" {
		t.Errorf("got %+v, want no operation and METHOD_NOT_ALLOWED", got)
	}
	names := map[string]bool{}
	for i := range 700 {
		w.post(fmt.Sprintf(`query N%d { __typename }`, i), "")
		names[last().Name] = true
	}
	if len(names) > 501 {
		t.Errorf("%d names", len(names))
	}
}

// Names that nobody known has run do not push out those that somebody has.
func TestOperationNamesAreOfKnownCallers(t *testing.T) {
	t.Parallel()
	var name atomic.Value
	var known atomic.Bool
	w := start(t, transport.Config{
		Limits: transport.Limits{Bucket: -1}, Somebody: func(context.Context) bool { return known.Load() },
		Observe: func(_ context.Context, info transport.OperationInfo) { name.Store(info.Name) },
	})
	for i := range 520 {
		w.post(fmt.Sprintf(`query N%d { __typename }`, i), "")
		if got := name.Load(); got != "anonymous" {
			t.Fatalf("%v of an unknown caller", got)
		}
	}
	known.Store(true)
	w.post(`query Wrong { int(value: "x") }`, "")
	if got := name.Load(); got != "anonymous" {
		t.Errorf("%v of a document that was not run", got)
	}
	w.post(`query Card { hello }`, "")
	if got := name.Load(); got != "Card" {
		t.Errorf("%v of a known caller", got)
	}
	known.Store(false)
	w.post(`query Card { hello }`, "")
	if got := name.Load(); got != "Card" {
		t.Errorf("%v, a name that is known, of an unknown caller", got)
	}
}

func TestLogLinesCarryTheRequestID(t *testing.T) {
	t.Parallel()
	out := &lockedBuffer{}
	log := slog.New(transport.LogRequestIDs(slog.NewTextHandler(out, nil))).With("a", 1)
	log.InfoContext(transport.WithRequestID(context.Background(), "r1"), "one")
	log.Info("two")
	lines := strings.Split(out.String(), "\n")
	if !strings.HasSuffix(lines[0], "msg=one a=1 requestId=r1") || !strings.HasSuffix(lines[1], "msg=two a=1") {
		t.Errorf("got %q, want the id in the first line alone", lines)
	}
}

// TestOneDocumentManyOperations reads one document in many operations at once, for the race detector.
func TestOneDocumentManyOperations(t *testing.T) {
	t.Parallel()
	w := start(t, transport.Config{Limits: transport.Limits{Bucket: -1}})
	var group sync.WaitGroup
	for i := range 8 {
		group.Go(func() {
			for range 20 {
				a := w.post(`query($n: Int!) { items(first: $n) { ...C } } fragment C on ItemConnection { totalCount edges { node { id } } }`, fmt.Sprintf(`{"n":%d}`, i))
				if len(a.Errors) > 0 || strings.Count(a.body, `"node"`) != min(i, 3) {
					t.Errorf("%d: %s", i, a.body)
				}
			}
		})
	}
	group.Wait()
}

func BenchmarkPost(b *testing.B) {
	handler := transport.New(testschema.NewExecutableSchema(testschema.Config{Resolvers: &testschema.Resolvers{}}), transport.Config{Limits: transport.Limits{Bucket: -1}})
	body := `{"query":"query($n: Int!) { items(first: $n) { edges { node { id name price { amount } } } } }","variables":{"n":3}}`
	b.ReportAllocs()
	for b.Loop() {
		request := httptest.NewRequest("POST", "/", strings.NewReader(body))
		request.Header.Set("Content-Type", "application/json")
		recorder := httptest.NewRecorder()
		handler.ServeHTTP(recorder, request)
		if recorder.Code != 200 {
			b.Fatal(recorder.Body)
		}
	}
}
