package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestReceiptCommands writes a receipt, and verifies it without the database, as it is and changed.
func TestReceiptCommands(t *testing.T) {
	each(t, func(t *testing.T, url string) {
		i := migrated(t, url)
		token := i.token("ADMIN")
		address, stop := i.serving()
		text := func(query string, variables any, path ...string) string {
			t.Helper()
			var value any = ask(t, address, token, query, variables)
			for _, name := range append([]string{"data"}, path...) {
				value = value.(map[string]any)[name]
			}
			return value.(string)
		}
		customer := text(`mutation { createCustomer(input: {name: "Anna"}) { customer { id } } }`, nil, "createCustomer", "customer", "id")
		permission := text(`mutation($c: ID!) { grantPermission(input: {customerId: $c, channel: EMAIL, purpose: MARKETING, level: BRAND_TRUST, source: "form", wording: "Write to me.", language: "en"}) { permission { id } } }`,
			map[string]any{"c": customer}, "grantPermission", "permission", "id")
		if status, out := i.command("receipt", customer); status != 1 || out != "" {
			t.Errorf("before anybody has stated who the company is: %d %s", status, out)
		}
		text(`mutation { changeSetting(input: {name: "company", value: {name: "Erker", address: "1 Main street", contact: "privacy@erker.example", jurisdiction: "RU"}}) { setting { name } } }`, nil, "changeSetting", "setting", "name")
		stop()

		dir := t.TempDir()
		file, keys := filepath.Join(dir, "receipt.json"), filepath.Join(dir, "keys.json")
		if status, out := i.command("receipt", customer, "--permission", permission, "--out", file); status != 0 || out != "" {
			t.Fatalf("receipt: %d %s", status, out)
		}
		if status, _ := i.command("receipt", customer, "--out", file); status != 1 {
			t.Error("a file that exists was written over")
		}
		status, public := i.command("keys", "public")
		if err := os.WriteFile(keys, []byte(public), 0o600); err != nil || status != 0 {
			t.Fatal(status, err)
		}
		foreign := install(t, url)
		_, theirs := foreign.command("keys", "public")
		x := strings.Split(strings.SplitN(theirs, `"x":"`, 2)[1], `"`)[0]
		whole, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		changed := filepath.Join(dir, "changed.json")
		if err := os.WriteFile(changed, []byte(strings.Replace(string(whole), "Write to me.", "Sell to me.", 1)), 0o600); err != nil {
			t.Fatal(err)
		}
		nowhere := installation{t, "sqlite:" + filepath.Join(dir, "none", "none.db"), filepath.Join(dir, "no keys")} // it needs no database and no keys
		for name, c := range map[string]struct {
			arguments []string
			status    int
			want      string
		}{
			"by the key":        {[]string{file, "--key", keys}, 0, "signed by the key that was given"},
			"by its own key":    {[]string{file}, 0, "who signed it is not proven"},
			"by another key":    {[]string{file, "--key", x}, 1, "which is none of those given"},
			"changed":           {[]string{changed, "--key", keys}, 1, "something was changed since it was signed"},
			"not a receipt":     {[]string{keys}, 1, "not a receipt"},
			"no such file":      {[]string{filepath.Join(dir, "none")}, 1, ""},
			"a key that is not": {[]string{file, "--key", "nothing"}, 1, ""},
		} {
			t.Run(name, func(t *testing.T) {
				status, out := nowhere.command(append([]string{"verify-receipt"}, c.arguments...)...)
				if status != c.status || !strings.Contains(out, c.want) {
					t.Errorf("%d %s; want %d and %q", status, out, c.status, c.want)
				}
			})
		}
		for _, wrong := range []string{"cus_01jd0000000000000000000001", "x", permission} {
			if status, out := i.command("receipt", wrong); status != 1 || out != "" {
				t.Errorf("receipt %s: %d %s", wrong, status, out)
			}
		}
	})
}
