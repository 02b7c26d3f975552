package apitest

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"kopeck/schema"
)

const (
	createCampaign = `mutation($in: CreateCampaignInput!) { createCampaign(input: $in) { campaign { id version code } userErrors { field code message } } }`
	recordSpend    = `mutation($in: RecordSpendInput!) { recordSpend(input: $in) { spend { id amount { amount } recordedBy } userErrors { field code message } } }`
)

// TestCampaignsByRole: who writes campaigns, and who sees what was spent. Who took part in a contact and may not see costs sees what it cost without
// its part of the spend, from which the spend could be reckoned.
func TestCampaignsByRole(t *testing.T) {
	t.Parallel()
	Each(t, func(t *testing.T, w *World) {
		admin, sales := w.As(schema.RoleAdmin), w.As(schema.RoleSales)
		seller := sales.Must(`{ viewer { user { id } } }`, nil).Text("viewer.user.id")
		campaign := w.As(schema.RoleManager).Must(createCampaign, Vars{"in": Vars{"code": "radio", "name": "Radio", "source": "radio", "from": "2020-01-01"}}).Text("createCampaign.campaign.id")
		customer := NewCustomer(admin, Vars{"name": "Anna", "ownerId": seller})
		contact := sales.Must(recordContact, Vars{"in": Called(customer, Vars{"campaignId": campaign, "expense": roubles("3.00")})}).Text("recordContact.contact.id")
		day := w.Clock.Now().Format("2006-01-02")
		w.As(schema.RoleManager).Must(recordSpend, Vars{"in": Vars{"campaignId": campaign, "day": day, "amount": roubles("50.00")}})
		const ask = `query($c: ID!, $k: ID!) { campaign(id: $c) { code name spends { amount { amount } } report { spend { amount } contacts } }
			contacts(filter: {campaignId: $c}) { edges { node { campaign { name } source } } }
			node(id: $k) { ... on Contact { campaign { name } cost { amount } costLines { kind amount { amount } } value { net { amount } } customer { acquisitionCost { amount } acquisitionCostStated origin { source stated campaign { code } } } } } }`
		for _, c := range []struct {
			role         schema.Role
			cost, spends string
		}{
			{schema.RoleAdmin, "53.00", "1"},
			{schema.RoleManager, "53.00", "1"},
			{schema.RoleAnalyst, "53.00", "1"},
			{schema.RoleSales, "3.00", "0"},
		} {
			t.Run(string(c.role), func(t *testing.T) {
				r := w.As(c.role).On(t).Do(ask, Vars{"c": campaign, "k": contact})
				if got := fmt.Sprint(r.Text("campaign.name"), " ", r.Len("campaign.spends"), " ", r.Text("node.cost.amount"), " ", r.Text("node.campaign.name")); got != "Radio "+c.spends+" "+c.cost+" Radio" {
					t.Errorf("got %s: %s", got, r.Body)
				}
				closed := c.role == schema.RoleSales
				if advertised := strings.Contains(r.Body, "ADVERTISING"); advertised == closed {
					t.Errorf("a line of ADVERTISING is shown: %t", advertised)
				}
				if (r.Get("campaign.report") == nil) != closed || (r.Get("node.customer.acquisitionCost") == nil) != closed {
					t.Errorf("the report or the acquisition cost: %s", r.Body)
				}
				if strings.Contains(r.Body, "50.00") == closed {
					t.Errorf("the spend is shown: %t", !closed)
				}
				if r.Text("node.customer.origin.source") != "radio" || r.Get("node.customer.origin.stated") != false {
					t.Errorf("the origin: %s", r.Body)
				}
			})
		}
		for _, role := range []schema.Role{schema.RoleSales, schema.RoleAnalyst} {
			for name, r := range map[string]*Result{
				"createCampaign": w.As(role).Do(createCampaign, Vars{"in": Vars{"code": "x", "name": "X", "source": "x", "from": "2020-01-01"}}),
				"recordSpend":    w.As(role).Do(recordSpend, Vars{"in": Vars{"campaignId": campaign, "day": "2021-01-01", "amount": roubles("1.00")}}),
			} {
				if r.Text(name+".userErrors.0.code") != "FORBIDDEN" {
					t.Errorf("%s may %s: %s", role, name, r.Body)
				}
			}
		}
		again := w.As(schema.RoleAdmin).Do(recordSpend, Vars{"in": Vars{"campaignId": campaign, "day": day, "amount": roubles("1.00")}})
		if again.Text("recordSpend.userErrors.0.code") != "ALREADY_EXISTS" {
			t.Errorf("the same day again: %s", again.Body)
		}
		early := w.As(schema.RoleAdmin).Do(recordSpend, Vars{"in": Vars{"campaignId": campaign, "day": "2019-12-31", "amount": roubles("1.00")}})
		if early.Text("recordSpend.userErrors.0.code") != "INVALID" {
			t.Errorf("before the campaign: %s", early.Body)
		}
	})
}

// TestFiltersByOrigin: customers are listed by where they come from, which is what was stated or what the first inbound contact says.
func TestFiltersByOrigin(t *testing.T) {
	t.Parallel()
	Each(t, func(t *testing.T, w *World) {
		admin := w.As(schema.RoleAdmin)
		campaign := admin.Must(createCampaign, Vars{"in": Vars{"code": "radio", "name": "Radio", "source": "air", "from": "2020-01-01"}}).Text("createCampaign.campaign.id")
		NewCustomer(admin, Vars{"name": "b", "campaignId": campaign})
		called, earlier, fair := NewCustomer(admin, Vars{"name": "a"}), NewCustomer(admin, Vars{"name": "c"}), NewCustomer(admin, Vars{"name": "d", "source": "fair"})
		at := func(minutes int) string {
			return w.Clock.Now().Add(-time.Duration(minutes) * time.Minute).Format(time.RFC3339)
		}
		for _, in := range []Vars{
			Called(called, Vars{"campaignId": campaign, "at": at(10)}), Called(called, Vars{"at": at(20), "direction": "OUTBOUND"}),
			Called(earlier, Vars{"campaignId": campaign, "at": at(10)}), Called(earlier, Vars{"at": at(20)}), Called(fair, Vars{"campaignId": campaign, "at": at(10), "source": "search"}),
		} {
			admin.Must(recordContact, Vars{"in": in})
		}
		for filter, want := range map[string]string{
			`customers(filter: {campaignId: "` + campaign + `"})`: "a b", `customers(filter: {source: "air"})`: "a b", `customers(filter: {source: "fair"})`: "d", `customers(filter: {source: "search"})`: "",
		} {
			r := admin.Must(`{ `+filter+` { edges { node { name } } } }`, nil)
			var names []string
			for i := range r.Len("customers.edges") {
				names = append(names, r.Text(fmt.Sprintf("customers.edges.%d.node.name", i)))
			}
			if slices.Sort(names); strings.Join(names, " ") != want {
				t.Errorf("%s: %v, want %s", filter, names, want)
			}
		}
		for filter, want := range map[string]int{`{campaignId: "` + campaign + `"}`: 3, `{source: "air"}`: 2, `{source: "search"}`: 1, `{source: null}`: 2, `{campaignId: null}`: 2} {
			if n := admin.Must(`{ contacts(filter: `+filter+`) { totalCount } }`, nil).Int("contacts.totalCount"); n != want {
				t.Errorf("contacts of %s: %d, want %d", filter, n, want)
			}
		}
	})
}

// TestCampaignReportsAreReadTogether: the number of statements does not grow with the number of campaigns.
func TestCampaignReportsAreReadTogether(t *testing.T) {
	t.Parallel()
	Each(t, func(t *testing.T, w *World) {
		admin := w.As(schema.RoleAdmin)
		count := func() int {
			return w.Statements(func() {
				admin.Must(`{ campaigns(filter: {archived: false}) { totalCount edges { node { code report(from: "2021-01-01") { spend { amount } customers paidBackAt } } } } }`, nil)
			})
		}
		admin.Must(createCampaign, Vars{"in": Vars{"code": "a", "name": "A", "source": "s", "from": "2020-01-01"}})
		admin.Must(createCampaign, Vars{"in": Vars{"code": "b", "name": "B", "source": "s", "from": "2020-01-01"}})
		few := count()
		for i := range 5 {
			admin.Must(createCampaign, Vars{"in": Vars{"code": fmt.Sprint("c", i), "name": "C", "source": "s", "from": "2020-01-01"}})
		}
		if many := count(); many != few {
			t.Errorf("2 campaigns take %d statements, 7 take %d", few, many)
		}
	})
}
