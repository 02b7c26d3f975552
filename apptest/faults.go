package apptest

import (
	"strings"

	"kopeck/fault"
)

// Faults returns the faults of an error as "CODE path.of.field", in their order and separated by commas: "" for no error, and
// the message of an error that is no fault.
func Faults(err error) string {
	if err == nil {
		return ""
	}
	all := fault.All(err)
	if all == nil {
		return "internal error: " + err.Error()
	}
	texts := make([]string, len(all))
	for i, f := range all {
		texts[i] = strings.TrimSpace(string(f.Code) + " " + strings.Join(f.Path, "."))
	}
	return strings.Join(texts, ", ")
}
