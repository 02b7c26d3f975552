package books

import (
	"context"
	"slices"
	"time"

	"kopeck/lifetime"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/store"
)

// While the observed end of the orders moves from day to day, contacts have the stages that follow from where it was when they were recorded. The
// nightly run restates those: see [Service.SettleAll]. Until then they are pending, not wrong.

// WrongStages returns the ids of the contacts of customers that are not of the stage that the facts make, with that stage; and apart from these how
// many have one that follows from where the observed end of the orders was since all were restated last.
func (s *Service) WrongStages(ctx context.Context, tx *store.Tx, customerIDs []string) (wrong map[string]schema.Stage, pending int, err error) {
	contacts, err := readContactStages(ctx, tx, customerIDs, time.Time{})
	if err != nil {
		return nil, 0, err
	}
	others, err := s.wrongStages(ctx, tx, contacts)
	if err != nil {
		return nil, 0, err
	}
	isPending, err := s.pending(ctx, tx, others)
	if err != nil {
		return nil, 0, err
	}
	wrong = make(map[string]schema.Stage, len(others))
	for i, c := range others {
		if isPending[i] {
			pending++
			continue
		}
		wrong[c.id] = c.stage
	}
	return wrong, pending, nil
}

// pending reports which contacts the nightly run restates, of some that are not of the stage that the facts make: those of days for which the
// observed end has moved, whose stage is one that some observed end makes. Wherever it was, it was at the earliest the customer's last order, and
// at the latest the day of the contact.
func (s *Service) pending(ctx context.Context, tx *store.Tx, contacts []contactStage) ([]bool, error) {
	is := make([]bool, len(contacts))
	if len(contacts) == 0 {
		return is, nil
	}
	since, err := s.pendingSince(ctx, tx)
	if err != nil {
		return nil, err
	}
	first, err := s.stagesOf(ctx, tx, contacts, func(_, last int) int { return last })
	if err != nil {
		return nil, err
	}
	last, err := s.stagesOf(ctx, tx, contacts, func(day, _ int) int { return day })
	for i, c := range contacts {
		was := silence(c.was)
		is[i] = !c.at.Before(since) && was >= 0 && silence(first[i]) >= 0 && silence(first[i]) <= was && was <= silence(last[i])
	}
	return is, err
}

// silence says how far silence has brought a customer who has ordered; -1 for a stage of others.
func silence(of schema.Stage) int {
	return slices.Index([]schema.Stage{schema.Loyal, schema.Buyer, schema.Former}, of)
}

// pendingSince returns from when on the nightly run restates the stages of contacts: the end of time where the observed end has not moved since it
// did so last.
func (s *Service) pendingSince(ctx context.Context, tx *store.Tx) (time.Time, error) {
	is := s.value.Observation()
	before, err := settledBy(ctx, tx.Client())
	switch {
	case err != nil || before == nil:
		return time.Time{}, err
	case before.Equal(is):
		return service.EndOfTime, nil
	}
	return s.restatedFrom(*before, is), nil
}

// restatedFrom returns from when on the stages of contacts follow from where the observed end of the orders was or is.
func (s *Service) restatedFrom(was, is lifetime.Observation) time.Time {
	return s.Settings().StartOfDay(min(was.Sure(), is.Sure()) + 1)
}
