package quote

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"kopeck/ent"
	"kopeck/ent/customer"
	"kopeck/ent/priceagreement"
	"kopeck/money"
	"kopeck/pricing"
	"kopeck/schema"
	"kopeck/store"
)

// AgreementBelowFloor is an agreed price that is under today's floor.
type AgreementBelowFloor struct {
	Agreement         *ent.PriceAgreement
	Floor, Difference money.Amount
	Lifted            bool
	ID                string // of the agreement
}

// AgreementsBelowFloor is a page of the agreements whose price lies below today's floor.
type AgreementsBelowFloor struct {
	// How many there are.
	Total    int                    `json:"total"`
	Rows     []*AgreementBelowFloor `json:"rows"`
	PageInfo *schema.PageInfo       `json:"pageInfo"`
}

// BelowFloor returns those of the agreements that hold now whose price is under the floor of their product and least quantity, the
// deepest first. It makes no statement, so their field Agreement is nil, see ReadAgreements, but where products are made to measure: then it
// reads the measurements of the customers. Who may see it is for the caller to decide.
func (s *Service) BelowFloor(ctx context.Context) ([]*AgreementBelowFloor, error) {
	now, prices, measurements := s.Now(), s.book.Load().prices, map[string]map[string]any{}
	for some := range slices.Chunk(prices.Measured(now), store.IDsPerStatement) {
		customers, err := s.Client.Customer.Query().Where(customer.IDIn(some...)).All(ctx)
		if err != nil {
			return nil, err
		}
		for _, c := range customers {
			measurements[c.ID] = c.Measurements
		}
	}
	below := prices.BelowFloor(now, measurements)
	slices.SortFunc(below, func(a, b pricing.Below) int {
		return cmp.Or(b.Difference.Compare(a.Difference), cmp.Compare(b.Agreement.ID, a.Agreement.ID))
	})
	all := make([]*AgreementBelowFloor, len(below))
	for i, b := range below {
		all[i] = &AgreementBelowFloor{Floor: b.Floor, Difference: b.Difference, Lifted: b.Agreement.OverrideReason == "", ID: b.Agreement.ID}
	}
	return all, nil
}

// ReadAgreements reads the agreements of some results of BelowFloor, in one statement, and sets their field Agreement.
func (s *Service) ReadAgreements(ctx context.Context, below []*AgreementBelowFloor) ([]*ent.PriceAgreement, error) {
	ids := make([]string, len(below))
	for i, b := range below {
		ids[i] = b.ID
	}
	rows, err := s.Client.PriceAgreement.Query().Where(priceagreement.IDIn(ids...)).All(ctx)
	if err != nil {
		return nil, err
	}
	byID := make(map[string]*ent.PriceAgreement, len(rows))
	for _, row := range rows {
		byID[row.ID] = row
	}
	for _, b := range below {
		if b.Agreement = byID[b.ID]; b.Agreement == nil {
			return nil, fmt.Errorf("quote: the agreement %s is in the book and not in the database", b.ID)
		}
	}
	return rows, nil
}
