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

// shapleySeed is the seed of the samples of SHAPLEY: the same journeys have the same fit.
const shapleySeed = 1

// maxFits is how many fits one answer holds.
const maxFits = 100

// AttributionReport is a fit as the API shows it.
type AttributionReport struct {
	Order                 *int // of MARKOV
	Journeys, Converted   int
	ConversionProbability money.Decimal
	Permutations          int
	States                []*AttributionState // by name
}

// AttributionState is a kind of contact on a channel, with what it has in a fit.
type AttributionState struct {
	Kind          schema.ContactKind
	Channel       schema.Channel
	Weight        money.Decimal
	RemovalEffect *money.Decimal // of MARKOV
	StandardError *money.Decimal // of SHAPLEY
}

// FitAttribution fits MARKOV or SHAPLEY on all journeys and keeps the fit, by which the model credits from now on.
// INVALID on model and order, FORBIDDEN, and WRONG_STATE if no journey with a contact ended in an order.
func (s *Service) FitAttribution(ctx context.Context, in service.FitAttributionInput) (*ent.AttributionFit, error) {
	if _, err := auth.Writer(ctx, "AttributionFit"); err != nil {
		return nil, err
	}
	var faults fault.List
	order := input.Or(in.Order, 1)
	if in.Model != schema.AttributeMarkov && in.Model != schema.AttributeShapley {
		faults.Add(fault.Invalidf("model", "want MARKOV or SHAPLEY; %s is not fitted", in.Model))
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
		return nil, fmt.Errorf("books: a fit of %s: %w", in.Model, err)
	}
	made, err := s.Write(ctx, service.Verb{Name: "fitAttribution", Key: in.IdempotencyKey, Body: in}, func(ctx context.Context, tx *store.Tx) (string, error) {
		fitID := s.IDs.Make(id.Attribution)
		if err := tx.AttributionFit.Create().SetID(fitID).SetModel(in.Model).SetFittedAt(s.Now()).SetFit(text).Exec(ctx); err != nil {
			return "", err
		}
		if err := s.Audit(ctx, tx, "attribution.fit", fitID, map[string]any{"model": in.Model, "order": fit.Order, "journeys": fit.Journeys(), "converted": fit.Converted}); err != nil {
			return "", err
		}
		return fitID, s.SnapshotChanged(ctx, tx, service.SnapshotFits)
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

// RefitAttribution fits MARKOV, of the order of its last fit, and SHAPLEY, unless their last fits are younger than half a day. It does
// nothing if no contact came before an order.
func (s *Service) RefitAttribution(ctx context.Context) error {
	ctx = bypassGuard(ctx)
	for _, model := range []schema.AttributionModel{schema.AttributeMarkov, schema.AttributeShapley} {
		last, err := newestOf(s.Client.AttributionFit.Query(), model).First(ctx)
		if err != nil && !ent.IsNotFound(err) {
			return err
		}
		in := service.FitAttributionInput{Model: model}
		if last != nil {
			if s.Now().Sub(last.FittedAt) < value.MinFitAge {
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

// AttributionFits returns the fits of MARKOV and SHAPLEY, or of one of them, the newest first; at most 100.
func (s *Service) AttributionFits(ctx context.Context, model *schema.AttributionModel) ([]*ent.AttributionFit, error) {
	query := s.Client.AttributionFit.Query()
	if model != nil {
		query.Where(attributionfit.ModelEQ(*model))
	}
	return query.Order(attributionfit.ByFittedAt(store.Descending), attributionfit.ByID(store.Descending)).Limit(maxFits).All(ctx)
}

// FitReport returns the report of a stored fit.
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
