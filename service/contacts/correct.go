package contacts

import (
	"context"
	"maps"
	"slices"
	"strings"

	"kopeck/auth"
	"kopeck/ent"
	"kopeck/ent/contact"
	"kopeck/fault"
	"kopeck/id"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/service/campaigns"
	"kopeck/service/consent"
	"kopeck/service/input"
	"kopeck/store"
)

// The audit actions of contacts.
const (
	contactCorrect = "contact.correct"
	contactVoid    = "contact.void"
)

// CorrectContact corrects facts of a contact, costs it and credits it as if it had been recorded so, in one transaction. What was known
// before stays known as of before. A correction that is based on an older version is merged with changes of other fields. An outbound
// contact with a purpose that needs a permission is refused unless one held at its moment, where the correction touches what that depends
// on.
//
// Faults: INVALID by field; NOT_FOUND on id, staffId, participants, aboutId, orderId or offerId; FORBIDDEN on id for SALES who did not take part, and on
// staffId or participants where they name another; VERSION_CONFLICT; WRONG_STATE on id for one that is voided; PERMISSION_MISSING on channel.
func (s *Service) CorrectContact(ctx context.Context, in service.CorrectContactInput) (*ent.Contact, error) {
	var faults fault.List
	faults.Add(id.Check("id", id.Contact, in.ID))
	reason, err := input.Text("reason", in.Reason, maxReason)
	faults.Add(err)
	given, err := s.editedFields(ctx).Update(&in, &Record{})
	faults.Add(err)
	if err := faults.Or(); err != nil {
		return nil, err
	}
	_, err = s.Write(ctx, service.Verb{Name: "correctContact", Key: in.IdempotencyKey, Body: in}, func(ctx context.Context, tx *store.Tx) (string, error) {
		c, before, err := s.lockContact(ctx, tx, in.ID, given)
		if err != nil {
			return "", err
		}
		if before.VoidedAt != nil {
			return "", fault.New(fault.WrongState, "id", "the contact is voided: it cannot be corrected")
		}
		return before.ID, s.correctHeld(ctx, tx, c, before, correction{given: given, expected: in.ExpectedVersion, reason: reason})
	})
	if err != nil {
		return nil, err
	}
	return s.Client.Contact.Get(ctx, in.ID)
}

// correction is what is corrected of a contact.
type correction struct {
	given    *changes
	expected int // the version that they are based on
	reason   string
	people   *service.Change // of the customers who took part, that is made already; nil for none
	joined   bool            // what is given comes from another contact, which the actor may change, though they need not see whom that is about
}

// correctHeld corrects a contact that the transaction holds.
func (s *Service) correctHeld(ctx context.Context, tx *store.Tx, c *ent.Customer, before *ent.Contact, by correction) error {
	now := recordOf(before)
	given, err := s.keepHiddenAbout(ctx, tx, now, by.given)
	if err != nil {
		return err
	}
	if given.Gives(peopleField) {
		took, err := peopleOf(ctx, tx, []string{before.ID})
		if err != nil {
			return err
		}
		now.PeopleIDs = took[before.ID]
	}
	if given, err = keepHiddenPeople(ctx, tx, now, given); err != nil {
		return err
	}
	merge := service.Update{Action: contactCorrect, Subject: before.ID, Expected: by.expected, Version: before.Version, IsHidden: costThen(ctx, before)}
	merge.Current, merge.Updated = given.Values(now)
	moved, err := s.Merge(ctx, tx, merge)
	if err == nil && by.people != nil {
		if moved == nil {
			moved = map[string]service.Change{}
		}
		moved[peopleField] = *by.people
	}
	if err != nil || len(moved) == 0 {
		return err
	}
	after := *now
	given.Apply(&after)
	if err := s.checkCorrected(ctx, tx, now, &after, by.joined); err != nil {
		return err
	}
	if err := s.writeCorrected(ctx, tx, c, before, &after, given); err != nil {
		return err
	}
	if err := writePeople(ctx, tx, s.IDs.Make, before.ID, now.PeopleIDs, after.PeopleIDs); err != nil {
		return err
	}
	version := service.VersionChange{Version: before.Version + 1, Fields: moved, Reason: by.reason}
	if err := s.AuditVersion(ctx, tx, contactCorrect, before.ID, version); err != nil {
		return err
	}
	return s.CustomerChanged(ctx, tx, c.ID, changedOf(moved)...)
}

// changedOf returns what a correction changed, as [service.Core.CustomerChanged] takes it: fields of the contact in the API, and with them the
// customers whom they name or named.
func changedOf(moved map[string]service.Change) (changes []string) {
	for _, name := range slices.Sorted(maps.Keys(moved)) {
		field := "Contact." + strings.TrimSuffix(name, "Id")
		switch name {
		case "expense":
			field = "Contact.cost"
		case peopleField:
			field = "Contact.people"
		}
		named := service.CustomersChanged(moved[name])
		if len(named) == 0 {
			changes = append(changes, field)
		}
		for _, one := range named {
			changes = append(changes, service.Both(field, one))
		}
	}
	return changes
}

// lockContact loads a contact that the actor may change, with its customer. It holds the rates, the campaigns that caused the contact or that
// changes, nil for none, say did, the customer, the customers whom the contact is about or will be, and those of other contacts whose cost
// changes with it. others are contacts that change with it. NOT_FOUND on id for one that the actor may not see; FORBIDDEN on id.
func (s *Service) lockContact(ctx context.Context, tx *store.Tx, contactID string, given *changes, others ...*Record) (*ent.Customer, *ent.Contact, error) {
	if err := s.rates.HoldRates(ctx, tx); err != nil {
		return nil, nil, err
	}
	found, err := s.visible(ctx, tx, "id", contactID)
	if err != nil {
		return nil, nil, err
	}
	for {
		held := *recordOf(found)
		siblings, err := s.campaigns.Hold(ctx, tx, moments(held, given, others...)...)
		if err != nil {
			return nil, nil, err
		}
		ids := slices.Concat(siblings, []string{held.CustomerID, held.AboutID})
		if given != nil {
			ids = append(append(ids, given.To.AboutID), given.To.PeopleIDs...)
		}
		for _, other := range others {
			ids = append(ids, other.AboutID)
		}
		ids = slices.DeleteFunc(ids, func(one string) bool { return one == "" })
		if err := service.HoldCustomers(ctx, tx, ids...); err != nil {
			return nil, nil, err
		}
		if found, err = s.visible(ctx, tx, "id", contactID); err != nil { // as it is now that nobody else changes it
			return nil, nil, err
		}
		if err := service.StillOf(held.CustomerID, found.CustomerID); err != nil {
			return nil, nil, err
		}
		now := recordOf(found)
		if now.AboutID == held.AboutID && slices.Equal(now.moment(), held.moment()) {
			break
		}
	}
	c, err := tx.Customer.Get(ctx, found.CustomerID) // they may be deleted: what they cost stays in the books
	return c, found, err
}

// moments are the moments of a contact, as it is and as changes make it, and of others that change with it, over which spend is spread.
func moments(now Record, given *changes, others ...*Record) []campaigns.Moment {
	all := now.moment()
	for _, other := range others {
		all = append(all, other.moment()...)
	}
	if given != nil {
		given.Apply(&now)
		all = append(all, now.moment()...)
		for _, other := range others { // what the contact does not say it may get from them
			if now.CampaignID == "" {
				now.CampaignID = other.CampaignID
				all = append(all, now.moment()...)
			}
		}
	}
	return all
}

// visible loads a contact that the actor may see and change. NOT_FOUND and FORBIDDEN on a field.
func (s *Service) visible(ctx context.Context, tx *store.Tx, field, contactID string) (*ent.Contact, error) {
	found, err := tx.Contact.Query().Where(contact.ID(contactID)).Only(ctx)
	if ent.IsNotFound(err) {
		return nil, fault.NoSuch(field, "contact")
	}
	if err != nil {
		return nil, err
	}
	actor, err := auth.Writer(ctx, "Contact")
	if err != nil {
		return nil, err
	}
	if !namesOthers(actor) && !actor.TookPart(found.StaffID, found.Participants) {
		return nil, fault.New(fault.Forbidden, field, "you may only change the contacts in which you took part")
	}
	return found, nil
}

// checkCorrected checks a contact as a correction makes it, and finds the permission that it was made under.
func (s *Service) checkCorrected(ctx context.Context, tx *store.Tx, before, after *Record, joined bool) error {
	var faults fault.List
	faults.Add(checkPurpose(after.Kind, after.Direction, after.Purpose))
	faults.Add(checkAbout("aboutId", after.Kind, after.CustomerID, after.AboutID))
	faults.Add(checkAlone(after))
	if actor, _ := auth.From(ctx); !joined {
		faults.Add(checkOwnPart(actor, tookPart(before), tookPart(after)))
	}
	if err := faults.Or(); err != nil {
		return err
	}
	if after.AboutID != "" && after.AboutID != before.AboutID && !joined {
		about, err := s.LockCustomer(ctx, tx, "aboutId", after.AboutID)
		if err != nil {
			return err
		}
		if after.AboutID = about.ID; about.ID != before.AboutID {
			if err := checkAbout("aboutId", after.Kind, after.CustomerID, after.AboutID); err != nil {
				return err
			}
		}
	}
	if err := s.lockPeople(ctx, tx, after, before.PeopleIDs); err != nil {
		return err
	}
	if err := s.checkLinks(ctx, tx, before, after); err != nil {
		return err
	}
	if after.Direction == before.Direction && after.Channel == before.Channel && after.Purpose == before.Purpose && after.At.Equal(before.At) {
		return nil
	}
	return s.permit(ctx, tx, after, false)
}

// permit finds the permission under which a contact is made: of its moment or, with now, of this one. PERMISSION_MISSING on channel.
func (s *Service) permit(ctx context.Context, tx *store.Tx, n *Record, now bool) error {
	n.PermissionID = ""
	if n.Direction != schema.Outbound || n.Purpose == "" {
		return nil
	}
	at := &n.At
	if now {
		at = nil
	}
	d, err := s.consent.Decide(ctx, tx, n.CustomerID, n.Channel, n.Purpose, nil, at)
	if err != nil {
		return err
	}
	if !d.Allowed {
		return consent.MissingPermission(d, n.Channel, n.Purpose)
	}
	if d.CurrentLevel != nil {
		n.PermissionID = d.Permission.ID
	}
	return nil
}

// writeCorrected writes a contact as a correction makes it, with what follows from it, and what its facts were until now.
func (s *Service) writeCorrected(ctx context.Context, tx *store.Tx, c *ent.Customer, before *ent.Contact, after *Record, given *changes) error {
	if err := s.derive(ctx, tx, c, after); err != nil {
		return err
	}
	now := s.Now()
	if err := keepFacts(ctx, tx, s.IDs.Make(id.Correction), before, now); err != nil {
		return err
	}
	if err := s.books.KeepStanding(ctx, tx, before, after.Stage, after.Segment); err != nil {
		return err
	}
	update := tx.Contact.UpdateOne(before).AddVersion(1).SetCorrectedAt(now)
	if err := given.Put(update.Mutation(), after); err != nil {
		return err
	}
	for _, f := range Fields() {
		if slices.Contains(derived, f.Column) {
			if err := f.Put(update.Mutation(), after); err != nil {
				return err
			}
		}
	}
	saved, err := update.Save(ctx)
	if err != nil {
		return err
	}
	if err := indexParticipants(ctx, tx, s.IDs.Make, saved.ID, after.Participants, len(before.Participants) > 0); err != nil {
		return err
	}
	if err := s.tasks.ContactMoved(ctx, tx, saved.ID, saved); err != nil {
		return err
	}
	if err := s.books.SettleContact(ctx, tx, c, before, saved); err != nil {
		return err
	}
	return s.campaigns.Spread(ctx, tx, saved.ID, append(recordOf(before).moment(), after.moment()...)...)
}

// derived are the columns of what follows from the facts of a contact.
var derived = []string{"permission_id", "stage", "segment", "cost", "uncosted", "cost_lines", "advertising"}

// VoidContact voids a contact: it has never been, for the books and for every figure, and the tasks that it did are open again. It stays to
// be read, with its cost as it was. Faults:
// INVALID by field; NOT_FOUND and FORBIDDEN on id; WRONG_STATE on id for one that is voided; VERSION_CONFLICT.
func (s *Service) VoidContact(ctx context.Context, in service.VoidContactInput) (*ent.Contact, error) {
	var faults fault.List
	faults.Add(id.Check("id", id.Contact, in.ID))
	reason, err := input.Text("reason", in.Reason, maxReason)
	faults.Add(err)
	if err := faults.Or(); err != nil {
		return nil, err
	}
	_, err = s.Write(ctx, service.Verb{Name: "voidContact", Key: in.IdempotencyKey, Body: in}, func(ctx context.Context, tx *store.Tx) (string, error) {
		c, found, err := s.lockContact(ctx, tx, in.ID, nil)
		if err != nil {
			return "", err
		}
		if found.VoidedAt != nil {
			return "", fault.New(fault.WrongState, "id", "the contact is voided already")
		}
		if err := service.CheckVersion(in.ExpectedVersion, found.Version); err != nil {
			return "", err
		}
		if err := s.tasks.ContactVoided(ctx, tx, found.ID); err != nil {
			return "", err
		}
		return found.ID, s.void(ctx, tx, c, found, reason)
	})
	if err != nil {
		return nil, err
	}
	return s.Client.Contact.Get(ctx, in.ID)
}

// void voids a contact that the transaction holds.
func (s *Service) void(ctx context.Context, tx *store.Tx, c *ent.Customer, found *ent.Contact, reason string) error {
	actor, _ := auth.From(ctx)
	if err := tx.Contact.UpdateOne(found).AddVersion(1).SetVoidedAt(s.Now()).SetVoidedBy(actor.Name).SetVoidReason(reason).Exec(ctx); err != nil {
		return err
	}
	if err := s.books.SettleContact(ctx, tx, c, found, nil); err != nil {
		return err
	}
	if err := s.campaigns.Spread(ctx, tx, found.ID, recordOf(found).moment()...); err != nil {
		return err
	}
	facts := map[string]any{}
	for _, f := range fields {
		if f.history != nil {
			facts[f.corrected] = f.history(recordOf(found))
		}
	}
	if err := s.Audit(ctx, tx, contactVoid, found.ID, map[string]any{"version": found.Version + 1, "reason": reason, "facts": facts, "cost": found.Cost}); err != nil {
		return err
	}
	return s.CustomerChanged(ctx, tx, c.ID, "Contact")
}
