package files

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/types"
)

// table is a file with a header and the fields that its columns are mapped to.
type table struct {
	*scanner
	columns []string
	at      map[string]int // a field's column
	null    []string       // what stands in cells that mean nothing
	formula bool           // ="text" is the text

	computed []computed   // fields behind the columns
	where    *expression  // which rows are read; nil for all
	left     *int64       // rows that were left out
	numbers  numberFormat // in which expressions calculate
	cel      *cel.Env     // of expressions, once one is compiled
	numbered map[string]int
}

// get returns a field's text, "" where there is no such column. Blanks around it mean nothing.
func (t *table) get(r row, field string) string {
	at, ok := t.at[field]
	if !ok {
		return ""
	}
	return strings.TrimSpace(r.fields[at])
}

// has reports whether there is a column for a field.
func (t *table) has(field string) bool {
	_, ok := t.at[field]
	return ok
}

// next returns the next row that is to be read, with its computed fields; one with another number of fields than the header has a
// fault.
func (t *table) next() (row, error) {
	for {
		r, err := t.scanner.next()
		if err == nil && r.fault == "" && len(r.fields) != len(t.columns) {
			r.fault = fmt.Sprintf("%d fields where the header has %d", len(r.fields), len(t.columns))
		}
		if err != nil || r.fault != "" {
			return r, err
		}
		if len(t.null) > 0 || t.formula && strings.Contains(r.raw, `="`) {
			for n, text := range r.fields {
				r.fields[n] = t.clean(text)
			}
		}
		if t.where != nil && !t.wanted(&r) {
			*t.left++
			continue
		}
		if r.fault == "" && len(t.computed) > 0 {
			t.compute(&r)
		}
		return r, nil
	}
}

// wanted reports whether a row is to be read. One of which that cannot be told is, with a fault.
func (t *table) wanted(r *row) bool {
	v, err := t.where.result(&rowOf{table: t, fields: r.fields})
	if err != nil {
		r.fault = "--where: " + err.Error()
	}
	return err != nil || v == types.True
}

// clean returns what a cell means: nothing, where --null says so, and the text of a formula by which spreadsheets are
// told that digits are a text.
func (t *table) clean(text string) string {
	if inside, ok := strings.CutPrefix(text, `="`); ok && t.formula {
		if inside, ok = strings.CutSuffix(inside, `"`); ok && !strings.Contains(inside, `"`) {
			text = inside
		}
	}
	if len(t.null) > 0 && slices.Contains(t.null, strings.TrimSpace(text)) {
		return ""
	}
	return text
}

// delimiter finds what the columns of a header are divided by.
func delimiter(header string) byte {
	best, most := byte(','), 0
	for _, c := range []byte(",;\t|") {
		n, quoted := 0, false
		for i := range len(header) {
			switch {
			case header[i] == '"':
				quoted = !quoted
			case header[i] == c && !quoted:
				n++
			}
		}
		if n > most {
			best, most = c, n
		}
	}
	return best
}

// openTable reads the header of a table. Of one without a header the columns are c1, c2 and so on, as many as the first row has.
func openTable(start func(comma byte) *scanner, headless bool) (*table, error) {
	lines := start(0)
	first, err := lines.next()
	comma, named := namedDelimiter(first.raw)
	if err == nil && first.fault == "" && named {
		first, err = lines.next()
	}
	if errors.Is(err, io.EOF) {
		return nil, fileError("it is empty")
	}
	if err == nil && first.fault != "" {
		err = fileError("its header cannot be read: %s", first.fault)
	}
	if err != nil {
		return nil, err
	}
	if !named {
		comma = delimiter(first.raw)
	}
	t := &table{scanner: start(comma)}
	header, err := t.scanner.next()
	if err == nil && named {
		header, err = t.scanner.next()
	}
	if err == nil && header.fault != "" {
		err = fileError("its header cannot be read: %s", header.fault)
	}
	if err != nil {
		return nil, err
	}
	for n, name := range header.fields {
		if headless {
			name = "c" + strconv.Itoa(n+1)
		}
		t.columns = append(t.columns, strings.TrimSpace(name))
	}
	if headless {
		t.scanner = start(comma)
		if named {
			_, err = t.scanner.next()
		}
	}
	return t, err
}

// namedDelimiter reads the line by which spreadsheets name what divides columns, such as "sep=;".
func namedDelimiter(line string) (comma byte, ok bool) {
	sign, ok := strings.CutPrefix(strings.ToLower(strings.TrimRight(line, " \r\n")), "sep=")
	if !ok || len(sign) != 1 {
		return 0, false
	}
	return sign[0], true
}

// start begins to read at a place. What is wrong with seeking shows as an error of reading.
func start(in io.ReadSeeker, from int64, comma byte) *scanner {
	s := newScanner(in, comma)
	if _, err := in.Seek(from, io.SeekStart); err != nil {
		s.eof, s.failed = true, err
	}
	return s
}

func (t *table) shownColumns() string {
	shown := quoted(t.columns)
	if len(shown) > 50 {
		shown = append(shown[:50], "…")
	}
	return strings.Join(shown, ", ")
}

func quoted(names []string) []string {
	all := make([]string, len(names))
	for i, name := range names {
		if len(name) > 100 {
			name = strings.ToValidUTF8(name[:100], "") + "…"
		}
		all[i] = fmt.Sprintf("%q", name)
	}
	return all
}

func example(fields []string) string {
	pairs := make([]string, len(fields))
	for i, field := range fields {
		pairs[i] = field + "=…"
	}
	return strings.Join(pairs, ",")
}
