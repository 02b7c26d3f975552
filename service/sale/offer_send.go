package sale

import (
	"context"

	"kopeck/auth"
	"kopeck/ent"
	"kopeck/id"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/service/consent"
	"kopeck/service/contacts"
	"kopeck/service/input"
	"kopeck/store"
)

// carriers are the kinds of contact by which an offer is sent over a channel; over any other channel it is a MESSAGE.
var carriers = map[schema.Channel]schema.ContactKind{
	schema.ByEmail: schema.Email, schema.ByPhone: schema.TargetCall, schema.ByVisit: schema.Visit,
}

// SendOffer sends a DRAFT: the outbound contact is permitted, costed and recorded in the same transaction, so none is made
// after its permission was revoked (design, law 6). An INDIVIDUAL offer needs the level of the setting individualOfferLevel,
// whatever its purpose. By e-mail, if e-mails leave by the outbox, a message is queued instead; it is permitted again when it leaves, and the
// contact is recorded then. By every other channel the owner of the customer is asked by a task to put the offer to them.
//
// Faults: WRONG_STATE unless the offer is a DRAFT that has not expired; PERMISSION_MISSING on channel; INVALID on channel for EMAIL to a
// customer without an address; NOT_FOUND; VERSION_CONFLICT; FORBIDDEN.
func (s *Service) SendOffer(ctx context.Context, in service.SendOfferInput) (*ent.Offer, error) {
	purpose := input.Or(in.Purpose, schema.Marketing)
	return s.changeOffer(ctx, service.Verb{Name: "sendOffer", Key: in.IdempotencyKey, Body: in}, in.ID, in.ExpectedVersion, func(ctx context.Context, tx *store.Tx, o *ent.Offer, c *ent.Customer) error {
		now := s.Now()
		if status := OfferStatusAt(o, now); status != schema.OfferDraft {
			return wrongOffer(status, "sent")
		}
		var level *schema.PermissionLevel
		if o.Kind == schema.OfferIndividual {
			level = &s.Settings().IndividualLevel
		}
		decision, err := s.consent.Decide(ctx, tx, c.ID, in.Channel, purpose, level, nil)
		if err != nil {
			return err
		}
		if !decision.Allowed {
			return consent.MissingPermission(decision, in.Channel, purpose)
		}
		if in.Channel == schema.ByEmail && s.outbox.Carries() {
			return s.mailOffer(ctx, tx, o, c, purpose, level, languageFor(c, in.Language))
		}
		contact, err := s.recordSending(ctx, tx, o, c, in.Channel, purpose, decision)
		if err != nil {
			return err
		}
		if err := tx.Offer.UpdateOne(o).SetStatus(schema.OfferSent).SetSentAt(now).SetContactID(contact.ID).SetUpdatedAt(now).AddVersion(1).Exec(ctx); err != nil {
			return err
		}
		if in.Channel != schema.ByEmail {
			if err := s.askToTell(ctx, tx, o, c, in.Channel, purpose, languageFor(c, in.Language)); err != nil {
				return err
			}
		}
		return s.Audit(ctx, tx, "offer.send", o.ID, map[string]any{"channel": in.Channel, "purpose": purpose, "contact": contact.ID})
	})
}

// offerSubject is the subject of a contact by which an offer is sent. It names no offer, as who sees contacts need not see offers:
// Contact.offer leads who sees both from the one to the other.
const offerSubject = "offer"

// recordSending records the contact by which an offer is sent.
func (s *Service) recordSending(ctx context.Context, tx *store.Tx, o *ent.Offer, c *ent.Customer, channel schema.Channel, purpose schema.Purpose, decision *consent.PermissionDecision) (*ent.Contact, error) {
	kind, ok := carriers[channel]
	if !ok {
		kind = schema.TextMessage
	}
	n := contacts.Record{
		ID: s.IDs.Make(id.Contact), CustomerID: c.ID, Kind: kind, Direction: schema.Outbound, Channel: channel, At: s.Now(), Purpose: purpose, Subject: offerSubject, OfferID: o.ID,
	}
	if decision.CurrentLevel != nil {
		n.PermissionID = decision.Permission.ID
	}
	if actor, _ := auth.From(ctx); s.people.User(actor.UserID) != nil {
		n.StaffID = actor.UserID
	}
	return s.contacts.AddContact(ctx, tx, c, n)
}
