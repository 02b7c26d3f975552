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
	"kopeck/schema"
	"kopeck/service"
	"kopeck/service/input"
	"kopeck/store"
)

// restateTime is how long setting rates may take, with all that they restate. It goes on when the caller has disconnected.
const restateTime = 2 * time.Minute

// NewRate is a rate as it is set, or as a file gives it: there without an id for a new one, and with a zero RecordedAt for now.
type NewRate struct {
	costing.Rate
	Correction bool // of an earlier one for the same moment
}

// maxRates is how many rates one answer holds.
const maxRates = 1000

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

// audited returns what the audit keeps of a rate: what setRate takes, by the names of its input, but for the id.
func (r NewRate) audited() map[string]any {
	detail := map[string]any{}
	for _, f := range fields {
		if f.input != "" && f.input != "id" {
			detail[f.input] = f.Model(&r)
		}
	}
	return detail
}

// CheckRate checks a rate by itself, for single rates and lists. Whether it fits the others of its code is checked by
// [RecordedRates.Place].
func (s *Service) CheckRate(ctx context.Context, in service.SetRateInput) (NewRate, error) {
	if _, err := auth.Writer(ctx, "Rate"); err != nil {
		return NewRate{}, err
	}
	var faults fault.List
	var r NewRate
	for _, f := range fields {
		if f.read != nil {
			faults.Add(f.read(&in, &r))
		}
	}
	return s.checked(r, faults)
}

// CheckRecord checks a rate of a file as CheckRate does one of an input. Without an id it is given one.
func (s *Service) CheckRecord(r NewRate) (NewRate, error) { return s.checked(r, nil) }

// checkCode checks what a rate is for, and brings it into the form in which it is kept.
func checkCode(_ *Service, field string, r *NewRate) error {
	code, err := input.Text(field, r.Code, 320)
	if err != nil {
		return err
	}
	r.Code = code
	switch r.Subject {
	case costing.SubjectStaff:
		r.Code = staffCode(r.Code)
	case costing.SubjectChannelFee, costing.SubjectChannelMinute:
		if channels := schema.Channel("").Values(); !slices.Contains(channels, r.Code) {
			return fault.Invalidf(field, "not a channel: want one of %s", strings.Join(channels, ", "))
		}
	}
	return nil
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
	rates, err := query.Order(rate.ByValidFrom(store.Descending), rate.ByRecordedAt(store.Descending), rate.ByID(store.Descending)).Limit(maxRates).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("rates: rates: %w", err)
	}
	return rates, nil
}
