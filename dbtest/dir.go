//go:build unix

package dbtest

import (
	"errors"
	"os"
	"os/exec"
	"os/user"
	"strconv"
	"syscall"
)

// dir is the directory of a server, with the user it runs as, who must not be root.
type dir struct {
	home       string
	attributes *syscall.SysProcAttr
}

// newDir creates the directory, which belongs to the server's user.
func newDir(prefix string) (dir, error) {
	home, err := os.MkdirTemp("", prefix)
	if err != nil {
		return dir{}, err
	}
	attributes := &syscall.SysProcAttr{Setpgid: true} // so that Ctrl-C interrupts only the tests; the server ends with them
	if os.Geteuid() == 0 {
		uid, gid, err := unprivileged()
		if err != nil {
			return dir{}, err
		}
		if err := os.Chown(home, int(uid), int(gid)); err != nil {
			return dir{}, err
		}
		attributes.Credential = &syscall.Credential{Uid: uid, Gid: gid}
	}
	return dir{home, attributes}, nil
}

// unprivileged returns the user a server runs as when the tests run as root, which servers of databases refuse.
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
	return 0, 0, errors.New("a database server does not run as root, and there is no user postgres or nobody")
}

// command returns a command that runs in the directory as its user.
func (d dir) command(program string, arguments ...string) *exec.Cmd {
	command := exec.Command(program, arguments...)
	command.Dir, command.SysProcAttr = d.home, d.attributes
	return command
}

// guardian runs a server and ends it with a signal when its standard input ends. That is a pipe from this process, which the
// operating system closes when the process ends, even if it is killed.
const guardian = `signal=$1
shift
"$@" > "$0/log" 2>&1 < /dev/null &
server=$!
read -r nothing
kill -"$signal" $server
wait $server
rm -rf "$0"`

// input has the pipes that stay open until the process ends: see guardian.
var input []*os.File

// guard starts a server. When the returned file is closed, the server is ended with a signal and its directory removed: see
// guardian.
func (d dir) guard(signal, program string, arguments ...string) (held *os.File, err error) {
	reading, writing, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	defer reading.Close()
	command := d.command("/bin/sh", append([]string{"-c", guardian, d.home, signal, program}, arguments...)...)
	command.Stdin = reading
	if err := command.Start(); err != nil {
		return nil, errors.Join(err, writing.Close())
	}
	go func() { _ = command.Wait() }() // avoids a zombie process; its output is in its log
	return writing, nil
}
