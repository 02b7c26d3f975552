package outbox_test

import (
	"context"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"kopeck/apptest"
	"kopeck/ent"
	"kopeck/ent/contact"
	"kopeck/ent/messageattempt"
	"kopeck/ent/permission"
	"kopeck/mail"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/service/outbox"
	"kopeck/store"
)

// carrier hands over as a test wants, and keeps what has left.
type carrier struct {
	answer mail.Answer          // after the message has left
	away   bool                 // the provider cannot be reached
	during func(m mail.Message) // called while the message leaves

	mu   sync.Mutex
	left []mail.Message
}

func (c *carrier) Carry(ctx context.Context, m mail.Message, leave mail.Leave) mail.Answer {
	if c.away {
		return mail.Answer{Outcome: mail.Deferred, Text: "connection refused"}
	}
	if _, ok := leave(ctx); !ok {
		return mail.Answer{}
	}
	if c.during != nil {
		c.during(m)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.left = append(c.left, m)
	return c.answer
}

// world is a company whose e-mails leave by a carrier of the test.
type world struct {
	*apptest.World

	t       *testing.T
	carrier *carrier
}

var accepted = mail.Answer{Outcome: mail.Accepted, Code: 250, Text: "taken"}

func each(t *testing.T, test func(t *testing.T, w *world)) {
	t.Helper()
	apptest.Each(t, func(t *testing.T, a *apptest.World) {
		w := &world{World: a, t: t, carrier: &carrier{answer: accepted}}
		w.Outbox.Mail, w.Outbox.From = w.carrier, "shop@example.com"
		w.Rate(schema.RateChannelFee, "EMAIL", "1.50", "contact", apptest.Start.AddDate(-1, 0, 0))
		test(t, w)
	})
}

// customer makes a customer who permits marketing by e-mail, and returns the permission.
func (w *world) customer(name string) (*ent.Customer, *ent.Permission) {
	w.t.Helper()
	address := name + "@example.com"
	c, err := w.Customers.CreateCustomer(w.System(), service.CreateCustomerInput{Name: name, Email: &address})
	w.Must(err)
	p, _, err := w.Consent.GrantPermission(w.System(), service.GrantPermissionInput{
		CustomerID: c.ID, Channel: schema.ByEmail, Purpose: schema.Marketing, Level: schema.BrandTrust, Source: "form", Wording: "You may write to me.",
	})
	w.Must(err)
	return c, p
}

// queue queues a message to a customer.
func (w *world) queue(c *ent.Customer) *ent.Message {
	w.t.Helper()
	m, err := w.tryQueue(c, outbox.Draft{Purpose: schema.Marketing, Subject: "News", Text: "Good day", HTML: "<p>Good day</p>"})
	w.Must(err)
	return m
}

func (w *world) tryQueue(c *ent.Customer, d outbox.Draft) (m *ent.Message, err error) {
	err = w.Store.Write(w.System(), func(ctx context.Context, tx *store.Tx) error {
		locked, err := w.LockCustomer(ctx, tx, "id", c.ID)
		if err != nil {
			return err
		}
		m, err = w.Outbox.Queue(ctx, tx, locked, d)
		return err
	})
	return m, err
}

// step hands over what is due.
func (w *world) step() {
	w.t.Helper()
	_, err := w.Outbox.Step(w.System())
	w.Must(err)
}

func (w *world) revoke(p *ent.Permission) error {
	_, err := w.Consent.RevokePermission(w.System(), service.RevokePermissionInput{ID: p.ID, Source: "call"})
	return err
}

// read returns a message as it is now.
func (w *world) read(m *ent.Message) *ent.Message {
	w.t.Helper()
	now, err := w.Client.Message.Get(w.System(), m.ID)
	w.Must(err)
	return now
}

// attempts returns the outcomes of the attempts of a message.
func (w *world) attempts(m *ent.Message) string {
	w.t.Helper()
	all, err := w.Client.MessageAttempt.Query().Where(messageattempt.MessageID(m.ID)).Order(messageattempt.ByNumber()).All(w.System())
	w.Must(err)
	var texts []string
	for i, one := range all {
		if one.Number != i+1 {
			w.t.Errorf("attempt %d has the number %d", i+1, one.Number)
		}
		texts = append(texts, string(one.Outcome))
	}
	return strings.Join(texts, " ")
}

// want checks the state of a message, its attempts, how often it left, and how many contacts it has in the books.
func (w *world) want(m *ent.Message, state schema.MessageState, attempts string, left, contacts int) {
	w.t.Helper()
	now := w.read(m)
	inBooks, err := w.Client.Contact.Query().Where(contact.CustomerID(now.CustomerID), contact.DirectionEQ(schema.Outbound)).Count(w.System())
	w.Must(err)
	n := 0
	for _, one := range w.carrier.left {
		if one.ID == now.HeaderID {
			n++
		}
	}
	if got := w.attempts(m); now.State != state || got != attempts || n != left || inBooks != contacts {
		w.t.Errorf("got %s (%s), attempts %q, left %d times, %d contacts; want %s, %q, %d, %d", now.State, reason(now), got, n, inBooks, state, attempts, left, contacts)
	}
}

func reason(m *ent.Message) string {
	if m.Reason == nil {
		return ""
	}
	return *m.Reason
}

func TestMessageIsSentOnce(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		c, p := w.customer("anna")
		m := w.queue(c)
		w.want(m, schema.MessageQueued, "", 0, 0)
		w.Clock.Advance(time.Minute)
		w.step()
		w.step()
		w.want(m, schema.MessageSent, "ACCEPTED", 1, 1)
		now := w.read(m)
		made, err := w.Client.Contact.Get(w.System(), *now.ContactID)
		w.Must(err)
		if made.Cost.Minor() != 150 || made.Kind != schema.Email || made.Channel != schema.ByEmail || *made.PermissionID != p.ID || !made.At.Equal(*now.SentAt) || !made.At.Equal(w.Now()) {
			t.Errorf("the contact is %v", made)
		}
		if sent := w.carrier.left[0]; sent.To != "anna@example.com" || sent.From != "shop@example.com" || sent.Subject != "News" || sent.HTML != "<p>Good day</p>" {
			t.Errorf("sent %+v", sent)
		}
	})
}

func TestQueueRefusesInjection(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		c, _ := w.customer("anna")
		nobody := w.Customer("Nobody")
		for name, d := range map[string]struct {
			to    *ent.Customer
			draft outbox.Draft
			want  string
		}{
			"no address":      {nobody, outbox.Draft{Purpose: schema.Service, Subject: "News", Text: "x"}, "INVALID channel"},
			"subject":         {c, outbox.Draft{Purpose: schema.Service, Subject: "News\r\nBcc: b@example.com", Text: "x"}, "INVALID subject"},
			"no subject":      {c, outbox.Draft{Purpose: schema.Service, Subject: " ", Text: "x"}, "INVALID subject"},
			"header":          {c, outbox.Draft{Purpose: schema.Service, Subject: "News", Headers: []schema.MessageHeader{{Name: "X", Value: "a\nb"}}}, "INVALID headers"},
			"reserved header": {c, outbox.Draft{Purpose: schema.Service, Subject: "News", Headers: []schema.MessageHeader{{Name: "Bcc", Value: "b@example.com"}}}, "INVALID headers"},
		} {
			_, err := w.tryQueue(d.to, d.draft)
			if got := apptest.Faults(err); got != d.want {
				t.Errorf("%s: got %s, want %s", name, got, d.want)
			}
		}
	})
}

func TestWhatIsRevokedIsStopped(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		c, p := w.customer("anna")
		m := w.queue(c)
		w.Must(w.revoke(p))
		w.step()
		w.want(m, schema.MessageStopped, "", 0, 0)
		if got := reason(w.read(m)); !strings.Contains(got, "revoked") {
			t.Errorf("the reason is %q", got)
		}
		_, err := w.Outbox.ReplayMessage(w.System(), service.ReplayMessageInput{ID: m.ID})
		w.Must(err)
		w.step()
		w.want(m, schema.MessageStopped, "", 0, 0)
	})
}

func TestRetries(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		c, _ := w.customer("anna")
		m := w.queue(c)
		w.carrier.answer = mail.Answer{Outcome: mail.Deferred, Code: 451, Text: "try later"}
		w.step()
		w.want(m, schema.MessageQueued, "DEFERRED", 1, 0)
		w.step() // not before it is due
		w.Clock.Advance(59 * time.Second)
		w.step()
		w.want(m, schema.MessageQueued, "DEFERRED", 1, 0)
		w.Clock.Advance(time.Second)
		w.carrier.away = true
		w.step()
		w.want(m, schema.MessageQueued, "DEFERRED DEFERRED", 1, 0)
		w.Clock.Advance(2 * time.Minute)
		w.carrier.away, w.carrier.answer = false, mail.Answer{Outcome: mail.Unknown, Text: "no answer"}
		w.step()
		w.want(m, schema.MessageQueued, "DEFERRED DEFERRED UNKNOWN", 2, 0)
		w.Clock.Advance(4 * time.Minute)
		w.carrier.answer = accepted
		w.step()
		w.want(m, schema.MessageSent, "DEFERRED DEFERRED UNKNOWN ACCEPTED", 3, 1) // with the same Message-ID each time
	})
}

func TestDeadLetters(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		c, _ := w.customer("anna")
		refused, hopeless := w.queue(c), w.queue(c)
		w.carrier.during = func(m mail.Message) {
			w.carrier.mu.Lock()
			defer w.carrier.mu.Unlock()
			w.carrier.answer = mail.Answer{Outcome: mail.Refused, Code: 550, Text: "no such user"}
		}
		cancelled, err := w.Outbox.CancelMessage(w.System(), service.CancelMessageInput{ID: hopeless.ID, Reason: "not yet"})
		w.Must(err)
		if cancelled.State != schema.MessageStopped || reason(cancelled) != "cancelled: not yet" {
			t.Errorf("cancelled: %v", cancelled)
		}
		w.step()
		w.want(refused, schema.MessageDead, "REFUSED", 1, 0)
		if got := reason(w.read(refused)); got != "refused: no such user" {
			t.Errorf("the reason is %q", got)
		}
		w.carrier.during, w.carrier.away = nil, true
		_, err = w.Outbox.ReplayMessage(w.System(), service.ReplayMessageInput{ID: hopeless.ID})
		w.Must(err)
		for range 12 {
			w.step()
			w.Clock.Advance(6 * time.Hour)
		}
		w.step()
		w.want(hopeless, schema.MessageDead, strings.TrimSpace(strings.Repeat("DEFERRED ", 12)), 0, 0)
		w.carrier.away, w.carrier.answer = false, accepted
		for range 2 { // the second is WRONG_STATE
			_, err = w.Outbox.ReplayMessage(w.System(), service.ReplayMessageInput{ID: hopeless.ID})
		}
		if got := apptest.Faults(err); got != "WRONG_STATE id" {
			t.Errorf("queued again twice: got %s", got)
		}
		w.step()
		w.want(hopeless, schema.MessageSent, strings.Repeat("DEFERRED ", 12)+"ACCEPTED", 1, 1)
		_, err = w.Outbox.CancelMessage(w.System(), service.CancelMessageInput{ID: hopeless.ID, Reason: "too late"})
		if got := apptest.Faults(err); got != "WRONG_STATE id" {
			t.Errorf("cancelled after it was sent: got %s", got)
		}
	})
}

// TestProcessEndsWhileAMessageLeaves ends the worker where a process may be killed: after the message was permitted, and with it perhaps at
// the provider. It is handed over again when the lease is over; a revocation waits no longer than it may take to leave.
func TestProcessEndsWhileAMessageLeaves(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.Consent.LeaveWithin = 30 * time.Millisecond
		anna, _ := w.customer("anna")
		boris, p := w.customer("boris")
		m, revoked := w.queue(anna), w.queue(boris)
		w.carrier.during = func(mail.Message) { runtime.Goexit() }
		w.step()
		w.carrier.during = nil
		w.step() // both are leased
		w.want(m, schema.MessageQueued, "UNKNOWN", 0, 0)
		began := time.Now()
		w.Must(w.revoke(p))
		if waited := time.Since(began); waited < w.Consent.LeaveWithin {
			t.Errorf("the revocation waited %v while the message could leave, want %v at the least", waited, w.Consent.LeaveWithin)
		}
		w.Clock.Advance(5 * time.Minute)
		w.step()
		w.want(m, schema.MessageSent, "UNKNOWN ACCEPTED", 1, 1)
		w.want(revoked, schema.MessageStopped, "UNKNOWN", 0, 0)
	})
}

func TestPauses(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		c, _ := w.customer("anna")
		email, sms := schema.ByEmail, schema.BySMS
		ctx := w.As(schema.RoleManager)
		before := w.queue(c)
		pause := func(channel *schema.Channel) {
			t.Helper()
			_, err := w.Outbox.PauseMessages(ctx, service.PauseMessagesInput{Channel: channel})
			w.Must(err)
		}
		resume := func(channel *schema.Channel, want string) {
			t.Helper()
			_, err := w.Outbox.ResumeMessages(ctx, service.ResumeMessagesInput{Channel: channel})
			if got := apptest.Faults(err); got != want {
				t.Errorf("resume: got %q, want %q", got, want)
			}
		}
		pause(&email)
		pause(&email) // changes nothing
		pause(nil)
		pause(&sms)
		after := w.queue(c)
		for _, m := range []*ent.Message{before, after} {
			w.want(m, schema.MessagePaused, "", 0, 0)
		}
		resume(nil, "")
		resume(nil, "NOT_FOUND channel")
		w.step()
		w.want(before, schema.MessagePaused, "", 0, 0)
		resume(&email, "")
		w.want(after, schema.MessageQueued, "", 0, 0)
		// The provider defers one while the channel is paused: it waits for the channel.
		w.carrier.answer = mail.Answer{Outcome: mail.Deferred, Text: "try later"}
		var once sync.Once
		w.carrier.during = func(mail.Message) { once.Do(func() { pause(&email) }) }
		w.step()
		for _, m := range []*ent.Message{before, after} {
			if got := w.read(m).State; got != schema.MessagePaused {
				t.Errorf("got %s, want PAUSED", got)
			}
		}
		pauses, err := w.Outbox.Pauses(ctx)
		w.Must(err)
		if len(pauses) != 2 {
			t.Errorf("%d pauses, want EMAIL and SMS", len(pauses))
		}
	})
}

// TestCancelWhileLeaving cancels a message at the moment at which it leaves.
func TestCancelWhileLeaving(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		c, _ := w.customer("anna")
		m := w.queue(c)
		w.carrier.during = func(mail.Message) {
			_, err := w.Outbox.CancelMessage(w.System(), service.CancelMessageInput{ID: m.ID, Reason: "too late"})
			if got := apptest.Faults(err); got != "WRONG_STATE id" {
				t.Errorf("got %s", got)
			}
		}
		w.step()
		w.want(m, schema.MessageSent, "ACCEPTED", 1, 1)
	})
}

// TestDeletedCustomersGetNothing deletes one customer before a message leaves and one while it does; what messages say is erased.
func TestDeletedCustomersGetNothing(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		anna, _ := w.customer("anna")
		boris, _ := w.customer("boris")
		remove := func(c *ent.Customer) {
			_, err := w.Customers.DeleteCustomer(w.System(), service.DeleteCustomerInput{ID: c.ID, ExpectedVersion: ptr(c.Version + 1), Reason: "asked for it"})
			if err != nil { // the version is that of now, whatever the permission has changed
				now, _ := w.Client.Customer.Get(w.System(), c.ID)
				_, err = w.Customers.DeleteCustomer(w.System(), service.DeleteCustomerInput{ID: c.ID, ExpectedVersion: &now.Version, Reason: "asked for it"})
			}
			if err != nil {
				t.Error(err)
			}
		}
		stopped, leaving := w.queue(anna), w.queue(boris)
		remove(anna)
		w.carrier.during = func(mail.Message) { remove(boris) }
		w.step()
		w.want(stopped, schema.MessageStopped, "", 0, 0)
		w.want(leaving, schema.MessageSent, "ACCEPTED", 1, 0)
		for _, m := range []*ent.Message{stopped, leaving} {
			if now := w.read(m); now.Recipient != "" || now.Subject != "" || now.Text != "" || now.HTML != nil {
				t.Errorf("still there: %v", now)
			}
		}
		if kept := w.Rows("SELECT answer FROM message_attempts WHERE answer IS NOT NULL"); len(kept) > 0 {
			t.Errorf("what the provider answered is still there: %v", kept)
		}
	})
}

func ptr[T any](v T) *T { return &v }

func TestRolesOfMessages(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		c, _ := w.customer("anna")
		m := w.queue(c)
		for role, want := range map[schema.Role]string{
			schema.RoleAdmin: "", schema.RoleManager: "", schema.RoleSales: "FORBIDDEN", schema.RoleAnalyst: "FORBIDDEN", schema.RolePartner: "FORBIDDEN",
		} {
			_, err := w.Outbox.PauseMessages(w.Actor(role), service.PauseMessagesInput{})
			if got := apptest.Faults(err); got != want {
				t.Errorf("%s pauses: got %q, want %q", role, got, want)
			}
		}
		for role, want := range map[schema.Role]string{schema.RoleAnalyst: "FORBIDDEN", schema.RolePartner: "FORBIDDEN", schema.RoleSales: ""} {
			_, err := w.Outbox.CancelMessage(w.Actor(role), service.CancelMessageInput{ID: m.ID, Reason: "no"})
			if got := apptest.Faults(err); got != want {
				t.Errorf("%s cancels: got %q, want %q", role, got, want)
			}
		}
		if seen, err := w.Outbox.Message(w.Actor(schema.RolePartner), m.ID); err != nil || seen != nil {
			t.Errorf("a partner reads %v, %v", seen, err)
		}
	})
}

// TestLoweringWaits lowers a permission while a message leaves by it: the level is that of before until the message has left.
func TestLoweringWaits(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		c, p := w.customer("anna")
		m := w.queue(c)
		lowered := make(chan error, 1)
		w.carrier.during = func(mail.Message) {
			go func() {
				_, _, err := w.Consent.GrantPermission(w.System(), service.GrantPermissionInput{
					CustomerID: c.ID, Channel: schema.ByEmail, Purpose: schema.Marketing, Level: schema.Situation, Source: "form", Wording: "Only now.",
				})
				lowered <- err
			}()
		}
		w.step()
		w.Must(<-lowered)
		w.want(m, schema.MessageSent, "ACCEPTED", 1, 1)
		now, err := w.Client.Permission.Query().Where(permission.ID(p.ID)).Only(w.System())
		w.Must(err)
		if now.Level != schema.Situation {
			t.Errorf("the level is %s", now.Level)
		}
	})
}

func (w *world) race(i int) (*ent.Permission, *ent.Message) {
	c, p := w.customer(fmt.Sprintf("racer%d", i))
	return p, w.queue(c)
}
