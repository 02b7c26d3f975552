package auth

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// members are the members of one JSON object by their exact names. encoding/json alone would take the
// last of two equal names, and "SUB" for "sub": two readers of one token could then see two things.
type members map[string]json.RawMessage

// parseMembers refuses what is no single object and an object that names a member twice.
func parseMembers(text []byte) (members, error) {
	decoder := json.NewDecoder(bytes.NewReader(text))
	if opening, err := decoder.Token(); err != nil || opening != json.Delim('{') {
		return nil, errors.New("not a JSON object")
	}
	found := members{}
	for decoder.More() {
		name, err := decoder.Token()
		if err != nil {
			return nil, err
		}
		var value json.RawMessage
		if err := decoder.Decode(&value); err != nil {
			return nil, err
		}
		if _, twice := found[name.(string)]; twice { // a JSON object's names are strings: Token has seen to that
			return nil, fmt.Errorf("%q stands there twice", name)
		}
		found[name.(string)] = value
	}
	if _, err := decoder.Token(); err != nil {
		return nil, err
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("something follows the object")
	}
	return found, nil
}

// text gives a member that must be a string with something in it.
func (m members) text(name string) (string, error) {
	var value *string
	if err := json.Unmarshal(m[name], &value); err != nil || value == nil || *value == "" {
		return "", fmt.Errorf("%q is missing or no text", name)
	}
	return *value, nil
}

// seconds gives a member that must be a whole number of seconds since 1970, up to the year 9999.
func (m members) seconds(name string) (int64, error) {
	const lastOfYear9999 = 253402300799
	var value *int64
	if err := json.Unmarshal(m[name], &value); err != nil || value == nil || *value < 0 || *value > lastOfYear9999 {
		return 0, fmt.Errorf("%q is missing or no time", name)
	}
	return *value, nil
}
