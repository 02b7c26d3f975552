package rates

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"entgo.io/ent/dialect/sql"

	"kopeck/auth"
	"kopeck/costing"
	"kopeck/ent"
	"kopeck/ent/booking"
	"kopeck/ent/predicate"
	"kopeck/id"
	"kopeck/service/input"
	"kopeck/service/quote"
	"kopeck/store"
)

// The functions of this file read and write past the guard. Their comments say why they may.

// rateResults are what a rate is read from.
var (
	rateResults = Fields().Results("")
	rateColumns = store.ResultNames(rateResults)
)

func scanRate(scan store.ScanFunc) (costing.Rate, error) {
	var r NewRate
	err := store.ScanRow(scan, rateResults, &r)
	return r.Rate, err
}

// collectRates returns all rates that a query, run by each, gives.
func collectRates(each func(add func(store.ScanFunc) error) error) (rates []costing.Rate, err error) {
	err = each(func(scan store.ScanFunc) error {
		r, err := scanRate(scan)
		rates = append(rates, r)
		return err
	})
	return rates, err
}

// All returns every rate ever recorded, by subject, code, validFrom, recordedAt and id. An export is for the operator, who sees
// everything.
func All(ctx context.Context, from store.Reader) ([]costing.Rate, error) {
	return collectRates(func(add func(store.ScanFunc) error) error {
		return store.Each(ctx, from, "SELECT "+rateColumns+" FROM rates ORDER BY subject, code, valid_from, recorded_at, id", nil, add)
	})
}

// ByID returns rates by their ids. An import compares its records with all that is there.
func ByID(ctx context.Context, from store.Reader, ids []string) (map[string]costing.Rate, error) {
	found, err := collectRates(func(add func(store.ScanFunc) error) error {
		return store.EachByIDs(ctx, from, "SELECT "+rateColumns+" FROM rates WHERE id IN @ids", nil, ids, add)
	})
	byID := make(map[string]costing.Rate, len(found))
	for _, r := range found {
		byID[r.ID] = r
	}
	return byID, err
}

// OfContacts returns all rates that contacts are costed by: those of staff and channels. A contact costs the same whoever
// records it, also if they may not see rates.
func OfContacts(ctx context.Context, from store.Reader) (*costing.Rates, error) {
	rates, err := collectRates(func(add func(store.ScanFunc) error) error {
		return store.Each(ctx, from, "SELECT "+rateColumns+" FROM rates WHERE subject IN ('STAFF', 'CHANNEL_FEE', 'CHANNEL_MINUTE')", nil, add)
	})
	return costing.NewRates(rates), err
}

// ratesOfCodes reads the rates of some codes, of whatever subject. What is recorded costs the same whoever records it, and a new
// rate is placed among all of its code.
func ratesOfCodes(ctx context.Context, from store.Reader, codes []string) ([]costing.Rate, error) {
	slices.Sort(codes)
	return collectRates(func(add func(store.ScanFunc) error) error {
		return store.EachByIDs(ctx, from, "SELECT "+rateColumns+" FROM rates WHERE code IN @ids", nil, slices.Compact(codes), add)
	})
}

// ratesOfProducts reads the rates of materials and resources of some codes, and those of all overheads and taxes. An order costs the same
// whoever places it, also if they may not see rates.
func ratesOfProducts(ctx context.Context, from store.Reader, codes []string) ([]costing.Rate, error) {
	return collectRates(func(add func(store.ScanFunc) error) error {
		if err := store.Each(ctx, from, "SELECT "+rateColumns+" FROM rates WHERE subject IN ('OVERHEAD', 'TAX')", nil, add); err != nil {
			return err
		}
		return store.EachByIDs(ctx, from, "SELECT "+rateColumns+" FROM rates WHERE subject IN ('MATERIAL', 'RESOURCE') AND code IN @ids", nil, codes, add)
	})
}

// setByEntry returns what a list of rates set, from the entry of the audit. Who repeats a request gets its answer, also if they may
// not read the audit.
func (s *Service) setByEntry(ctx context.Context, entry string) (set ratesSet, err error) {
	kept, err := s.Client.AuditEntry.Get(auth.System(ctx), entry)
	if err != nil {
		return set, fmt.Errorf("rates: the rates of %s: %w", entry, err)
	}
	if err := json.Unmarshal(kept.Detail, &set); err != nil {
		return set, fmt.Errorf("rates: the rates of %s: %w", entry, err)
	}
	return set, nil
}

// bookingsPerStatement is how many bookings one statement writes.
const bookingsPerStatement = 500

// orderBooking is what an order books on a day.
type orderBooking struct {
	costing.Booking

	orderID string
}

// writeBookings writes what orders book. Bookings are derived from orders: no role writes them.
func (s *Service) writeBookings(ctx context.Context, tx *store.Tx, plan []orderBooking) error {
	now := s.Now()
	for some := range slices.Chunk(plan, bookingsPerStatement) {
		creates := make([]*ent.BookingCreate, len(some))
		for i, b := range some {
			creates[i] = tx.Booking.Create().SetID(s.IDs.Make(id.Booking)).SetOrderID(b.orderID).
				SetResource(b.Resource).SetDay(b.Day).SetUnits(b.Units).SetBookedAt(now)
		}
		if err := tx.Booking.CreateBulk(creates...).Exec(auth.System(ctx)); err != nil {
			return err
		}
	}
	return nil
}

// freeBookings frees what some orders have booked from a day on and returns the number of bookings. Bookings are derived from orders: no
// role writes them.
func (s *Service) freeBookings(ctx context.Context, tx *store.Tx, orderIDs []string, first int) (int, error) {
	return tx.Booking.Update().Where(booking.OrderIDIn(orderIDs...), booking.DayGTE(first), booking.FreedAtIsNil()).SetFreedAt(s.Now()).Save(auth.System(ctx))
}

// writeHold writes what a price holds. No role writes bookings; the actor may place an order for the customer, which takes more.
func (s *Service) writeHold(ctx context.Context, tx *store.Tx, p *quote.Price, plan []costing.Booking) error {
	actor, _ := auth.From(ctx)
	now, key := s.Now(), p.Key()
	for some := range slices.Chunk(plan, bookingsPerStatement) {
		creates := make([]*ent.BookingCreate, len(some))
		for i, b := range some {
			creates[i] = tx.Booking.Create().SetID(s.IDs.Make(id.Booking)).SetHold(key).SetHeldFor(p.CustomerID).SetNillableHeldBy(input.NonEmpty(actor.UserID)).
				SetResource(b.Resource).SetDay(b.Day).SetUnits(b.Units).SetBookedAt(now).SetFreedAt(p.ValidUntil)
		}
		if err := tx.Booking.CreateBulk(creates...).Exec(auth.System(ctx)); err != nil {
			return err
		}
	}
	return nil
}

// notHeldBy is the condition that capacity is taken by anything but the price of a key, whoever holds it.
func notHeldBy(key string) predicate.Booking {
	return booking.Or(booking.HoldIsNil(), booking.HoldNEQ(key))
}

// heldByUser is the condition that a user holds capacity; "" is who holds it without being a user.
func heldByUser(userID string) predicate.Booking {
	if userID == "" {
		return booking.And(booking.HoldNotNil(), booking.HeldByIsNil())
	}
	return booking.And(booking.HoldNotNil(), booking.HeldBy(userID))
}

// releaseHolds frees some holds. No role writes bookings; the actor places an order of the prices, or holds anew what they held.
func (s *Service) releaseHolds(ctx context.Context, tx *store.Tx, holds []hold) error {
	now := s.Now()
	keys := map[string][]string{} // by user
	for _, h := range holds {
		keys[h.by] = append(keys[h.by], h.key)
	}
	for _, userID := range slices.Sorted(maps.Keys(keys)) {
		err := tx.Booking.Update().Where(heldByUser(userID), booking.HoldIn(keys[userID]...), booking.FreedAtGT(now)).SetFreedAt(now).Exec(auth.System(ctx))
		if err != nil {
			return err
		}
	}
	return nil
}

// takeOver takes from holds what an order takes over of them, up to its due day. No role writes bookings; the actor places the order.
func (s *Service) takeOver(ctx context.Context, tx *store.Tx, orderID string, holds []hold, taken []costing.Booking, due int) error {
	resources := make([]string, len(taken))
	for i, b := range taken {
		resources[i] = b.Resource
	}
	now := s.Now()
	for _, h := range holds {
		err := tx.Booking.Update().Where(heldByUser(h.by), booking.Hold(h.key), booking.FreedAtGT(now), booking.ResourceIn(resources...), booking.DayLTE(due)).
			SetTakenBy(orderID).SetHeldUntil(h.until).SetFreedAt(now).Exec(auth.System(ctx))
		if err != nil {
			return err
		}
	}
	return nil
}

// forgetTaken notes that a user orders prices themselves of which others took over what the user held: it is not held for them again. No role
// writes bookings; these are the actor's own.
func (s *Service) forgetTaken(ctx context.Context, tx *store.Tx, userID string, keys []string) error {
	return tx.Booking.Update().Where(heldByUser(userID), booking.HoldIn(keys...), booking.TakenByNotNil()).ClearTakenBy().ClearHeldUntil().Exec(auth.System(ctx))
}

// takenOver reads what an order took over from who held it, as far as it would still be held. No role reads bookings; the actor changes
// the order.
func (s *Service) takenOver(ctx context.Context, tx *store.Tx, orderID string) ([]*ent.Booking, error) {
	return tx.Booking.Query().Where(booking.TakenBy(orderID), booking.HeldUntilGT(s.Now())).Order(booking.ByID()).All(auth.System(ctx))
}

// writeHoldAgain writes what is held again: see holdAgain. No role writes bookings; these are what others held.
func (s *Service) writeHoldAgain(ctx context.Context, tx *store.Tx, rows []*ent.Booking) error {
	now := s.Now()
	for some := range slices.Chunk(rows, bookingsPerStatement) {
		creates, ids, made := make([]*ent.BookingCreate, len(some)), make([]string, len(some)), make([]string, len(some))
		for i, row := range some {
			ids[i], made[i] = row.ID, s.IDs.Make(id.Booking)
			creates[i] = tx.Booking.Create().SetID(made[i]).SetHold(*row.Hold).SetNillableHeldFor(row.HeldFor).SetNillableHeldBy(row.HeldBy).
				SetResource(row.Resource).SetDay(row.Day).SetUnits(row.Units).SetBookedAt(now).SetFreedAt(*row.HeldUntil)
		}
		if err := tx.Booking.CreateBulk(creates...).Exec(auth.System(ctx)); err != nil {
			return err
		}
		for i, row := range some {
			if err := keepWhose(ctx, tx, row, made[i]); err != nil {
				return err
			}
		}
		if err := tx.Booking.Update().Where(booking.IDIn(ids...)).ClearTakenBy().ClearHeldUntil().Exec(auth.System(ctx)); err != nil {
			return err
		}
	}
	return nil
}

// keepWhose notes that what is held again in place of a row goes back to whom that goes back when a merge is undone.
func keepWhose(ctx context.Context, tx *store.Tx, row *ent.Booking, madeID string) error {
	const query = `INSERT INTO merged_rows (merge_id, place, row_id, belongs_to) SELECT merge_id, place, CAST(? AS text), belongs_to FROM merged_rows WHERE place = 'bookings.held_for' AND row_id = ?
		AND merge_id IN (SELECT m.id FROM customer_merges m JOIN customers c ON c.id = m.kept_id WHERE m.undone_at IS NULL AND (c.id = ? OR c.merged_into_id = ?))`
	_, err := tx.Exec(ctx, query, madeID, row.ID, row.HeldFor, row.HeldFor)
	return err
}

// holdsOf reads what some prices hold now, the first held first. No role reads bookings; the actor places an order of the prices, or holds
// them.
func (s *Service) holdsOf(ctx context.Context, tx *store.Tx, keys []string) ([]hold, error) {
	rows, err := tx.Booking.Query().Where(booking.HoldIn(keys...), booking.FreedAtGT(s.Now())).
		Order(booking.ByBookedAt(), booking.ByHeldBy(), booking.ByHold(), booking.ByResource(), booking.ByDay()).All(auth.System(ctx))
	if err != nil {
		return nil, err
	}
	var holds []hold
	at := map[holder]int{}
	for _, row := range rows {
		of := holder{input.OrZero(row.HeldBy), *row.Hold}
		i, ok := at[of]
		if !ok {
			i, at[of] = len(holds), len(holds)
			holds = append(holds, hold{key: of.key, by: of.userID, until: row.FreedAt.UTC()})
		}
		holds[i].bookings = append(holds[i].bookings, costing.Booking{Resource: row.Resource, Day: row.Day, Units: row.Units})
	}
	return holds, nil
}

// heldBeside returns how many prices a user holds now beside one, and what they hold by them from a day on, with what others have taken over and
// may give back. No role reads bookings; these are the actor's own.
func (s *Service) heldBeside(ctx context.Context, tx *store.Tx, by holder, first int) (prices int, mine bookedDays, err error) {
	now := s.Now()
	beside := booking.And(heldByUser(by.userID), booking.HoldNEQ(by.key), booking.Or(booking.FreedAtGT(now), booking.And(booking.TakenByNotNil(), booking.HeldUntilGT(now))))
	keys, err := tx.Booking.Query().Where(beside).Unique(true).Select(booking.FieldHold).Strings(auth.System(ctx))
	if err != nil {
		return 0, nil, err
	}
	mine, err = sumDays(ctx, tx.Booking.Query().Where(beside, booking.DayGTE(first)))
	return len(keys), mine, err
}

// bookingsOf reads what orders have booked from a day on, by order, each by resource and day. Bookings are derived from orders: no role reads them.
func bookingsOf(ctx context.Context, tx *store.Tx, orderIDs []string, first int) (map[string][]costing.Booking, error) {
	const query = "SELECT order_id, resource, day, units FROM bookings WHERE day >= ? AND freed_at IS NULL AND order_id IN @ids ORDER BY order_id, resource, day, id"
	of := map[string][]costing.Booking{}
	return of, store.EachByIDs(ctx, tx, query, []any{first}, orderIDs, func(scan store.ScanFunc) error {
		var orderID string
		var b costing.Booking
		err := scan(&orderID, &b.Resource, &b.Day, &b.Units)
		of[orderID] = append(of[orderID], b)
		return err
	})
}

// SumBookings sums bookings by resource and day, as sumDays does; who may see the sums is for the caller to decide.
func SumBookings(ctx context.Context, query *ent.BookingQuery) (*costing.Bookings, error) {
	days, err := sumDays(ctx, query)
	return days.all(), err
}

// sumDays sums bookings by resource and day. Capacity is taken by all orders, also by those that the actor may not see; who may see the
// sums is for the caller to decide.
func sumDays(ctx context.Context, query *ent.BookingQuery) (bookedDays, error) {
	var days []struct {
		Resource        string
		Day             int
		Whole, Fraction int64
	}
	sum := func(term, name string) ent.AggregateFunc {
		return func(s *sql.Selector) string {
			return sql.As(fmt.Sprintf("SUM("+term+")", s.C(booking.FieldUnits)), name)
		}
	}
	err := query.GroupBy(booking.FieldResource, booking.FieldDay).
		Aggregate(sum("%s / 1000000000", "whole"), sum("%s %% 1000000000", "fraction")).
		Scan(auth.System(ctx), &days)
	if err != nil {
		return nil, err
	}
	all := bookedDays{}
	for _, d := range days {
		all.at(d.Resource)[d.Day] = unitsOf{d.Whole, d.Fraction}
	}
	return all, nil
}

// openWithBookings returns the ids of the open orders that have booked something, freed or not, in their order. All orders are verified.
func openWithBookings(ctx context.Context, tx *store.Tx) (ids []string, err error) {
	const query = "SELECT DISTINCT o.id FROM orders o JOIN bookings b ON b.order_id = o.id WHERE o.status = 'PLACED' ORDER BY o.id"
	return ids, store.Each(ctx, tx, query, nil, func(scan store.ScanFunc) error {
		var one string
		err := scan(&one)
		ids = append(ids, one)
		return err
	})
}
