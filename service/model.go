package service

import (
	"context"
	"encoding/json"
	"fmt"
	"math/big"
	"time"

	"kopeck/auth"
	"kopeck/ent"
	"kopeck/ent/lifetimemodel"
	"kopeck/lifetime"
	"kopeck/schema"
)

// priorID is the id of the model that stands in while none has been fitted. No row has it.
const priorID = "ltm_00000000000000000000000000"

const priorNote = "no model has been fitted: the prior published for the CDNOW customers (Fader, Hardie and Lee 2005) stands in"

// model is a lifetime model, ready to be asked: the active one, or the documented prior where there is none.
type model struct {
	row    *ent.LifetimeModel
	fitted bool
	counts lifetime.CountModel
	// margins is in minor units. nil where no margin model is known: a customer's own mean margin stands in.
	margins *lifetime.GammaGamma
	notes   []string // warnings that hold for every customer
}

// currentModel gives the model that values are reckoned by now.
func (s *Service) currentModel() *model { return s.model.Load() }

// activeModel makes the model of a row; nil is the prior.
func (s *Service) activeModel(row *ent.LifetimeModel) (*model, error) {
	if row == nil {
		return priorModel(), nil
	}
	unit, err := lifetime.ParseUnit(string(row.TimeUnit))
	if err != nil {
		return nil, err
	}
	var p map[string]float64
	if err := again(row.Parameters, &p); err != nil {
		return nil, fmt.Errorf("service: parameters of %s: %w", row.ID, err)
	}
	counts, err := lifetime.NewCountModel(lifetime.Kind(row.Kind), unit, p)
	if err != nil {
		return nil, fmt.Errorf("service: %s: %w", row.ID, err)
	}
	m := &model{row: row, fitted: true, counts: counts}
	if gamma, there := p["gamma"]; there {
		m.margins = &lifetime.GammaGamma{P: p["p"], Q: p["q"], Gamma: gamma * float64(s.currency.MinorPerMajor())}
		if err := m.margins.Validate(); err != nil {
			return nil, fmt.Errorf("service: %s: %w", row.ID, err)
		}
	}
	report, err := reportOf(row)
	if err != nil {
		return nil, err
	}
	m.notes = report.Warnings
	return m, nil
}

func priorModel() *model {
	counts := lifetime.Prior(lifetime.Week)
	row := &ent.LifetimeModel{
		ID: priorID, Kind: schema.BGNBD, TimeUnit: schema.Week, FittedAt: time.Unix(0, 0).UTC(),
		Parameters: map[string]any{"r": counts.R, "alpha": counts.Alpha, "a": counts.A, "b": counts.B},
		Report:     json.RawMessage(`{"warnings":["` + priorNote + `"]}`),
	}
	return &model{row: row, counts: counts, notes: []string{priorNote}}
}

// modelAt gives the model that was active at a moment: the last one that had been fitted to be active by then.
func (s *Service) modelAt(ctx context.Context, at time.Time) (*model, error) {
	if m := s.model.Load(); m.fitted && !m.row.FittedAt.After(at) {
		return m, nil
	}
	rows, err := s.store.Query(ctx, "SELECT id, report FROM lifetime_models WHERE fitted_at <= ? ORDER BY fitted_at DESC, id DESC", at)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	found := ""
	for rows.Next() && found == "" {
		var rowID string
		var report []byte
		if err := rows.Scan(&rowID, &report); err != nil {
			return nil, err
		}
		read, err := reportOf(&ent.LifetimeModel{ID: rowID, Report: report})
		if err != nil {
			return nil, err
		}
		if read.Activated {
			found = rowID
		}
	}
	if err := rows.Err(); err != nil || found == "" {
		return priorModel(), err
	}
	if err := rows.Close(); err != nil {
		return nil, err
	}
	row, err := s.client.LifetimeModel.Query().Where(lifetimemodel.ID(found)).Only(auth.System(ctx))
	if err != nil {
		return nil, err
	}
	return s.activeModel(row)
}

// alive is the probability that a customer of this history has not left; 0 before the first order.
func (m *model) alive(e Earnings, today int) float64 {
	if e.OrderDays == 0 {
		return 0
	}
	return m.counts.PAlive(e.stats(today).In(m.counts.TimeUnit()))
}

// orderMargin is the margin expected of the next order, in minor units.
func (m *model) orderMargin(e Earnings) (float64, error) {
	if m.margins == nil {
		mean, _ := new(big.Rat).Quo(e.Margin.Rat(), new(big.Rat).SetInt64(int64(e.OrderDays))).Float64()
		return mean, nil
	}
	x, mean := e.OrderDays-1, 0.0
	if x > 0 {
		mean, _ = new(big.Rat).Quo(e.RepeatMargin.Rat(), new(big.Rat).SetInt64(int64(x))).Float64()
	}
	return m.margins.ExpectedMargin(x, mean)
}

// outlook is what the months ahead of a customer who has ordered are drawn from.
func (m *model) outlook(e Earnings, today, months int, margin, annual float64) *lifetime.Outlook {
	o := &lifetime.Outlook{Counts: m.counts, Months: months, AnnualRate: annual, Margins: m.margins, Margin: margin}
	o.X, o.TX, o.T = e.stats(today).In(m.counts.TimeUnit())
	if o.X > 0 {
		o.Mean, _ = new(big.Rat).Quo(e.RepeatMargin.Rat(), new(big.Rat).SetInt64(int64(o.X))).Float64()
	}
	return o
}

// again reads a value that JSON made in a shape of its own.
func again(from, to any) error {
	text, err := json.Marshal(from)
	if err != nil {
		return err
	}
	return json.Unmarshal(text, to)
}
