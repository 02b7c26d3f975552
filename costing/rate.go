package costing

import (
	"cmp"
	"slices"
	"time"

	"kopeck/money"
)

// What a rate is the price of. The values are those of the API's RateSubject.
const (
	SubjectStaff         = "STAFF"
	SubjectChannelFee    = "CHANNEL_FEE"
	SubjectChannelMinute = "CHANNEL_MINUTE"
	SubjectMaterial      = "MATERIAL"
	SubjectResource      = "RESOURCE"
	SubjectOverhead      = "OVERHEAD"
	SubjectTax           = "TAX"
)

// Rate is a dated price of something that the company spends: from ValidFrom on, as we know since RecordedAt,
// one Unit of Code costs Amount of the currency's major unit. For OVERHEAD and TAX the amount is a share.
type Rate struct {
	ID, Subject, Code, Unit string
	Amount                  money.Decimal
	ValidFrom, RecordedAt   time.Time
	CapacityPerDay          *money.Decimal // RESOURCE only: units a day; nil where no capacity is known
	FixedShare              *money.Decimal // RESOURCE only: the share that is spent even when the resource stands idle; nil is 0

	label string
}

// MaxRate is the largest amount of a rate, in the currency's major unit.
const MaxRate = "9000000000"

// RateKey names what a rate is for.
type RateKey struct{ Subject, Code string }

// String writes "MATERIAL oak".
func (k RateKey) String() string { return k.Subject + " " + k.Code }

// Rates is an immutable index of rates. A nil *Rates holds none.
type Rates struct {
	dated    map[RateKey][]Rate // by ValidFrom, RecordedAt, ID, ascending
	overhead []string           // the codes of overheads, sorted
	turns    turns
}

// NewRates indexes rates; their order does not matter.
func NewRates(rates []Rate) *Rates {
	index := &Rates{dated: make(map[RateKey][]Rate)}
	moments := make([]time.Time, 0, 2*len(rates))
	for _, rate := range rates {
		moments = append(moments, rate.ValidFrom, rate.RecordedAt)
		rate.label = rate.Code + ", " + rate.Unit
		key := RateKey{rate.Subject, rate.Code}
		index.dated[key] = append(index.dated[key], rate)
	}
	for key, list := range index.dated {
		slices.SortFunc(list, func(a, b Rate) int {
			return cmp.Or(a.ValidFrom.Compare(b.ValidFrom), a.RecordedAt.Compare(b.RecordedAt), cmp.Compare(a.ID, b.ID))
		})
		if key.Subject == SubjectOverhead {
			index.overhead = append(index.overhead, key.Code)
		}
	}
	slices.Sort(index.overhead)
	index.turns = newTurns(moments)
	return index
}

// With returns these rates and others in addition.
func (r *Rates) With(others []Rate) *Rates {
	all := slices.Clone(others)
	if r != nil {
		for _, list := range r.dated {
			all = append(all, list...)
		}
	}
	return NewRates(all)
}

// At returns the rate that holds at a moment, as known at another: the latest with ValidFrom <= at among those
// with RecordedAt <= knownAt; of several for one ValidFrom the last recorded (ties: the greater ID).
func (r *Rates) At(subject, code string, at, knownAt time.Time) (Rate, bool) {
	if found := r.at(subject, code, at, knownAt); found != nil {
		return *found, true
	}
	return Rate{}, false
}

func (r *Rates) at(subject, code string, at, knownAt time.Time) *Rate {
	if r == nil {
		return nil
	}
	list := r.dated[RateKey{subject, code}]
	for i := len(list) - 1; i >= 0; i-- {
		if !list[i].ValidFrom.After(at) && !list[i].RecordedAt.After(knownAt) {
			return &list[i]
		}
	}
	return nil
}

// First returns the rate with the earliest ValidFrom, the last recorded of several: before it no rate holds.
func (r *Rates) First(subject, code string) (Rate, bool) {
	if r == nil || len(r.dated[RateKey{subject, code}]) == 0 {
		return Rate{}, false
	}
	list := r.dated[RateKey{subject, code}]
	first := list[0]
	for _, other := range list[1:] {
		if other.ValidFrom.Equal(first.ValidFrom) {
			first = other
		}
	}
	return first, true
}

// Keys returns the keys that have rates, in no particular order.
func (r *Rates) Keys() []RateKey {
	if r == nil {
		return nil
	}
	keys := make([]RateKey, 0, len(r.dated))
	for key := range r.dated {
		keys = append(keys, key)
	}
	return keys
}

// Next returns the first moment after at from which another rate holds, as known at knownAt: a rate set for at
// restates what happened from at up to that moment, and no later.
func (r *Rates) Next(subject, code string, at, knownAt time.Time) (time.Time, bool) {
	if r == nil {
		return time.Time{}, false
	}
	for _, rate := range r.dated[RateKey{subject, code}] {
		if rate.ValidFrom.After(at) && !rate.RecordedAt.After(knownAt) {
			return rate.ValidFrom, true
		}
	}
	return time.Time{}, false
}

var one = money.Whole(1)

// CheckRate returns what is wrong with a rate as a *FieldError, or nil: an unknown subject, no code, a unit that
// the subject is not counted in, a negative amount or capacity, a tax of more than 1, a fixed share outside 0 to 1, or capacity and
// fixed share for anything but a resource.
func CheckRate(rate Rate) error {
	switch {
	case rate.Code == "":
		return &FieldError{"code", "want the code of what is spent"}
	case rate.Amount.Sign() < 0:
		return &FieldError{"amount", "want 0 or more"}
	case rate.Subject == SubjectTax && rate.Amount.Compare(one) > 0:
		return &FieldError{"amount", "want the share of a tax from 0 to 1: 0.2 is 20 %"}
	case rate.CapacityPerDay != nil && rate.Subject != SubjectResource:
		return &FieldError{"capacityPerDay", "only a RESOURCE has a capacity"}
	case rate.CapacityPerDay != nil && rate.CapacityPerDay.Sign() < 0:
		return &FieldError{"capacityPerDay", "want 0 or more"}
	case rate.FixedShare != nil && rate.Subject != SubjectResource:
		return &FieldError{"fixedShare", "only a RESOURCE has a fixed share"}
	case rate.FixedShare != nil && (rate.FixedShare.Sign() < 0 || rate.FixedShare.Compare(one) > 0):
		return &FieldError{"fixedShare", "want a share from 0 to 1"}
	}
	switch rate.Subject {
	case SubjectStaff:
		return checkUnit(rate.Unit, "hour", "minute")
	case SubjectChannelFee:
		return checkUnit(rate.Unit, "contact")
	case SubjectChannelMinute:
		return checkUnit(rate.Unit, "minute")
	case SubjectOverhead, SubjectTax:
		return checkUnit(rate.Unit, "share")
	case SubjectMaterial, SubjectResource:
		if rate.Unit == "" {
			return &FieldError{"unit", "want the unit that it is counted in, like \"kg\" or \"hour\""}
		}
		return nil
	}
	return &FieldError{"subject", "want one of STAFF, CHANNEL_FEE, CHANNEL_MINUTE, MATERIAL, RESOURCE, OVERHEAD and TAX, not \"" + rate.Subject + "\""}
}

func checkUnit(unit string, allowed ...string) error {
	if slices.Contains(allowed, unit) {
		return nil
	}
	want := "\"" + allowed[0] + "\""
	for _, other := range allowed[1:] {
		want += " or \"" + other + "\""
	}
	return &FieldError{"unit", "want " + want + ", not \"" + unit + "\""}
}

// overheads returns the overheads that hold at a moment, by code.
func (r *Rates) overheads(at, knownAt time.Time) []*Rate {
	if r == nil {
		return nil
	}
	var all []*Rate
	for _, code := range r.overhead {
		if rate := r.at(SubjectOverhead, code, at, knownAt); rate != nil {
			all = append(all, rate)
		}
	}
	return all
}
