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

// dir is the directory of a server that must not run as root, and as whom it runs.
type dir struct {
	home       string
	attributes *syscall.SysProcAttr
}

// newDir makes the directory, which belongs to the server's user.
func newDir(prefix string) (dir, error) {
	home, err := os.MkdirTemp("", prefix)
	if err != nil {
		return dir{}, err
	}
	attributes := &syscall.SysProcAttr{Setpgid: true} // Ctrl-C in the terminal is for the tests; the server follows them
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
	return 0, 0, errors.New("servers of databases do not run as root, and there is neither a user postgres nor nobody")
}

// command is a program that runs in the directory and as its user.
func (d dir) command(program string, arguments ...string) *exec.Cmd {
	command := exec.Command(program, arguments...)
	command.Dir, command.SysProcAttr = d.home, d.attributes
	return command
}

// guardian runs the server and ends it with a signal when its own input does: that is the other end of a pipe of this process,
// which the system closes when the process is gone, killed or not.
const guardian = `signal=$1
shift
"$@" > "$0/log" 2>&1 < /dev/null &
server=$!
read -r nothing
kill -"$signal" $server
wait $server
rm -rf "$0"`

// input is held for the process's life: see guardian.
var input []*os.File

// guard starts a server that is ended with a signal, and whose directory goes, when what is given is closed: see guardian.
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
	go func() { _ = command.Wait() }() // so that it is no zombie; what it said is in its log
	return writing, nil
}
