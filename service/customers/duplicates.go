package customers

import (
	"context"
	"slices"

	"kopeck/auth"
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
		{uniqueColumns[byEmail], byEmail, func(r *Record) *string { return r.EmailKey }, m.SetEmailTwin},
		{uniqueColumns[byExternalID], byExternalID, func(r *Record) *string { return r.ExternalID }, m.SetExternalTwin},
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
		number, err := service.NextTwin(one.column, twins, seen(ctx, tx))
		if err != nil {
			return err
		}
		one.set(number)
	}
	return nil
}

// seen returns a function that reports whether the actor may see one of some customers.
func seen(ctx context.Context, tx *store.Tx) func(ids []string) (bool, error) {
	return func(ids []string) (bool, error) { return tx.Customer.Query().Where(customer.IDIn(ids...)).Exist(ctx) }
}

// maxDuplicates is how many possible duplicates of one customer are named.
const maxDuplicates = 100

// PossibleDuplicates returns the customers that have an e-mail, an external id or a phone in common with one of some customers, and
// that the caller may see, unless somebody decided that they are two. To a partner customers have what is on their rows alone.
func (s *Service) PossibleDuplicates(ctx context.Context, of []*ent.Customer) (map[*ent.Customer][]*service.PossibleDuplicate, error) {
	found := make(map[*ent.Customer][]*service.PossibleDuplicate, len(of))
	with, err := s.known(ctx, of)
	if err != nil {
		return nil, err
	}
	by := map[service.DuplicateReason][]string{}
	for _, c := range of {
		for reason, keys := range with[c.ID] {
			by[reason] = append(by[reason], keys...)
		}
	}
	if len(by) == 0 {
		return found, nil
	}
	var beside []string // who have one of the values beside their rows
	for reason, keys := range by {
		if !SeesBeside(ctx) {
			break
		}
		err := IdentitiesBy(ctx, s.Store, reason, keys, func(one Identity) { beside = append(beside, one.CustomerID) })
		if err != nil {
			return nil, err
		}
	}
	others, err := s.Client.Customer.Query().Where(customer.DeletedAtIsNil(), customer.Or(
		customer.EmailKeyIn(by[service.DuplicateReasonEmail]...),
		customer.ExternalIDIn(by[service.DuplicateReasonExternalID]...),
		customer.PhoneIn(by[service.DuplicateReasonPhone]...),
		customer.IDIn(beside...),
	)).Order(customer.ByID()).All(ctx)
	if err != nil {
		return nil, err
	}
	theirs, err := s.known(ctx, others)
	if err != nil {
		return nil, err
	}
	apart, err := s.apart(ctx, of)
	if err != nil {
		return nil, err
	}
	for _, c := range of {
		for _, other := range others {
			if other.ID == c.ID || len(found[c]) >= maxDuplicates || apart[[2]string{c.ID, other.ID}] {
				continue
			}
			if reasons := inCommon(c, other, with[c.ID], theirs[other.ID]); len(reasons) > 0 {
				found[c] = append(found[c], &service.PossibleDuplicate{Customer: other, Reasons: reasons})
			}
		}
	}
	return found, nil
}

// keys are what tells people apart, by what it is.
type keys map[service.DuplicateReason][]string

// known returns what tells customers apart, by id: what is on the row, and what they have beside it.
func (s *Service) known(ctx context.Context, of []*ent.Customer) (map[string]keys, error) {
	ids := make([]string, len(of))
	all := make(map[string]keys, len(of))
	for i, c := range of {
		ids[i], all[c.ID] = c.ID, identities(c)
	}
	if !SeesBeside(ctx) {
		return all, nil
	}
	beside, err := IdentitiesOf(ctx, s.Store, ids...)
	for customerID, others := range beside {
		for _, one := range others {
			for reason, more := range identities(one.asCustomer()) {
				all[customerID][reason] = append(all[customerID][reason], more...)
			}
		}
	}
	return all, err
}

// SeesBeside reports whether the caller may see what tells customers apart beside their rows.
func SeesBeside(ctx context.Context) bool {
	actor, _ := auth.From(ctx)
	return actor.May("ContactPoint").Read != auth.NoRows
}

// identities returns the values of the row of a customer that tell people apart, by the reason for which another with the same is possibly
// the same person.
func identities(c *ent.Customer) keys {
	values := keys{}
	if c.EmailKey != nil {
		values[service.DuplicateReasonEmail] = []string{*c.EmailKey}
	}
	if c.ExternalID != nil {
		values[service.DuplicateReasonExternalID] = []string{*c.ExternalID}
	}
	if c.Phone != nil && input.IsE164(*c.Phone) {
		values[service.DuplicateReasonPhone] = []string{*c.Phone}
	}
	return values
}

// inCommon returns what two customers have in common. A like name is a reason beside another alone.
func inCommon(a, b *ent.Customer, of, with keys) []service.DuplicateReason {
	var reasons []service.DuplicateReason
	for _, reason := range service.AllDuplicateReason {
		if slices.ContainsFunc(of[reason], func(one string) bool { return slices.Contains(with[reason], one) }) {
			reasons = append(reasons, reason)
		}
	}
	if len(reasons) > 0 && LikeNames(a.Name, b.Name) {
		reasons = append(reasons, service.DuplicateReasonName)
	}
	return reasons
}

// apart returns the pairs of customers, each in both orders, of whom somebody decided that they are two.
func (s *Service) apart(ctx context.Context, of []*ent.Customer) (map[[2]string]bool, error) {
	ids := make([]string, len(of))
	for i, c := range of {
		ids[i] = c.ID
	}
	decisions, err := NotSame(ctx, s.Store, ids)
	pairs := map[[2]string]bool{}
	for _, d := range decisions {
		if d.RevokedAt == nil {
			pairs[d.Between], pairs[[2]string{d.Between[1], d.Between[0]}] = true, true
		}
	}
	return pairs, err
}
