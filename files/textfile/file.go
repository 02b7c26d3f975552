// Package textfile reads files of text: it finds out how the characters are encoded, and reads the rows and their fields in
// bounded memory ([File], [Scanner]), as they stand or with those together that belong together. It does not know what the
// fields are.
//
// It may import the packages option and sorted beside it.
package textfile

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"

	"kopeck/files/option"
	"kopeck/files/sorted"
)

// File is what is imported, on disk so that it can be read more than once.
type File struct {
	*os.File
	Path   string
	Size   int64
	from   int64 // where the text begins, behind a byte order mark and what is skipped
	line   int64 // that begins there
	remove bool

	charset string        // in which it was written; "" for UTF-8
	Grouped *sorted.Texts // the rows in the order in which they are read; nil: as they stand
	Notes   []string      // what was found out of the file, for the report
}

// Open opens the file, or copies the source to a temporary one. What is not text is refused.
func Open(o option.Options) (*File, error) {
	f := &File{Path: o.Path}
	var err error
	if o.Path == "" || o.Path == "-" {
		f.Path = "-"
		err = f.spool(o.Source)
	} else if f.File, err = os.Open(o.Path); err == nil {
		var info os.FileInfo
		if info, err = f.Stat(); err == nil && !info.Mode().IsRegular() {
			if info.IsDir() {
				f.Close()
				return nil, Errorf("%s is a directory", o.Path)
			}
			pipe := f.File // cannot be read twice
			err = f.spool(pipe)
			pipe.Close()
		}
	}
	if err == nil {
		f.Size, err = f.Seek(0, io.SeekEnd)
	}
	if err == nil {
		err = f.recode(o.Encoding)
	}
	if err == nil {
		err = f.skip(o.Skip)
	}
	if err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}

func (f *File) spool(from io.Reader) error {
	temporary, err := os.CreateTemp("", "kopeck-import-")
	if err != nil {
		return err
	}
	f.File, f.remove = temporary, true
	_, err = io.Copy(temporary, from)
	return err
}

// skip passes over lines at the beginning of the text.
func (f *File) skip(lines int) error {
	f.line = 1
	in := bufio.NewReader(io.NewSectionReader(f, f.from, f.Size-f.from))
	for range lines {
		for {
			passed, err := in.ReadSlice('\n')
			f.from += int64(len(passed))
			if err == nil {
				break
			}
			if err == io.EOF {
				return Errorf("%s has fewer than %d lines, which --skip passes over", f.Path, lines)
			}
			if err != bufio.ErrBufferFull {
				return err
			}
		}
		f.line++
	}
	return nil
}

// Close closes the file, and removes what is temporary of it.
func (f *File) Close() {
	if f.Grouped != nil {
		f.Grouped.Close()
	}
	if f.File == nil {
		return
	}
	f.File.Close()
	if f.remove {
		os.Remove(f.File.Name())
	}
}

// ErrFile reports a file that is not what it was said to be.
var ErrFile = errors.New("not a file that can be read")

// Errorf returns an ErrFile that says what is wrong.
func Errorf(format string, args ...any) error {
	return fmt.Errorf("%w: %s", ErrFile, fmt.Sprintf(format, args...))
}
