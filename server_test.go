package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"kopeck/dbtest"
)

// TestMain runs the program instead of the tests in a child process, so that a test can kill it.
func TestMain(m *testing.M) {
	if os.Getenv("BE_THE_PROGRAM") != "" {
		main()
		return
	}
	// The program is tested with the variables that a test gives it, not with those of whoever runs the tests.
	for _, variable := range os.Environ() {
		name, _, _ := strings.Cut(variable, "=")
		if strings.HasPrefix(name, "KOPECK_") && name != "KOPECK_REQUIRE_POSTGRES" && name != "KOPECK_TEST_POSTGRES_URL" {
			_ = os.Unsetenv(name)
		}
	}
	os.Exit(m.Run())
}

// installation is a database and a directory of keys.
type installation struct {
	t    *testing.T
	url  string
	keys string
}

func install(t *testing.T, url string) installation {
	return installation{t, url, filepath.Join(t.TempDir(), "keys")}
}

// migrated returns an installation whose database has its tables.
func migrated(t *testing.T, url string) installation {
	t.Helper()
	i := install(t, url)
	if status, out := i.command("migrate"); status != 0 {
		t.Fatalf("migrate: %d %s", status, out)
	}
	return i
}

func (i installation) arguments(more ...string) []string {
	return append(more, "--database-url", i.url, "--keys", i.keys, "--log-level", "warn")
}

// command runs a command to its end and returns what it printed.
func (i installation) command(arguments ...string) (status int, out string) {
	i.t.Helper()
	var stdout, stderr bytes.Buffer
	status = run(i.t.Context(), i.arguments(arguments...), program{stdin: strings.NewReader(""), stdout: &stdout, stderr: &stderr})
	if stderr.Len() > 0 {
		i.t.Logf("%s: %s", arguments[0], stderr.String())
	}
	return status, stdout.String()
}

func (i installation) token(role string) string {
	i.t.Helper()
	status, out := i.command("token", "--role", role, "--ttl", "1h")
	if status != 0 || strings.Count(out, "\n") != 1 {
		i.t.Fatalf("token: status %d, %q", status, out)
	}
	return strings.TrimSpace(out)
}

// serving runs the real server on a free port until the test ends.
func (i installation) serving(more ...string) (address string, stop func() int) {
	i.t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	ready, ended := make(chan string, 1), make(chan int, 1)
	go func() {
		ended <- run(ctx, i.arguments(append([]string{"serve", "--addr", "127.0.0.1:0"}, more...)...), program{
			stdin: strings.NewReader(""), stdout: io.Discard, stderr: testLog{i.t}, listening: func(a string) { ready <- a },
		})
	}()
	stopped := sync.OnceValue(func() int { cancel(); return <-ended })
	i.t.Cleanup(func() { stopped() })
	select {
	case address = <-ready:
	case status := <-ended:
		ended <- status
		i.t.Fatalf("the server ended with status %d", status)
	case <-time.After(30 * time.Second):
		i.t.Fatal("the server does not listen after 30 seconds")
	}
	return address, stopped
}

type testLog struct{ t *testing.T }

// Write implements io.Writer.
func (l testLog) Write(line []byte) (int, error) { l.t.Logf("server: %s", line); return len(line), nil }

func ask(t *testing.T, address, token, query string, variables any) map[string]any {
	t.Helper()
	answer, err := post(t.Context(), address, token, query, variables)
	if err != nil {
		t.Fatal(err)
	}
	return answer
}

func post(ctx context.Context, address, token, query string, variables any) (map[string]any, error) {
	body, err := json.Marshal(map[string]any{"query": query, "variables": variables})
	if err != nil {
		return nil, err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+address+"/graphql", bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	request.Header.Set("Content-Type", "application/json")
	if token != "" {
		request.Header.Set("Authorization", "Bearer "+token)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	var answer map[string]any
	return answer, json.NewDecoder(response.Body).Decode(&answer)
}

// customerOf returns the id in the response of createCustomer, "" if there is none.
func customerOf(answer map[string]any) string {
	data, _ := answer["data"].(map[string]any)
	payload, _ := data["createCustomer"].(map[string]any)
	customer, _ := payload["customer"].(map[string]any)
	id, _ := customer["id"].(string)
	return id
}

// TestFirstSteps does what a new user does: migrate, token, serve, query, check.
func TestFirstSteps(t *testing.T) {
	each(t, func(t *testing.T, url string) {
		i := install(t, url)
		if status, out := i.command("serve", "--addr", "127.0.0.1:0"); status != 1 || out != "" {
			t.Fatalf("serve on an empty database: %d %q", status, out)
		}
		if status, out := i.command("migrate"); status != 0 {
			t.Fatalf("migrate: %d %s", status, out)
		}
		token := i.token("ADMIN")
		address, stop := i.serving()
		made := ask(t, address, token, `mutation { createCustomer(input: {name: "Анна"}) { customer { id lifetimeValue { total { amount currencyCode } } } userErrors { message } } }`, nil)
		if text := fmt.Sprint(made); !strings.Contains(text, "amount:0.00 currencyCode:RUB") {
			t.Fatal(text)
		}
		for path, want := range map[string]string{
			"/healthz": "ok", "/readyz": `"migrations":"ok"`, "/.well-known/jwks.json": `"kty":"OKP"`, "/metrics": "kopeck_operations_total", "/": "GraphiQL",
		} {
			response, err := http.Get("http://" + address + path)
			if err != nil {
				t.Fatal(err)
			}
			body, err := io.ReadAll(response.Body)
			response.Body.Close()
			if err != nil || response.StatusCode != http.StatusOK || !strings.Contains(string(body), want) {
				t.Errorf("%s: %d %.300s %v", path, response.StatusCode, body, err)
			}
		}
		for what, query := range map[string]string{
			"literal":  `mutation { recordContact(input: {customerId: "` + customerOf(made) + `", kind: INFO_CALL, direction: INBOUND, channel: PHONE, minutes: 6.5}) { userErrors { message } } }`,
			"variable": `mutation($in: RecordContactInput!) { recordContact(input: $in) { userErrors { message } } }`,
		} {
			answer := fmt.Sprint(ask(t, address, token, query, map[string]any{"in": map[string]any{
				"customerId": customerOf(made), "kind": "INFO_CALL", "direction": "INBOUND", "channel": "PHONE", "minutes": json.Number("6.5"),
			}}))
			if want := `input.minutes: cannot read 6.5 (a number) as Decimal; send a string such as "6.5"`; !strings.Contains(answer, want) {
				t.Errorf("%s: %s, want %s", what, answer, want)
			}
		}
		if status := stop(); status != 0 {
			t.Errorf("the server ended with status %d", status)
		}
		if status, out := i.command("check"); status != 0 {
			t.Errorf("check: %d %s", status, out)
		}
	})
}

// TestSubscriptionOverASocket receives over a WebSocket what another client records over HTTP.
func TestSubscriptionOverASocket(t *testing.T) {
	each(t, func(t *testing.T, url string) {
		i := migrated(t, url)
		token := i.token("MANAGER")
		address, _ := i.serving()
		id := customerOf(ask(t, address, token, `mutation { createCustomer(input: {name: "Анна"}) { customer { id } } }`, nil))
		s := connect(t, address, token)
		s.subscribe("1", `subscription($id: ID) { contactRecorded(customerId: $id) { subject customer { name } } }`, map[string]any{"id": id})
		ask(t, address, token, `mutation($id: ID!) { recordContact(input: {customerId: $id, kind: INFO_CALL, direction: INBOUND, channel: PHONE, subject: "Шторы"}) { userErrors { message } } }`, map[string]any{"id": id})
		if next := fmt.Sprint(s.receive()); !strings.Contains(next, "Шторы") || !strings.Contains(next, "Анна") {
			t.Fatal(next)
		}
		s.subscribe("2", `subscription { taskChanged { title customer { name } } }`, nil)
		ask(t, address, token, `mutation($id: ID!, $at: Time!) { createTask(input: {customerId: $id, title: "Перезвонить", dueAt: $at}) { userErrors { message } } }`, map[string]any{"id": id, "at": time.Now().Format(time.RFC3339)})
		if next := fmt.Sprint(s.receive()); !strings.Contains(next, "Перезвонить") || !strings.Contains(next, "Анна") {
			t.Fatal(next)
		}
	})
}

// TestKilledInTheMiddle kills the program with SIGKILL while eight clients write, restarts it and lets the clients
// repeat with the same keys: everything acknowledged is stored once, and the books are in order.
func TestKilledInTheMiddle(t *testing.T) {
	if testing.Short() {
		t.Skip("kills a process; not in short runs")
	}
	each(t, func(t *testing.T, url string) {
		i := migrated(t, url)
		token := i.token("MANAGER")
		const clients, each = 8, 30
		acknowledged := make([]map[string]string, clients)
		for c := range acknowledged {
			acknowledged[c] = map[string]string{}
		}
		for round := range 3 {
			process, address := i.spawn()
			var working sync.WaitGroup
			for c := range clients {
				working.Go(func() {
					for n := range each {
						key := fmt.Sprintf("%d-%d", c, n)
						answer, err := post(t.Context(), address, token, `mutation($k: String!) { createCustomer(input: {name: $k, externalId: $k, idempotencyKey: $k}) { customer { id } } }`, map[string]any{"k": key})
						if err != nil {
							return
						}
						id := customerOf(answer)
						if before := acknowledged[c][key]; id == "" || (before != "" && before != id) {
							t.Errorf("%s: %v, was %q", key, answer, before)
						}
						acknowledged[c][key] = id
					}
				})
			}
			if round < 2 {
				time.Sleep(150 * time.Millisecond)
				_ = process.Process.Kill()
			}
			working.Wait()
			_ = process.Process.Kill()
			_ = process.Wait()
		}
		address, _ := i.serving()
		answer := ask(t, address, token, `{ customers { totalCount } }`, nil)
		if got, want := fmt.Sprint(answer), fmt.Sprintf("totalCount:%d", clients*each); !strings.Contains(got, want) {
			t.Errorf("%s, want %s", got, want)
		}
		for c := range acknowledged {
			if len(acknowledged[c]) != each {
				t.Errorf("client %d: %d acknowledged of %d", c, len(acknowledged[c]), each)
			}
		}
		if status, out := i.command("check"); status != 0 {
			t.Errorf("check: %s", out)
		}
	})
}

// spawn starts the program as a separate process, with further variables, and waits until it listens.
func (i installation) spawn(variables ...string) (*exec.Cmd, string) {
	i.t.Helper()
	program, err := os.Executable()
	if err != nil {
		i.t.Fatal(err)
	}
	command := exec.Command(program, "serve", "--addr", "127.0.0.1:0", "--database-url", i.url, "--keys", i.keys)
	command.Env = append(append(os.Environ(), "BE_THE_PROGRAM=1", "KOPECK_ENV=production"), variables...)
	output, err := command.StderrPipe()
	if err != nil {
		i.t.Fatal(err)
	}
	if err := command.Start(); err != nil {
		i.t.Fatal(err)
	}
	i.t.Cleanup(func() { _ = command.Process.Kill() })
	late := time.AfterFunc(30*time.Second, func() { _ = command.Process.Kill() })
	defer late.Stop()
	lines := json.NewDecoder(output)
	for {
		var line struct{ Msg, Address string }
		if err := lines.Decode(&line); err != nil {
			i.t.Fatalf("the program ended before it listened: %v", err)
		}
		if line.Msg == "listening" {
			go func() { _, _ = io.Copy(io.Discard, io.MultiReader(lines.Buffered(), output)) }()
			return command, line.Address
		}
	}
}

// each runs a test on an empty database of each kind.
func each(t *testing.T, test func(t *testing.T, url string)) {
	t.Run("sqlite", func(t *testing.T) { test(t, "sqlite://"+filepath.Join(t.TempDir(), "kopeck.db")) })
	t.Run("postgres", func(t *testing.T) { test(t, dbtest.Empty(t)) })
}

func TestWrongSettingsAreRefusedByName(t *testing.T) {
	t.Parallel()
	for name, arguments := range map[string][]string{
		"KOPECK_CURRENCY":     {"migrate", "--currency", "ROUBLE"},
		"KOPECK_DATABASE_URL": {"migrate", "--database-url", "mysql://somewhere"},
		"KOPECK_POOL":         {"migrate", "--pool", "0"},
		"--env":               {"migrate", "--env", "staging"},
		"--role":              {"token", "--role", "KING"},
		"KOPECK_TRUST_PROXY":  {"serve", "--trust-proxy=10.0.0.0/33"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var stderr bytes.Buffer
			status := run(t.Context(), append(arguments, "--keys", filepath.Join(t.TempDir(), "keys")), program{stdin: strings.NewReader(""), stdout: io.Discard, stderr: &stderr})
			if status == 0 || !strings.Contains(stderr.String(), name) {
				t.Errorf("%v: status %d, %s", arguments, status, stderr.String())
			}
		})
	}
}

func TestHelpNamesVariablesAndDefaults(t *testing.T) {
	t.Parallel()
	var stdout bytes.Buffer
	if status := run(t.Context(), []string{"serve", "--help"}, program{stdin: strings.NewReader(""), stdout: &stdout, stderr: io.Discard}); status != 0 {
		t.Fatal(status)
	}
	for _, want := range []string{"KOPECK_ADDR", ":8080", "KOPECK_DATABASE_URL", "sqlite://kopeck.db", "KOPECK_KEYS", "./keys", "KOPECK_CORS_ORIGINS", "KOPECK_CURRENCY", "RUB", "KOPECK_ENV"} {
		if !strings.Contains(stdout.String(), want) {
			t.Errorf("--help does not contain %s:\n%s", want, stdout.String())
		}
	}
}
