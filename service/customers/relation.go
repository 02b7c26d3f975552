package customers

import (
	"context"
	"fmt"
	"slices"
	"time"

	"kopeck/auth"
	"kopeck/ent"
	"kopeck/ent/customer"
	"kopeck/fault"
	"kopeck/id"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/service/input"
	"kopeck/store"
)

// Bounds of relations.
const (
	MaxRole      = 200   // in characters
	MaxRelations = 1_000 // of one customer
)

const maxRemovalReason = 1000 // in characters

// The audit actions of relations.
const (
	RelationCreate  = "relation.create"
	RelationCorrect = "relation.correct"
	relationRemove  = "relation.remove"
)

// CustomerRelation is that a person belongs to a company or a household, from a day on, until a day.
type CustomerRelation struct {
	ID        string
	Version   int
	Person    *ent.Customer
	Company   *ent.Customer // or household
	Role      *string
	From      schema.Date
	To        *schema.Date // the last day; nil while it has none
	CreatedAt time.Time
	UpdatedAt time.Time

	personID, companyID string
}

// RelationPayload is the answer of the mutations of a relation.
type RelationPayload struct {
	Relation   *CustomerRelation
	UserErrors []service.UserError
}

// facts are the facts of a relation by the names that inputs have for them.
func (r *CustomerRelation) facts() map[string]any {
	return map[string]any{"role": r.Role, "from": r.From, "to": r.To}
}

// HoldsOn reports whether a relation holds on a day.
func (r *CustomerRelation) HoldsOn(day schema.Date) bool {
	return r.From <= day && (r.To == nil || day <= *r.To)
}

// Relations returns the relations of customers of which the caller may see both, by each customer's id, the earliest first: all of them or, with
// a moment, those that hold on its day. INVALID on at.
func (s *Service) Relations(ctx context.Context, customerIDs []string, at *time.Time) (map[string][]*CustomerRelation, error) {
	found, err := relationsOf(ctx, s.Store, customerIDs)
	if err != nil {
		return nil, err
	}
	if at != nil {
		if err := input.CheckDate("at", at); err != nil {
			return nil, err
		}
		day := schema.Date(s.Settings().Day(*at))
		found = slices.DeleteFunc(found, func(r *CustomerRelation) bool { return !r.HoldsOn(day) })
	}
	if found, err = s.seenRelations(ctx, found); err != nil {
		return nil, err
	}
	all := map[string][]*CustomerRelation{}
	for _, r := range found {
		all[r.personID] = append(all[r.personID], r)
		all[r.companyID] = append(all[r.companyID], r)
	}
	return all, nil
}

// seenRelations fills in the two customers of relations and leaves out those of which the caller may not see both, and what a merge made of two
// who were related.
func (s *Service) seenRelations(ctx context.Context, found []*CustomerRelation) ([]*CustomerRelation, error) {
	var ids []string
	for _, r := range found {
		ids = append(ids, r.personID, r.companyID)
	}
	slices.Sort(ids)
	byID := map[string]*ent.Customer{}
	for some := range slices.Chunk(slices.Compact(ids), store.IDsPerStatement) {
		seen, err := s.Client.Customer.Query().Where(customer.IDIn(some...), customer.DeletedAtIsNil()).All(ctx)
		if err != nil {
			return nil, fmt.Errorf("customers: relations: %w", err)
		}
		for _, c := range seen {
			byID[c.ID] = c
		}
	}
	return slices.DeleteFunc(found, func(r *CustomerRelation) bool {
		r.Person, r.Company = byID[r.personID], byID[r.companyID]
		return r.Person == nil || r.Company == nil || r.personID == r.companyID
	}), nil
}

// RelateCustomers records that a person belongs to a company or a household.
//
// Faults: INVALID by field; NOT_FOUND on personId and companyId; ALREADY_EXISTS on companyId where they belong to each other already on one of
// the days; LIMIT_EXCEEDED on companyId and personId; FORBIDDEN.
func (s *Service) RelateCustomers(ctx context.Context, in service.RelateCustomersInput) (*CustomerRelation, error) {
	if _, err := auth.Writer(ctx, "Customer"); err != nil {
		return nil, err
	}
	var faults fault.List
	faults.Add(id.Check("personId", id.Customer, in.PersonID))
	faults.Add(id.Check("companyId", id.Customer, in.CompanyID))
	role, err := input.OptionalText("role", in.Role, MaxRole)
	faults.Add(err)
	r := &CustomerRelation{Role: role, From: schema.Date(s.Settings().Day(s.Now())), To: in.To}
	if in.From != nil {
		r.From = *in.From
	}
	faults.Add(s.CheckDays(r))
	if err := faults.Or(); err != nil {
		return nil, err
	}
	made, err := s.Write(ctx, service.Verb{Name: "relateCustomers", Key: in.IdempotencyKey, Body: in}, func(ctx context.Context, tx *store.Tx) (string, error) {
		r := *r // the transaction may be retried
		if err := service.HoldCustomers(ctx, tx, in.PersonID, in.CompanyID, s.Kept(in.PersonID), s.Kept(in.CompanyID)); err != nil {
			return "", err
		}
		var faults fault.List
		person, err := s.LockCustomer(ctx, tx, "personId", in.PersonID)
		faults.Add(err)
		company, err := s.LockCustomer(ctx, tx, "companyId", in.CompanyID)
		faults.Add(err)
		if err := faults.Or(); err != nil {
			return "", err
		}
		if err := CheckKinds(person, company); err != nil {
			return "", err
		}
		now := s.Now()
		r.ID, r.Version, r.personID, r.companyID, r.CreatedAt, r.UpdatedAt = s.IDs.Make(id.Relation), 1, person.ID, company.ID, now, now
		if err := checkApart(ctx, tx, "companyId", &r); err != nil {
			return "", err
		}
		if err := insertRelation(ctx, tx, &r); err != nil {
			return "", err
		}
		detail := r.facts()
		detail["personId"], detail["companyId"] = person.ID, company.ID
		return r.ID, s.relationChanged(ctx, tx, &r, RelationCreate, detail)
	})
	if err != nil {
		return nil, err
	}
	return s.relation(ctx, made)
}

// CheckKinds checks that a person belongs to a company or a household.
func CheckKinds(person, company *ent.Customer) error {
	var faults fault.List
	if person.ID == company.ID {
		return fault.Invalidf("companyId", "nobody belongs to themselves: want another customer")
	}
	if person.Kind != schema.Person {
		faults.Add(fault.Invalidf("personId", "want a customer of kind PERSON, not %s", person.Kind))
	}
	if company.Kind == schema.Person {
		faults.Add(fault.Invalidf("companyId", "want a customer of kind COMPANY or HOUSEHOLD, not PERSON"))
	}
	return faults.Or()
}

// CheckDays checks the days of a relation. INVALID on from and to.
func (s *Service) CheckDays(r *CustomerRelation) error {
	first, last := schema.DateOf(time.Date(1900, 1, 1, 0, 0, 0, 0, time.UTC)), schema.DateOf(s.Now().UTC().AddDate(10, 0, 0))
	switch {
	case r.From < first || r.From > last:
		return fault.Invalidf("from", "want a day from %s to %s", first, last)
	case r.To != nil && (*r.To < r.From || *r.To > last):
		return fault.Invalidf("to", "want a day from the first, %s, to %s", r.From, last)
	}
	return nil
}

// Overlaps reports whether two relations have a day in common.
func (r *CustomerRelation) Overlaps(other *CustomerRelation) bool {
	return (other.To == nil || *other.To >= r.From) && (r.To == nil || *r.To >= other.From)
}

// within reports whether the days of a relation are all among those that it had before.
func (r *CustomerRelation) within(was *CustomerRelation) bool {
	return r.From >= was.From && (was.To == nil || r.To != nil && *r.To <= *was.To)
}

// checkApart checks that two customers do not belong to each other by another relation on one of the days, and that neither has too many that
// the actor sees: how many there are with others is not told by a refusal.
// ALREADY_EXISTS and LIMIT_EXCEEDED on a field.
func checkApart(ctx context.Context, tx *store.Tx, field string, r *CustomerRelation) error {
	others, err := relationsOf(ctx, tx, []string{r.personID, r.companyID})
	if err != nil {
		return err
	}
	seen, err := sidesSeen(ctx, tx, others)
	if err != nil {
		return err
	}
	counts := map[string]int{}
	for _, other := range others {
		if other.ID == r.ID || !seen[other.personID] || !seen[other.companyID] {
			continue
		}
		counts[other.personID]++
		counts[other.companyID]++
		isSame := other.personID == r.personID && other.companyID == r.companyID
		if isSame && r.Overlaps(other) {
			return fault.New(fault.AlreadyExists, field, "the person belongs there already on some of these days: correct that relation, or end it first")
		}
	}
	if counts[r.personID] >= MaxRelations || counts[r.companyID] >= MaxRelations {
		return fault.New(fault.LimitExceeded, field, "want at most %d relations of one customer", MaxRelations)
	}
	return nil
}

// sidesSeen returns whom of the customers of relations the actor may see.
func sidesSeen(ctx context.Context, tx *store.Tx, relations []*CustomerRelation) (service.CustomersSeen, error) {
	named := make([]any, 0, 2*len(relations))
	for _, r := range relations {
		named = append(named, r.personID, r.companyID)
	}
	return service.SeenAmong(ctx, tx.Customer, named...)
}

// lockRelation loads a relation of which the actor may see both, whom it locks: whatever changes a relation happens one after the other.
// NOT_FOUND on id.
func (s *Service) lockRelation(ctx context.Context, tx *store.Tx, relationID string) (*CustomerRelation, error) {
	missing := fault.NoSuch("id", "relation")
	r, err := relationByID(ctx, tx, relationID)
	if err != nil {
		return nil, err
	}
	if r == nil || r.personID == r.companyID {
		return nil, missing
	}
	if err := service.HoldCustomers(ctx, tx, r.personID, r.companyID); err != nil {
		return nil, err
	}
	held := *r
	if r.Person, err = s.LockCustomer(ctx, tx, "id", r.personID); err == nil {
		r.Company, err = s.LockCustomer(ctx, tx, "id", r.companyID)
	}
	if fault.Of(err) != nil {
		return nil, missing
	}
	if err != nil {
		return nil, err
	}
	now, err := relationByID(ctx, tx, relationID) // as it is now that nobody else changes it
	switch {
	case err != nil:
		return nil, err
	case now == nil:
		return nil, missing
	case now.personID != held.personID || now.companyID != held.companyID:
		return nil, store.ErrAgain
	}
	now.Person, now.Company = r.Person, r.Company
	return now, nil
}

// relationChanged leaves an audit entry, unless the action is "", and tells subscribers of both customers.
func (s *Service) relationChanged(ctx context.Context, tx *store.Tx, r *CustomerRelation, action string, detail any) error {
	if action != "" {
		if err := s.Audit(ctx, tx, action, r.ID, detail); err != nil {
			return err
		}
	}
	if err := s.CustomerChanged(ctx, tx, r.personID, service.Both("relations", r.companyID)); err != nil {
		return err
	}
	return s.CustomerChanged(ctx, tx, r.companyID, service.Both("relations", r.personID))
}

// relation returns a relation that a verb has made or changed, as its caller sees it: [Service.asSeen].
func (s *Service) relation(ctx context.Context, relationID string) (*CustomerRelation, error) {
	r, err := relationByID(ctx, s.Store, relationID)
	return s.asSeen(ctx, r, err)
}

// asSeen returns a relation as the caller of a verb sees it. NOT_FOUND where a request that is repeated finds it gone, or hidden since.
func (s *Service) asSeen(ctx context.Context, r *CustomerRelation, err error) (*CustomerRelation, error) {
	if err != nil {
		return nil, err
	}
	if r != nil {
		seen, err := s.seenRelations(ctx, []*CustomerRelation{r})
		if err != nil {
			return nil, err
		}
		if len(seen) > 0 {
			return seen[0], nil
		}
	}
	return nil, fault.NoSuch("", "relation")
}
