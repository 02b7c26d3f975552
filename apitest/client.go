package apitest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"kopeck/auth"
	"kopeck/schema"
)

// Vars are a query's variables.
type Vars map[string]any

// Client calls the API as one user, or without signing in.
type Client struct {
	t     testing.TB
	url   string
	token string
}

var everyRole = []schema.Role{schema.RoleAdmin, schema.RoleManager, schema.RoleSales, schema.RoleAnalyst, schema.RolePartner}

// As returns a client of a user of a role, signed in for a month of the world's clock.
func (w *World) As(role schema.Role) *Client {
	w.T.Helper()
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.tokens) == 0 { // all at once, so that a role's user is older than any that a test creates
		for _, one := range everyRole {
			token, _, err := w.App.People.IssueToken(w.System(), one, "", auth.MaxLife(auth.UseAccess))
			if err != nil {
				w.T.Fatalf("a token for %s: %v", one, err)
			}
			w.tokens[one] = token
		}
	}
	return w.With(w.tokens[role])
}

// With returns a client with an access token; "" is a client that has not signed in.
func (w *World) With(token string) *Client { return &Client{w.T, w.URL, token} }

// On returns the same client for a subtest, which fails in place of the test.
func (c *Client) On(t testing.TB) *Client { return &Client{t, c.url, c.token} }

// Result is a response of the API.
type Result struct {
	t      testing.TB
	query  string
	Status int
	Header http.Header
	Body   string
	data   any
	Errors []Error
}

// Error is an error of the request.
type Error struct {
	Message    string         `json:"message"`
	Path       []any          `json:"path"`
	Extensions map[string]any `json:"extensions"`
}

// Code returns the error's code.
func (e Error) Code() string { code, _ := e.Extensions["code"].(string); return code }

// Do sends an operation and returns the response, whatever it is.
func (c *Client) Do(query string, variables Vars) *Result {
	c.t.Helper()
	body, err := json.Marshal(map[string]any{"query": query, "variables": variables})
	if err != nil {
		c.t.Fatal(err)
	}
	request, err := http.NewRequest(http.MethodPost, c.url+"/graphql", bytes.NewReader(body))
	if err != nil {
		c.t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/json")
	if c.token != "" {
		request.Header.Set("Authorization", "Bearer "+c.token)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		c.t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		c.t.Fatal(err)
	}
	r := &Result{t: c.t, query: query, Status: response.StatusCode, Header: response.Header, Body: string(text)}
	var answer struct {
		Data   any     `json:"data"`
		Errors []Error `json:"errors"`
	}
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	if err := decoder.Decode(&answer); err != nil {
		c.t.Fatalf("not JSON: %s", text)
	}
	r.data, r.Errors = answer.Data, answer.Errors
	return r
}

// Must sends an operation and fails the test if there is any error, userErrors included.
func (c *Client) Must(query string, variables Vars) *Result {
	c.t.Helper()
	r := c.Do(query, variables)
	if len(r.Errors) > 0 {
		c.t.Fatalf("%s\nvariables %v\n%s", query, variables, r.Body)
	}
	if faults := r.UserErrors(); len(faults) > 0 {
		c.t.Fatalf("%s\nvariables %v\nuserErrors: %v", query, variables, faults)
	}
	return r
}

// Get returns the value at a path of the data such as "customer.contacts.edges.0.node.id"; nil if there is none.
func (r *Result) Get(path string) any {
	at := r.data
	for _, step := range strings.Split(path, ".") {
		switch inner := at.(type) {
		case map[string]any:
			at = inner[step]
		case []any:
			i, err := strconv.Atoi(step)
			if err != nil || i < 0 || i >= len(inner) {
				return nil
			}
			at = inner[i]
		default:
			return nil
		}
	}
	return at
}

// Text is Get as text: numbers as in the response, null as "".
func (r *Result) Text(path string) string {
	if v := r.Get(path); v != nil {
		return fmt.Sprint(v)
	}
	return ""
}

// Int is Get as an integer.
func (r *Result) Int(path string) int {
	r.t.Helper()
	n, err := strconv.Atoi(r.Text(path))
	if err != nil {
		r.t.Fatalf("%s is not an integer in %s", path, r.Body)
	}
	return n
}

// Len returns the length of the list at a path.
func (r *Result) Len(path string) int {
	list, _ := r.Get(path).([]any)
	return len(list)
}

// UserErrors returns the codes and fields of all userErrors, as "CODE field.path".
func (r *Result) UserErrors() []string {
	var all []string
	root, _ := r.data.(map[string]any)
	for _, payload := range root {
		inner, _ := payload.(map[string]any)
		list, _ := inner["userErrors"].([]any)
		for _, one := range list {
			e, _ := one.(map[string]any)
			var path []string
			steps, _ := e["field"].([]any)
			for _, step := range steps {
				path = append(path, fmt.Sprint(step))
			}
			all = append(all, strings.TrimSpace(fmt.Sprint(e["code"])+" "+strings.Join(path, ".")))
		}
	}
	return all
}

// Refused sends a mutation that selects userErrors { code field message } and fails the test unless it has exactly this one.
func (c *Client) Refused(want, query string, variables Vars) *Result {
	c.t.Helper()
	r := c.Do(query, variables)
	if got := r.UserErrors(); len(got) != 1 || got[0] != want {
		c.t.Fatalf("%s\nvariables %v\nwant the userError %q, got %s", query, variables, want, r.Body)
	}
	return r
}
