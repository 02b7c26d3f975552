package auth

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// members are the members of one JSON object by their exact names. encoding/json would accept the last of two equal
// names, and "SUB" for "sub", so that two readers of one token could understand different things.
type members map[string]json.RawMessage

// parseMembers decodes exactly one object, whose names must all differ.
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
		if _, twice := found[name.(string)]; twice { // Token returns names of an object as strings
			return nil, fmt.Errorf("the object has %q twice", name)
		}
		found[name.(string)] = value
	}
	if _, err := decoder.Token(); err != nil {
		return nil, err
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("the object must be the only value")
	}
	return found, nil
}

// text returns a member that must be a string that is not empty.
func (m members) text(name string) (string, error) {
	var value *string
	if err := json.Unmarshal(m[name], &value); err != nil || value == nil || *value == "" {
		return "", fmt.Errorf("%q must be a string that is not empty", name)
	}
	return *value, nil
}

// seconds returns a member that must be a whole number of seconds since 1970, up to the year 9999.
func (m members) seconds(name string) (int64, error) {
	const lastOfYear9999 = 253402300799
	var value *int64
	if err := json.Unmarshal(m[name], &value); err != nil || value == nil || *value < 0 || *value > lastOfYear9999 {
		return 0, fmt.Errorf("%q must be a number of seconds since 1970", name)
	}
	return *value, nil
}
