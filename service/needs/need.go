package needs

import (
	"context"

	"kopeck/auth"
	"kopeck/ent"
	"kopeck/ent/need"
	"kopeck/fault"
	"kopeck/id"
	"kopeck/service"
	"kopeck/service/input"
	"kopeck/store"
)

const (
	maxNeeds   = 200
	maxName    = 300 // characters
	maxUnit    = 100 // characters
	needUpdate = "need.update"
)

// Needs returns the needs that the viewer may see, by code.
func (s *Service) Needs(ctx context.Context) ([]*ent.Need, error) {
	return s.Client.Need.Query().Order(need.ByCode()).Limit(maxNeeds).All(ctx)
}

// CreateNeed creates a need. Faults: INVALID by field; ALREADY_EXISTS on code and id; LIMIT_EXCEEDED on code; FORBIDDEN.
func (s *Service) CreateNeed(ctx context.Context, in service.CreateNeedInput) (*ent.Need, error) {
	if _, err := auth.Writer(ctx, "Need"); err != nil {
		return nil, err
	}
	var faults fault.List
	newID, err := s.NewID(id.Need, in.ID)
	faults.Add(err)
	faults.Add(input.Code("code", in.Code))
	name, err := input.Text("name", in.Name, maxName)
	faults.Add(err)
	unit, err := input.OptionalText("unit", in.Unit, maxUnit)
	faults.Add(err)
	if err := faults.Or(); err != nil {
		return nil, err
	}
	made, err := s.Write(ctx, service.Verb{Name: "createNeed", Key: in.IdempotencyKey, Body: in}, func(ctx context.Context, tx *store.Tx) (string, error) {
		if err := tx.Lock(ctx, store.LockOn("needs", ""), false); err != nil { // they are counted
			return "", err
		}
		n, err := tx.Need.Query().Count(ctx)
		if err != nil {
			return "", err
		}
		if n >= maxNeeds {
			return "", fault.New(fault.LimitExceeded, "code", "there are %d needs, which is the most", n)
		}
		now := s.Now()
		err = tx.Need.Create().SetID(newID).SetCreatedAt(now).SetUpdatedAt(now).SetCode(in.Code).SetName(name).SetNillableUnit(unit).Exec(ctx)
		if err != nil {
			return "", service.UniqueFault(err, in.ID != nil, codeTaken("need"))
		}
		return newID, s.Audit(ctx, tx, "need.create", newID, map[string]any{"code": in.Code, "name": name, "unit": unit})
	})
	if err != nil {
		return nil, err
	}
	return s.Client.Need.Get(ctx, made)
}

// codeTaken is the fault of a code that another of its noun has.
func codeTaken(noun string) service.UniqueColumn {
	return service.UniqueColumn{Column: "code", Field: "code", Message: "another " + noun + " has this code"}
}

// UpdateNeed changes a need. Faults: INVALID by field; NOT_FOUND on id; VERSION_CONFLICT; FORBIDDEN.
func (s *Service) UpdateNeed(ctx context.Context, in service.UpdateNeedInput) (*ent.Need, error) {
	if _, err := auth.Writer(ctx, "Need"); err != nil {
		return nil, err
	}
	var faults fault.List
	faults.Add(id.Check("id", id.Need, in.ID))
	updated := map[string]any{}
	if in.Name != nil {
		name, err := input.Text("name", *in.Name, maxName)
		faults.Add(err)
		updated["name"] = name
	}
	if in.Unit.IsSet() {
		unit, err := input.OptionalText("unit", in.Unit.Value(), maxUnit)
		faults.Add(err)
		updated["unit"] = unit
	}
	if in.Retired != nil {
		updated["retired"] = *in.Retired
	}
	if err := faults.Or(); err != nil {
		return nil, err
	}
	_, err := s.Write(ctx, service.Verb{Name: "updateNeed", Key: in.IdempotencyKey, Body: in}, func(ctx context.Context, tx *store.Tx) (string, error) {
		query := tx.Need.Query().Where(need.ID(in.ID))
		store.ForUpdate(tx, query)
		before, err := query.Only(ctx)
		if ent.IsNotFound(err) {
			return "", fault.NoSuch("id", "need")
		}
		if err != nil {
			return "", err
		}
		changed, err := s.Merge(ctx, tx, service.Update{
			Action: needUpdate, Subject: before.ID, Expected: in.ExpectedVersion, Version: before.Version,
			Current: map[string]any{"name": before.Name, "unit": before.Unit, "retired": before.Retired}, Updated: updated,
		})
		if err != nil || len(changed) == 0 {
			return before.ID, err
		}
		update := tx.Need.UpdateOne(before).AddVersion(1).SetUpdatedAt(s.Now())
		for _, one := range changed {
			switch value := one.New.(type) {
			case string:
				update.SetName(value)
			case bool:
				update.SetRetired(value)
			case *string:
				if value == nil {
					update.ClearUnit()
				} else {
					update.SetUnit(*value)
				}
			}
		}
		after, err := update.Save(ctx)
		if err != nil {
			return "", err
		}
		return before.ID, s.AuditVersion(ctx, tx, needUpdate, before.ID, service.VersionChange{Version: after.Version, Fields: changed})
	})
	if err != nil {
		return nil, err
	}
	return s.Client.Need.Get(ctx, in.ID)
}

// checkInUse checks that something may be recorded of a need. Faults: NOT_FOUND and WRONG_STATE on a field.
func checkInUse(ctx context.Context, tx *store.Tx, field, needID string) error {
	row, err := tx.Need.Query().Where(need.ID(needID)).Only(ctx)
	switch {
	case ent.IsNotFound(err):
		return fault.NoSuch(field, "need")
	case err != nil:
		return err
	case row.Retired:
		return fault.New(fault.WrongState, field, "the need %s is out of use", row.Code)
	}
	return nil
}
