package files

import (
	"encoding/csv"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
)

// rejects is the file of rejected rows. It is created with the first rejected row.
type rejects struct {
	path  string
	file  *os.File
	out   *csv.Writer
	first []Reject
}

// shownRejects is how many of the rejected rows the report has.
const shownRejects = 10

func newRejects(o Options) *rejects {
	path := o.Rejects
	if path == "" {
		name := "stdin"
		if o.Path != "" && o.Path != "-" {
			name = filepath.Base(o.Path)
		}
		path = name + ".rejects.csv"
	}
	return &rejects{path: path}
}

func (r *rejects) add(one Reject) error {
	if r.out == nil {
		f, err := os.OpenFile(r.path, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600) // it holds customers
		if err != nil {
			return fmt.Errorf("the file for rejected rows: %w", err)
		}
		r.file, r.out = f, csv.NewWriter(f)
		if err := r.out.Write([]string{"line", "reason", "row"}); err != nil {
			return err
		}
	}
	if len(r.first) < shownRejects {
		r.first = append(r.first, one)
	}
	return r.out.Write([]string{strconv.FormatInt(one.Line, 10), one.Reason, one.Row})
}

// begin forgets what a pass before found.
func (r *rejects) begin() {
	if r.file != nil {
		r.file.Close()
	}
	r.file, r.out, r.first = nil, nil, nil
}

// name gives the path, "" where nothing was rejected.
func (r *rejects) name() string {
	if len(r.first) == 0 {
		return ""
	}
	return r.path
}

func (r *rejects) close() error {
	if r.file == nil {
		return nil
	}
	r.out.Flush()
	err := r.out.Error()
	if closing := r.file.Close(); err == nil {
		err = closing
	}
	r.file = nil
	return err
}
