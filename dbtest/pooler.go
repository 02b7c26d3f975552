//go:build unix

package dbtest

import (
	"cmp"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// Pooled starts pgbouncer for the test, in transaction mode and with so few connections to the server that clients must
// share them, and returns the URL of the database through it. It skips the test if there is no pgbouncer. settings are
// further lines of its configuration.
func Pooled(t testing.TB, to string, settings ...string) string {
	t.Helper()
	program, err := exec.LookPath("pgbouncer")
	if err != nil {
		program = "/usr/sbin/pgbouncer"
		if _, err = os.Stat(program); err != nil {
			absent(t, "THROUGH A POOLER", errors.New("pgbouncer is neither on PATH nor in /usr/sbin"))
		}
	}
	u, err := url.Parse(to)
	if err != nil {
		t.Fatal(err)
	}
	server := fmt.Sprintf("host=%s port=%s", cmp.Or(u.Query().Get("host"), u.Hostname()), cmp.Or(u.Query().Get("port"), u.Port(), "5432"))
	if user := u.User; user != nil {
		server += " user=" + user.Username()
		if password, given := user.Password(); given {
			server += " password=" + password
		}
	}
	home, err := newDir("kopeck-pgbouncer-")
	if err != nil {
		t.Fatal(err)
	}
	configuration := filepath.Join(home.home, "pgbouncer.ini")
	lines := append([]string{
		"[databases]", "* = " + server, "[pgbouncer]", "unix_socket_dir = " + home.home, "auth_type = any",
		"pool_mode = transaction", "default_pool_size = 3", "max_client_conn = 100",
	}, settings...)
	// The file is readable by the server's user; a password in it is that of a test server.
	if err := os.WriteFile(configuration, []byte(strings.Join(lines, "\n")+"\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	held, err := home.guard("KILL", program, configuration) // a shell makes background processes ignore QUIT; pgbouncer has no data to lose
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { held.Close() })
	u.Host, u.User = "", url.User("anybody")
	u.RawQuery = url.Values{"host": {home.home}, "port": {"6432"}, "sslmode": {"disable"}}.Encode()
	if err := answer(u.String(), home.home); err != nil {
		t.Fatal(err)
	}
	return u.String()
}
