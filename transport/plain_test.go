package transport_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"kopeck/transport"
)

func TestHTTPRefusals(t *testing.T) {
	t.Parallel()
	w := start(t, transport.Config{})
	const secret = "the-client's-own-words"
	add := `{"query":"mutation { add(value: 1) }"}`
	for _, c := range []struct {
		name, method, path, body string
		headers                  []string
		status                   int
	}{
		{"mutation by GET", "GET", "/?query=" + url.QueryEscape(`mutation { add(value: 1) }`), "", nil, 405},
		{"mutation by GET picked by operationName", "GET", "/?operationName=B&query=" + url.QueryEscape(`query A { hello } mutation B { add(value: 1) }`), "", nil, 405},
		{"multipart", "POST", "/", "--x\r\nContent-Disposition: form-data; name=\"operations\"\r\n\r\n" + add + "\r\n--x--", []string{"Content-Type: multipart/form-data; boundary=x"}, 415},
		{"urlencoded", "POST", "/", "query=" + url.QueryEscape(`mutation { add(value: 1) }`), []string{"Content-Type: application/x-www-form-urlencoded"}, 415},
		{"text/plain", "POST", "/", add, []string{"Content-Type: text/plain"}, 415},
		{"no content type", "POST", "/", add, nil, 415},
		{"two content types", "POST", "/", add, []string{jsonBody, "Content-Type: text/plain"}, 415},
		{"application/graphql", "POST", "/", `mutation { add(value: 1) }`, []string{"Content-Type: application/graphql"}, 415},
		{"charset", "POST", "/", add, []string{"Content-Type: application/json; charset=utf-16"}, 415},
		{"content encoding", "POST", "/", add, []string{jsonBody, "Content-Encoding: gzip"}, 415},
		{"batch", "POST", "/", "[" + add + "]", []string{jsonBody}, 400},
		{"trailing document", "POST", "/", add + add, []string{jsonBody}, 400},
		{"duplicate key", "POST", "/", `{"query":"{ hello }","query":"mutation { add(value: 1) }"}`, []string{jsonBody}, 400},
		{"duplicate key in escapes", "POST", "/", `{"query":"{ hello }","\u0071uery":"mutation { add(value: 1) }"}`, []string{jsonBody}, 400},
		{"duplicate variable", "POST", "/", `{"query":"mutation($v: Int!) { add(value: $v) }","variables":{"v":1,"v":2}}`, []string{jsonBody}, 400},
		{"key in another case", "POST", "/", `{"Query":"mutation { add(value: 1) }"}`, []string{jsonBody}, 400},
		{"key in another case beside the right one", "POST", "/", `{"query":"mutation { add(value: 1) }","VARIABLES":{}}`, []string{jsonBody}, 400},
		{"broken JSON", "POST", "/", `{"query":"` + secret, []string{jsonBody}, 400},
		{"invalid UTF-8", "POST", "/", "{\"query\":\"{ hello(name: \\\"\xff\\\") }\"}", []string{jsonBody}, 400},
		{"byte order mark", "POST", "/", "\ufeff" + add, []string{jsonBody}, 400},
		{"empty", "POST", "/", "", []string{jsonBody}, 400},
		{"no query", "POST", "/", `{}`, []string{jsonBody}, 400},
		{"query null", "POST", "/", `{"query":null}`, []string{jsonBody}, 400},
		{"variables a list", "POST", "/", `{"query":"{ hello }","variables":[]}`, []string{jsonBody}, 400},
		{"nothing acceptable", "POST", "/", add, []string{jsonBody, "Accept: text/html"}, 406},
		{"all refused", "POST", "/", add, []string{jsonBody, "Accept: application/json;q=0, application/graphql-response+json;q=0"}, 406},
		{"PUT", "PUT", "/", add, []string{jsonBody}, 405},
		{"DELETE", "DELETE", "/", "", nil, 405},
		{"HEAD", "HEAD", "/?query=" + url.QueryEscape("{ hello }"), "", nil, 405},
		{"PATCH", "PATCH", "/", add, []string{jsonBody}, 405},
		{"subscription by POST", "POST", "/", `{"query":"subscription { count(to: 2) }"}`, []string{jsonBody}, 400},
		{"too large", "POST", "/", `{"query":"mutation { add(value: 1) }","x":"` + strings.Repeat("x", 128<<10) + `"}`, []string{jsonBody}, 413},
		{"GET without query", "GET", "/", "", nil, 400},
		{"GET with a parameter twice", "GET", "/?query=%7Bhello%7D&query=%7Bhello%7D", "", nil, 400},
		{"GET with bad variables", "GET", "/?query=%7Bhello%7D&variables=%5B%5D", "", nil, 400},
	} {
		t.Run(c.name, func(t *testing.T) {
			a := w.in(t).send(c.method, c.path, c.body, c.headers...)
			if a.status != c.status {
				t.Errorf("status %d, want %d: %s", a.status, c.status, a.body)
			}
			if strings.Contains(a.body, "data") || strings.Contains(a.body, secret) {
				t.Errorf("has data, or repeats the body: %s", a.body)
			}
			if a.code() == "" && c.method != "HEAD" {
				t.Errorf("no code: %s", a.body)
			}
			if c.status == 405 && a.header.Get("Allow") == "" {
				t.Error("405 without Allow")
			}
		})
	}
	if sum := w.resolvers.Sum.Load(); sum != 0 {
		t.Errorf("a refused request was run: %d", sum)
	}
}

// A body declared too large is refused before it is read; one of undeclared length as soon as it is too large.
func TestBodyIsNotReadOn(t *testing.T) { // not parallel: it depends on times
	w := start(t, transport.Config{})
	for name, framing := range map[string]string{
		"declared": "Content-Length: 10000000000\r\n\r\n{",
		"chunked":  "Transfer-Encoding: chunked\r\n\r\n" + fmt.Sprintf("%x\r\n%s\r\n", 200<<10, strings.Repeat("{", 200<<10)),
	} {
		t.Run(name, func(t *testing.T) {
			conn, err := net.Dial("tcp", w.server.Listener.Addr().String())
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close()
			_ = conn.SetDeadline(time.Now().Add(5 * time.Second))
			_, _ = io.WriteString(conn, "POST / HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"+framing)
			response, err := http.ReadResponse(bufio.NewReader(conn), nil)
			if err != nil {
				t.Fatal(err)
			}
			if response.StatusCode != 413 || !response.Close {
				t.Errorf("status %d, closing %v", response.StatusCode, response.Close)
			}
		})
	}
}

func TestNegotiation(t *testing.T) {
	t.Parallel()
	w := start(t, transport.Config{})
	for accept, want := range map[string]string{
		"":                                  "application/json",
		"*/*":                               "application/json",
		"application/*":                     "application/json",
		"application/json":                  "application/json",
		"application/graphql-response+json": "application/graphql-response+json",
		"application/graphql-response+json, application/json;q=0.9":        "application/graphql-response+json",
		"application/json;q=0.9, application/graphql-response+json;q=0.91": "application/graphql-response+json",
		"application/json, application/graphql-response+json":              "application/json",
		"text/html, application/json;q=0.1":                                "application/json",
		"application/json;q=0, */*":                                        "application/graphql-response+json",
		"text/event-stream;q=0.1, application/json":                        "application/json",
		"APPLICATION/JSON; charset=utf-8":                                  "application/json",
		"application/json;q=2, application/graphql-response+json":          "application/graphql-response+json",
	} {
		t.Run(accept, func(t *testing.T) {
			w := w.in(t)
			headers := []string{jsonBody}
			if accept != "" {
				headers = append(headers, "Accept: "+accept)
			}
			good := w.send("POST", "/", `{"query":"{ hello }"}`, headers...)
			if got := good.header.Get("Content-Type"); got != want+"; charset=utf-8" || good.status != 200 {
				t.Errorf("%d %s, want %s", good.status, got, want)
			}
			bad := w.send("POST", "/", `{"query":"{ nothing }"}`, headers...)
			wantStatus := map[string]int{"application/json": 200, "application/graphql-response+json": 400}[want]
			if bad.status != wantStatus || strings.Contains(bad.body, `"data"`) || bad.code() != transport.CodeValidation {
				t.Errorf("a request error is answered by %d %s", bad.status, bad.body)
			}
		})
	}
}

func TestPlainAnswers(t *testing.T) {
	t.Parallel()
	w := start(t, transport.Config{})
	a := w.send("GET", "/?variables=%7B%22n%22%3A%22you%22%7D&operationName=A&query="+
		url.QueryEscape(`query A($n: String!) { hello(name: $n) } query B { hello }`), "")
	if a.status != 200 || string(a.Data) != `{"hello":"hello you"}` {
		t.Errorf("GET: %d %s", a.status, a.body)
	}
	if a := w.post(`mutation { a: add(value: 2) b: add(value: 3) }`, ""); string(a.Data) != `{"a":2,"b":5}` {
		t.Errorf("mutation: %s", a.body)
	}
	if a := w.post(`query A { hello } query B { hello }`, ""); a.status != 400 || a.code() != transport.CodeValidation {
		t.Errorf("two operations and no name: %d %s", a.status, a.body)
	}
	if a := w.post(`{`, ""); a.status != 400 || a.code() != transport.CodeParse {
		t.Errorf("parse error: %d %s", a.status, a.body)
	}
	// After execution has started the response has data, here null, and status 200 in either media type.
	if a := w.post(`{ mustFail(how: FAULT) }`, ""); a.status != 200 || string(a.Data) != "null" || len(a.Errors) != 1 {
		t.Errorf("null data: %d %s", a.status, a.body)
	}
	if a := w.send("POST", "/", `{"query":"{ hello }","variables":null,"operationName":null,"extensions":null,"more":1}`, jsonBody); string(a.Data) != `{"hello":"hello world"}` {
		t.Errorf("nulls and unknown members: %s", a.body)
	}
}

func TestDeadline(t *testing.T) { // not parallel: it depends on times
	w := start(t, transport.Config{Limits: transport.Limits{Operation: 50 * time.Millisecond}})
	begun := time.Now()
	a := w.post(`{ hello wait }`, "")
	if took := time.Since(begun); took > 30*time.Second {
		t.Errorf("took %v", took)
	}
	if a.code() != transport.CodeDeadline {
		t.Errorf("got %s, want DEADLINE_EXCEEDED", a.body)
	}
}

func TestClientLeaves(t *testing.T) { // not parallel: it depends on times
	w := start(t, transport.Config{})
	conn, err := net.Dial("tcp", w.server.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	_, _ = io.WriteString(conn, "GET /?query=%7Bwait%7D HTTP/1.1\r\nHost: x\r\n\r\n")
	w.eventually("the operation to run", func() bool { return w.resolvers.Waiting.Load() == 1 })
	conn.Close()
	w.eventually("the operation to end", func() bool { return w.resolvers.Waiting.Load() == 0 })
	if strings.Contains(w.log.String(), "internal error") {
		t.Errorf("a client that disconnects is logged as an error: %s", w.log)
	}
}

func TestRequestID(t *testing.T) {
	t.Parallel()
	w := start(t, transport.Config{NewID: func() string { return "made" }})
	for given, want := range map[string]string{
		"":                      "made",
		"Az09._-":               "Az09._-",
		"two words":             "made",
		strings.Repeat("x", 64): strings.Repeat("x", 64),
		strings.Repeat("x", 65): "made",
		`"},{"level":"ERROR`:    "made",
	} {
		t.Run(given, func(t *testing.T) {
			a := w.in(t).send("POST", "/", `{"query":"{ fail(how: PLAIN) }"}`, jsonBody, "X-Request-Id: "+given)
			if got := a.header.Get("X-Request-Id"); got != want {
				t.Errorf("header %q, want %q", got, want)
			}
			if got := a.Errors[0].Extensions["requestId"]; got != want {
				t.Errorf("extension %q, want %q", got, want)
			}
			if !strings.Contains(w.log.String(), `"requestId":"`+want+`"`) {
				t.Errorf("not in the log: %s", w.log)
			}
		})
	}
}
