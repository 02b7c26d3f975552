package graph

import (
	"context"
	"encoding/json"
	"time"

	"entgo.io/ent/dialect/sql"
	"github.com/99designs/gqlgen/graphql"

	"kopeck/auth"
	"kopeck/costing"
	"kopeck/ent"
	"kopeck/ent/contact"
	"kopeck/ent/contactparticipant"
	"kopeck/ent/contactperson"
	"kopeck/fault"
	"kopeck/id"
	"kopeck/money"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/service/books"
	"kopeck/service/contacts"
	"kopeck/service/report"
)

func (r *Resolver) contacts() noun[ent.Contact, ent.ContactEdge, ent.ContactConnection] {
	return noun[ent.Contact, ent.ContactEdge, ent.ContactConnection]{
		list: list[ent.Contact]{"contacts", contactID, r.pages}, table: contact.Table, sees: r.seesCustomer, customerOf: func(row *ent.Contact) string { return row.CustomerID },
		read: func(ctx context.Context, filter, where, by func(*sql.Selector), limit int) ([]*ent.Contact, error) {
			return r.client.Contact.Query().Where(filter, where).Order(by).Limit(limit).All(ctx)
		},
		count: func(ctx context.Context, filter func(*sql.Selector)) (int, error) {
			return r.client.Contact.Query().Where(filter).Count(ctx)
		},
		counts: func(ctx context.Context, filter func(*sql.Selector)) (all []count, err error) {
			err = r.client.Contact.Query().Where(filter).GroupBy(contact.FieldCustomerID).Aggregate(ent.Count()).Scan(ctx, &all)
			return all, err
		},
		edge: func(row *ent.Contact, c ent.Cursor) *ent.ContactEdge { return &ent.ContactEdge{Node: row, Cursor: c} },
		connect: func(edges []*ent.ContactEdge, info ent.PageInfo, total int) *ent.ContactConnection {
			return &ent.ContactConnection{Edges: edges, PageInfo: info, TotalCount: total}
		},
	}
}

var contactColumns = map[string]column[ent.Contact]{
	"AT": {name: "AT", sql: "at", key: func(row *ent.Contact) any { return row.At }},
}

// contactOrder returns the requested order of contacts; by default AT ascending.
func contactOrder(o *ent.ContactOrder) (column[ent.Contact], ent.OrderDirection) {
	if o == nil || o.Field == nil {
		return contactColumns["AT"], schema.Ascending
	}
	return contactColumns[o.Field.String()], o.Direction
}

func (r *Resolver) contactFilter(ctx context.Context, f *service.ContactFilter) *conditions {
	c := &conditions{}
	if f == nil {
		return c
	}
	ofCustomer(c, f.CustomerID, r.app.KeptOf)
	anyOf(c, "kinds", "kind", f.Kinds, nil)
	anyOf(c, "channels", "channel", f.Channels, nil)
	equals(c, "direction", given(c, "direction", f.Direction, nil))
	hasID(c, "staffId", id.User, f.StaffID, isNull("staff_id"), withUser)
	hasID(c, "personId", id.Customer, r.keptIfGiven(f.PersonID), nil, func(customerID string) condition { return r.withPerson(ctx, c, customerID) })
	inRange(c, "at", "at", f.At, nil)
	equalsID(c, "campaignId", "campaign_id", id.Campaign, f.CampaignID, isNull("campaign_id"))
	if f.Source.IsSet() {
		c.all = append(c.all, contactsFrom(f.Source.Value()))
	}
	if voided := given(c, "voided", f.Voided, nil); voided != nil {
		c.all = append(c.all, isVoided(*voided))
	}
	return r.withFields(ctx, schema.FieldOfContact, f.Fields, c)
}

// isVoided requires a contact to be voided, or to stand.
func isVoided(voided bool) condition {
	if voided {
		return func(s *sql.Selector) { s.Where(sql.NotNull(s.C(contact.FieldVoidedAt))) }
	}
	return isNull(contact.FieldVoidedAt)
}

// withUser requires a user to have taken part in a contact, alone or with others.
func withUser(userID string) condition {
	return func(s *sql.Selector) {
		several := sql.Dialect(s.Dialect()).Table(contactparticipant.Table)
		of := sql.Dialect(s.Dialect()).Select(several.C(contactparticipant.FieldContactID)).From(several).Where(sql.EQ(several.C(contactparticipant.FieldUserID), userID))
		s.Where(sql.Or(sql.EQ(s.C(contact.FieldStaffID), userID), sql.In(s.C(contact.FieldID), of)))
	}
}

// keptIfGiven returns the id of the customer who answers for one that a filter may give.
func (r *Resolver) keptIfGiven(of graphql.Omittable[*string]) graphql.Omittable[*string] {
	if of.IsSet() {
		return graphql.OmittableOf(r.app.KeptOf(of.Value()))
	}
	return of
}

// withPerson requires a customer whom the caller may see to have taken part in a contact with another.
func (r *Resolver) withPerson(ctx context.Context, c *conditions, customerID string) condition {
	return func(s *sql.Selector) {
		seen, err := auth.SeenCustomers(ctx, s, r.app.Now())
		if err != nil {
			c.fail(err)
			s.Where(sql.False())
			return
		}
		people := sql.Dialect(s.Dialect()).Table(contactperson.Table)
		of := sql.Dialect(s.Dialect()).Select(people.C(contactperson.FieldContactID)).From(people)
		of.Where(sql.And(sql.EQ(people.C(contactperson.FieldCustomerID), customerID), sql.In(people.C(contactperson.FieldCustomerID), seen)))
		s.Where(sql.And(sql.In(s.C(contact.FieldID), of), sql.NEQ(s.C(contact.FieldCustomerID), customerID)))
	}
}

// contactPeople returns the customers who took part in a contact beside its own.
func (r *Resolver) contactPeople(ctx context.Context, c *ent.Contact) ([]*ent.Customer, error) {
	return batchedList(ctx, c, contactID, func(rows []*ent.Contact) (map[string][]*ent.Customer, error) {
		return r.app.Contacts.People(ctx, rows)
	})
}

// participants returns who of ours took part in a contact.
func (r *Resolver) participants(ctx context.Context, c *ent.Contact) ([]*contacts.ContactParticipant, error) {
	return batchedList(ctx, c, contactID, func(rows []*ent.Contact) (map[string][]*contacts.ContactParticipant, error) {
		return r.app.Contacts.Participants(ctx, rows)
	})
}

// contactCorrections returns what was corrected of a contact.
func (r *Resolver) contactCorrections(ctx context.Context, c *ent.Contact) ([]*contacts.ContactCorrection, error) {
	return batchedList(ctx, c, contactID, func(rows []*ent.Contact) (map[string][]*contacts.ContactCorrection, error) {
		return r.app.Contacts.Corrections(ctx, rows)
	})
}

// contactCorrectedAt returns when a contact was last corrected in something that the caller sees.
func (r *Resolver) contactCorrectedAt(ctx context.Context, c *ent.Contact) (*time.Time, error) {
	if actor, _ := auth.From(ctx); c.CorrectedAt == nil || actor.May("Customer").Read == auth.AllRows {
		return c.CorrectedAt, nil
	}
	all, err := r.contactCorrections(ctx, c)
	if err != nil {
		return nil, err
	}
	return contacts.CorrectedAt(c, all), nil
}

// contactDuplicates returns the contacts that are possibly the same as a contact.
func (r *Resolver) contactDuplicates(ctx context.Context, c *ent.Contact) ([]*ent.Contact, error) {
	return batchedList(ctx, c, contactID, func(rows []*ent.Contact) (map[string][]*ent.Contact, error) {
		return r.app.Contacts.PossibleDuplicates(ctx, rows)
	})
}

// costLines returns a contact's stored cost lines, in the currency of the books.
func costLines(c *ent.Contact, currency money.Currency) ([]*costing.Line, error) {
	lines := []*costing.Line{}
	if err := json.Unmarshal(c.CostLines, &lines); err != nil {
		return nil, err
	}
	for _, line := range lines {
		*line = line.WithUnits(currency)
	}
	return lines, nil
}

// contactValue returns what a contact has earned. What it is expected to earn is loaded when it is selected. A recommendation
// earns of the orders of another customer: a caller who does not see all orders reads the sum of those that they see. What a
// contact earned is the margin of an order if it is credited alone: a caller without the scope costs reads what was credited at the
// start of the day, rounded, and the net value follows from the rounded one, since they know the cost.
func (r *Resolver) contactValue(ctx context.Context, c *ent.Contact) (*books.ContactValue, error) {
	value := &books.ContactValue{Contact: c, Realised: c.Realised}
	actor, _ := auth.From(ctx)
	exact := actor.Has(auth.ScopeCosts)
	var err error
	if !exact || c.AboutID != nil && actor.May("Order").Read != auth.AllRows {
		credits, err := r.contactCredits(ctx, c, nil)
		if err != nil {
			return nil, err
		}
		amounts := make([]money.Amount, len(credits))
		for i, one := range credits {
			if amounts[i] = one.Amount; !exact {
				amounts[i] = one.Shown
			}
		}
		if value.Realised, err = money.Sum(amounts...); err != nil {
			return nil, err
		}
	}
	if !exact {
		if value.Realised, err = r.app.Round(value.Realised, value); err != nil {
			return nil, err
		}
	}
	cost, err := contactCost(ctx, c)
	if err != nil {
		return nil, err
	}
	value.Net, err = costing.Net(value.Realised, cost)
	return value, err
}

// contactCredits returns what a contact earned of each order.
func (r *Resolver) contactCredits(ctx context.Context, c *ent.Contact, model *schema.AttributionModel) ([]*books.Credit, error) {
	return batchedList(ctx, c, contactID, func(rows []*ent.Contact) (map[string][]*books.Credit, error) {
		return r.app.Books.ContactCredits(ctx, rows, model)
	})
}

// expectedValue returns what a contact is expected to earn.
func (r *Resolver) expectedValue(ctx context.Context, c *ent.Contact) (books.Expected, error) {
	return batched(ctx, c, func(rows []*ent.Contact) (map[*ent.Contact]books.Expected, error) {
		return r.app.Books.ExpectedValues(ctx, rows)
	})
}

// expectedSeen returns the value that a contact is expected to have: without the scope costs rounded as that of all like it.
func (r *Resolver) expectedSeen(ctx context.Context, c *ent.Contact) (*money.Amount, error) {
	expected, err := r.expectedValue(ctx, c)
	if err != nil {
		return nil, err
	}
	if actor, _ := auth.From(ctx); !actor.Has(auth.ScopeCosts) {
		expected.Value, err = r.app.Round(expected.Value, expected)
	}
	return &expected.Value, err
}

// contactCostKnownAt returns a contact's cost by the rates known at a moment.
func (r *Resolver) contactCostKnownAt(ctx context.Context, c *ent.Contact, at time.Time) (*report.ContactCost, error) {
	return batched(ctx, c, func(rows []*ent.Contact) (map[*ent.Contact]*report.ContactCost, error) {
		return r.app.Report.ContactsKnownAt(ctx, rows, at)
	})
}

// contactRecorded sends every contact that is recorded, of one customer or of all, and that the caller may see.
func (r *Resolver) contactRecorded(ctx context.Context, customerID *string) (<-chan *ent.Contact, error) {
	if customerID != nil {
		c, err := r.app.Customers.Customer(ctx, customerID, nil)
		if err != nil {
			return nil, err
		}
		if c == nil {
			return nil, fault.NoSuch("customerId", "customer")
		}
	}
	if actor, ok := auth.From(ctx); !ok || actor.May("Contact").Read == auth.NoRows {
		return nil, fault.New(fault.Forbidden, "", "your role may not read contacts")
	}
	recorded, cancel := r.app.ContactsRecorded(deref(customerID))
	return send(ctx, recorded, cancel, func(contactID string) (*ent.Contact, error) {
		return r.client.Contact.Query().Where(contact.ID(contactID)).Only(ctx)
	}), nil
}

// secondsOf returns the working time of a contact in seconds, exactly.
func secondsOf(c *ent.Contact) (money.Exact, error) {
	seconds, err := costing.Duration{Minutes: c.Minutes, Seconds: c.ExactSeconds}.InExactSeconds()
	return money.Exact(seconds.String()), err
}
