package merging_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/99designs/gqlgen/graphql"

	"kopeck/apptest"
	"kopeck/ent"
	"kopeck/money"
	"kopeck/schema"
	"kopeck/service"
)

// call records a call with a customer at a moment.
func (p *two) call(customerID string, at time.Time, notes string, change func(in *service.RecordContactInput)) *ent.Contact {
	p.T.Helper()
	in := service.RecordContactInput{CustomerID: customerID, Kind: schema.InfoCall, Direction: schema.Inbound, Channel: schema.ByPhone, At: &at, Notes: &notes}
	if change != nil {
		change(&in)
	}
	made, err := p.Contacts.RecordContact(p.System(), in)
	p.Must(err)
	return made
}

func (p *two) join(kept, other *ent.Contact) {
	p.T.Helper()
	_, err := p.Contacts.JoinContacts(p.System(), service.JoinContactsInput{ID: kept.ID, OtherID: other.ID})
	p.Must(err)
}

func (p *two) expected(customerID, product string, contact *ent.Contact, offerID *string) string {
	p.T.Helper()
	in := service.RecordExpectedPriceInput{CustomerID: customerID, ProductID: product, Unit: apptest.Roubles("900"), OfferID: offerID}
	if contact != nil {
		in.ContactID = &contact.ID
	}
	made, err := p.Expected.RecordExpectedPrice(p.System(), in)
	p.Must(err)
	return made.ID
}

// TestExpectedPricesFollow: what a customer expected to pay goes with the contact or the offer that it names.
func TestExpectedPricesFollow(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		p := newCompany(w).two()
		offer, own := p.offer(p.merged), p.offer(p.kept)
		contact, mine := p.call(p.merged, w.Now(), "a", nil), p.call(p.kept, w.Now(), "b", nil)
		w.Clock.Advance(time.Second)
		m := p.merge(p.kept, p.merged)
		all := []struct{ what, id, want string }{
			{"of a contact of the merged one", p.expected(p.kept, p.product, contact, nil), "merged true false"},
			{"of an offer to the merged one", p.expected(p.kept, p.product, nil, &offer), "merged false true"},
			{"of a contact of the kept one, by the old id", p.expected(p.merged, p.product, mine, nil), "kept true false"},
			{"of an offer to the kept one, by the old id", p.expected(p.merged, p.product, nil, &own), "kept false true"},
			{"of a contact of one and an offer to the other", p.expected(p.kept, p.product, contact, &own), "merged true false"},
			{"of nothing, by the old id", p.expected(p.merged, p.product, nil, nil), "merged false false"},
			{"of nothing", p.expected(p.kept, p.product, nil, nil), "kept false false"},
		}
		p.clean(t)
		p.undo(m)
		p.clean(t)
		for _, one := range all {
			e, err := w.Client.ExpectedPrice.Get(w.System(), one.id)
			w.Must(err)
			p.want(one.what, fmt.Sprint(p.whose(e.CustomerID), " ", e.ContactID != nil, " ", e.OfferID != nil), one.want)
		}
	})
}

// TestJoinedWhileMerged: of two contacts that were joined while their customers were one, each is as it was once they are two, but for what was
// corrected since. Who sees one of them does not see that they were joined.
func TestJoinedWhileMerged(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		c := newCompany(w)
		p := c.two()
		sales, admin := w.As(schema.RoleSales), w.As(schema.RoleAdmin)
		owner := user(sales)
		now, err := w.Client.Customer.Get(w.System(), p.kept)
		w.Must(err)
		_, err = w.Customers.UpdateCustomer(admin, service.UpdateCustomerInput{ID: p.kept, ExpectedVersion: now.Version, OwnerID: graphql.OmittableOf(&owner)})
		w.Must(err)
		theirs, err := w.Client.Customer.Get(w.System(), p.merged)
		w.Must(err)
		_, err = w.Customers.UpdateCustomer(admin, service.UpdateCustomerInput{ID: p.merged, ExpectedVersion: theirs.Version, OwnerID: graphql.OmittableOf(ptr(user(admin)))})
		w.Must(err)
		card := service.DefineFieldInput{Noun: schema.FieldOfContact, Code: "mood", Label: "Mood", Type: schema.FieldText}
		_, err = w.OwnFields.DefineField(w.System(), card)
		w.Must(err)
		day := schema.DateOf(apptest.Start)
		campaign, err := w.Campaigns.CreateCampaign(w.System(), service.CreateCampaignInput{Code: "radio", Name: "Radio", Source: "radio", From: day - 9})
		w.Must(err)
		from := day - 5
		_, err = w.Campaigns.RecordSpend(w.System(), service.RecordSpendInput{CampaignID: campaign.ID, Day: &from, Amount: apptest.Roubles("10")})
		w.Must(err)
		first, second := apptest.Start.AddDate(0, 0, -5), apptest.Start.AddDate(0, 0, -3)
		caused := func(in *service.RecordContactInput) { in.CampaignID, in.Minutes = &campaign.ID, ptr(money.Exact("7")) }
		other := w.Customer("Clara")
		p.call(other.ID, first, "shares the spend", caused)
		placed := w.Now()
		order := c.order(p.merged, placed)
		_, err = w.Sale.CompleteOrder(w.System(), service.CompleteOrderInput{ID: order, At: &placed})
		w.Must(err)

		// The first two: the merged one's is joined into the kept one's. The second two: the other way, and corrected since.
		keeps, joined := p.call(p.kept, first, "of the kept one", nil), p.call(p.merged, first, "of the merged one", caused)
		gone, corrected := p.call(p.kept, second, "once more", nil), p.call(p.merged, second, "again", nil)
		_, err = w.OwnFields.SetFields(w.System(), service.SetFieldsInput{ID: joined.ID, Fields: []*service.FieldValueInput{{Code: "mood", Value: graphql.OmittableOf(ptr("good"))}}})
		w.Must(err)
		p.expected(p.merged, p.product, joined, nil) // moves
		p.expected(p.kept, p.product, gone, nil)     // is voided, since the next is of the same product
		p.expected(p.merged, p.product, corrected, nil)
		due := w.Now().AddDate(0, 0, 1)
		task, _, err := w.Tasks.CreateTask(admin, service.CreateTaskInput{CustomerID: p.merged, Title: "Call back", DueAt: &due})
		w.Must(err)
		_, err = w.Tasks.CompleteTask(admin, service.CompleteTaskInput{ID: task.ID, ContactID: &joined.ID})
		w.Must(err)
		show := func() []string {
			return append(w.Rows(`SELECT id, customer_id, notes, minutes, cost, advertising, realised, coalesce(campaign_id, ''), coalesce(order_id, ''), voided_at IS NULL FROM contacts ORDER BY id`),
				append(w.Rows("SELECT id, contact_id, customer_id, voided_at IS NULL FROM expected_prices ORDER BY id"),
					append(w.Rows("SELECT subject, coalesce(value, '') FROM field_entries WHERE value IS NOT NULL ORDER BY id"),
						append(w.Rows("SELECT id, state, contact_id FROM tasks ORDER BY id"), w.Rows("SELECT id, contact_cost, margin FROM customers ORDER BY id")...)...)...)...)
		}
		before := show()
		w.Clock.Advance(time.Second)
		m := p.merge(p.kept, p.merged)
		p.join(keeps, joined)
		p.join(corrected, gone)
		is, err := w.Client.Contact.Get(w.System(), keeps.ID)
		w.Must(err)
		if *is.Notes != "of the kept one\nof the merged one" || is.CampaignID == nil || is.Minutes.String() != "7" {
			t.Fatalf("joined: %+v", is)
		}
		is, err = w.Client.Contact.Get(w.System(), corrected.ID)
		w.Must(err)
		_, err = w.Contacts.CorrectContact(w.System(), service.CorrectContactInput{ID: corrected.ID, ExpectedVersion: is.Version, Reason: "r", Notes: graphql.OmittableOf(ptr("again and once more"))})
		w.Must(err)
		p.clean(t)
		p.undo(m)
		p.clean(t)
		after := show()
		for i, row := range after {
			want := before[i]
			if strings.HasPrefix(row, corrected.ID) {
				want = strings.Replace(want, " again ", " again and once more ", 1)
			}
			p.want("parted", row, want)
		}
		if len(after) != len(before) {
			t.Errorf("%d rows, want %d", len(after), len(before))
		}

		// To who sees one of them they were never joined.
		for _, one := range []struct {
			name string
			as   context.Context
			want int
		}{{"who sees one", sales, 0}, {"who sees both", admin, 2}} {
			of, err := w.Client.Contact.Get(one.as, keeps.ID)
			w.Must(err)
			changes, err := w.Contacts.Corrections(one.as, []*ent.Contact{of})
			w.Must(err)
			if got := changes[keeps.ID]; len(got) != one.want {
				t.Errorf("%s is told of %d corrections, want %d", one.name, len(got), one.want)
			}
		}
	})
}
