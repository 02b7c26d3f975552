package store

import (
	"errors"
	"fmt"
	"os"
	"sync/atomic"
)

// ErrFileGone reports that the SQLite file was deleted or replaced while this process had it open. SQLite goes on writing into the
// deleted file, and new connections open another: whatever is written is lost. Only a new start helps.
var ErrFileGone = errors.New("store: the SQLite file, or its log, was deleted or replaced while it was open; start the program again")

// file is the SQLite file as it was opened.
type file struct {
	path string
	was  os.FileInfo
	log  atomic.Pointer[os.FileInfo] // of the write-ahead log, while a connection is held that keeps it
	gone atomic.Bool
}

func openedFile(path string) (*file, error) {
	was, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("the SQLite file: %w", err)
	}
	return &file{path: path, was: was}, nil
}

// held records the write-ahead log, which exists from now on until the process ends.
func (f *file) held() error {
	log, err := os.Stat(f.path + "-wal")
	if err != nil {
		return fmt.Errorf("the SQLite file's log: %w", err)
	}
	f.log.Store(&log)
	return nil
}

// check returns ErrFileGone once the file is not the one that was opened, or its log is another. It is cheap enough to be asked
// before and after every transaction. For PostgreSQL (nil) it returns nil.
func (f *file) check() error {
	if f == nil {
		return nil
	}
	if f.gone.Load() {
		return ErrFileGone
	}
	if !isStill(f.path, f.was) {
		f.gone.Store(true)
		return ErrFileGone
	}
	if log := f.log.Load(); log != nil && !isStill(f.path+"-wal", *log) {
		f.gone.Store(true)
		return ErrFileGone
	}
	return nil
}

// isStill reports whether a name is still that of a file. A file that cannot be looked at for another reason than its absence is
// taken for the same.
func isStill(path string, was os.FileInfo) bool {
	now, err := os.Stat(path)
	if err != nil {
		return !errors.Is(err, os.ErrNotExist)
	}
	return os.SameFile(was, now)
}
