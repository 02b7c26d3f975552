package transport_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"kopeck/transport"
	"kopeck/transport/internal/testschema"
)

func TestErrorsAreShownByAllowList(t *testing.T) {
	t.Parallel()
	w := start(t, transport.Config{NewID: func() string { return "the-id" }, Expected: func(scalar string, value any) string {
		return fmt.Sprintf("%s instead of %v", scalar, value)
	}})
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
		{`{ pick(value: "x") }`, `value: cannot read "x" (a string) as Picky; send Picky instead of x`, `{"code":"INVALID"}`, false},
		{`{ pick(value: 6.5) }`, "value: cannot read 6.5 (a number) as Picky; send Picky instead of 6.5", `{"code":"INVALID"}`, false},
		{`{ pick(in: {picky: "x"}) }`, `in.picky: cannot read "x" (a string) as Picky; send Picky instead of x`, `{"code":"INVALID"}`, false},
		{`query($v: Picky = 1) { pick(value: $v) }`, "value: cannot read 1 (a number) as Picky; send Picky instead of 1", `{"code":"INVALID"}`, false},
	} {
		t.Run(c.query, func(t *testing.T) {
			before := len(w.log.String())
			a := w.in(t).post(c.query, "")
			if a.status != 200 || len(a.Errors) != 1 {
				t.Fatalf("%d %s", a.status, a.body)
			}
			extensions, _ := json.Marshal(a.Errors[0].Extensions)
			if a.Errors[0].Message != c.message || string(extensions) != c.extensions || len(a.Errors[0].Path) == 0 {
				t.Errorf("got %s, want an error with a path and the message %s", a.body, c.message)
			}
			if strings.Contains(a.body, "salaries") {
				t.Errorf("the response contains the cause: %s", a.body)
			}
			line := w.log.String()[before:]
			if c.logged != strings.Contains(line, strings.ReplaceAll(testschema.Secret, `"`, `\"`)) || c.logged != strings.Contains(line, `"requestId":"the-id"`) {
				t.Errorf("the log has %q", line)
			}
			if strings.Contains(c.query, "PANIC") && !strings.Contains(line, "resolvers.go") {
				t.Errorf("no stack in %q", line)
			}
		})
	}
}
