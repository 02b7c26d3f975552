package merging_test

import (
	"testing"
	"time"

	"kopeck/apptest"
	"kopeck/ent"
	"kopeck/schema"
	"kopeck/service"
)

// TestTasksAndTheirContacts: a task and the contact that did it are of one customer after a merge is undone too: otherwise the task is open again.
func TestTasksAndTheirContacts(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		c := newCompany(w)
		a, b := w.Customer("Anna"), w.Customer("Bella")
		due := w.Now().Add(time.Hour)
		task := func(customerID string) *ent.Task {
			made, _, err := w.Tasks.CreateTask(w.As(schema.RoleAdmin), service.CreateTaskInput{CustomerID: customerID, Title: "Call back", DueAt: &due})
			w.Must(err)
			return made
		}
		call := func(customerID, taskID string) {
			_, err := w.Contacts.RecordContact(w.System(), service.RecordContactInput{CustomerID: customerID, Kind: schema.InfoCall, Direction: schema.Outbound, Channel: schema.ByPhone, TaskID: &taskID})
			w.Must(err)
		}
		expect := func(when string, of *ent.Task, state schema.TaskState, customerID string) {
			t.Helper()
			now, err := w.Tasks.Task(w.System(), of.ID)
			w.Must(err)
			if now.State != state || now.CustomerID != customerID || (now.ContactID != nil) != (state == schema.TaskDone) || (now.DoneAt != nil) != (state == schema.TaskDone) {
				t.Errorf("%s: %+v; want %s of %s", when, now, state, customerID)
			}
		}
		own, crossed, other, alone := task(b.ID), task(b.ID), task(a.ID), task(b.ID)
		m := c.merge(a.ID, b.ID)
		call(b.ID, own.ID)
		call(a.ID, crossed.ID)
		call(b.ID, other.ID)
		_, err := w.Tasks.CompleteTask(w.As(schema.RoleAdmin), service.CompleteTaskInput{ID: alone.ID, ExpectedVersion: &alone.Version})
		w.Must(err)
		for _, one := range []*ent.Task{own, crossed, other} {
			expect("merged", one, schema.TaskDone, a.ID)
		}
		c.clean(t)
		c.undo(m)
		expect("done by a contact of their own", own, schema.TaskDone, b.ID)
		expect("done by a contact of the kept one", crossed, schema.TaskOpen, b.ID)
		expect("done by a contact of the merged one", other, schema.TaskOpen, a.ID)
		if now, err := w.Tasks.Task(w.System(), alone.ID); err != nil || now.State != schema.TaskDone || now.CustomerID != b.ID {
			t.Errorf("done without a contact: %+v, %v", now, err)
		}
		if got := w.Rows("SELECT count(*) FROM audit_entries WHERE action = ? AND subject IN (?, ?)", service.TaskUpdate, crossed.ID, other.ID); got[0] != "4" {
			t.Errorf("%s changes of the tasks that are open again were audited, want 4", got[0])
		}
		c.clean(t)
	})
}

// TestProspectsOfMerged: what two customers did alike is one change of stage once they are one.
func TestProspectsOfMerged(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		c := newCompany(w)
		a, b, stranger := w.Customer("Anna"), w.Customer("Bella"), w.Customer("Clara")
		expect := func(when string, want int) {
			t.Helper()
			all, err := w.Report.Prospects(w.System())
			w.Must(err)
			p, err := all.Of(stranger, nil, nil)
			w.Must(err)
			if p.Observed != want {
				t.Errorf("%s: %d changes of stage, want %d", when, p.Observed, want)
			}
		}
		c.grant(a.ID, schema.ByEmail, schema.Personal)
		c.grant(b.ID, schema.BySMS, schema.Personal)
		expect("two became friends", 2)
		m := c.merge(a.ID, b.ID)
		expect("they are one", 1)
		c.undo(m)
		expect("they are two", 2)
	})
}
