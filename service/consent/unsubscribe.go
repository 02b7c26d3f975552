package consent

import (
	"context"
	"strings"

	"kopeck/auth"
	"kopeck/consentlog"
	"kopeck/ent"
	"kopeck/ent/message"
	"kopeck/ent/permission"
	"kopeck/fault"
	"kopeck/schema"
	"kopeck/store"
)

// UnsubscribePage is where a mail program posts a link to unsubscribe (RFC 8058), and where a person finds a button.
const UnsubscribePage = "/unsubscribe"

// UnsubscribeLink returns the link by which the customer ends what a message is sent by; "" for a message that needs no permission, and while
// the setting company has no url that begins with https:// (RFC 8058, section 3.1).
func (s *Service) UnsubscribeLink(_ context.Context, m *ent.Message) (string, error) {
	settings := s.Settings()
	if settings.Company == nil || !strings.HasPrefix(settings.Company.URL, "https://") || m.Level == nil && settings.RequiredLevels[m.Purpose] == "" {
		return "", nil
	}
	token, err := s.links.Unsubscribe(auth.Subscription{Message: m.ID, Customer: m.CustomerID, Channel: string(m.Channel)})
	if err != nil {
		return "", err
	}
	return strings.TrimSuffix(settings.Company.URL, "/") + UnsubscribePage + "?token=" + token, nil
}

// Unsubscribe ends the permission for the channel and purpose of a message, by the link that was sent with it; the caller need not be signed in.
// What the customer has permitted again since is over too. Where nothing is in force any more, nothing changes. Fault: INVALID, with the same
// message whatever the cause, for a token that is not one of our links to unsubscribe.
func (s *Service) Unsubscribe(ctx context.Context, token string) error {
	of, err := s.links.VerifyUnsubscribe(token)
	if err != nil {
		return errNotUnsubscribe()
	}
	err = s.afterLeaving(ctx, func(leaving *leaving) error {
		return s.writeByLink(ctx, func(ctx context.Context, tx *store.Tx) error {
			m, err := tx.Message.Query().Where(message.ID(of.Message)).Only(ctx)
			if ent.IsNotFound(err) {
				return errNotUnsubscribe()
			}
			if err != nil {
				return err
			}
			if m.CustomerID != s.Kept(of.Customer) && m.CustomerID != of.Customer || string(m.Channel) != of.Channel {
				return errNotUnsubscribe()
			}
			p, err := s.permissionOfMessage(ctx, tx, m)
			if err != nil || p == "" {
				return err
			}
			l, err := s.lockLog(ctx, tx, "token", p)
			if err != nil || l.State == consentlog.StateRevoked {
				return err
			}
			if err := leaving.none(ctx, tx, l.permission); err != nil {
				return err
			}
			return s.revoke(ctx, tx, l, consentlog.Event{Source: "unsubscribe link of message " + m.ID, Actor: auth.CustomerName})
		})
	})
	return s.FaultOf(err)
}

// CheckUnsubscribe returns the fault of Unsubscribe for a token that is none of ours. It changes nothing.
func (s *Service) CheckUnsubscribe(token string) error {
	if _, err := s.links.VerifyUnsubscribe(token); err != nil {
		return errNotUnsubscribe()
	}
	return nil
}

func errNotUnsubscribe() error { return fault.Invalidf("token", "not a valid link to unsubscribe") }

// permissionOfMessage returns the permission that unsubscribing from a message ends: the one in force for its channel and purpose, or else the
// one by which it was sent; "" for none.
func (s *Service) permissionOfMessage(ctx context.Context, tx *store.Tx, m *ent.Message) (string, error) {
	live, err := tx.Permission.Query().Where(
		permission.CustomerID(m.CustomerID), permission.ChannelEQ(m.Channel), permission.PurposeEQ(m.Purpose),
		permission.StateIn(schema.PermissionPending, schema.PermissionActive),
	).FirstID(ctx)
	switch {
	case ent.IsNotFound(err) && m.PermissionID != nil:
		return *m.PermissionID, nil
	case ent.IsNotFound(err):
		return "", nil
	}
	return live, err
}
