package graph

import (
	"context"

	"kopeck/schema"
	"kopeck/service/quote"
)

// agreementsBelowFloor reads a page of the agreements below the floor, the one farthest below first, from memory.
func (r *Resolver) agreementsBelowFloor(ctx context.Context, w window) (*quote.AgreementsBelowFloor, error) {
	below := list[quote.AgreementBelowFloor]{"agreementsBelowFloor", func(b *quote.AgreementBelowFloor) string { return b.ID }, r.pages}
	by := column[quote.AgreementBelowFloor]{name: "DIFFERENCE", key: func(b *quote.AgreementBelowFloor) any { return b.Difference.Minor() }}
	reading, err := below.check(w, by, schema.Descending)
	if err != nil {
		return nil, err
	}
	all := r.app.Quote.BelowFloor()
	page, err := reading.pageInMemory(all, func(b *quote.AgreementBelowFloor, after *position) bool {
		key, _ := after.key.(int64)
		difference := b.Difference.Minor()
		return difference < key || difference == key && b.ID < after.id
	})
	if err != nil {
		return nil, err
	}
	agreements, err := r.app.Quote.ReadAgreements(ctx, page.rows)
	if err != nil {
		return nil, err
	}
	markSiblings(ctx, agreements)
	return &quote.AgreementsBelowFloor{Total: len(all), Rows: page.rows, PageInfo: &page.info}, nil
}
