package bulk

import (
	"context"

	"kopeck/costing"
	"kopeck/service/rates"
	"kopeck/store"
)

// ratesByID reads rates by their ids.
func ratesByID(ctx context.Context, tx *store.Tx, ids []string) (map[string]costing.Rate, error) {
	known := make(map[string]costing.Rate, len(ids))
	err := store.EachByIDs(ctx, tx, rates.RateColumns+"WHERE id IN @ids", nil, ids, func(scan store.ScanFunc) error {
		r, err := rates.ScanRate(scan)
		known[r.ID] = r
		return err
	})
	return known, err
}

// everyRate reads all rates that were ever recorded, in the order of an export.
func (s *Service) everyRate(ctx context.Context) ([]costing.Rate, error) {
	var all []costing.Rate
	err := store.Each(ctx, s.Store, rates.RateColumns+"ORDER BY subject, code, valid_from, recorded_at, id", nil, func(scan store.ScanFunc) error {
		r, err := rates.ScanRate(scan)
		all = append(all, r)
		return err
	})
	return all, err
}
