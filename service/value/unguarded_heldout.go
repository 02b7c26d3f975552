package value

import (
	"context"
	"strconv"
	"strings"

	"kopeck/money"
	"kopeck/store"
)

// heldOutSQL counts the customers whose first order day lies in the calibration period by their history, what they did in a last period
// of it as long as the hold-out, and what they did in the hold-out. As for historiesSQL, only completed orders count. The days
// @end, @known and @recent, which is the day before the last period, are replaced by numbers.
const heldOutSQL = `SELECT x, tx, t, earned, repeat_earned, recent, recent_earned, held, held_earned, count(*) FROM (
	SELECT customer_id, sum(CASE WHEN day <= @end THEN 1 ELSE 0 END) - 1 AS x, max(CASE WHEN day <= @end THEN day END) - min(day) AS tx, @end - min(day) AS t,
		sum(CASE WHEN day <= @end THEN margin ELSE 0 END) AS earned, sum(CASE WHEN day <= @end AND day > first_day THEN margin ELSE 0 END) AS repeat_earned,
		sum(CASE WHEN day <= @end AND day > @recent THEN 1 ELSE 0 END) AS recent, sum(CASE WHEN day <= @end AND day > @recent THEN margin ELSE 0 END) AS recent_earned,
		sum(CASE WHEN day > @end THEN 1 ELSE 0 END) AS held, sum(CASE WHEN day > @end THEN margin ELSE 0 END) AS held_earned
	FROM (SELECT customer_id, day, sum(margin) AS margin, min(min(day)) OVER (PARTITION BY customer_id) AS first_day
		FROM orders WHERE status = 'COMPLETED' AND day <= @known GROUP BY customer_id, day) AS days
	WHERE first_day <= @end GROUP BY customer_id) AS histories
GROUP BY x, tx, t, earned, repeat_earned, recent, recent_earned, held, held_earned`

// readHeldOut reads [heldOutSQL] of a log, in any order. A model is tested on the orders of all customers, of whom no row is read, but counts
// of histories.
func readHeldOut(ctx context.Context, tx *store.Tx, log *orderLog) (all []heldOutCustomers, err error) {
	query := strings.NewReplacer("@end", strconv.Itoa(log.endDay), "@known", strconv.Itoa(log.knownDay),
		"@recent", strconv.Itoa(log.endDay-log.heldOutDays())).Replace(heldOutSQL)
	return all, store.Each(ctx, tx, query, nil, func(scan store.ScanFunc) error {
		var h heldOutCustomers
		var earned, repeat, recent, held money.Amount
		err := scan(&h.stats.Frequency, &h.stats.RecencyDays, &h.stats.AgeDays, &earned, &repeat, &h.recent, &recent, &h.held, &held, &h.n)
		h.earned, h.repeatEarned, h.recentEarned, h.heldEarned = earned.Minor(), repeat.Minor(), recent.Minor(), held.Minor()
		all = append(all, h)
		return err
	})
}
