package ownfields

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"kopeck/auth"
	"kopeck/ent"
	"kopeck/ent/contact"
	"kopeck/ent/customer"
	"kopeck/ent/fielddefinition"
	"kopeck/ent/fieldentry"
	"kopeck/ent/order"
	"kopeck/ent/product"
	"kopeck/fault"
	"kopeck/id"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/store"
)

// FieldsSet is the audit action of values that were set.
const FieldsSet = "fields.set"

// maxSet is how many fields one request sets.
const maxSet = 100

// nounOf has the nouns by the prefixes of their ids.
var nounOf = map[string]schema.FieldNoun{
	id.Customer: schema.FieldOfCustomer, id.Contact: schema.FieldOfContact, id.Order: schema.FieldOfOrder, id.Product: schema.FieldOfProduct,
}

// SetFields sets fields of a customer, contact, order or product, from now on, and returns what is in all of its fields that the actor may see.
//
// Faults: INVALID by field, of a value on fields.N.value; NOT_FOUND on id and on fields.N.code; FORBIDDEN; WRONG_STATE on id for a contact
// that is voided, and on fields.N.code for a field that is retired; VERSION_CONFLICT on fields.N.expectedVersion.
func (s *Service) SetFields(ctx context.Context, in service.SetFieldsInput) ([]*FieldValue, error) {
	noun, err := checkSet(in)
	if err != nil {
		return nil, err
	}
	of, err := s.Write(ctx, service.Verb{Name: "setFields", Key: in.IdempotencyKey, Body: in}, func(ctx context.Context, tx *store.Tx) (string, error) {
		if err := Hold(ctx, tx); err != nil {
			return "", err
		}
		subject, customerID, err := s.lockSubject(ctx, tx, noun, in.ID)
		if err != nil {
			return "", err
		}
		changes, err := s.changesOf(ctx, tx, noun, subject, in.Fields)
		if err != nil || len(changes) == 0 {
			return subject, err
		}
		if err := s.put(ctx, ctx, tx, subject, changes); err != nil {
			return "", err
		}
		if customerID == "" {
			return subject, s.SnapshotChanged(ctx, tx, service.SnapshotBook) // prices know what products have
		}
		return subject, s.CustomerChanged(ctx, tx, customerID, changedFields(noun, changes)...)
	})
	if err != nil {
		return nil, err
	}
	if noun == schema.FieldOfCustomer {
		of = s.Kept(of)
	}
	if err := s.sees(ctx, noun, of); err != nil { // a request that is repeated finds it gone where the customer went to a colleague
		return nil, err
	}
	found, err := s.Values(ctx, []string{of}, nil)
	return found[of], err
}

// sees returns NOT_FOUND on id unless the caller may read what has the fields.
func (s *Service) sees(ctx context.Context, noun schema.FieldNoun, subject string) error {
	var found bool
	var err error
	switch noun {
	case schema.FieldOfContact:
		found, err = s.Client.Contact.Query().Where(contact.ID(subject)).Exist(ctx)
	case schema.FieldOfOrder:
		found, err = s.Client.Order.Query().Where(order.ID(subject)).Exist(ctx)
	case schema.FieldOfProduct:
		found, err = s.Client.Product.Query().Where(product.ID(subject)).Exist(ctx)
	default:
		found, err = s.Client.Customer.Query().Where(customer.ID(subject)).Exist(ctx)
	}
	if err == nil && !found {
		err = fault.NoSuch("id", strings.ToLower(nouns[noun]))
	}
	return err
}

// changedFields says for subscribers of which fields values of a noun have changed.
func changedFields(noun schema.FieldNoun, changes []change) (all []string) {
	for _, one := range changes {
		of := one.definition.ID
		if noun != schema.FieldOfCustomer {
			of = service.Both(nouns[noun], of)
		}
		all = append(all, of)
	}
	return all
}

// nouns are the nouns that have fields of the installation's own, as the rules name them.
var nouns = map[schema.FieldNoun]string{schema.FieldOfCustomer: "Customer", schema.FieldOfContact: "Contact", schema.FieldOfOrder: "Order", schema.FieldOfProduct: "Product"}

// checkSet checks the form of an input and returns the noun of its id.
func checkSet(in service.SetFieldsInput) (schema.FieldNoun, error) {
	noun, ok := nounOf[id.Prefix(in.ID)]
	if !ok {
		return "", fault.Invalidf("id", "want the id of a customer, contact, order or product")
	}
	var faults fault.List
	faults.Add(id.Check("id", id.Prefix(in.ID), in.ID))
	if len(in.Fields) == 0 || len(in.Fields) > maxSet {
		faults.Add(fault.Invalidf("fields", "want 1 to %d fields", maxSet))
		return noun, faults.Or()
	}
	for n, one := range in.Fields {
		if slices.ContainsFunc(in.Fields[:n], func(other *service.FieldValueInput) bool { return other.Code == one.Code }) {
			faults.Add(at(fault.Invalidf("code", "the field is there twice"), n))
		}
		if !one.Value.IsSet() {
			faults.Add(at(fault.Invalidf("value", "want a value, or null to take it away"), n))
		}
		if one.ExpectedVersion < 0 {
			faults.Add(at(fault.Invalidf("expectedVersion", "want 0 or more"), n))
		}
	}
	return noun, faults.Or()
}

// at returns a fault of the n-th field of an input.
func at(err *fault.Error, n int) *fault.Error { return err.At("fields", strconv.Itoa(n)) }

// lockSubject holds whose fields are set, which the actor may see and change, and returns its id and that of its customer, "" for a product.
func (s *Service) lockSubject(ctx context.Context, tx *store.Tx, noun schema.FieldNoun, subject string) (held, customerID string, err error) {
	actor, err := auth.Writer(ctx, nouns[noun])
	if err != nil {
		return "", "", err
	}
	switch noun {
	case schema.FieldOfContact:
		customerID, err = s.lockContact(ctx, tx, actor, subject)
	case schema.FieldOfOrder:
		customerID, err = s.lockOrder(ctx, tx, subject)
	case schema.FieldOfProduct:
		query := tx.Product.Query().Where(product.ID(subject))
		store.ForUpdate(tx, query)
		if _, err = query.Only(ctx); ent.IsNotFound(err) {
			err = fault.NoSuch("id", "product")
		}
	default:
		c, err := s.LockCustomer(ctx, tx, "id", subject)
		if err != nil {
			return "", "", err
		}
		return c.ID, c.ID, nil
	}
	return subject, customerID, err
}

// lockContact holds the customer of a contact, which is not voided and which the actor may correct.
func (s *Service) lockContact(ctx context.Context, tx *store.Tx, actor auth.Actor, contactID string) (customerID string, err error) {
	read := func() (*ent.Contact, error) {
		c, err := tx.Contact.Query().Where(contact.ID(contactID)).Only(ctx)
		if ent.IsNotFound(err) {
			err = fault.NoSuch("id", "contact")
		}
		return c, err
	}
	before, err := read()
	if err != nil {
		return "", err
	}
	if err := service.HoldCustomers(ctx, tx, before.CustomerID); err != nil {
		return "", err
	}
	now, err := read()
	if err != nil {
		return "", err
	}
	switch {
	case actor.Role == schema.RoleSales && !actor.IsSystem() && !actor.TookPart(now.StaffID, now.Participants):
		return "", fault.New(fault.Forbidden, "id", "you may only change the contacts in which you took part")
	case now.VoidedAt != nil:
		return "", fault.New(fault.WrongState, "id", "the contact is voided: nothing of it is changed any more")
	}
	return now.CustomerID, service.StillOf(before.CustomerID, now.CustomerID)
}

// lockOrder holds the customer of an order.
func (s *Service) lockOrder(ctx context.Context, tx *store.Tx, orderID string) (customerID string, err error) {
	read := func() (*ent.Order, error) {
		o, err := tx.Order.Query().Where(order.ID(orderID)).Only(ctx)
		if ent.IsNotFound(err) {
			err = fault.NoSuch("id", "order")
		}
		return o, err
	}
	before, err := read()
	if err != nil {
		return "", err
	}
	if err := service.HoldCustomers(ctx, tx, before.CustomerID); err != nil {
		return "", err
	}
	now, err := read()
	if err != nil {
		return "", err
	}
	return now.CustomerID, service.StillOf(before.CustomerID, now.CustomerID)
}

// change is a value that is set.
type change struct {
	definition *ent.FieldDefinition
	entry      *ent.FieldEntry // nil where there has been no value
	value      *string         // nil for none
	number     *int64
}

// changesOf returns what an input changes of what is there, which the transaction holds.
func (s *Service) changesOf(ctx context.Context, tx *store.Tx, noun schema.FieldNoun, subject string, in []*service.FieldValueInput) ([]change, error) {
	codes := make([]string, len(in))
	for n, one := range in {
		codes[n] = one.Code
	}
	definitions, err := tx.FieldDefinition.Query().Where(fielddefinition.NounEQ(noun), fielddefinition.CodeIn(codes...)).All(ctx)
	if err != nil {
		return nil, err
	}
	entries, err := tx.FieldEntry.Query().Where(fieldentry.Subject(subject)).All(ctx)
	if err != nil {
		return nil, err
	}
	var faults fault.List
	var changes []change
	for n, one := range in {
		of := slices.IndexFunc(definitions, func(d *ent.FieldDefinition) bool { return d.Code == one.Code })
		if of < 0 {
			faults.Add(at(fault.NoSuch("code", "field"), n))
			continue
		}
		if definitions[of].Retired {
			faults.Add(at(fault.New(fault.WrongState, "code", "the field %s is retired: nothing is set in it any more", definitions[of].Code), n))
			continue
		}
		c := change{definition: definitions[of]}
		if i := slices.IndexFunc(entries, func(e *ent.FieldEntry) bool { return e.DefinitionID == c.definition.ID }); i >= 0 {
			c.entry = entries[i]
		}
		if text := one.Value.Value(); text != nil {
			value, number, err := Read(c.definition, *text)
			if err != nil {
				faults.Add(at(fault.Invalidf("value", "%s: %v", c.definition.Code, err), n))
				continue
			}
			c.value, c.number = &value, number
		}
		if c.changesNothing() {
			continue
		}
		conflict, err := s.conflict(ctx, tx, c, one.ExpectedVersion)
		if err != nil {
			return nil, err
		}
		if conflict != nil {
			faults.Add(at(conflict, n))
		}
		changes = append(changes, c)
	}
	return changes, faults.Or()
}

func (c change) changesNothing() bool {
	if c.entry == nil || c.value == nil || c.entry.Value == nil {
		return c.value == nil && (c.entry == nil || c.entry.Value == nil)
	}
	return *c.value == *c.entry.Value
}

// conflict returns a VERSION_CONFLICT if a value is set that others have set to another since the version that the change is based on.
func (s *Service) conflict(ctx context.Context, tx *store.Tx, c change, expected int) (*fault.Error, error) {
	version := 0
	if c.entry != nil {
		version = c.entry.Version
	}
	switch {
	case expected == version, expected == 0 && c.entry.Value == nil:
		return nil, nil
	case expected > version:
		return fault.Invalidf("expectedVersion", "there is no version %d: the latest is %d", expected, version), nil
	}
	conflict := fault.New(fault.VersionConflict, "expectedVersion", "%s was set after version %d; the version is %d now", c.definition.Code, expected, version)
	differ := fault.FieldConflict{Name: c.definition.Code, Theirs: c.entry.Value, Yours: c.value}
	if actor, _ := auth.From(ctx); expected > 0 && (actor.IsSystem() || actor.May("Customer").Read == auth.AllRows) { // a new owner could not see what it was before
		history, err := s.DatedOf(ctx, tx, schema.DatedField, c.entry.ID)
		if err != nil {
			return nil, err
		}
		if known := history[c.entry.ID]; expected <= len(known) {
			differ.Base = known[expected-1].Value
		}
	}
	conflict.Detail = &fault.Conflict{CurrentVersion: version, Fields: []fault.FieldConflict{differ}}
	return conflict, nil
}

// put writes values, from when they hold, and who set them. Entries are written by the context as, which may be the system's context.
func (s *Service) put(ctx, as context.Context, tx *store.Tx, subject string, changes []change) error {
	now := s.Now()
	moved := map[string]service.Change{}
	for _, c := range changes {
		var old *string
		entryID := s.IDs.Make(id.FieldEntry)
		if c.entry == nil {
			if err := tx.FieldEntry.Create().SetID(entryID).SetDefinitionID(c.definition.ID).SetSubject(subject).SetNillableValue(c.value).SetNillableNumber(c.number).SetSetAt(now).Exec(as); err != nil {
				return err
			}
		} else {
			old, entryID = c.entry.Value, c.entry.ID
			update := tx.FieldEntry.UpdateOne(c.entry).AddVersion(1).SetSetAt(now).SetNillableValue(c.value).SetNillableNumber(c.number)
			if c.value == nil {
				update.ClearValue()
			}
			if c.number == nil {
				update.ClearNumber()
			}
			if err := update.Exec(as); err != nil {
				return err
			}
		}
		if err := s.RecordDated(ctx, tx, schema.DatedField, entryID, c.value, now); err != nil {
			return err
		}
		moved[c.definition.Code] = service.Change{Old: old, New: c.value}
	}
	return s.Audit(ctx, tx, FieldsSet, subject, moved)
}
