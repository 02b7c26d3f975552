package books

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"kopeck/attribution"
	"kopeck/auth"
	"kopeck/ent"
	"kopeck/ent/attributionfit"
	"kopeck/fault"
	"kopeck/id"
	"kopeck/money"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/service/input"
	"kopeck/service/value"
	"kopeck/store"
)

// keptFit is a fit with the id of its row.
type keptFit struct {
	ID  string
	fit *attribution.Fit
}

// fits are the newest fits of MARKOV and SHAPLEY, in memory. A model without one has the prior.
type fits map[attribution.Model]keptFit

// stateSeparator stands between kind and channel in the name of a state.
const stateSeparator = " "

// shapleySeed is where the sampling of SHAPLEY begins: the same journeys have the same fit.
const shapleySeed = 1

// mostFits is how many fits one answer holds.
const mostFits = 100

// AttributionReport is a fit as the API shows it.
type AttributionReport struct {
	Order                 *int // of MARKOV
	Journeys, Converted   int
	ConversionProbability money.Decimal
	Permutations          int
	States                []*AttributionState // by name
}

// AttributionState is a kind of contact on a channel, and what a fit says of it.
type AttributionState struct {
	Kind          schema.ContactKind
	Channel       schema.Channel
	Weight        money.Decimal
	RemovalEffect *money.Decimal // of MARKOV
	StandardError *money.Decimal // of SHAPLEY
}

// stateOf names the state of a contact: what fits are about.
func stateOf(kind, channel string) string { return kind + stateSeparator + channel }

func (s *Service) readFits(ctx context.Context, tx *store.Tx) error {
	newest := fits{}
	for _, model := range []schema.AttributionModel{schema.AttributeMarkov, schema.AttributeShapley} {
		row, err := tx.AttributionFit.Query().Where(attributionfit.ModelEQ(model)).
			Order(attributionfit.ByFittedAt(service.Descending), attributionfit.ByID(service.Descending)).First(ctx)
		if ent.IsNotFound(err) {
			continue
		}
		if err != nil {
			return err
		}
		fit, err := fitOf(row)
		if err != nil {
			return err
		}
		newest[attribution.Model(model)] = keptFit{row.ID, fit}
	}
	s.fits.Store(&newest)
	return nil
}

// fitOf reads the fit of a row.
func fitOf(row *ent.AttributionFit) (*attribution.Fit, error) {
	fit := &attribution.Fit{}
	if err := json.Unmarshal(row.Fit, fit); err != nil {
		return nil, fmt.Errorf("service: %s: %w", row.ID, err)
	}
	return fit, nil
}

// NewestFit gives the fit that a model is credited by from now on, nothing where the prior stands in or the model needs none.
func (s *Service) NewestFit(model attribution.Model) keptFit { return (*s.fits.Load())[model] }

// fitByID gives a fit that orders were credited by, nil for "". A fit never changes, so it is read once.
func (s *Service) fitByID(ctx context.Context, db store.Reader, model attribution.Model, fitID string) (*attribution.Fit, error) {
	if fitID == "" {
		return nil, nil
	}
	if newest := s.NewestFit(model); newest.ID == fitID {
		return newest.fit, nil
	}
	if known, ok := s.olderFits.Load(fitID); ok {
		return known.(*attribution.Fit), nil
	}
	row := &ent.AttributionFit{ID: fitID}
	err := store.Each(ctx, db, "SELECT fit FROM attribution_fits WHERE id = ?", []any{fitID}, func(scan store.ScanFunc) error {
		return scan((*[]byte)(&row.Fit))
	})
	if err != nil {
		return nil, err
	}
	fit, err := fitOf(row)
	if err == nil {
		s.olderFits.Store(fitID, fit)
	}
	return fit, err
}

// FitAttribution fits MARKOV or SHAPLEY on all journeys and keeps the fit, by which the model credits from now on.
// INVALID on model and order, FORBIDDEN, and WRONG_STATE where no journey with a contact ended in an order.
func (s *Service) FitAttribution(ctx context.Context, in service.FitAttributionInput) (*ent.AttributionFit, error) {
	actor, _ := auth.From(ctx)
	if actor.May("AttributionFit").Write != auth.AllRows {
		return nil, fault.New(fault.Forbidden, "", "the role %s may not fit models", actor.Role)
	}
	var faults fault.List
	order := input.Or(in.Order, 1)
	if in.Model != schema.AttributeMarkov && in.Model != schema.AttributeShapley {
		faults.Add(fault.Invalidf("model", "want MARKOV or SHAPLEY: %s is not fitted", in.Model))
	}
	if order < 1 || order > 2 || order > 1 && in.Model == schema.AttributeShapley {
		faults.Add(fault.Invalidf("order", "want 1, or 2 for MARKOV"))
	}
	if err := faults.Or(); err != nil {
		return nil, err
	}
	fit, err := s.fitJourneys(ctx, in.Model, order)
	if err != nil {
		return nil, err
	}
	text, err := json.Marshal(fit)
	if err != nil {
		return nil, fmt.Errorf("service: a fit of %s: %w", in.Model, err)
	}
	made, err := s.Write(ctx, service.Verb{Name: "fitAttribution", Key: in.IdempotencyKey, Body: in}, func(ctx context.Context, tx *store.Tx) (string, error) {
		fitID := s.IDs.Make(id.Attribution)
		if err := tx.AttributionFit.Create().SetID(fitID).SetModel(in.Model).SetFittedAt(s.Now()).SetFit(text).Exec(ctx); err != nil {
			return "", err
		}
		if err := s.Audit(ctx, tx, "attribution.fit", fitID, map[string]any{"model": in.Model, "order": fit.Order, "journeys": fit.Journeys(), "converted": fit.Converted}); err != nil {
			return "", err
		}
		return fitID, s.Touch(ctx, tx, service.SnapshotFits)
	})
	if err != nil {
		return nil, err
	}
	return s.Client.AttributionFit.Get(ctx, made)
}

func (s *Service) fitJourneys(ctx context.Context, model schema.AttributionModel, order int) (*attribution.Fit, error) {
	journeys, err := s.journeys(ctx)
	if err != nil {
		return nil, err
	}
	var fit *attribution.Fit
	if model == schema.AttributeMarkov {
		fit, err = attribution.FitMarkov(journeys, order)
	} else {
		fit, err = attribution.FitShapley(journeys, shapleySeed)
	}
	switch {
	case errors.Is(err, attribution.ErrNoConversions):
		return nil, fault.New(fault.WrongState, "", "no contact came before an order: there is nothing to learn from")
	case errors.Is(err, attribution.ErrTooLong):
		return nil, fault.New(fault.WrongState, "order", "the journeys are too many for a chain of order %d", order)
	}
	return fit, err
}

// RefitAttribution fits MARKOV, of the order that it had, and SHAPLEY anew. Where no contact came before an order nothing
// happens.
func (s *Service) RefitAttribution(ctx context.Context) error {
	ctx = auth.System(ctx)
	for _, model := range []schema.AttributionModel{schema.AttributeMarkov, schema.AttributeShapley} {
		last, err := s.Client.AttributionFit.Query().Where(attributionfit.ModelEQ(model)).
			Order(attributionfit.ByFittedAt(service.Descending), attributionfit.ByID(service.Descending)).First(ctx)
		if err != nil && !ent.IsNotFound(err) {
			return err
		}
		in := service.FitAttributionInput{Model: model}
		if last != nil {
			if s.Now().Sub(last.FittedAt) < value.FitAge {
				continue
			}
			if kept, err := fitOf(last); err == nil && kept.Order > 0 {
				in.Order = &kept.Order
			}
		}
		if _, err := s.FitAttribution(ctx, in); err != nil && !fault.Is(err, fault.WrongState) {
			return err
		}
	}
	return nil
}

// AttributionFits gives the fits of MARKOV and SHAPLEY, or of one of them, the newest first; at most 100.
func (s *Service) AttributionFits(ctx context.Context, model *schema.AttributionModel) ([]*ent.AttributionFit, error) {
	query := s.Client.AttributionFit.Query()
	if model != nil {
		query.Where(attributionfit.ModelEQ(*model))
	}
	return query.Order(attributionfit.ByFittedAt(service.Descending), attributionfit.ByID(service.Descending)).Limit(mostFits).All(ctx)
}

// FitReport reads what a kept fit says.
func FitReport(row *ent.AttributionFit) (AttributionReport, error) {
	fit, err := fitOf(row)
	if err != nil {
		return AttributionReport{}, err
	}
	report := AttributionReport{
		Journeys: int(fit.Journeys()), Converted: int(fit.Converted), ConversionProbability: fit.Probability(),
		Permutations: fit.Permutations, States: make([]*AttributionState, len(fit.States)),
	}
	if fit.Order > 0 {
		report.Order = &fit.Order
	}
	for i, state := range fit.States {
		kind, channel, _ := strings.Cut(state.Name, stateSeparator)
		report.States[i] = &AttributionState{Kind: schema.ContactKind(kind), Channel: schema.Channel(channel), Weight: state.Weight}
		if fit.Model == attribution.Markov {
			report.States[i].RemovalEffect = &state.RemovalEffect
		} else {
			report.States[i].StandardError = &state.StandardError
		}
	}
	return report, nil
}
