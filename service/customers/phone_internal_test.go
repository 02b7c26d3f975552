package customers

import (
	"strings"
	"testing"

	"kopeck/schema"
)

func TestPhones(t *testing.T) {
	t.Parallel()
	for text, says := range map[string]string{ // why it is no phone; "" where it is one
		"+7 900 123-45-67":                    "",
		"8 (900) 123.45.67":                   "",
		"112":                                 "",
		"tel:+79001234567":                    "",
		"+7 900 123‑45‑67":                    "",
		"+7 495 000-11-22 доб. 15":            "",
		"+1 212 555 0100 ext. 4":              "",
		"+1 212 555 0100 x4":                  "",
		"+1 212 555 0100;ext=4":               "",
		"12":                                  "at least three digits",
		"7,90011E+10":                         "a spreadsheet has rounded it",
		"7.90011122233E+10":                   "a spreadsheet has rounded it",
		`="+79001112255"`:                     "want digits",
		"#N/A":                                "want digits",
		"NULL":                                "want digits",
		"-":                                   "at least three digits",
		"+7 900 111-22-66, +7 900 111-22-77":  "want digits",
		"+7 900 111-22-66 / +7 900 111-22-77": "one number",
		"call me":                             "want digits",
	} {
		t.Run(text, func(t *testing.T) {
			t.Parallel()
			got, err := isPhone("phone", &text, schema.Date(0))
			if (err == nil) != (says == "") || err != nil && !strings.Contains(err.Error(), says) {
				t.Errorf("%v, want %q in it", err, says)
			}
			if err == nil && *got != text {
				t.Errorf("kept as %q", *got)
			}
		})
	}
	marked := "'+79001112244"
	if got, err := isPhone("phone", &marked, schema.Date(0)); err != nil || *got != "+79001112244" {
		t.Errorf("with an apostrophe: %v, %v", got, err)
	}
}
