package quote

import (
	"context"
	"strings"
	"time"

	"kopeck/consentlog"
	"kopeck/ent"
	"kopeck/pricing"
	"kopeck/schema"
	"kopeck/service/input"
)

// facts returns what the rules of a book may ask about customers at a moment, by their ids. What is on the rows takes no
// statement; what is not is read for all of them together, and only where a rule mentions it. Of a past moment, which past says
// that it is, all of them are as they were known at that moment, so that the same question has the same answer for ever. The kind is never
// changed but by an import.
func (s *Service) facts(ctx context.Context, b *book, customers []*ent.Customer, at time.Time, past bool) (map[string]pricing.Customer, error) {
	facts := make(map[string]pricing.Customer, len(customers))
	ids := make([]string, 0, len(customers))
	for _, c := range customers {
		if _, there := facts[c.ID]; there {
			continue
		}
		ids = append(ids, c.ID)
		facts[c.ID] = pricing.Customer{
			ID: c.ID, Kind: string(c.Kind), Stage: string(c.Stage), Segment: string(input.OrZero(c.Segment)), Measurements: c.Measurements,
		}
		facts[c.ID] = withBirthday(facts[c.ID], c.Birthday)
	}
	if len(ids) == 0 {
		return facts, nil
	}
	if past {
		if err := s.addFieldsKnownAt(ctx, b, facts, customers, at); err != nil {
			return nil, err
		}
	}
	if b.mentions("lifetimeValue") {
		if err := s.addWorth(ctx, facts, customers, at, past); err != nil {
			return nil, err
		}
	}
	if b.mentions("fields") {
		if err := s.addOwnFields(ctx, facts, ids, at, past); err != nil {
			return nil, err
		}
	}
	if b.mentions("permission") {
		if err := s.addPermissions(ctx, facts, ids, at, past); err != nil {
			return nil, err
		}
	}
	if past && b.mentions("stage") {
		stages, err := stagesAt(ctx, s.Store, ids, at)
		if err != nil {
			return nil, err
		}
		for customerID, stage := range stages {
			fact := facts[customerID]
			fact.Stage = string(stage)
			facts[customerID] = fact
		}
	}
	return facts, nil
}

// mentions reports whether a word is in the condition of any rule.
func (b *book) mentions(word string) bool {
	for _, rule := range b.rules {
		if strings.Contains(rule.Condition, word) {
			return true
		}
	}
	return false
}

// addWorth adds to facts what customers were worth at a moment, for rules: see [value.Service.RulesWorth].
func (s *Service) addWorth(ctx context.Context, facts map[string]pricing.Customer, customers []*ent.Customer, at time.Time, past bool) error {
	worth, err := s.value.RulesWorth(ctx, customers, at, past, s.EarningsKnownAt)
	for customerID, of := range worth {
		fact := facts[customerID]
		fact.LifetimeValue, fact.WorthFrom = of.Total, of.From
		facts[customerID] = fact
	}
	return err
}

// addPermissions adds to facts the highest level of permission that customers gave and that holds at a moment.
func (s *Service) addPermissions(ctx context.Context, facts map[string]pricing.Customer, ids []string, at time.Time, past bool) error {
	var levels []customerLevel
	var err error
	if past {
		var events []permissionEvent
		events, err = permissionEvents(ctx, s.Store, ids, at)
		levels = levelsAt(events, at)
	} else {
		levels, err = activeLevels(ctx, s.Store, ids, at)
	}
	for _, one := range levels {
		if fact := facts[one.customerID]; one.level.Rank() > fact.PermissionRank {
			fact.PermissionRank, fact.PermissionLevel = one.level.Rank(), string(one.level)
			facts[one.customerID] = fact
		}
	}
	return err
}

// customerLevel is the level of a permission that a customer gave.
type customerLevel struct {
	customerID string
	level      schema.PermissionLevel
}

// permissionEvent is an event of a permission that a customer gave.
type permissionEvent struct {
	customerID, permissionID string
	consentlog.Event
}

// levelsAt returns the levels of the permissions that were active at a moment. The events are all that had happened by then, by
// permission and in their order.
func levelsAt(events []permissionEvent, at time.Time) []customerLevel {
	var levels []customerLevel
	for from := 0; from < len(events); {
		var standing consentlog.Standing
		to := from
		for ; to < len(events) && events[to].permissionID == events[from].permissionID; to++ {
			standing.Apply(&events[to].Event)
		}
		if standing.State.At(at, standing.ExpiresAt) == consentlog.StateActive {
			levels = append(levels, customerLevel{events[from].customerID, schema.PermissionLevel(standing.Level)})
		}
		from = to
	}
	return levels
}
