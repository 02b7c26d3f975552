package graph

import (
	"errors"
	"fmt"
	"testing"

	"kopeck/fault"
	"kopeck/money"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/service/quote"
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
		{"a fault", fault.NoSuch("id", "customer"), "[NotFound NOT_FOUND [id]]", nil},
		{"a wrapped fault", fmt.Errorf("sale: %w", fault.NoSuch("id", "customer")), "[NotFound NOT_FOUND [id]]", nil},
		{"several", two.Or(), "[InvalidInput INVALID [name] NotFound NOT_FOUND [ownerId]]", nil},
		{"forbidden", fault.New(fault.Forbidden, "", "not for you"), "[Forbidden FORBIDDEN []]", nil},
		{"below the floor", &fault.Error{Code: fault.BelowFloor, Path: []string{"unit"}, Detail: money.Minor(1250)}, "[BelowFloor BELOW_FLOOR [unit] 1250]", nil},
		{"an expired price", &fault.Error{Code: fault.PriceExpired, Detail: &quote.Expired{Today: &quote.Price{Unit: money.Minor(514100)}}}, "[PriceExpired PRICE_EXPIRED [] 514100]", nil},
		{"a date that is impossible", &fault.Error{Code: fault.DateImpossible, Detail: &fault.Impossible{}}, "[DateImpossible DATE_IMPOSSIBLE [] true]", nil},
		{"an expired price that is none today", &fault.Error{Code: fault.PriceExpired, Detail: &quote.Expired{}}, "[PriceExpired PRICE_EXPIRED [] none]", nil},
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
	case service.NotFound:
		return fmt.Sprint("NotFound ", e.Code, " ", e.Field)
	case service.Forbidden:
		return fmt.Sprint("Forbidden ", e.Code, " ", e.Field)
	case service.BelowFloor:
		return fmt.Sprint("BelowFloor ", e.Code, " ", e.Field, " ", e.Floor.Minor())
	case service.DateImpossible:
		return fmt.Sprint("DateImpossible ", e.Code, " ", e.Field, " ", e.Earliest == nil)
	case quote.PriceExpired:
		if e.Today == nil {
			return fmt.Sprint("PriceExpired ", e.Code, " ", e.Field, " none")
		}
		return fmt.Sprint("PriceExpired ", e.Code, " ", e.Field, " ", e.Today.Unit.Minor())
	case service.InvalidInput:
		return fmt.Sprint("InvalidInput ", e.Code, " ", e.Field)
	}
	return fmt.Sprintf("%T", e)
}
