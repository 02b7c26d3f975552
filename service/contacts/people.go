package contacts

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"

	"kopeck/ent"
	"kopeck/ent/customer"
	"kopeck/fault"
	"kopeck/id"
	"kopeck/service"
	"kopeck/store"
)

// Customers may take part in a contact with another: people in one with their company. What the contact costs and earns is of the customer
// whom it is with. Whoever may see the contact need not see all of them, and changes those alone whom they see.

// maxPeople is how many customers may take part in a contact beside its own.
const maxPeople = 50

// peopleField is the name of the field in inputs, in conflicts and in the audit.
const peopleField = "peopleIds"

// People returns the customers who took part in contacts beside their own, by contact, of those that the caller may see. The caller may see the
// contacts.
func (s *Service) People(ctx context.Context, of []*ent.Contact) (map[string][]*ent.Customer, error) {
	contactIDs, own := make([]string, len(of)), make(map[string]string, len(of))
	for i, c := range of {
		contactIDs[i], own[c.ID] = c.ID, c.CustomerID
	}
	took, err := peopleOf(ctx, s.Store, contactIDs)
	if err != nil {
		return nil, err
	}
	var ids []string
	for _, some := range took {
		ids = append(ids, some...)
	}
	slices.Sort(ids)
	byID := map[string]*ent.Customer{}
	for some := range slices.Chunk(slices.Compact(ids), store.IDsPerStatement) {
		seen, err := s.Client.Customer.Query().Where(customer.IDIn(some...), customer.DeletedAtIsNil()).All(ctx)
		if err != nil {
			return nil, fmt.Errorf("contacts: people: %w", err)
		}
		for _, c := range seen {
			byID[c.ID] = c
		}
	}
	all := make(map[string][]*ent.Customer, len(of))
	for contactID, some := range took {
		for _, one := range some {
			if c := byID[one]; c != nil && one != own[contactID] { // they may have been merged
				all[contactID] = append(all[contactID], c)
			}
		}
	}
	return all, nil
}

// checkPeopleIDs checks the ids of customers whom an input names. INVALID by field.
func checkPeopleIDs(given []string) ([]string, error) {
	if len(given) > maxPeople {
		return nil, fault.Invalidf(peopleField, "want at most %d customers", maxPeople)
	}
	var faults fault.List
	for i, one := range given {
		faults.Add(fault.At(id.Check(strconv.Itoa(i), id.Customer, one), peopleField))
		if slices.Contains(given[:i], one) {
			faults.Add(fault.Invalidf(strconv.Itoa(i), "is named twice").At(peopleField))
		}
	}
	return slices.Clone(given), faults.Or()
}

// lockPeople locks the customers who newly took part in a contact, and puts into the record the ids of those who answer for them. before are the
// ids of those who did already. INVALID on peopleIds for the contact's own customer; NOT_FOUND.
func (s *Service) lockPeople(ctx context.Context, tx *store.Tx, n *Record, before []string) error {
	var faults fault.List
	var people []string
	for i, one := range n.PeopleIDs {
		isNamed := i < len(n.PeopleIDs)-len(n.hiddenPeople) // by the actor, to whom one whom they may not see is like one who is not there
		if !slices.Contains(before, one) || isNamed && slices.Contains(n.hiddenPeople, one) {
			c, err := s.LockCustomer(ctx, tx, strconv.Itoa(i), one)
			if err != nil {
				faults.Add(fault.At(err, peopleField))
				continue
			}
			one = c.ID
		}
		if one == n.CustomerID && !slices.Contains(before, one) {
			faults.Add(fault.Invalidf(strconv.Itoa(i), "the contact is with this customer: want others").At(peopleField))
		}
		people = append(people, one)
	}
	slices.Sort(people)
	n.PeopleIDs = slices.Compact(people)
	return faults.Or()
}

// keepHiddenPeople returns changes of who took part with those of before whom the actor may not see behind the others: they stay. It notes them
// in the record of before.
func keepHiddenPeople(ctx context.Context, tx *store.Tx, now *Record, given *changes) (*changes, error) {
	if !given.Gives(peopleField) || len(now.PeopleIDs) == 0 {
		return given, nil
	}
	values := make([]any, len(now.PeopleIDs))
	for i, one := range now.PeopleIDs {
		values[i] = one
	}
	seen, err := service.SeenAmong(ctx, tx.Customer, values...)
	if err != nil {
		return nil, err
	}
	all, to := *given, *given.To // the transaction may be retried
	for _, one := range now.PeopleIDs {
		if !seen[one] {
			now.hiddenPeople = append(now.hiddenPeople, one)
		}
	}
	to.PeopleIDs = slices.Concat(to.PeopleIDs, now.hiddenPeople)
	all.To = &to
	return &all, nil
}

// sortedPeople is the value of peopleIds as conflicts and the audit have it; nil for nobody.
func sortedPeople(r *Record) any {
	if len(r.PeopleIDs) == 0 {
		return nil
	}
	return slices.Sorted(slices.Values(r.PeopleIDs))
}

// idsIn returns the ids of customers in a value of peopleIds, as records or the audit have it.
func idsIn(value any) (ids []string) {
	text, err := json.Marshal(value)
	if err != nil || json.Unmarshal(text, &ids) != nil {
		return nil
	}
	return ids
}

// onlySeen returns a value of peopleIds with those customers alone whom the actor may see; nil for nobody.
func onlySeen(seen service.CustomersSeen, value any) any {
	ids := slices.DeleteFunc(idsIn(value), func(one string) bool { return !seen[one] })
	if len(ids) == 0 {
		return nil
	}
	return ids
}
