package rates

import (
	"context"
	"time"

	"kopeck/costing"
	"kopeck/ent"
	"kopeck/money"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/service/input"
	"kopeck/store"
)

// ContactInput returns what the cost of a contact is computed from; staff is nil where none of our people took part.
// Whatever costs a contact makes its input here.
func ContactInput(staff *ent.User, minutes money.Decimal, channel schema.Channel, expense money.Amount) costing.ContactInput {
	var codes []string
	if staff != nil {
		codes = costing.StaffCodes(staff.EmailKey, staff.Grade)
	}
	return costing.NewContactInput(minutes, string(channel), expense, codes)
}

// CostContact costs a contact by all rates that are known now of its moment. The transaction holds the rates.
func (s *Service) CostContact(ctx context.Context, tx *store.Tx, in costing.ContactInput, at time.Time) (costing.ContactCost, error) {
	var codes []string
	for _, key := range in.RateKeys() {
		codes = append(codes, key.Code)
	}
	dated, err := ratesOfCodes(ctx, tx, codes)
	if err != nil {
		return costing.ContactCost{}, err
	}
	cost, err := costing.Contact(in, costing.NewRates(dated), at, service.EndOfTime, s.Currency)
	return cost, input.DomainError(err)
}
