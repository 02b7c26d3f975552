package table

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"kopeck/files/option"
	"kopeck/files/textfile"
)

// computed is a field that is no column as it stands.
type computed struct {
	field string
	at    int         // the column that words replace; without an expression
	From  *Expression // nil for a column
	words map[string]string
}

// Assign maps fields to columns and expressions.
func (t *Table) Assign(all []option.Mapping, fields []string) error {
	t.At = map[string]int{}
	var unknown []string
	for _, one := range all {
		switch {
		case !slices.Contains(fields, one.Field):
			return option.Errorf("--map: there is no field %q; the fields are: %s", one.Field, strings.Join(fields, ", "))
		case t.Has(one.Field) && one.Profile:
			continue
		case t.Has(one.Field):
			return option.Errorf("--map: %s is mapped twice", one.Field)
		}
		missing, err := t.assignOne(one)
		if err != nil {
			return err
		}
		if !one.Optional {
			unknown = append(unknown, missing...)
		}
	}
	if len(unknown) > 0 {
		hint := ""
		if len(t.Columns) == 1 {
			hint = "; if the header is not on the first line, --skip passes over what is above it"
		}
		return option.Errorf("--map: the file has no column %s; its columns are: %s%s", strings.Join(Quoted(unknown), ", "), t.ShownColumns(), hint)
	}
	return nil
}

// assignOne maps one field, or returns the columns that are missing for it.
func (t *Table) assignOne(one option.Mapping) (missing []string, err error) {
	if at := slices.Index(t.Columns, one.From); at >= 0 {
		if slices.Contains(t.Columns[at+1:], one.From) {
			return nil, option.Errorf("--map: the file has several columns %q", one.From)
		}
		t.At[one.Field] = at
		return nil, nil
	}
	if one.From != "true" && one.From != "false" && !strings.ContainsAny(one.From, "\"'`()[]{}+?:<>=!&|*/%,") && !strings.ContainsAny(one.From[:1], "0123456789") {
		return []string{one.From}, nil
	}
	e, err := t.Compile(one.From, false)
	var absent missingColumns
	switch {
	case errors.As(err, &absent):
		return absent, nil
	case err != nil:
		return nil, option.Errorf("--map %s=%s: neither a column nor an expression: %v; the columns are: %s", one.Field, one.From, err, t.ShownColumns())
	}
	t.At[one.Field] = len(t.Columns) + len(t.Computed)
	t.Computed = append(t.Computed, computed{field: one.Field, From: e})
	return nil, nil
}

// Translate replaces what the cells of some fields have by words for it.
func (t *Table) Translate(words map[string]map[string]string, fields []string) error {
	for field, of := range words {
		if !slices.Contains(fields, field) {
			return option.Errorf("--words: there is no field %q; the fields are: %s", field, strings.Join(fields, ", "))
		}
		at, ok := t.At[field]
		switch {
		case !ok:
		case at >= len(t.Columns):
			t.Computed[at-len(t.Columns)].words = of
		default:
			t.At[field] = len(t.Columns) + len(t.Computed)
			t.Computed = append(t.Computed, computed{field: field, at: at, words: of})
		}
	}
	return nil
}

// anyOther is the word for whatever has no other.
const anyOther = "*"

// compute adds the computed fields to a row.
func (t *Table) compute(r *textfile.Row) {
	values := &rowOf{table: t, fields: r.Fields[:len(t.Columns)]}
	r.Wrong = nil
	for n, c := range t.Computed {
		var text string
		var err error
		if c.From != nil {
			text, err = c.From.string(values)
		} else {
			text = values.fields[c.at]
		}
		if err == nil && c.words != nil {
			text, err = c.word(text)
		}
		if err != nil {
			r.Wrong = append(r.Wrong, textfile.WrongField{At: len(t.Columns) + n, Err: err})
		}
		r.Fields = append(r.Fields, text)
	}
	t.Fields = r.Fields
}

// word translates a text.
func (c computed) word(text string) (string, error) {
	folded := strings.ToLower(strings.TrimSpace(text))
	if word, ok := c.words[folded]; ok {
		return word, nil
	}
	if word, ok := c.words[anyOther]; ok && folded != "" {
		return word, nil
	}
	if folded == "" {
		return "", nil
	}
	for _, word := range c.words {
		if strings.EqualFold(word, folded) {
			return word, nil
		}
	}
	return "", fmt.Errorf("%q: there is no word for it: --words %s:%q=… says what it is", option.Short(text), c.field, option.Short(text))
}
