package input

import (
	"regexp"
	"strings"

	"golang.org/x/text/language"

	"kopeck/fault"
)

var code = regexp.MustCompile(`^[a-z][a-z0-9_]{0,59}$`)

// Code checks a code by which people and programs name something. Fault: INVALID.
func Code(field, value string) error {
	if !code.MatchString(value) {
		return fault.Invalidf(field, `want a small letter, then small letters, digits and "_", at most 60`)
	}
	return nil
}

// Language returns a BCP 47 tag in its canonical spelling. Fault: INVALID.
func Language(field, text string) (string, error) {
	tag, err := language.Parse(strings.TrimSpace(text))
	if err != nil || tag == language.Und || len(text) > 35 {
		return "", fault.Invalidf(field, "want a BCP 47 tag, such as \"ru\" or \"en-GB\"")
	}
	return tag.String(), nil
}
