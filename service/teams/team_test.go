package teams_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/99designs/gqlgen/graphql"

	"kopeck/apptest"
	"kopeck/auth"
	"kopeck/ent"
	"kopeck/ent/customer"
	"kopeck/schema"
	"kopeck/service"
)

type world struct {
	*apptest.World

	t     *testing.T
	admin context.Context
	users map[string]string
}

// each runs a test in a company of Olga, Igor, Vera and Max, who left, all of the role SALES, and a partner's client.
func each(t *testing.T, test func(t *testing.T, w *world)) {
	t.Helper()
	apptest.Each(t, func(t *testing.T, of *apptest.World) {
		w := &world{World: of, t: t, admin: of.As(schema.RoleAdmin), users: map[string]string{}}
		for _, name := range []string{"Olga", "Igor", "Vera", "Max", "Partner"} {
			w.users[name] = w.user(name)
		}
		test(t, w)
	})
}

func (w *world) user(name string) string {
	w.t.Helper()
	userID := w.IDs.Make("usr")
	role := schema.RoleSales
	if name == "Partner" {
		role = schema.RolePartner
	}
	email := strings.ToLower(name) + "@team.example"
	w.Insert("users", map[string]any{
		"id": userID, "created_at": w.Clock.Now(), "updated_at": w.Clock.Now(), "email": email, "email_key": email, "name": name, "role": string(role), "active": name != "Max",
	})
	w.Must(w.Reload(w.System()))
	return userID
}

func (w *world) team(name string, members ...string) *ent.Team {
	w.t.Helper()
	in := service.CreateTeamInput{Name: name}
	for _, one := range members {
		in.MemberIds = append(in.MemberIds, w.users[one])
	}
	made, err := w.Teams.CreateTeam(w.admin, in)
	w.Must(err)
	return made
}

// names returns who is in a team at a moment, in order.
func (w *world) names(teamID string, at time.Time) string {
	var names []string
	for _, m := range w.People.Members(teamID, at) {
		names = append(names, w.People.User(m.UserID).Name)
	}
	return strings.Join(names, " ")
}

func (w *world) wantNames(teamID string, at time.Time, want string) {
	w.t.Helper()
	if got := w.names(teamID, at); got != want {
		w.t.Errorf("in the team at %s: %q, want %q", at.Format(time.RFC3339), got, want)
	}
}

func ptr[T any](v T) *T { return &v }

func TestMembersAreDated(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		now := w.Now()
		shop := w.team("Shop", "Olga")
		later, earlier := now.Add(48*time.Hour), now.Add(-48*time.Hour)
		add := service.AddTeamMemberInput{TeamID: shop.ID, UserID: w.users["Igor"], From: &later, IdempotencyKey: ptr("igor")}
		for range 2 { // the same key gives the same team
			after, err := w.Teams.AddTeamMember(w.admin, add)
			w.Must(err)
			if after.Version != 2 {
				t.Errorf("version %d, want 2", after.Version)
			}
		}
		_, err := w.Teams.AddTeamMember(w.admin, service.AddTeamMemberInput{TeamID: shop.ID, UserID: w.users["Vera"], From: &earlier})
		w.Must(err)
		w.wantNames(shop.ID, earlier, "Vera")
		w.wantNames(shop.ID, w.Now(), "Olga Vera")
		w.wantNames(shop.ID, later, "Igor Olga Vera")
		for _, from := range []*time.Time{nil, &earlier, &later} {
			_, err := w.Teams.AddTeamMember(w.admin, service.AddTeamMemberInput{TeamID: shop.ID, UserID: w.users["Igor"], From: from})
			if got := apptest.Faults(err); got != "ALREADY_EXISTS userId" {
				t.Errorf("added again: %q", got)
			}
		}
		_, err = w.Teams.RemoveTeamMember(w.admin, service.RemoveTeamMemberInput{TeamID: shop.ID, UserID: w.users["Igor"]}) // it never held
		w.Must(err)
		w.wantNames(shop.ID, later, "Olga Vera")
		_, err = w.Teams.AddTeamMember(w.admin, service.AddTeamMemberInput{TeamID: shop.ID, UserID: w.users["Igor"], From: &later})
		w.Must(err)
		w.wantNames(shop.ID, later, "Igor Olga Vera")
		_, err = w.Teams.RemoveTeamMember(w.admin, service.RemoveTeamMemberInput{TeamID: shop.ID, UserID: w.users["Vera"], From: &later})
		w.Must(err)
		w.wantNames(shop.ID, later.Add(-time.Microsecond), "Olga Vera")
		w.wantNames(shop.ID, later, "Igor Olga")
		_, err = w.Teams.RemoveTeamMember(w.admin, service.RemoveTeamMemberInput{TeamID: shop.ID, UserID: w.users["Vera"], From: &later})
		if got := apptest.Faults(err); got != "NOT_FOUND userId" {
			t.Errorf("removed again: %q", got)
		}
		if got := len(w.People.Memberships(shop.ID)); got != 4 {
			t.Errorf("%d memberships are kept, want 4", got)
		}
	})
}

func TestTeamIsRefused(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		shop := w.team("Shop", "Olga")
		long := strings.Repeat("x", 201)
		create := func(in service.CreateTeamInput) error {
			_, err := w.Teams.CreateTeam(w.admin, in)
			return err
		}
		update := func(in service.UpdateTeamInput) error {
			in.ID = shop.ID
			_, err := w.Teams.UpdateTeam(w.admin, in)
			return err
		}
		lead := func(name string) graphql.Omittable[*string] { return graphql.OmittableOf(ptr(w.users[name])) }
		w.Must(update(service.UpdateTeamInput{ExpectedVersion: 1, LeadID: lead("Olga")}))
		w.team("Workshop")
		_, removed := w.Teams.RemoveTeamMember(w.admin, service.RemoveTeamMemberInput{TeamID: shop.ID, UserID: w.users["Olga"]})
		_, added := w.Teams.AddTeamMember(w.admin, service.AddTeamMemberInput{TeamID: shop.ID, UserID: w.users["Igor"], ExpectedVersion: ptr(1)})
		_, far := w.Teams.AddTeamMember(w.admin, service.AddTeamMemberInput{TeamID: shop.ID, UserID: w.users["Igor"], From: ptr(time.Date(10001, 1, 1, 0, 0, 0, 0, time.UTC))})
		_, sales := w.Teams.CreateTeam(w.As(schema.RoleSales), service.CreateTeamInput{Name: "Mine"})
		_, analyst := w.Teams.RemoveTeamMember(w.As(schema.RoleAnalyst), service.RemoveTeamMemberInput{TeamID: "?", UserID: "?"})
		for name, c := range map[string]struct {
			err  error
			want string
		}{
			"a name that is taken":       {create(service.CreateTeamInput{Name: "SHOP"}), "ALREADY_EXISTS name"},
			"no name":                    {create(service.CreateTeamInput{Name: " "}), "INVALID name"},
			"two mistakes":               {create(service.CreateTeamInput{Name: long, LeadID: ptr("usr_x")}), "INVALID name, INVALID leadId"},
			"who left":                   {create(service.CreateTeamInput{Name: "A", MemberIds: []string{w.users["Olga"], w.users["Max"]}}), "NOT_FOUND memberIds.1"},
			"a partner's client":         {create(service.CreateTeamInput{Name: "A", LeadID: ptr(w.users["Partner"])}), "NOT_FOUND leadId"},
			"too many":                   {create(service.CreateTeamInput{Name: "A", MemberIds: make([]string, 251)}), "LIMIT_EXCEEDED memberIds"},
			"a lead outside of the team": {update(service.UpdateTeamInput{ExpectedVersion: 2, LeadID: lead("Igor")}), "INVALID leadId"},
			"renamed to another":         {update(service.UpdateTeamInput{ExpectedVersion: 2, Name: ptr("workshop")}), "ALREADY_EXISTS name"},
			"a conflict":                 {update(service.UpdateTeamInput{ExpectedVersion: 1, LeadID: graphql.OmittableOf[*string](nil)}), "VERSION_CONFLICT expectedVersion"},
			"the lead is removed":        {removed, "WRONG_STATE userId"},
			"another version":            {added, "VERSION_CONFLICT expectedVersion"},
			"the year 10001":             {far, "INVALID from"},
			"SALES":                      {sales, "FORBIDDEN"},
			"ANALYST":                    {analyst, "FORBIDDEN"},
		} {
			t.Run(name, func(t *testing.T) {
				if got := apptest.Faults(c.err); got != c.want {
					t.Errorf("got %q, want %q", got, c.want)
				}
			})
		}
		w.wantNames(shop.ID, w.Now(), "Olga")
		w.Must(update(service.UpdateTeamInput{ExpectedVersion: 1, Name: ptr("The shop")})) // merged
	})
}

func TestHandOver(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		var all []string
		for n := range 3 {
			c, err := w.Customers.CreateCustomer(w.admin, service.CreateCustomerInput{Name: "Of Olga", OwnerID: ptr(w.users["Olga"]), AcquisitionCost: apptest.Roubles("10.00"), Segment: []*schema.Segment{nil, ptr(schema.QualityCheap), nil}[n]})
			w.Must(err)
			all = append(all, c.ID)
		}
		_, err := w.Customers.CreateCustomer(w.admin, service.CreateCustomerInput{Name: "Of Igor", OwnerID: ptr(w.users["Igor"])})
		w.Must(err)
		in := service.HandOverCustomersInput{FromUserID: w.users["Olga"], ToUserID: w.users["Vera"], Reason: "She moves", IdempotencyKey: ptr("k"), Filter: &service.HandOverCustomersFilter{Segments: graphql.OmittableOf([]schema.Segment{schema.QualityCheap})}}
		preview, err := w.Teams.PreviewHandOver(w.admin, in.FromUserID, in.Filter)
		w.Must(err)
		for range 2 {
			h, err := w.Teams.HandOverCustomers(w.admin, in)
			w.Must(err)
			if h.Customers != 1 || preview.Customers != 1 || h.Past != preview.Past || h.Past.Minor() != -1000 {
				t.Errorf("handed over %+v after a preview of %+v", h, preview)
			}
		}
		w.wantOwners("Igor 1, Olga 1, Olga 1, Vera 2")
		in.Filter, in.IdempotencyKey = nil, nil
		h, err := w.Teams.HandOverCustomers(w.admin, in)
		w.Must(err)
		if h.Customers != 2 || h.Total.Minor() != -2000 {
			t.Errorf("handed over %+v", h)
		}
		w.wantOwners("Igor 1, Vera 2, Vera 2, Vera 2")
		if got := w.Rows("SELECT count(*) FROM audit_entries WHERE action = 'customer.update'"); got[0] != "3" {
			t.Errorf("%s audit entries, want 3", got[0])
		}
		if preview, err := w.Teams.PreviewHandOver(w.admin, w.users["Olga"], nil); err != nil || preview.Customers != 0 {
			t.Errorf("Olga still has %+v, %v", preview, err)
		}
		// A phone that had the customer as of before keeps its change of another field, and has a conflict where it changes the owner.
		_, err = w.Customers.UpdateCustomer(w.admin, service.UpdateCustomerInput{ID: all[0], ExpectedVersion: 1, Name: ptr("Anna")})
		w.Must(err)
		_, err = w.Customers.UpdateCustomer(w.admin, service.UpdateCustomerInput{ID: all[0], ExpectedVersion: 1, OwnerID: graphql.OmittableOf(ptr(w.users["Igor"]))})
		if got := apptest.Faults(err); got != "VERSION_CONFLICT expectedVersion" {
			t.Errorf("the owner of an older version is changed: %q", got)
		}
	})
}

// TestHandOverByAnOldID: the id of a customer who was merged into another chooses that one.
func TestHandOverByAnOldID(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		var ids []string
		for _, name := range []string{"Anna", "Anna P."} {
			c, err := w.Customers.CreateCustomer(w.admin, service.CreateCustomerInput{Name: name, OwnerID: ptr(w.users["Olga"])})
			w.Must(err)
			ids = append(ids, c.ID)
		}
		_, err := w.Merging.MergeCustomers(w.admin, service.MergeCustomersInput{KeepID: ids[0], MergeID: ids[1]})
		w.Must(err)
		for _, chosen := range [][]string{{ids[1]}, ids} {
			preview, err := w.Teams.PreviewHandOver(w.admin, w.users["Olga"], &service.HandOverCustomersFilter{CustomerIds: graphql.OmittableOf(chosen)})
			w.Must(err)
			if preview.Customers != 1 {
				t.Errorf("the preview of %v has %d customers, want 1", chosen, preview.Customers)
			}
		}
		h, err := w.Teams.HandOverCustomers(w.admin, service.HandOverCustomersInput{FromUserID: w.users["Olga"], ToUserID: w.users["Vera"], Reason: "She moves", Filter: &service.HandOverCustomersFilter{CustomerIds: graphql.OmittableOf(ids[1:])}})
		w.Must(err)
		if h.Customers != 1 {
			t.Errorf("%d customers were handed over, want 1", h.Customers)
		}
		if c, err := w.Client.Customer.Get(w.admin, ids[0]); err != nil || *c.OwnerID != w.users["Vera"] {
			t.Errorf("the kept customer: %+v, %v", c, err)
		}
	})
}

// wantOwners compares all customers, as the name of the owner and the version.
func (w *world) wantOwners(want string) {
	w.t.Helper()
	owners := w.Rows("SELECT u.name, c.version FROM customers c JOIN users u ON u.id = c.owner_id")
	slices.Sort(owners)
	if got := strings.Join(owners, ", "); got != want {
		w.t.Errorf("owners are %s, want %s", got, want)
	}
}

func TestHandOverIsRefused(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		good := service.HandOverCustomersInput{FromUserID: w.users["Olga"], ToUserID: w.users["Igor"], Reason: "r"}
		for name, c := range map[string]struct {
			ctx    context.Context
			change func(in *service.HandOverCustomersInput)
			want   string
		}{
			"to oneself":     {w.admin, func(in *service.HandOverCustomersInput) { in.ToUserID = in.FromUserID }, "INVALID toUserId"},
			"to who left":    {w.admin, func(in *service.HandOverCustomersInput) { in.ToUserID = w.users["Max"] }, "NOT_FOUND toUserId"},
			"to a partner":   {w.admin, func(in *service.HandOverCustomersInput) { in.ToUserID = w.users["Partner"] }, "NOT_FOUND toUserId"},
			"of nobody":      {w.admin, func(in *service.HandOverCustomersInput) { in.FromUserID = w.IDs.Make("usr") }, "NOT_FOUND fromUserId"},
			"without reason": {w.admin, func(in *service.HandOverCustomersInput) { in.Reason, in.FromUserID = "", "?" }, "INVALID fromUserId, INVALID reason"},
			"too many": {w.admin, func(in *service.HandOverCustomersInput) {
				in.Filter = &service.HandOverCustomersFilter{CustomerIds: graphql.OmittableOf(make([]string, 251))}
			}, "LIMIT_EXCEEDED filter.customerIds"},
			"no id": {w.admin, func(in *service.HandOverCustomersInput) {
				in.Filter = &service.HandOverCustomersFilter{CustomerIds: graphql.OmittableOf([]string{"x"})}
			}, "INVALID filter.customerIds.0"},
			"null": {w.admin, func(in *service.HandOverCustomersInput) {
				in.Filter = &service.HandOverCustomersFilter{CustomerIds: graphql.OmittableOf[[]string](nil), Kind: graphql.OmittableOf[*schema.CustomerKind](nil)}
			}, "INVALID filter.customerIds, INVALID filter.kind"},
			"SALES": {w.As(schema.RoleSales), func(*service.HandOverCustomersInput) {}, "FORBIDDEN"},
		} {
			t.Run(name, func(t *testing.T) {
				in := good
				c.change(&in)
				_, err := w.Teams.HandOverCustomers(c.ctx, in)
				if got := apptest.Faults(err); got != c.want {
					t.Errorf("got %q, want %q", got, c.want)
				}
			})
		}
	})
}

// TestSharingIsOfNow keeps one actor, as a subscription does, while the team, the setting and the time change.
func TestSharingIsOfNow(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		const password = "the long curtain password of Nina"
		nina, err := w.People.CreateUser(w.admin, service.CreateUserInput{Email: "nina@team.example", Name: "Nina", Password: password, Role: schema.RoleSales})
		w.Must(err)
		w.users["Nina"] = nina.ID
		session, err := w.People.SignIn(t.Context(), service.SignInInput{Email: "nina@team.example", Password: password})
		w.Must(err)
		actor, _, err := w.People.Authenticate(t.Context(), session.AccessToken)
		w.Must(err)
		ctx := auth.With(t.Context(), actor)
		for _, name := range []string{"Olga", "Igor", "Nina"} {
			_, err := w.Customers.CreateCustomer(w.admin, service.CreateCustomerInput{Name: "Of " + name, OwnerID: ptr(w.users[name])})
			w.Must(err)
		}
		want := func(when, want string) {
			t.Helper()
			all, err := w.Client.Customer.Query().Order(customer.ByName()).Select(customer.FieldName).Strings(ctx)
			w.Must(err)
			if got := strings.Join(all, ", "); got != want {
				t.Errorf("%s: %s, want %s", when, got, want)
			}
			for _, c := range w.Client.Customer.Query().AllX(w.admin) {
				if w.People.Sees(nina.ID, c) != slices.Contains(all, c.Name) {
					t.Errorf("%s: Sees and the guard differ on %s", when, c.Name)
				}
			}
		}
		set := func(value bool) {
			_, err := w.ChangeSetting(w.admin, service.ChangeSettingInput{Name: "teamsShareCustomers", Value: value})
			w.Must(err)
		}
		want("alone", "Of Nina")
		shop := w.team("Shop", "Olga", "Nina")
		w.team("Others", "Igor", "Olga")
		want("in a team", "Of Nina")
		set(true)
		want("that shares", "Of Nina, Of Olga")
		later := w.Now().Add(time.Hour)
		_, err = w.Teams.RemoveTeamMember(w.admin, service.RemoveTeamMemberInput{TeamID: shop.ID, UserID: w.users["Nina"], From: &later})
		w.Must(err)
		want("until later", "Of Nina, Of Olga")
		w.Clock.Advance(time.Hour)
		want("later", "Of Nina")
		w.team("Third", "Nina", "Igor")
		want("in another team", "Of Igor, Of Nina")
		set(false)
		want("that does not share", "Of Nina")
	})
}
