package consent

import (
	"context"
	"errors"
	"time"

	"kopeck/ent"
	"kopeck/ent/message"
	"kopeck/store"
)

// A message is found to be permitted in a transaction that holds the customer (package outbox), and is written to the mail server after it,
// so that the database waits for no server. What ends the permission meanwhile waits, without holding anything, until the message has left or
// can no longer leave. So no word of a message leaves after the revocation has been committed.

// leaveWithin is how long a message that was found to be permitted may still be written to its provider, and so the longest time that a
// revocation waits. It is less than an operation of the API may take.
const leaveWithin = 5 * time.Second

// The pauses after which is looked again whether the message has left.
const (
	firstPause = 5 * time.Millisecond
	lastPause  = 100 * time.Millisecond
)

// errLeaving says that a message is being handed over.
var errLeaving = errors.New("consent: a message to the customer is being handed over")

// leaving has since when messages have been seen to be handed over, by this process' own time: clocks of several need not agree.
type leaving struct {
	service *Service
	seen    map[string]time.Time // by the message and the moment at which it was permitted
}

// afterLeaving runs a verb that ends or lowers a permission, and runs it again while it finds that a message is being handed over.
func (s *Service) afterLeaving(ctx context.Context, verb func(*leaving) error) error {
	w := &leaving{service: s, seen: map[string]time.Time{}}
	for pause := firstPause; ; pause = min(2*pause, lastPause) {
		err := verb(w)
		if !errors.Is(err, errLeaving) {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(pause):
		}
	}
}

// none returns errLeaving while a message that rests on a permission is being handed over. The customer is locked. A message that has been
// seen for as long as it may take to leave has left, or will not: the process that handed it over may have ended.
func (w *leaving) none(ctx context.Context, tx *store.Tx, p *ent.Permission) error {
	found, err := tx.Message.Query().Where(
		message.CustomerID(p.CustomerID), message.ChannelEQ(p.Channel), message.PurposeEQ(p.Purpose), message.LeavingSinceNotNil(), message.LeasedUntilGT(w.service.Now()),
	).All(ctx)
	if err != nil {
		return err
	}
	for _, m := range found {
		key := m.ID + " " + m.LeavingSince.UTC().String()
		since, seen := w.seen[key]
		if !seen {
			since = time.Now()
			w.seen[key] = since
		}
		if time.Since(since) < w.service.LeaveWithin {
			return errLeaving
		}
	}
	return nil
}
