package graph

import (
	"errors"
	"fmt"
	"testing"

	"kopeck/fault"
	"kopeck/schema"
	"kopeck/service"
)

func TestUserErrors(t *testing.T) {
	t.Parallel()
	internal := errors.New("connection lost")
	var two fault.List
	two.Add(fault.Invalidf("name", "empty"))
	two.Add(fault.NoSuch("ownerId", "user"))
	conflict := fault.New(fault.VersionConflict, "expectedVersion", "changed")
	conflict.Detail = &fault.Conflict{CurrentVersion: 3, Fields: []fault.FieldConflict{{Name: "name", Base: "A", Theirs: "B", Yours: "C"}}}
	missing := fault.New(fault.PermissionMissing, "channel", "not permitted")
	missing.Detail = &fault.Missing{Channel: "EMAIL", Purpose: "MARKETING", RequiredLevel: "PERSONAL"}
	for _, c := range []struct {
		name string
		err  error
		want string // the userErrors
		left error  // the error of the request
	}{
		{"none", nil, "[]", nil},
		{"a fault", fault.NoSuch("id", "customer"), "[InvalidInput NOT_FOUND [id]]", nil},
		{"a wrapped fault", fmt.Errorf("sale: %w", fault.NoSuch("id", "customer")), "[InvalidInput NOT_FOUND [id]]", nil},
		{"several", two.Or(), "[InvalidInput INVALID [name] InvalidInput NOT_FOUND [ownerId]]", nil},
		{"a conflict", conflict, "[VersionConflict 3 name]", nil},
		{"a missing permission", missing, "[PermissionMissing EMAIL MARKETING PERSONAL <nil>]", nil},
		{"internal", internal, "[]", internal},
		{"not signed in", fault.New(fault.Unauthenticated, "", "sign in first"), "[]", fault.New(fault.Unauthenticated, "", "sign in first")},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			list, err := userErrors(c.err)
			if list == nil {
				t.Error("the list is nil")
			}
			var got []string
			for _, one := range list {
				got = append(got, shown(one))
			}
			if text := fmt.Sprint(got); text != c.want {
				t.Errorf("%s, want %s", text, c.want)
			}
			if fmt.Sprint(err) != fmt.Sprint(c.left) {
				t.Errorf("the error %v is left, want %v", err, c.left)
			}
		})
	}
}

// shown formats a user error with what its type adds.
func shown(e service.UserError) string {
	switch e := e.(type) {
	case service.VersionConflict:
		return fmt.Sprint("VersionConflict ", e.CurrentVersion, " ", e.Fields[0].Name)
	case service.PermissionMissing:
		var none *schema.PermissionLevel
		if e.CurrentLevel != none {
			return fmt.Sprint("PermissionMissing with level ", *e.CurrentLevel)
		}
		return fmt.Sprint("PermissionMissing ", e.Channel, " ", e.Purpose, " ", e.RequiredLevel, " <nil>")
	case service.InvalidInput:
		return fmt.Sprint("InvalidInput ", e.Code, " ", e.Field)
	}
	return fmt.Sprintf("%T", e)
}
