package related

import (
	"context"
	"time"

	"kopeck/ent"
	"kopeck/fault"
	"kopeck/id"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/service/bulk"
	"kopeck/service/customers"
	"kopeck/service/field"
	"kopeck/service/input"
)

// Relation is that a person belongs to a company or a household, of a file.
type Relation struct {
	ID                               string
	PersonID, Person, PersonEmail    string // one of them names the person; Person is the external id
	CompanyID, Company, CompanyEmail string // one of them names the company or household
	Role                             string
	From, To                         *schema.Date // nil: not given
	CreatedAt                        time.Time    // zero: it is new
	Version                          int          // of one that exists
	UpdatedAt                        time.Time
}

// RelationFields are the fields of relations, as files have them.
func RelationFields() field.Fields[Relation] { return relationFields }

var relationFields = field.Fields[Relation]{
	field.Of("person_id", "", both, field.Identifier, func(r *Relation) *string { return &r.PersonID }),
	field.Of("person", "", both, field.Identifier, func(r *Relation) *string { return &r.Person }),
	field.Of("person_email", "", both, field.Text, func(r *Relation) *string { return &r.PersonEmail }),
	field.Of("company_id", "", both, field.Identifier, func(r *Relation) *string { return &r.CompanyID }),
	field.Of("company", "", both, field.Identifier, func(r *Relation) *string { return &r.Company }),
	field.Of("company_email", "", both, field.Text, func(r *Relation) *string { return &r.CompanyEmail }),
	field.Of("role", "", both, field.Text, func(r *Relation) *string { return &r.Role }),
	field.Of("from", "", both, field.Optional(field.Date), func(r *Relation) **schema.Date { return &r.From }),
	field.Of("to", "", both, field.Optional(field.Date), func(r *Relation) **schema.Date { return &r.To }),
	field.Of("id", "", field.Own, field.Text, func(r *Relation) *string { return &r.ID }),
	field.Of("created_at", "", field.Own, field.Moment, func(r *Relation) *time.Time { return &r.CreatedAt }),
}

func (r *Relation) person() who  { return who{r.PersonID, r.Person, r.PersonEmail} }
func (r *Relation) company() who { return who{r.CompanyID, r.Company, r.CompanyEmail} }

// pair is who belongs where.
type pair struct{ personID, companyID string }

// relationChunk is the work on the relations of one call.
type relationChunk struct {
	*chunk

	people  *people
	byID    map[string]*customers.CustomerRelation // that exist, and those of the call
	byPair  map[pair][]*customers.CustomerRelation
	count   map[string]int // relations by customer
	made    []*customers.CustomerRelation
	changed []*customers.CustomerRelation
	audits  service.AuditRows
}

// Relations records relations. One that exists (by its id, or else of the same two from the same day on, or, without a day, that holds today) with
// the same content is left alone; one with other content is changed if Update is set, and else rejected. A day or role that is not given stays.
func (i *Import) Relations(ctx context.Context, records []Relation) ([]bulk.Verdict, error) {
	return i.run(ctx, len(records), func(ctx context.Context, c *chunk) error {
		w := &relationChunk{chunk: c, byID: map[string]*customers.CustomerRelation{}, byPair: map[pair][]*customers.CustomerRelation{}, count: map[string]int{}}
		names := make([]who, 0, 2*len(records))
		for n := range records {
			names = append(names, records[n].person(), records[n].company())
		}
		var err error
		if w.people, err = c.find(ctx, names); err != nil {
			return err
		}
		if err := w.read(ctx, records); err != nil {
			return err
		}
		for n := range records {
			if c.verdicts[n], err = w.place(ctx, &records[n]); err != nil {
				return err
			}
		}
		if c.bulk == nil || len(w.made)+len(w.changed) == 0 {
			return nil
		}
		if err := w.write(ctx); err != nil {
			return err
		}
		if err := w.audits.Write(ctx, c.tx); err != nil {
			return err
		}
		return c.service.CustomerChanged(ctx, c.tx, service.EveryCustomer, "relations")
	})
}

// add notes a relation that exists, or that the call makes.
func (w *relationChunk) add(r *customers.CustomerRelation) {
	if w.byID[r.ID] != nil {
		return
	}
	of := pair{r.Person.ID, r.Company.ID}
	w.byID[r.ID], w.byPair[of] = r, append(w.byPair[of], r)
	w.count[of.personID]++
	w.count[of.companyID]++
}

// place decides what is done with a relation.
func (w *relationChunk) place(ctx context.Context, given *Relation) (bulk.Verdict, error) {
	person, company, err := w.pairOf(given)
	if err != nil {
		return rejectedFor(err), nil
	}
	if person.ID == company.ID && given.PersonID != given.CompanyID { // they were merged: of what they had with each other nothing is shown
		return bulk.Verdict{Outcome: bulk.Present}, nil
	}
	if existing := w.like(given, pair{person.ID, company.ID}); existing != nil {
		if existing.Person.ID != person.ID || existing.Company.ID != company.ID {
			return rejected("id: the relation with this id is of others"), nil
		}
		return w.compare(ctx, existing, given)
	}
	made := &customers.CustomerRelation{ID: given.ID, Version: 1, Person: person, Company: company, Role: input.NonEmpty(given.Role), To: given.To, CreatedAt: given.CreatedAt, UpdatedAt: w.service.Now()}
	made.From = input.Or(given.From, w.today())
	if err := w.checkNew(made, given); err != nil {
		return rejectedFor(err), nil
	}
	if made.ID == "" {
		made.ID = w.service.IDs.Make(id.Relation)
	}
	if made.CreatedAt.IsZero() {
		made.CreatedAt = made.UpdatedAt
	}
	w.add(made)
	w.made = append(w.made, made)
	detail := map[string]any{"personId": person.ID, "companyId": company.ID, "role": made.Role, "from": made.From, "to": made.To}
	return bulk.Verdict{Outcome: bulk.Added}, w.audits.Add(ctx, w.service.Core, customers.RelationCreate, made.ID, detail)
}

func (w *relationChunk) today() schema.Date {
	return schema.Date(w.service.Settings().Day(w.service.Now()))
}

// pairOf returns who belongs where. Faults by column.
func (w *relationChunk) pairOf(given *Relation) (person, company *ent.Customer, err error) {
	var faults fault.List
	person, err = w.people.resolve("person", given.person())
	faults.Add(err)
	company, err = w.people.resolve("company", given.company())
	faults.Add(err)
	role, err := input.OptionalText("role", &given.Role, customers.MaxRole)
	faults.Add(err)
	given.Role = input.OrZero(role)
	return person, company, faults.Or()
}

// like returns the relation that exists which a record is; nil for none.
func (w *relationChunk) like(given *Relation, of pair) *customers.CustomerRelation {
	if found := w.byID[given.ID]; found != nil {
		return found
	}
	if given.ID != "" {
		return nil
	}
	for _, other := range w.byPair[of] {
		if given.From != nil && other.From == *given.From || given.From == nil && other.HoldsOn(w.today()) {
			return other
		}
	}
	return nil
}

// checkNew checks a relation that does not exist. One that was recorded elsewhere may be one of two that a merge has made of one time.
func (w *relationChunk) checkNew(r *customers.CustomerRelation, given *Relation) error {
	if given.ID != "" {
		if err := id.Check("id", id.Relation, given.ID); err != nil {
			return err
		}
	}
	if err := customers.CheckKinds(r.Person, r.Company); err != nil {
		return err
	}
	if err := w.service.customers.CheckDays(r); err != nil {
		return err
	}
	if given.CreatedAt.IsZero() {
		if err := w.checkApart("company", r); err != nil {
			return err
		}
	}
	if w.count[r.Person.ID] >= customers.MaxRelations || w.count[r.Company.ID] >= customers.MaxRelations {
		return fault.New(fault.LimitExceeded, "company", "want at most %d relations of one customer", customers.MaxRelations)
	}
	return nil
}

func (w *relationChunk) checkApart(column string, r *customers.CustomerRelation) error {
	for _, other := range w.byPair[pair{r.Person.ID, r.Company.ID}] {
		if other.ID != r.ID && r.Overlaps(other) {
			return fault.New(fault.AlreadyExists, column, "the person belongs there already on some of these days, from %s", other.From)
		}
	}
	return nil
}

// compare decides what is done with a relation that exists.
func (w *relationChunk) compare(ctx context.Context, existing *customers.CustomerRelation, given *Relation) (bulk.Verdict, error) {
	after, changes := *existing, map[string]service.Change{}
	var differ []string
	if given.Role != "" && given.Role != input.OrZero(existing.Role) {
		after.Role, differ, changes["role"] = &given.Role, append(differ, "role"), service.Change{Old: existing.Role, New: given.Role}
	}
	if given.From != nil && *given.From != existing.From {
		after.From, differ, changes["from"] = *given.From, append(differ, "from"), service.Change{Old: existing.From, New: *given.From}
	}
	if given.To != nil && !service.SameJSON(given.To, existing.To) {
		after.To, differ, changes["to"] = given.To, append(differ, "to"), service.Change{Old: existing.To, New: *given.To}
	}
	switch {
	case len(differ) == 0:
		return bulk.Verdict{Outcome: bulk.Present}, nil
	case !w.Update:
		return existsOtherwise("relation", differ), nil
	}
	err := w.service.customers.CheckDays(&after)
	for _, column := range []string{"from", "to"} {
		if _, moved := changes[column]; err == nil && moved {
			err = w.checkApart(column, &after)
		}
	}
	if err != nil {
		return rejectedFor(err), nil
	}
	after.Version, after.UpdatedAt = existing.Version+1, w.service.Now()
	*existing = after
	w.changed = append(w.changed, existing)
	return bulk.Verdict{Outcome: bulk.Updated}, w.audits.Add(ctx, w.service.Core, customers.RelationCorrect, existing.ID, service.VersionChange{Version: after.Version, Fields: changes})
}

// ExportRelations calls each for every relation of two customers, by id, from one snapshot of the database.
func (s *Service) ExportRelations(ctx context.Context, each func(*Relation) error) error {
	return bulk.ExportInOrder(bypassGuard(ctx), s.Store, each, func(r *Relation) string { return r.ID }, exportedRelations)
}
