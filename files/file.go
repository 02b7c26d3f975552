package files

import (
	"bufio"
	"io"
	"os"
)

// file is what is imported, on disk so that it can be read more than once.
type file struct {
	*os.File
	name   string
	size   int64
	from   int64 // where the text begins, behind a byte order mark and what is skipped
	line   int64 // that begins there
	remove bool

	charset string        // in which it was written; "" for UTF-8
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
		f.size, err = f.Seek(0, io.SeekEnd)
	}
	if err == nil {
		err = f.recode(o.Encoding)
	}
	if err == nil {
		err = f.skip(o.Skip)
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

// skip passes over lines at the beginning of the text.
func (f *file) skip(lines int) error {
	f.line = 1
	in := bufio.NewReader(io.NewSectionReader(f, f.from, f.size-f.from))
	for range lines {
		for {
			passed, err := in.ReadSlice('\n')
			f.from += int64(len(passed))
			if err == nil {
				break
			}
			if err == io.EOF {
				return fileError("%s has fewer than %d lines, which --skip passes over", f.name, lines)
			}
			if err != bufio.ErrBufferFull {
				return err
			}
		}
		f.line++
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
