package merging_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"kopeck/apptest"
	"kopeck/ent"
	"kopeck/schema"
	"kopeck/service"
)

// reached shows by what a customer is reached: contact points, the main ones with a star, addresses and tags.
func (c *company) reached(customerID string) string {
	c.T.Helper()
	of, err := c.Customers.Customer(c.System(), &customerID, nil)
	c.Must(err)
	one := []*ent.Customer{of}
	points, err := c.Customers.ContactPoints(c.System(), one)
	c.Must(err)
	addresses, err := c.Points.Addresses(c.System(), one)
	c.Must(err)
	tags, err := c.Points.Tags(c.System(), one)
	c.Must(err)
	var shown []string
	for _, p := range points[of.ID] {
		text := p.Value
		if p.Main {
			text += "*"
		}
		shown = append(shown, text)
	}
	for _, a := range addresses[of.ID] {
		shown = append(shown, *a.City)
	}
	return strings.Join(append(shown, tags[of.ID]...), " ")
}

// TestPointsAreMerged: the kept customer has the numbers, addresses and tags of both, each once; undoing the merge gives them back.
func TestPointsAreMerged(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		c := newCompany(w)
		a, b := c.person("Anna Petrova", 1), c.person("Anna Petrowa", 2)
		for n, one := range []*ent.Customer{a, b} {
			for _, value := range []string{fmt.Sprintf("+7900000000%d", n), "+79000000009"} {
				_, _, err := w.Points.AddContactPoint(w.System(), service.AddContactPointInput{CustomerID: one.ID, Type: schema.PointPhone, Value: value})
				w.Must(err)
			}
			_, _, err := w.Points.AddAddress(w.System(), service.AddAddressInput{CustomerID: one.ID, City: ptr(fmt.Sprintf("City%d", n))})
			w.Must(err)
			_, err = w.Points.AddTags(w.System(), service.TagsInput{CustomerID: one.ID, Tags: []string{"VIP", fmt.Sprintf("tag%d", n)}})
			w.Must(err)
		}
		const first, second = "+74950000001* +79000000000 +79000000009 mail1@example.com* City0 tag0 VIP", "+74950000002* +79000000001 +79000000009 mail2@example.com* City1 tag1 VIP"
		want := func(what, customerID, want string) {
			t.Helper()
			if got := c.reached(customerID); got != want {
				t.Errorf("%s: %s, want %s", what, got, want)
			}
		}
		want("the first", a.ID, first)
		want("the second", b.ID, second)
		seen, err := w.Customers.PossibleDuplicates(w.System(), []*ent.Customer{a})
		w.Must(err)
		if with := seen[a]; len(with) != 1 || with[0].Customer.ID != b.ID || !slices.Equal(with[0].Reasons, []service.DuplicateReason{service.DuplicateReasonPhone, service.DuplicateReasonName}) {
			t.Errorf("by a number that neither has as the main one: %+v", with)
		}
		if pairs, err := w.Merging.DuplicatePairs(w.System(), nil, nil); err != nil || len(pairs.Edges) != 1 {
			t.Errorf("the pairs are %+v, %v", pairs, err)
		}
		m := c.merge(a.ID, b.ID, service.MergedFieldEmail)
		const both = "+74950000001* +74950000002 +79000000000 +79000000009 +79000000001 mail2@example.com* mail1@example.com City0 City1 tag0 tag1 VIP"
		want("together", b.ID, both)
		for _, text := range []string{"+74950000002", "+79000000001", "mail1@example.com"} {
			if got := c.found(w.System(), text); !slices.Equal(got, []string{a.ID}) {
				t.Errorf("searching %s finds %v", text, got)
			}
		}
		c.undo(m)
		want("the first again", a.ID, first)
		want("the second again", b.ID, second)

		// What is removed after a merge is found no more, and comes back with the customer whose it was.
		m = c.merge(a.ID, b.ID)
		_, err = w.Points.RemoveContactPoint(w.System(), service.RemoveContactPointInput{ID: w.Rows("SELECT id FROM contact_points WHERE value = 'mail2@example.com'")[0]})
		w.Must(err)
		if got := c.found(w.System(), "mail2@example.com"); len(got) != 0 {
			t.Errorf("the address that was removed finds %v", got)
		}
		c.undo(m)
		want("the first once more", a.ID, first)
		want("the second once more", b.ID, second)
		if findings, err := w.Check.Laws(w.System()); err != nil || len(findings) > 0 {
			t.Errorf("%v, %v", findings, err)
		}
	})
}
