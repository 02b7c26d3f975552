package books

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"kopeck/auth"
	"kopeck/ent"
	"kopeck/id"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/service/input"
	"kopeck/service/value"
	"kopeck/store"
)

// What the reasons of stage changes begin with that are not ours, what staff decided and what was known at the beginning, and what
// those end with that a file made.
const (
	ReasonOverruled = "overruled: "
	ReasonRecorded  = "as recorded"
	ReasonImported  = "; imported"
)

// StageFacts is all that a customer's stage depends on.
type StageFacts struct {
	Recorded         schema.Stage // as the customer was recorded with; STRANGER unless told
	overruled        schema.Stage // what staff last decided, "" where they have not
	overruledAt      time.Time
	permittedAt      time.Time // the first permission to become active; zero: none ever
	permittedLastAt  time.Time // the last one
	departedAt       time.Time // zero: has not left
	Statistics       value.Statistics
	ProbabilityAlive float64
}

// Move is a change of stage that is due.
type Move struct {
	Customer *ent.Customer
	To       schema.Stage
	Reason   string
}

// StageOf gives the stage that the facts make (design, section 9), and why. It does not depend on the order in which they
// became known.
//
// What staff decide stands until something dated after it moves the customer: a completed order, a departure, and for
// a STRANGER a permission. What a customer was recorded with is where they begin: a permission moves a
// STRANGER alone, and the first order that is known takes its place.
func StageOf(f StageFacts, settings *service.Settings) (schema.Stage, string) {
	ordered, at := f.Statistics.LastCompletedAt, f.overruledAt
	over := ordered.After(at) || f.departedAt.After(at) || f.overruled == schema.Stranger && f.permittedLastAt.After(at)
	gone := !f.departedAt.IsZero() && !ordered.After(f.departedAt)
	days, alive := f.Statistics.OrderDays, f.ProbabilityAlive
	switch {
	case f.overruled != "" && !over:
		return f.overruled, "staff decided so"
	case gone:
		return schema.Former, "left us"
	case days == 0 && f.Recorded == schema.Stranger && !f.permittedAt.IsZero():
		return schema.Friend, "gave a permission"
	case days == 0 && f.Recorded == schema.Stranger:
		return schema.Stranger, "no permission and no completed order"
	case days == 0:
		return f.Recorded, "no completed order"
	case alive < settings.FormerProbability:
		return schema.Former, fmt.Sprintf("alive with a probability of %.3f", alive)
	case days >= settings.LoyalOrderDays && alive >= settings.LoyalProbability:
		return schema.Loyal, fmt.Sprintf("%d order days, alive with a probability of %.3f", days, alive)
	}
	return schema.Buyer, fmt.Sprintf("%d order days, alive with a probability of %.3f", days, alive)
}

// stageFactsOf reads the facts of customers but for their statistics and probabilities.
func (s *Service) stageFactsOf(ctx context.Context, db store.Reader, customers []*ent.Customer) (map[string]*StageFacts, error) {
	all := make(map[string]*StageFacts, len(customers))
	for _, c := range customers {
		all[c.ID] = &StageFacts{Recorded: c.Stage, departedAt: input.OrZero(c.DepartedAt).UTC()}
	}
	ids := slices.Sorted(maps.Keys(all))
	err := store.EachByIDs(ctx, db, `SELECT p.customer_id, min(e.at), max(e.at) FROM permission_events e JOIN permissions p ON p.id = e.permission_id
		WHERE e.kind IN ('GRANTED', 'CONFIRMED') AND p.customer_id IN @ids GROUP BY p.customer_id`, nil, ids, func(scan store.ScanFunc) error {
		var customer string
		var first, last store.Time
		err := scan(&customer, &first, &last)
		if err == nil {
			all[customer].permittedAt, all[customer].permittedLastAt = first.Time, last.Time
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	begun := map[string]bool{} // whose stage has changed ever
	return all, store.EachByIDs(ctx, db, "SELECT customer_id, from_stage, to_stage, at, reason FROM stage_changes WHERE customer_id IN @ids ORDER BY customer_id, at, id", nil, ids, func(scan store.ScanFunc) error {
		var customer, from, to, reason string
		var at time.Time
		if err := scan(&customer, &from, &to, &at, &reason); err != nil {
			return err
		}
		f := all[customer]
		switch {
		case strings.HasPrefix(reason, ReasonOverruled):
			f.overruled, f.overruledAt = schema.Stage(to), at.UTC()
		case reason == ReasonRecorded && !begun[customer]:
			from = to
		}
		if !begun[customer] {
			f.Recorded = schema.Stage(from)
		}
		begun[customer] = true
		return nil
	})
}

// movesDue gives the changes of stage that the facts make, by customer.
func (s *Service) movesDue(ctx context.Context, db store.Reader, customers []*ent.Customer, of map[string]value.Statistics, alive map[string]float64, reason string) ([]Move, error) {
	facts, err := s.stageFactsOf(ctx, db, customers)
	if err != nil {
		return nil, err
	}
	var due []Move
	for _, c := range customers {
		f := facts[c.ID]
		f.Statistics, f.ProbabilityAlive = of[c.ID], alive[c.ID]
		if to, why := StageOf(*f, s.Settings()); to != c.Stage {
			due = append(due, Move{c, to, strings.TrimSuffix(cutRunes(why+"; "+reason, 1000), "; ")})
		}
	}
	slices.SortFunc(due, func(a, b Move) int { return cmp.Compare(a.Customer.ID, b.Customer.ID) })
	return due, nil
}

// cutRunes cuts a text to so many characters.
func cutRunes(text string, most int) string {
	for i := range text {
		if most--; most < 0 {
			return text[:i]
		}
	}
	return text
}

// moveAll writes changes of stage: the row of each, the customer's next version, and what a later update made
// on an older version must know of it.
func (s *Service) moveAll(ctx context.Context, tx *store.Tx, due []Move) error {
	now := s.Now()
	actor, _ := auth.From(ctx)
	var changes, customers [][]any
	var history service.AuditRows
	for _, m := range due {
		moved := service.VersionChange{Version: m.Customer.Version + 1, Fields: map[string]service.Change{"stage": {Old: m.Customer.Stage, New: m.To}}, Reason: m.Reason}
		if err := history.Add(ctx, s.Core, service.CustomerUpdate, m.Customer.ID, moved); err != nil {
			return err
		}
		changes = append(changes, []any{s.IDs.Make(id.StageChange), m.Customer.ID, string(m.Customer.Stage), string(m.To), now, m.Reason, actor.Name})
		customers = append(customers, []any{m.Customer.ID, string(m.To), now})
		m.Customer.Stage = m.To
		m.Customer.Version++
	}
	if err := tx.InsertRows(ctx, "stage_changes", []string{"id", "customer_id", "from_stage", "to_stage", "at", "reason", "actor"}, changes); err != nil {
		return err
	}
	if err := tx.UpdateRows(ctx, "customers", "stage = v.column2, version = version + 1, updated_at = v.column3", []store.ColumnType{store.TextColumn, store.TimeColumn}, customers); err != nil {
		return err
	}
	return history.Write(ctx, tx)
}
