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

// Start starts a throwaway PostgreSQL that ends with this process and gives the URL of its database "postgres".
// It listens on a Unix socket only. Data are not synchronised to disk.
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

// server is a PostgreSQL in a directory of its own, which has its data, its log and its Unix socket.
type server struct {
	programs string // where PostgreSQL's are
	port     int    // also the Unix socket's
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

// url gives the URL of a database by the server's Unix socket.
func (s *server) url(database string) string {
	parameters := url.Values{"host": {s.home}, "sslmode": {"disable"}}
	if s.port != standardPort {
		parameters.Set("port", strconv.Itoa(s.port))
	}
	base := url.URL{Scheme: "postgres", User: url.User("postgres"), Path: "/" + database, RawQuery: parameters.Encode()}
	return base.String()
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

// initialise makes the cluster, with a default order of text that is not by bytes where the server can, so that a
// column without COLLATE "C" shows.
func (s *server) initialise() error {
	var said []byte
	var err error
	for _, order := range [][]string{{"--locale=C.UTF-8", "--locale-provider=icu", "--icu-locale=en"}, {"--locale=C"}} {
		arguments := append([]string{"-D", filepath.Join(s.home, "data"), "-U", "postgres", "-E", "UTF8", "--auth=trust", "--no-sync"}, order...)
		command := s.command(filepath.Join(s.programs, "initdb"), arguments...)
		if said, err = command.CombinedOutput(); err == nil {
			return nil
		}
		if err := os.RemoveAll(filepath.Join(s.home, "data")); err != nil {
			return err
		}
	}
	return fmt.Errorf("initdb: %w: %s", err, said)
}

// launch starts the server with settings beside those of every throwaway server. It ends when what is given is closed.
func (s *server) launch(settings ...string) (held *os.File, err error) {
	settings = append(settings, "unix_socket_directories="+s.home, "fsync=off", "full_page_writes=off",
		"max_connections=200", "shared_buffers=64MB", "max_wal_size=256MB")
	arguments := []string{"-D", filepath.Join(s.home, "data")}
	for _, setting := range settings {
		arguments = append(arguments, "-c", setting)
	}
	return s.guard("QUIT", filepath.Join(s.programs, "postgres"), arguments...)
}

// answer waits until the server answers.
func (s *server) answer() error { return answer(s.url("postgres"), s.home) }

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
			return fmt.Errorf("what was started does not answer: %w: %s", err, said)
		case <-time.After(20 * time.Millisecond):
		}
	}
}
