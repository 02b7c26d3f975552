package rates

import (
	"cmp"
	"context"
	"slices"
	"time"

	"kopeck/costing"
	"kopeck/ent"
	"kopeck/ent/component"
	"kopeck/ent/rate"
	"kopeck/fault"
	"kopeck/service/input"
	"kopeck/store"
)

// RecordedRates are all rates of some codes, by what they are for, each list by validFrom, recordedAt and id.
type RecordedRates map[costing.RateKey][]costing.Rate

// ratesPerStatement is how many rates one statement writes.
const ratesPerStatement = 500

// rowFaults are the faults of the rows of a list, by their places; nil where a row has none.
type rowFaults []error

// Same reports whether two rates for the same thing from the same moment have the same content.
func Same(a, b costing.Rate) bool {
	return Fields().Difference(&NewRate{Rate: a}, &NewRate{Rate: b}) == ""
}

func compareRates(a, b costing.Rate) int {
	return cmp.Or(a.ValidFrom.Compare(b.ValidFrom), a.RecordedAt.Compare(b.RecordedAt), cmp.Compare(a.ID, b.ID))
}

// RatesOf reads the rates of the codes of new ones, one statement for 500 codes.
func (s *Service) RatesOf(ctx context.Context, tx *store.Tx, rates []NewRate) (RecordedRates, error) {
	codes := make([]string, len(rates))
	for i, r := range rates {
		codes[i] = r.Code
	}
	all, err := ratesOfCodes(ctx, tx, codes)
	return recorded(all), err
}

func recorded(rates []costing.Rate) RecordedRates {
	there := RecordedRates{}
	for _, r := range rates {
		key := costing.RateKey{Subject: r.Subject, Code: r.Code}
		there[key] = append(there[key], r)
	}
	for _, list := range there {
		slices.SortFunc(list, compareRates)
	}
	return there
}

// Place finds a rate's place among those of its code and inserts it there. If recordedAt is not given, it is now, or just after
// that of the rate that this one corrects. Faults: ALREADY_EXISTS on validFrom where there is a rate from that moment on and this
// is not marked as its correction; INVALID on unit where the others are counted in another.
func (there RecordedRates) Place(r *NewRate, now time.Time) error {
	given := !r.RecordedAt.IsZero()
	if !given {
		r.RecordedAt = now
	}
	for _, other := range there[r.Key()] {
		same := other.ValidFrom.Equal(r.ValidFrom)
		switch {
		case same && !r.Correction:
			return fault.New(fault.AlreadyExists, "validFrom", "there is a rate of %s per %s from this moment on: mark the new one as its correction", other.Amount, other.Unit)
		case other.Unit != r.Unit && !r.Correction && r.Subject != costing.SubjectStaff && !other.RecordedAt.After(r.RecordedAt):
			return fault.Invalidf("unit", "%s is counted in %q, not in %q", input.Excerpt(r.Code), other.Unit, r.Unit)
		case same && !given && compareRates(other, r.Rate) > 0:
			r.RecordedAt = other.RecordedAt.Add(time.Microsecond) // the other was recorded at the same moment, or by a replica whose clock is ahead
		}
	}
	list := there[r.Key()]
	at, _ := slices.BinarySearchFunc(list, r.Rate, compareRates)
	there[r.Key()] = slices.Insert(list, at, r.Rate)
	return nil
}

// CheckUnit returns a fault, INVALID on unit, for a rate of a material or resource in another unit than the others of its code, where a
// recipe of any time counts it: the recipe's quantities are in the unit that the code has. err is an error of the database.
func CheckUnit(ctx context.Context, tx *store.Tx, there RecordedRates, r NewRate) (wrong, err error) {
	is := component.Material(r.Code)
	switch r.Subject {
	case costing.SubjectResource:
		is = component.Resource(r.Code)
	case costing.SubjectMaterial:
	default:
		return nil, nil
	}
	at := slices.IndexFunc(there[r.Key()], func(other costing.Rate) bool { return other.Unit != r.Unit })
	if at < 0 {
		return nil, nil
	}
	used, err := tx.Component.Query().Where(is).Exist(ctx)
	if err != nil || !used {
		return nil, err
	}
	return fault.Invalidf("unit", "recipes count %s in %q, so that it cannot be in %q: give what is counted in that a code of its own", input.Excerpt(r.Code), there[r.Key()][at].Unit, r.Unit), nil
}

// Holding returns the rate that holds from a moment on, of those that begin at it; nil where none begins.
func (there RecordedRates) Holding(key costing.RateKey, validFrom time.Time) *costing.Rate {
	list := there[key]
	for i := len(list) - 1; i >= 0; i-- {
		if list[i].ValidFrom.Equal(validFrom) {
			return &list[i]
		}
	}
	return nil
}

// placeAndRecord places checked rates in their order, writes them, and restates once what all of them cover. It holds the rates
// alone until the transaction ends. A rate that does not fit has its fault at its place in the list of faults; then nothing is
// written.
func (s *Service) placeAndRecord(ctx context.Context, tx *store.Tx, rates []NewRate) (done Restated, faults rowFaults, err error) {
	if err := s.HoldRatesAlone(ctx, tx); err != nil {
		return done, nil, err
	}
	there, err := s.RatesOf(ctx, tx, rates)
	if err != nil {
		return done, nil, err
	}
	now := s.Now()
	faults = make(rowFaults, len(rates))
	for i := range rates {
		if faults[i], err = CheckUnit(ctx, tx, there, rates[i]); err != nil {
			return done, nil, err
		}
		if faults[i] == nil {
			faults[i] = there.Place(&rates[i], now)
		}
	}
	if err := checkIDs(ctx, tx, rates, faults); err != nil || faults.any() {
		return done, faults, err
	}
	done, err = s.RecordRates(ctx, tx, there, rates)
	return done, faults, err
}

// RecordRates writes rates that have their place and restates what they cover.
func (s *Service) RecordRates(ctx context.Context, tx *store.Tx, there RecordedRates, rates []NewRate) (Restated, error) {
	for some := range slices.Chunk(rates, ratesPerStatement) {
		if err := s.writeRates(ctx, tx, some); err != nil {
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

// checkIDs adds faults of rates whose ids other rates have.
func checkIDs(ctx context.Context, tx *store.Tx, rates []NewRate, faults rowFaults) error {
	ids := make([]string, len(rates))
	for i, r := range rates {
		ids[i] = r.ID
	}
	taken, err := tx.Rate.Query().Where(rate.IDIn(ids...)).IDs(ctx)
	seen := map[string]bool{}
	for _, one := range taken {
		seen[one] = true
	}
	for i, r := range rates {
		if seen[r.ID] && faults[i] == nil {
			faults[i] = fault.New(fault.AlreadyExists, "id", "this id is taken")
		}
		seen[r.ID] = true
	}
	return err
}

func (s *Service) writeRates(ctx context.Context, tx *store.Tx, rates []NewRate) error {
	rows := make([]*ent.RateCreate, len(rates))
	for i, r := range rates {
		rows[i] = tx.Rate.Create().SetCurrencyCode(s.Currency.Code())
		for _, f := range fields {
			if err := f.Set(rows[i].Mutation(), &r); err != nil {
				return err
			}
		}
	}
	err := tx.Rate.CreateBulk(rows...).Exec(ctx)
	if store.IsUnique(err) {
		return fault.New(fault.AlreadyExists, "id", "an id is taken")
	}
	return err
}
