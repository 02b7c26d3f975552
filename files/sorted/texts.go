// Package sorted sorts texts ([Texts]) and finds keys that come again ([Repeats]) in bounded memory, by temporary files.
//
// It imports the standard library alone.
package sorted

import (
	"bufio"
	"bytes"
	"cmp"
	"container/heap"
	"encoding/binary"
	"errors"
	"io"
	"os"
	"slices"
)

// Texts sorts texts by a key and a line in bounded memory, however many there are: those that fit into memory are sorted and
// written to a temporary file as a run, and the runs are merged while they are read.
type Texts struct {
	max     int // bytes in memory, about; 0 is sortedInMemory
	pending []Text
	size    int // of pending, in bytes
	file    *os.File
	runs    []int64 // where each ends in the file
}

// Text is a text with what it is sorted by.
type Text struct {
	Key  [16]byte
	Line int64
	Text string
}

const (
	sortedInMemory = 8 << 20
	sortedHeader   = 16 + 8 + 4 // a text's key, line and length in the file
)

func (a Text) compare(b Text) int {
	return cmp.Or(bytes.Compare(a.Key[:], b.Key[:]), cmp.Compare(a.Line, b.Line))
}

// Add adds a text.
func (s *Texts) Add(one Text) error {
	s.pending = append(s.pending, one)
	s.size += len(one.Text) + 64
	if s.size < cmp.Or(s.max, sortedInMemory) {
		return nil
	}
	return s.spill()
}

// spill writes what is in memory as a run.
func (s *Texts) spill() error {
	if s.file == nil {
		file, err := os.CreateTemp("", "kopeck-import-")
		if err != nil {
			return err
		}
		s.file = file
	}
	slices.SortFunc(s.pending, Text.compare)
	out, written := bufio.NewWriterSize(s.file, 64<<10), int64(0)
	for _, one := range s.pending {
		var header [sortedHeader]byte
		copy(header[:16], one.Key[:])
		binary.BigEndian.PutUint64(header[16:24], uint64(one.Line))
		binary.BigEndian.PutUint32(header[24:], uint32(len(one.Text)))
		if _, err := out.Write(header[:]); err != nil {
			return err
		}
		if _, err := out.WriteString(one.Text); err != nil {
			return err
		}
		written += sortedHeader + int64(len(one.Text))
	}
	if len(s.runs) > 0 {
		written += s.runs[len(s.runs)-1]
	}
	clear(s.pending)
	s.runs, s.pending, s.size = append(s.runs, written), s.pending[:0], 0
	return out.Flush()
}

// Sorted returns a function that gives the texts in their order, up to io.EOF. It may be called again for another reading; nothing
// may be added afterwards.
func (s *Texts) Sorted() (next func() (Text, error), err error) {
	if s.file == nil {
		slices.SortFunc(s.pending, Text.compare)
		n := -1
		return func() (Text, error) {
			if n++; n >= len(s.pending) {
				return Text{}, io.EOF
			}
			return s.pending[n], nil
		}, nil
	}
	if len(s.pending) > 0 {
		if err := s.spill(); err != nil {
			return nil, err
		}
	}
	merged, begin := make(merge, 0, len(s.runs)), int64(0)
	for _, end := range s.runs {
		r := &sortedRun{in: bufio.NewReaderSize(io.NewSectionReader(s.file, begin, end-begin), 16<<10)}
		if err := r.next(); err != nil {
			return nil, err
		}
		merged, begin = append(merged, r), end
	}
	heap.Init(&merged)
	return merged.next, nil
}

// Close removes the temporary file and all texts; others may be added then.
func (s *Texts) Close() {
	if s.file != nil {
		s.file.Close()
		os.Remove(s.file.Name())
	}
	*s = Texts{max: s.max}
}

// sortedRun is a run that is being read, with its next text.
type sortedRun struct {
	in   *bufio.Reader
	head Text
}

func (r *sortedRun) next() error {
	var header [sortedHeader]byte
	if _, err := io.ReadFull(r.in, header[:]); err != nil {
		return err
	}
	text := make([]byte, binary.BigEndian.Uint32(header[24:]))
	if _, err := io.ReadFull(r.in, text); err != nil {
		return errors.Join(io.ErrUnexpectedEOF, err)
	}
	r.head = Text{Line: int64(binary.BigEndian.Uint64(header[16:24])), Text: string(text)}
	copy(r.head.Key[:], header[:16])
	return nil
}

// merge is a heap of the runs that are not at their end. It implements heap.Interface.
type merge []*sortedRun

func (m merge) Len() int           { return len(m) }
func (m merge) Less(i, j int) bool { return m[i].head.compare(m[j].head) < 0 }
func (m merge) Swap(i, j int)      { m[i], m[j] = m[j], m[i] }
func (m *merge) Push(r any)        { *m = append(*m, r.(*sortedRun)) }
func (m *merge) Pop() any          { last := (*m)[len(*m)-1]; *m = (*m)[:len(*m)-1]; return last }

func (m *merge) next() (Text, error) {
	if len(*m) == 0 {
		return Text{}, io.EOF
	}
	first := (*m)[0].head
	switch err := (*m)[0].next(); {
	case err == nil:
		heap.Fix(m, 0)
	case errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF):
		heap.Pop(m)
	default:
		return Text{}, err
	}
	return first, nil
}
