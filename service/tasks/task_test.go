package tasks_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/99designs/gqlgen/graphql"

	"kopeck/apptest"
	"kopeck/ent"
	"kopeck/schema"
	"kopeck/service"
)

type world struct {
	*apptest.World

	t        *testing.T
	admin    context.Context
	owner    string // of the role ADMIN, who acts
	customer string
}

func each(t *testing.T, test func(t *testing.T, w *world)) {
	t.Helper()
	apptest.Each(t, func(t *testing.T, of *apptest.World) {
		w := &world{World: of, t: t, admin: of.As(schema.RoleAdmin)}
		w.owner = w.Rows("SELECT id FROM users")[0]
		w.customer = w.CustomerID()
		test(t, w)
	})
}

func ptr[T any](v T) *T { return &v }

// due is a moment some hours from now.
func (w *world) due(hours int) *time.Time { return ptr(w.Now().Add(time.Duration(hours) * time.Hour)) }

func (w *world) task(in service.CreateTaskInput) *ent.Task {
	w.t.Helper()
	if in.Title == "" {
		in.Title = "Call back"
	}
	if in.DueAt == nil && in.DueOn == nil {
		in.DueAt = w.due(1)
	}
	in.CustomerID = w.customer
	t, _, err := w.Tasks.CreateTask(w.admin, in)
	w.Must(err)
	return t
}

// call records a contact of today that does a task, "" for none.
func (w *world) call(taskID string, at time.Time) (*ent.Contact, error) {
	in := service.RecordContactInput{CustomerID: w.customer, Kind: schema.InfoCall, Direction: schema.Outbound, Channel: schema.ByPhone, At: &at}
	if taskID != "" {
		in.TaskID = &taskID
	}
	return w.Contacts.RecordContact(w.admin, in)
}

// want compares a task with "state, the contact by which it was done, version".
func (w *world) want(taskID, want string) {
	w.t.Helper()
	t, err := w.Tasks.Task(w.admin, taskID)
	w.Must(err)
	by := "nothing"
	if t.ContactID != nil {
		by = *t.ContactID
	}
	if got := fmt.Sprintf("%s %s %d", t.State, by, t.Version); got != want {
		w.t.Errorf("the task is %s, want %s", got, want)
	}
	if (t.State == schema.TaskDone) != (t.DoneAt != nil) || (t.State == schema.TaskOpen) != (t.ClosedBy == nil) {
		w.t.Errorf("of the state %s: %+v", t.State, t)
	}
}

func TestTaskIsDoneByContact(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		one := w.task(service.CreateTaskInput{})
		at := w.Now().Add(-time.Hour)
		call, err := w.call(one.ID, at)
		w.Must(err)
		w.want(one.ID, "DONE "+call.ID+" 2")
		_, err = w.call(one.ID, at)
		if got := apptest.Faults(err); got != "WRONG_STATE taskId" {
			t.Errorf("done again: %q", got)
		}
		if n := w.Rows("SELECT count(*) FROM contacts")[0]; n != "1" {
			t.Errorf("%s contacts are recorded, want 1", n)
		}
		earlier := at.Add(-time.Hour)
		_, err = w.Contacts.CorrectContact(w.admin, service.CorrectContactInput{ID: call.ID, ExpectedVersion: 1, At: &earlier, Reason: "it was earlier"})
		w.Must(err)
		if moved, _ := w.Tasks.Task(w.admin, one.ID); !moved.DoneAt.Equal(earlier) {
			t.Errorf("done at %s, want %s", moved.DoneAt, earlier)
		}
		_, err = w.Contacts.VoidContact(w.admin, service.VoidContactInput{ID: call.ID, Reason: "another customer"})
		w.Must(err)
		w.want(one.ID, "OPEN nothing 4")
		again, err := w.call("", at)
		w.Must(err)
		_, err = w.Tasks.CompleteTask(w.admin, service.CompleteTaskInput{ID: one.ID, ContactID: &again.ID, ExpectedVersion: ptr(4), IdempotencyKey: ptr("done")})
		w.Must(err)
		w.want(one.ID, "DONE "+again.ID+" 5")
		twin, err := w.call("", at)
		w.Must(err)
		_, err = w.Contacts.JoinContacts(w.admin, service.JoinContactsInput{ID: twin.ID, OtherID: again.ID})
		w.Must(err)
		w.want(one.ID, "DONE "+twin.ID+" 6")
	})
}

func TestTaskIsUpdated(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		team, err := w.Teams.CreateTeam(w.admin, service.CreateTeamInput{Name: "Shop"})
		w.Must(err)
		one := w.task(service.CreateTaskInput{Why: ptr("She asked")})
		if *one.OwnerID != w.owner || one.CreatedBy != "admin@example.com" {
			t.Errorf("made for %v by %s", one.OwnerID, one.CreatedBy)
		}
		update := func(in service.UpdateTaskInput) error {
			in.ID = one.ID
			_, _, err := w.Tasks.UpdateTask(w.admin, in)
			return err
		}
		w.Must(update(service.UpdateTaskInput{ExpectedVersion: 1, TeamID: &team.ID}))
		w.Must(update(service.UpdateTaskInput{ExpectedVersion: 1, Title: ptr("Write"), Why: graphql.OmittableOf[*string](nil), Channel: graphql.OmittableOf(ptr(schema.ByEmail))})) // merged
		w.Must(update(service.UpdateTaskInput{ExpectedVersion: 1, Title: ptr("Write")}))                                                                                            // the same
		got, err := w.Tasks.Task(w.admin, one.ID)
		w.Must(err)
		if got.OwnerID != nil || *got.TeamID != team.ID || got.Title != "Write" || got.Why != nil || *got.Channel != schema.ByEmail || got.Version != 3 {
			t.Errorf("updated: %+v", got)
		}
		if faults := apptest.Faults(update(service.UpdateTaskInput{ExpectedVersion: 1, OwnerID: &w.owner})); faults != "VERSION_CONFLICT expectedVersion" {
			t.Errorf("the owner of an older version is changed: %q", faults)
		}
		_, err = w.Tasks.CancelTask(w.admin, service.CancelTaskInput{ID: one.ID, Reason: "She called herself"})
		w.Must(err)
		w.want(one.ID, "CANCELLED nothing 4")
		if faults := apptest.Faults(update(service.UpdateTaskInput{ExpectedVersion: 4, Title: ptr("Visit")})); faults != "WRONG_STATE id" {
			t.Errorf("one that is cancelled is updated: %q", faults)
		}
	})
}

func TestTaskIsDue(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		_, err := w.ChangeSetting(w.admin, service.ChangeSettingInput{Name: "timeZone", Value: "Europe/Moscow"})
		w.Must(err)
		on := schema.Date(w.Settings().Day(w.Now()))
		one := w.task(service.CreateTaskInput{DueOn: &on})
		if want := w.Settings().StartOfDay(int(on) + 1).Add(-time.Microsecond); !one.DueAt.Equal(want) {
			t.Errorf("due at %s, want the end of the day, %s", one.DueAt, want)
		}
		for name, c := range map[string]struct {
			at   *time.Time
			on   *schema.Date
			want string
		}{
			"neither":                {nil, nil, "INVALID dueAt"},
			"both":                   {w.due(1), &on, "INVALID dueOn"},
			"in 1970":                {ptr(time.Unix(0, 0)), nil, "INVALID dueAt"},
			"31 days ago":            {w.due(-31 * 24), nil, "INVALID dueAt"},
			"29 days ago":            {w.due(-29 * 24), nil, ""},
			"nine years ahead":       {ptr(w.Now().AddDate(9, 0, 0)), nil, ""},
			"ten years and an hour":  {ptr(w.Now().AddDate(10, 0, 0).Add(time.Hour)), nil, "INVALID dueAt"},
			"the day of the epoch":   {nil, ptr(schema.Date(0)), "INVALID dueOn"},
			"a day of the year 5000": {nil, ptr(schema.Date(1_100_000)), "INVALID dueOn"},
			"the last day there is":  {nil, ptr(schema.Date(1<<62 - 1)), "INVALID dueOn"},
		} {
			t.Run(name, func(t *testing.T) {
				_, _, err := w.Tasks.CreateTask(w.admin, service.CreateTaskInput{CustomerID: w.customer, Title: "T", DueAt: c.at, DueOn: c.on})
				if got := apptest.Faults(err); got != c.want {
					t.Errorf("got %q, want %q", got, c.want)
				}
			})
		}
	})
}

func TestTaskIsRefused(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		other, stranger := w.CustomerID(), w.IDs.Make("usr")
		w.As(schema.RoleSales)
		seller := w.Rows("SELECT id FROM users WHERE role = 'SALES'")[0]
		_, err := w.Customers.UpdateCustomer(w.admin, service.UpdateCustomerInput{ID: other, ExpectedVersion: 1, OwnerID: graphql.OmittableOf(&w.owner)})
		w.Must(err)
		open := w.task(service.CreateTaskInput{})
		theirs, err := w.Contacts.RecordContact(w.admin, service.RecordContactInput{CustomerID: other, Kind: schema.InfoCall, Direction: schema.Inbound, Channel: schema.ByPhone})
		w.Must(err)
		voided, err := w.call("", w.Now())
		w.Must(err)
		_, err = w.Contacts.VoidContact(w.admin, service.VoidContactInput{ID: voided.ID, Reason: "r"})
		w.Must(err)
		create := func(ctx context.Context, change func(in *service.CreateTaskInput)) error {
			in := service.CreateTaskInput{CustomerID: w.customer, Title: "T", DueAt: w.due(1)}
			change(&in)
			_, _, err := w.Tasks.CreateTask(ctx, in)
			return err
		}
		complete := func(in service.CompleteTaskInput) error {
			_, err := w.Tasks.CompleteTask(w.admin, in)
			return err
		}
		_, noReason := w.Tasks.CancelTask(w.admin, service.CancelTaskInput{ID: open.ID})
		_, byContact := w.Contacts.RecordContact(w.admin, service.RecordContactInput{CustomerID: other, Kind: schema.InfoCall, Direction: schema.Inbound, Channel: schema.ByPhone, TaskID: &open.ID})
		for name, c := range map[string]struct {
			err  error
			want string
		}{
			"of nobody":                   {create(w.admin, func(in *service.CreateTaskInput) { in.CustomerID = w.IDs.Make("cus") }), "NOT_FOUND customerId"},
			"two mistakes":                {create(w.admin, func(in *service.CreateTaskInput) { in.Title, in.OwnerID = " ", &stranger }), "INVALID title, NOT_FOUND ownerId"},
			"for a user and a team":       {create(w.admin, func(in *service.CreateTaskInput) { in.OwnerID, in.TeamID = &w.owner, ptr(w.IDs.Make("tea")) }), "INVALID teamId, NOT_FOUND teamId"},
			"a long title":                {create(w.admin, func(in *service.CreateTaskInput) { in.Title = strings.Repeat("x", 501) }), "INVALID title"},
			"for who does not see them":   {create(w.admin, func(in *service.CreateTaskInput) { in.CustomerID, in.OwnerID = other, &seller }), "INVALID ownerId"},
			"an id that is taken":         {create(w.admin, func(in *service.CreateTaskInput) { in.ID = &open.ID }), "ALREADY_EXISTS id"},
			"ANALYST":                     {create(w.As(schema.RoleAnalyst), func(*service.CreateTaskInput) {}), "FORBIDDEN"},
			"PARTNER":                     {create(w.Actor(schema.RolePartner), func(*service.CreateTaskInput) {}), "FORBIDDEN"},
			"SALES, of another's":         {create(w.As(schema.RoleSales), func(in *service.CreateTaskInput) { in.CustomerID = other }), "NOT_FOUND customerId"},
			"done by another's contact":   {complete(service.CompleteTaskInput{ID: open.ID, ContactID: &theirs.ID}), "NOT_FOUND contactId"},
			"done by a voided one":        {complete(service.CompleteTaskInput{ID: open.ID, ContactID: &voided.ID}), "WRONG_STATE contactId"},
			"done twice over":             {complete(service.CompleteTaskInput{ID: open.ID, ContactID: &theirs.ID, At: w.due(-1)}), "INVALID at"},
			"done before it was made":     {complete(service.CompleteTaskInput{ID: open.ID, At: w.due(-30*24 - 1)}), "INVALID at"},
			"done tomorrow":               {complete(service.CompleteTaskInput{ID: open.ID, At: w.due(24)}), "INVALID at"},
			"of another version":          {complete(service.CompleteTaskInput{ID: open.ID, ExpectedVersion: ptr(2)}), "VERSION_CONFLICT expectedVersion"},
			"cancelled for no reason":     {noReason, "INVALID reason"},
			"a contact with another":      {byContact, "NOT_FOUND taskId"},
			"completed that is not there": {complete(service.CompleteTaskInput{ID: w.IDs.Make("tsk")}), "NOT_FOUND id"},
		} {
			t.Run(name, func(t *testing.T) {
				if got := apptest.Faults(c.err); got != c.want {
					t.Errorf("got %q, want %q", got, c.want)
				}
			})
		}
		w.want(open.ID, "OPEN nothing 1")
	})
}

func TestTaskWarns(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		in := service.CreateTaskInput{CustomerID: w.customer, Title: "Sell", DueAt: w.due(1), Kind: ptr(schema.TargetCall), Channel: ptr(schema.ByPhone), Purpose: ptr(schema.Marketing)}
		one, warning, err := w.Tasks.CreateTask(w.admin, in)
		w.Must(err)
		if warning == nil || warning.Allowed || warning.RequiredLevel != schema.BrandTrust {
			t.Fatalf("without a permission the warning is %+v", warning)
		}
		_, _, err = w.Consent.GrantPermission(w.System(), service.GrantPermissionInput{CustomerID: w.customer, Channel: schema.ByPhone, Purpose: schema.Marketing, Level: schema.BrandTrust, Source: "a call", Wording: "Call me."})
		w.Must(err)
		decided, err := w.Tasks.Permitted(w.admin, []*ent.Task{one})
		w.Must(err)
		if d := decided[one]; d == nil || !d.Allowed {
			t.Errorf("with a permission the decision is %+v", d)
		}
		if _, warning, err = w.Tasks.UpdateTask(w.admin, service.UpdateTaskInput{ID: one.ID, ExpectedVersion: 1, Title: ptr("Sell more")}); err != nil || warning != nil {
			t.Errorf("with a permission the warning is %+v, %v", warning, err)
		}
		in.Purpose = ptr(schema.Service)
		if _, warning, err = w.Tasks.CreateTask(w.admin, in); err != nil || warning != nil {
			t.Errorf("where none is needed the warning is %+v, %v", warning, err)
		}
		in.Purpose = nil
		if _, warning, err = w.Tasks.CreateTask(w.admin, in); err != nil || warning != nil {
			t.Errorf("without a purpose the warning is %+v, %v", warning, err)
		}
		done, err := w.Tasks.CompleteTask(w.admin, service.CompleteTaskInput{ID: one.ID})
		w.Must(err)
		if decided, err = w.Tasks.Permitted(w.admin, []*ent.Task{done}); err != nil || len(decided) != 0 {
			t.Errorf("of one that is done the decision is %+v, %v", decided, err)
		}
	})
}
