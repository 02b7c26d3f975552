package option

import (
	"encoding/csv"
	"strings"
)

// Mapping says where a field comes from: a column, or an expression over columns.
type Mapping struct {
	Field, From string
	Optional    bool // it is left out if the file does not have its columns
	Profile     bool // it is left out if the field has been mapped
}

// ParseMap reads --map: field=column or field=expression, divided by commas outside of quotes and brackets. A pair that is quoted as
// a whole is quoted as in CSV.
func ParseMap(spec string) ([]Mapping, error) {
	var all []Mapping
	for rest := strings.TrimSpace(spec); rest != ""; {
		pair, n, err := nextPair(rest)
		if err != nil {
			return nil, err
		}
		field, from, ok := strings.Cut(pair, "=")
		field, from = strings.TrimSpace(field), strings.TrimSpace(from)
		if !ok || from == "" {
			return nil, Errorf("--map: want field=column, not %q", pair)
		}
		all, rest = append(all, Mapping{Field: field, From: from}), strings.TrimSpace(rest[n:])
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
			return "", 0, Errorf("--map cannot be read: a quote is opened and never closed in %q", Short(text))
		}
		fields, err := csv.NewReader(strings.NewReader(text[:end+1])).Read()
		behind := strings.TrimLeft(text[end+1:], " ")
		if err != nil || len(fields) != 1 || behind != "" && behind[0] != ',' {
			return "", 0, Errorf("--map cannot be read: %q", Short(text))
		}
		return fields[0], len(text) - len(strings.TrimPrefix(behind, ",")), nil
	}
	depth := 0
	for n < len(text) {
		switch c := text[n]; c {
		case '"', '\'', '`':
			if c != '\'' || strings.ContainsAny(text[:n], "=") { // an apostrophe may be part of a name
				n += QuotedLength(text[n:])
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

// ParseWords reads one --words: field:text=VALUE,text=VALUE.
func ParseWords(spec string, into map[string]map[string]string) error {
	field, list, ok := strings.Cut(spec, ":")
	field = strings.TrimSpace(field)
	if !ok || field == "" {
		return Errorf("--words: want field:text=VALUE,text=VALUE, not %q", spec)
	}
	for _, pair := range outsideQuotes(list, ',') {
		if pair = strings.TrimSpace(pair); len(pair) > 1 && pair[0] == '"' && pair[len(pair)-1] == '"' {
			pair = pair[1 : len(pair)-1] // quoted as a whole
		}
		parts := outsideQuotes(pair, '=')
		text, word := parts[0], strings.Join(parts[1:], "=")
		if strings.TrimSpace(word) == "" {
			return Errorf("--words: want text=VALUE, not %q", pair)
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

// QuotedLength returns the length of the text in quotes that a text begins with.
func QuotedLength(text string) int {
	for i := 1; i < len(text); i++ {
		switch text[i] {
		case '\\':
			i++
		case text[0]:
			return i + 1
		}
	}
	return len(text)
}
