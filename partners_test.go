package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestPartnersOnTheCommandLine makes partners, names them in a file of customers, of which one does not exist, and lists them.
func TestPartnersOnTheCommandLine(t *testing.T) {
	each(t, func(t *testing.T, url string) {
		i := migrated(t, url)
		status, doors := i.command("partner", "add", "--name", "Двери", "--scopes", "orders,contacts")
		if doors = strings.TrimSpace(doors); status != 0 || !strings.HasPrefix(doors, "prt_") {
			t.Fatal(status, doors)
		}
		if status, out := i.command("partner", "add", "--name", "ДВЕРИ"); status != 1 {
			t.Errorf("the same name: %d %s", status, out)
		}
		if status, out := i.command("partner", "add", "--name", "Окна", "--scopes", "costs"); status != 1 {
			t.Errorf("a scope that partners do not have: %d %s", status, out)
		}
		bring := func(text string) (int, string) {
			people := filepath.Join(t.TempDir(), "people.csv")
			if err := os.WriteFile(people, []byte("who,mail,by\n"+text), 0o600); err != nil {
				t.Fatal(err)
			}
			return i.command("import", "customers", "--format", "csv", "--map", "name=who,email=mail,partner=by", people)
		}
		if status, out := bring("Анна,anna@example.com,Двери\nБорис,boris@example.com,\n"); status != 0 {
			t.Errorf("customers with a partner, and without: %d %s", status, out)
		}
		if status, out := bring("Вера,vera@example.com,Окна\n"); status != 1 {
			t.Errorf("a customer of a partner who does not exist: %d %s", status, out)
		}
		if status, out := i.command("partner", "list"); status != 0 || !strings.Contains(out, doors+"  Двери  open    contacts orders  1") {
			t.Errorf("listed: %d %s", status, out)
		}
		if status, out := i.command("partner", "list", "--json"); status != 0 || !strings.Contains(out, `"customers": 1`) {
			t.Errorf("as JSON: %d %s", status, out)
		}
	})
}
