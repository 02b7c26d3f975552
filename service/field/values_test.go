package field_test

import (
	"encoding/json"
	"testing"

	"kopeck/service/field"
)

// TestReadValues: numbers are kept exactly, or refused.
func TestReadValues(t *testing.T) {
	t.Parallel()
	const refused = ": want a number with at most 9 decimal places and 15 digits"
	for text, want := range map[string]string{
		`{"width":2.4,"of":"oak","is":[true,null,0.1]}`: `{"is":[true,null,0.1],"of":"oak","width":2.4}`,
		`{"width":1e0}`:                         `{"width":1}`,
		`{"width":24e-1}`:                       `{"width":2.4}`,
		`{"width":-0.000000001}`:                `{"width":-1e-9}`,
		`{"width":0e999999999}`:                 `{"width":0}`,
		`{"width":123456.789012345}`:            `{"width":123456.789012345}`,
		`{"width":5.9999999999999999999999999}`: "width: cannot keep 5.9999999999999999999999999 exactly" + refused,
		`{"width":0.40000000000000000001}`:      "width: cannot keep 0.40000000000000000001 exactly" + refused,
		`{"width":6.0000000001}`:                "width: cannot keep 6.0000000001 exactly" + refused,
		`{"width":1234567.789012345}`:           "width: cannot keep 1234567.789012345 exactly" + refused,
		`{"width":1e400}`:                       "width: cannot keep 1e400 exactly" + refused,
		`{"width":1e-400}`:                      "width: cannot keep 1e-400 exactly" + refused,
		`{"width":1e-999999999999}`:             "width: cannot keep 1e-999999999999 exactly" + refused,
		`{"width":1e10}`:                        "width: cannot keep 1e10 exactly" + refused,
		`{"a":{"b":[1,1e-10]}}`:                 "a.b.1: cannot keep 1e-10 exactly" + refused,
		`null`:                                  "not a JSON object", `[1]`: "not a JSON object", `{"a":1} x`: "not a JSON object", ``: "not a JSON object",
	} {
		t.Run(text, func(t *testing.T) {
			t.Parallel()
			values, err := field.ReadValues([]byte(text))
			got, _ := json.Marshal(values)
			if err != nil {
				got = []byte(err.Error())
			}
			if string(got) != want {
				t.Errorf("%s; want %s", got, want)
			}
		})
	}
}
