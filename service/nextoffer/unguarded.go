package nextoffer

import (
	"context"
	"math/big"
	"time"

	"kopeck/money"
	"kopeck/offermodel"
	"kopeck/pricing"
	"kopeck/schema"
	"kopeck/store"
)

// outcomes reads what became of the offers that were sent and whose end was known when a day began, oldest first. Of an offer it takes the first line,
// of a tender that of the accepted or else the first variant. It bypasses the guard, as the model is of the whole company; who may not see offers gets
// probabilities alone.
func (s *Service) outcomes(ctx context.Context, day time.Time) ([]offermodel.Outcome, error) {
	const query = `SELECT o.created_at, o.kind, o.status, l.product_id, l.unit, l.price_lines,
			coalesce((SELECT s.to_stage FROM stage_changes s WHERE s.customer_id = o.customer_id AND s.at <= o.created_at ORDER BY s.at DESC, s.recorded_at DESC, s.id DESC LIMIT 1), 'STRANGER'),
			coalesce((SELECT d.value FROM dated_values d WHERE d.name = 'segment' AND d.subject = o.customer_id AND d.valid_from <= o.created_at ORDER BY d.valid_from DESC, d.recorded_at DESC, d.id DESC LIMIT 1), ''),
			(SELECT e.unit FROM expected_prices e WHERE e.customer_id = o.customer_id AND e.product_id = l.product_id AND e.voided_at IS NULL AND e.at <= o.created_at ORDER BY e.at DESC, e.id DESC LIMIT 1)
		FROM offers o JOIN offer_lines l ON l.offer_id = o.id AND l.variant = o.variant
		WHERE l.position = (SELECT min(f.position) FROM offer_lines f WHERE f.offer_id = o.id AND f.variant = o.variant) AND o.sent_at IS NOT NULL
			AND (o.status IN ('ACCEPTED', 'DECLINED') AND o.updated_at < ? OR o.status IN ('SENT', 'VIEWED') AND o.expires_at < ?)
		ORDER BY o.created_at, o.id`
	var all []offermodel.Outcome
	zone := s.Settings().Zone
	err := store.Each(ctx, s.Store, query, []any{day, day}, func(scan store.ScanFunc) error {
		var o offermodel.Outcome
		var status string
		var unit int64
		var expected *int64
		var lines []pricing.Line
		if err := scan(store.UTC(&o.At), &o.Kind, &status, &o.Product, &unit, store.FromJSON{To: &lines}, &o.Stage, &o.Segment, &expected); err != nil {
			return err
		}
		reference := listOf(lines)
		if expected != nil {
			reference, o.Expected = money.Minor(*expected), true
		}
		o.Gap, o.Season, o.Accepted = gap(money.Minor(unit), reference), o.At.In(zone).Month(), status == string(schema.OfferAccepted)
		all = append(all, o)
		return nil
	})
	return all, err
}

// listOf is the list price in a kept waterfall.
func listOf(lines []pricing.Line) money.Amount {
	if len(lines) == 0 {
		return money.Amount{}
	}
	return lines[0].Amount
}

// contactCosts reads what a contact of ours by each channel cost on average in the year before a day, by what is known now. It bypasses the guard, as it
// is of the whole company; what it says is shown by the scope costs alone.
func (s *Service) contactCosts(ctx context.Context, day time.Time) (map[schema.Channel]money.Amount, error) {
	costs := map[schema.Channel]money.Amount{}
	const query = "SELECT channel, sum(cost), count(*) FROM contacts WHERE direction = 'OUTBOUND' AND voided_at IS NULL AND at >= ? AND at < ? GROUP BY channel"
	return costs, store.Each(ctx, s.Store, query, []any{day.AddDate(-1, 0, 0), day}, func(scan store.ScanFunc) error {
		var channel string
		var sum, n int64
		if err := scan(&channel, &sum, &n); err != nil {
			return err
		}
		mean, err := money.Round(big.NewRat(sum, n))
		costs[schema.Channel(channel)] = mean
		return err
	})
}
