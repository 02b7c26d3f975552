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
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Start starts a temporary PostgreSQL server that ends with this process, and returns the URL of its database "postgres".
// The server listens only on a Unix socket and does not sync data to disk.
func Start() (string, error) {
	s, err := newServer()
	if err != nil {
		return "", err
	}
	if err := s.initialise(); err != nil {
		return "", errors.Join(err, os.RemoveAll(s.home))
	}
	held, err := s.launch("listen_addresses=", "synchronous_commit=off", "wal_level=minimal", "max_wal_senders=0")
	if err != nil {
		return "", err
	}
	input = append(input, held)
	return s.url("postgres"), s.answer()
}

// server is a PostgreSQL server with a directory for its data, its log and its Unix socket.
type server struct {
	programs string // the directory of PostgreSQL's programs
	port     int    // part of the Unix socket's name too
	dir
}

func newServer() (*server, error) {
	programs, err := find()
	if err != nil {
		return nil, err
	}
	home, err := newDir("kopeck-pg-")
	return &server{programs, standardPort, home}, err
}

const standardPort = 5432

// url returns the URL of a database through the server's Unix socket.
func (s *server) url(database string) string {
	parameters := url.Values{"host": {s.home}, "sslmode": {"disable"}}
	if s.port != standardPort {
		parameters.Set("port", strconv.Itoa(s.port))
	}
	base := url.URL{Scheme: "postgres", User: url.User("postgres"), Path: "/" + database, RawQuery: parameters.Encode()}
	return base.String()
}

// find returns the directory of PostgreSQL's programs: that on PATH, or else the newest version installed.
func find() (string, error) {
	if program, err := exec.LookPath("initdb"); err == nil {
		if resolved, err := filepath.EvalSymlinks(program); err == nil {
			return filepath.Dir(resolved), nil
		}
	}
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	if err != nil || len(found) == 0 {
		return "", errors.New("PostgreSQL's initdb is neither on PATH nor under /usr/lib/postgresql")
	}
	version := func(path string) int {
		n, _ := strconv.Atoi(strings.Split(path, "/")[4]) // 0 for a name that is not a number
		return n
	}
	slices.SortFunc(found, func(a, b string) int { return version(b) - version(a) })
	return filepath.Dir(found[0]), nil
}

// initialise creates the cluster. Where the server supports it the default collation is not by bytes, so that tests detect a
// column without COLLATE "C".
func (s *server) initialise() error {
	var output []byte
	var err error
	for _, collation := range [][]string{{"--locale=C.UTF-8", "--locale-provider=icu", "--icu-locale=en"}, {"--locale=C"}} {
		arguments := append([]string{"-D", filepath.Join(s.home, "data"), "-U", "postgres", "-E", "UTF8", "--auth=trust", "--no-sync"}, collation...)
		command := s.command(filepath.Join(s.programs, "initdb"), arguments...)
		if output, err = command.CombinedOutput(); err == nil {
			return nil
		}
		if err := os.RemoveAll(filepath.Join(s.home, "data")); err != nil {
			return err
		}
	}
	return fmt.Errorf("initdb: %w: %s", err, output)
}

// launch starts the server with further settings. The server ends when the returned file is closed.
func (s *server) launch(settings ...string) (held *os.File, err error) {
	settings = append(settings, "unix_socket_directories="+s.home, "fsync=off", "full_page_writes=off",
		"max_connections=200", "shared_buffers=64MB", "max_wal_size=256MB")
	arguments := []string{"-D", filepath.Join(s.home, "data")}
	for _, setting := range settings {
		arguments = append(arguments, "-c", setting)
	}
	return s.guard("QUIT", filepath.Join(s.programs, "postgres"), arguments...)
}

// answer waits until the server accepts connections.
func (s *server) answer() error { return answer(s.url("postgres"), s.home) }

// answer waits until the server at a URL, whose directory is home, accepts connections.
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
			log, _ := os.ReadFile(filepath.Join(home, "log")) // the error is reported without the log if it cannot be read
			return fmt.Errorf("the server does not accept connections after 30 seconds: %w: %s", err, log)
		case <-time.After(20 * time.Millisecond):
		}
	}
}
