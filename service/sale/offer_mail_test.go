package sale_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"kopeck/apptest"
	"kopeck/ent"
	"kopeck/ent/message"
	"kopeck/mail"
	"kopeck/schema"
	"kopeck/service"
)

// mailing gives the customer an e-mail address and a permission for individual offers, and lets e-mails leave to a mailbox.
func (s *shop) mailing() *mail.Mailbox {
	s.t.Helper()
	box := &mail.Mailbox{}
	s.Outbox.Mail, s.Outbox.From = box, "shop@example.com"
	address := "anna@example.com"
	c, err := s.Customers.CreateCustomer(s.System(), service.CreateCustomerInput{Name: "Anna <b>& Co</b>", Email: &address})
	s.Must(err)
	s.customer = c
	s.permit(schema.Personalisation, schema.Personal)
	return box
}

// mailed sends an offer by e-mail and returns it with its message.
func (s *shop) mailed() (*ent.Offer, *ent.Message) {
	s.t.Helper()
	o, err := s.Sale.SendOffer(s.As(schema.RoleAdmin), service.SendOfferInput{ID: s.offer().ID, Channel: schema.ByEmail, Purpose: new(schema.Personalisation)})
	s.Must(err)
	m, err := s.Client.Message.Query().Where(message.OfferID(o.ID)).Only(s.System())
	s.Must(err)
	return o, m
}

// wantOffer checks the status of an offer, whether it has a contact, and the state of its message.
func (s *shop) wantOffer(o *ent.Offer, m *ent.Message, status schema.OfferStatus, contact bool, state schema.MessageState, reason string) {
	s.t.Helper()
	now, err := s.Client.Offer.Get(s.System(), o.ID)
	s.Must(err)
	of, err := s.Client.Message.Get(s.System(), m.ID)
	s.Must(err)
	got := ""
	if of.Reason != nil {
		got = *of.Reason
	}
	if now.Status != status || (now.ContactID != nil) != contact || (now.SentAt != nil) != (status != schema.OfferDraft) || of.State != state || !strings.Contains(got, reason) {
		s.t.Errorf("the offer is %s, sent %v, contact %v, its message %s (%s); want %s, contact: %t, %s (%s)", now.Status, now.SentAt, now.ContactID, of.State, got, status, contact, state, reason)
	}
}

func (s *shop) deliver() {
	s.t.Helper()
	_, err := s.Outbox.Step(context.Background())
	s.Must(err)
}

func TestOfferIsMailed(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		box := s.mailing()
		o, m := s.mailed()
		s.wantOffer(o, m, schema.OfferSent, false, schema.MessageQueued, "")
		s.Clock.Advance(time.Minute)
		s.deliver()
		s.wantOffer(o, m, schema.OfferSent, true, schema.MessageSent, "")
		sent := box.Messages()
		if len(sent) != 1 {
			t.Fatalf("%d e-mails, want 1", len(sent))
		}
		for _, want := range []string{"Anna <b>& Co</b>", "Coat: 1 at 999.99 RUB, together 999.99 RUB", "Gross  999.99 RUB"} {
			if !strings.Contains(sent[0].Text, want) {
				t.Errorf("no %q in\n%s", want, sent[0].Text)
			}
		}
		for _, want := range []string{"Anna &lt;b&gt;&amp; Co&lt;/b&gt;", `<td align="right">999.99 RUB</td>`} {
			if !strings.Contains(sent[0].HTML, want) {
				t.Errorf("no %q in\n%s", want, sent[0].HTML)
			}
		}
		made := s.Client.Contact.GetX(s.System(), *s.Client.Offer.GetX(s.System(), o.ID).ContactID)
		if *made.OfferID != o.ID || *made.Subject != "offer" || made.PermissionID == nil {
			t.Errorf("the contact is %v", made)
		}
	})
}

func TestMailedOffersThatDoNotLeave(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		box := s.mailing()
		admin := s.As(schema.RoleAdmin)
		withdrawn, first := s.mailed()
		_, err := s.Sale.WithdrawOffer(admin, service.WithdrawOfferInput{ID: withdrawn.ID})
		s.Must(err)
		expired, second := s.mailed()
		s.Clock.Advance(24 * time.Hour)
		cancelled, third := s.mailed()
		_, err = s.Outbox.CancelMessage(admin, service.CancelMessageInput{ID: third.ID, Reason: "not yet"})
		s.Must(err)
		s.wantOffer(cancelled, third, schema.OfferDraft, false, schema.MessageStopped, "cancelled: not yet")
		viewed, fourth := s.mailed()
		_, err = s.Sale.ViewOffer(admin, service.ViewOfferInput{ID: viewed.ID}) // on a screen of ours
		s.Must(err)
		_, err = s.Outbox.CancelMessage(admin, service.CancelMessageInput{ID: fourth.ID, Reason: "seen"})
		s.Must(err)
		s.wantOffer(viewed, fourth, schema.OfferViewed, false, schema.MessageStopped, "seen")
		s.deliver()
		s.wantOffer(withdrawn, first, schema.OfferWithdrawn, false, schema.MessageStopped, "the offer is WITHDRAWN")
		s.wantOffer(expired, second, schema.OfferDraft, false, schema.MessageStopped, "the offer is EXPIRED")
		if len(box.Messages()) != 0 {
			t.Errorf("left: %v", box.Messages())
		}

		_, err = s.Outbox.ReplayMessage(admin, service.ReplayMessageInput{ID: third.ID})
		s.Must(err)
		s.wantOffer(cancelled, third, schema.OfferSent, false, schema.MessageQueued, "")
		_, err = s.Outbox.ReplayMessage(admin, service.ReplayMessageInput{ID: first.ID})
		if got := apptest.Faults(err); got != "WRONG_STATE id" {
			t.Errorf("queued the message of a withdrawn offer again: got %q", got)
		}
		s.deliver()
		s.wantOffer(cancelled, third, schema.OfferSent, true, schema.MessageSent, "")
	})
}

func TestOfferToACustomerWithoutAddress(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		anna := s.customer
		s.mailing()
		s.customer = anna
		s.permit(schema.Personalisation, schema.Personal)
		_, err := s.Sale.SendOffer(s.As(schema.RoleAdmin), service.SendOfferInput{ID: s.offer().ID, Channel: schema.ByEmail, Purpose: new(schema.Personalisation)})
		if got := apptest.Faults(err); got != "INVALID channel" {
			t.Errorf("got %q", got)
		}
	})
}
