package demo

import (
	"context"
	"time"

	"github.com/99designs/gqlgen/graphql"

	"kopeck/id"
	"kopeck/money"
	"kopeck/schema"
	"kopeck/service"
)

// card and collection are the fields of the company's own: the card that a customer has, by which a rule goes, and the collection that a product
// is of.
const (
	card       = "card"
	goldCard   = "золотая"
	collection = "collection"
	newOnes    = "новая"
)

// someOfEach is how many customers get each card.
const someOfEach = 6

// defineFields defines the company's own fields and the rule that goes by one of them, and gives some customers cards and some products
// collections. Nobody whom the examples name has a card: their prices stay.
func (c *company) defineFields(ctx context.Context) error {
	c.clock.to(c.clock.at.Add(time.Minute))
	manager := c.as(ctx, c.staff["manager@erker.example"])
	for _, in := range []service.DefineFieldInput{
		{Noun: schema.FieldOfCustomer, Code: card, Label: "Карта", Type: schema.FieldChoice, Words: []string{goldCard, "серебряная"}, ForSales: pointer(true)},
		{Noun: schema.FieldOfCustomer, Code: "rooms", Label: "Комнат", Type: schema.FieldNumber, Least: pointer(money.Exact("1")), Most: pointer(money.Exact("50")), ForSales: pointer(true)},
		{Noun: schema.FieldOfProduct, Code: collection, Label: "Коллекция", Type: schema.FieldChoice, Words: []string{newOnes, "прошлая"}, ForSales: pointer(true), ForPartners: pointer(true)},
	} {
		if _, err := c.service.OwnFields.DefineField(manager, in); err != nil {
			return err
		}
	}
	_, err := c.service.Quote.CreatePriceRule(manager, service.CreatePriceRuleInput{
		ID: pointer(fixedID(id.Rule, card)), Name: "С золотой картой", Condition: `customer.fields.card == "` + goldCard + `"`, Percent: pointer(money.Exact("-3")), Priority: pointer(12),
	})
	if err != nil {
		return err
	}
	set := func(of string, values ...string) error {
		in := service.SetFieldsInput{ID: of}
		for n := 0; n < len(values); n += 2 {
			in.Fields = append(in.Fields, &service.FieldValueInput{Code: values[n], Value: graphql.OmittableOf(&values[n+1])})
		}
		_, err := c.service.OwnFields.SetFields(manager, in)
		return err
	}
	given := 0
	for _, p := range c.people {
		if given == 2*someOfEach {
			break
		}
		if p.number == 0 || p.firm || !p.departed.IsZero() || len(p.orders) < 2 {
			continue
		}
		which := "серебряная"
		if given < someOfEach {
			which = goldCard
		}
		if err := set(p.id, card, which, "rooms", padded(1+p.number%4, 1)); err != nil {
			return err
		}
		given++
	}
	for _, one := range [][2]string{{"CUR-LINEN", newOnes}, {"CUR-VELVET", newOnes}, {"CUR-JACQUARD", "прошлая"}} {
		if err := set(productID(one[0]), collection, one[1]); err != nil {
			return err
		}
	}
	return nil
}

// hirePeople makes three customers people of a company, by dated relations, and records a meeting with two of them in which two of ours took
// part.
func (c *company) hirePeople(ctx context.Context) error {
	var firm *person
	var people []*person
	for _, p := range c.people {
		switch {
		case p.number == 0 || !p.departed.IsZero() || p.owner == nil:
		case p.firm && firm == nil && len(p.orders) > 0:
			firm = p
		case !p.firm && len(people) < 3 && p.created.Before(c.today.AddDate(0, -6, 0)):
			people = append(people, p)
		}
	}
	for n, role := range []string{"Директор", "Дизайнер", "Бухгалтер"} {
		c.clock.to(c.clock.at.Add(time.Minute))
		from, err := schema.ParseDate(c.today.AddDate(0, -6, n).Format(time.DateOnly))
		if err != nil {
			return err
		}
		if _, err := c.service.Customers.RelateCustomers(ctx, service.RelateCustomersInput{PersonID: people[n].id, CompanyID: firm.id, Role: &role, From: &from}); err != nil {
			return err
		}
	}
	c.clock.to(c.clock.at.Add(time.Minute))
	at := c.clock.at.Add(-3 * time.Hour)
	_, err := c.service.Contacts.RecordContact(ctx, service.RecordContactInput{
		ID: pointer(fixedID(id.Contact, "several people")), CustomerID: firm.id, Kind: schema.Meeting, Direction: schema.Inbound, Channel: schema.ByVisit, At: &at,
		PeopleIds: []string{people[0].id, people[1].id}, Subject: pointer("Замер и выбор тканей для конторы"),
		Participants: []*service.ContactParticipantInput{{UserID: c.sales[0].ID, Minutes: pointer(money.Exact("40"))}, {UserID: c.sales[1].ID, Minutes: pointer(money.Exact("25"))}},
	})
	return err
}
