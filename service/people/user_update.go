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
	"kopeck/service/field"
	"kopeck/store"
)

// userUpdate is the audit action of a new version of a user.
const userUpdate = "user.update"

// userChanges is a checked update of a user.
type userChanges struct {
	*field.Changes[Record, service.CreateUserInput, service.UpdateUserInput]

	id        string
	expected  int
	gradeFrom time.Time // from when the user has the grade; zero where the update does not give one
	dated     bool      // gradeFrom is given: the grade holds from then on also if the user has it already
}

// UpdateUser changes the fields that are given; only ADMIN and the system may. A user who is deactivated or gets a new
// password is signed out everywhere. An update that is based on an older version is merged with changes of other fields.
//
// Faults: INVALID by field; NOT_FOUND on id; VERSION_CONFLICT if others have changed the same fields; WRONG_STATE for the
// last active ADMIN; FORBIDDEN.
func (s *Service) UpdateUser(ctx context.Context, in service.UpdateUserInput) (*ent.User, error) {
	if _, err := auth.Writer(ctx, "User"); err != nil {
		return nil, err
	}
	changes, err := s.checkUserUpdate(ctx, in)
	if err != nil {
		return nil, err
	}
	_, err = s.Write(ctx, service.Verb{Name: "updateUser"}, func(ctx context.Context, tx *store.Tx) (string, error) {
		return in.ID, s.updateUser(ctx, tx, changes)
	})
	if err != nil {
		return nil, err
	}
	return s.Client.User.Get(ctx, in.ID)
}

func (s *Service) checkUserUpdate(ctx context.Context, in service.UpdateUserInput) (*userChanges, error) {
	var faults fault.List
	faults.Add(id.Check("id", id.User, in.ID))
	of, err := fields.Update(&in, &Record{User: &ent.User{}})
	faults.Add(err)
	gradeFrom, err := s.PastMoment("gradeFrom", in.GradeFrom)
	faults.Add(err)
	if in.GradeFrom != nil && !in.Grade.IsSet() {
		faults.Add(fault.Invalidf("gradeFrom", "want the grade that holds from then on"))
	}
	if err := faults.Or(); err != nil {
		return nil, err
	}
	changes := &userChanges{Changes: of, id: in.ID, expected: in.ExpectedVersion, dated: in.GradeFrom != nil}
	if in.Grade.IsSet() {
		changes.gradeFrom = gradeFrom
	}
	if in.Password == nil {
		return changes, nil
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
	changes.To.PasswordHash = &hash
	return changes, err
}

func (s *Service) updateUser(ctx context.Context, tx *store.Tx, changes *userChanges) error {
	// One order for all: first the lock of the administrators, then the row.
	if err := tx.Lock(ctx, store.LockOn("administrators", ""), false); err != nil {
		return err
	}
	u, err := s.lockUser(ctx, tx, changes.id)
	if ent.IsNotFound(err) {
		return fault.NoSuch("id", "user")
	}
	if err != nil {
		return err
	}
	merge := service.Update{Action: userUpdate, Subject: u.ID, Expected: changes.expected, Version: u.Version}
	merge.Current, merge.Updated = changes.Values(&Record{User: u})
	changed, err := s.Merge(ctx, tx, merge)
	if err != nil {
		return err
	}
	_, regraded := changed["grade"]
	regraded = regraded || changes.dated
	if len(changed) == 0 && !regraded {
		return nil
	}
	row := *u
	after := &Record{User: &row}
	changes.Apply(after)
	if err := checkRole(ctx, tx, u, after); err != nil {
		return err
	}
	if !regraded {
		return s.writeUserUpdate(ctx, tx, u, after, changes, changed)
	}
	if after.Grade, err = s.changeGrade(ctx, tx, u, after.Grade, changes.gradeFrom); err != nil {
		return err
	}
	if err := s.writeUserUpdate(ctx, tx, u, after, changes, changed); err != nil {
		return err
	}
	return s.RestateGrade(ctx, tx, u.ID, changes.gradeFrom)
}

// checkRole checks that an active ADMIN remains, and that a PARTNER has a partner.
func checkRole(ctx context.Context, tx *store.Tx, u *ent.User, after *Record) error {
	if after.Role == schema.RolePartner && u.PartnerID == nil {
		return fault.Invalidf("role", "a PARTNER belongs to a partner: create a user for it")
	}
	if u.Role != schema.RoleAdmin || !u.Active || after.Role == schema.RoleAdmin && after.Active {
		return nil
	}
	hasOther, err := tx.User.Query().Where(user.RoleEQ(schema.RoleAdmin), user.Active(true), user.DeletedAtIsNil(), user.IDNEQ(u.ID)).Exist(ctx)
	if err != nil || hasOther {
		return err
	}
	field := "active"
	if after.Role != schema.RoleAdmin {
		field = "role"
	}
	return fault.New(fault.WrongState, field, "this is the last active ADMIN")
}

func (s *Service) writeUserUpdate(ctx context.Context, tx *store.Tx, u *ent.User, row *Record, changes *userChanges, changed map[string]service.Change) error {
	update := tx.User.UpdateOne(u).AddVersion(1).SetUpdatedAt(s.Now())
	if err := changes.Put(update.Mutation(), row); err != nil {
		return err
	}
	after, err := update.Save(ctx)
	if err != nil {
		return err
	}
	if _, isNew := changed["password"]; isNew || !after.Active {
		if err := s.endSessions(ctx, tx, refreshsession.UserID(u.ID)); err != nil {
			return err
		}
	}
	if err := s.AuditVersion(ctx, tx, userUpdate, u.ID, service.VersionChange{Version: after.Version, Fields: changed}); err != nil {
		return err
	}
	return s.SnapshotChanged(ctx, tx, service.SnapshotPeople)
}
