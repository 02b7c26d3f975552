package outbox

import (
	"context"
	"fmt"
	"strings"

	"kopeck/ent"
	"kopeck/id"
	"kopeck/mail"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/service/contacts"
	"kopeck/service/input"
	"kopeck/store"
)

// outcomes are the outcomes of attempts as they are kept.
var outcomes = map[mail.Outcome]schema.MessageAttemptOutcome{
	mail.Accepted: schema.AttemptAccepted, mail.Deferred: schema.AttemptDeferred, mail.Refused: schema.AttemptRefused, mail.Unknown: schema.AttemptUnknown,
}

// settle records what came of an attempt; begun is nil if the provider was not reached. The message that the provider took is SENT, with its
// contact in the books, once: whoever finds it so changes it no more.
func (s *Service) settle(ctx context.Context, worker, messageID string, begun *ent.MessageAttempt, answer mail.Answer) error {
	_, err := s.Write(ctx, service.Verb{Name: "settleMessage"}, func(ctx context.Context, tx *store.Tx) (string, error) {
		if err := s.rates.HoldRates(ctx, tx); err != nil {
			return "", err
		}
		m, c, err := s.lock(ctx, tx, messageID)
		if err != nil {
			return "", err
		}
		state, err := queuedState(ctx, tx, m.Channel)
		if err != nil {
			return "", err
		}
		attempt := begun
		if attempt == nil {
			if attempt, err = s.beginAttempt(ctx, tx, m); err != nil {
				return "", err
			}
			m.Tries++
		}
		ended := tx.MessageAttempt.UpdateOneID(attempt.ID).SetOutcome(outcomes[answer.Outcome]).SetEndedAt(s.Now())
		if c != nil { // what a provider answers names the address, which of who was deleted meanwhile is not kept
			ended.SetAnswer(answerText(answer))
		}
		if answer.Code != 0 {
			ended.SetCode(answer.Code)
		}
		if err := ended.Exec(ctx); err != nil {
			return "", err
		}
		ours := input.OrZero(m.LeasedBy) == worker && waits(m)
		switch {
		case answer.Outcome == mail.Accepted && m.SentAt == nil:
			return "", s.sent(ctx, tx, m, c, attempt)
		case !ours: // another worker has it by now, or has ended it
			return "", nil
		case answer.Outcome == mail.Refused:
			return "", s.end(ctx, tx, m, schema.MessageDead, "refused: "+answerText(answer))
		case m.Tries >= maxTries:
			return "", s.end(ctx, tx, m, schema.MessageDead, fmt.Sprintf("given up after %d attempts: %s", m.Tries, answerText(answer)))
		}
		now := s.Now()
		err = tx.Message.UpdateOne(m).SetState(state).SetReason(answerText(answer)).SetDueAt(now.Add(retryAfter(m.Tries))).SetTries(m.Tries).
			ClearLeasedBy().ClearLeasedUntil().ClearLeavingSince().SetUpdatedAt(now).AddVersion(1).Exec(ctx)
		if err != nil {
			return "", err
		}
		return "", s.CustomerChanged(ctx, tx, m.CustomerID, "Message")
	})
	return err
}

// sent records that a message was handed over, and the contact that it is. A customer who was deleted meanwhile has no more contacts.
func (s *Service) sent(ctx context.Context, tx *store.Tx, m *ent.Message, c *ent.Customer, attempt *ent.MessageAttempt) error {
	now := s.Now()
	update := tx.Message.UpdateOne(m).SetState(schema.MessageSent).ClearReason().SetSentAt(attempt.At).
		ClearLeasedBy().ClearLeasedUntil().ClearLeavingSince().SetUpdatedAt(now).AddVersion(1)
	var contact *ent.Contact
	if c != nil {
		var err error
		if contact, err = s.contacts.AddContact(ctx, tx, c, s.contactOf(m, attempt)); err != nil {
			return err
		}
		update.SetContactID(contact.ID)
	}
	if err := update.Exec(ctx); err != nil {
		return err
	}
	if contact != nil && m.OfferID != nil && s.Offers.Ended != nil {
		if err := s.Offers.Ended(ctx, tx, m, contact); err != nil {
			return err
		}
	}
	return s.CustomerChanged(ctx, tx, m.CustomerID, "Message")
}

// offerSubject is the subject of a contact by which an offer is sent. It names no offer, as who sees contacts need not see offers nor messages.
const offerSubject = "offer"

// contactOf returns the contact that a message is. Its moment is that at which the message was permitted.
func (s *Service) contactOf(m *ent.Message, attempt *ent.MessageAttempt) contacts.Record {
	n := contacts.Record{
		ID: s.IDs.Make(id.Contact), CustomerID: m.CustomerID, Kind: schema.Email, Direction: schema.Outbound, Channel: m.Channel, At: attempt.At, Purpose: m.Purpose,
		Subject: m.Subject, PermissionID: input.OrZero(m.PermissionID), StaffID: input.OrZero(m.StaffID), OfferID: input.OrZero(m.OfferID),
	}
	if m.OfferID != nil {
		n.Subject = offerSubject
	}
	return n
}

// end records that a message is stopped or given up, and why.
func (s *Service) end(ctx context.Context, tx *store.Tx, m *ent.Message, state schema.MessageState, reason string) error {
	err := tx.Message.UpdateOne(m).SetState(state).SetReason(reason).SetTries(m.Tries).ClearLeasedBy().ClearLeasedUntil().ClearLeavingSince().
		SetUpdatedAt(s.Now()).AddVersion(1).Exec(ctx)
	if err != nil {
		return err
	}
	if err := s.Audit(ctx, tx, "message.end", m.ID, map[string]any{"state": state, "reason": reason}); err != nil {
		return err
	}
	if m.OfferID != nil && s.Offers.Ended != nil {
		if err := s.Offers.Ended(ctx, tx, m, nil); err != nil {
			return err
		}
	}
	return s.CustomerChanged(ctx, tx, m.CustomerID, "Message")
}

// answerText is what is kept of an answer: its text, of at most 500 characters.
func answerText(a mail.Answer) string {
	text := []rune(strings.ToValidUTF8(a.Text, "\uFFFD"))
	return string(text[:min(len(text), 500)])
}
