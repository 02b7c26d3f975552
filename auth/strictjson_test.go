package auth

import "testing"

func TestParseMembers(t *testing.T) {
	t.Parallel()
	for text, ok := range map[string]bool{
		`{}`: true, ` {"a":1,"A":{"b":[null]}} `: true, `{"a":"\ud800"}`: true,
		``: false, `null`: false, `[]`: false, `"a"`: false, `1`: false,
		`{`: false, `{"a"`: false, `{"a":`: false, `{"a":1`: false, `{"a":1,}`: false, `{a:1}`: false, `{1:1}`: false,
		`{} {}`: false, `{}x`: false, `{},`: false, `{}]`: false, `{"a":1}null`: false,
		`{"a":1,"a":1}`: false, `{"a":1,"\u0061":1}`: false, `{"":1,"":1}`: false,
	} {
		t.Run(text, func(t *testing.T) {
			t.Parallel()
			if _, err := parseMembers([]byte(text)); (err == nil) != ok {
				t.Error(err)
			}
		})
	}
}
