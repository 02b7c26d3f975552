package transport_test

import (
	"fmt"
	"strings"
	"testing"

	"kopeck/transport"
)

func TestVariables(t *testing.T) {
	t.Parallel()
	w := start(t, transport.Config{})
	deep := func(levels int) string { // {"filter":{"and":[{"and":[ … ]}]}}: two levels each
		return `{"f":` + strings.Repeat(`{"and":[`, levels) + strings.Repeat(`]}`, levels) + `}`
	}
	const (
		integer = `query($v: Int!) { int(value: $v) }`
		float   = `query($v: Float) { float(value: $v) }`
		text    = `query($v: String!) { hello(name: $v) }`
		id      = `query($v: ID!) { id(value: $v) }`
		flag    = `query($v: Boolean) { flag(value: $v) }`
		colour  = `query($v: Colour) { colour(value: $v) }`
		anyJSON = `query($v: JSON) { json(value: $v) }`
		echo    = `query($f: Filter!) { echo(filter: $f) }`
		strict  = `query($v: Int = 7) { int(value: $v) }` // nullable with a default, used where null is not allowed
		skips   = `query($v: Boolean = true) { hello @skip(if: $v) }`
	)
	for _, c := range []struct{ query, variables, want string }{ // want: the data, or the place of the error
		{integer, `{"v":2147483647}`, `{"int":2147483647}`},
		{integer, `{"v":-2147483648}`, `{"int":-2147483648}`},
		{integer, `{"v":2147483648}`, "$v:"},
		{integer, `{"v":-2147483649}`, "$v:"},
		{integer, `{"v":99999999999999999999}`, "$v:"},
		{integer, `{"v":1e400}`, "$v:"},
		{integer, `{"v":1.5}`, "$v:"},
		{integer, `{"v":1.0}`, `{"int":1}`},
		{integer, `{"v":"5"}`, "$v:"},
		{integer, `{"v":true}`, "$v:"},
		{integer, `{"v":null}`, "$v:"},
		{integer, `{"v":[1]}`, "$v:"},
		{integer, `{}`, "$v:"},
		{strict, `{}`, `{"int":7}`},
		{strict, `{"v":null}`, "$v:"},
		{skips, `{"v":false}`, `{"hello":"hello world"}`},
		{skips, `{"v":null}`, "$v:"},
		{float, `{"v":1}`, `{"float":1}`},
		{float, `{"v":0.25}`, `{"float":0.25}`},
		{float, `{"v":1e400}`, "$v:"},
		{float, `{"v":"NaN"}`, "$v:"},
		{float, `{"v":"1"}`, "$v:"},
		{float, `{"v":null}`, `{"float":null}`},
		{text, `{"v":"привет 👋"}`, `{"hello":"hello привет 👋"}`},
		{text, `{"v":5}`, "$v:"},
		{text, `{"v":true}`, "$v:"},
		{text, `{"v":"a\u0000b"}`, "$v:"},
		{id, `{"v":"a"}`, `{"id":"a"}`},
		{id, `{"v":5}`, `{"id":"5"}`},
		{id, `{"v":5.5}`, "$v:"},
		{id, `{"v":true}`, "$v:"},
		{flag, `{"v":true}`, `{"flag":true}`},
		{flag, `{"v":"true"}`, "$v:"},
		{flag, `{"v":1}`, "$v:"},
		{colour, `{"v":"RED"}`, `{"colour":"RED"}`},
		{colour, `{"v":"red"}`, "$v:"},
		{colour, `{"v":0}`, "$v:"},
		{anyJSON, `{"v":{"a":[1,"x",null,true]}}`, `{"json":{"a":[1,"x",null,true]}}`},
		{anyJSON, `{"v":{"a":["x","\u0000"]}}`, "$v.a.1:"},
		{anyJSON, `{"v":{"\u0000":1}}`, "$v:"},
		{echo, `{"f":{}}`, `{"echo":"{\"colours\":[\"RED\"]}"}`},
		{echo, `{"f":{"colours":"BLUE"}}`, `{"echo":"{\"colours\":[\"BLUE\"]}"}`},
		{echo, `{"f":{"ids":[1,"b"],"colours":null}}`, `{"echo":"{\"ids\":[\"1\",\"b\"]}"}`},
		{echo, `{"f":{"limit":"5"}}`, "$f.limit:"},
		{echo, `{"f":{"name":5}}`, "$f.name:"},
		{echo, `{"f":{"ratio":"NaN"}}`, "$f.ratio:"},
		{echo, `{"f":{"and":[{},{"limit":2147483648}]}}`, "$f.and.1.limit:"},
		{echo, `{"f":{"and":[{},null]}}`, "$f.and.1:"},
		{echo, `{"f":{"and":[{"name":"\u0000"}]}}`, "$f.and.0.name:"},
		{echo, `{"f":{"nonsense":1}}`, "$f.nonsense:"},
		{echo, `{"f":[]}`, "$f:"},
		{echo, `{"f":"x"}`, "$f:"},
		{echo, `{"f":{"ids":[` + strings.Repeat(`1,`, 250) + `1]}}`, "$f.ids:"},
		{anyJSON, `{"v":[` + strings.Repeat(`1,`, 250) + `1]}`, "$v:"},
		{echo, deep(8), `{"echo":`},
		{echo, deep(9), "$f.and.0.and.0.and"},
		{echo, deep(2000), "$f.and.0.and.0.and"},
	} {
		name := c.query + c.variables
		t.Run(name[:min(len(name), 90)], func(t *testing.T) {
			w := w.in(t)
			a := w.post(c.query, c.variables)
			if strings.HasPrefix(c.want, "{") {
				if len(a.Errors) > 0 || !strings.HasPrefix(strings.ReplaceAll(string(a.Data), "\n", ""), c.want) {
					t.Errorf("%s, want %s", a.body, c.want)
				}
				return
			}
			if a.status != 400 || a.code() != "INVALID" || !strings.HasPrefix(a.Errors[0].Message, c.want) {
				t.Errorf("%d %s, want an error at %s", a.status, a.body, c.want)
			}
		})
	}
	a := w.post(echo, `{"f":{"and":[{},{"limit":"5"}]}}`)
	if field := fmt.Sprint(a.Errors[0].Extensions["field"]); field != "[f and 1 limit]" {
		t.Errorf("extensions.field: %v", field)
	}
}

func TestLiterals(t *testing.T) {
	t.Parallel()
	w := start(t, transport.Config{})
	for _, c := range []struct{ query, want string }{
		{`{ int(value: 2147483647) }`, `{"int":2147483647}`},
		{`{ int(value: 2147483648) }`, "int(value):"},
		{`{ int(value: -2147483649) }`, "int(value):"},
		{`{ hello(name: "a\u0000") }`, "hello(name):"},
		{`{ hello(name: """block""") }`, `{"hello":"hello block"}`},
		{`{ json(value: 99999999999999999999) }`, "json(value):"},
		{`{ json(value: {a: [1e400]}) }`, "json(value).a.0:"},
		{`{ json(value: {a: 5.9999999999999999999999999}) }`, "json(value).a:"},
		{`{ json(value: {a: 1e-400}) }`, "json(value).a:"},
		{`{ echo(filter: {and: [{limit: 3000000000}]}) }`, "echo(filter).and.0.limit:"},
		{`{ echo(filter: {ids: [` + strings.Repeat("1 ", 251) + `]}) }`, "echo(filter).ids:"},
		{`query($v: Int! = 2147483648) { int(value: $v) }`, "$v:"},
		{`query($v: String = "\u0000") { hello(name: $v) }`, "$v:"},
		{`{ ...F } fragment F on Query { int(value: 2147483648) }`, "int(value):"},
		{`{ echo(filter: ` + strings.Repeat("{and: [", 9) + strings.Repeat("]}", 9) + `) }`, "echo(filter).and.0"},
	} {
		t.Run(c.query[:min(len(c.query), 90)], func(t *testing.T) {
			a := w.in(t).post(c.query, "")
			if strings.HasPrefix(c.want, "{") {
				if string(a.Data) != c.want {
					t.Errorf("got %s, want the data %s", a.body, c.want)
				}
				return
			}
			found := false
			for _, err := range a.Errors {
				found = found || strings.HasPrefix(err.Message, c.want) && err.Extensions["code"] == "INVALID"
			}
			if a.status != 400 || !found {
				t.Errorf("%d %s, want an error at %s", a.status, a.body, c.want)
			}
		})
	}
}

// TestInputMessages checks that an error of the input says what is wrong and what to send.
func TestInputMessages(t *testing.T) {
	t.Parallel()
	production, development := start(t, transport.Config{}), start(t, transport.Config{Development: true})
	long := strings.Repeat("щ", 50)
	for _, c := range []struct{ query, variables, want string }{
		{`query($v: Int!) { int(value: $v) }`, `{"v":"5"}`, `$v: cannot read "5" (a string) as Int; send a whole number from -2147483648 to 2147483647`},
		{`query($v: Int!) { int(value: $v) }`, `{"v":6.5}`, `$v: cannot read 6.5 (a number) as Int; send a whole number from -2147483648 to 2147483647`},
		{`query($v: Int!) { int(value: $v) }`, `{"v":[1]}`, `$v: cannot read a list as Int; send a whole number from -2147483648 to 2147483647`},
		{`query($v: Int!) { int(value: $v) }`, `{"v":null}`, `$v: null is not allowed; send a value of type Int!`},
		{`query($v: Int!) { int(value: $v) }`, `{}`, `$v: a value of type Int! is required`},
		{`query($v: Int = 7) { int(value: $v) }`, `{"v":null}`, `$v: null is not allowed where the variable is used; send a value of type Int`},
		{`query($v: Float) { float(value: $v) }`, `{"v":true}`, `$v: cannot read true (a boolean) as Float; send a finite number of 64 bits`},
		{`query($v: String!) { hello(name: $v) }`, `{"v":5}`, `$v: cannot read 5 (a number) as String; send a string such as "5"`},
		{`query($v: String!) { hello(name: $v) }`, `{"v":{}}`, `$v: cannot read an object as String; send a string`},
		{`query($v: Boolean) { flag(value: $v) }`, `{"v":"true"}`, `$v: cannot read "true" (a string) as Boolean; send true or false`},
		{`query($v: Boolean) { flag(value: $v) }`, `{"v":"` + long + `"}`, `$v: cannot read "` + strings.Repeat("щ", 39) + `…" (a string) as Boolean; send true or false`},
		{`query($v: ID!) { id(value: $v) }`, `{"v":5.5}`, `$v: cannot read 5.5 (a number) as ID; send a string or a whole number`},
		{`query($f: Filter!) { echo(filter: $f) }`, `{"f":"x"}`, `$f: cannot read "x" (a string) as Filter; send an object`},
		{`query($f: Filter!) { echo(filter: $f) }`, `{"f":{"and":[{},{"limit":"5"}]}}`, `$f.and.1.limit: cannot read "5" (a string) as Int; send a whole number from -2147483648 to 2147483647`},
		{`query($f: Filter!) { echo(filter: $f) }`, `{"f":{"nonsense":1}}`, `$f.nonsense: the input Filter has no such field`},
		{`query($f: Filter!) { echo(filter: $f) }`, `{"f":{"ids":[` + strings.Repeat(`1,`, 250) + `1]}}`, `$f.ids: a list may have at most 250 items, this one has 251`},
		{`{ int(value: 2147483648) }`, ``, `int(value): cannot read 2147483648 (a number) as Int; send a whole number from -2147483648 to 2147483647`},
		{`{ json(value: 99999999999999999999) }`, ``, `json(value): cannot read 99999999999999999999 (a number) as JSON; send a whole number of at most 64 bits`},
	} {
		t.Run(c.want, func(t *testing.T) {
			if a := production.in(t).post(c.query, c.variables); len(a.Errors) != 1 || a.Errors[0].Message != c.want {
				t.Errorf("got %s, want one error: %s", a.body, c.want)
			}
		})
	}
	t.Run("the values of an enum", func(t *testing.T) {
		for w, send := range map[*world]string{production: "the name of one of its values", development: "one of RED, GREEN, BLUE"} {
			a := w.in(t).post(`query($v: Colour) { colour(value: $v) }`, `{"v":"red"}`)
			if want := `$v: cannot read "red" (a string) as Colour; send ` + send; len(a.Errors) != 1 || a.Errors[0].Message != want {
				t.Errorf("%s, want %s", a.body, want)
			}
		}
	})
}
