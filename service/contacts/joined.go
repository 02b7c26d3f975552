package contacts

import (
	"context"
	"maps"
	"slices"

	"kopeck/service"
	"kopeck/store"
)

// What is kept beside a contact and follows it when it is joined into another: what it has in the installation's own fields, the prices that
// the customer named in it as fair, and what they said in it of their needs. The kept contact's own facts win; those that it lacks are taken.

// expectedMove is the audit action of an expected price that is given to another contact.
const expectedMove = "expectedPrice.move"

// carry gives the kept contact what stands beside another that is joined into it. The transaction holds both, and the definitions of fields.
func (s *Service) carry(ctx context.Context, tx *store.Tx, keptID, otherID string) error {
	if err := s.fields.Carry(ctx, tx, keptID, otherID); err != nil {
		return err
	}
	if err := moveSaid(ctx, tx, otherID, keptID); err != nil {
		return err
	}
	_, own, err := expectedOf(ctx, tx, keptID)
	if err != nil {
		return err
	}
	ids, products, err := expectedOf(ctx, tx, otherID)
	if err != nil {
		return err
	}
	has := slices.Collect(maps.Values(own))
	for _, expectedID := range ids {
		if slices.Contains(has, products[expectedID]) { // the same was told twice: reports count it once
			reason := repeatedIn(keptID)
			if err := voidExpected(ctx, tx, expectedID, reason, s.Now()); err != nil {
				return err
			}
			if err := s.Audit(ctx, tx, "expectedPrice.void", expectedID, map[string]any{"reason": reason}); err != nil {
				return err
			}
			continue
		}
		if err := moveExpected(ctx, tx, expectedID, keptID, s.Now()); err != nil {
			return err
		}
		if err := s.Audit(ctx, tx, expectedMove, expectedID, map[string]service.Change{"contactId": {Old: otherID, New: keptID}}); err != nil {
			return err
		}
	}
	return nil
}

// repeatedIn is why an expected price is voided whose contact is joined into one that has the same.
func repeatedIn(keptID string) string {
	return "the contact was joined into " + keptID + ", which has an expected price of the product"
}
