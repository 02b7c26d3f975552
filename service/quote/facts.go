package quote

import (
	"context"
	"fmt"
	"strings"
	"time"

	"kopeck/ent"
	"kopeck/pricing"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/service/input"
	"kopeck/service/value"
	"kopeck/store"
)

// facts gives what the rules of a book may ask of customers. What stands on the rows takes no statement; what
// does not is read for all of them together, and only where a rule speaks of it. Of a past moment the stage, the
// permissions and the lifetime value are those of that moment; segment, kind, birthday and measurements are not dated and
// are the present ones.
func (s *Service) facts(ctx context.Context, b *book, customers []*ent.Customer, at time.Time, ago bool) (map[string]pricing.Customer, error) {
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
		if c.Birthday != nil {
			born, fact := c.Birthday.Time(), facts[c.ID]
			fact.BirthMonth, fact.BirthDay = int(born.Month()), born.Day()
			facts[c.ID] = fact
		}
	}
	if len(ids) == 0 {
		return facts, nil
	}
	if b.speaksOf("lifetimeValue") {
		if err := s.lifetimeFacts(ctx, facts, customers, at, ago); err != nil {
			return nil, err
		}
	}
	if b.speaksOf("permission") {
		if err := s.permissionFacts(ctx, facts, ids, at, ago); err != nil {
			return nil, err
		}
	}
	if ago && b.speaksOf("stage") {
		if err := s.stageFacts(ctx, facts, ids, at); err != nil {
			return nil, err
		}
	}
	return facts, nil
}

// speaksOf tells whether any rule's condition has a word in it.
func (b *book) speaksOf(word string) bool {
	for _, rule := range b.rules {
		if strings.Contains(rule.Condition, word) {
			return true
		}
	}
	return false
}

func (s *Service) lifetimeFacts(ctx context.Context, facts map[string]pricing.Customer, customers []*ent.Customer, at time.Time, ago bool) error {
	earnings := make(map[*ent.Customer]value.Earnings, len(customers))
	for _, c := range customers {
		earnings[c] = value.EarningsOf(c)
	}
	m := s.value.Current()
	if ago {
		var err error
		if m, err = s.value.ModelAt(ctx, at); err != nil {
			return err
		}
		if err := s.value.EarningsUpTo(ctx, earnings, at, &at); err != nil {
			return err
		}
	}
	for c, e := range earnings {
		v, err := s.value.Valued(m, e, at, value.LifetimeHorizon, s.Settings().AnnualDiscountRate)
		if err != nil {
			return fmt.Errorf("service: lifetime value of %s: %w", c.ID, err)
		}
		fact := facts[c.ID]
		fact.LifetimeValue = v.Total
		facts[c.ID] = fact
	}
	return nil
}

// permissionFacts finds the highest level that customers gave and that holds at the moment.
func (s *Service) permissionFacts(ctx context.Context, facts map[string]pricing.Customer, ids []string, at time.Time, ago bool) error {
	note := func(customerID string, level schema.PermissionLevel) {
		if fact := facts[customerID]; level.Rank() > fact.PermissionRank {
			fact.PermissionRank, fact.PermissionLevel = level.Rank(), string(level)
			facts[customerID] = fact
		}
	}
	if !ago {
		query := "SELECT customer_id, level FROM permissions WHERE state = ? AND (expires_at IS NULL OR expires_at > ?) AND customer_id IN @ids"
		return store.EachByIDs(ctx, s.Store, query, []any{string(schema.PermissionActive), at}, ids, func(scan store.ScanFunc) error {
			var customerID, level string
			err := scan(&customerID, &level)
			note(customerID, schema.PermissionLevel(level))
			return err
		})
	}
	// A permission's events up to the moment, replayed.
	query := `SELECT p.customer_id, e.permission_id, e.at, e.kind, e.level, e.expires_at FROM permission_events e JOIN permissions p ON p.id = e.permission_id
		WHERE e.at <= ? AND p.customer_id IN @ids ORDER BY e.permission_id, e.sequence`
	permissions, owners := map[string]*service.Standing{}, map[string]string{}
	err := store.EachByIDs(ctx, s.Store, query, []any{at}, ids, func(scan store.ScanFunc) error {
		var customerID, permissionID string
		event := &ent.PermissionEvent{}
		if err := scan(&customerID, &permissionID, &event.At, &event.Kind, &event.Level, &event.ExpiresAt); err != nil {
			return err
		}
		if permissions[permissionID] == nil {
			permissions[permissionID], owners[permissionID] = &service.Standing{}, customerID
		}
		permissions[permissionID].Apply(event)
		return nil
	})
	for permissionID, p := range permissions {
		if p.State == schema.PermissionActive && !service.Past(p.ExpiresAt, at) {
			note(owners[permissionID], p.Level)
		}
	}
	return err
}

// stageFacts puts the stage that customers had at a past moment.
func (s *Service) stageFacts(ctx context.Context, facts map[string]pricing.Customer, ids []string, at time.Time) error {
	query := "SELECT customer_id, from_stage FROM stage_changes WHERE at > ? AND customer_id IN @ids ORDER BY customer_id, at DESC, id DESC"
	return store.EachByIDs(ctx, s.Store, query, []any{at}, ids, func(scan store.ScanFunc) error {
		var customerID, from string
		err := scan(&customerID, &from)
		fact := facts[customerID]
		fact.Stage = from // what changed later is undone, the latest first
		facts[customerID] = fact
		return err
	})
}
