package transport_test

import (
	"encoding/json"
	"strings"
	"testing"

	"kopeck/transport"
	"kopeck/transport/internal/testschema"
)

func TestErrorsAreShownByAllowList(t *testing.T) {
	w := start(t, transport.Config{NewID: func() string { return "the-id" }})
	for _, c := range []struct {
		query, message, extensions string
		logged                     bool
	}{
		{`{ fail(how: FAULT) }`, "the quantity must be positive", `{"code":"INVALID","field":["lines","0","quantity"]}`, false},
		{`{ fail(how: FAULTS) }`, "no name", `{"code":"INVALID","faults":[{"code":"INVALID","field":["name"],"message":"no name"},{"code":"FORBIDDEN","message":"not yours"}],"field":["name"]}`, false},
		{`{ fail(how: PLAIN) }`, "internal error", `{"code":"INTERNAL","requestId":"the-id"}`, true},
		{`{ fail(how: PANIC) }`, "internal error", `{"code":"INTERNAL","requestId":"the-id"}`, true},
		{`{ mustFail(how: PLAIN) }`, "internal error", `{"code":"INTERNAL","requestId":"the-id"}`, true},
		{`{ mustFail(how: PANIC) }`, "internal error", `{"code":"INTERNAL","requestId":"the-id"}`, true},
		{`{ pick(value: "x") }`, "argument value cannot be read as Picky", `{"code":"INVALID"}`, false},
		{`{ pick(in: {picky: "x"}) }`, "argument in.picky cannot be read as Picky", `{"code":"INVALID"}`, false},
		{`query($v: Picky = 1) { pick(value: $v) }`, "argument value cannot be read as Picky", `{"code":"INVALID"}`, false},
	} {
		before := len(w.log.String())
		a := w.post(c.query, "")
		if a.status != 200 || len(a.Errors) != 1 {
			t.Errorf("%s: %d %s", c.query, a.status, a.body)
			continue
		}
		extensions, _ := json.Marshal(a.Errors[0].Extensions)
		if a.Errors[0].Message != c.message || string(extensions) != c.extensions || len(a.Errors[0].Path) == 0 {
			t.Errorf("%s: %s", c.query, a.body)
		}
		if strings.Contains(a.body, "salaries") {
			t.Errorf("%s leaks: %s", c.query, a.body)
		}
		line := w.log.String()[before:]
		if c.logged != strings.Contains(line, "salaries") || c.logged != strings.Contains(line, `"requestId":"the-id"`) {
			t.Errorf("%s: log has %q", c.query, line)
		}
		if strings.Contains(c.query, "PANIC") && !strings.Contains(line, "resolvers.go") {
			t.Errorf("%s: no stack in %q", c.query, line)
		}
	}
	if !strings.Contains(w.log.String(), strings.ReplaceAll(testschema.Secret, `"`, `\"`)) {
		t.Error("the log lacks the cause")
	}
}
