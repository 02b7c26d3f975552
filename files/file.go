package files

import (
	"bytes"
	"fmt"
	"io"
	"os"
)

// file is what is imported, on disk so that it can be read more than once.
type file struct {
	*os.File
	name   string
	size   int64
	from   int64 // where the text begins, behind a byte order mark
	remove bool

	grouped *sorter       // the rows in the order in which they are read; nil: as they stand
	numbers *numberFormat // of the file, once it was found out
	notes   []string      // what was found out of the file, for the report
}

// openFile opens the file, or copies the source to a temporary one. What is not text is refused.
func openFile(o Options) (*file, error) {
	f := &file{name: o.Path}
	var err error
	if o.Path == "" || o.Path == "-" {
		f.name = "-"
		err = f.spool(o.Source)
	} else if f.File, err = os.Open(o.Path); err == nil {
		var info os.FileInfo
		if info, err = f.Stat(); err == nil && !info.Mode().IsRegular() {
			if info.IsDir() {
				f.close()
				return nil, fileError("%s is a directory", o.Path)
			}
			pipe := f.File // cannot be read twice
			err = f.spool(pipe)
			pipe.Close()
		}
	}
	if err == nil {
		err = f.look()
	}
	if err != nil {
		f.close()
		return nil, err
	}
	return f, nil
}

func (f *file) spool(from io.Reader) error {
	temporary, err := os.CreateTemp("", "kopeck-import-")
	if err != nil {
		return err
	}
	f.File, f.remove = temporary, true
	_, err = io.Copy(temporary, from)
	return err
}

// look reads the file's beginning, to refuse what is not text.
func (f *file) look() error {
	var err error
	if f.size, err = f.Seek(0, io.SeekEnd); err != nil {
		return err
	}
	head := make([]byte, 8<<10)
	n, err := f.ReadAt(head, 0)
	if err != nil && err != io.EOF {
		return fmt.Errorf("%s: %w", f.name, err)
	}
	head = head[:n]
	switch {
	case bytes.HasPrefix(head, []byte{0xff, 0xfe}) || bytes.HasPrefix(head, []byte{0xfe, 0xff}):
		return fileError("%s is UTF-16: save it as UTF-8", f.name)
	case bytes.IndexByte(head, 0) >= 0:
		return fileError("%s is not text: there are NUL bytes in it", f.name)
	case bytes.HasPrefix(head, []byte("\xef\xbb\xbf")):
		f.from = 3
	}
	return nil
}

func (f *file) close() {
	if f.grouped != nil {
		f.grouped.close()
	}
	if f.File == nil {
		return
	}
	f.Close()
	if f.remove {
		os.Remove(f.Name())
	}
}
