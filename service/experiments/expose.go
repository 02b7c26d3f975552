package experiments

import (
	"context"
	"slices"
	"strconv"

	"kopeck/auth"
	"kopeck/ent"
	"kopeck/ent/exposure"
	domain "kopeck/experiment"
	"kopeck/fault"
	"kopeck/id"
	"kopeck/service"
	"kopeck/store"
)

// maxExposed is how many customers one request brings into an experiment.
const maxExposed = 1000

// ExposeCustomers brings customers into an experiment and returns the exposure of each, in the order of the request.
//
// Faults: INVALID on experimentId and customerIds; NOT_FOUND on experimentId and on customerIds.N; WRONG_STATE on experimentId for one that has
// ended; FORBIDDEN.
func (s *Service) ExposeCustomers(ctx context.Context, in service.ExposeCustomersInput) ([]*ent.Exposure, error) {
	if _, err := auth.Writer(ctx, "Exposure"); err != nil {
		return nil, err
	}
	if err := checkExposed(in); err != nil {
		return nil, err
	}
	_, err := s.Write(ctx, service.Verb{Name: "exposeCustomers", Key: in.IdempotencyKey, Body: in}, func(ctx context.Context, tx *store.Tx) (string, error) {
		row, err := lock(ctx, tx, "experimentId", in.ExperimentID, true)
		if err != nil {
			return "", err
		}
		held, err := s.hold(ctx, tx, in.CustomerIds)
		if err != nil {
			return "", err
		}
		return row.ID, s.expose(ctx, tx, row, held)
	})
	if err != nil {
		return nil, err
	}
	return s.exposures(ctx, in.ExperimentID, in.CustomerIds)
}

func checkExposed(in service.ExposeCustomersInput) error {
	var faults fault.List
	faults.Add(id.Check("experimentId", id.Experiment, in.ExperimentID))
	if len(in.CustomerIds) == 0 || len(in.CustomerIds) > maxExposed {
		faults.Add(fault.Invalidf("customerIds", "want 1 to %d customers", maxExposed))
		return faults.Or()
	}
	known := map[string]bool{}
	for n, one := range in.CustomerIds {
		place := strconv.Itoa(n)
		faults.Add(fault.At(id.Check(place, id.Customer, one), "customerIds"))
		if known[one] {
			faults.Add(fault.Invalidf(place, "the customer is there twice").At("customerIds"))
		}
		known[one] = true
	}
	return faults.Or()
}

// hold locks customers, in the order of their ids so that two requests do not wait for each other in a circle, and returns the ids of those who
// answer for them. NOT_FOUND on customerIds.N.
func (s *Service) hold(ctx context.Context, tx *store.Tx, customerIDs []string) (held []string, err error) {
	places := make([]int, len(customerIDs))
	for n := range places {
		places[n] = n
	}
	slices.SortFunc(places, func(a, b int) int {
		if customerIDs[a] < customerIDs[b] {
			return -1
		}
		return 1
	})
	var faults fault.List
	for _, n := range places {
		c, err := s.LockCustomer(ctx, tx, strconv.Itoa(n), customerIDs[n])
		switch {
		case fault.Is(err, fault.NotFound):
			faults.Add(fault.At(err, "customerIds"))
		case err != nil:
			return nil, err
		default:
			held = append(held, c.ID)
		}
	}
	slices.Sort(held)
	return slices.Compact(held), faults.Or()
}

// expose brings customers, who are locked, into an experiment that does not end meanwhile.
func (s *Service) expose(ctx context.Context, tx *store.Tx, to *ent.Experiment, customerIDs []string) error {
	actor, _ := auth.From(ctx)
	now, arms := s.Now(), armsOf(to.Arms)
	assigned := map[string]string{}
	for some := range slices.Chunk(customerIDs, store.IDsPerStatement) {
		in, err := tx.Exposure.Query().Where(exposure.ExperimentID(to.ID), exposure.CustomerIDIn(some...)).Select(exposure.FieldCustomerID).Strings(ctx)
		if err != nil {
			return err
		}
		var create []*ent.ExposureCreate
		for _, one := range some {
			if slices.Contains(in, one) {
				continue
			}
			assigned[one] = domain.Assign(to.Salt, to.Code, one, arms)
			create = append(create, tx.Exposure.Create().SetID(s.IDs.Make(id.Exposure)).SetExperimentID(to.ID).SetCustomerID(one).SetArm(assigned[one]).
				SetAt(now).SetRecordedBy(actor.Name))
		}
		if len(create) == 0 {
			continue
		}
		if err := tx.Exposure.CreateBulk(create...).Exec(ctx); err != nil {
			return err
		}
	}
	if len(assigned) == 0 {
		return nil
	}
	if err := s.Audit(ctx, tx, "experiment.expose", to.ID, assigned); err != nil {
		return err
	}
	for _, one := range customerIDs {
		if assigned[one] != "" {
			if err := s.CustomerChanged(ctx, tx, one, "Exposure"); err != nil {
				return err
			}
		}
	}
	return nil
}

// exposures returns the exposures of customers, or of those who answer for them, in the order of their ids as they are given.
func (s *Service) exposures(ctx context.Context, experimentID string, customerIDs []string) ([]*ent.Exposure, error) {
	kept := make([]string, len(customerIDs))
	for i, one := range customerIDs {
		kept[i] = s.Kept(one)
	}
	found := map[string]*ent.Exposure{}
	for some := range slices.Chunk(kept, store.IDsPerStatement) {
		rows, err := s.Client.Exposure.Query().Where(exposure.ExperimentID(experimentID), exposure.CustomerIDIn(some...)).All(ctx)
		if err != nil {
			return nil, err
		}
		for _, row := range rows {
			found[row.CustomerID] = row
		}
	}
	all := []*ent.Exposure{}
	for _, one := range kept {
		if found[one] != nil {
			all = append(all, found[one])
		}
	}
	return all, nil
}
