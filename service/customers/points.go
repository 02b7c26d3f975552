package customers

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"kopeck/ent"
	"kopeck/ent/address"
	"kopeck/ent/contactpoint"
	"kopeck/ent/customertag"
	"kopeck/ent/message"
	"kopeck/ent/messageattempt"
	"kopeck/id"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/service/input"
	"kopeck/store"
)

// A phone number or an e-mail address of a customer is a row of table contact_points. The one that the row of the customer has as well is the
// main one: nothing else says which it is.

// ContactPoint is a phone number or an e-mail address of a customer.
type ContactPoint struct {
	*ent.ContactPoint

	Main bool // whether the row of the customer has it
}

// PointTypes are the types of contact points, in the order in which they are listed.
var PointTypes = []schema.ContactPointType{schema.PointPhone, schema.PointEmail}

// PointKey returns the text by which a phone number, in the form in which it is kept, or an e-mail address is compared.
func PointKey(of schema.ContactPointType, value string) string {
	if of == schema.PointEmail {
		return input.EmailKey(value)
	}
	return value
}

// MainPoint returns where the row of a customer has the main phone number or e-mail address.
func MainPoint(c *ent.Customer, of schema.ContactPointType) **string {
	if of == schema.PointEmail {
		return &c.Email
	}
	return &c.Phone
}

// IsMain reports whether a contact point is the main one of a customer.
func IsMain(c *ent.Customer, p *ent.ContactPoint) bool {
	value := *MainPoint(c, p.Type)
	return value != nil && PointKey(p.Type, *value) == p.ValueKey
}

// ContactPoints returns the contact points of customers, by their ids: the phone numbers first, of each type the main one first, then in the
// order of recording.
func (s *Service) ContactPoints(ctx context.Context, of []*ent.Customer) (map[string][]*ContactPoint, error) {
	byID := make(map[string]*ent.Customer, len(of))
	ids := make([]string, len(of))
	for i, c := range of {
		ids[i], byID[c.ID] = c.ID, c
	}
	rows, err := s.Client.ContactPoint.Query().Where(contactpoint.CustomerIDIn(ids...)).All(ctx)
	all := make(map[string][]*ContactPoint, len(of))
	for _, p := range rows {
		all[p.CustomerID] = append(all[p.CustomerID], &ContactPoint{p, IsMain(byID[p.CustomerID], p)})
	}
	for _, some := range all {
		slices.SortFunc(some, func(a, b *ContactPoint) int {
			return cmp.Or(slices.Index(PointTypes, a.Type)-slices.Index(PointTypes, b.Type), mainFirst(a, b), OlderPoint(a.ContactPoint, b.ContactPoint))
		})
	}
	return all, err
}

func mainFirst(a, b *ContactPoint) int {
	switch {
	case a.Main == b.Main:
		return 0
	case a.Main:
		return -1
	}
	return 1
}

// OlderPoint compares contact points by when they were recorded.
func OlderPoint(a, b *ent.ContactPoint) int {
	return cmp.Or(a.CreatedAt.Compare(b.CreatedAt), strings.Compare(a.ID, b.ID))
}

// KeepMain sees to it that the main phone number and e-mail address of a customer are among the contact points, as the row has them.
func (s *Service) KeepMain(ctx context.Context, tx *store.Tx, c *ent.Customer) error {
	if c.DeletedAt != nil || c.Phone == nil && c.Email == nil {
		return nil
	}
	rows, err := tx.ContactPoint.Query().Where(contactpoint.CustomerID(c.ID)).All(ctx)
	if err != nil {
		return err
	}
	for _, of := range PointTypes {
		value := *MainPoint(c, of)
		if value == nil {
			continue
		}
		at := slices.IndexFunc(rows, func(p *ent.ContactPoint) bool { return p.Type == of && IsMain(c, p) })
		switch {
		case at < 0:
			err = s.addPoint(ctx, tx, c.ID, of, *value, schema.PointOther)
		case rows[at].Value != *value: // the same in another letter case
			err = tx.ContactPoint.UpdateOne(rows[at]).SetValue(*value).Exec(ctx)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// replaceMain puts the phone number and the e-mail address that an update gives a customer in the place of the main ones. A row that came with
// a merge goes back with what it was, so that the new ones are rows of their own.
func (s *Service) replaceMain(ctx context.Context, tx *store.Tx, before, after *ent.Customer) error {
	for _, of := range PointTypes {
		from, to := *MainPoint(before, of), *MainPoint(after, of)
		if from == nil || to != nil && PointKey(of, *from) == PointKey(of, *to) {
			continue
		}
		rows, err := tx.ContactPoint.Query().Where(contactpoint.CustomerID(before.ID), contactpoint.TypeEQ(of)).All(ctx)
		if err != nil {
			return err
		}
		is := func(c *ent.Customer) int {
			return slices.IndexFunc(rows, func(p *ent.ContactPoint) bool { return IsMain(c, p) })
		}
		old := is(before)
		if old < 0 {
			continue
		}
		if err := tx.ContactPoint.DeleteOne(rows[old]).Exec(ctx); err != nil {
			return err
		}
		if to != nil && is(after) < 0 {
			if err := s.addPoint(ctx, tx, before.ID, of, *to, rows[old].Kind); err != nil {
				return err
			}
		}
	}
	return nil
}

// addPoint records a contact point that is the main one of a customer.
func (s *Service) addPoint(ctx context.Context, tx *store.Tx, customerID string, of schema.ContactPointType, value string, kind schema.ContactPointKind) error {
	return tx.ContactPoint.Create().SetID(s.IDs.Make(id.ContactPoint)).SetCustomerID(customerID).SetType(of).SetValue(value).SetValueKey(PointKey(of, value)).SetKind(kind).
		SetCreatedAt(s.Now()).Exec(ctx)
}

// EmailTaken returns ALREADY_EXISTS on a field for an e-mail address of another customer whom the actor may see.
func (s *Service) EmailTaken(ctx context.Context, tx *store.Tx, field, key, customerID string) error {
	others, err := twins(ctx, tx, byEmail, key, customerID)
	if err != nil {
		return err
	}
	column := uniqueColumns[byEmail]
	column.Field = field
	_, err = service.NextTwin(column, others, seen(ctx, tx))
	return err
}

// erasePoints removes the contact points, addresses and tags of a customer who is deleted.
func erasePoints(ctx context.Context, tx *store.Tx, customerID string) error {
	if _, err := tx.ContactPoint.Delete().Where(contactpoint.CustomerID(customerID)).Exec(ctx); err != nil {
		return err
	}
	if _, err := tx.Address.Delete().Where(address.CustomerID(customerID)).Exec(ctx); err != nil {
		return err
	}
	_, err := tx.CustomerTag.Delete().Where(customertag.CustomerID(customerID)).Exec(ctx)
	return err
}

// eraseMessages stops the messages to a customer that have not left, and erases from all of them what is personal.
func eraseMessages(ctx context.Context, tx *store.Tx, customerID string) error {
	waiting := tx.Message.Update().Where(message.CustomerID(customerID), message.StateIn(schema.MessageQueued, schema.MessagePaused)).
		SetState(schema.MessageStopped).SetReason("the customer is deleted").AddVersion(1)
	if err := waiting.Exec(ctx); err != nil {
		return err
	}
	// What a provider answered names the address.
	given := tx.Message.Update().Where(message.CustomerID(customerID), message.StateEQ(schema.MessageDead)).SetReason("the provider did not take it").AddVersion(1)
	if err := given.Exec(ctx); err != nil {
		return err
	}
	if err := tx.MessageAttempt.Update().Where(messageattempt.HasMessageWith(message.CustomerID(customerID))).ClearAnswer().Exec(ctx); err != nil {
		return err
	}
	return tx.Message.Update().Where(message.CustomerID(customerID)).SetRecipient("").SetSubject("").SetText("").ClearHTML().ClearHeaders().Exec(ctx)
}
