package rates

import (
	"context"
	"fmt"
	"slices"
	"strconv"

	"kopeck/ent"
	"kopeck/ent/rate"
	"kopeck/fault"
	"kopeck/service"
	"kopeck/store"
)

// maxRatesSet is how many rates are set by one request.
const maxRatesSet = 250

// ratesSet is what the audit keeps of a list of rates. A repeated request finds its rates by it.
type ratesSet struct {
	Rates    []string `json:"rates"`
	Contacts int      `json:"contacts"`
	Orders   int      `json:"orders"`
}

// SetRates records rates in their order, all or none, in one transaction, and restates once what they cover. It gives
// them in that order. Faults: those of SetRate, with the row before the field: ["rates", "3", "amount"]; INVALID on
// rates for none, LIMIT_EXCEEDED for more than 250.
func (s *Service) SetRates(ctx context.Context, in service.SetRatesInput) ([]*ent.Rate, error) {
	switch {
	case len(in.Rates) == 0:
		return nil, fault.Invalidf("rates", "want at least one rate")
	case len(in.Rates) > maxRatesSet:
		return nil, fault.New(fault.LimitExceeded, "rates", "want at most %d rates", maxRatesSet)
	}
	var faults fault.List
	rates := make([]NewRate, len(in.Rates))
	for i, one := range in.Rates {
		var err error
		if rates[i], err = s.CheckRate(ctx, *one); fault.Is(err, fault.Forbidden) {
			return nil, err
		}
		row := []string{"rates", strconv.Itoa(i)}
		for _, wrong := range fault.All(err) {
			faults.Add(wrong.At(row...))
		}
		if one.IdempotencyKey != nil {
			faults.Add(fault.Invalidf("idempotencyKey", "the request as a whole has a key, a row has none").At(row...))
		}
	}
	if err := faults.Or(); err != nil {
		return nil, err
	}
	working, cancel := context.WithTimeout(context.WithoutCancel(ctx), restateTime)
	defer cancel()
	entry, err := s.Write(working, service.Verb{Name: "setRates", Key: in.IdempotencyKey, Body: in}, func(ctx context.Context, tx *store.Tx) (string, error) {
		placed := slices.Clone(rates) // the transaction may be retried
		done, wrong, err := s.placeAndRecord(ctx, tx, placed)
		if err != nil {
			return "", err
		}
		var faults fault.List
		for i, one := range wrong {
			if one != nil {
				faults.Add(fault.At(one, "rates", strconv.Itoa(i)))
			}
		}
		if err := faults.Or(); err != nil {
			return "", err
		}
		entry, err := s.AuditRates(ctx, tx, placed, done)
		if err != nil {
			return "", err
		}
		return entry, s.SnapshotChanged(ctx, tx, service.SnapshotBook)
	})
	if err != nil {
		return nil, err
	}
	return s.ratesOfEntry(working, entry)
}

// AuditRates records a list of rates in the audit, as a whole and each by itself, and gives the id of the entry of the whole.
func (s *Service) AuditRates(ctx context.Context, tx *store.Tx, rates []NewRate, done Restated) (string, error) {
	whole := ratesSet{Contacts: done.Contacts, Orders: done.Orders}
	for _, r := range rates {
		whole.Rates = append(whole.Rates, r.ID)
	}
	var audits service.AuditRows
	if err := audits.Add(ctx, s.Core, "rates.set", "rates", whole); err != nil {
		return "", err
	}
	entry := audits.Last()
	for _, r := range rates {
		detail := r.audited()
		detail["list"] = entry
		if err := audits.Add(ctx, s.Core, "rate.set", r.ID, detail); err != nil {
			return "", err
		}
	}
	return entry, audits.Write(ctx, tx)
}

// ratesOfEntry gives the rates that a list set, by the audit's entry of it.
func (s *Service) ratesOfEntry(ctx context.Context, entry string) ([]*ent.Rate, error) {
	set, err := s.setByEntry(ctx, entry)
	if err != nil {
		return nil, err
	}
	rows, err := s.Client.Rate.Query().Where(rate.IDIn(set.Rates...)).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("rates: the rates of %s: %w", entry, err)
	}
	byID := make(map[string]*ent.Rate, len(rows))
	for _, row := range rows {
		byID[row.ID] = row
	}
	rates := make([]*ent.Rate, 0, len(set.Rates))
	for _, one := range set.Rates {
		if byID[one] != nil {
			rates = append(rates, byID[one])
		}
	}
	return rates, nil
}
