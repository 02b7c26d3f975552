package service

import (
	"cmp"
	"context"
	"slices"

	"kopeck/ent"
	"kopeck/ent/priceagreement"
	"kopeck/fault"
	"kopeck/money"
	"kopeck/pricing"
)

// AgreementsBelowFloor are agreed prices that stand under today's floor, the deepest first, and how many there are.
type AgreementsBelowFloor struct {
	Total int
	Rows  []*AgreementBelowFloor
}

// AgreementBelowFloor is one of them.
type AgreementBelowFloor struct {
	Agreement         *ent.PriceAgreement
	Floor, Difference money.Amount
	Lifted            bool
}

// Agreements gives those of the rows.
func (r *AgreementsBelowFloor) Agreements() []*ent.PriceAgreement {
	all := make([]*ent.PriceAgreement, len(r.Rows))
	for i, row := range r.Rows {
		all[i] = row.Agreement
	}
	return all
}

// AgreementsBelowFloor looks at all agreements that hold now: those that rates have pushed under the floor of their product
// and least quantity. One statement. INVALID on first. Who may see it is for the caller to know.
func (s *Service) AgreementsBelowFloor(ctx context.Context, first *int) (*AgreementsBelowFloor, error) {
	most := or(first, 20)
	if most < 0 || most > 100 {
		return nil, fault.Invalidf("first", "want 0 to 100")
	}
	now := s.now()
	below := s.book.Load().prices.BelowFloor(now)
	slices.SortFunc(below, func(a, b pricing.Below) int {
		return cmp.Or(b.Difference.Compare(a.Difference), cmp.Compare(a.Agreement.ID, b.Agreement.ID))
	})
	report := &AgreementsBelowFloor{Total: len(below), Rows: []*AgreementBelowFloor{}}
	below = below[:min(len(below), most)]
	ids := make([]string, len(below))
	for i, b := range below {
		ids[i] = b.Agreement.ID
	}
	rows, err := s.client.PriceAgreement.Query().Where(priceagreement.IDIn(ids...)).All(ctx)
	if err != nil {
		return nil, err
	}
	byID := make(map[string]*ent.PriceAgreement, len(rows))
	for _, row := range rows {
		byID[row.ID] = row
	}
	for _, b := range below {
		if row := byID[b.Agreement.ID]; row != nil {
			report.Rows = append(report.Rows, &AgreementBelowFloor{row, b.Floor, b.Difference, b.Agreement.OverrideReason == ""})
		}
	}
	return report, nil
}
