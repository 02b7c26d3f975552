package main

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"kopeck/dbtest"
)

// refused runs a command that must not start and returns its messages.
func refused(t *testing.T, arguments ...string) string {
	t.Helper()
	var stderr bytes.Buffer
	arguments = append(arguments, "--addr", "127.0.0.1:0", "--database-url", "sqlite://"+filepath.Join(t.TempDir(), "none.db"))
	if status := run(t.Context(), arguments, program{stdin: strings.NewReader(""), stdout: io.Discard, stderr: &stderr}); status == 0 {
		t.Errorf("%v: the command started", arguments)
	}
	return stderr.String()
}

func TestEveryLimitHasARange(t *testing.T) {
	t.Parallel()
	l := standard()
	for _, one := range l.table() {
		t.Run(one.name, func(t *testing.T) {
			t.Parallel()
			standard := reflect.ValueOf(one.value).Elem().Int()
			least, most := reflect.ValueOf(one.least), reflect.ValueOf(one.most)
			if standard < least.Int() || standard > most.Int() {
				t.Errorf("the default %d is out of range", standard)
			}
			for _, beyond := range []int64{least.Int() - 1, most.Int() + 1} {
				text := fmt.Sprint(beyond)
				if _, timed := one.value.(*time.Duration); timed {
					text = time.Duration(beyond).String()
				}
				message, want := refused(t, "serve", "--"+one.name+"="+text), fmt.Sprintf("%s: %s is out of range; use %s to %s", one.variable(), text, written(one.least), written(one.most))
				if !strings.Contains(message, want) {
					t.Errorf("%s: %s, want %s", text, message, want)
				}
			}
		})
	}
}

func TestContradictoryLimits(t *testing.T) {
	for name, arguments := range map[string][]string{
		"KOPECK_STATEMENT_TIMEOUT": {"--operation-timeout=5s"},
		"KOPECK_HEADER_TIMEOUT":    {"--read-timeout=4s"},
		"KOPECK_PAGE_DEFAULT":      {"--page-maximum=10"},
	} {
		for _, command := range []string{"serve", "demo"} {
			t.Run(command+" "+name, func(t *testing.T) {
				if message := refused(t, append([]string{command}, arguments...)...); !strings.Contains(message, name) {
					t.Error(message)
				}
			})
		}
	}
	t.Setenv("KOPECK_PAGE_MAXIMUM", "many")
	if message := refused(t, "serve"); !strings.Contains(message, "KOPECK_PAGE_MAXIMUM") {
		t.Error(message)
	}
}

// TestLimitsAreDescribed compares the table in the operator's manual with the program's limits.
func TestLimitsAreDescribed(t *testing.T) {
	t.Parallel()
	manual, err := os.ReadFile(filepath.Join("docs", "operations.md"))
	if err != nil {
		t.Fatal(err)
	}
	l := standard()
	for _, one := range l.table() {
		row := fmt.Sprintf("| `%s` | `%s` | %s to %s | %s |\n", one.variable(), written(one.value), written(one.least), written(one.most), strings.TrimSuffix(one.what, "."))
		if !strings.Contains(string(manual), row) {
			t.Errorf("docs/operations.md has no line %s", row)
		}
	}
}

// TestLimitsAreKept sets limits by variables and flags and exceeds them as a client.
func TestLimitsAreKept(t *testing.T) {
	i := install(t, dbtest.SQLite(t))
	t.Setenv("KOPECK_DOCUMENT_DEPTH", "6")
	t.Setenv("KOPECK_SIGN_IN_ATTEMPTS", "1")
	token := i.token("ADMIN")
	address, _ := i.serving("--body-bytes", "2048", "--document-tokens", "120", "--document-aliases", "3", "--input-items", "3",
		"--page-default", "2", "--page-maximum", "250", "--operation-cost", "100000", "--bucket-points", "100000", "--answer-errors", "1",
		"--access-token-life", "10m", "--refresh-token-days", "1")
	for n := range 5 {
		made := ask(t, address, token, `mutation($n: String!) { createCustomer(input: {name: $n}) { customer { id } } }`, map[string]any{"n": fmt.Sprint(n)})
		if made["errors"] != nil {
			t.Fatal(made)
		}
	}
	for query, want := range map[string]string{
		`{ ` + strings.Repeat("a ", 130) + `}`:                                                    "token",
		`{ customers { edges { node { contacts { edges { node { customer { id }}}}}}}}`:           "6 levels",
		`{ a: settings { name } b: settings { name } c: settings { name } d: settings { name } }`: "3 aliases",
		`{ nodes(ids: ["a", "b", "c", "d"]) { id } }`:                                             "3 items",
		`{ customers(first: 251) { totalCount } }`:                                                "0 to 250",
		`{ nodes(ids: ["a", "b"]) { id } x: nodes(ids: ["a"]) { id } }`:                           "errorsOmitted",
		`{ customers(first: 250) { edges { node { orders(first: 250) { totalCount } } } } }`:      "requested:501",
	} {
		t.Run(want, func(t *testing.T) {
			if got := fmt.Sprint(ask(t, address, token, query, nil)); !strings.Contains(got, want) {
				t.Errorf("%.80s: %.300s does not contain %s", query, got, want)
			}
		})
	}
	page := ask(t, address, token, `{ customers { edges { node { id } } } }`, nil)
	if n := strings.Count(fmt.Sprint(page), "cus_"); n != 2 {
		t.Errorf("%d rows on a page: %v", n, page)
	}
	response, err := http.Post("http://"+address+"/graphql", "application/json", strings.NewReader(`{"query":"{ settings { name } }`+strings.Repeat(" ", 2048)+`"}`))
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	if response.StatusCode != http.StatusRequestEntityTooLarge {
		t.Errorf("a large body: %d", response.StatusCode)
	}
	signIn := func(password string) string {
		return fmt.Sprint(ask(t, address, "", `mutation($p: String!) { signIn(input: {email: "me@example.com", password: $p}) { session { expiresAt accessToken } userErrors { code } } }`, map[string]any{"p": password}))
	}
	made := ask(t, address, token, `mutation { createUser(input: {email: "me@example.com", name: "Me", role: ADMIN, password: "a long password"}) { user { id } userErrors { message } } }`, nil)
	soon := time.Now().Add(10*time.Minute + 2*time.Second).UTC().Format("15:04")
	if got := signIn("a long password"); !strings.Contains(got, "expiresAt:") || !strings.Contains(got, soon) && !strings.Contains(got, time.Now().Add(10*time.Minute).UTC().Format("15:04")) {
		t.Errorf("%v: %s, want the end at %s", made, got, soon)
	}
	if first, second := signIn("wrong password"), signIn("wrong password"); !strings.Contains(first, "INVALID") || !strings.Contains(second, "LIMIT_EXCEEDED") {
		t.Errorf("%s, then %s", first, second)
	}
}
