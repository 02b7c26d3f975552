package input_test

import (
	"strings"
	"testing"

	"kopeck/schema"
	"kopeck/service/input"
)

func TestWord(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		text string
		want schema.CustomerKind
		says string // the error; "" for none
	}{
		{"PERSON", schema.Person, ""},
		{"company", schema.Company, ""},
		{"", "", `"": want one of PERSON, COMPANY`},
		{"DOG", "", `"DOG": want one of PERSON, COMPANY`},
		{strings.Repeat("x", 50), "", strings.Repeat("x", 40) + "…"},
	} {
		t.Run(c.text, func(t *testing.T) {
			t.Parallel()
			got, err := input.Word[schema.CustomerKind](c.text)
			switch {
			case got != c.want:
				t.Errorf("read %q", got)
			case (err == nil) != (c.says == "") || err != nil && !strings.Contains(err.Error(), c.says):
				t.Errorf("%v, want %q in it", err, c.says)
			}
		})
	}
}
