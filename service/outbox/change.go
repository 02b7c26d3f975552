package outbox

import (
	"context"

	"kopeck/auth"
	"kopeck/ent"
	"kopeck/ent/message"
	"kopeck/ent/messageattempt"
	"kopeck/fault"
	"kopeck/id"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/service/input"
	"kopeck/store"
)

// maxReason is how many characters a reason may have.
const maxReason = 1000

// Message returns a message by its id; nil if there is none that the viewer may see.
func (s *Service) Message(ctx context.Context, messageID string) (*ent.Message, error) {
	if err := id.Check("id", id.Message, messageID); err != nil {
		return nil, err
	}
	found, err := s.Client.Message.Query().Where(message.ID(messageID)).Only(ctx)
	if ent.IsNotFound(err) {
		return nil, nil
	}
	return found, err
}

// CancelMessage stops a message that has not been handed over. Faults: INVALID by field; NOT_FOUND; WRONG_STATE on id for a message that has
// left, is leaving at this moment, or was stopped; VERSION_CONFLICT; FORBIDDEN.
func (s *Service) CancelMessage(ctx context.Context, in service.CancelMessageInput) (*ent.Message, error) {
	reason, err := input.Text("reason", in.Reason, maxReason)
	if err != nil {
		return nil, err
	}
	return s.change(ctx, service.Verb{Name: "cancelMessage"}, in.ID, in.ExpectedVersion, func(ctx context.Context, tx *store.Tx, m *ent.Message) error {
		switch {
		case !waits(m):
			return fault.New(fault.WrongState, "id", "a message that is %s cannot be cancelled", m.State)
		case leaves(m, s.Now()):
			return fault.New(fault.WrongState, "id", "the message is being handed over at this moment")
		}
		return s.end(ctx, tx, m, schema.MessageStopped, "cancelled: "+reason)
	})
}

// ReplayMessage queues a message again that was stopped or given up. Faults: INVALID; NOT_FOUND; WRONG_STATE on id for a message in another
// state, without its text, or about an offer that is not to be sent; VERSION_CONFLICT; FORBIDDEN.
func (s *Service) ReplayMessage(ctx context.Context, in service.ReplayMessageInput) (*ent.Message, error) {
	v := service.Verb{Name: "replayMessage", Key: in.IdempotencyKey, Body: in}
	return s.change(ctx, v, in.ID, in.ExpectedVersion, func(ctx context.Context, tx *store.Tx, m *ent.Message) error {
		if m.State != schema.MessageStopped && m.State != schema.MessageDead {
			return fault.New(fault.WrongState, "id", "a message that is %s cannot be queued again", m.State)
		}
		if m.Text == "" {
			return fault.New(fault.WrongState, "id", "the message has no text any more, so it cannot be queued again")
		}
		if m.OfferID != nil && s.Offers.Again != nil {
			if err := s.Offers.Again(ctx, tx, m); err != nil {
				return err
			}
		}
		state, err := queuedState(ctx, tx, m.Channel)
		if err != nil {
			return err
		}
		now := s.Now()
		if err := tx.Message.UpdateOne(m).SetState(state).ClearReason().SetTries(0).SetDueAt(now).SetUpdatedAt(now).AddVersion(1).Exec(ctx); err != nil {
			return err
		}
		tx.AfterCommit(s.wake)
		if err := s.Audit(ctx, tx, "message.replay", m.ID, map[string]any{"was": m.State}); err != nil {
			return err
		}
		return s.CustomerChanged(ctx, tx, m.CustomerID, "Message")
	})
}

// change changes a message in a transaction, with the customer locked, and returns it after that.
func (s *Service) change(ctx context.Context, v service.Verb, messageID string, expected *int, do func(ctx context.Context, tx *store.Tx, m *ent.Message) error) (*ent.Message, error) {
	if _, err := auth.Writer(ctx, "Message"); err != nil {
		return nil, err
	}
	if err := id.Check("id", id.Message, messageID); err != nil {
		return nil, err
	}
	_, err := s.Write(ctx, v, func(ctx context.Context, tx *store.Tx) (string, error) {
		seen, err := tx.Message.Get(ctx, messageID)
		if ent.IsNotFound(err) {
			return "", fault.NoSuch("id", "message")
		}
		if err != nil {
			return "", err
		}
		c, err := s.LockCustomer(ctx, tx, "id", seen.CustomerID)
		if fault.Is(err, fault.NotFound) {
			return "", fault.New(fault.WrongState, "id", "the customer is deleted")
		}
		if err != nil {
			return "", err
		}
		m, err := tx.Message.Query().Where(message.ID(messageID)).Only(ctx) // read once more, now that nobody else can change it
		if err != nil {
			return "", err
		}
		if err := service.StillOf(c.ID, m.CustomerID); err != nil {
			return "", err
		}
		if err := service.CheckVersion(expected, m.Version); err != nil {
			return "", err
		}
		return m.ID, do(ctx, tx, m)
	})
	if err != nil {
		return nil, err
	}
	return s.Client.Message.Get(ctx, messageID)
}

// Attempts returns the attempts of messages, in their order, by the message's id.
func (s *Service) Attempts(ctx context.Context, messageIDs []string) (map[string][]*ent.MessageAttempt, error) {
	rows, err := s.Client.MessageAttempt.Query().Where(messageattempt.MessageIDIn(messageIDs...)).
		Order(messageattempt.ByMessageID(), messageattempt.ByNumber()).All(ctx)
	of := map[string][]*ent.MessageAttempt{}
	for _, one := range rows {
		of[one.MessageID] = append(of[one.MessageID], one)
	}
	return of, err
}
