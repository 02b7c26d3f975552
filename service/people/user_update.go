package people

import (
	"context"

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

// hiddenPassword stands for a password in conflicts and in the history.
const hiddenPassword = "(a new one)"

// UpdateUser changes what is given. Who is deactivated or gets a new password is signed out everywhere. For ADMIN,
// and for the system. An update made on an older version merges where nobody else changed the same fields, and is a
// VERSION_CONFLICT where somebody did. WRONG_STATE keeps the last active ADMIN.
func (s *Service) UpdateUser(ctx context.Context, in service.UpdateUserInput) (*ent.User, error) {
	if err := steersUsers(ctx); err != nil {
		return nil, err
	}
	var faults fault.List
	faults.Add(id.Check("id", id.User, in.ID))
	if in.Name != nil {
		name, fail := input.Text("name", *in.Name, 200)
		faults.Add(fail)
		in.Name = &name
	}
	grade, fail := input.OptionalText("grade", input.StringOf(in.Grade), 100)
	faults.Add(fail)
	if err := faults.Or(); err != nil {
		return nil, err
	}
	var hash *string
	if in.Password != nil {
		u, err := s.Client.User.Query().Where(user.ID(in.ID), user.DeletedAtIsNil()).Only(ctx)
		if ent.IsNotFound(err) {
			return nil, fault.NoSuch("id", "user")
		}
		if err != nil {
			return nil, err
		}
		if fail := auth.CheckPassword("password", u.Email, *in.Password); fail != nil {
			return nil, fail
		}
		made, err := s.passwords.Hash(ctx, *in.Password)
		if err != nil {
			return nil, err
		}
		hash = &made
	}
	_, err := s.Write(ctx, service.Verb{Name: "updateUser"}, func(ctx context.Context, tx *store.Tx) (string, error) {
		// One order for all: the lock of the administrators first, then the row.
		if err := tx.Lock(ctx, store.LockOn("administrators", ""), false); err != nil {
			return "", err
		}
		u, err := s.lockUser(ctx, tx, in.ID)
		if ent.IsNotFound(err) {
			return "", fault.NoSuch("id", "user")
		}
		if err != nil {
			return "", err
		}
		wanted := userWanted(in, grade)
		current := map[string]any{"name": u.Name, "role": u.Role, "active": u.Active, "grade": u.Grade, "password": nil}
		if err := s.CheckConflicts(ctx, tx, userUpdate, u.ID, in.ExpectedVersion, u.Version, current, wanted); err != nil {
			return "", err
		}
		moved := map[string]service.Change{}
		for name, to := range wanted {
			if !service.Same(current[name], to) {
				moved[name] = service.Change{Old: current[name], New: to}
			}
		}
		if len(moved) == 0 {
			return u.ID, nil
		}
		if err := s.mayBecome(ctx, tx, u, in); err != nil {
			return "", err
		}
		return u.ID, s.applyUserUpdate(ctx, tx, u, in, grade, hash, moved)
	})
	if err != nil {
		return nil, err
	}
	return s.Client.User.Get(ctx, in.ID)
}

func userWanted(in service.UpdateUserInput, grade *string) map[string]any {
	wanted := map[string]any{}
	if in.Name != nil {
		wanted["name"] = *in.Name
	}
	if in.Role != nil {
		wanted["role"] = *in.Role
	}
	if in.Active != nil {
		wanted["active"] = *in.Active
	}
	if in.Password != nil {
		wanted["password"] = hiddenPassword
	}
	if in.Grade.IsSet() {
		wanted["grade"] = grade
	}
	return wanted
}

// mayBecome keeps the last active ADMIN, and partners' users with their partner.
func (s *Service) mayBecome(ctx context.Context, tx *store.Tx, u *ent.User, in service.UpdateUserInput) error {
	role, active := input.Or(in.Role, u.Role), input.Or(in.Active, u.Active)
	if role == schema.RolePartner && u.PartnerID == nil {
		return fault.Invalidf("role", "a PARTNER belongs to a partner: create a user for it")
	}
	if u.Role != schema.RoleAdmin || !u.Active || role == schema.RoleAdmin && active {
		return nil
	}
	others, err := tx.User.Query().Where(user.RoleEQ(schema.RoleAdmin), user.Active(true), user.DeletedAtIsNil(), user.IDNEQ(u.ID)).Exist(auth.System(ctx))
	if err != nil || others {
		return err
	}
	field := "active"
	if role != schema.RoleAdmin {
		field = "role"
	}
	return fault.New(fault.WrongState, field, "this is the last active ADMIN")
}

func (s *Service) applyUserUpdate(ctx context.Context, tx *store.Tx, u *ent.User, in service.UpdateUserInput, grade, hash *string, moved map[string]service.Change) error {
	update := tx.User.UpdateOne(u).AddVersion(1).SetUpdatedAt(s.Now()).SetNillableName(in.Name).SetNillableRole(in.Role).
		SetNillableActive(in.Active).SetNillablePasswordHash(hash)
	input.Set(in.Grade, grade, func(v string) { update.SetGrade(v) }, func() { update.ClearGrade() })
	after, err := update.Save(ctx)
	if err != nil {
		return err
	}
	if !after.Active || hash != nil {
		if err := s.endSessions(ctx, tx, refreshsession.UserID(u.ID)); err != nil {
			return err
		}
	}
	if err := s.Remember(ctx, tx, userUpdate, u.ID, service.VersionChange{Version: after.Version, Fields: moved}); err != nil {
		return err
	}
	return s.Touch(ctx, tx, service.SnapshotPeople)
}
