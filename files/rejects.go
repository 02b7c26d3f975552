package files

import (
	"cmp"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"

	"kopeck/files/option"
	"kopeck/files/sorted"
)

// rejects are the rejected rows. Their file is written, in the order of lines, when all are known.
type rejects struct {
	path  string
	rows  sorted.Texts
	n     int64
	first []Reject // of the file, once it is written
}

// shownRejects is how many of the rejected rows the report has.
const shownRejects = 10

func newRejects(o option.Options) *rejects {
	path := cmp.Or(o.Path, "-")
	if path == "-" {
		path = "stdin"
	}
	return &rejects{path: cmp.Or(o.Rejects, path+".rejects.csv")}
}

// behindReason divides the reason from the row in a sorted text.
const behindReason = "\x00"

func (r *rejects) add(one Reject) error {
	r.n++
	return r.rows.Add(sorted.Text{Line: one.Line, Text: strings.ReplaceAll(one.Reason, behindReason, "") + behindReason + one.Row})
}

// begin forgets what a pass before found.
func (r *rejects) begin() {
	r.rows.Close()
	r.n, r.first = 0, nil
}

// name gives the path, "" where nothing was rejected.
func (r *rejects) name() string {
	if r.n == 0 {
		return ""
	}
	return r.path
}

// write writes the file, if any row was rejected.
func (r *rejects) write() error {
	if r.n == 0 {
		return nil
	}
	next, err := r.rows.Sorted()
	if err != nil {
		return err
	}
	f, err := os.OpenFile(r.path, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600) // it holds customers
	if err != nil {
		return fmt.Errorf("the file for rejected rows: %w; --rejects names another", err)
	}
	out := csv.NewWriter(f)
	err = out.Write([]string{"line", "reason", "row"})
	for err == nil {
		var one sorted.Text
		if one, err = next(); err != nil {
			break
		}
		reason, row, _ := strings.Cut(one.Text, behindReason)
		if len(r.first) < shownRejects {
			r.first = append(r.first, Reject{one.Line, reason, row})
		}
		err = out.Write([]string{strconv.FormatInt(one.Line, 10), reason, row})
	}
	if errors.Is(err, io.EOF) {
		err = nil
	}
	out.Flush()
	return errors.Join(err, out.Error(), f.Close())
}

func (r *rejects) close() { r.rows.Close() }
