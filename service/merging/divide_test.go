package merging_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/99designs/gqlgen/graphql"

	"kopeck/apptest"
	"kopeck/ent"
	"kopeck/ent/message"
	"kopeck/fault"
	"kopeck/mail"
	"kopeck/schema"
	"kopeck/service"
)

// two are two customers who are merged and separated, the kept one and the merged one.
type two struct {
	*company

	kept, merged string
	n            int // of the kept one's e-mail address; the merged one has the next
}

// two makes two customers with an e-mail address each.
func (c *company) two() *two {
	c.T.Helper()
	c.Clock.Advance(time.Second)
	p := &two{company: c, n: 1 + len(c.Rows("SELECT id FROM customers"))}
	p.kept, p.merged = c.person("Anna", p.n).ID, c.person("Bella", p.n+1).ID
	return p
}

// permit lets a customer be written to with what is their own.
func (p *two) permit(customerID string) string {
	p.T.Helper()
	made, _, err := p.Consent.GrantPermission(p.System(), service.GrantPermissionInput{CustomerID: customerID, Channel: schema.ByEmail, Purpose: schema.Personalisation, Level: schema.Personal, Source: "a call", Wording: "Write to me."})
	p.Must(err)
	return made.ID
}

func (p *two) offer(customerID string) string {
	p.T.Helper()
	made, err := p.Sale.CreateOffer(p.System(), service.CreateOfferInput{CustomerID: customerID, Kind: ptr(schema.OfferIndividual), PriceTokens: []string{p.token(customerID)}, ExpiresAt: p.Now().AddDate(0, 0, 9)})
	p.Must(err)
	return made.ID
}

func (p *two) send(offerID string, channel schema.Channel) {
	p.T.Helper()
	_, err := p.Sale.SendOffer(p.As(schema.RoleAdmin), service.SendOfferInput{ID: offerID, Channel: channel, Purpose: ptr(schema.Personalisation)})
	p.Must(err)
}

// deliver hands over the messages that are due.
func (p *two) deliver() {
	p.T.Helper()
	p.Clock.Advance(time.Minute)
	_, err := p.Outbox.Step(context.Background())
	p.Must(err)
}

// message shows the last message of a customer: to which of the two it was written, how it is, whether it has a text, and what it names.
func (p *two) message(customerID string) string {
	p.T.Helper()
	all, err := p.Client.Message.Query().Where(message.CustomerID(customerID)).All(p.System())
	p.Must(err)
	var shown []string
	for _, m := range all {
		to := map[string]string{fmt.Sprintf("mail%d@example.com", p.n): "to the kept one", fmt.Sprintf("mail%d@example.com", p.n+1): "to the merged one"}[m.Recipient]
		shown = append(shown, fmt.Sprintf("%s, %s, text %t, offer %t, contact %t", to, m.State, m.Text != "", m.OfferID != nil, m.ContactID != nil))
	}
	return strings.Join(shown, "; ")
}

// theirs shows what an offer is like: of which of the two it is, its status, and whether it has a contact.
func (p *two) theirs(offerID string) string {
	p.T.Helper()
	o, err := p.Client.Offer.Get(p.System(), offerID)
	p.Must(err)
	return fmt.Sprintf("%s, %s, contact %t, sent %t", p.whose(o.CustomerID), o.Status, o.ContactID != nil, o.SentAt != nil)
}

func (p *two) whose(customerID string) string {
	return map[string]string{p.kept: "kept", p.merged: "merged"}[customerID]
}

// contacts shows the contacts of a customer: what they name.
func (p *two) contacts(customerID string) string {
	return strings.Join(p.Rows(`SELECT channel || CASE WHEN offer_id IS NULL THEN '' ELSE ' offer' END || CASE WHEN order_id IS NULL THEN '' ELSE ' order' END || CASE WHEN permission_id IS NULL THEN '' ELSE ' permission' END
		|| CASE WHEN voided_at IS NULL THEN '' ELSE ' voided' END FROM contacts WHERE customer_id = ? ORDER BY at, id`, customerID), ", ")
}

func (p *two) want(what, got, want string) {
	p.T.Helper()
	if got != want {
		p.T.Errorf("%s: %q, want %q", what, got, want)
	}
}

// TestOffersAndTheirMessages: an offer that goes back to one of two customers is sent to nobody else: what waits is stopped, and what was sent to
// the other's address while they were one stays the other's, about no offer.
func TestOffersAndTheirMessages(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		c, box := newCompany(w), &mail.Mailbox{}
		w.Outbox.Mail, w.Outbox.From = box, "shop@example.com"
		admin, email := w.As(schema.RoleAdmin), schema.ByEmail
		t.Run("a message waits", func(t *testing.T) {
			p := c.two()
			p.permit(p.kept)
			p.permit(p.merged)
			before, own := p.offer(p.merged), p.offer(p.kept)
			p.Clock.Advance(time.Second)
			m := c.merge(p.kept, p.merged)
			during := p.offer(p.merged) // by the old id
			_, err := w.Outbox.PauseMessages(admin, service.PauseMessagesInput{Channel: &email})
			w.Must(err)
			for _, one := range []string{before, own, during} {
				p.send(one, schema.ByEmail)
			}
			c.clean(t)
			c.undo(m)
			for _, one := range []string{before, during} {
				p.want("an offer to the merged one", p.theirs(one), "merged, DRAFT, contact false, sent false")
			}
			p.want("an offer to the kept one", p.theirs(own), "kept, SENT, contact false, sent true")
			stopped := w.Rows("SELECT id FROM messages WHERE customer_id = ? AND state = 'STOPPED' AND reason = 'the offer is not to this customer' AND text = '' AND html IS NULL AND offer_id IS NULL", p.kept)
			if len(stopped) != 2 {
				t.Errorf("%d messages are stopped; want 2 of %s", len(stopped), p.message(p.kept))
			}
			p.want("messages of the merged one", p.message(p.merged), "")
			for _, one := range stopped {
				_, err = w.Outbox.ReplayMessage(admin, service.ReplayMessageInput{ID: one})
				refused(t, "queued again", err, fault.WrongState, "id")
			}
			_, err = w.Outbox.ResumeMessages(admin, service.ResumeMessagesInput{Channel: &email})
			w.Must(err)
			sent := len(box.Messages())
			p.deliver()
			if got := box.Messages(); len(got) != sent+1 || got[0].To != fmt.Sprintf("mail%d@example.com", p.n) {
				t.Errorf("%d messages left, want that of the kept one's own offer", len(got)-sent)
			}
			p.send(before, schema.ByEmail) // to its own customer now
			p.deliver()
			p.want("sent again", p.theirs(before), "merged, SENT, contact true, sent true")
			p.want("by a message of their own", p.message(p.merged), "to the merged one, SENT, text true, offer true, contact true")
			c.clean(t)
		})
		t.Run("a message was sent", func(t *testing.T) {
			p := c.two()
			p.permit(p.kept)
			mine := p.permit(p.merged)
			before := p.offer(p.merged)
			p.Clock.Advance(time.Second)
			m := c.merge(p.kept, p.merged)
			during := p.offer(p.merged)
			p.send(before, schema.ByEmail)
			p.send(during, schema.ByEmail)
			p.deliver()
			_, err := w.Sale.DeclineOffer(admin, service.DeclineOfferInput{ID: during, Reason: "too dear"})
			w.Must(err)
			c.undo(m)
			p.want("an offer to the merged one", p.theirs(before), "merged, DRAFT, contact false, sent false")
			p.want("one that was declined", p.theirs(during), "merged, DECLINED, contact false, sent true")
			p.want("the messages", p.message(p.kept), "to the kept one, SENT, text true, offer false, contact true; to the kept one, SENT, text true, offer false, contact true")
			p.want("the contacts", p.contacts(p.kept), "EMAIL permission, EMAIL permission")
			p.want("contacts of the merged one", p.contacts(p.merged), "")
			if under := w.Rows("SELECT count(*) FROM contacts WHERE permission_id = ?", mine); under[0] != "0" {
				t.Errorf("%s contacts are under the permission of the merged one", under[0])
			}
			c.clean(t)
		})
		t.Run("a message of before the merge was sent", func(t *testing.T) {
			p := c.two()
			p.permit(p.kept)
			p.permit(p.merged)
			before := p.offer(p.merged)
			p.send(before, schema.ByEmail)
			p.Clock.Advance(time.Second)
			m := c.merge(p.kept, p.merged)
			p.deliver()
			c.undo(m)
			p.want("the offer", p.theirs(before), "merged, SENT, contact true, sent true")
			p.want("the message", p.message(p.merged), "to the merged one, SENT, text true, offer true, contact true")
			p.want("the contact", p.contacts(p.merged), "EMAIL offer permission")
			p.want("of the kept one", p.message(p.kept)+p.contacts(p.kept), "")
			c.clean(t)
		})
		t.Run("to the address of the merged one", func(t *testing.T) {
			p := c.two()
			p.permit(p.kept)
			own := p.offer(p.kept)
			p.Clock.Advance(time.Second)
			m := c.merge(p.kept, p.merged, service.MergedFieldEmail)
			p.send(own, schema.ByEmail)
			p.deliver()
			c.undo(m)
			p.want("the offer", p.theirs(own), "kept, DRAFT, contact false, sent false")
			p.want("the message", p.message(p.merged), "to the merged one, SENT, text true, offer false, contact true")
			p.want("its contact, which they had not permitted", p.contacts(p.merged), "EMAIL")
			p.want("of the kept one", p.message(p.kept)+p.contacts(p.kept), "")
			c.clean(t)
		})
		t.Run("by another channel", func(t *testing.T) {
			p := c.two()
			for _, one := range []string{p.kept, p.merged} {
				_, _, err := w.Consent.GrantPermission(w.System(), service.GrantPermissionInput{CustomerID: one, Channel: schema.ByPhone, Purpose: schema.Personalisation, Level: schema.Personal, Source: "a call", Wording: "Call me."})
				w.Must(err)
			}
			before := p.offer(p.merged)
			p.Clock.Advance(time.Second)
			m := c.merge(p.kept, p.merged)
			p.send(before, schema.ByPhone)
			under := w.Rows("SELECT customer_id FROM permissions WHERE state = 'ACTIVE' AND channel = 'PHONE' AND customer_id = ?", p.kept)
			if len(under) != 1 {
				t.Fatalf("%d permissions are in force, want 1", len(under))
			}
			c.undo(m)
			c.clean(t)
			of, err := w.Client.Offer.Get(w.System(), before)
			w.Must(err)
			if contacts := p.contacts(p.kept) + p.contacts(p.merged); (of.ContactID == nil) != (of.Status == schema.OfferDraft) || !strings.HasPrefix(contacts, "PHONE") {
				t.Errorf("the offer is %s, the contacts %s", p.theirs(before), contacts)
			}
		})
	})
}

// TestCorrectedWhileMerged: a contact of before the merge is its customer's again, whatever it was corrected to be about, and names nothing of the
// other.
func TestCorrectedWhileMerged(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		c := newCompany(w)
		p := c.two()
		day := func(n int) time.Time { return w.Now().AddDate(0, 0, -n) }
		record := func(customerID string, purpose schema.Purpose, channel schema.Channel) *ent.Contact {
			at := day(3)
			made, err := w.Contacts.RecordContact(w.System(), service.RecordContactInput{CustomerID: customerID, Kind: schema.TargetCall, Direction: schema.Outbound, Channel: channel, Purpose: &purpose, At: &at, Notes: ptr("Notes of " + p.whose(customerID))})
			w.Must(err)
			return made
		}
		sold := func(customerID string) string {
			at := day(1)
			o := c.order(customerID, at)
			_, err := w.Sale.CompleteOrder(w.System(), service.CompleteOrderInput{ID: o, At: &at})
			w.Must(err)
			return o
		}
		w.Clock.Set(w.Now().AddDate(0, 0, -4))
		phone, sms := c.grant(p.kept, schema.ByPhone, schema.Personal), c.grant(p.merged, schema.BySMS, schema.Personal)
		w.Clock.Set(w.Now().AddDate(0, 0, 4))
		orders, offers := map[string]string{}, map[string]string{}
		var contacts []*ent.Contact // two of each: one is corrected to be about what is the other's, one to be under the other's permission
		for _, one := range []string{p.kept, p.merged} {
			orders[one], offers[one] = sold(one), p.offer(one)
			channel := map[string]schema.Channel{p.kept: schema.ByPhone, p.merged: schema.BySMS}[one]
			contacts = append(contacts, record(one, schema.Marketing, channel), record(one, schema.Marketing, channel))
		}
		realised := func() []string {
			return w.Rows("SELECT id, realised, customer_id, permission_id IS NOT NULL FROM contacts WHERE customer_id IN (?, ?) ORDER BY id", p.kept, p.merged)
		}
		before := realised()
		w.Clock.Advance(time.Second)
		m := c.merge(p.kept, p.merged)
		for n, one := range contacts {
			in := service.CorrectContactInput{ID: one.ID, ExpectedVersion: 1, Reason: "r"}
			other := map[string]string{p.kept: p.merged, p.merged: p.kept}[one.CustomerID]
			if n%2 == 0 {
				in.OrderID, in.OfferID = graphql.OmittableOf(ptr(orders[other])), graphql.OmittableOf(ptr(offers[other]))
			} else {
				in.Channel = map[string]*schema.Channel{p.kept: ptr(schema.BySMS), p.merged: ptr(schema.ByPhone)}[one.CustomerID]
			}
			_, err := w.Contacts.CorrectContact(w.System(), in)
			w.Must(err)
		}
		for n, of := range map[int]*ent.Permission{1: sms, 3: phone} {
			now, err := w.Client.Contact.Get(w.System(), contacts[n].ID)
			w.Must(err)
			if now.PermissionID == nil || *now.PermissionID != of.ID {
				t.Fatalf("contact %d is under %v, want the other's permission", n, now.PermissionID)
			}
		}
		c.clean(t)
		c.undo(m)
		c.clean(t)
		for n, one := range contacts {
			now, err := w.Client.Contact.Get(w.System(), one.ID)
			w.Must(err)
			if now.CustomerID != one.CustomerID || now.OrderID != nil || now.OfferID != nil || (now.PermissionID != nil) != (n%2 == 0) {
				t.Errorf("contact %d of the %s one: %+v", n, p.whose(one.CustomerID), now)
			}
			changes, err := w.Contacts.Corrections(w.As(schema.RoleAdmin), []*ent.Contact{now})
			w.Must(err)
			if got := len(changes[now.ID]); got != 2 || now.Version != 3 {
				t.Errorf("contact %d has %d corrections and version %d, want 2 and 3", n, got, now.Version)
			}
		}
		w.Must(w.Books.SettleAll(w.System()))
		for i, row := range realised() { // by the channel corrected nothing but the permission differs
			if n := slices.IndexFunc(contacts, func(one *ent.Contact) bool { return strings.HasPrefix(row, one.ID) }); n%2 == 0 && row != before[i] {
				t.Errorf("contact %d: %s, want %s as before the merge", n, row, before[i])
			}
		}
	})
}
