package sale

import (
	"context"
	"strings"

	"kopeck/auth"
	"kopeck/ent"
	"kopeck/ent/customer"
	"kopeck/ent/offer"
	"kopeck/fault"
	"kopeck/mail"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/service/outbox"
	"kopeck/store"
)

// mailOffer queues the e-mail by which an offer is sent. The offer is SENT from then on; it is a DRAFT again if the message is stopped or given
// up before the customer has answered.
func (s *Service) mailOffer(ctx context.Context, tx *store.Tx, o *ent.Offer, c *ent.Customer, purpose schema.Purpose, level *schema.PermissionLevel, in service.Language) error {
	shown, err := s.shownOffer(ctx, tx.Client(), o, c, in)
	if err != nil {
		return err
	}
	subject, text, html, err := s.Templates.write(shown)
	if err != nil {
		return err
	}
	d := outbox.Draft{Purpose: purpose, Level: level, Subject: subject, Text: text, HTML: html, OfferID: o.ID, Headers: []schema.MessageHeader{{Name: languageHeader, Value: strings.ToLower(string(in))}}}
	if actor, _ := auth.From(ctx); s.people.User(actor.UserID) != nil {
		d.StaffID = actor.UserID
	}
	m, err := s.outbox.Queue(ctx, tx, c, d)
	if err != nil {
		return err
	}
	now := s.Now()
	if err := tx.Offer.UpdateOne(o).SetStatus(schema.OfferSent).SetSentAt(now).SetUpdatedAt(now).AddVersion(1).Exec(ctx); err != nil {
		return err
	}
	return s.Audit(ctx, tx, "offer.send", o.ID, map[string]any{"channel": schema.ByEmail, "purpose": purpose, "message": m.ID})
}

// languageHeader is the header of a message that says its language (RFC 3282).
const languageHeader = "Content-Language"

// offerAttachment makes the document that goes with the message of an offer, in its language. The prices of an offer never change, so it has the
// figures of the message.
func (s *Service) offerAttachment(ctx context.Context, m *ent.Message) (*mail.Attachment, error) {
	o, err := s.Client.Offer.Query().Where(offer.ID(*m.OfferID)).Only(ctx)
	if ent.IsNotFound(err) {
		return nil, nil // the message does not leave
	}
	if err != nil {
		return nil, err
	}
	c, err := s.Client.Customer.Query().Where(customer.ID(o.CustomerID)).Only(ctx)
	if ent.IsNotFound(err) {
		return nil, nil // nor without its customer
	}
	if err != nil {
		return nil, err
	}
	var asked *service.Language
	for _, h := range m.Headers {
		if h.Name == languageHeader {
			asked = new(service.Language(strings.ToUpper(h.Value)))
		}
	}
	shown, err := s.shownOffer(ctx, s.Client, o, c, languageFor(c, asked))
	if err != nil {
		return nil, err
	}
	file, err := shown.pdf(o)
	return &mail.Attachment{Name: offerWords[shown.Language].file + ".pdf", Type: "application/pdf", Content: file}, err
}

// offerStands returns why the message by which an offer is sent is not to leave any more, "" if it is.
func (s *Service) offerStands(ctx context.Context, tx *store.Tx, m *ent.Message) (string, error) {
	o, err := tx.Offer.Query().Where(offer.ID(*m.OfferID)).Only(ctx)
	if ent.IsNotFound(err) {
		return "the offer does not exist any more", nil
	}
	if err != nil {
		return "", err
	}
	if status := OfferStatusAt(o, s.Now()); status != schema.OfferSent && status != schema.OfferViewed {
		return "the offer is " + string(status), nil
	}
	return "", nil
}

// offerMessageEnded records the contact by which an offer was sent; without one an offer that the customer has not seen is a DRAFT again.
func (s *Service) offerMessageEnded(ctx context.Context, tx *store.Tx, m *ent.Message, sentBy *ent.Contact) error {
	o, err := tx.Offer.Query().Where(offer.ID(*m.OfferID)).Only(ctx)
	if err != nil {
		return err
	}
	update := tx.Offer.UpdateOne(o).SetUpdatedAt(s.Now()).AddVersion(1)
	switch {
	case sentBy != nil:
		update.SetContactID(sentBy.ID).SetSentAt(sentBy.At)
	case o.Status == schema.OfferSent:
		update.SetStatus(schema.OfferDraft).ClearSentAt()
	default:
		return nil
	}
	if err := update.Exec(ctx); err != nil {
		return err
	}
	return s.CustomerChanged(ctx, tx, o.CustomerID, "Offer")
}

// offerAgain makes an offer SENT whose message is queued again: WRONG_STATE unless it is a DRAFT that has not expired.
func (s *Service) offerAgain(ctx context.Context, tx *store.Tx, m *ent.Message) error {
	o, err := tx.Offer.Query().Where(offer.ID(*m.OfferID)).Only(ctx)
	if err != nil {
		return err
	}
	now := s.Now()
	if status := OfferStatusAt(o, now); status != schema.OfferDraft {
		return fault.New(fault.WrongState, "id", "the message is about an offer that is %s: want one that is a DRAFT", status)
	}
	if err := tx.Offer.UpdateOne(o).SetStatus(schema.OfferSent).SetSentAt(now).SetUpdatedAt(now).AddVersion(1).Exec(ctx); err != nil {
		return err
	}
	return s.CustomerChanged(ctx, tx, o.CustomerID, "Offer")
}
