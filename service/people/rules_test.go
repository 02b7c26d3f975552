package people

import (
	"reflect"
	"slices"
	"testing"
	"time"

	"kopeck/auth"
	"kopeck/ent"
	"kopeck/fault"
	"kopeck/schema"
	"kopeck/service"
)

func TestAdmits(t *testing.T) {
	t.Parallel()
	deleted := time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC)
	p := &people{
		users: map[string]*ent.User{"active": {Active: true}, "inactive": {}, "deleted": {Active: true, DeletedAt: &deleted}},
		ended: map[string]bool{"ended": true},
	}
	for name, c := range map[string]struct {
		user, session string
		want          bool
	}{
		"an active user":            {"active", "session", true},
		"a token without a session": {"active", "", true},
		"a session that has ended":  {"active", "ended", false},
		"an inactive user":          {"inactive", "session", false},
		"a deleted user":            {"deleted", "session", false},
		"an unknown user":           {"nobody", "session", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := p.admits(c.user, c.session); got != c.want {
				t.Errorf("got %v, want admits %v", got, c.want)
			}
		})
	}
}

func TestActorOf(t *testing.T) {
	t.Parallel()
	s := &Service{}
	s.people.Store(&people{partners: map[string]*ent.Partner{
		"active": {ID: "active", Active: true, Scopes: []string{"orders"}}, "inactive": {ID: "inactive", Scopes: []string{"orders"}},
	}})
	partner := func(id string) *string { return &id }
	for name, c := range map[string]struct {
		user    ent.User
		partner string
		scopes  []string
	}{
		"an administrator":            {ent.User{Role: schema.RoleAdmin}, "", []string{auth.ScopeCosts, auth.ScopeFloor, auth.ScopeUsers}},
		"a manager":                   {ent.User{Role: schema.RoleManager}, "", []string{auth.ScopeCosts, auth.ScopeFloor}},
		"sales":                       {ent.User{Role: schema.RoleSales}, "", []string{}},
		"a partner":                   {ent.User{Role: schema.RolePartner, PartnerID: partner("active")}, "active", []string{"orders"}},
		"an inactive partner":         {ent.User{Role: schema.RolePartner, PartnerID: partner("inactive")}, "", []string{}},
		"an unknown partner":          {ent.User{Role: schema.RolePartner, PartnerID: partner("other")}, "", []string{}},
		"a partner without one":       {ent.User{Role: schema.RolePartner}, "", []string{}},
		"another role with a partner": {ent.User{Role: schema.RoleSales, PartnerID: partner("active")}, "", []string{}},
		"an analyst, who reads costs": {ent.User{Role: schema.RoleAnalyst}, "", []string{auth.ScopeCosts}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			u := c.user
			u.ID, u.Email = "user", "anna@example.com"
			got := s.actorOf(&u, "session")
			if (got.Sharing != nil) != (u.Role == schema.RoleSales) {
				t.Error("SALES alone share customers")
			}
			got.Sharing = nil
			want := auth.Actor{UserID: "user", Name: "anna@example.com", Role: u.Role, Scopes: c.scopes, PartnerID: c.partner, SessionID: "session"}
			if !reflect.DeepEqual(got, want) {
				t.Errorf("%+v; want %+v", got, want)
			}
		})
	}
}

func TestSameRights(t *testing.T) {
	t.Parallel()
	actor := auth.Actor{UserID: "a", Role: schema.RolePartner, PartnerID: "p", Scopes: []string{"offers", "orders"}}
	for name, c := range map[string]struct {
		change func(*auth.Actor)
		want   bool
	}{
		"the same":        {func(*auth.Actor) {}, true},
		"another session": {func(a *auth.Actor) { a.SessionID = "s" }, true},
		"another role":    {func(a *auth.Actor) { a.Role = schema.RoleSales }, false},
		"another partner": {func(a *auth.Actor) { a.PartnerID = "q" }, false},
		"a scope less":    {func(a *auth.Actor) { a.Scopes = []string{"offers"} }, false},
		"another scope":   {func(a *auth.Actor) { a.Scopes = []string{"contacts", "offers"} }, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			other := actor
			c.change(&other)
			if got := sameRights(actor, other); got != c.want {
				t.Errorf("got %v, want sameRights %v", got, c.want)
			}
		})
	}
}

func TestCheckPartner(t *testing.T) {
	t.Parallel()
	name := func(s string) *string { return &s }
	for title, c := range map[string]struct {
		in    service.CreateUserInput
		want  *partnerInput
		field string // of the fault, "" for none
	}{
		"another role":             {service.CreateUserInput{Role: schema.RoleSales}, nil, ""},
		"another role, a partner":  {service.CreateUserInput{Role: schema.RoleSales, Partner: name("Acme")}, nil, "partner"},
		"another role, its scopes": {service.CreateUserInput{Role: schema.RoleSales, PartnerScopes: []string{"orders"}}, nil, "partnerScopes"},
		"a partner":                {service.CreateUserInput{Role: schema.RolePartner, Partner: name(" Acme ")}, &partnerInput{"Acme", nil}, ""},
		"no partner":               {service.CreateUserInput{Role: schema.RolePartner}, nil, "partner"},
		"no name":                  {service.CreateUserInput{Role: schema.RolePartner, Partner: name(" ")}, &partnerInput{"", nil}, "partner"},
		"scopes, sorted and once": {
			service.CreateUserInput{Role: schema.RolePartner, Partner: name("Acme"), PartnerScopes: []string{"orders", "contacts", "orders"}},
			&partnerInput{"Acme", []string{"contacts", "orders"}}, "",
		},
		"no scopes at all": {
			service.CreateUserInput{Role: schema.RolePartner, Partner: name("Acme"), PartnerScopes: []string{}}, &partnerInput{"Acme", []string{}}, "",
		},
		"an unknown scope": {
			service.CreateUserInput{Role: schema.RolePartner, Partner: name("Acme"), PartnerScopes: []string{"costs"}},
			&partnerInput{"Acme", []string{"costs"}}, "partnerScopes",
		},
	} {
		t.Run(title, func(t *testing.T) {
			t.Parallel()
			got, err := checkPartner(&c.in)
			if !reflect.DeepEqual(got, c.want) {
				t.Errorf("%+v; want %+v", got, c.want)
			}
			if faults := fault.All(err); c.field == "" && err != nil || c.field != "" && (len(faults) != 1 || !slices.Equal(faults[0].Path, []string{c.field})) {
				t.Errorf("%v; want a fault on %q", err, c.field)
			}
		})
	}
}
