// Package table reads a file with a header ([Table]). Its fields are columns of the file, or expressions over them, as --map
// says; rows that --where leaves out are not read.
//
// It may import the packages option, textfile and cell beside it, and the domain layer.
package table

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/types"

	"kopeck/files/cell"
	"kopeck/files/textfile"
)

// Table is a file with a header and the fields that its columns are mapped to.
type Table struct {
	*textfile.Scanner
	Columns []string
	At      map[string]int // a field's column
	Null    []string       // what stands in cells that mean nothing
	Formula bool           // ="text" is the text

	Computed []computed        // fields behind the columns
	Where    *Expression       // which rows are read; nil for all
	LeftOut  int64             // rows that where leaves out
	Numbers  cell.NumberFormat // in which expressions calculate
	cel      *cel.Env          // of expressions, once one is compiled
	numbered map[string]int
}

// Get returns a field's text, "" where there is no such column. Blanks around it mean nothing.
func (t *Table) Get(r textfile.Row, field string) string {
	at, ok := t.At[field]
	if !ok {
		return ""
	}
	return strings.TrimSpace(r.Fields[at])
}

// Has reports whether there is a column for a field.
func (t *Table) Has(field string) bool {
	_, ok := t.At[field]
	return ok
}

// Next returns the next row that is to be read, with its computed fields; one with another number of fields than the header has a
// fault.
func (t *Table) Next() (textfile.Row, error) {
	for {
		r, err := t.Scanner.Next()
		if err == nil && r.Fault == "" && len(r.Fields) != len(t.Columns) {
			r.Fault = fmt.Sprintf("%d fields where the header has %d", len(r.Fields), len(t.Columns))
		}
		if err != nil || r.Fault != "" {
			return r, err
		}
		if len(t.Null) > 0 || t.Formula && strings.Contains(r.Raw, `="`) {
			for n, text := range r.Fields {
				r.Fields[n] = t.clean(text)
			}
		}
		if t.Where != nil && !t.wanted(&r) {
			t.LeftOut++
			continue
		}
		if r.Fault == "" && len(t.Computed) > 0 {
			t.compute(&r)
		}
		return r, nil
	}
}

// wanted reports whether a row is to be read. One of which that cannot be told is, with a fault.
func (t *Table) wanted(r *textfile.Row) bool {
	v, err := t.Where.result(&rowOf{table: t, fields: r.Fields})
	if err != nil {
		r.Fault = "--where: " + err.Error()
	}
	return err != nil || v == types.True
}

// clean returns what a cell means: nothing, where --null says so, and the text of a formula by which spreadsheets are
// told that digits are a text.
func (t *Table) clean(text string) string {
	if inside, ok := strings.CutPrefix(text, `="`); ok && t.Formula {
		if inside, ok = strings.CutSuffix(inside, `"`); ok && !strings.Contains(inside, `"`) {
			text = inside
		}
	}
	if len(t.Null) > 0 && slices.Contains(t.Null, strings.TrimSpace(text)) {
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

// OfFile begins to read a file as a table, in the order in which its rows are to be read.
func OfFile(f *textfile.File, headless bool) (*Table, error) {
	t, err := Open(f.Start, headless)
	if err == nil && f.Grouped != nil {
		t.Group(f.Grouped)
	}
	return t, err
}

// Open reads the header of a table. Of one without a header the columns are c1, c2 and so on, as many as the first row has.
func Open(start func(comma byte) *textfile.Scanner, headless bool) (*Table, error) {
	lines := start(0)
	first, err := lines.Next()
	comma, named := namedDelimiter(first.Raw)
	if err == nil && first.Fault == "" && named {
		first, err = lines.Next()
	}
	if errors.Is(err, io.EOF) {
		return nil, textfile.Errorf("it is empty")
	}
	if err == nil && first.Fault != "" {
		err = textfile.Errorf("its header cannot be read: %s", first.Fault)
	}
	if err != nil {
		return nil, err
	}
	if !named {
		comma = delimiter(first.Raw)
	}
	t := &Table{Scanner: start(comma)}
	header, err := t.Scanner.Next()
	if err == nil && named {
		header, err = t.Scanner.Next()
	}
	if err == nil && header.Fault != "" {
		err = textfile.Errorf("its header cannot be read: %s", header.Fault)
	}
	if err != nil {
		return nil, err
	}
	for n, name := range header.Fields {
		if headless {
			name = "c" + strconv.Itoa(n+1)
		}
		t.Columns = append(t.Columns, strings.TrimSpace(name))
	}
	if headless {
		t.Scanner = start(comma)
		if named {
			_, err = t.Scanner.Next()
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

// ShownColumns lists the columns for a message.
func (t *Table) ShownColumns() string {
	shown := Quoted(t.Columns)
	if len(shown) > 50 {
		shown = append(shown[:50], "…")
	}
	return strings.Join(shown, ", ")
}

// Quoted quotes names for a message.
func Quoted(names []string) []string {
	all := make([]string, len(names))
	for i, name := range names {
		if len(name) > 100 {
			name = strings.ToValidUTF8(name[:100], "") + "…"
		}
		all[i] = fmt.Sprintf("%q", name)
	}
	return all
}

// Example shows how fields are mapped, for a message.
func Example(fields []string) string {
	pairs := make([]string, len(fields))
	for i, field := range fields {
		pairs[i] = field + "=…"
	}
	return strings.Join(pairs, ",")
}
