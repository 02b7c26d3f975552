package rates

import (
	"cmp"
	"context"
	"slices"
	"time"

	"kopeck/costing"
	"kopeck/ent"
	"kopeck/fault"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/service/input"
	"kopeck/store"
)

// RecordedRates are all rates of some codes, by what they are for, each list by validFrom, recordedAt and id.
type RecordedRates map[costing.RateKey][]costing.Rate

// ratesTogether is how many rates one statement writes.
const ratesTogether = 500

// rowFaults are the faults of the rows of a list, by their places; nil where a row has none.
type rowFaults []error

func compareRates(a, b costing.Rate) int {
	return cmp.Or(a.ValidFrom.Compare(b.ValidFrom), a.RecordedAt.Compare(b.RecordedAt), cmp.Compare(a.ID, b.ID))
}

// RatesOf reads the rates of the codes of new ones, one statement for 500 codes.
func (s *Service) RatesOf(ctx context.Context, tx *store.Tx, rates []NewRate) (RecordedRates, error) {
	codes := make([]string, len(rates))
	for i, r := range rates {
		codes[i] = r.Code
	}
	slices.Sort(codes)
	there := RecordedRates{}
	err := store.EachByIDs(ctx, tx, RateColumns+"WHERE code IN @ids", nil, slices.Compact(codes), func(scan store.ScanFunc) error {
		r, err := ScanRate(scan)
		key := costing.RateKey{Subject: r.Subject, Code: r.Code}
		there[key] = append(there[key], r)
		return err
	})
	for _, list := range there {
		slices.SortFunc(list, compareRates)
	}
	return there, err
}

// Place finds a rate's place among those of its code and puts it there. Where it does not say when it was recorded, that is
// now, or just after whatever it corrects. Faults: ALREADY_EXISTS on validFrom where there is a rate from that moment on and this
// is not marked as its correction; INVALID on unit where the others are counted in another.
func (there RecordedRates) Place(r *NewRate, now time.Time) error {
	told := !r.RecordedAt.IsZero()
	if !told {
		r.RecordedAt = now
	}
	for _, other := range there[r.Key()] {
		same := other.ValidFrom.Equal(r.ValidFrom)
		switch {
		case same && !r.Correction:
			return fault.New(fault.AlreadyExists, "validFrom", "there is a rate of %s per %s from this moment on: mark the new one as its correction", other.Amount, other.Unit)
		case other.Unit != r.Unit && !r.Correction && r.Subject != costing.SubjectStaff && !other.RecordedAt.After(r.RecordedAt):
			return fault.Invalidf("unit", "%s is counted in %q, not in %q", input.Shown(r.Code), other.Unit, r.Unit)
		case same && !told && compareRates(other, r.Rate) > 0:
			r.RecordedAt = other.RecordedAt.Add(time.Microsecond) // made at the same moment, or by a replica whose clock is ahead
		}
	}
	list := there[r.Key()]
	at, _ := slices.BinarySearchFunc(list, r.Rate, compareRates)
	there[r.Key()] = slices.Insert(list, at, r.Rate)
	return nil
}

// Holding gives the rate that holds from a moment on, of those that begin at it.
func (there RecordedRates) Holding(key costing.RateKey, validFrom time.Time) *costing.Rate {
	list := there[key]
	for i := len(list) - 1; i >= 0; i-- {
		if list[i].ValidFrom.Equal(validFrom) {
			return &list[i]
		}
	}
	return nil
}

// covered is what a rate holds for: the moments from its own on up to that of the code's next rate.
func (there RecordedRates) covered(r NewRate) coverage {
	c := coverage{r, service.EndOfTime}
	for _, other := range there[r.Key()] {
		if other.ValidFrom.After(r.ValidFrom) {
			c.until = other.ValidFrom
			break
		}
	}
	return c
}

// putRates records checked rates in their order and restates, once for all of them, what they cover. It holds the rates
// alone to the transaction's end. A rate that does not fit has its fault at its place in the list of faults, and then nothing is written.
func (s *Service) putRates(ctx context.Context, tx *store.Tx, rates []NewRate) (done Restated, faults rowFaults, err error) {
	if err := tx.Lock(ctx, LockRates, false); err != nil {
		return done, nil, err
	}
	there, err := s.RatesOf(ctx, tx, rates)
	if err != nil {
		return done, nil, err
	}
	now := s.Now()
	faults = make(rowFaults, len(rates))
	for i := range rates {
		faults[i] = there.Place(&rates[i], now)
	}
	if err := s.takenRates(ctx, tx, rates, faults); err != nil || faults.any() {
		return done, faults, err
	}
	done, err = s.RecordRates(ctx, tx, there, rates)
	return done, faults, err
}

// RecordRates writes rates that have their place and restates what they cover.
func (s *Service) RecordRates(ctx context.Context, tx *store.Tx, there RecordedRates, rates []NewRate) (Restated, error) {
	for some := range slices.Chunk(rates, ratesTogether) {
		if err := s.storeRates(ctx, tx, some); err != nil {
			return Restated{}, err
		}
	}
	covered := make([]coverage, len(rates))
	for i, r := range rates {
		covered[i] = there.covered(r)
	}
	return s.restate(ctx, tx, covered)
}

func (f rowFaults) any() bool {
	return slices.ContainsFunc(f, func(one error) bool { return one != nil })
}

// takenRates finds ids that another rate has.
func (s *Service) takenRates(ctx context.Context, tx *store.Tx, rates []NewRate, faults rowFaults) error {
	ids := make([]string, len(rates))
	seen := map[string]bool{}
	for i, r := range rates {
		ids[i] = r.ID
	}
	err := store.EachByIDs(ctx, tx, "SELECT id FROM rates WHERE id IN @ids", nil, ids, func(scan store.ScanFunc) error {
		var one string
		err := scan(&one)
		seen[one] = true
		return err
	})
	for i, r := range rates {
		if seen[r.ID] && faults[i] == nil {
			faults[i] = fault.New(fault.AlreadyExists, "id", "this id is taken")
		}
		seen[r.ID] = true
	}
	return err
}

func (s *Service) storeRates(ctx context.Context, tx *store.Tx, rates []NewRate) error {
	rows := make([]*ent.RateCreate, len(rates))
	for i, r := range rates {
		rows[i] = tx.Rate.Create().SetID(r.ID).SetSubject(schema.RateSubject(r.Subject)).SetCode(r.Code).SetUnit(r.Unit).SetAmount(r.Amount).
			SetCurrencyCode(s.Currency.Code()).SetValidFrom(r.ValidFrom).SetRecordedAt(r.RecordedAt).
			SetNillableCapacityPerDay(r.CapacityPerDay).SetNillableFixedShare(r.FixedShare)
	}
	err := tx.Rate.CreateBulk(rows...).Exec(ctx)
	if store.IsUnique(err) {
		return fault.New(fault.AlreadyExists, "id", "an id is taken")
	}
	return err
}
