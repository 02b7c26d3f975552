package transport

import (
	"bytes"
	"encoding/json"
	"errors"
	"unicode/utf8"
)

// The errors of JSON input. None of them repeats any of the text.
var (
	errEncoding    = errors.New("the JSON must be valid UTF-8")
	errSyntax      = errors.New("the JSON is malformed; send exactly one JSON object")
	errDuplicate   = errors.New("a JSON object has the same key twice")
	errNotAnObject = errors.New("the JSON must be an object")
)

// decodeObject decodes exactly one JSON object. Numbers become json.Number. Unlike encoding/json it
// refuses duplicate keys at any level and invalid UTF-8, which two readers may understand differently.
func decodeObject(text []byte) (map[string]any, error) {
	if !utf8.Valid(text) {
		return nil, errEncoding
	}
	if !json.Valid(text) {
		return nil, errSyntax
	}
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	value, err := decodeValue(decoder)
	if err != nil {
		return nil, err
	}
	object, ok := value.(map[string]any)
	if !ok {
		return nil, errNotAnObject
	}
	return object, nil
}

// decodeValue decodes the next value. json.Valid has limited its nesting (10,000) before.
func decodeValue(decoder *json.Decoder) (any, error) {
	token, err := decoder.Token()
	if err != nil {
		return nil, errSyntax
	}
	switch token {
	case json.Delim('{'):
		object := map[string]any{}
		for decoder.More() {
			key, err := decoder.Token()
			if err != nil {
				return nil, errSyntax
			}
			name := key.(string) // json.Valid has checked this
			if _, twice := object[name]; twice {
				return nil, errDuplicate
			}
			if object[name], err = decodeValue(decoder); err != nil {
				return nil, err
			}
		}
		_, err = decoder.Token()
		return object, err
	case json.Delim('['):
		list := []any{}
		for decoder.More() {
			item, err := decodeValue(decoder)
			if err != nil {
				return nil, err
			}
			list = append(list, item)
		}
		_, err = decoder.Token()
		return list, err
	default:
		return token, nil
	}
}
