package value

import (
	"context"
	"encoding/json"
	"fmt"
	"math/big"
	"time"

	"kopeck/ent"
	"kopeck/ent/lifetimemodel"
	"kopeck/lifetime"
	"kopeck/lifetime/backtest"
	"kopeck/schema"
	"kopeck/store"
)

// priorID is the id of the model that stands in while none has been fitted. No row has it.
const priorID = "ltm_00000000000000000000000000"

const priorNote = "no model has been fitted: the prior published for the CDNOW customers (Fader, Hardie and Lee 2005) stands in"

// modelsTogether is how many models are read at a time to find the one that was active: those that a night fits, and some more.
const modelsTogether = 8

// Model is a lifetime model, ready to compute by: a fitted one, or the documented prior where there is none.
type Model struct {
	Row    *ent.LifetimeModel
	fitted bool
	Counts lifetime.CountModel
	// margins is in minor units. nil where no margin model is known: a customer's own mean margin stands in. shrunken is used for
	// customers whom margins has no place for; nil in fits that do not have it.
	margins  lifetime.MarginModel
	shrunken lifetime.MarginModel
	notes    []Note // warnings that hold for every customer
	// overstates is true of an old fit that left customers with a margin of zero or less out and used Gamma-Gamma all the same.
	overstates bool
	months     MonthErrors
	// coverage is how often the bounds held; zero where they were not tested.
	coverage backtest.Coverage
}

// Current returns the model that values are computed by now.
func (s *Service) Current() *Model { return s.model.Load() }

// activeModel returns the model of a row; nil is the prior.
func (s *Service) activeModel(row *ent.LifetimeModel) (*Model, error) {
	if row == nil {
		return priorModel(), nil
	}
	report, err := reportOf(row)
	if err != nil {
		return nil, err
	}
	return s.modelOf(row, report)
}

// modelOf returns the model of a row, which need not be stored, with the report on its fit.
func (s *Service) modelOf(row *ent.LifetimeModel, report fitReport) (*Model, error) {
	unit, err := lifetime.ParseUnit(string(row.TimeUnit))
	if err != nil {
		return nil, err
	}
	var p map[string]float64
	if err := viaJSON(row.Parameters, &p); err != nil {
		return nil, fmt.Errorf("value: parameters of %s: %w", row.ID, err)
	}
	counts, err := lifetime.NewCountModel(lifetime.Kind(row.Kind), unit, p)
	if err != nil {
		return nil, fmt.Errorf("value: %s: %w", row.ID, err)
	}
	m := &Model{Row: row, fitted: true, Counts: counts}
	if err := m.setMargins(p, report, float64(s.Currency.MinorPerMajor())); err != nil {
		return nil, fmt.Errorf("value: %s: %w", row.ID, err)
	}
	m.setMonths(report.Months)
	m.notes, m.coverage = report.warnings(), report.Coverage
	if m.overstates = report.overstatesMargins(); m.overstates {
		m.notes = append(m.notes, Note{Text: "what an order earns is overstated by as much as those customers would lower the mean: a new fit includes them"})
	}
	return m, nil
}

// setMargins sets the model of the margin by its parameters, which are in the currency's major unit.
func (m *Model) setMargins(p map[string]float64, report fitReport, minorPerMajor float64) error {
	if _, there := p["marginMean"]; there {
		shrunken := lifetime.ShrunkenMean{Mean: p["marginMean"] * minorPerMajor, Between: p["marginBetween"] * minorPerMajor, Within: p["marginWithin"] * minorPerMajor}
		if err := shrunken.Validate(); err != nil {
			return err
		}
		m.shrunken = shrunken
	}
	if _, there := p["gamma"]; there && report.MarginModel != shrunkenMeanName {
		gamma := lifetime.GammaGamma{P: p["p"], Q: p["q"], Gamma: p["gamma"] * minorPerMajor}
		if err := gamma.Validate(); err != nil {
			return err
		}
		m.margins = gamma
		return nil
	}
	m.margins = m.shrunken
	return nil
}

// marginsOf returns the model of the margin for a customer whose x repeat order days earned mean on average; nil where there is none.
func (m *Model) marginsOf(x int, mean float64) lifetime.MarginModel {
	if m.margins != nil && m.shrunken != nil && !m.margins.Holds(x, mean) {
		return m.shrunken
	}
	return m.margins
}

func priorModel() *Model {
	counts := lifetime.Prior(lifetime.Week)
	row := &ent.LifetimeModel{
		ID: priorID, Kind: schema.BGNBD, TimeUnit: schema.Week, FittedAt: time.Unix(0, 0).UTC(),
		Parameters: map[string]any{"r": counts.R, "alpha": counts.Alpha, "a": counts.A, "b": counts.B},
		Report:     json.RawMessage(`{"warnings":["` + priorNote + `"],"withCosts":[]}`),
	}
	return &Model{Row: row, Counts: counts, notes: forAll(priorNote)}
}

// ModelAt returns the model that was active at a moment: the last one that had been fitted to be active by then.
func (s *Service) ModelAt(ctx context.Context, at time.Time) (*Model, error) {
	if m := s.model.Load(); m.fitted && !m.Row.FittedAt.After(at) {
		return m, nil
	}
	for skip := 0; ; skip += modelsTogether {
		rows, err := s.modelsFittedBy(ctx, at, skip, modelsTogether)
		if err != nil {
			return nil, err
		}
		for _, row := range rows {
			report, err := reportOf(row)
			if err != nil {
				return nil, err
			}
			if report.Activated {
				return s.activeModel(row)
			}
		}
		if len(rows) < modelsTogether {
			return priorModel(), nil
		}
	}
}

// Models are the models that were active at the moments from one on.
type Models struct {
	active []*Model // by the time of their fit, the first of which may be before that moment
}

// At returns the model that was active at a moment.
func (m *Models) At(at time.Time) *Model {
	for i := len(m.active) - 1; i > 0; i-- {
		if !m.active[i].Row.FittedAt.After(at) {
			return m.active[i]
		}
	}
	return m.active[0]
}

// ModelsSince returns the models that were active at the moments from one on. It reads nothing where that is the present one.
func (s *Service) ModelsSince(ctx context.Context, tx *store.Tx, from time.Time) (*Models, error) {
	now := s.model.Load()
	if !now.fitted || !now.Row.FittedAt.After(from) {
		return &Models{[]*Model{now}}, nil
	}
	rows, err := fitsOf(ctx, tx)
	if err != nil {
		return nil, err
	}
	all := []*Model{priorModel()}
	for _, row := range rows {
		m, known := s.models.Load(row.ID)
		if !known {
			report, err := reportOf(row)
			if err != nil {
				return nil, err
			}
			var model *Model
			if report.Activated {
				if model, err = s.activeModel(row); err != nil {
					return nil, err
				}
			}
			m = model
			s.models.Store(row.ID, m)
		}
		model, _ := m.(*Model)
		switch {
		case model == nil:
		case !row.FittedAt.After(from):
			all = []*Model{model}
		default:
			all = append(all, model)
		}
	}
	return &Models{all}, nil
}

// Alive is the probability that a customer of this history had not left by the end of a day; 0 before the first order. Who has ordered
// after it had not.
func (m *Model) Alive(e Earnings, today int) float64 {
	switch {
	case e.OrderDays == 0:
		return 0
	case e.LastDay > today:
		return 1
	}
	return m.Counts.PAlive(e.Stats(today).In(m.Counts.TimeUnit()))
}

// lastPeriod is what a customer did in the last period that a model repeats; zero for models that repeat none.
type lastPeriod struct {
	orders int     // order days
	earned float64 // on these, in minor units
}

// lastPeriod returns what a customer did in the last period up to a day.
func (m *Model) lastPeriod(e Earnings, day int) (is lastPeriod) {
	if days := lifetime.PeriodDays(m.Counts); days > 0 {
		is.orders, is.earned = e.Until(day).Recent.After(day - days)
	}
	return is
}

// CountsOf returns the model of orders for a customer with some earnings on a day.
func (m *Model) CountsOf(e Earnings, day int) lifetime.CountModel {
	return lifetime.Repeating(m.Counts, m.lastPeriod(e, day).orders)
}

// OrderMargin is the margin expected of the next order after a day, in minor units, of a customer who had ordered by then. Orders given
// back in full do not count.
func (m *Model) OrderMargin(e Earnings, day int) (float64, error) {
	return m.orderMargin(e.Until(day), m.lastPeriod(e, day))
}

func (m *Model) orderMargin(e Earnings, last lastPeriod) (float64, error) {
	if m.margins == nil {
		if last.orders > 0 {
			return last.earned / float64(last.orders), nil
		}
		kept := new(big.Rat).Sub(e.Margin.Rat(), e.RefundedMargin.Rat())
		mean, _ := kept.Quo(kept, new(big.Rat).SetInt64(int64(e.OrderDays))).Float64()
		return mean, nil
	}
	x, mean := e.repeat()
	return m.marginsOf(x, mean).ExpectedMargin(x, mean)
}

// repeat returns the number of repeat order days and the mean of their margins in minor units, 0 where there is none.
func (e Earnings) repeat() (x int, mean float64) {
	if x = max(0, e.OrderDays-1); x > 0 {
		mean, _ = new(big.Rat).Quo(e.RepeatMargin.Rat(), new(big.Rat).SetInt64(int64(x))).Float64()
	}
	return x, mean
}

// Outlook is what the months ahead of a customer who has ordered are simulated from.
func (m *Model) Outlook(e Earnings, today, months int, margin, annual float64) *lifetime.Outlook {
	return m.outlook(e.Until(today), m.lastPeriod(e, today), today, months, margin, annual)
}

func (m *Model) outlook(e Earnings, last lastPeriod, today, months int, margin, annual float64) *lifetime.Outlook {
	o := &lifetime.Outlook{Counts: lifetime.Repeating(m.Counts, last.orders), Months: months, AnnualRate: annual, Margin: margin}
	o.X, o.TX, o.T = e.Stats(today).In(m.Counts.TimeUnit())
	_, o.Mean = e.repeat()
	o.Margins = m.marginsOf(o.X, o.Mean)
	return o
}

// viaJSON converts a value to another type that has the same JSON.
func viaJSON(from, to any) error {
	text, err := json.Marshal(from)
	if err != nil {
		return err
	}
	return json.Unmarshal(text, to)
}

func (s *Service) readModel(ctx context.Context, tx *store.Tx) error {
	active, err := tx.LifetimeModel.Query().Where(lifetimemodel.Active(true)).First(ctx)
	if err != nil && !ent.IsNotFound(err) {
		return err
	}
	model, err := s.activeModel(active)
	if err != nil {
		return err
	}
	s.model.Store(model)
	return nil
}
