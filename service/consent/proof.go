package consent

import (
	"context"
	"time"

	"kopeck/consentlog"
	"kopeck/ent"
	"kopeck/ent/contact"
	"kopeck/ent/offer"
	"kopeck/ent/permission"
	"kopeck/ent/permissionevent"
	"kopeck/id"
	"kopeck/schema"
)

// ContactProof is the consent that was held when a contact was made.
type ContactProof struct {
	Contact        *ent.Contact
	Purpose        *schema.Purpose
	Decision       *PermissionDecision // nil for a contact that needs none
	Wording        *string
	WordingVersion *string
	Language       *string
	Events         []*ent.PermissionEvent // up to the contact
	Broken         *string                // what is wrong with the whole log
	Page           string
}

// Proof shows the consent that was held when a contact was made; nil for a contact that the caller may not see. The decision is that of its
// moment: by the permissions as they were recorded then, and by the settings of then. Fault: INVALID for an id of another type.
func (s *Service) Proof(ctx context.Context, contactID string) (*ContactProof, error) {
	if err := id.Check("contactId", id.Contact, contactID); err != nil {
		return nil, err
	}
	c, err := s.Client.Contact.Query().Where(contact.ID(contactID)).Only(ctx)
	if ent.IsNotFound(err) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	p := &ContactProof{Contact: c, Purpose: c.Purpose}
	if c.Direction == schema.Outbound && c.Purpose != nil {
		if p.Decision, err = s.decisionAt(ctx, c); err != nil {
			return nil, err
		}
	}
	under := c.PermissionID
	if under == nil && p.Decision != nil && p.Decision.Permission != nil {
		under = &p.Decision.Permission.ID
	}
	if under != nil {
		if err := s.addLog(ctx, p, *under); err != nil {
			return nil, err
		}
	}
	p.Page = s.proofPage(p)
	return p, nil
}

// decisionAt decides on a contact as of its moment. One that sent an INDIVIDUAL offer needed the level of such offers.
func (s *Service) decisionAt(ctx context.Context, c *ent.Contact) (*PermissionDecision, error) {
	then := s.SettingsAt(c.At)
	var level *schema.PermissionLevel
	if c.OfferID != nil {
		sent, err := s.Client.Offer.Query().Where(offer.ID(*c.OfferID), offer.ContactID(c.ID), offer.KindEQ(schema.OfferIndividual)).Exist(ctx)
		if err != nil {
			return nil, err
		}
		if sent {
			level = &then.IndividualLevel
		}
	}
	found, err := s.decisions(ctx, s.Client, then, []string{c.CustomerID}, c.Channel, *c.Purpose, level, &c.At)
	if err != nil {
		return nil, err
	}
	return found[c.CustomerID], nil
}

// addLog adds the events of a permission up to the contact, the text that was agreed to last by then, and whether the log is whole.
func (s *Service) addLog(ctx context.Context, p *ContactProof, permissionID string) error {
	row, err := s.Client.Permission.Query().Where(permission.ID(permissionID)).Only(ctx)
	if ent.IsNotFound(err) {
		return nil
	}
	if err != nil {
		return err
	}
	all, err := s.Client.PermissionEvent.Query().Where(permissionevent.PermissionID(row.ID)).Order(permissionevent.BySequence()).All(ctx)
	if err != nil {
		return err
	}
	recorded, err := s.eventsAsRecorded(ctx, s.Client, row.ID)
	if err != nil {
		return err
	}
	now := s.Now()
	setStateAt(row, now)
	if wrong := consentlog.Verify(permissionOf(row), rowOf(row), eventsOf(recorded), now); wrong != "" {
		p.Broken = &wrong
	}
	for _, e := range all {
		if !e.At.After(p.Contact.At) {
			p.Events = append(p.Events, e)
		}
	}
	standing := consentlog.Replay(eventsOf(p.Events))
	if agreed := standing.Agreed; agreed != nil {
		p.Wording, p.WordingVersion, p.Language = agreed.Wording, agreed.WordingVersion, agreed.Language
	}
	return nil
}

// moment writes a time in the installation's time zone.
func (s *Service) moment(at time.Time) string {
	return at.In(s.Settings().Zone).Format("2006-01-02 15:04:05 MST")
}
