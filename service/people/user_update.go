package people

import (
	"context"
	"time"

	"kopeck/auth"
	"kopeck/ent"
	"kopeck/ent/refreshsession"
	"kopeck/ent/user"
	"kopeck/fault"
	"kopeck/id"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/service/input"
	"kopeck/store"
)

// userUpdate is the audit action of a new version of a user.
const userUpdate = "user.update"

// hiddenPassword stands for a new password in conflicts and in the audit log.
const hiddenPassword = "(a new one)"

// userChange is a checked update of a user.
type userChange struct {
	service.UpdateUserInput

	grade        *string   // nil clears it, if Grade is set
	gradeFrom    time.Time // zero: it is not changed
	passwordHash *string   // nil: no new password
}

// userField is a field that an update may change. Conflicts, the audit log and the written row follow from the table.
type userField struct {
	name    string // of the input
	current func(u *ent.User) any
	updated func(c *userChange) (value any, isGiven bool)
	set     func(c *userChange, update *ent.UserUpdateOne)
}

var userFields = []userField{
	{
		"name",
		func(u *ent.User) any { return u.Name },
		func(c *userChange) (any, bool) { return input.Given(c.Name) },
		func(c *userChange, update *ent.UserUpdateOne) { update.SetName(*c.Name) },
	},
	{
		"role",
		func(u *ent.User) any { return u.Role },
		func(c *userChange) (any, bool) { return input.Given(c.Role) },
		func(c *userChange, update *ent.UserUpdateOne) { update.SetRole(*c.Role) },
	},
	{
		"active",
		func(u *ent.User) any { return u.Active },
		func(c *userChange) (any, bool) { return input.Given(c.Active) },
		func(c *userChange, update *ent.UserUpdateOne) { update.SetActive(*c.Active) },
	},
	{
		"grade",
		func(u *ent.User) any { return u.Grade },
		func(c *userChange) (any, bool) { return c.grade, c.Grade.IsSet() },
		func(c *userChange, update *ent.UserUpdateOne) {
			if c.grade == nil {
				update.ClearGrade()
			} else {
				update.SetGrade(*c.grade)
			}
		},
	},
	{
		"password", // a new one is always a change: the old one is not known
		func(*ent.User) any { return nil },
		func(c *userChange) (any, bool) { return hiddenPassword, c.passwordHash != nil },
		func(c *userChange, update *ent.UserUpdateOne) { update.SetPasswordHash(*c.passwordHash) },
	},
}

// UpdateUser changes the fields that are given; only ADMIN and the system may. A user who is deactivated or gets a new
// password is signed out everywhere. An update that is based on an older version is merged with changes of other fields.
//
// Faults: INVALID by field; NOT_FOUND on id; VERSION_CONFLICT if others have changed the same fields; WRONG_STATE for the
// last active ADMIN; FORBIDDEN.
func (s *Service) UpdateUser(ctx context.Context, in service.UpdateUserInput) (*ent.User, error) {
	if err := checkMayChangeUsers(ctx); err != nil {
		return nil, err
	}
	change, err := s.checkUserUpdate(ctx, in)
	if err != nil {
		return nil, err
	}
	_, err = s.Write(ctx, service.Verb{Name: "updateUser"}, func(ctx context.Context, tx *store.Tx) (string, error) {
		return in.ID, s.updateUser(ctx, tx, change)
	})
	if err != nil {
		return nil, err
	}
	return s.Client.User.Get(ctx, in.ID)
}

func (s *Service) checkUserUpdate(ctx context.Context, in service.UpdateUserInput) (*userChange, error) {
	var faults fault.List
	faults.Add(id.Check("id", id.User, in.ID))
	if in.Name != nil {
		name, err := input.Text("name", *in.Name, 200)
		faults.Add(err)
		in.Name = &name
	}
	grade, err := input.OptionalText("grade", in.Grade.Value(), 100)
	faults.Add(err)
	gradeFrom, err := s.PastMoment("gradeFrom", in.GradeFrom)
	faults.Add(err)
	if in.GradeFrom != nil && !in.Grade.IsSet() {
		faults.Add(fault.Invalidf("gradeFrom", "want the grade that holds from then on"))
	}
	if err := faults.Or(); err != nil {
		return nil, err
	}
	change := &userChange{UpdateUserInput: in, grade: grade}
	if in.Grade.IsSet() {
		change.gradeFrom = gradeFrom
	}
	if in.Password == nil {
		return change, nil
	}
	u, err := s.Client.User.Query().Where(user.ID(in.ID), user.DeletedAtIsNil()).Only(ctx)
	if ent.IsNotFound(err) {
		return nil, fault.NoSuch("id", "user")
	}
	if err != nil {
		return nil, err
	}
	if err := auth.CheckPassword("password", u.Email, *in.Password); err != nil {
		return nil, err
	}
	hash, err := s.passwords.Hash(ctx, *in.Password)
	change.passwordHash = &hash
	return change, err
}

func (s *Service) updateUser(ctx context.Context, tx *store.Tx, change *userChange) error {
	// One order for all: first the lock of the administrators, then the row.
	if err := tx.Lock(ctx, store.LockOn("administrators", ""), false); err != nil {
		return err
	}
	u, err := s.lockUser(ctx, tx, change.ID)
	if ent.IsNotFound(err) {
		return fault.NoSuch("id", "user")
	}
	if err != nil {
		return err
	}
	m := service.Update{
		Action: userUpdate, Subject: u.ID, Expected: change.ExpectedVersion, Version: u.Version,
		Current: map[string]any{}, Updated: map[string]any{},
	}
	for _, f := range userFields {
		m.Current[f.name] = f.current(u)
		if value, isGiven := f.updated(change); isGiven {
			m.Updated[f.name] = value
		}
	}
	changes, err := s.Merge(ctx, tx, m)
	if err != nil {
		return err
	}
	now := *change
	if _, changed := changes["grade"]; !changed && now.GradeFrom == nil {
		now.gradeFrom = time.Time{}
	}
	if len(changes) == 0 && now.gradeFrom.IsZero() {
		return nil
	}
	if err := checkRole(ctx, tx, u, &now); err != nil {
		return err
	}
	if now.gradeFrom.IsZero() {
		return s.writeUserUpdate(ctx, tx, u, &now, changes)
	}
	if now.grade, err = s.changeGrade(ctx, tx, u, now.grade, now.gradeFrom); err != nil {
		return err
	}
	if err := s.writeUserUpdate(ctx, tx, u, &now, changes); err != nil {
		return err
	}
	return s.RestateGrade(ctx, tx, u.ID, now.gradeFrom)
}

// checkRole checks that an active ADMIN remains, and that a PARTNER has a partner.
func checkRole(ctx context.Context, tx *store.Tx, u *ent.User, change *userChange) error {
	role, active := input.Or(change.Role, u.Role), input.Or(change.Active, u.Active)
	if role == schema.RolePartner && u.PartnerID == nil {
		return fault.Invalidf("role", "a PARTNER belongs to a partner: create a user for it")
	}
	if u.Role != schema.RoleAdmin || !u.Active || role == schema.RoleAdmin && active {
		return nil
	}
	hasOther, err := tx.User.Query().Where(user.RoleEQ(schema.RoleAdmin), user.Active(true), user.DeletedAtIsNil(), user.IDNEQ(u.ID)).Exist(ctx)
	if err != nil || hasOther {
		return err
	}
	field := "active"
	if role != schema.RoleAdmin {
		field = "role"
	}
	return fault.New(fault.WrongState, field, "this is the last active ADMIN")
}

func (s *Service) writeUserUpdate(ctx context.Context, tx *store.Tx, u *ent.User, change *userChange, changes map[string]service.Change) error {
	update := tx.User.UpdateOne(u).AddVersion(1).SetUpdatedAt(s.Now())
	for _, f := range userFields {
		if _, isGiven := f.updated(change); isGiven {
			f.set(change, update)
		}
	}
	after, err := update.Save(ctx)
	if err != nil {
		return err
	}
	if !after.Active || change.passwordHash != nil {
		if err := s.endSessions(ctx, tx, refreshsession.UserID(u.ID)); err != nil {
			return err
		}
	}
	if err := s.AuditVersion(ctx, tx, userUpdate, u.ID, service.VersionChange{Version: after.Version, Fields: changes}); err != nil {
		return err
	}
	return s.SnapshotChanged(ctx, tx, service.SnapshotPeople)
}
