package service

import (
	"context"

	"kopeck/auth"
	"kopeck/ent"
	"kopeck/id"
	"kopeck/schema"
	"kopeck/store"
)

// carriers are the kinds of contact that carry an offer over a channel; over every other it is a MESSAGE.
var carriers = map[schema.Channel]schema.ContactKind{
	schema.ByEmail: schema.Email, schema.ByPhone: schema.TargetCall, schema.ByVisit: schema.Visit,
}

// SendOffer sends a draft: the outbound contact that carries it is permitted, costed and recorded in the same
// transaction, so none goes out on a permission that was revoked before (design, law 6). An INDIVIDUAL offer needs the
// level for what is made of the customer's own data, whatever its purpose.
//
// Faults: WRONG_STATE unless the offer is a DRAFT that has not expired; PERMISSION_MISSING on channel; FORBIDDEN.
func (s *Service) SendOffer(ctx context.Context, in SendOfferInput) (*ent.Offer, error) {
	purpose := or(in.Purpose, schema.Marketing)
	return s.changeOffer(ctx, verb{"sendOffer", in.IdempotencyKey, in}, in.ID, in.ExpectedVersion, func(ctx context.Context, tx *store.Tx, o *ent.Offer, c *ent.Customer) error {
		now := s.now()
		if status := OfferStatusAt(o, now); status != schema.OfferDraft {
			return wrongOffer(status, "sent")
		}
		var level *schema.PermissionLevel
		if o.Kind == schema.OfferIndividual {
			level = &s.Settings().IndividualLevel
		}
		decision, err := s.decide(ctx, tx, c.ID, in.Channel, purpose, level, nil)
		if err != nil {
			return err
		}
		if !decision.Allowed {
			return missingPermission(decision, in.Channel, purpose)
		}
		contact, err := s.carry(ctx, tx, o, c, in.Channel, purpose, decision)
		if err != nil {
			return err
		}
		if err := tx.Offer.UpdateOne(o).SetStatus(schema.OfferSent).SetSentAt(now).SetContactID(contact.ID).SetUpdatedAt(now).AddVersion(1).Exec(ctx); err != nil {
			return err
		}
		return s.audit(ctx, tx, "offer.send", o.ID, map[string]any{"channel": in.Channel, "purpose": purpose, "contact": contact.ID})
	})
}

// carry records the contact that carries an offer.
func (s *Service) carry(ctx context.Context, tx *store.Tx, o *ent.Offer, c *ent.Customer, channel schema.Channel, purpose schema.Purpose, decision *PermissionDecision) (*ent.Contact, error) {
	kind, ok := carriers[channel]
	if !ok {
		kind = schema.Message
	}
	n := newContact{
		id: s.ids.Make(id.Contact), customerID: c.ID, kind: kind, direction: schema.Outbound, channel: channel, at: s.now(), purpose: &purpose,
	}
	if decision.CurrentLevel != nil {
		n.permissionID = &decision.Permission.ID
	}
	if actor, _ := auth.From(ctx); s.User(actor.UserID) != nil {
		n.staffID = &actor.UserID
	}
	subject := "offer " + o.ID
	n.subject = &subject
	return s.addContact(ctx, tx, c, n)
}
