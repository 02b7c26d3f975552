package campaigns_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"kopeck/apptest"
	"kopeck/ent"
	"kopeck/money"
	"kopeck/schema"
	"kopeck/service"

	"github.com/99designs/gqlgen/graphql"
	"pgregory.net/rapid"
)

// said is what a contact is said to be, one after the other.
type said struct {
	day     int
	inbound bool
	caused  bool
}

// paid is a spend of a period, one after the other.
type paid struct {
	from, to int
	amounts  []int64
}

// round is what is told of one campaign.
type round struct {
	world
	t        *rapid.T
	campaign *ent.Campaign
	contacts []*ent.Contact
}

// TestSpendInAnyOrder: contacts that are recorded, corrected and voided among spend that is recorded and corrected, in any order, end with what
// spreading the final facts gives: over all contacts, with what caused none, it is the spend.
func TestSpendInAnyOrder(t *testing.T) {
	each(t, func(t *testing.T, w world) {
		customers := []string{w.CustomerID(), w.CustomerID(), w.CustomerID()}
		n := 0
		rapid.Check(t, func(t *rapid.T) {
			n++
			r := &round{w, t, w.campaign(fmt.Sprint("c", n), "radio"), nil}
			var queues [][]func()
			var finals []*said // nil for one that is voided
			for i := range rapid.IntRange(0, 5).Draw(t, "contacts") {
				queue, final := r.contact(i, rapid.SampledFrom(customers).Draw(t, "customer"))
				queues, finals = append(queues, queue), append(finals, final)
			}
			r.contacts = make([]*ent.Contact, len(finals))
			periods := map[[2]int]bool{}
			var spends []paid
			for range rapid.IntRange(0, 3).Draw(t, "spends") {
				p := paid{from: rapid.IntRange(1, 10).Draw(t, "from")}
				if p.to = p.from + rapid.IntRange(0, 5).Draw(t, "days"); periods[[2]int{p.from, p.to}] {
					continue
				}
				periods[[2]int{p.from, p.to}] = true
				p.amounts = rapid.SliceOfN(rapid.Int64Range(0, 1000), 1, 3).Draw(t, "amounts")
				var queue []func()
				for k, amount := range p.amounts {
					queue = append(queue, func() { r.pay(p, amount, k > 0) })
				}
				queues, spends = append(queues, queue), append(spends, p)
			}
			for len(queues) > 0 {
				next := rapid.IntRange(0, len(queues)-1).Draw(t, "next")
				queues[next][0]()
				if queues[next] = queues[next][1:]; len(queues[next]) == 0 {
					queues = append(queues[:next], queues[next+1:]...)
				}
			}
			r.compare(finals, spends)
		})
		w.lawful()
	})
}

// at is the moment of a contact: no two are equal, since those of one moment are ordered by ids.
func (r *round) at(i int, is said) *time.Time {
	at := noon(is.day).Add(time.Duration(i) * time.Second)
	return &at
}

// contact draws what is told of a contact, and returns the last of it.
func (r *round) contact(i int, customerID string) (queue []func(), final *said) {
	draw := func() said {
		return said{rapid.IntRange(1, 14).Draw(r.t, "day"), rapid.IntRange(0, 4).Draw(r.t, "inbound") > 0, rapid.IntRange(0, 4).Draw(r.t, "caused") > 0}
	}
	is := draw()
	queue = append(queue, func() { r.record(i, customerID, is) })
	for range rapid.IntRange(0, 2).Draw(r.t, "corrections") {
		next := draw()
		queue = append(queue, func() { r.correct(i, next) })
		is = next
	}
	if rapid.IntRange(0, 4).Draw(r.t, "voided") == 0 {
		return append(queue, func() {
			_, err := r.Contacts.VoidContact(r.System(), service.VoidContactInput{ID: r.contacts[i].ID, Reason: "never was"})
			r.ok(err)
		}), nil
	}
	return queue, &is
}

func (r *round) ok(err error) {
	if err != nil {
		r.t.Fatal(err)
	}
}

func directionOf(is said) schema.Direction {
	if is.inbound {
		return schema.Inbound
	}
	return schema.Outbound
}

func (r *round) by(is said) *string {
	if is.caused {
		return &r.campaign.ID
	}
	return nil
}

func (r *round) record(i int, customerID string, is said) {
	made, err := r.Contacts.RecordContact(r.System(), service.RecordContactInput{
		CustomerID: customerID, Kind: schema.InfoCall, Direction: directionOf(is), Channel: schema.ByPhone, At: r.at(i, is), CampaignID: r.by(is), Expense: apptest.Roubles(fmt.Sprint(i)),
	})
	r.ok(err)
	r.contacts[i] = made
}

func (r *round) correct(i int, is said) {
	direction := directionOf(is)
	changed, err := r.Contacts.CorrectContact(r.System(), service.CorrectContactInput{
		ID: r.contacts[i].ID, ExpectedVersion: r.contacts[i].Version, Reason: "misheard", Direction: &direction, At: r.at(i, is), CampaignID: graphql.OmittableOf(r.by(is)),
	})
	r.ok(err)
	r.contacts[i] = changed
}

func (r *round) pay(p paid, amount int64, corrects bool) {
	_, err := r.Campaigns.RecordSpend(r.System(), service.RecordSpendInput{
		CampaignID: r.campaign.ID, From: may(p.from), To: may(p.to), Amount: apptest.Roubles(r.Currency.Format(money.Minor(amount))), Correction: &corrects,
	})
	r.ok(err)
}

// compare compares what contacts cost and the report with what the final facts give.
func (r *round) compare(finals []*said, spends []paid) {
	var left, whole int64
	want := make([]int64, len(finals))
	for _, p := range spends {
		amount := p.amounts[len(p.amounts)-1]
		whole += amount
		var in []int // in the order of their moments
		for day := p.from; day <= p.to; day++ {
			for i, is := range finals {
				if is != nil && is.caused && is.inbound && is.day == day {
					in = append(in, i)
				}
			}
		}
		if len(in) == 0 {
			left += amount
			continue
		}
		for k, i := range in {
			want[i] += amount / int64(len(in))
			if int64(k) < amount%int64(len(in)) {
				want[i]++
			}
		}
	}
	for i, is := range finals {
		if is == nil {
			continue
		}
		c, err := r.Client.Contact.Get(r.System(), r.contacts[i].ID)
		r.ok(err)
		if c.Cost.Minor() != want[i]+int64(i)*100 || c.Advertising.Minor() != want[i] {
			r.t.Errorf("contact %d costs %d with advertising of %d, want %d", i, c.Cost.Minor(), c.Advertising.Minor(), want[i])
		}
	}
	reports, err := r.Campaigns.Reports(r.System(), []*ent.Campaign{r.campaign}, nil, nil)
	r.ok(err)
	if got := reports[r.campaign]; got.Spend.Minor() != whole || got.Unspread.Minor() != left {
		r.t.Errorf("the report has %d, of which %d caused nothing; want %d and %d", got.Spend.Minor(), got.Unspread.Minor(), whole, left)
	}
}

// TestSpendBesideContacts: contacts of customers are recorded, moved between two campaigns and voided while spend of both is recorded; the parts
// are the whole, whoever came first.
func TestSpendBesideContacts(t *testing.T) {
	each(t, func(t *testing.T, w world) {
		campaigns := []*ent.Campaign{w.campaign("radio", "radio"), w.campaign("poster", "street")}
		customers := []string{w.CustomerID(), w.CustomerID(), w.CustomerID()}
		var group sync.WaitGroup
		for worker := range 3 {
			group.Go(func() {
				for i := range 3 {
					by, other := campaigns[(worker+i)%2].ID, campaigns[(worker+i+1)%2].ID
					in := service.RecordContactInput{
						CustomerID: customers[(worker+i)%3], Kind: schema.InfoCall, Direction: schema.Inbound, Channel: schema.ByPhone, At: noon(3 + i), CampaignID: &by,
					}
					c, err := w.Contacts.RecordContact(w.System(), in)
					if err == nil && i != 1 {
						_, err = w.Contacts.CorrectContact(w.System(), service.CorrectContactInput{ID: c.ID, ExpectedVersion: 1, Reason: "no", CampaignID: graphql.OmittableOf(&other)})
					}
					if err == nil && i == 2 {
						_, err = w.Contacts.VoidContact(w.System(), service.VoidContactInput{ID: c.ID, Reason: "twice"})
					}
					if err != nil {
						t.Error(err)
					}
				}
			})
		}
		for n, c := range campaigns {
			group.Go(func() {
				for i := range 3 {
					corrects := i > 0
					in := service.RecordSpendInput{CampaignID: c.ID, From: may(1), To: may(10 + n), Amount: apptest.Roubles(fmt.Sprintf("%d.01", 10+i)), Correction: &corrects}
					if _, err := w.Campaigns.RecordSpend(w.System(), in); err != nil {
						t.Error(err)
					}
				}
			})
		}
		group.Wait()
		w.lawful()
		if got := w.Rows("SELECT sum(advertising) FROM contacts WHERE voided_at IS NULL")[0]; got != "2402" {
			t.Errorf("contacts have %s of 24.02", got)
		}
	})
}

// TestContactsWithoutACampaignAreAsFast: a contact that no campaign caused takes no more statements than there were before campaigns.
func TestContactsWithoutACampaignAreAsFast(t *testing.T) {
	each(t, func(t *testing.T, w world) {
		customerID := w.CustomerID()
		for _, statement := range w.Statements(func() { w.call(customerID, nil, noon(3)) }) {
			for _, word := range []string{"FROM campaigns", "FROM spends", "campaign_id = "} {
				if strings.Contains(statement, word) {
					t.Errorf("it asks for campaigns: %s", statement)
				}
			}
		}
	})
}
