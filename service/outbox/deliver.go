package outbox

import (
	"context"
	"sync"
	"time"

	"kopeck/ent"
	"kopeck/ent/message"
	"kopeck/ent/messageattempt"
	"kopeck/fault"
	"kopeck/id"
	"kopeck/mail"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/service/input"
	"kopeck/store"
)

const (
	batch   = 8               // how many messages a step hands over at most
	abreast = 4               // how many of them at once
	leased  = 5 * time.Minute // more than a step takes with a server that hangs: see mail.Timeout
	looking = time.Second     // how often the queue is looked at: another process may have queued
)

// Run hands over messages as they become due until the context ends, and then ends those that it has begun. Several processes may run it.
func (s *Service) Run(ctx context.Context) {
	if !s.Carries() {
		return
	}
	tick := time.NewTicker(looking)
	defer tick.Stop()
	last := ""
	for ctx.Err() == nil {
		n, err := s.Step(ctx)
		switch {
		case err == nil:
			last = ""
		case ctx.Err() == nil && err.Error() != last: // not once a second while the database is away
			last = err.Error()
			s.Log.WarnContext(ctx, "messages could not be handed over", "error", err)
		}
		if n >= batch && err == nil {
			continue // there may be more
		}
		select {
		case <-ctx.Done():
		case <-tick.C:
		case <-s.woken:
		}
	}
}

// Step hands over the messages that are due, some of them if they are many, and returns how many it took.
func (s *Service) Step(ctx context.Context) (int, error) {
	ctx = bypassGuard(ctx)
	if !s.Carries() {
		return 0, nil
	}
	now := s.Now()
	if due, err := s.anyDue(ctx, now); err != nil || !due {
		return 0, err
	}
	worker := s.IDs.Make(id.Message)
	var ids []string
	_, err := s.Write(ctx, service.Verb{Name: "reserveMessages"}, func(ctx context.Context, tx *store.Tx) (_ string, err error) {
		ids, err = reserve(ctx, tx, worker, now, now.Add(leased), batch)
		return "", err
	})
	if err != nil {
		return 0, err
	}
	var group sync.WaitGroup
	free := make(chan struct{}, abreast)
	for _, one := range ids {
		free <- struct{}{}
		group.Go(func() {
			defer func() { <-free }()
			if err := s.deliver(ctx, worker, one); err != nil && ctx.Err() == nil {
				s.Log.WarnContext(ctx, "a message could not be handed over; it is tried again when its lease is over", "message", one, "error", err)
			}
		})
	}
	group.Wait()
	return len(ids), nil
}

// deliver hands over a message that is leased to a worker, and records what came of it.
func (s *Service) deliver(ctx context.Context, worker, messageID string) error {
	m, err := s.Client.Message.Get(ctx, messageID)
	if err != nil {
		return err
	}
	out, err := s.mailOf(ctx, m)
	if err != nil {
		return err
	}
	var begun *ent.MessageAttempt
	var failed error
	answer := s.Mail.Carry(ctx, out, func(ctx context.Context) (time.Duration, bool) {
		begun, failed = s.handOver(ctx, worker, messageID)
		return s.consent.LeaveWithin, begun != nil && failed == nil
	})
	if failed != nil || answer.Outcome == mail.Held {
		return failed
	}
	// The provider has answered: that is recorded even if the process is to end.
	return s.settle(context.WithoutCancel(ctx), worker, messageID, begun, answer)
}

// mailOf returns a message as it is sent.
func (s *Service) mailOf(ctx context.Context, m *ent.Message) (mail.Message, error) {
	out := mail.Message{
		ID: m.HeaderID, From: s.From, To: m.Recipient, Subject: m.Subject, Text: m.Text, HTML: input.OrZero(m.HTML), At: m.CreatedAt,
	}
	for _, h := range m.Headers {
		out.Headers = append(out.Headers, mail.Header(h))
	}
	if m.OfferID != nil && s.Offers.Attachment != nil {
		file, err := s.Offers.Attachment(ctx, m)
		if err != nil {
			return out, err
		}
		out.Attachment = file
	}
	if s.Fill != nil {
		text, err := s.Fill(ctx, m, out.Text)
		if err != nil {
			return out, err
		}
		out.Text = text
	}
	if s.Unsubscribe == nil {
		return out, nil
	}
	link, err := s.Unsubscribe(ctx, m)
	out.Unsubscribe = link
	return out, err
}

// handOver decides whether a message leaves now, with the customer locked: what was revoked before is stopped. The attempt is nil if the
// message does not leave. A revocation that comes later waits until it has: see package consent.
func (s *Service) handOver(ctx context.Context, worker, messageID string) (begun *ent.MessageAttempt, err error) {
	_, err = s.Write(ctx, service.Verb{Name: "handOverMessage"}, func(ctx context.Context, tx *store.Tx) (string, error) {
		begun = nil // of an attempt at the transaction that was not committed
		m, c, err := s.lock(ctx, tx, messageID)
		if err != nil {
			return "", err
		}
		state, err := queuedState(ctx, tx, m.Channel)
		if err != nil {
			return "", err
		}
		if m, err = s.leasedTo(ctx, tx, m, worker); err != nil || m == nil {
			return "", err
		}
		if state != schema.MessageQueued { // paused while a process was handing it over that has ended since
			return "", tx.Message.UpdateOne(m).SetState(state).ClearLeasedBy().ClearLeasedUntil().SetUpdatedAt(s.Now()).AddVersion(1).Exec(ctx)
		}
		reason, permission, err := s.standing(ctx, tx, m, c)
		if err != nil {
			return "", err
		}
		if reason != "" {
			return "", s.end(ctx, tx, m, schema.MessageStopped, reason)
		}
		begun, err = s.beginAttempt(ctx, tx, m)
		if err != nil {
			return "", err
		}
		return "", tx.Message.UpdateOne(m).SetLeavingSince(begun.At).SetNillablePermissionID(permission).SetTries(m.Tries + 1).SetUpdatedAt(begun.At).Exec(ctx)
	})
	return begun, err
}

// lock locks the customer of a message, nil for one who is deleted, and reads the message.
func (s *Service) lock(ctx context.Context, tx *store.Tx, messageID string) (*ent.Message, *ent.Customer, error) {
	m, err := tx.Message.Get(ctx, messageID)
	if err != nil {
		return nil, nil, err
	}
	c, err := s.LockCustomer(ctx, tx, "id", m.CustomerID)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return nil, nil, err
	}
	if m, err = tx.Message.Query().Where(message.ID(messageID)).Only(ctx); err != nil {
		return nil, nil, err
	}
	if c != nil {
		err = service.StillOf(c.ID, m.CustomerID)
	}
	return m, c, err
}

// leasedTo returns a message as it is now, nil if it is not to be handed over by the worker any more: it was cancelled or paused, or the
// lease is over.
func (s *Service) leasedTo(ctx context.Context, tx *store.Tx, m *ent.Message, worker string) (*ent.Message, error) {
	m, err := tx.Message.Query().Where(message.ID(m.ID)).Only(ctx) // the pause that was waited for may have changed it
	if err != nil {
		return nil, err
	}
	if m.State != schema.MessageQueued || input.OrZero(m.LeasedBy) != worker || !m.LeasedUntil.After(s.Now()) {
		return nil, nil
	}
	return m, nil
}

// standing returns why a message is not to be handed over, "" if it is, and the permission by which it is, nil if it needs none.
func (s *Service) standing(ctx context.Context, tx *store.Tx, m *ent.Message, c *ent.Customer) (reason string, permission *string, err error) {
	if c == nil {
		return "the customer is deleted", nil, nil
	}
	if m.OfferID != nil && s.Offers.Stands != nil {
		if reason, err = s.Offers.Stands(ctx, tx, m); err != nil || reason != "" {
			return reason, nil, err
		}
	}
	decision, err := s.consent.Decide(ctx, tx, c.ID, m.Channel, m.Purpose, m.Level, nil)
	switch {
	case err != nil:
		return "", nil, err
	case !decision.Allowed:
		return decision.Reason, nil, nil
	case decision.CurrentLevel != nil:
		return "", &decision.Permission.ID, nil
	}
	return "", nil, nil
}

// beginAttempt records that an attempt begins.
func (s *Service) beginAttempt(ctx context.Context, tx *store.Tx, m *ent.Message) (*ent.MessageAttempt, error) {
	before, err := tx.MessageAttempt.Query().Where(messageattempt.MessageID(m.ID)).Count(ctx)
	if err != nil {
		return nil, err
	}
	return tx.MessageAttempt.Create().SetID(s.IDs.Make(id.Attempt)).SetMessageID(m.ID).SetNumber(before + 1).SetAt(s.Now()).SetOutcome(schema.AttemptUnknown).Save(ctx)
}
