package books

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"kopeck/auth"
	"kopeck/ent"
	"kopeck/id"
	"kopeck/lifetime"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/service/input"
	"kopeck/stage"
	"kopeck/store"
)

// maxReason is how many characters the reason of a change of stage has at most.
const maxReason = 1000

// StageMove is a change of stage that is due.
type StageMove struct {
	Customer *ent.Customer
	To       schema.Stage
	Reason   string
}

// StageOf returns the stage that facts make under the present settings, and the reason in words.
func (s *Service) StageOf(f stage.Facts) (is schema.Stage, reason string) {
	settings := s.Settings()
	to, reason := stage.Of(f, stage.Thresholds{
		LoyalOrderDays: settings.LoyalOrderDays, LoyalProbability: settings.LoyalProbability, FormerProbability: settings.FormerProbability,
	})
	return schema.Stage(to), reason
}

// movesDue returns the changes of stage that the facts of customers make, by customer. alive is their probability to be alive.
func (s *Service) movesDue(ctx context.Context, db store.Reader, customers []*ent.Customer, statistics map[string]lifetime.Statistics, alive map[string]float64, reason string) ([]StageMove, error) {
	ids := make([]string, len(customers))
	for i, c := range customers {
		ids[i] = c.ID
	}
	permitted, err := readPermitted(ctx, db, ids)
	if err != nil {
		return nil, err
	}
	changes, err := readStageChanges(ctx, db, ids)
	if err != nil {
		return nil, err
	}
	var due []StageMove
	for _, c := range customers {
		f := stage.Begin(stage.Stage(c.Stage), changes[c.ID])
		f.PermittedAt, f.PermittedLastAt = permitted[c.ID].first, permitted[c.ID].last
		f.DepartedAt = input.OrZero(c.DepartedAt).UTC()
		f.OrderDays, f.LastCompletedAt, f.ProbabilityAlive = statistics[c.ID].OrderDays, statistics[c.ID].LastCompletedAt, alive[c.ID]
		if to, why := s.StageOf(f); to != c.Stage {
			due = append(due, StageMove{c, to, strings.TrimSuffix(cutRunes(why+"; "+reason, maxReason), "; ")})
		}
	}
	slices.SortFunc(due, func(a, b StageMove) int { return cmp.Compare(a.Customer.ID, b.Customer.ID) })
	return due, nil
}

// cutRunes returns the first characters of a text, at most a number of them.
func cutRunes(text string, most int) string {
	for i := range text {
		if most--; most < 0 {
			return text[:i]
		}
	}
	return text
}

// moveAll writes changes of stage: the row of each, the customer's next version, and the audit entry with which a later update that
// was based on an older version is merged.
func (s *Service) moveAll(ctx context.Context, tx *store.Tx, due []StageMove) error {
	actor, _ := auth.From(ctx)
	var history service.AuditRows
	changes := make([]stageChange, len(due))
	for i, m := range due {
		moved := service.VersionChange{Version: m.Customer.Version + 1, Fields: map[string]service.Change{"stage": {Old: m.Customer.Stage, New: m.To}}, Reason: m.Reason}
		if err := history.Add(ctx, s.Core, service.CustomerUpdate, m.Customer.ID, moved); err != nil {
			return err
		}
		changes[i] = stageChange{s.IDs.Make(id.StageChange), m}
	}
	if err := writeStageChanges(ctx, tx, changes, s.Now(), actor.Name); err != nil {
		return err
	}
	for _, m := range due {
		m.Customer.Stage = m.To
		m.Customer.Version++
	}
	return history.Write(ctx, tx)
}
