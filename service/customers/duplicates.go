package customers

import (
	"context"

	"kopeck/ent"
	"kopeck/ent/customer"
	"kopeck/service"
	"kopeck/service/input"
	"kopeck/store"
)

// An e-mail and an external id are unique among the customers that one sees. Who records a customer under those of one whom they may
// not see must not learn of it: both are then possible duplicates, for whoever sees both.

// twinned is a value that customers who do not see each other's records may share.
type twinned int

const (
	byEmail twinned = iota
	byExternalID
)

// twinsOf sets the numbers that tell a customer's e-mail and external id from those of customers whom the actor may not see. Values
// that the actor sees to be taken are ALREADY_EXISTS. before is the customer as it was, nil for a new one.
func (s *Service) twinsOf(ctx context.Context, tx *store.Tx, m *ent.CustomerMutation, row, before *Record) error {
	for _, one := range []struct {
		column service.UniqueColumn
		of     twinned
		value  func(r *Record) *string
		set    func(number int)
	}{
		{uniqueColumns[0], byEmail, func(r *Record) *string { return r.EmailKey }, m.SetEmailTwin},
		{uniqueColumns[1], byExternalID, func(r *Record) *string { return r.ExternalID }, m.SetExternalTwin},
	} {
		value, self := one.value(row), ""
		if before != nil {
			self = before.ID
			if kept := one.value(before); value != nil && kept != nil && *kept == *value {
				continue
			}
		}
		if value == nil {
			one.set(0)
			continue
		}
		twins, err := twins(ctx, tx, one.of, *value, self)
		if err != nil {
			return err
		}
		number, err := service.NextTwin(one.column, twins, func(ids []string) (bool, error) {
			return tx.Customer.Query().Where(customer.IDIn(ids...)).Exist(ctx)
		})
		if err != nil {
			return err
		}
		one.set(number)
	}
	return nil
}

// maxDuplicates is how many possible duplicates of one customer are named.
const maxDuplicates = 100

// PossibleDuplicates returns the customers that have an e-mail, an external id or a phone in common with one of some customers, and
// that the caller may see. It takes one statement.
func (s *Service) PossibleDuplicates(ctx context.Context, of []*ent.Customer) (map[*ent.Customer][]*service.PossibleDuplicate, error) {
	by := map[service.DuplicateReason][]string{}
	for _, c := range of {
		for reason, value := range identities(c) {
			by[reason] = append(by[reason], value)
		}
	}
	found := make(map[*ent.Customer][]*service.PossibleDuplicate, len(of))
	if len(by) == 0 {
		return found, nil
	}
	others, err := s.Client.Customer.Query().Where(customer.DeletedAtIsNil(), customer.Or(
		customer.EmailKeyIn(by[service.DuplicateReasonEmail]...),
		customer.ExternalIDIn(by[service.DuplicateReasonExternalID]...),
		customer.PhoneIn(by[service.DuplicateReasonPhone]...),
	)).Order(customer.ByID()).All(ctx)
	if err != nil {
		return nil, err
	}
	for _, c := range of {
		for _, other := range others {
			reasons := inCommon(c, other)
			if other.ID != c.ID && len(reasons) > 0 && len(found[c]) < maxDuplicates {
				found[c] = append(found[c], &service.PossibleDuplicate{Customer: other, Reasons: reasons})
			}
		}
	}
	return found, nil
}

// identities returns the values of a customer that tell people apart, by the reason for which another with the same is possibly the
// same person.
func identities(c *ent.Customer) map[service.DuplicateReason]string {
	values := map[service.DuplicateReason]string{}
	if c.EmailKey != nil {
		values[service.DuplicateReasonEmail] = *c.EmailKey
	}
	if c.ExternalID != nil {
		values[service.DuplicateReasonExternalID] = *c.ExternalID
	}
	if c.Phone != nil && input.IsE164(*c.Phone) {
		values[service.DuplicateReasonPhone] = *c.Phone
	}
	return values
}

// inCommon returns what two customers have in common.
func inCommon(a, b *ent.Customer) []service.DuplicateReason {
	var reasons []service.DuplicateReason
	of, with := identities(a), identities(b)
	for _, reason := range service.AllDuplicateReason {
		if value, known := of[reason]; known && with[reason] == value {
			reasons = append(reasons, reason)
		}
	}
	return reasons
}
