package campaigns_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"kopeck/apptest"
	"kopeck/fault"
	"kopeck/money"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/service/bulk"
	"kopeck/service/campaigns"

	"github.com/99designs/gqlgen/graphql"
)

// TestSpendIsACostOfContacts: spend is spread over the contacts of its period, whatever comes first, and follows each change.
func TestSpendIsACostOfContacts(t *testing.T) {
	each(t, func(t *testing.T, w world) {
		radio := w.campaign("radio", "radio")
		a, b := w.CustomerID(), w.CustomerID()
		first, second := w.call(a, radio, noon(3)), w.call(b, radio, noon(4), func(in *service.RecordContactInput) { in.Expense = apptest.Roubles("1") })
		w.call(a, nil, noon(4))
		expect := func(after string, want ...string) {
			t.Helper()
			contacts := []string{}
			for _, one := range w.Rows("SELECT id FROM contacts WHERE campaign_id IS NOT NULL AND voided_at IS NULL ORDER BY at, id") {
				c, err := w.Client.Contact.Get(w.System(), one)
				w.Must(err)
				contacts = append(contacts, w.Currency.Format(c.Cost))
			}
			if !slices.Equal(contacts, want) {
				t.Errorf("after %s contacts cost %v, want %v", after, contacts, want)
			}
			if n := w.Rows("SELECT count(*) FROM customers c WHERE contact_cost <> (SELECT coalesce(sum(cost), 0) FROM contacts k WHERE k.customer_id = c.id AND voided_at IS NULL)"); n[0] != "0" {
				t.Errorf("after %s %s customers have another sum", after, n[0])
			}
		}
		expect("no spend", "0.00", "1.00")
		w.spend(radio, 1, 31, "100")
		expect("spend", "50.00", "51.00")
		third := w.call(b, radio, noon(5))
		expect("a third contact", "33.34", "34.33", "33.33")
		w.spend(radio, 4, 4, "10")
		expect("spend of a day", "33.34", "44.33", "33.33")
		w.spend(radio, 1, 31, "90", correction)
		expect("a correction", "30.00", "41.00", "30.00")
		outbound := schema.Outbound
		_, err := w.Contacts.CorrectContact(w.System(), service.CorrectContactInput{ID: third.ID, ExpectedVersion: 1, Reason: "we called", Direction: &outbound})
		w.Must(err)
		expect("one is outbound", "45.00", "56.00", "0.00")
		_, err = w.Contacts.CorrectContact(w.System(), service.CorrectContactInput{ID: third.ID, ExpectedVersion: 2, Reason: "no", CampaignID: graphql.OmittableOf[*string](nil)})
		w.Must(err)
		expect("another campaign", "45.00", "56.00")
		_, err = w.Contacts.CorrectContact(w.System(), service.CorrectContactInput{ID: first.ID, ExpectedVersion: 1, Reason: "the day after", At: noon(4)})
		w.Must(err)
		switch { // both are of one moment now: the order is by id
		case first.ID < second.ID:
			expect("one moved", "50.00", "51.00")
		default:
			expect("one moved", "51.00", "50.00")
		}
		_, err = w.Contacts.VoidContact(w.System(), service.VoidContactInput{ID: second.ID, Reason: "twice"})
		w.Must(err)
		expect("one is voided", "100.00")
		w.spend(radio, 1, 31, "0", correction)
		expect("all is taken back", "10.00")
		_, err = w.Contacts.VoidContact(w.System(), service.VoidContactInput{ID: first.ID, Reason: "never was"})
		w.Must(err)
		expect("none is left")
		w.lawful()
	})
}

// TestJoinedContactsHaveOnePart: two contacts that are one have one part of the spend.
func TestJoinedContactsHaveOnePart(t *testing.T) {
	each(t, func(t *testing.T, w world) {
		radio := w.campaign("radio", "radio")
		a, b := w.CustomerID(), w.CustomerID()
		told, other, beside := w.call(a, nil, noon(3)), w.call(a, radio, noon(3)), w.call(b, radio, noon(3))
		w.spend(radio, 3, 3, "100")
		if costs := w.costs(told, other, beside); costs[0] != "0.00" || costs[1] != "50.00" || costs[2] != "50.00" {
			t.Fatal(costs)
		}
		_, err := w.Contacts.JoinContacts(w.System(), service.JoinContactsInput{ID: told.ID, OtherID: other.ID})
		w.Must(err)
		if costs := w.costs(told, beside); costs[0] != "50.00" || costs[1] != "50.00" {
			t.Error(costs)
		}
		w.lawful()
	})
}

// TestRatesLeaveSpend: a rate that restates a contact changes none of its part of spend.
func TestRatesLeaveSpend(t *testing.T) {
	each(t, func(t *testing.T, w world) {
		radio := w.campaign("radio", "radio")
		c := w.call(w.CustomerID(), radio, noon(3))
		w.spend(radio, 3, 3, "100")
		w.Rate(schema.RateChannelFee, "PHONE", "5", "contact", time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC))
		if costs := w.costs(c); costs[0] != "105.00" {
			t.Error(costs)
		}
		w.spend(radio, 3, 3, "50", correction)
		if costs := w.costs(c); costs[0] != "55.00" {
			t.Error(costs)
		}
		if n := w.Rows("SELECT count(*) FROM audit_entries WHERE action = 'contact.restate' AND subject = ?", c.ID); n[0] != "3" {
			t.Errorf("%s restatements are in the audit", n[0])
		}
		w.lawful()
	})
}

// TestRecordSpendRefuses: what is wrong is named, and nothing is written.
func TestRecordSpendRefuses(t *testing.T) {
	each(t, func(t *testing.T, w world) {
		radio := w.campaign("radio", "radio")
		w.spend(radio, 3, 4, "100")
		june, key := *may(31)+1, "k"
		for name, c := range map[string]struct {
			change func(in *service.RecordSpendInput)
			want   string
		}{
			"no day":            {func(in *service.RecordSpendInput) { in.From, in.To = nil, nil }, "INVALID day"},
			"a day and days":    {func(in *service.RecordSpendInput) { in.Day = may(2) }, "INVALID day"},
			"the wrong way":     {func(in *service.RecordSpendInput) { in.From, in.To = may(5), may(4) }, "INVALID to"},
			"before it begins":  {func(in *service.RecordSpendInput) { d := *may(1) - 1; in.From = &d }, "INVALID from"},
			"after it ends":     {func(in *service.RecordSpendInput) { in.To = &june }, "INVALID to"},
			"less than nothing": {func(in *service.RecordSpendInput) { in.Amount = apptest.Roubles("-1") }, "INVALID amount.amount"},
			"too fine":          {func(in *service.RecordSpendInput) { in.Amount = apptest.Roubles("1.005") }, "INVALID amount.amount"},
			"recorded already":  {func(in *service.RecordSpendInput) { in.From, in.To = may(3), may(4) }, "ALREADY_EXISTS from"},
			"no campaign": {func(in *service.RecordSpendInput) {
				in.CampaignID = "cmg_" + strings.TrimPrefix(w.CustomerID(), "cus_")
			}, "NOT_FOUND campaignId"},
			"two mistakes": {func(in *service.RecordSpendInput) { in.CampaignID, in.Amount = "x", apptest.Roubles("-1") }, "INVALID campaignId, INVALID amount.amount"},
		} {
			t.Run(name, func(t *testing.T) {
				in := service.RecordSpendInput{CampaignID: radio.ID, From: may(5), To: may(6), Amount: apptest.Roubles("1")}
				c.change(&in)
				if _, err := w.Campaigns.RecordSpend(w.System(), in); apptest.Faults(err) != c.want {
					t.Errorf("got %v, want %s", err, c.want)
				}
			})
		}
		in := service.RecordSpendInput{CampaignID: radio.ID, Day: may(7), Amount: apptest.Roubles("1"), IdempotencyKey: &key}
		made, err := w.Campaigns.RecordSpend(w.System(), in)
		w.Must(err)
		again, err := w.Campaigns.RecordSpend(w.System(), in)
		if err != nil || again.ID != made.ID {
			t.Errorf("the same key: %v, %v", again, err)
		}
		in.Amount = apptest.Roubles("2")
		if _, err := w.Campaigns.RecordSpend(w.System(), in); !fault.Is(err, fault.IdempotencyKeyReused) {
			t.Errorf("another request: %v", err)
		}
		if n := w.Rows("SELECT count(*) FROM spends"); n[0] != "2" {
			t.Errorf("%s spends", n[0])
		}
		for _, role := range []schema.Role{schema.RoleSales, schema.RoleAnalyst} {
			in := service.RecordSpendInput{CampaignID: radio.ID, Day: may(9), Amount: apptest.Roubles("1")}
			if _, err := w.Campaigns.RecordSpend(w.As(role), in); !fault.Is(err, fault.Forbidden) {
				t.Errorf("%s: %v", role, err)
			}
		}
	})
}

// TestCampaigns: a campaign is created and changed; what spend rests on cannot be taken away.
func TestCampaigns(t *testing.T) {
	each(t, func(t *testing.T, w world) {
		radio := w.campaign("radio", "radio")
		if _, err := w.Campaigns.CreateCampaign(w.System(), service.CreateCampaignInput{Code: "radio", Name: "x", Source: "x", From: *may(1)}); apptest.Faults(err) != "ALREADY_EXISTS code" {
			t.Errorf("the same code: %v", err)
		}
		if _, err := w.Campaigns.CreateCampaign(w.System(), service.CreateCampaignInput{Code: " ", Name: "", Source: "x", From: *may(2), To: may(1)}); apptest.Faults(err) != "INVALID code, INVALID name" {
			t.Errorf("nothing: %v", err)
		}
		if _, err := w.Campaigns.CreateCampaign(w.System(), service.CreateCampaignInput{Code: "x", Name: "x", Source: "x", From: *may(2), To: may(1)}); apptest.Faults(err) != "INVALID to" {
			t.Errorf("the wrong way: %v", err)
		}
		w.spend(radio, 10, 12, "1")
		name, archived := "On the air", true
		changed, err := w.Campaigns.UpdateCampaign(w.System(), service.UpdateCampaignInput{ID: radio.ID, ExpectedVersion: 1, Name: &name, From: may(10), To: graphql.OmittableOf(may(12))})
		w.Must(err)
		if changed.Name != name || changed.Version != 2 || changed.FirstDay != *may(10) {
			t.Errorf("%+v", changed)
		}
		if _, err := w.Campaigns.UpdateCampaign(w.System(), service.UpdateCampaignInput{ID: radio.ID, ExpectedVersion: 2, From: may(11), To: graphql.OmittableOf(may(11))}); apptest.Faults(err) != "WRONG_STATE from, WRONG_STATE to" {
			t.Errorf("spend would be left out: %v", err)
		}
		other := "Another"
		if _, err := w.Campaigns.UpdateCampaign(w.System(), service.UpdateCampaignInput{ID: radio.ID, ExpectedVersion: 1, Name: &other}); !fault.Is(err, fault.VersionConflict) {
			t.Errorf("an old version: %v", err)
		}
		changed, err = w.Campaigns.UpdateCampaign(w.System(), service.UpdateCampaignInput{ID: radio.ID, ExpectedVersion: 1, Archived: &archived, To: graphql.OmittableOf(may(12))})
		if err != nil || !changed.Archived || changed.Version != 3 {
			t.Errorf("another field: %+v, %v", changed, err)
		}
		if _, err := w.Campaigns.CreateCampaign(w.As(schema.RoleSales), service.CreateCampaignInput{Code: "x", Name: "x", Source: "x", From: *may(1)}); !fault.Is(err, fault.Forbidden) {
			t.Errorf("SALES: %v", err)
		}
		if _, err := w.ChangeSetting(w.Actor(schema.RoleAdmin), service.ChangeSettingInput{Name: "timeZone", Value: "Asia/Tokyo"}); !fault.Is(err, fault.WrongState) {
			t.Errorf("the time zone is changed: %v", err)
		}
	})
}

// TestSpendIsAtMostAYearAhead: spend of a day more than a year ahead is refused, recorded as well as imported.
func TestSpendIsAtMostAYearAhead(t *testing.T) {
	each(t, func(t *testing.T, w world) {
		endless, err := w.Campaigns.CreateCampaign(w.System(), service.CreateCampaignInput{Code: "shop", Name: "The shop", Source: "shop", From: *may(1)})
		w.Must(err)
		last := schema.Date(w.Settings().Day(w.Now().AddDate(1, 0, 0)))
		yes := true
		for n, want := range []bulk.Outcome{bulk.Added, bulk.Rejected} {
			day := last + schema.Date(n)
			var verdicts []bulk.Verdict
			w.Must(w.Bulk.Import(w.System(), func(ctx context.Context, i *bulk.Import) (err error) {
				verdicts, err = i.Spends(ctx, []campaigns.SpendRecord{{Campaign: "shop", First: &day, Last: &day, Amount: money.Minor(100)}})
				return err
			}))
			if verdicts[0].Outcome != want {
				t.Errorf("imported for %s: %+v, want %v", day, verdicts[0], want)
			}
			for field, change := range map[string]func(in *service.RecordSpendInput){
				"day": func(in *service.RecordSpendInput) { in.Day = &day },
				"to":  func(in *service.RecordSpendInput) { from := last - 1; in.From, in.To = &from, &day },
			} {
				in := service.RecordSpendInput{CampaignID: endless.ID, Amount: apptest.Roubles("1"), Correction: &yes}
				change(&in)
				_, err := w.Campaigns.RecordSpend(w.System(), in)
				if got := apptest.Faults(err); want == bulk.Added && err != nil || want == bulk.Rejected && got != "INVALID "+field {
					t.Errorf("recorded for %s by %s: %q", day, field, got)
				}
			}
		}
		w.lawful()
	})
}
