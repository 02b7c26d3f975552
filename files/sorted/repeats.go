package sorted

import (
	"bufio"
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"io"
	"os"
	"slices"
)

// Repeats finds out which keys a file has more than once, in bounded memory: keys' hashes go to temporary files by
// their first bits, each of which is then sorted by itself.
type Repeats struct {
	parts [32]*os.File
	out   [32]*bufio.Writer
	n     int64
}

// mark is one key: its hash (128 bits, so that no two keys share one), that of its record's content, and its line.
type mark struct {
	high, low, digest uint64
	line              int64
}

const markSize = 32

// Add notes a key, the content of its record, and the line on which it begins.
func (r *Repeats) Add(key, content string, line int64) error {
	sum, digest := sha256.Sum256([]byte(key)), sha256.Sum256([]byte(content))
	part := sum[31] % byte(len(r.parts))
	if r.parts[part] == nil {
		f, err := os.CreateTemp("", "kopeck-import-")
		if err != nil {
			return err
		}
		r.parts[part], r.out[part] = f, bufio.NewWriterSize(f, 2<<10)
	}
	var raw [markSize]byte
	copy(raw[:16], sum[:16])
	copy(raw[16:24], digest[:8])
	binary.BigEndian.PutUint64(raw[24:], uint64(line))
	_, err := r.out[part].Write(raw[:])
	r.n++
	return err
}

// Each calls found for the second and later lines of every key, with the line of the first and whether the contents are the same.
func (r *Repeats) Each(found func(first, line int64, same bool)) error {
	for n, f := range r.parts {
		if f == nil {
			continue
		}
		if err := r.out[n].Flush(); err != nil {
			return err
		}
		if _, err := f.Seek(0, io.SeekStart); err != nil {
			return err
		}
		marks, err := readMarks(f)
		if err != nil {
			return err
		}
		slices.SortFunc(marks, func(a, b mark) int {
			return cmp.Or(cmp.Compare(a.high, b.high), cmp.Compare(a.low, b.low), cmp.Compare(a.line, b.line))
		})
		for i, first := 1, 0; i < len(marks); i++ {
			if marks[i].high != marks[first].high || marks[i].low != marks[first].low {
				first = i
				continue
			}
			found(marks[first].line, marks[i].line, marks[i].digest == marks[first].digest)
		}
	}
	return nil
}

func readMarks(f *os.File) ([]mark, error) {
	var marks []mark
	in := bufio.NewReader(f)
	for {
		var raw [markSize]byte
		switch _, err := io.ReadFull(in, raw[:]); err {
		case nil:
			at := binary.BigEndian.Uint64
			marks = append(marks, mark{at(raw[:8]), at(raw[8:16]), at(raw[16:24]), int64(at(raw[24:]))})
		case io.EOF:
			return marks, nil
		default:
			return nil, err
		}
	}
}

// Close removes the temporary files.
func (r *Repeats) Close() {
	for _, f := range r.parts {
		if f != nil {
			f.Close()
			os.Remove(f.Name())
		}
	}
}
