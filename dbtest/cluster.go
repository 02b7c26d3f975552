//go:build unix

package dbtest

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// Start starts a throwaway PostgreSQL that ends with this process and gives the URL of its database "postgres".
// It listens on a Unix socket only. Data are not synchronised to disk.
func Start() (string, error) {
	programs, err := find()
	if err != nil {
		return "", err
	}
	home, err := os.MkdirTemp("", "kopeck-pg-")
	if err != nil {
		return "", err
	}
	attributes := &syscall.SysProcAttr{Setpgid: true} // Ctrl-C in the terminal is for the tests; the server follows them
	if os.Geteuid() == 0 {
		uid, gid, err := unprivileged()
		if err != nil {
			return "", err
		}
		if err := os.Chown(home, int(uid), int(gid)); err != nil {
			return "", err
		}
		attributes.Credential = &syscall.Credential{Uid: uid, Gid: gid}
	}
	if err := initialise(programs, home, attributes); err != nil {
		return "", errors.Join(err, os.RemoveAll(home))
	}
	if err := launch(programs, home, attributes); err != nil {
		return "", err
	}
	base := url.URL{
		Scheme: "postgres", User: url.User("postgres"), Path: "/postgres",
		RawQuery: url.Values{"host": {home}, "sslmode": {"disable"}}.Encode(),
	}
	return base.String(), answer(base.String(), home)
}

// find gives the directory of PostgreSQL's programs, the newest first.
func find() (string, error) {
	if program, err := exec.LookPath("initdb"); err == nil {
		if resolved, err := filepath.EvalSymlinks(program); err == nil {
			return filepath.Dir(resolved), nil
		}
	}
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	if err != nil || len(found) == 0 {
		return "", errors.New("no initdb on PATH nor under /usr/lib/postgresql")
	}
	version := func(path string) int {
		n, _ := strconv.Atoi(strings.Split(path, "/")[4]) // 0 for a name that is no number
		return n
	}
	slices.SortFunc(found, func(a, b string) int { return version(b) - version(a) })
	return filepath.Dir(found[0]), nil
}

// unprivileged is whom the server runs as when the tests run as root, as whom it refuses to.
func unprivileged() (uid, gid uint32, err error) {
	for _, name := range []string{"postgres", "nobody"} {
		if someone, err := user.Lookup(name); err == nil {
			u, err1 := strconv.ParseUint(someone.Uid, 10, 32)
			g, err2 := strconv.ParseUint(someone.Gid, 10, 32)
			if err1 == nil && err2 == nil {
				return uint32(u), uint32(g), nil
			}
		}
	}
	return 0, 0, errors.New("PostgreSQL does not run as root, and there is neither a user postgres nor nobody")
}

// initialise makes the cluster, with a default order of text that is not by bytes where the server can, so that a
// column without COLLATE "C" shows.
func initialise(programs, home string, attributes *syscall.SysProcAttr) error {
	var said []byte
	var err error
	for _, order := range [][]string{{"--locale=C.UTF-8", "--locale-provider=icu", "--icu-locale=en"}, {"--locale=C"}} {
		arguments := append([]string{"-D", filepath.Join(home, "data"), "-U", "postgres", "-E", "UTF8", "--auth=trust", "--no-sync"}, order...)
		command := exec.Command(filepath.Join(programs, "initdb"), arguments...)
		command.Dir, command.SysProcAttr = home, attributes
		if said, err = command.CombinedOutput(); err == nil {
			return nil
		}
		if err := os.RemoveAll(filepath.Join(home, "data")); err != nil {
			return err
		}
	}
	return fmt.Errorf("initdb: %w: %s", err, said)
}

// guardian runs the server and ends it when its own input does: that is the other end of a pipe of this process,
// which the system closes when the process is gone, killed or not.
const guardian = `"$@" > "$0/log" 2>&1 < /dev/null &
server=$!
read -r nothing
kill -QUIT $server
wait $server
rm -rf "$0"`

// input is held for the process's life: see guardian.
var input []*os.File

func launch(programs, home string, attributes *syscall.SysProcAttr) error {
	settings := []string{
		"listen_addresses=", "unix_socket_directories=" + home, "fsync=off", "full_page_writes=off", "synchronous_commit=off",
		"max_connections=200", "shared_buffers=64MB", "wal_level=minimal", "max_wal_senders=0", "max_wal_size=256MB",
	}
	arguments := []string{"-c", guardian, home, filepath.Join(programs, "postgres"), "-D", filepath.Join(home, "data")}
	for _, setting := range settings {
		arguments = append(arguments, "-c", setting)
	}
	reading, writing, err := os.Pipe()
	if err != nil {
		return err
	}
	defer reading.Close()
	command := exec.Command("/bin/sh", arguments...)
	command.Dir, command.SysProcAttr, command.Stdin = home, attributes, reading
	if err := command.Start(); err != nil {
		return errors.Join(err, writing.Close())
	}
	input = append(input, writing)
	go func() { _ = command.Wait() }() // so that it is no zombie; what it said is in its log
	return nil
}

func answer(base, home string) error {
	db, err := sql.Open("postgres", base)
	if err != nil {
		return err
	}
	defer db.Close()
	ctx, stop := context.WithTimeout(context.Background(), 30*time.Second)
	defer stop()
	for {
		err := db.PingContext(ctx)
		if err == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			said, _ := os.ReadFile(filepath.Join(home, "log")) // best effort: the error says the rest
			return fmt.Errorf("the throwaway PostgreSQL does not answer: %w: %s", err, said)
		case <-time.After(20 * time.Millisecond):
		}
	}
}
