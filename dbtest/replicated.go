//go:build unix

package dbtest

import (
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// Replicated is a PostgreSQL primary and a standby with synchronous streaming replication: a commit is acknowledged when the
// standby has it. Each server listens on a Unix socket and on a port of 127.0.0.1.
type Replicated struct {
	t                testing.TB
	primary, standby *server
	ports            [2]int // of the standby and the primary
}

// Replicate starts both servers with an empty database "kopeck". They end with the test. It skips the test if there is no
// PostgreSQL.
func Replicate(t testing.TB) *Replicated {
	t.Helper()
	primary, err := newServer()
	if err != nil {
		absent(t, "WITH A STANDBY", err)
	}
	standby, err := newServer()
	if err != nil {
		t.Fatal(err)
	}
	r := &Replicated{t: t, primary: primary, standby: standby, ports: [2]int{freePort(t), freePort(t)}}
	if err := primary.initialise(); err != nil {
		t.Fatal(err)
	}
	r.launch(primary, r.ports[1])
	copied, err := standby.command(filepath.Join(primary.programs, "pg_basebackup"), "--host", primary.home, "--port", strconv.Itoa(primary.port), "--username", "postgres",
		"--pgdata", filepath.Join(standby.home, "data"), "--write-recovery-conf", "--checkpoint", "fast", "--no-sync").CombinedOutput()
	if err != nil {
		t.Fatalf("pg_basebackup: %v: %s", err, copied)
	}
	r.launch(standby, r.ports[0])
	for _, statement := range []string{"ALTER SYSTEM SET synchronous_standby_names = '*'", "SELECT pg_reload_conf()", "CREATE DATABASE kopeck TEMPLATE template0"} {
		if err := execute(primary.url("postgres"), statement); err != nil {
			t.Fatal(err)
		}
	}
	r.until(primary, "SELECT EXISTS (SELECT FROM pg_stat_replication WHERE sync_state = 'sync')")
	return r
}

// URL returns the URL of the database, with the standby as the first host: a client must find out which host is the primary.
func (r *Replicated) URL() string {
	return fmt.Sprintf("postgres://postgres@127.0.0.1:%d,127.0.0.1:%d/kopeck?sslmode=disable", r.ports[0], r.ports[1])
}

// Kill kills the primary with SIGKILL, like a crash of its machine.
func (r *Replicated) Kill() {
	r.t.Helper()
	content, err := os.ReadFile(filepath.Join(r.primary.home, "data", "postmaster.pid"))
	if err != nil {
		r.t.Fatal(err)
	}
	first, _, _ := strings.Cut(string(content), "\n")
	r.signal(first, syscall.SIGKILL)
}

// Promote makes the standby the new primary.
func (r *Replicated) Promote() {
	r.t.Helper()
	if err := execute(r.standby.url("postgres"), "SELECT pg_promote(false)"); err != nil {
		r.t.Fatal(err)
	}
}

// Stall stops the replication until the returned function is called, so that commits wait for the standby.
func (r *Replicated) Stall() (resume func()) {
	r.t.Helper()
	var receiver string
	if err := ask(r.standby.url("postgres"), &receiver, "SELECT pid::text FROM pg_stat_wal_receiver"); err != nil {
		r.t.Fatal(err)
	}
	r.signal(receiver, syscall.SIGSTOP)
	resume = func() { r.signal(receiver, syscall.SIGCONT) }
	r.t.Cleanup(func() { // a stopped process would not end otherwise
		if pid, err := strconv.Atoi(receiver); err == nil {
			_ = syscall.Kill(pid, syscall.SIGCONT)
		}
	})
	return resume
}

// CancelWaiting waits until a commit on the primary waits for the standby, and cancels the wait.
func (r *Replicated) CancelWaiting() {
	for range 500 {
		var cancelled int
		err := ask(r.primary.url("postgres"), &cancelled, "SELECT count(pg_cancel_backend(pid)) FROM pg_stat_activity WHERE wait_event = 'SyncRep'")
		if err != nil || cancelled > 0 {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
}

func (r *Replicated) signal(process string, signal syscall.Signal) {
	r.t.Helper()
	pid, err := strconv.Atoi(process)
	if err == nil {
		err = syscall.Kill(pid, signal)
	}
	if err != nil {
		r.t.Fatal(err)
	}
}

func (r *Replicated) launch(s *server, port int) {
	r.t.Helper()
	held, err := s.launch("listen_addresses=127.0.0.1", "port="+strconv.Itoa(port), "wal_level=replica", "max_wal_senders=4", "hot_standby=on", "wal_retrieve_retry_interval=200ms")
	if err != nil {
		r.t.Fatal(err)
	}
	r.t.Cleanup(func() { held.Close() })
	s.port = port
	if err := s.answer(); err != nil {
		r.t.Fatal(err)
	}
}

// until waits until a condition is true on a server.
func (r *Replicated) until(s *server, condition string) {
	r.t.Helper()
	for end := time.Now().Add(30 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		var holds bool
		err := ask(s.url("postgres"), &holds, condition)
		if err == nil && holds {
			return
		}
		if time.Now().After(end) {
			r.t.Fatal(errors.Join(errors.New("timed out waiting for: "+condition), err))
		}
	}
}

// freePort returns a port that no process listens on.
func freePort(t testing.TB) int {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	return listener.Addr().(*net.TCPAddr).Port
}
