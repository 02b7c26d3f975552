package experiments

import (
	"context"
	"strconv"

	"kopeck/auth"
	"kopeck/ent"
	"kopeck/ent/experiment"
	"kopeck/ent/exposure"
	"kopeck/fault"
	"kopeck/id"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/service/input"
	"kopeck/store"

	domain "kopeck/experiment"
)

const (
	maxExperiments = 500
	maxName        = 300  // characters
	maxReason      = 2000 // characters
)

// Experiments returns the experiments that the viewer may see, the latest first.
func (s *Service) Experiments(ctx context.Context) ([]*ent.Experiment, error) {
	return s.Client.Experiment.Query().Order(experiment.ByCreatedAt(store.Descending), experiment.ByID(store.Descending)).Limit(maxExperiments).All(ctx)
}

// Of returns the exposures of customers that the viewer may see, the earliest first, by the customer's id.
func (s *Service) Of(ctx context.Context, customerIDs []string) (map[string][]*ent.Exposure, error) {
	rows, err := s.Client.Exposure.Query().Where(exposure.CustomerIDIn(customerIDs...)).Order(exposure.ByAt(), exposure.ByID()).All(ctx)
	found := map[string][]*ent.Exposure{}
	for _, row := range rows {
		found[row.CustomerID] = append(found[row.CustomerID], row)
	}
	return found, err
}

// CreateExperiment creates an experiment. Faults: INVALID by field, on arms for the sum of their shares; ALREADY_EXISTS on code and id;
// LIMIT_EXCEEDED on code; FORBIDDEN.
func (s *Service) CreateExperiment(ctx context.Context, in service.CreateExperimentInput) (*ent.Experiment, error) {
	if _, err := auth.Writer(ctx, "Experiment"); err != nil {
		return nil, err
	}
	var faults fault.List
	newID, err := s.NewID(id.Experiment, in.ID)
	faults.Add(err)
	faults.Add(input.Code("code", in.Code))
	name, err := input.Text("name", in.Name, maxName)
	faults.Add(err)
	arms, err := checkArms(in.Arms)
	faults.Add(err)
	if err := faults.Or(); err != nil {
		return nil, err
	}
	made, err := s.Write(ctx, service.Verb{Name: "createExperiment", Key: in.IdempotencyKey, Body: in}, func(ctx context.Context, tx *store.Tx) (string, error) {
		if err := tx.Lock(ctx, store.LockOn("experiments", ""), false); err != nil { // they are counted
			return "", err
		}
		n, err := tx.Experiment.Query().Count(ctx)
		if err != nil {
			return "", err
		}
		if n >= maxExperiments {
			return "", fault.New(fault.LimitExceeded, "code", "there are %d experiments, which is the most", n)
		}
		now := s.Now()
		err = tx.Experiment.Create().SetID(newID).SetCreatedAt(now).SetUpdatedAt(now).SetCode(in.Code).SetName(name).SetArms(arms).
			SetSalt(s.IDs.Make(id.Experiment)).Exec(ctx)
		if err != nil {
			return "", service.UniqueFault(err, in.ID != nil, service.UniqueColumn{Column: "code", Field: "code", Message: "another experiment has this code"})
		}
		return newID, s.Audit(ctx, tx, "experiment.create", newID, map[string]any{"code": in.Code, "name": name, "arms": arms})
	})
	if err != nil {
		return nil, err
	}
	return s.Client.Experiment.Get(ctx, made)
}

// checkArms reads the arms of an experiment. INVALID on arms.
func checkArms(given []*service.ExperimentArmInput) ([]schema.ExperimentArm, error) {
	var faults fault.List
	arms := make([]schema.ExperimentArm, len(given))
	for n, one := range given {
		at := []string{"arms", strconv.Itoa(n)}
		faults.Add(fault.At(input.Code("code", one.Code), at...))
		share, err := input.Decimal("share", one.Share, "0", "1")
		faults.Add(fault.At(err, at...))
		arms[n] = schema.ExperimentArm{Code: one.Code, Share: share}
	}
	if len(faults) == 0 {
		if err := domain.Check(armsOf(arms)); err != nil {
			faults.Add(fault.Invalidf("arms", "%v", err))
		}
	}
	return arms, faults.Or()
}

// armsOf returns arms as package experiment takes them.
func armsOf(arms []schema.ExperimentArm) []domain.Arm {
	all := make([]domain.Arm, len(arms))
	for i, one := range arms {
		all[i] = domain.Arm(one)
	}
	return all
}

// EndExperiment ends an experiment. Faults: INVALID by field; NOT_FOUND on id; WRONG_STATE on id for one that has ended; VERSION_CONFLICT;
// FORBIDDEN.
func (s *Service) EndExperiment(ctx context.Context, in service.EndExperimentInput) (*ent.Experiment, error) {
	if _, err := auth.Writer(ctx, "Experiment"); err != nil {
		return nil, err
	}
	var faults fault.List
	faults.Add(id.Check("id", id.Experiment, in.ID))
	reason, err := input.Text("reason", in.Reason, maxReason)
	faults.Add(err)
	if err := faults.Or(); err != nil {
		return nil, err
	}
	_, err = s.Write(ctx, service.Verb{Name: "endExperiment", Key: in.IdempotencyKey, Body: in}, func(ctx context.Context, tx *store.Tx) (string, error) {
		row, err := lock(ctx, tx, "id", in.ID, false)
		if err != nil {
			return "", err
		}
		if err := service.CheckVersion(&in.ExpectedVersion, row.Version); err != nil {
			return "", err
		}
		now := s.Now()
		if err := tx.Experiment.UpdateOne(row).SetEndedAt(now).SetEndReason(reason).SetUpdatedAt(now).AddVersion(1).Exec(ctx); err != nil {
			return "", err
		}
		return row.ID, s.Audit(ctx, tx, "experiment.end", row.ID, map[string]any{"reason": reason})
	})
	if err != nil {
		return nil, err
	}
	return s.Client.Experiment.Get(ctx, in.ID)
}

// lock returns an experiment that has not ended. With shared it does not end until the transaction does; without, nobody comes into it either. Faults:
// NOT_FOUND and WRONG_STATE on a field.
func lock(ctx context.Context, tx *store.Tx, field, experimentID string, shared bool) (*ent.Experiment, error) {
	if err := tx.Lock(ctx, store.LockOn("experiment", experimentID), shared); err != nil {
		return nil, err
	}
	row, err := tx.Experiment.Query().Where(experiment.ID(experimentID)).Only(ctx)
	switch {
	case ent.IsNotFound(err):
		return nil, fault.NoSuch(field, "experiment")
	case err != nil:
		return nil, err
	case row.EndedAt != nil:
		return nil, fault.New(fault.WrongState, field, "the experiment %s has ended", row.Code)
	}
	return row, nil
}
