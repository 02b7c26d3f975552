package service

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
	"kopeck/store"
)

// restateTime is how long a rate may take to be set, with all that it restates: it goes on when the caller has hung up.
const restateTime = 2 * time.Minute

// SetRate records what something costs from a moment on. A rate for the past restates, in the same transaction and
// audited, the contacts and orders from that moment to the code's next rate; a future one takes effect by itself.
//
// Codes of STAFF that are e-mails are folded, those of channels must be channels. Faults: INVALID by field, also for
// a unit in which the code's other rates are not counted; ALREADY_EXISTS on validFrom where there is a rate
// and this is not marked as its correction, and on id; FORBIDDEN for who sets no rates.
func (s *Service) SetRate(ctx context.Context, in SetRateInput) (*ent.Rate, error) {
	r, err := s.checkRate(ctx, in)
	if err != nil {
		return nil, err
	}
	working, cancel := context.WithTimeout(context.WithoutCancel(ctx), restateTime)
	defer cancel()
	made, err := s.write(working, verb{"setRate", in.IdempotencyKey, in}, func(ctx context.Context, tx *ent.Tx) (string, error) {
		if err := s.store.Lock(ctx, tx, lockRates, false); err != nil {
			return "", err
		}
		until, err := s.placeRate(ctx, tx, &r, or(in.Correction, false))
		if err != nil {
			return "", err
		}
		create := tx.Rate.Create().SetID(r.ID).SetSubject(schema.RateSubject(r.Subject)).SetCode(r.Code).SetUnit(r.Unit).SetAmount(r.Amount).
			SetCurrencyCode(s.currency.Code()).SetValidFrom(r.ValidFrom).SetRecordedAt(r.RecordedAt).
			SetNillableCapacityPerDay(r.CapacityPerDay).SetNillableFixedShare(r.FixedShare)
		if err := create.Exec(ctx); err != nil {
			if store.IsUnique(err) && in.ID != nil {
				return "", fault.New(fault.AlreadyExists, "id", "this id is taken")
			}
			return "", err
		}
		restated, err := s.restate(ctx, tx, r, until)
		if err != nil {
			return "", err
		}
		err = s.audit(ctx, tx, "rate.set", r.ID, map[string]any{
			"subject": r.Subject, "code": r.Code, "unit": r.Unit, "amount": r.Amount, "validFrom": r.ValidFrom,
			"correction": or(in.Correction, false), "contacts": restated.contacts, "orders": restated.orders,
		})
		if err != nil {
			return "", err
		}
		return r.ID, s.touch(ctx, ofBook)
	})
	if err != nil {
		return nil, err
	}
	return s.client.Rate.Get(working, made)
}

func (s *Service) checkRate(ctx context.Context, in SetRateInput) (costing.Rate, error) {
	if actor, ok := auth.From(ctx); ok && actor.May("Rate").Write == auth.NoRows {
		return costing.Rate{}, fault.New(fault.Forbidden, "", "the role %s may not do this", actor.Role)
	}
	var faults fault.List
	r := costing.Rate{Subject: string(in.Subject), ValidFrom: in.ValidFrom.UTC().Truncate(time.Microsecond)}
	var err *fault.Error
	r.ID, err = s.newID(id.Rate, in.ID)
	faults.Add(err)
	r.Code, err = text("code", in.Code, 320)
	faults.Add(err)
	r.Unit, err = text("unit", in.Unit, 40)
	faults.Add(err)
	faults.Add(checkDate("validFrom", &in.ValidFrom))
	r.Amount, err = decimal("amount", in.Amount, "0", "9000000000")
	faults.Add(err)
	optional := func(field string, given *money.Exact, most string) *money.Decimal {
		if given == nil {
			return nil
		}
		d, err := decimal(field, *given, "0", most)
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
		if err := costing.CheckRate(r); err != nil {
			return r, ofHeart(err)
		}
	}
	return r, faults.Or()
}

// staffCode is the code of a STAFF rate as it is kept: an e-mail is folded, as users' are, a grade stays as it is.
func staffCode(code string) string {
	if strings.Contains(code, "@") {
		return emailKey(code)
	}
	return code
}

// placeRate finds a rate's place among those of its code: it sets when the rate was recorded, after whatever it
// corrects, and gives the moment up to which it holds, zero for ever.
func (s *Service) placeRate(ctx context.Context, tx *ent.Tx, r *costing.Rate, correction bool) (until time.Time, err error) {
	r.RecordedAt = s.now()
	others, err := tx.Rate.Query().Where(rate.SubjectEQ(schema.RateSubject(r.Subject)), rate.Code(r.Code)).Order(rate.ByValidFrom(), rate.ByRecordedAt(), rate.ByID()).All(system(ctx))
	if err != nil {
		return until, err
	}
	for _, other := range others {
		switch same := other.ValidFrom.Equal(r.ValidFrom); {
		case same && !correction:
			return until, fault.New(fault.AlreadyExists, "validFrom", "there is a rate of %s per %s from this moment on: mark the new one as its correction", other.Amount, other.Unit)
		case same && (other.RecordedAt.After(r.RecordedAt) || other.RecordedAt.Equal(r.RecordedAt) && other.ID > r.ID):
			r.RecordedAt = other.RecordedAt.Add(time.Microsecond) // another replica's clock is ahead
		case other.ValidFrom.After(r.ValidFrom) && until.IsZero():
			until = other.ValidFrom.UTC()
		}
		if other.Unit != r.Unit && !correction && r.Subject != costing.SubjectStaff {
			return until, fault.Invalidf("unit", "%s is counted in %q, not in %q", shown(r.Code), other.Unit, r.Unit)
		}
	}
	return until, nil
}

// mostRates is how many rates one answer holds.
const mostRates = 1000

// Rates gives the rates of a subject, or of one code of it, the newest first, with all corrections; at most 1,000.
func (s *Service) Rates(ctx context.Context, subject *schema.RateSubject, code *string) ([]*ent.Rate, error) {
	query := s.client.Rate.Query()
	if subject != nil {
		query.Where(rate.SubjectEQ(*subject))
	}
	if code != nil {
		query.Where(rate.CodeIn(*code, staffCode(*code)))
	}
	rates, err := query.Order(rate.ByValidFrom(descending), rate.ByRecordedAt(descending), rate.ByID(descending)).Limit(mostRates).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("service: rates: %w", err)
	}
	return rates, nil
}
