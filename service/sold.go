package service

import (
	"strings"

	"kopeck/lifetime"
)

// SoldStatuses is [lifetime.SoldStatuses] as a list in SQL, for a condition such as "status IN " + SoldStatuses.
var SoldStatuses = func() string {
	var quoted []string
	for _, status := range lifetime.SoldStatuses() {
		quoted = append(quoted, "'"+string(status)+"'")
	}
	return "(" + strings.Join(quoted, ", ") + ")"
}()
