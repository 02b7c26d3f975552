package transport_test

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/gqlerror"
	"pgregory.net/rapid"

	"kopeck/transport"
)

// fan returns a document in which each fragment spreads the next one twice: fields double with each level.
func fan(levels int) string {
	var doc strings.Builder
	doc.WriteString("{ ...F0 }\n")
	for i := range levels {
		fmt.Fprintf(&doc, "fragment F%d on Query { ...F%d ...F%d }\n", i, i+1, i+1)
	}
	fmt.Fprintf(&doc, "fragment F%d on Query { hello }", levels)
	return doc.String()
}

// nest returns a query with a number of levels of fields, at least 2.
func nest(levels int) string {
	links := (levels - 2) / 3
	end := []string{"totalCount", "pageInfo { hasNextPage }", "edges { node { id } }"}[(levels-2)%3]
	return "{ items(first: 1) " + strings.Repeat("{ edges { node { items(first: 1) ", links) +
		"{ " + end + " }" + strings.Repeat(" } } }", links) + " }"
}

func TestShape(t *testing.T) { // not parallel: it depends on times
	w := start(t, transport.Config{})
	many := func(n int, part string) string {
		return "{ " + strings.Repeat(part+" ", n) + "}"
	}
	aliases := func(n int) string {
		var doc strings.Builder
		for i := range n {
			fmt.Fprintf(&doc, "a%d: hello ", i)
		}
		return "{ " + doc.String() + "}"
	}
	for _, c := range []struct {
		name, query string
		ok          bool
	}{
		{"12 levels", nest(12), true},
		{"13 levels", nest(13), false},
		{"15 aliases", aliases(15), true},
		{"16 aliases", aliases(16), false},
		{"16 aliases through a fragment", "{ ...F } fragment F on Query " + aliases(16), false},
		{"8 aliases in a fragment spread twice", "{ ...F ...F } fragment F on Query " + aliases(8), false},
		{"50 directives", many(50, "hello @include(if: true)"), true},
		{"51 directives", many(51, "hello @include(if: true)"), false},
		{"1,900 fields", many(1900, "hello"), true},
		{"2,100 tokens", many(2100, "hello"), false},
		{"1,024 fields through fragments", fan(10), true},
		{"2,048 fields through fragments", fan(11), false},
		{"2^100 fields through fragments", fan(100), false},
		{"a cycle", "{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }", false},
		{"a big fragment that is not used", "{ hello } fragment F on Query " + aliases(16), false},
	} {
		t.Run(c.name, func(t *testing.T) {
			begun := time.Now()
			a := w.in(t).post(c.query, "")
			if took := time.Since(begun); took > 30*time.Second {
				t.Errorf("took %v", took)
			}
			if ok := len(a.Errors) == 0; ok != c.ok {
				t.Errorf("ok %v, want %v: %.300s", ok, c.ok, a.body)
			}
			if !c.ok && (a.status != 400 || strings.Contains(a.body, `"data"`)) {
				t.Errorf("%d %.300s", a.status, a.body)
			}
		})
	}
}

func TestErrorsAreFewAndShort(t *testing.T) {
	t.Parallel()
	w := start(t, transport.Config{Development: true})
	a := w.post("{ "+strings.Repeat("x ", 1500)+"}", "")
	if len(a.Errors) != 20 || len(a.body) > 10_000 {
		t.Errorf("%d errors in %d bytes", len(a.Errors), len(a.body))
	}
	a = w.post("{ "+strings.Repeat("щ", 20_000)+" }", "")
	if len(a.body) > 1000 {
		t.Errorf("the message repeats a long name: %d bytes", len(a.body))
	}
	a = w.post("{ "+strings.Repeat("x", 50_000)+" }", "")
	if len(a.body) > 1000 || len(a.Errors) != 1 {
		t.Errorf("the message repeats a long name: %d bytes", len(a.body))
	}
	ids := `["bad"` + strings.Repeat(`,"bad"`, 99) + `]`
	a = w.post(`query($ids: [ID!]!) { nodes(ids: $ids) { ... on Item { items { totalCount } } } }`, `{"ids":`+ids+`}`)
	if len(a.Errors) != 20 || a.Extensions["errorsOmitted"] != 80.0 {
		t.Errorf("%d errors, omitted %v", len(a.Errors), a.Extensions["errorsOmitted"])
	}
}

func TestCost(t *testing.T) {
	t.Parallel()
	w := start(t, transport.Config{Weights: transport.Weights{"Item.price": 2, "Query.analysis": 50, "Query.hello": 3}})
	for _, c := range []struct {
		query, variables  string
		requested, actual float64
	}{
		{`{ int }`, ``, 0, 0},
		{`{ hello }`, ``, 3, 3},
		{`{ analysis { score } }`, ``, 50, 50},
		{`{ items(first: 10) { pageInfo { hasNextPage } edges { cursor node { id name } } } }`, ``, 1 + 10, 1 + 3},
		{`{ items(last: 10) { edges { node { id } } } }`, ``, 1 + 10, 1 + 3},
		{`{ items { edges { node { id } } } }`, ``, 1 + 20, 1 + 3},
		{`{ items(first: 2) { edges { node { id price { amount } } } } }`, ``, 1 + 2*(1+2), 1 + 2*(1+2)},
		{`{ items(first: 2) { edges { node { items(first: 3) { edges { node { id } } } } } } }`, ``, 1 + 2*(1+1+3), 1 + 2*(1+1+3)},
		{`query($n: Int) { items(first: $n) { edges { node { id } } } }`, `{"n":2}`, 3, 3},
		{`query($n: Int = 2) { items(first: $n) { edges { node { id } } } }`, ``, 3, 3},
		{`query($n: Int) { items(first: $n) { edges { node { id } } } }`, `{"n":null}`, 21, 4},
		{`query($ids: [ID!]!) { nodes(ids: $ids) { id } }`, `{"ids":["a","b","c"]}`, 1, 1},
		{`query($ids: [ID!]!) { nodes(ids: $ids) { ... on Item { price { amount } } } }`, `{"ids":["a","b","c"]}`, 1 + 3*2, 1 + 3*2},
		{`{ items(first: 2) { ...C ...C } } fragment C on ItemConnection { edges { node { id } } }`, ``, 1 + 2*2, 1 + 2},
		{`mutation { add(value: 1) }`, ``, 0, 0},
	} {
		t.Run(c.query+c.variables, func(t *testing.T) {
			a := w.in(t).post(c.query, c.variables)
			if len(a.Errors) > 0 || a.cost("requested") != c.requested || a.cost("actual") != c.actual || a.cost("restoreRate") != 5000 {
				t.Errorf("%v, want %v and %v", a.body, c.requested, c.actual)
			}
		})
	}
	expensive := `{ items(first: 100) { edges { node { items(first: 100) { edges { node { id } } } } } } }`
	a := w.post(expensive, "")
	if a.status != 400 || a.code() != "LIMIT_EXCEEDED" || a.cost("requested") != 1+100*(1+1+100) || a.cost("maximum") != 1000 {
		t.Errorf("too expensive: %d %s", a.status, a.body)
	}
	// A page that the resolver refuses costs no more than the largest page allowed.
	if a := w.post(`{ items(first: 2000000000) { edges { node { id } } } }`, ""); a.cost("requested") != 101 {
		t.Errorf("got %s, want a cost of 101", a.body)
	}
	if a := w.post(`{ items(first: -1) { edges { node { id } } } }`, ""); a.cost("requested") != 1 {
		t.Errorf("got %s, want a cost of 1", a.body)
	}
}

// TestRowsInBulk checks that ten rows of a list in bulk cost as much as one row of another list, and that more may be requested.
func TestRowsInBulk(t *testing.T) {
	t.Parallel()
	w := start(t, transport.Config{Bulk: transport.Bulk{"Item.items": 400}})
	for _, c := range []struct {
		rows              int
		requested, actual float64
	}{
		{250, 1 + 2*(1+1+25), 6}, // 1 + 2 x (1 + 1) and 2 x 3 tenths
		{251, 1 + 2*(1+1+26), 6},
		{2_000_000, 1 + 2*(1+1+40), 6}, // the resolver refuses it
		{0, 1 + 2*(1+1), 5},
	} {
		t.Run(strconv.Itoa(c.rows), func(t *testing.T) {
			a := w.in(t).post(`query($n: Int) { items(first: 2) { edges { node { items(first: $n) { edges { node { id } } } } } } }`, fmt.Sprintf(`{"n":%d}`, c.rows))
			if a.cost("requested") != c.requested || a.cost("actual") != c.actual {
				t.Errorf("%s, want %v and %v", a.body, c.requested, c.actual)
			}
		})
	}
}

type callerKey struct{}

// clock is set by the test and read by the server.
type clock struct{ nanoseconds atomic.Int64 }

func (c *clock) now() time.Time           { return time.Unix(1_800_000_000, c.nanoseconds.Load()) }
func (c *clock) advance(by time.Duration) { c.nanoseconds.Add(int64(by)) }

func TestThrottle(t *testing.T) {
	t.Parallel()
	clock := &clock{}
	caller := "a"
	w := start(t, transport.Config{
		Limits: transport.Limits{Bucket: 100, Restore: 10},
		Caller: func(context.Context) string { return caller },
		Now:    clock.now,
	})
	query := `{ items(first: 59) { edges { node { id } } } }` // requests 60, spends 4
	a := w.post(query, "")
	if a.status != 200 || a.cost("available") != 96 {
		t.Fatalf("%d %s", a.status, a.body)
	}
	for range 9 {
		a = w.post(query, "")
	}
	if a.cost("available") != 60 {
		t.Fatalf("ten times 4 points were spent: %s", a.body)
	}
	if a = w.post(query, ""); a.status != 200 {
		t.Fatalf("60 are there: %s", a.body)
	}
	a = w.post(query, "")
	if a.status != 429 || a.header.Get("Retry-After") != "1" || a.code() != transport.CodeThrottled || a.cost("available") != 56 ||
		a.Errors[0].Extensions["retryAfter"] != 0.4 || strings.Contains(a.body, `"data"`) {
		t.Errorf("%d %v %s", a.status, a.header, a.body)
	}
	if a := w.send("POST", "/", `{"query":"`+query+`"}`, jsonBody); a.status != 429 {
		t.Errorf("with application/json: %d", a.status)
	}
	caller = "b"
	if a := w.post(query, ""); a.status != 200 {
		t.Errorf("another caller is throttled: %s", a.body)
	}
	caller = "a"
	clock.advance(400 * time.Millisecond)
	if a := w.post(query, ""); a.status != 200 {
		t.Errorf("four points are back: %s", a.body)
	}
}

func TestThrottleNeverGivesMoreThanItRestores(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		clock := &clock{}
		buckets := transport.NewTestBuckets(transport.Limits{Bucket: 100, Restore: 10}, clock.now)
		granted := 0
		for _, step := range rapid.SliceOfN(rapid.Custom(func(t *rapid.T) [3]int {
			return [3]int{rapid.IntRange(0, 120).Draw(t, "cost"), rapid.IntRange(0, 120).Draw(t, "actual"), rapid.IntRange(0, 3000).Draw(t, "ms")}
		}), 1, 50).Draw(t, "steps") {
			clock.advance(time.Duration(step[2]) * time.Millisecond)
			elapsed := float64(clock.nanoseconds.Load()) / 1e9
			if buckets.Take("a", step[0]) {
				actual := min(step[1], step[0])
				buckets.Settle("a", step[0], actual)
				granted += actual
			}
			// A charge above the capacity needs only a full bucket, so the bound includes its excess.
			if float64(granted) > 100+20+10*elapsed+1e-6 {
				t.Fatalf("granted %d in %v s", granted, elapsed)
			}
		}
	})
}

func TestThrottleSwitchedOff(t *testing.T) {
	t.Parallel()
	w := start(t, transport.Config{Limits: transport.Limits{Bucket: -1}})
	for range 50 {
		if a := w.post(`{ items(first: 100) { edges { node { id } } } }`, ""); a.status != 200 || a.cost("available") != 1000 {
			t.Fatalf("%d %s", a.status, a.body)
		}
	}
}

func TestValidateHook(t *testing.T) {
	t.Parallel()
	w := start(t, transport.Config{
		Limits: transport.Limits{Bucket: 100, Restore: 1},
		Validate: func(_ context.Context, operation *graphql.OperationContext) gqlerror.List {
			if operation.Variables["v"] == int64(13) {
				return gqlerror.List{{Message: "not thirteen", Extensions: map[string]any{"field": []string{"v"}}}}
			}
			return nil
		},
	})
	query := `mutation($v: Int!) { add(value: $v) }`
	if a := w.post(query, `{"v":12}`); len(a.Errors) > 0 {
		t.Errorf("got %s, want no error for 12", a.body)
	}
	a := w.post(query, `{"v":13}`)
	if a.status != 400 || a.Errors[0].Message != "not thirteen" || a.code() != "INVALID" || strings.Contains(a.body, `"data"`) {
		t.Errorf("%d %s", a.status, a.body)
	}
	if sum := w.resolvers.Sum.Load(); sum != 12 {
		t.Errorf("sum %d", sum)
	}
}

func TestSchemaIsNotRevealedInProduction(t *testing.T) {
	t.Parallel()
	names := []string{`hell`, `hello(nam: "x")`, `colour(value: REDD)`, `echo(filter: {nam: "x"})`, `echo(filter: {colour: REDD})`, `items { edge }`, `hello { x }`, `items`}
	suggested := 0
	for _, development := range []bool{true, false} {
		w := start(t, transport.Config{Development: development})
		for _, name := range names {
			a := w.post("{ "+name+" }", "")
			if a.status != 400 {
				t.Errorf("%s: %d %s", name, a.status, a.body)
			}
			if strings.Contains(a.body, "Did you mean") {
				suggested++
				if !development {
					t.Errorf("%s: %s", name, a.body)
				}
			}
		}
		a := w.post(`{ ...F } fragment F on Quer { hello }`, "")
		if !development && strings.Contains(a.body, "Did you mean") {
			t.Errorf("got %s, want no suggestion outside of development", a.body)
		}
		for _, query := range []string{`{ __schema { queryType { name } } }`, `{ ...F } fragment F on Query { __type(name: "Item") { name } }`} {
			if a := w.post(query, ""); (len(a.Errors) == 0) != development {
				t.Errorf("introspection with development %v: %s", development, a.body)
			}
		}
		if a := w.post(`{ __typename }`, ""); len(a.Errors) > 0 {
			t.Errorf("__typename is refused: %s", a.body)
		}
	}
	if suggested == 0 {
		t.Error("development gives no suggestions, so that this test checks nothing")
	}
}

func TestDeferIsRefused(t *testing.T) {
	t.Parallel()
	w := start(t, transport.Config{})
	if a := w.post(`{ ... @defer { hello } }`, ""); a.status != 400 {
		t.Errorf("%d %s", a.status, a.body)
	}
}

func TestPersistedAndTrusted(t *testing.T) {
	t.Parallel()
	const hash = "6f45ed9c9a9d7d7eb84ba4bb3d5ac0b2b3f0dd01d6aaf5b1a7b5b5e8e3f3fbb0"
	query := `{ hello }`
	real := transport.DocumentHash(query)
	byHash := func(hash string) string {
		return `{"extensions":{"persistedQuery":{"version":1,"sha256Hash":"` + hash + `"}}}`
	}
	both := func(hash string) string {
		return `{"query":"` + query + `","extensions":{"persistedQuery":{"version":1,"sha256Hash":"` + hash + `"}}}`
	}
	t.Run("off", func(t *testing.T) {
		w := start(t, transport.Config{})
		if a := w.send("POST", "/", byHash(real), jsonBody); a.Errors[0].Message != "PersistedQueryNotSupported" || a.code() != transport.CodeNoPersisted {
			t.Errorf("got %s, want PersistedQueryNotSupported", a.body)
		}
		if a := w.send("POST", "/", both(hash), jsonBody); string(a.Data) != `{"hello":"hello world"}` {
			t.Errorf("got %s, want the query answered although the hash is wrong", a.body)
		}
	})
	t.Run("persisted", func(t *testing.T) {
		w := start(t, transport.Config{PersistedQueries: true})
		if a := w.send("POST", "/", byHash(real), jsonBody); a.Errors[0].Message != "PersistedQueryNotFound" {
			t.Errorf("got %s, want PersistedQueryNotFound", a.body)
		}
		if a := w.send("POST", "/", both(hash), jsonBody); a.status != 400 {
			t.Errorf("a wrong hash: %d %s", a.status, a.body)
		}
		if a := w.send("POST", "/", both(real), jsonBody); len(a.Errors) > 0 {
			t.Errorf("got %s, want no error for the right hash", a.body)
		}
		if a := w.send("POST", "/", byHash(real), jsonBody); string(a.Data) != `{"hello":"hello world"}` {
			t.Errorf("got %s, want the query answered by its hash", a.body)
		}
	})
	t.Run("trusted", func(t *testing.T) {
		misfit := `{ nothing }`
		w := start(t, transport.Config{Trusted: map[string]string{real: query, transport.DocumentHash(misfit): misfit}})
		if logged := w.log.String(); !strings.Contains(logged, transport.DocumentHash(misfit)) || strings.Contains(logged, real) {
			t.Errorf("the log has %s", logged)
		}
		for _, body := range []string{byHash(real), both(real), `{"query":"` + query + `"}`} {
			if a := w.send("POST", "/", body, jsonBody); string(a.Data) != `{"hello":"hello world"}` {
				t.Errorf("%s: %s", body, a.body)
			}
		}
		for _, body := range []string{byHash(hash), `{"query":"{ int }"}`, strings.Replace(both(real), "hello", "int", 1)} {
			if a := w.send("POST", "/", body, jsonBody); a.code() != transport.CodeNotTrusted {
				t.Errorf("%s: %s", body, a.body)
			}
		}
	})
}

func TestDocumentCacheIsBounded(t *testing.T) {
	t.Parallel()
	w := start(t, transport.Config{Limits: transport.Limits{CacheBytes: 1 << 20, Bucket: -1}})
	padding := strings.Repeat(" ", 2000)
	for i := range 200 {
		if a := w.post("{ a"+strconv.Itoa(i)+": hello }"+padding, ""); len(a.Errors) > 0 {
			t.Fatalf("got %s, want no error", a.body)
		}
		if bytes := transport.CachedBytes(w.handler); bytes > 1<<20 || bytes == 0 {
			t.Fatalf("%d bytes kept", bytes)
		}
	}
	w.post("{ hello }"+strings.Repeat(" ", 100_000), "")
	if bytes := transport.CachedBytes(w.handler); bytes > 1<<20 {
		t.Fatalf("%d bytes kept", bytes)
	}
}
