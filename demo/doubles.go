package demo

import (
	"context"
	"strings"
	"time"

	"kopeck/schema"
	"kopeck/service"
)

// makeDoubles makes, by the verbs, people who are in the books twice: the favourite customer, who called from another number and was merged;
// two with one phone, who wait for a decision; and two of whom somebody decided that they are a family.
func (c *company) makeDoubles(ctx context.Context) error {
	c.clock.to(c.clock.at.Add(5 * time.Minute))
	favourite := c.favourite()
	called, err := c.double(ctx, swapped(favourite.name), "+7 985 765-43-21", favourite)
	if err != nil {
		return err
	}
	reason := "She called from her office"
	if _, err := c.service.Merging.MergeCustomers(ctx, service.MergeCustomersInput{KeepID: favourite.id, MergeID: called, Reason: &reason}); err != nil {
		return err
	}
	made := 0
	for _, p := range c.people {
		if p == favourite || p.phone == "" || p.firm {
			continue
		}
		other, err := c.double(ctx, swapped(p.name), p.phone, p)
		if err != nil {
			return err
		}
		if made++; made < 2 {
			continue
		}
		family := "Husband and wife"
		_, err = c.service.Merging.DeclareNotSame(ctx, service.DeclareNotSameInput{FirstID: p.id, SecondID: other, Reason: &family})
		return err
	}
	return nil
}

// double records a customer with a call, as the owner of another does.
func (c *company) double(ctx context.Context, name, phone string, of *person) (string, error) {
	if of.owner != nil {
		ctx = c.as(ctx, of.owner)
	}
	made, err := c.service.Customers.CreateCustomer(ctx, service.CreateCustomerInput{Name: name, Phone: &phone})
	if err != nil {
		return "", err
	}
	_, err = c.service.Contacts.RecordContact(ctx, service.RecordContactInput{CustomerID: made.ID, Kind: schema.InfoCall, Direction: schema.Inbound, Channel: schema.ByPhone})
	return made.ID, err
}

// swapped returns a name with its first word last.
func swapped(name string) string {
	first, rest, _ := strings.Cut(name, " ")
	return strings.TrimSpace(rest + " " + first)
}
