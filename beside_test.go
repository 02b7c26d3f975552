package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestCommandsBesideTheServer changes prices and users by commands while the server runs: the server uses the changes
// without a restart, on either database.
func TestCommandsBesideTheServer(t *testing.T) {
	each(t, func(t *testing.T, url string) {
		i := migrated(t, url)
		address, _ := i.serving()
		token := i.token("ADMIN")
		made := ask(t, address, token, `mutation {
			setRate(input: {subject: MATERIAL, code: "oak", amount: "10", unit: "kg", validFrom: "2026-01-01T00:00:00Z"}) { userErrors { message } }
			createProduct(input: {sku: "CHAIR", name: "A chair", components: [{material: "oak", quantity: "2"}]}) { product { id } userErrors { message } }
		}`, nil)
		if strings.Contains(fmt.Sprint(made), "message") {
			t.Fatal(made)
		}
		const cost = `{ products(first: 1) { edges { node { cost { full { amount } } } } } }`
		eventually(t, "amount:20.00", func() any { return ask(t, address, token, cost, nil) })

		list := filepath.Join(t.TempDir(), "prices.csv")
		if err := os.WriteFile(list, []byte("what,article,per,price,from\nMATERIAL,oak,kg,12.5,2026-02-01\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		if status, out := i.command("import", "rates", "--format", "csv", "--map", "subject=what,code=article,unit=per,amount=price,valid_from=from", list); status != 0 {
			t.Fatal(out)
		}
		eventually(t, "amount:25.00", func() any { return ask(t, address, token, cost, nil) })

		var out bytes.Buffer
		const password = "a long enough password"
		if status := run(t.Context(), i.arguments("user", "add", "--email", "anna@example.com", "--name", "Анна", "--role", "SALES"), program{
			stdin: strings.NewReader(password + "\n"), stdout: &out, stderr: testLog{t},
		}); status != 0 {
			t.Fatal("user add:", status)
		}
		eventually(t, "email:anna@example.com", func() any {
			return ask(t, address, "", `mutation { signIn(input: {email: "anna@example.com", password: "`+password+`"}) { session { viewer { user { email } } } userErrors { message } } }`, nil)
		})
	})
}

// TestOneServerOnSQLite starts a second server on a database: PostgreSQL allows several at once, SQLite only one after the other.
func TestOneServerOnSQLite(t *testing.T) {
	each(t, func(t *testing.T, url string) {
		i := migrated(t, url)
		_, stop := i.serving()
		if strings.HasPrefix(url, "sqlite:") {
			var stderr bytes.Buffer
			status := run(t.Context(), i.arguments("serve", "--addr", "127.0.0.1:0"), program{stdin: strings.NewReader(""), stdout: io.Discard, stderr: &stderr})
			if status != 1 || !strings.Contains(stderr.String(), "KOPECK_DATABASE_URL: another server runs on this SQLite file") {
				t.Errorf("the second server: %d %s", status, stderr.String())
			}
			if status := stop(); status != 0 {
				t.Error("the first server ended with status", status)
			}
		}
		i.serving()
	})
}

// eventually repeats a query until the answer contains a text.
func eventually(t *testing.T, want string, answer func() any) {
	t.Helper()
	last := ""
	for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); time.Sleep(50 * time.Millisecond) {
		if last = fmt.Sprint(answer()); strings.Contains(last, want) {
			return
		}
	}
	t.Fatalf("timed out waiting for %s; the last answer is %s", want, last)
}
