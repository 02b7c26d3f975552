package transport_test

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"kopeck/transport"
)

// events is an event stream being read.
type events struct {
	t     *testing.T
	body  io.Closer
	lines *bufio.Scanner
}

// stream subscribes by POST.
func (w *world) stream(query string) *events {
	w.t.Helper()
	text, _ := json.Marshal(map[string]any{"query": query})
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	w.t.Cleanup(cancel)
	request, _ := http.NewRequestWithContext(ctx, http.MethodPost, w.server.URL, strings.NewReader(string(text)))
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Accept", "text/event-stream")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		w.t.Fatal(err)
	}
	if response.StatusCode != 200 || response.Header.Get("Content-Type") != "text/event-stream; charset=utf-8" {
		w.t.Fatalf("%d %v", response.StatusCode, response.Header)
	}
	return &events{w.t, response.Body, bufio.NewScanner(response.Body)}
}

func (e *events) expect(lines ...string) {
	e.t.Helper()
	for _, want := range lines {
		got := ""
		for e.lines.Scan() {
			if got = e.lines.Text(); got != ":" {
				break
			}
			e.lines.Scan() // the empty line after a comment
		}
		if got != want {
			e.t.Fatalf("got %q (%v), want %q", got, e.lines.Err(), want)
		}
	}
}

func (e *events) expectEnd() {
	e.t.Helper()
	if e.lines.Scan() {
		e.t.Fatalf("more: %q", e.lines.Text())
	}
}

func TestEvents(t *testing.T) {
	t.Parallel()
	w := start(t, transport.Config{})
	s := w.stream(`subscription { count(to: 2) }`)
	s.expect("event: next", `data: {"data":{"count":1}}`, "", "event: next", `data: {"data":{"count":2}}`, "", "event: complete", "data:", "")
	s.expectEnd()

	for query, want := range map[string]string{
		`{ hello }`:                 `data: {"data":{"hello":"hello world"}`,
		`{ nothing }`:               `data: {"errors":[{"message":"Cannot query field`,
		`subscription { refused }`:  `data: {"errors":[{"message":"not for you"`,
		`{ json(value: "a\nb") }`:   `data: {"data":{"json":"a\nb" },`,
		`{ fail(how: PANIC) }`:      `data: {"errors":[{"message":"internal error"`,
		`mutation { add(value: 1)}`: `data: {"data":{"add":1}`,
	} {
		t.Run(query, func(t *testing.T) {
			a := w.in(t).send("POST", "/", string(mustJSON(t, map[string]any{"query": query})), jsonBody, "Accept: text/event-stream")
			parts := strings.Split(a.body, "\n")
			for len(parts) > 0 && (parts[0] == ":" || parts[0] == "") {
				parts = parts[1:]
			}
			if a.status != 200 || parts[0] != "event: next" || !strings.HasPrefix(parts[1], want) || !strings.HasSuffix(a.body, "\n\nevent: complete\ndata:\n\n") {
				t.Errorf("%d %q", a.status, a.body)
			}
		})
	}
}

func mustJSON(t *testing.T, value any) []byte {
	t.Helper()
	text, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func TestEventsByGet(t *testing.T) {
	t.Parallel()
	w := start(t, transport.Config{})
	a := w.send("GET", "/?query="+url.QueryEscape(`subscription { count(to: 1) }`), "", "Accept: text/event-stream")
	if a.body != ":\n\nevent: next\ndata: {\"data\":{\"count\":1}}\n\nevent: complete\ndata:\n\n" {
		t.Errorf("got %q, want one event next and one complete", a.body)
	}
	if a := w.send("GET", "/?query="+url.QueryEscape(`mutation { add(value: 1) }`), "", "Accept: text/event-stream"); a.status != 405 || w.resolvers.Sum.Load() != 0 {
		t.Errorf("a mutation by GET: %d %s", a.status, a.body)
	}
	if a := w.send("POST", "/", `{"query":"{ hello }"}`, "Accept: text/event-stream"); a.status != 415 {
		t.Errorf("without content type: %d", a.status)
	}
}

func TestEventsKeepAlive(t *testing.T) { // not parallel: it depends on times
	w := start(t, transport.Config{Limits: transport.Limits{SocketPing: 20 * time.Millisecond}})
	s := w.stream(`subscription { silence }`)
	comments := 0
	for comments < 4 && s.lines.Scan() {
		if s.lines.Text() == ":" {
			comments++
		}
	}
	if comments < 4 {
		t.Errorf("%d comments", comments)
	}
	s.body.Close()
	w.eventually("the producer to end", func() bool { return w.resolvers.Producers.Load() == 0 })
}

func TestEventsEndWithTheSession(t *testing.T) { // not parallel: it depends on times
	signedOut := make(chan struct{})
	expires := time.Time{}
	w := start(t, transport.Config{Session: func(context.Context) (time.Time, <-chan struct{}) { return expires, signedOut }})
	s := w.stream(`subscription { silence }`)
	s.expect("event: next", `data: {"data":{"silence":1}}`, "")
	close(signedOut)
	s.expect("event: complete", "data:", "")
	s.expectEnd()

	signedOut, expires = nil, time.Now().Add(50*time.Millisecond)
	s = w.stream(`subscription { silence }`)
	s.expect("event: next", `data: {"data":{"silence":1}}`, "", "event: complete", "data:", "")
	s.expectEnd()
}
