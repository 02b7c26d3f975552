package books

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"kopeck/auth"
	"kopeck/ent"
	"kopeck/id"
	"kopeck/lifetime"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/service/input"
	"kopeck/service/value"
	"kopeck/stage"
	"kopeck/store"
)

// maxReason is how many characters the reason of a change of stage has at most.
const maxReason = 1000

// DueChange is a change of stage that is due.
type DueChange struct {
	Customer *ent.Customer
	To       schema.Stage
	Kind     schema.StageChangeKind
	At       time.Time // the moment of the fact that moves the customer
	Reason   string
}

// thresholds returns what stages depend on by settings.
func thresholds(of *service.Settings) stage.Thresholds {
	return stage.Thresholds{LoyalOrderDays: of.LoyalOrderDays, LoyalProbability: of.LoyalProbability, FormerProbability: of.FormerProbability}
}

// StageRules returns what stages are computed by at the moments from one on: each by the settings and the lifetime model of its
// moment, so that a fact that is recorded late gives the stage that it would have given in time.
func (s *Service) StageRules(ctx context.Context, tx *store.Tx, from time.Time) (stage.Rules, error) {
	return s.stageRules(ctx, tx, from, s.value.Observation().EndFor)
}

// stageRules is StageRules by the observed end at a day of a customer whose last order was on another.
func (s *Service) stageRules(ctx context.Context, tx *store.Tx, from time.Time, endFor func(day, last int) int) (stage.Rules, error) {
	settings := s.Settings()
	models, err := s.value.ModelsSince(ctx, tx, from)
	return stage.Rules{
		Day: settings.Day, StartOfDay: settings.StartOfDay,
		Limits: func(at time.Time) stage.Thresholds { return thresholds(s.SettingsAt(at)) },
		Alive: func(d stage.Days, at time.Time) float64 {
			return models.At(at).Alive(value.Earnings{OrderDays: d.Count, FirstDay: d.First, LastDay: d.Last}, endFor(settings.Day(at), d.Last))
		},
	}, err
}

// StageAt returns the stage that a customer, whom the transaction holds, was in at a moment. It follows from the facts up to the
// moment, by what is known of these now. After the last completed order it reads no orders: the row has what they come to.
func (s *Service) StageAt(ctx context.Context, tx *store.Tx, c *ent.Customer, at time.Time) (schema.Stage, error) {
	last, err := lastCompletion(ctx, tx, c.ID)
	if err != nil {
		return "", err
	}
	if last.After(at) {
		stages, err := s.StagesAt(ctx, tx, map[string][]time.Time{c.ID: {at}})
		if err != nil {
			return "", err
		}
		return stages[c.ID][0], nil
	}
	timelines, err := readTimelines(ctx, tx, factsSQL, []string{c.ID})
	if err != nil {
		return "", err
	}
	rules, err := s.StageRules(ctx, tx, at)
	if err != nil {
		return "", err
	}
	return schema.Stage(timelines[c.ID].After(at, stage.Days{Count: c.OrderDays, First: c.FirstOrderDay, Last: c.LastOrderDay}, last, rules)), nil
}

// StagesAt returns the stages that customers were in at moments: for each of some customers, by id, at the moments of a list in
// its order. They follow from the facts up to the moment, by what is known of these now.
func (s *Service) StagesAt(ctx context.Context, tx *store.Tx, moments map[string][]time.Time) (map[string][]schema.Stage, error) {
	return s.stagesAt(ctx, tx, moments, s.value.Observation().EndFor)
}

// stagesAt is StagesAt by the observed end at a day of a customer whose last order was on another.
func (s *Service) stagesAt(ctx context.Context, tx *store.Tx, moments map[string][]time.Time, endFor func(day, last int) int) (map[string][]schema.Stage, error) {
	ids := make([]string, 0, len(moments))
	first := service.EndOfTime
	for customer, at := range moments {
		ids = append(ids, customer)
		for _, one := range at {
			if one.Before(first) {
				first = one
			}
		}
	}
	slices.Sort(ids)
	timelines, err := readTimelines(ctx, tx, factsSQL+completedSQL, ids)
	if err != nil {
		return nil, err
	}
	rules, err := s.stageRules(ctx, tx, first, endFor)
	if err != nil {
		return nil, err
	}
	stages := make(map[string][]schema.Stage, len(moments))
	for customer, at := range moments {
		order := make([]int, len(at))
		for i := range order {
			order[i] = i
		}
		slices.SortStableFunc(order, func(a, b int) int { return at[a].Compare(at[b]) })
		sorted := make([]time.Time, len(at))
		for i, place := range order {
			sorted[i] = at[place]
		}
		stages[customer] = make([]schema.Stage, len(at))
		for i, is := range timelines[customer].At(sorted, rules) {
			stages[customer][order[i]] = schema.Stage(is)
		}
	}
	return stages, nil
}

// RestateStages brings the stages of the contacts of customers from a moment on in line with the facts: one that was recorded late may
// have moved the customer before them. The transaction holds the customers.
func (s *Service) RestateStages(ctx context.Context, tx *store.Tx, customerIDs []string, since time.Time) error {
	for some := range slices.Chunk(customerIDs, store.IDsPerStatement) {
		contacts, err := readContactStages(ctx, tx, some, since)
		if err != nil {
			return err
		}
		changed, err := s.wrongStages(ctx, tx, contacts)
		if err != nil {
			return err
		}
		if len(changed) == 0 {
			continue
		}
		if err := s.restateContacts(ctx, tx, changed); err != nil {
			return err
		}
	}
	return nil
}

// restateContacts writes the stages of contacts, and what they were until now.
func (s *Service) restateContacts(ctx context.Context, tx *store.Tx, changed []contactStage) error {
	s.BooksChanged(ctx, tx)
	before := slices.Clone(changed)
	for i := range before {
		before[i].stage = before[i].was
	}
	if err := writeRestatements(ctx, tx, s.IDs, before, s.Now()); err != nil {
		return err
	}
	return writeContactStages(ctx, tx, changed)
}

// KeepStanding records what the stage and the segment of a contact are, which a correction is about to change to others.
func (s *Service) KeepStanding(ctx context.Context, tx *store.Tx, c *ent.Contact, after schema.Stage, segment *schema.Segment) error {
	if c.Stage == after && input.OrZero(c.Segment) == input.OrZero(segment) {
		return nil
	}
	return writeRestatements(ctx, tx, s.IDs, []contactStage{{id: c.ID, customer: c.CustomerID, at: c.At, stage: c.Stage, segment: c.Segment}}, s.Now())
}

// contactStage is a contact with its stage, and where that is another now, the one that it had.
type contactStage struct {
	id, customer string
	at           time.Time
	stage, was   schema.Stage
	segment      *schema.Segment
}

// wrongStages returns those of some contacts that are not of the stage that the facts make, with that stage.
func (s *Service) wrongStages(ctx context.Context, tx *store.Tx, contacts []contactStage) (wrong []contactStage, err error) {
	if len(contacts) == 0 {
		return nil, nil
	}
	stages, err := s.stagesOf(ctx, tx, contacts, s.value.Observation().EndFor)
	if err != nil {
		return nil, err
	}
	for i, c := range contacts {
		if is := stages[i]; is != c.stage {
			c.stage, c.was = is, c.stage
			wrong = append(wrong, c)
		}
	}
	return wrong, nil
}

// stagesOf returns the stages that the facts make of contacts, in their order, by the observed end at a day of a customer whose last order was on
// another.
func (s *Service) stagesOf(ctx context.Context, tx *store.Tx, contacts []contactStage, endFor func(day, last int) int) ([]schema.Stage, error) {
	moments := map[string][]time.Time{}
	for _, c := range contacts {
		moments[c.customer] = append(moments[c.customer], c.at)
	}
	stages, err := s.stagesAt(ctx, tx, moments, endFor)
	if err != nil {
		return nil, err
	}
	all := make([]schema.Stage, len(contacts))
	for i, c := range contacts {
		all[i], stages[c.customer] = stages[c.customer][0], stages[c.customer][1:]
	}
	return all, nil
}

// dueChanges returns the changes of stage that the facts of customers make, by customer. alive is their probability to be alive.
func (s *Service) dueChanges(ctx context.Context, tx *store.Tx, customers []*ent.Customer, statistics map[string]lifetime.Statistics, alive map[string]float64, why Occasion) ([]DueChange, error) {
	ids := make([]string, len(customers))
	for i, c := range customers {
		ids[i] = c.ID
	}
	permitted, err := readPermitted(ctx, tx, ids)
	if err != nil {
		return nil, err
	}
	changes, err := readStageChanges(ctx, tx, ids)
	if err != nil {
		return nil, err
	}
	limits := thresholds(s.Settings())
	var due []DueChange
	for _, c := range customers {
		begun := stage.Begin(stage.Stage(c.Stage), changes[c.ID])
		begun.Sort()
		f := begun.Decided()
		f.PermittedAt, f.PermittedLastAt = permitted[c.ID].with(begun.Permitted)
		f.DepartedAt = input.OrZero(c.DepartedAt).UTC()
		f.OrderDays, f.LastCompletedAt, f.ProbabilityAlive = statistics[c.ID].OrderDays, statistics[c.ID].LastCompletedAt, alive[c.ID]
		if to, kind, reason := stage.Of(f, limits); schema.Stage(to) != c.Stage {
			due = append(due, DueChange{
				Customer: c, To: schema.Stage(to), Kind: schema.StageChangeKind(kind), Reason: strings.TrimSuffix(cutRunes(reason+"; "+why.Reason, maxReason), "; "),
			})
		}
	}
	slices.SortFunc(due, func(a, b DueChange) int { return cmp.Compare(a.Customer.ID, b.Customer.ID) })
	return due, s.dateChanges(ctx, tx, due, why)
}

// dateChanges finds the moments of the facts that move customers.
func (s *Service) dateChanges(ctx context.Context, tx *store.Tx, due []DueChange, why Occasion) error {
	if len(due) == 0 {
		return nil
	}
	ids := make([]string, len(due))
	for i, m := range due {
		ids[i] = m.Customer.ID
	}
	timelines, err := readTimelines(ctx, tx, factsSQL+completedSQL, ids)
	if err != nil {
		return err
	}
	rules, err := s.StageRules(ctx, tx, time.Time{})
	if err != nil {
		return err
	}
	for i := range due {
		due[i].date(timelines[due[i].Customer.ID], rules, s.Now(), why)
	}
	return nil
}

// date puts into a move, which is made now, the moment of the fact that it follows from, and its kind. What is gone has no moment
// but that at which we learned of it.
func (m *DueChange) date(facts *stage.Timeline, rules stage.Rules, now time.Time, why Occasion) {
	since, silent := facts.Since(now, rules)
	m.At = since
	switch {
	case why.imported:
		m.Kind = schema.StageImported
	case facts.Missed(why.gone, now, rules):
		m.Kind = schema.StageReversal
	case silent:
		m.Kind = schema.StageSilence
	}
	if m.Kind == schema.StageReversal || since.IsZero() || since.After(now) {
		m.At = now
	}
}

// MadeChange returns the change of stage of a customer who is made together with the orders of a timeline; none if they stay a
// stranger.
func (s *Service) MadeChange(c *ent.Customer, facts *stage.Timeline, alive float64, rules stage.Rules) *DueChange {
	now := s.Now()
	facts.Sort()
	f := stage.Facts{ProbabilityAlive: alive, OrderDays: c.OrderDays}
	if n := len(facts.Orders); n > 0 {
		f.LastCompletedAt = facts.Orders[n-1].CompletedAt
	}
	to, _, why := stage.Of(f, thresholds(s.Settings()))
	if to == stage.Stranger {
		return nil
	}
	m := &DueChange{Customer: c, To: schema.Stage(to), Reason: why + stage.ReasonImported}
	m.date(facts, rules, now, Occasion{imported: true})
	return m
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

// changeStages writes changes of stage: the row of each, the customer's next version, and the audit entry with which a later update that
// was based on an older version is merged.
func (s *Service) changeStages(ctx context.Context, tx *store.Tx, due []DueChange) error {
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
