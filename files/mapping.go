package files

import (
	"encoding/csv"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// mapping says where a field comes from: a column, or an expression over columns.
type mapping struct {
	field, from string
	optional    bool // it is left out if the file does not have its columns
	profile     bool // it is left out if the field has been mapped
}

// parseMap reads --map: field=column or field=expression, divided by commas outside of quotes and brackets. A pair that is quoted as
// a whole is quoted as in CSV.
func parseMap(spec string) ([]mapping, error) {
	var all []mapping
	for rest := strings.TrimSpace(spec); rest != ""; {
		pair, n, err := nextPair(rest)
		if err != nil {
			return nil, err
		}
		field, from, ok := strings.Cut(pair, "=")
		field, from = strings.TrimSpace(field), strings.TrimSpace(from)
		if !ok || from == "" {
			return nil, optionsError("--map: want field=column, not %q", pair)
		}
		all, rest = append(all, mapping{field: field, from: from}), strings.TrimSpace(rest[n:])
	}
	return all, nil
}

// nextPair returns the pair that a text begins with, and its length with the comma behind it.
func nextPair(text string) (pair string, n int, err error) {
	if strings.HasPrefix(text, `"`) {
		end := 1
		for end < len(text) && (text[end] != '"' || end+1 < len(text) && text[end+1] == '"') {
			if text[end] == '"' {
				end++
			}
			end++
		}
		if end == len(text) {
			return "", 0, optionsError("--map cannot be read: a quote is opened and never closed in %q", cut(text))
		}
		fields, err := csv.NewReader(strings.NewReader(text[:end+1])).Read()
		behind := strings.TrimLeft(text[end+1:], " ")
		if err != nil || len(fields) != 1 || behind != "" && behind[0] != ',' {
			return "", 0, optionsError("--map cannot be read: %q", cut(text))
		}
		return fields[0], len(text) - len(strings.TrimPrefix(behind, ",")), nil
	}
	depth := 0
	for n < len(text) {
		switch c := text[n]; c {
		case '"', '\'', '`':
			if c != '\'' || strings.ContainsAny(text[:n], "=") { // an apostrophe may be part of a name
				n += quotedLength(text[n:])
				continue
			}
		case '(', '[', '{':
			depth++
		case ')', ']', '}':
			depth--
		case ',':
			if depth <= 0 {
				return text[:n], n + 1, nil
			}
		}
		n++
	}
	return text, len(text), nil
}

// computed is a field that is no column as it stands.
type computed struct {
	field string
	at    int         // the column that words replace; without an expression
	from  *expression // nil for a column
	words map[string]string
}

// wrongField is a computed field that has no value in a row.
type wrongField struct {
	at  int
	err error
}

// assign maps fields to columns and expressions.
func (t *table) assign(all []mapping, fields []string) error {
	t.at = map[string]int{}
	var unknown []string
	for _, one := range all {
		switch {
		case !slices.Contains(fields, one.field):
			return optionsError("--map: there is no field %q; the fields are: %s", one.field, strings.Join(fields, ", "))
		case t.has(one.field) && one.profile:
			continue
		case t.has(one.field):
			return optionsError("--map: %s is mapped twice", one.field)
		}
		missing, err := t.assignOne(one)
		if err != nil {
			return err
		}
		if !one.optional {
			unknown = append(unknown, missing...)
		}
	}
	if len(unknown) > 0 {
		hint := ""
		if len(t.columns) == 1 {
			hint = "; if the header is not on the first line, --skip passes over what is above it"
		}
		return optionsError("--map: the file has no column %s; its columns are: %s%s", strings.Join(quoted(unknown), ", "), t.shownColumns(), hint)
	}
	return nil
}

// assignOne maps one field, or returns the columns that are missing for it.
func (t *table) assignOne(one mapping) (missing []string, err error) {
	if at := slices.Index(t.columns, one.from); at >= 0 {
		if slices.Contains(t.columns[at+1:], one.from) {
			return nil, optionsError("--map: the file has several columns %q", one.from)
		}
		t.at[one.field] = at
		return nil, nil
	}
	if one.from != "true" && one.from != "false" && !strings.ContainsAny(one.from, "\"'`()[]{}+?:<>=!&|*/%,") && !strings.ContainsAny(one.from[:1], "0123456789") {
		return []string{one.from}, nil
	}
	e, err := t.compile(one.from, false)
	var absent missingColumns
	switch {
	case errors.As(err, &absent):
		return absent, nil
	case err != nil:
		return nil, optionsError("--map %s=%s: neither a column nor an expression: %v; the columns are: %s", one.field, one.from, err, t.shownColumns())
	}
	t.at[one.field] = len(t.columns) + len(t.computed)
	t.computed = append(t.computed, computed{field: one.field, from: e})
	return nil, nil
}

// translate replaces what the cells of some fields have by words for it.
func (t *table) translate(words map[string]map[string]string, fields []string) error {
	for field, of := range words {
		if !slices.Contains(fields, field) {
			return optionsError("--words: there is no field %q; the fields are: %s", field, strings.Join(fields, ", "))
		}
		at, ok := t.at[field]
		switch {
		case !ok:
		case at >= len(t.columns):
			t.computed[at-len(t.columns)].words = of
		default:
			t.at[field] = len(t.columns) + len(t.computed)
			t.computed = append(t.computed, computed{field: field, at: at, words: of})
		}
	}
	return nil
}

// anyOther is the word for whatever has no other.
const anyOther = "*"

// compute adds the computed fields to a row.
func (t *table) compute(r *row) {
	values := &rowOf{table: t, fields: r.fields[:len(t.columns)]}
	r.wrong = nil
	for n, c := range t.computed {
		var text string
		var err error
		if c.from != nil {
			text, err = c.from.string(values)
		} else {
			text = values.fields[c.at]
		}
		if err == nil && c.words != nil {
			text, err = c.word(text)
		}
		if err != nil {
			r.wrong = append(r.wrong, wrongField{len(t.columns) + n, err})
		}
		r.fields = append(r.fields, text)
	}
	t.fields = r.fields
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
	return "", fmt.Errorf("%q: there is no word for it: --words %s:%q=… says what it is", cut(text), c.field, cut(text))
}

// parseWords reads one --words: field:text=VALUE,text=VALUE.
func parseWords(spec string, into map[string]map[string]string) error {
	field, list, ok := strings.Cut(spec, ":")
	field = strings.TrimSpace(field)
	if !ok || field == "" {
		return optionsError("--words: want field:text=VALUE,text=VALUE, not %q", spec)
	}
	for _, pair := range outsideQuotes(list, ',') {
		if pair = strings.TrimSpace(pair); len(pair) > 1 && pair[0] == '"' && pair[len(pair)-1] == '"' {
			pair = pair[1 : len(pair)-1] // quoted as a whole
		}
		parts := outsideQuotes(pair, '=')
		text, word := parts[0], strings.Join(parts[1:], "=")
		if strings.TrimSpace(word) == "" {
			return optionsError("--words: want text=VALUE, not %q", pair)
		}
		addWord(into, field, text, word)
	}
	return nil
}

// outsideQuotes splits a text where a sign stands outside of double quotes.
func outsideQuotes(text string, sign byte) (parts []string) {
	quoted, begin := false, 0
	for i := range len(text) {
		switch {
		case text[i] == '"':
			quoted = !quoted
		case text[i] == sign && !quoted:
			parts, begin = append(parts, text[begin:i]), i+1
		}
	}
	return append(parts, text[begin:])
}

// addWord notes the word for a text, which may be in quotes.
func addWord(into map[string]map[string]string, field, text, word string) {
	if into[field] == nil {
		into[field] = map[string]string{}
	}
	text = strings.ToLower(strings.TrimSpace(text))
	if len(text) >= 2 && text[0] == '"' && text[len(text)-1] == '"' {
		text = text[1 : len(text)-1]
	}
	into[field][text] = strings.TrimSpace(word)
}
