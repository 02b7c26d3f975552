package outbox

import (
	"context"

	"kopeck/auth"
	"kopeck/ent"
	"kopeck/ent/message"
	"kopeck/ent/messagepause"
	"kopeck/ent/predicate"
	"kopeck/fault"
	"kopeck/id"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/service/input"
	"kopeck/store"
)

// Pauses returns what is paused: of all channels first, then in the order in which they were.
func (s *Service) Pauses(ctx context.Context) ([]*ent.MessagePause, error) {
	return s.Client.MessagePause.Query().Order(messagepause.BySince(), messagepause.ByID()).All(ctx)
}

// PauseMessages hands over no more messages by a channel, nil for all: those that wait are PAUSED. Faults: INVALID by field; FORBIDDEN.
func (s *Service) PauseMessages(ctx context.Context, in service.PauseMessagesInput) ([]*ent.MessagePause, error) {
	actor, err := auth.Writer(ctx, "MessagePause")
	if err != nil {
		return nil, err
	}
	reason, err := input.OptionalText("reason", in.Reason, maxReason)
	if err != nil {
		return nil, err
	}
	_, err = s.Write(ctx, service.Verb{Name: "pauseMessages"}, func(ctx context.Context, tx *store.Tx) (string, error) {
		if err := hold(ctx, tx, true); err != nil {
			return "", err
		}
		is, err := tx.MessagePause.Query().Where(ofChannel(in.Channel)).Exist(ctx)
		if err != nil || is {
			return "", err
		}
		now := s.Now()
		if err := tx.MessagePause.Create().SetID(s.IDs.Make(id.Pause)).SetNillableChannel(in.Channel).SetSince(now).SetBy(actor.Name).SetNillableReason(reason).Exec(ctx); err != nil {
			return "", err
		}
		waiting := []predicate.Message{message.StateEQ(schema.MessageQueued), message.LeavingSinceIsNil()}
		if in.Channel != nil {
			waiting = append(waiting, message.ChannelEQ(*in.Channel))
		}
		if err := tx.Message.Update().Where(waiting...).SetState(schema.MessagePaused).SetUpdatedAt(now).AddVersion(1).Exec(ctx); err != nil {
			return "", err
		}
		if err := s.Audit(ctx, tx, "outbox.pause", "", map[string]any{"channel": in.Channel, "reason": reason}); err != nil {
			return "", err
		}
		return "", s.CustomerChanged(ctx, tx, service.EveryCustomer, "Message")
	})
	if err != nil {
		return nil, err
	}
	return s.Pauses(ctx)
}

// ResumeMessages ends the pause of a channel, or for nil that of all; messages that no other pause holds are QUEUED. Faults: NOT_FOUND on
// channel for no such pause; FORBIDDEN.
func (s *Service) ResumeMessages(ctx context.Context, in service.ResumeMessagesInput) ([]*ent.MessagePause, error) {
	if _, err := auth.Writer(ctx, "MessagePause"); err != nil {
		return nil, err
	}
	_, err := s.Write(ctx, service.Verb{Name: "resumeMessages"}, func(ctx context.Context, tx *store.Tx) (string, error) {
		if err := hold(ctx, tx, true); err != nil {
			return "", err
		}
		ended, err := tx.MessagePause.Delete().Where(ofChannel(in.Channel)).Exec(ctx)
		if err != nil {
			return "", err
		}
		if ended == 0 {
			return "", fault.NoSuch("channel", "pause")
		}
		left, err := tx.MessagePause.Query().All(ctx)
		if err != nil {
			return "", err
		}
		if err := s.requeue(ctx, tx, left); err != nil {
			return "", err
		}
		tx.AfterCommit(s.wake)
		if err := s.Audit(ctx, tx, "outbox.resume", "", map[string]any{"channel": in.Channel}); err != nil {
			return "", err
		}
		return "", s.CustomerChanged(ctx, tx, service.EveryCustomer, "Message")
	})
	if err != nil {
		return nil, err
	}
	return s.Pauses(ctx)
}

// requeue queues the messages that none of the pauses holds.
func (s *Service) requeue(ctx context.Context, tx *store.Tx, pauses []*ent.MessagePause) error {
	var channels []schema.Channel
	for _, p := range pauses {
		if p.Channel == nil {
			return nil
		}
		channels = append(channels, *p.Channel)
	}
	return tx.Message.Update().Where(message.StateEQ(schema.MessagePaused), message.ChannelNotIn(channels...)).
		SetState(schema.MessageQueued).SetUpdatedAt(s.Now()).AddVersion(1).Exec(ctx)
}

// ofChannel is the condition that a pause is of a channel, nil for that of all.
func ofChannel(channel *schema.Channel) predicate.MessagePause {
	if channel == nil {
		return messagepause.ChannelIsNil()
	}
	return messagepause.ChannelEQ(*channel)
}
