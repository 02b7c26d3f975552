package books

import (
	"context"
	"encoding/json"
	"fmt"

	"kopeck/attribution"
	"kopeck/ent"
	"kopeck/ent/attributionfit"
	"kopeck/schema"
	"kopeck/store"
)

// StoredFit is a fit with the id of its row; the zero value is no fit.
type StoredFit struct {
	ID  string
	fit *attribution.Fit
}

// fits are the newest fits of MARKOV and SHAPLEY, in memory. A model without one credits by the prior.
type fits map[attribution.Model]StoredFit

func (s *Service) readFits(ctx context.Context, tx *store.Tx) error {
	newest := fits{}
	for _, model := range []schema.AttributionModel{schema.AttributeMarkov, schema.AttributeShapley} {
		row, err := newestOf(tx.AttributionFit.Query(), model).First(ctx)
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
		newest[attribution.Model(model)] = StoredFit{row.ID, fit}
	}
	s.fits.Store(&newest)
	return nil
}

// fitOf reads the fit of a row.
func fitOf(row *ent.AttributionFit) (*attribution.Fit, error) {
	fit := &attribution.Fit{}
	if err := json.Unmarshal(row.Fit, fit); err != nil {
		return nil, fmt.Errorf("books: %s: %w", row.ID, err)
	}
	return fit, nil
}

// NewestFit returns the fit that a model credits by from now on; the zero value if it credits by the prior or needs none.
func (s *Service) NewestFit(model attribution.Model) StoredFit { return (*s.fits.Load())[model] }

// fitByID returns a fit that orders were credited by, nil for "". A fit never changes, so it is read once.
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
	row, err := readFit(ctx, db, fitID)
	if err != nil {
		return nil, err
	}
	fit, err := fitOf(row)
	if err == nil {
		s.olderFits.Store(fitID, fit)
	}
	return fit, err
}

// newestOf narrows a query to the fits of a model, the newest first.
func newestOf(query *ent.AttributionFitQuery, model schema.AttributionModel) *ent.AttributionFitQuery {
	return query.Where(attributionfit.ModelEQ(model)).Order(attributionfit.ByFittedAt(store.Descending), attributionfit.ByID(store.Descending))
}
