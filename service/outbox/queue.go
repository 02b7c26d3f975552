package outbox

import (
	"context"
	"time"

	"kopeck/auth"
	"kopeck/ent"
	"kopeck/ent/messagepause"
	"kopeck/fault"
	"kopeck/id"
	"kopeck/mail"
	"kopeck/schema"
	"kopeck/store"
)

// Draft is a message to be queued.
type Draft struct {
	Purpose schema.Purpose
	Level   *schema.PermissionLevel // what it needs beyond what its purpose needs; nil for nothing
	Subject string
	Text    string
	HTML    string // the same as Text; "" for none
	Headers []schema.MessageHeader
	StaffID string // by whose act it is made; "" for nobody's
	OfferID string // the offer that it is about; "" for none
}

// Queue writes an e-mail to a customer that leaves once the transaction is committed. The customer is locked, and the caller has decided that
// the message is permitted; it is decided again when the message leaves.
//
// Faults: INVALID on channel for a customer without an e-mail address that messages can go to, and on subject for more than a line.
func (s *Service) Queue(ctx context.Context, tx *store.Tx, c *ent.Customer, d Draft) (*ent.Message, error) {
	if c.Email == nil {
		return nil, fault.Invalidf("channel", "the customer has no e-mail address")
	}
	if err := mail.CheckAddress(*c.Email); err != nil {
		return nil, fault.Invalidf("channel", "no e-mail can be sent to the address of the customer: %s", err)
	}
	if err := mail.CheckSubject(d.Subject); err != nil {
		return nil, fault.Invalidf("subject", "%s", err)
	}
	for _, h := range d.Headers {
		if err := mail.CheckHeader(mail.Header(h)); err != nil {
			return nil, fault.Invalidf("headers", "%s", err)
		}
	}
	state, err := queuedState(ctx, tx, schema.ByEmail)
	if err != nil {
		return nil, err
	}
	actor, _ := auth.From(ctx)
	now, newID := s.Now(), s.IDs.Make(id.Message)
	create := tx.Message.Create().SetID(newID).SetCustomerID(c.ID).SetChannel(schema.ByEmail).SetPurpose(d.Purpose).SetNillableLevel(d.Level).
		SetRecipient(*c.Email).SetSubject(d.Subject).SetText(d.Text).SetHeaders(d.Headers).SetHeaderID(newID + "@kopeck").
		SetState(state).SetDueAt(now).SetCreatedAt(now).SetUpdatedAt(now).SetCreatedBy(actor.Name)
	if d.HTML != "" {
		create.SetHTML(d.HTML)
	}
	if d.StaffID != "" {
		create.SetStaffID(d.StaffID)
	}
	if d.OfferID != "" {
		create.SetOfferID(d.OfferID)
	}
	m, err := create.Save(ctx)
	if err != nil {
		return nil, err
	}
	if err := s.Audit(ctx, tx, "message.queue", m.ID, map[string]any{"customer": c.ID, "channel": m.Channel, "purpose": m.Purpose}); err != nil {
		return nil, err
	}
	tx.AfterCommit(s.wake)
	return m, s.CustomerChanged(ctx, tx, c.ID, "Message")
}

// wake makes the worker of this process look for messages now.
func (s *Service) wake() {
	select {
	case s.woken <- struct{}{}:
	default:
	}
}

// queuedState returns the state of a message that is to leave by a channel: PAUSED if the channel is, or else QUEUED. Until the transaction
// ends no pause begins or ends.
func queuedState(ctx context.Context, tx *store.Tx, channel schema.Channel) (schema.MessageState, error) {
	if err := hold(ctx, tx, false); err != nil {
		return "", err
	}
	paused, err := tx.MessagePause.Query().Where(messagepause.Or(messagepause.ChannelIsNil(), messagepause.ChannelEQ(channel))).Exist(ctx)
	if err != nil || !paused {
		return schema.MessageQueued, err
	}
	return schema.MessagePaused, nil
}

// waits reports whether a message has neither left nor ended.
func waits(m *ent.Message) bool {
	return m.State == schema.MessageQueued || m.State == schema.MessagePaused
}

// leaves reports whether a message is being handed over at a moment.
func leaves(m *ent.Message, at time.Time) bool {
	return m.LeavingSince != nil && m.LeasedUntil != nil && m.LeasedUntil.After(at)
}
