package needs

import (
	"context"
	"time"

	"kopeck/ent/needfact"
	"kopeck/ent/predicate"
	"kopeck/service/input"
)

// year is over what purchases are summed up.
const year = 365 * 24 * time.Hour

// Customers returns what customers whom the viewer may see buy, or could buy, need by need, at a moment, nil for now, by the customer's id. INVALID
// on at.
func (s *Service) Customers(ctx context.Context, customerIDs []string, at *time.Time) (map[string][]*CustomerNeed, error) {
	if err := input.CheckDate("at", at); err != nil {
		return nil, err
	}
	moment := input.Or(at, s.Now()).UTC()
	needs, err := s.needsByID(ctx)
	if err != nil {
		return nil, err
	}
	known, err := s.factsAt(ctx, moment, needfact.CustomerIDIn(customerIDs...))
	if err != nil {
		return nil, err
	}
	spent, err := s.spent(ctx, s.Store, customerIDs, moment.Add(-year), moment)
	if err != nil {
		return nil, err
	}
	found := make(map[string][]*CustomerNeed, len(customerIDs))
	for _, customerID := range customerIDs {
		for _, one := range inOrder(needs) {
			of, b := known[customerID][one.ID], spent.of(customerID, one.ID)
			if one.Retired && of == (facts{}) && b == (bought{}) {
				continue
			}
			row := &CustomerNeed{Need: one, FromUs: b.fromUs, Supplier: of.supplier, Wallet: of.wallet, Unknown: of.unknown(b.fromUs)}
			if !b.last.IsZero() {
				row.LastOrderAt = &b.last
			}
			if row.ShareOfWallet, err = of.share(b.fromUs); err != nil {
				return nil, err
			}
			found[customerID] = append(found[customerID], row)
		}
	}
	return found, nil
}

// factsAt returns the facts that hold at a moment, by what was recorded until then, by customer and need.
func (s *Service) factsAt(ctx context.Context, at time.Time, of ...predicate.NeedFact) (map[string]map[string]facts, error) {
	rows, err := s.Client.NeedFact.Query().Where(needfact.AtLTE(at), needfact.RecordedAtLTE(at)).Where(of...).
		Order(needfact.ByAt(), needfact.ByRecordedAt(), needfact.ByID()).All(ctx)
	known := map[string]map[string]facts{}
	for _, row := range rows {
		if known[row.CustomerID] == nil {
			known[row.CustomerID] = map[string]facts{}
		}
		holds := known[row.CustomerID][row.NeedID]
		holds.put(row)
		known[row.CustomerID][row.NeedID] = holds
	}
	return known, err
}
