package tasks

import (
	"context"
	"time"

	"kopeck/auth"
	"kopeck/ent"
	"kopeck/ent/task"
	"kopeck/fault"
	"kopeck/id"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/service/consent"
	"kopeck/service/input"
	"kopeck/store"
)

// MaxWhy is how many characters the reason of a task may have.
const MaxWhy = 20_000

const (
	maxTitle  = 500  // in characters
	maxReason = 2000 // in characters
)

// How long ago a task may have been due, or done, when it is made, by a phone that was offline, and how many years ahead it may be.
const (
	mostOverdue = 30 * 24 * time.Hour
	mostYears   = 10
)

// Task returns a task by its id; nil if there is none that the viewer may see.
func (s *Service) Task(ctx context.Context, taskID string) (*ent.Task, error) {
	if err := id.Check("id", id.Task, taskID); err != nil {
		return nil, err
	}
	found, err := s.Client.Task.Query().Where(task.ID(taskID)).Only(ctx)
	if ent.IsNotFound(err) {
		return nil, nil
	}
	return found, err
}

// CreateTask makes a task. The decision says why the contact that it asks for is not permitted now; nil where it is.
//
// Faults: INVALID by field; NOT_FOUND on customerId, ownerId and teamId; INVALID on ownerId for one who does not see the customer;
// ALREADY_EXISTS on id; FORBIDDEN.
func (s *Service) CreateTask(ctx context.Context, in service.CreateTaskInput) (*ent.Task, *consent.PermissionDecision, error) {
	actor, err := auth.Writer(ctx, "Task")
	if err != nil {
		return nil, nil, err
	}
	var faults fault.List
	newID, err := s.NewID(id.Task, in.ID)
	faults.Add(err)
	faults.Add(id.Check("customerId", id.Customer, in.CustomerID))
	title, err := input.Text("title", in.Title, maxTitle)
	faults.Add(err)
	why, err := input.OptionalText("why", in.Why, MaxWhy)
	faults.Add(err)
	due, err := s.dueAt(in.DueAt, in.DueOn)
	faults.Add(err)
	if err == nil && due == nil {
		faults.Add(fault.Invalidf("dueAt", "want the moment by which it is to be done, or its day in dueOn"))
	}
	if in.OwnerID == nil && in.TeamID == nil && s.people.OfCompany(actor.UserID) != nil {
		in.OwnerID = &actor.UserID
	}
	faults.Add(s.checkDoer(in.OwnerID, in.TeamID))
	if in.OwnerID == nil && in.TeamID == nil {
		faults.Add(fault.Invalidf("ownerId", "want the user who is to do it, or the team"))
	}
	if err := faults.Or(); err != nil {
		return nil, nil, err
	}
	made, err := s.Write(ctx, service.Verb{Name: "createTask", Key: in.IdempotencyKey, Body: in}, func(ctx context.Context, tx *store.Tx) (string, error) {
		c, err := s.LockCustomer(ctx, tx, "customerId", in.CustomerID)
		if err != nil {
			return "", err
		}
		if err := s.checkSees(in.OwnerID, c); err != nil {
			return "", err
		}
		return newID, s.Add(ctx, tx, c, Making{
			ID: newID, IDGiven: in.ID != nil, Title: title, Why: why, DueAt: *due, OwnerID: in.OwnerID, TeamID: in.TeamID, Kind: in.Kind, Channel: in.Channel, Purpose: in.Purpose,
			By: actor.Name,
		})
	})
	return s.answer(ctx, made, err)
}

// Making is a task in the making.
type Making struct {
	ID              string
	IDGiven         bool // a client chose the id
	Title           string
	Why             *string
	DueAt           time.Time
	OwnerID, TeamID *string // who is to do it: one of them
	Kind            *schema.ContactKind
	Channel         *schema.Channel
	Purpose         *schema.Purpose
	By              string // who made it
}

// Add makes a task about a customer, who is locked. The caller has checked it. ALREADY_EXISTS on id.
func (s *Service) Add(ctx context.Context, tx *store.Tx, c *ent.Customer, n Making) error {
	now := s.Now()
	t, err := tx.Task.Create().SetID(n.ID).SetCreatedAt(now).SetUpdatedAt(now).SetCustomerID(c.ID).SetTitle(n.Title).SetNillableWhy(n.Why).SetDueAt(n.DueAt).
		SetNillableOwnerID(n.OwnerID).SetNillableTeamID(n.TeamID).SetNillableKind(n.Kind).SetNillableChannel(n.Channel).SetNillablePurpose(n.Purpose).
		SetState(schema.TaskOpen).SetCreatedBy(n.By).Save(ctx)
	if err != nil {
		return service.UniqueFault(err, n.IDGiven)
	}
	if err := s.Audit(ctx, tx, "task.create", t.ID, factsOf(t)); err != nil {
		return err
	}
	return s.changed(ctx, tx, t)
}

// changed tells subscribers that a task was made or changed.
func (s *Service) changed(ctx context.Context, tx *store.Tx, t *ent.Task) error {
	if err := s.TaskChanged(ctx, tx, t.ID, t.CustomerID); err != nil {
		return err
	}
	return s.CustomerChanged(ctx, tx, t.CustomerID, "Task")
}

// answer reads a task that a verb has made or changed, as its caller sees it, and decides on the contact that it asks for.
func (s *Service) answer(ctx context.Context, taskID string, err error) (*ent.Task, *consent.PermissionDecision, error) {
	if err != nil {
		return nil, nil, err
	}
	t, err := s.Client.Task.Get(ctx, taskID)
	if err != nil {
		return nil, nil, err
	}
	decided, err := s.Permitted(ctx, []*ent.Task{t})
	if d := decided[t]; err == nil && d != nil && !d.Allowed {
		return t, d, nil
	}
	return t, nil, err
}

// factsOf are the facts of a task by the names that inputs have for them.
func factsOf(t *ent.Task) map[string]any {
	return map[string]any{
		"title": t.Title, "why": t.Why, "dueAt": t.DueAt.UTC(), "ownerId": t.OwnerID, "teamId": t.TeamID, "kind": t.Kind, "channel": t.Channel, "purpose": t.Purpose,
	}
}

// dueAt checks by when a task is to be done: a moment, or the end of a day; nil for neither. INVALID on the field that is given.
func (s *Service) dueAt(at *time.Time, on *schema.Date) (*time.Time, error) {
	field, due := "dueAt", at
	switch {
	case at != nil && on != nil:
		return nil, fault.Invalidf("dueOn", "want dueAt or dueOn, not both")
	case on != nil:
		if on.Time().Year() < 1900 || on.Time().Year() > 2200 { // a day beyond has no moment of ours
			return nil, fault.Invalidf("dueOn", "want a day from %d days ago to %d years ahead", mostOverdue/(24*time.Hour), mostYears)
		}
		field = "dueOn"
		end := s.Settings().StartOfDay(int(*on) + 1).UTC().Add(-time.Microsecond)
		due = &end
	case at == nil:
		return nil, nil
	}
	now := s.Now()
	if due.Before(now.Add(-mostOverdue)) || due.After(now.AddDate(mostYears, 0, 0)) {
		return nil, fault.Invalidf(field, "want a moment from %d days ago to %d years ahead", mostOverdue/(24*time.Hour), mostYears)
	}
	moment := due.UTC().Truncate(time.Microsecond)
	return &moment, nil
}

// checkDoer checks who is to do a task: a user of the company or a team, not both. INVALID and NOT_FOUND on ownerId and teamId.
func (s *Service) checkDoer(ownerID, teamID *string) error {
	var faults fault.List
	if ownerID != nil && teamID != nil {
		faults.Add(fault.Invalidf("teamId", "want ownerId or teamId, not both"))
	}
	if ownerID != nil {
		if err := id.Check("ownerId", id.User, *ownerID); err != nil {
			faults.Add(err)
		} else if s.people.OfCompany(*ownerID) == nil {
			faults.Add(fault.NoSuch("ownerId", "active user of the company"))
		}
	}
	if teamID != nil {
		if err := id.Check("teamId", id.Team, *teamID); err != nil {
			faults.Add(err)
		} else if s.people.Team(*teamID) == nil {
			faults.Add(fault.NoSuch("teamId", "team"))
		}
	}
	return faults.Or()
}

// checkSees checks that who is to do a task sees the customer: they would not see the task either. INVALID on ownerId.
func (s *Service) checkSees(ownerID *string, c *ent.Customer) error {
	if ownerID == nil || s.people.Sees(*ownerID, c) {
		return nil
	}
	return fault.Invalidf("ownerId", "this user does not see the customer, so nor would they see the task")
}
