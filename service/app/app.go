// Package app creates the Services of all packages below service and connects them: the server, the commands, the API and the
// tests have one [App]. It may import every package of service.
package app

import (
	"context"

	"kopeck/service"
	"kopeck/service/assortment"
	"kopeck/service/books"
	"kopeck/service/bulk"
	"kopeck/service/campaigns"
	"kopeck/service/catalogue"
	"kopeck/service/check"
	"kopeck/service/consent"
	"kopeck/service/consentworth"
	"kopeck/service/contacts"
	"kopeck/service/customers"
	"kopeck/service/disclosure"
	"kopeck/service/expectation"
	"kopeck/service/experiments"
	"kopeck/service/explain"
	"kopeck/service/merging"
	"kopeck/service/needs"
	"kopeck/service/nextoffer"
	"kopeck/service/outbox"
	"kopeck/service/ownfields"
	"kopeck/service/ownpage"
	"kopeck/service/people"
	"kopeck/service/personal"
	"kopeck/service/points"
	"kopeck/service/quote"
	"kopeck/service/rates"
	"kopeck/service/reaction"
	"kopeck/service/related"
	"kopeck/service/report"
	"kopeck/service/revenue"
	"kopeck/service/sale"
	"kopeck/service/tasks"
	"kopeck/service/teams"
	"kopeck/service/value"
	"kopeck/service/workshop"
)

// App has all verbs, by subject.
type App struct {
	*service.Core

	People       *people.Service
	Value        *value.Service
	Quote        *quote.Service
	Books        *books.Service
	Rates        *rates.Service
	Campaigns    *campaigns.Service
	Consent      *consent.Service
	Customers    *customers.Service
	Catalogue    *catalogue.Service
	Contacts     *contacts.Service
	Sale         *sale.Service
	Report       *report.Service
	ConsentWorth *consentworth.Service
	Revenue      *revenue.Service
	Reaction     *reaction.Service
	Workshop     *workshop.Service
	Check        *check.Service
	Explain      *explain.Service
	Bulk         *bulk.Service
	Teams        *teams.Service
	Tasks        *tasks.Service
	Expected     *expectation.Service
	Merging      *merging.Service
	OwnFields    *ownfields.Service
	NextOffer    *nextoffer.Service
	Outbox       *outbox.Service
	Points       *points.Service
	Needs        *needs.Service
	Experiments  *experiments.Service
	Personal     *personal.Service
	OwnPage      *ownpage.Service

	Assortment *assortment.Service
	Disclosure *disclosure.Service
	Related    *related.Service
}

// New returns an App, whose guard is on the store's client, with all snapshots read once; Watch keeps them up to date. The
// database must be migrated.
func New(ctx context.Context, c service.Config) (*App, error) {
	core, err := service.NewCore(ctx, c)
	if err != nil {
		return nil, err
	}
	a := &App{Core: core}
	a.People = people.New(core, c.Keys)
	a.Value = value.New(core)
	a.Teams = teams.New(core, a.People, a.Value)
	a.Books = books.New(core, a.Value)
	a.Quote = quote.New(core, c.Keys, a.Value)
	a.Rates = rates.New(core, a.Books, a.Quote, a.Value)
	a.People.RestateGrade = a.Rates.RestateGrade
	a.Campaigns = campaigns.New(core, a.Rates)
	a.OwnFields = ownfields.New(core)
	a.Consent = consent.New(core, c.Keys, a.Books)
	a.Customers = customers.New(core, a.Books, a.People, a.Rates)
	a.Catalogue = catalogue.New(core, a.People, a.Quote, a.Rates)
	a.Quote.SupposedRecipe = a.Catalogue.Supposed
	a.Expected = expectation.New(core)
	a.Needs = needs.New(core, a.Expected, a.OwnFields)
	a.Experiments = experiments.New(core)
	a.Tasks = tasks.New(core, a.Consent, a.People)
	a.Contacts = contacts.New(core, a.Books, a.Campaigns, a.Consent, a.OwnFields, a.People, a.Rates, a.Tasks)
	a.Outbox = outbox.New(core, a.Consent, a.Contacts, a.Rates)
	a.Outbox.Unsubscribe = a.Consent.UnsubscribeLink
	a.Sale = sale.New(core, a.Books, a.Consent, a.Contacts, a.Expected, a.Outbox, a.People, a.Quote, a.Rates, a.Tasks)
	a.Check = check.New(core, a.Books, a.Consent, a.Quote, a.Rates)
	a.Explain = explain.New(core, a.Books, a.Campaigns, a.Consent, a.Contacts, a.People, a.Quote, a.Rates, a.Sale)
	a.Report = report.New(core, a.Books, a.Campaigns, a.Customers, a.People, a.Quote, a.Rates, a.Value)
	a.NextOffer = nextoffer.New(core, a.Consent, a.Quote, a.Sale)
	a.Revenue = revenue.New(core, a.Quote, a.Rates)
	a.ConsentWorth = consentworth.New(core)
	a.Reaction = reaction.New(core, a.Quote)
	a.Disclosure = disclosure.New(core, a.Quote)
	a.Workshop = workshop.New(core, a.Quote)
	a.Quote.EarningsKnownAt = a.Report.EarningsKnownAt
	a.Bulk = bulk.New(core, a.Books, a.Campaigns, a.Rates, a.Value)
	a.Merging = merging.New(core, a.Books, a.Campaigns, a.Consent, a.Contacts, a.Customers, a.Outbox, a.People, a.Rates)
	a.Points = points.New(core, a.Customers)
	a.Assortment = assortment.New(core, a.Catalogue, a.Quote, a.Rates)
	a.Personal = personal.New(core, a.Consent, a.Customers)
	a.OwnPage = ownpage.New(core, c.Keys, a.Consent, a.Outbox, a.Personal)
	a.Related = related.New(core, a.Customers, a.OwnFields)
	return a, core.Reload(ctx)
}
