package contacts

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"kopeck/ent"
	"kopeck/ent/contact"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/service/campaigns"
	"kopeck/service/ownfields"
	"kopeck/store"
)

// Of two customers who were one for a while, the contacts of one may name what is of the other, and one may have been joined into another.

// HoldJoined holds the definitions of own fields and the campaigns of those contacts of customers that were joined into others since a moment,
// and returns the customers of other contacts whose cost changes where they stand again: the caller holds them together with its own.
func (s *Service) HoldJoined(ctx context.Context, tx *store.Tx, since time.Time, customerIDs ...string) ([]string, error) {
	joins, err := joinsSince(ctx, tx, since, customerIDs)
	if err != nil || len(joins) == 0 {
		return nil, err
	}
	if err := ownfields.Hold(ctx, tx); err != nil {
		return nil, err
	}
	var ids []string
	for _, j := range joins {
		ids = append(ids, j.otherID, j.keptID)
	}
	all, err := tx.Contact.Query().Where(contact.IDIn(ids...)).All(ctx)
	if err != nil {
		return nil, err
	}
	var moments []campaigns.Moment
	for _, one := range all {
		moments = append(moments, campaigns.MomentOf(one.CampaignID, one.Direction, one.At)...)
	}
	siblings, err := s.campaigns.Hold(ctx, tx, moments...)
	slices.Sort(siblings)
	return slices.Compact(siblings), err
}

// Separate undoes the joins since a moment of contacts that are of different customers by now, and takes out of the contacts of customers what
// is of another: the order, the offer, and the permission, in whose place comes that of their own customer, if there was one. The transaction
// holds the customers, and what [Service.HoldJoined] does.
func (s *Service) Separate(ctx context.Context, tx *store.Tx, since time.Time, customerIDs ...string) error {
	joins, err := joinsSince(ctx, tx, since, customerIDs)
	if err != nil {
		return err
	}
	for _, j := range joins {
		if err := s.part(ctx, tx, j, customerIDs); err != nil {
			return err
		}
	}
	crossed, err := crossedOf(ctx, tx, customerIDs)
	if err != nil {
		return err
	}
	for _, one := range crossed {
		if err := s.dropCrossed(ctx, tx, one); err != nil {
			return err
		}
	}
	return nil
}

// part undoes that a contact was joined into another, if they are of different customers of those named: the one stands again as it was, and
// the other loses what it had from the one and nobody has changed since.
func (s *Service) part(ctx context.Context, tx *store.Tx, j join, customerIDs []string) error {
	other, err := tx.Contact.Get(ctx, j.otherID)
	if err != nil {
		return err
	}
	kept, err := tx.Contact.Query().Where(contact.ID(j.keptID)).Only(ctx)
	if ent.IsNotFound(err) {
		return nil
	}
	if err != nil || kept.CustomerID == other.CustomerID || !slices.Contains(customerIDs, kept.CustomerID) {
		return err
	}
	joinedAt := *other.VoidedAt
	if other, err = s.stand(ctx, tx, other, kept.ID); err != nil {
		return err
	}
	if err := s.tasks.ContactParted(ctx, tx, kept.ID, other); err != nil {
		return err
	}
	if err := s.fields.Uncarry(ctx, tx, kept.ID, other.ID, joinedAt); err != nil {
		return err
	}
	if err := s.uncarryExpected(ctx, tx, kept.ID, other.ID); err != nil {
		return err
	}
	return s.loseJoined(ctx, tx, kept.ID, other.ID)
}

// stand makes a contact stand again that was joined into another.
func (s *Service) stand(ctx context.Context, tx *store.Tx, voided *ent.Contact, keptID string) (*ent.Contact, error) {
	c, err := tx.Customer.Get(ctx, voided.CustomerID)
	if err != nil {
		return nil, err
	}
	r := recordOf(voided)
	r.VoidedAt, r.VoidedBy, r.VoidReason = time.Time{}, "", ""
	if err := s.derive(ctx, tx, c, r); err != nil {
		return nil, err
	}
	if err := s.books.KeepStanding(ctx, tx, voided, r.Stage, r.Segment); err != nil {
		return nil, err
	}
	update := tx.Contact.UpdateOne(voided).AddVersion(1).ClearVoidedAt().ClearVoidedBy().ClearVoidReason()
	for _, f := range Fields() {
		if slices.Contains(derived, f.Column) {
			if err := f.Put(update.Mutation(), r); err != nil {
				return nil, err
			}
		}
	}
	saved, err := update.Save(ctx)
	if err != nil {
		return nil, err
	}
	if err := s.books.SettleContact(ctx, tx, c, nil, saved); err != nil {
		return nil, err
	}
	if err := s.campaigns.Spread(ctx, tx, saved.ID, r.moment()...); err != nil {
		return nil, err
	}
	if err := s.AuditVersion(ctx, tx, contactCorrect, saved.ID, service.VersionChange{Version: saved.Version, Reason: partedFrom + keptID}); err != nil {
		return nil, err
	}
	return saved, s.CustomerChanged(ctx, tx, c.ID, "Contact")
}

// uncarryExpected undoes what carry did with the expected prices of a contact that was joined into another.
func (s *Service) uncarryExpected(ctx context.Context, tx *store.Tx, keptID, otherID string) error {
	moved, err := expectedMoved(ctx, tx, keptID, otherID)
	if err != nil {
		return err
	}
	for _, one := range moved {
		if err := moveExpected(ctx, tx, one, otherID, s.Now()); err != nil {
			return err
		}
		if err := s.Audit(ctx, tx, expectedMove, one, map[string]service.Change{"contactId": {Old: keptID, New: otherID}}); err != nil {
			return err
		}
	}
	return unvoidExpected(ctx, tx, otherID, repeatedIn(keptID), s.Now())
}

// loseJoined takes from a contact what it got when another was joined into it, where it still is so. Who took part and how long is one thing.
func (s *Service) loseJoined(ctx context.Context, tx *store.Tx, keptID, otherID string) error {
	kept, err := tx.Contact.Get(ctx, keptID)
	if err != nil || kept.VoidedAt != nil {
		return err
	}
	audits, err := auditsOf(ctx, tx, []string{keptID})
	if err != nil {
		return err
	}
	var joined service.VersionChange
	for _, a := range audits {
		var one service.VersionChange
		if err := json.Unmarshal(a.detail, &one); err != nil {
			return fmt.Errorf("contacts: audit of %s: %w", keptID, err)
		}
		if a.action == contactCorrect && one.Reason == joinedWith+otherID {
			joined = one
		}
	}
	if len(joined.Fields) == 0 {
		return nil
	}
	now := recordOf(kept)
	took, err := peopleOf(ctx, tx, []string{keptID})
	if err != nil {
		return err
	}
	now.PeopleIDs = took[keptID]
	given, err := s.before(ctx, now, joined.Fields)
	if err != nil {
		return err
	}
	c, err := tx.Customer.Get(ctx, kept.CustomerID)
	if err != nil {
		return err
	}
	return s.correctHeld(ctx, tx, c, kept, correction{given: given, expected: kept.Version, reason: partedFrom + otherID, joined: true})
}

// effort are the fields of who took part and how long, which are taken back together.
var effort = []string{participantsField, "staffId", "minutes", "seconds"}

// before returns the changes that bring a contact back to what its fields were before others, where they are still as those made them.
func (s *Service) before(ctx context.Context, now *Record, made map[string]service.Change) (*changes, error) {
	var since []string // the fields that have been changed since
	all := s.editedFields(ctx)
	for _, f := range all {
		if change, ok := made[f.Input]; ok && !service.SameJSON(f.History(now), change.New) {
			since = append(since, f.Input)
		}
	}
	effortStays := slices.ContainsFunc(since, func(name string) bool { return slices.Contains(effort, name) })
	to := &Record{}
	given := &changes{To: to}
	for _, f := range all {
		change, ok := made[f.Input]
		if !ok || slices.Contains(since, f.Input) || effortStays && slices.Contains(effort, f.Input) {
			continue
		}
		if err := setFromAudit(to, f.Input, change.Old); err != nil {
			return nil, err
		}
		given = given.With(f)
	}
	return given, nil
}

// setFromAudit sets a field of a record to a value of the audit.
func setFromAudit(r *Record, name string, value any) error {
	to := map[string]any{
		participantsField: &r.Participants, "staffId": &r.StaffID, "minutes": &r.Minutes, "seconds": &r.Seconds, "expense": &r.Expense,
		"subject": &r.Subject, "notes": &r.Notes, "orderId": &r.OrderID, "offerId": &r.OfferID, "campaignId": &r.CampaignID, "source": &r.Source,
		aboutField: &r.AboutID, peopleField: &r.PeopleIDs,
	}[name]
	if to == nil {
		return fmt.Errorf("contacts: a join does not change %s", name)
	}
	text, err := json.Marshal(value)
	if err != nil {
		return err
	}
	return json.Unmarshal(text, to)
}

// crossed is a contact with which of its order, offer and permission are of another customer.
type crossed struct {
	id                       string
	order, offer, permission bool
}

// dropCrossed takes out of a contact what is of another customer.
func (s *Service) dropCrossed(ctx context.Context, tx *store.Tx, of crossed) error {
	c, err := tx.Contact.Get(ctx, of.id)
	if err != nil {
		return err
	}
	update := tx.Contact.UpdateOne(c).AddVersion(1)
	version := service.VersionChange{Version: c.Version + 1, Fields: map[string]service.Change{}, Reason: "what it named is of another customer"}
	if of.order {
		update.ClearOrderID()
		version.Fields["orderId"] = service.Change{Old: c.OrderID}
	}
	if of.offer {
		update.ClearOfferID()
		version.Fields["offerId"] = service.Change{Old: c.OfferID}
	}
	if of.permission {
		permissionID, err := s.permissionOf(ctx, tx, c)
		if err != nil {
			return err
		}
		if update.ClearPermissionID(); permissionID != "" {
			update.SetPermissionID(permissionID)
		}
	}
	if err := update.Exec(ctx); err != nil {
		return err
	}
	if err := s.AuditVersion(ctx, tx, contactCorrect, c.ID, version); err != nil {
		return err
	}
	return s.CustomerChanged(ctx, tx, c.CustomerID, "Contact")
}

// permissionOf returns the permission of its customer under which a contact was made, "" for none.
func (s *Service) permissionOf(ctx context.Context, tx *store.Tx, c *ent.Contact) (string, error) {
	if c.Purpose == nil || c.Direction != schema.Outbound {
		return "", nil
	}
	at := c.At.UTC()
	d, err := s.consent.Decide(ctx, tx, c.CustomerID, c.Channel, *c.Purpose, nil, &at)
	if err != nil || !d.Allowed || d.CurrentLevel == nil {
		return "", err
	}
	return d.Permission.ID, nil
}
