package merging

import (
	"context"

	"entgo.io/ent/dialect/sql"

	"kopeck/auth"
	"kopeck/ent"
	"kopeck/ent/customer"
	"kopeck/fault"
	"kopeck/id"
	"kopeck/service"
	"kopeck/service/input"
	"kopeck/store"
)

const (
	defaultPairs = 20
	maxPairs     = 100
	readTogether = 200 // customers of whom duplicates are looked for at once

	// What cursors say of the list.
	listOfPairs, orderOfPairs = "duplicatePairs", "ID ASC"
)

// DuplicatePairs returns a page of the pairs of possible duplicates that wait for a decision, of those customers whom the viewer may see, in the
// order of their ids. INVALID on first and after; LIMIT_EXCEEDED on first.
func (s *Service) DuplicatePairs(ctx context.Context, first *int, after *ent.Cursor) (*service.DuplicatePairConnection, error) {
	size := input.Or(first, defaultPairs)
	switch {
	case size < 0:
		return nil, fault.Invalidf("first", "want 0 or more")
	case size > maxPairs:
		return nil, fault.New(fault.LimitExceeded, "first", "want at most %d", maxPairs)
	}
	low, second, err := readCursor(after)
	if err != nil {
		return nil, err
	}
	page := &service.DuplicatePairConnection{Edges: []*service.DuplicatePairEdge{}}
	for begin := true; ; begin = false {
		from := customer.IDGT(low)
		if begin && low != "" {
			from = customer.IDGTE(low) // the rest of the pairs of the first customer
		}
		some, err := s.Client.Customer.Query().Where(customer.DeletedAtIsNil(), from, waiting).Order(customer.ByID()).Limit(readTogether).All(ctx)
		if err != nil || len(some) == 0 {
			return page, err
		}
		of, err := s.customers.PossibleDuplicates(ctx, some)
		if err != nil {
			return nil, err
		}
		for _, c := range some {
			for _, with := range of[c] {
				if with.Customer.ID < c.ID || c.ID == low && begin && with.Customer.ID <= second {
					continue
				}
				if len(page.Edges) == size {
					page.HasNextPage = true
					return page, nil
				}
				cursor := ent.Cursor{List: listOfPairs, Order: orderOfPairs, Key: c.ID, ID: with.Customer.ID}
				page.EndCursor = &cursor
				page.Edges = append(page.Edges, &service.DuplicatePairEdge{Cursor: cursor, Node: &service.DuplicatePair{First: c, Second: with.Customer, Reasons: with.Reasons}})
			}
		}
		low = some[len(some)-1].ID
	}
}

// waiting is the condition that a customer may be a possible duplicate.
func waiting(s *sql.Selector) { s.Where(sql.ExprP(s.C("id") + " IN (" + waitingSQL + ")")) }

// readCursor returns the ids of the pair behind which a page begins.
func readCursor(after *ent.Cursor) (first, second string, err error) {
	switch {
	case after == nil:
		return "", "", nil
	case after.List != listOfPairs || after.Order != orderOfPairs || id.Check("after", id.Customer, after.Key) != nil || id.Check("after", id.Customer, after.ID) != nil:
		return "", "", fault.Invalidf("after", "not a cursor of this list; send one that the API has returned")
	}
	return after.Key, after.ID, nil
}

// DeclareNotSame records that two customers are two. To declare it again changes nothing. Faults: INVALID; NOT_FOUND by field; FORBIDDEN.
func (s *Service) DeclareNotSame(ctx context.Context, in service.DeclareNotSameInput) (*service.NotSameDecision, error) {
	var faults fault.List
	faults.Add(checkPair("firstId", in.FirstID, "secondId", in.SecondID))
	reason, err := input.OptionalText("reason", in.Reason, maxReason)
	faults.Add(err)
	if err := faults.Or(); err != nil {
		return nil, err
	}
	return s.decide(ctx, service.Verb{Name: "declareNotSame", Key: in.IdempotencyKey, Body: in}, in.FirstID, in.SecondID, func(ctx context.Context, tx *store.Tx, a, b *ent.Customer, holds bool) error {
		if holds {
			return nil
		}
		if err := s.addNotSame(ctx, tx, min(a.ID, b.ID), max(a.ID, b.ID), reason); err != nil {
			return err
		}
		return s.auditPair(ctx, tx, "customer.notSame", a, b, reason)
	})
}

// RevokeNotSame revokes that two customers are two. Faults: INVALID; NOT_FOUND by field, and on secondId where nobody decided it; FORBIDDEN.
func (s *Service) RevokeNotSame(ctx context.Context, in service.RevokeNotSameInput) (*service.NotSameDecision, error) {
	if err := checkPair("firstId", in.FirstID, "secondId", in.SecondID); err != nil {
		return nil, err
	}
	return s.decide(ctx, service.Verb{Name: "revokeNotSame", Body: in}, in.FirstID, in.SecondID, func(ctx context.Context, tx *store.Tx, a, b *ent.Customer, holds bool) error {
		if !holds {
			return fault.New(fault.NotFound, "secondId", "nobody decided that these customers are two, or it is revoked")
		}
		if err := s.revokeNotSame(ctx, tx, a.ID, b.ID); err != nil {
			return err
		}
		return s.auditPair(ctx, tx, "customer.same", a, b, nil)
	})
}

// decide changes the decision on two customers, whom it locks, and returns it. holds is whether somebody decided that they are two.
func (s *Service) decide(ctx context.Context, v service.Verb, firstID, secondID string, change func(ctx context.Context, tx *store.Tx, a, b *ent.Customer, holds bool) error) (*service.NotSameDecision, error) {
	if _, err := auth.Writer(ctx, "Customer"); err != nil {
		return nil, err
	}
	_, err := s.Write(ctx, v, func(ctx context.Context, tx *store.Tx) (string, error) {
		if err := service.HoldCustomers(ctx, tx, firstID, secondID, s.Kept(firstID), s.Kept(secondID)); err != nil {
			return "", err
		}
		var faults fault.List
		a, err := s.LockCustomer(ctx, tx, "firstId", firstID)
		faults.Add(err)
		b, err := s.LockCustomer(ctx, tx, "secondId", secondID)
		faults.Add(err)
		if err := faults.Or(); err != nil {
			return "", err
		}
		if a.ID == b.ID {
			return "", sameCustomer("secondId")
		}
		now, err := decisionOn(ctx, tx, a.ID, b.ID)
		if err != nil {
			return "", err
		}
		if err := change(ctx, tx, a, b, now != nil && now.RevokedAt == nil); err != nil {
			return "", err
		}
		if err := s.CustomerChanged(ctx, tx, a.ID, service.Both("notSame", b.ID)); err != nil {
			return "", err
		}
		return a.ID, s.CustomerChanged(ctx, tx, b.ID, service.Both("notSame", a.ID))
	})
	if err != nil {
		return nil, err
	}
	// Where the request is repeated the customers may have become others': then nothing is said of them.
	if _, err := s.Client.Customer.Get(ctx, s.Kept(firstID)); err != nil {
		return nil, err
	}
	other, err := s.Client.Customer.Get(ctx, s.Kept(secondID))
	if err != nil {
		return nil, err
	}
	decision, err := decisionOn(ctx, s.Store, s.Kept(firstID), s.Kept(secondID))
	if err != nil || decision == nil {
		return nil, err
	}
	decision.Other = other
	return decision, nil
}

func (s *Service) auditPair(ctx context.Context, tx *store.Tx, action string, a, b *ent.Customer, reason *string) error {
	for _, one := range [][2]string{{a.ID, b.ID}, {b.ID, a.ID}} {
		if err := s.Audit(ctx, tx, action, one[0], map[string]any{"other": one[1], "reason": reason}); err != nil {
			return err
		}
	}
	return nil
}
