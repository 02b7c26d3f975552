package rates

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"kopeck/auth"
	"kopeck/costing"
	"kopeck/ent"
	"kopeck/ent/rate"
	"kopeck/fault"
	"kopeck/id"
	"kopeck/money"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/service/input"
	"kopeck/store"
)

// restateTime is how long setting rates may take, with all that they restate. It goes on when the caller has disconnected.
const restateTime = 2 * time.Minute

// NewRate is a rate to be set, checked.
type NewRate struct {
	costing.Rate
	Correction bool
}

// mostRates is how many rates one answer holds.
const mostRates = 1000

// SetRate records what something costs from a moment on. A rate for the past restates, in the same transaction and
// audited, the contacts and orders from that moment to the code's next rate; a future one takes effect by itself.
//
// Codes of STAFF that are e-mails are folded, those of channels must be channels. Faults: INVALID by field, also for
// a unit in which the code's other rates are not counted; ALREADY_EXISTS on validFrom where there is a rate
// and this is not marked as its correction, and on id; FORBIDDEN for a role that sets no rates.
func (s *Service) SetRate(ctx context.Context, in service.SetRateInput) (*ent.Rate, error) {
	r, err := s.CheckRate(ctx, in)
	if err != nil {
		return nil, err
	}
	working, cancel := context.WithTimeout(context.WithoutCancel(ctx), restateTime)
	defer cancel()
	made, err := s.Write(working, service.Verb{Name: "setRate", Key: in.IdempotencyKey, Body: in}, func(ctx context.Context, tx *store.Tx) (string, error) {
		rates := []NewRate{r}
		restated, faults, err := s.placeAndRecord(ctx, tx, rates)
		switch {
		case err != nil:
			return "", err
		case faults.any():
			return "", faults[0]
		}
		detail := rates[0].audited()
		detail["contacts"], detail["orders"] = restated.Contacts, restated.Orders
		if err := s.Audit(ctx, tx, "rate.set", r.ID, detail); err != nil {
			return "", err
		}
		return r.ID, s.SnapshotChanged(ctx, tx, service.SnapshotBook)
	})
	if err != nil {
		return nil, err
	}
	return s.Client.Rate.Get(working, made)
}

// Key is what the rate is of.
func (r NewRate) Key() costing.RateKey { return costing.RateKey{Subject: r.Subject, Code: r.Code} }

// audited returns what the audit keeps of a rate.
func (r NewRate) audited() map[string]any {
	return map[string]any{
		"subject": r.Subject, "code": r.Code, "unit": r.Unit, "amount": r.Amount, "validFrom": r.ValidFrom, "correction": r.Correction,
		"capacityPerDay": r.CapacityPerDay, "fixedShare": r.FixedShare,
	}
}

// CheckRate checks a rate by itself, for single rates, lists and files. Whether it fits the others of its code is checked by
// [RecordedRates.Place].
func (s *Service) CheckRate(ctx context.Context, in service.SetRateInput) (NewRate, error) {
	if actor, ok := auth.From(ctx); ok && actor.May("Rate").Write == auth.NoRows {
		return NewRate{}, fault.New(fault.Forbidden, "", "the role %s may not do this", actor.Role)
	}
	var faults fault.List
	r := NewRate{Rate: costing.Rate{Subject: string(in.Subject), ValidFrom: in.ValidFrom.UTC().Truncate(time.Microsecond)}, Correction: input.Or(in.Correction, false)}
	var err error
	r.ID, err = s.NewID(id.Rate, in.ID)
	faults.Add(err)
	r.Code, err = input.Text("code", in.Code, 320)
	faults.Add(err)
	r.Unit, err = input.Text("unit", in.Unit, 40)
	faults.Add(err)
	faults.Add(input.CheckDate("validFrom", &in.ValidFrom))
	r.Amount, err = input.Decimal("amount", in.Amount, "0", costing.MaxRate)
	faults.Add(err)
	optional := func(field string, given *money.Exact, most string) *money.Decimal {
		if given == nil {
			return nil
		}
		d, err := input.Decimal(field, *given, "0", most)
		faults.Add(err)
		return &d
	}
	r.CapacityPerDay = optional("capacityPerDay", in.CapacityPerDay, "1000000000")
	r.FixedShare = optional("fixedShare", in.FixedShare, "1")
	switch in.Subject {
	case schema.RateStaff:
		r.Code = staffCode(r.Code)
	case schema.RateChannelFee, schema.RateChannelMinute:
		if channels := schema.Channel("").Values(); !slices.Contains(channels, r.Code) {
			faults.Add(fault.Invalidf("code", "not a channel: want one of %s", strings.Join(channels, ", ")))
		}
	}
	if len(faults) == 0 {
		if err := costing.CheckRate(r.Rate); err != nil {
			return r, input.DomainError(err)
		}
	}
	return r, faults.Or()
}

// staffCode returns the code of a STAFF rate as it is stored: an e-mail is folded, as users' are; a grade stays as it is.
func staffCode(code string) string {
	if strings.Contains(code, "@") {
		return input.EmailKey(code)
	}
	return code
}

// Rates gives the rates of a subject, or of one code of it, the newest first, with all corrections; at most 1,000.
func (s *Service) Rates(ctx context.Context, subject *schema.RateSubject, code *string) ([]*ent.Rate, error) {
	query := s.Client.Rate.Query()
	if subject != nil {
		query.Where(rate.SubjectEQ(*subject))
	}
	if code != nil {
		query.Where(rate.CodeIn(*code, staffCode(*code)))
	}
	rates, err := query.Order(rate.ByValidFrom(store.Descending), rate.ByRecordedAt(store.Descending), rate.ByID(store.Descending)).Limit(mostRates).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("rates: rates: %w", err)
	}
	return rates, nil
}
