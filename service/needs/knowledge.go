package needs

import (
	"context"
	"fmt"
	"time"

	"kopeck/auth"
	"kopeck/ent"
	"kopeck/ent/customer"
	"kopeck/ent/expectedprice"
	"kopeck/ent/needfact"
	"kopeck/ent/order"
	"kopeck/ent/question"
	"kopeck/experiment"
	"kopeck/lifetime"
	"kopeck/money"
	"kopeck/schema"
	"kopeck/service/input"
)

// What it is worth to know an answer is reckoned of a morning: by what was recorded before it, and what the orders of the year before it earned by
// what is known of them now. So it is the same all day, and is kept in memory.

const (
	strength = 30          // customers of each kind in whom no difference was seen before
	baseAge  = time.Minute // for how long what was read is used, as other processes change it too
)

// base is what the answers of questions were worth at a morning, over the customers that somebody sees.
type base struct {
	morning time.Time
	readAt  time.Time
	version int64               // of the books as this process knew them
	samples map[string]*knowing // by the question's id
}

// knowing are the margins of a year of the customers of whom an answer is known, and of the others.
type knowing struct{ known, unknown experiment.Sample }

// fresh reports whether a base can be used for questions at a moment.
func (b *base) fresh(morning, now time.Time, version int64, questions []*ent.Question) bool {
	if !b.morning.Equal(morning) || b.version != version || now.Before(b.readAt) || now.Sub(b.readAt) >= baseAge {
		return false
	}
	for _, q := range questions {
		if _, ok := b.samples[q.ID]; !ok {
			return false
		}
	}
	return true
}

// baseAt returns what the answers of questions were worth at the morning of a moment, over the customers that the viewer sees.
func (s *Service) baseAt(ctx context.Context, at time.Time, questions []*ent.Question) (*base, error) {
	settings := s.Settings()
	morning := settings.StartOfDay(settings.Day(at)).UTC()
	viewer := ""
	if actor, _ := auth.From(ctx); actor.May("Customer").Read != auth.AllRows {
		viewer = actor.UserID
	}
	now, version := s.Now(), s.BooksVersion()
	if kept, ok := s.bases.Load(viewer); ok && kept.(*base).fresh(morning, now, version, questions) {
		return kept.(*base), nil
	}
	b, err := s.readBase(ctx, morning, questions)
	if err != nil {
		return nil, err
	}
	b.readAt, b.version = now, version
	if morning.Equal(settings.StartOfDay(settings.Day(now)).UTC()) { // of other days is asked seldom
		s.bases.Store(viewer, b)
	}
	return b, nil
}

// readBase reads the customers that the viewer sees, what each earned in the year before a morning, and of whom each answer was known.
func (s *Service) readBase(ctx context.Context, morning time.Time, questions []*ent.Question) (*base, error) {
	ids, err := s.Client.Customer.Query().Where(customer.DeletedAtIsNil(), customer.CreatedAtLT(morning)).IDs(ctx)
	if err != nil {
		return nil, err
	}
	margins, err := s.margins(ctx, morning)
	if err != nil {
		return nil, err
	}
	everybody := make(map[string]bool, len(ids))
	for _, one := range ids {
		everybody[one] = true
	}
	b := &base{morning: morning, samples: make(map[string]*knowing, len(questions))}
	for _, q := range questions {
		known, err := s.knownOf(ctx, q, morning)
		if err != nil {
			return nil, err
		}
		k := &knowing{}
		is := make(map[string]bool, len(known))
		for _, one := range known {
			if everybody[one] {
				is[one] = true
			}
		}
		spentKnown, spentUnknown := 0, 0
		for _, one := range ids { // in their order, so that sums of floats are the same each time
			margin, ok := margins[one]
			switch {
			case !ok:
			case is[one]:
				k.known.Add(float64(margin.Minor()))
				spentKnown++
			default:
				k.unknown.Add(float64(margin.Minor()))
				spentUnknown++
			}
		}
		k.known.AddZeros(len(is) - spentKnown)
		k.unknown.AddZeros(len(ids) - len(is) - spentUnknown)
		b.samples[q.ID] = k
	}
	return b, nil
}

// margins returns what the customers that the viewer sees earned in the year before a morning, by id; those without orders are left out.
func (s *Service) margins(ctx context.Context, morning time.Time) (map[string]money.Amount, error) {
	var statuses []schema.OrderStatus
	for _, one := range lifetime.SoldStatuses() {
		statuses = append(statuses, schema.OrderStatus(one))
	}
	var rows []struct {
		CustomerID string       `json:"customer_id"`
		Margin     money.Amount `json:"margin"`
	}
	err := s.Client.Order.Query().Where(order.AtGTE(morning.Add(-year)), order.AtLT(morning), order.StatusIn(statuses...)).
		GroupBy(order.FieldCustomerID).Aggregate(ent.As(ent.Sum(order.FieldMargin), "margin")).Scan(ctx, &rows)
	margins := make(map[string]money.Amount, len(rows))
	for _, row := range rows {
		margins[row.CustomerID] = row.Margin
	}
	return margins, err
}

// knownOf returns the ids of the customers of whom the answer of a question was known at a moment, of those that the viewer sees.
func (s *Service) knownOf(ctx context.Context, q *ent.Question, at time.Time) ([]string, error) {
	switch q.Kind {
	case schema.AsksField:
		return s.fields.Having(ctx, input.OrZero(q.DefinitionID), at)
	case schema.AsksExpectedPrice:
		return s.Client.ExpectedPrice.Query().Where(expectedprice.ProductID(input.OrZero(q.ProductID)), expectedprice.AtLTE(at), expectedprice.CreatedAtLTE(at),
			expectedprice.Or(expectedprice.VoidedAtIsNil(), expectedprice.VoidedAtGT(at))).Unique(true).Select(expectedprice.FieldCustomerID).Strings(ctx)
	}
	return s.Client.NeedFact.Query().Where(needfact.NeedID(input.OrZero(q.NeedID)), needfact.KindEQ(schema.NeedFactKind(q.Kind)), needfact.AtLTE(at),
		needfact.RecordedAtLTE(at)).Unique(true).Select(needfact.FieldCustomerID).Strings(ctx)
}

// value returns what it was worth to know the answer of a question.
func (b *base) value(questionID string) (*KnowledgeValue, error) {
	k := b.samples[questionID]
	v := &KnowledgeValue{AsOf: b.morning, Known: k.known.Count(), Unknown: k.unknown.Count()}
	var err error
	if v.Known > 0 {
		if v.MeanKnown, err = rounded(k.known.Mean()); err != nil {
			return nil, err
		}
	}
	if v.Unknown > 0 {
		if v.MeanUnknown, err = rounded(k.unknown.Mean()); err != nil {
			return nil, err
		}
	}
	drawn, ok := experiment.Drawn(k.known, k.unknown, strength)
	if !ok {
		why := fmt.Sprintf("known of %d customers and not of %d: want at least %d of each", v.Known, v.Unknown, experiment.Fewest)
		v.TooFew = &why
		return v, nil
	}
	for _, one := range []struct {
		to   **money.Amount
		from float64
	}{{&v.Value, drawn.Value}, {&v.Low, drawn.Low}, {&v.High, drawn.High}} {
		if *one.to, err = rounded(one.from); err != nil {
			return nil, err
		}
	}
	return v, nil
}

// rounded is an expectation as an amount.
func rounded(minor float64) (*money.Amount, error) {
	amount, err := money.FromFloat(minor)
	return &amount, input.DomainError(err)
}

// Knowledge returns what it has been worth to know the answers of questions at the morning of a moment, nil for now, by their ids. INVALID on at.
func (s *Service) Knowledge(ctx context.Context, questionIDs []string, at *time.Time) (map[string]*KnowledgeValue, error) {
	if err := input.CheckDate("at", at); err != nil {
		return nil, err
	}
	questions, err := s.Client.Question.Query().Order(question.ByCode()).All(ctx)
	if err != nil {
		return nil, err
	}
	b, err := s.baseAt(ctx, input.Or(at, s.Now()), questions)
	if err != nil {
		return nil, err
	}
	found := make(map[string]*KnowledgeValue, len(questionIDs))
	for _, one := range questionIDs {
		if b.samples[one] == nil {
			continue
		}
		if found[one], err = b.value(one); err != nil {
			return nil, err
		}
	}
	return found, nil
}
