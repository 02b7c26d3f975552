package experiments

import (
	"context"
	"time"

	"kopeck/money"
	"kopeck/service"
	"kopeck/store"
)

// The read of this file goes past the guard: what came of an experiment is a sum over all of its customers. Who asks may read all of them: the API's
// field result has the directive @scope(name: "costs"), and whoever has that scope (ADMIN, MANAGER, ANALYST) reads all rows by auth/rules.go.

// eachExposed gives each customer of an experiment with what they brought from their exposure until a moment and, unless within is 0, within that
// time: then those alone who were exposed so long before the moment. A customer who was merged into another of the experiment is left out, as that
// one has their orders.
func eachExposed(ctx context.Context, from store.Reader, experimentID string, until time.Time, within time.Duration, each func(*exposed) error) error {
	const query = `SELECT e.id, e.arm, e.at, o.at, o.margin FROM exposures e JOIN customers c ON c.id = e.customer_id AND c.merged_into_id IS NULL
		LEFT JOIN orders o ON o.customer_id = e.customer_id AND o.at >= e.at AND o.at < ? AND o.status IN `
	var open *exposed
	err := store.Each(ctx, from, query+service.SoldStatuses+" WHERE e.experiment_id = ? AND e.at <= ? ORDER BY e.id", []any{until, experimentID, until.Add(-within)}, func(scan store.ScanFunc) error {
		var e exposed
		var at store.Time
		var margin *int64
		if err := scan(&e.id, &e.arm, store.UTC(&e.at), &at, &margin); err != nil {
			return err
		}
		if open == nil || open.id != e.id {
			if open != nil {
				if err := each(open); err != nil {
					return err
				}
			}
			open = &e
		}
		if margin == nil || within > 0 && !at.Before(open.at.Add(within)) {
			return nil
		}
		open.ordered = true
		var err error
		open.margin, err = open.margin.Plus(money.Minor(*margin))
		return err
	})
	if err == nil && open != nil {
		err = each(open)
	}
	return err
}
