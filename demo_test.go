package main

import (
	"bytes"
	"context"
	"strings"
	"testing"
	"time"

	"kopeck/dbtest"
	"kopeck/demo"
)

// TestDemoCommand starts the demonstration twice: the first start creates the company, the second only serves it.
func TestDemoCommand(t *testing.T) {
	at := install(t, dbtest.SQLite(t))
	welcome := func(more ...string) (status int, text, messages string, took time.Duration) {
		ctx, stop := context.WithTimeout(t.Context(), 10*time.Minute) // the race detector is slow
		defer stop()
		var stdout, stderr bytes.Buffer
		started := time.Now()
		status = run(ctx, at.arguments(append([]string{"demo", "--addr", "127.0.0.1:0"}, more...)...), program{
			stdin: strings.NewReader(""), stdout: &stdout, stderr: &stderr,
			listening: func(string) { took = time.Since(started); stop() },
		})
		return status, stdout.String(), stderr.String(), took
	}
	status, text, messages, took := welcome()
	t.Logf("the first start took %v", took)
	for _, want := range []string{
		"http://127.0.0.1:", "/graphql", demo.Password, "sales@erker.example", "partner@liniya.example", "curl -s ", "Bearer eyJ",
		`"name": "` + demo.FavouriteName, `"probabilityAlive": 0.`, `"kind": "RULE"`,
	} {
		if status != 0 || !strings.Contains(text, want) {
			t.Fatalf("status %d, no %q in\n%s\n%s", status, want, text, messages)
		}
	}
	status, second, messages, took := welcome()
	t.Logf("the second start took %v", took)
	if status != 0 || strings.Contains(messages, "creating") || !strings.Contains(second, demo.FavouriteName) {
		t.Errorf("status %d: %s\n%s", status, second, messages)
	}
	if status, _, messages, _ := welcome("--seed", "2"); status != 1 || !strings.Contains(messages, "--seed") {
		t.Errorf("another seed on the same database: status %d, %s", status, messages)
	}
}

// A database that is in use is not filled with the demonstration.
func TestDemoRefusesADatabaseInUse(t *testing.T) {
	at := install(t, dbtest.SQLite(t))
	if status, out := at.command("token", "--role", "ADMIN"); status != 0 { // creates a user
		t.Fatal(out)
	}
	if status, out := at.command("demo", "--addr", "127.0.0.1:0"); status != 1 {
		t.Fatalf("status %d: %s", status, out)
	}
}
