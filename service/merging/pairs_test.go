package merging_test

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"

	"kopeck/apptest"
	"kopeck/ent"
	"kopeck/fault"
	"kopeck/schema"
	"kopeck/service"
)

// TestNotSame: a pair that is declared to be two is no possible duplicate, until that is revoked or they are merged.
func TestNotSame(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		c := newCompany(w)
		make := func(name string) *ent.Customer {
			made, err := w.Customers.CreateCustomer(w.System(), service.CreateCustomerInput{Name: name, Phone: ptr("+74950000001")})
			w.Must(err)
			return made
		}
		a, b, d := make("Anna Petrova"), make("Petrova A."), make("Boris")
		pairs := func(ctx context.Context) (all []string) {
			var after *ent.Cursor
			for {
				page, err := w.Merging.DuplicatePairs(ctx, ptr(1), after)
				w.Must(err)
				for _, edge := range page.Edges {
					all = append(all, fmt.Sprint(edge.Node.First.Name, "|", edge.Node.Second.Name, edge.Node.Reasons))
				}
				if after = page.EndCursor; !page.HasNextPage {
					return all
				}
			}
		}
		if got, want := pairs(w.System()), []string{"Anna Petrova|Petrova A.[PHONE NAME]", "Anna Petrova|Boris[PHONE]", "Petrova A.|Boris[PHONE]"}; !slices.Equal(got, want) {
			t.Errorf("pairs %v; want %v", got, want)
		}
		_, err := w.Merging.DeclareNotSame(w.System(), service.DeclareNotSameInput{FirstID: d.ID, SecondID: a.ID, Reason: ptr("brothers")})
		w.Must(err)
		if got, want := pairs(w.System()), []string{"Anna Petrova|Petrova A.[PHONE NAME]", "Petrova A.|Boris[PHONE]"}; !slices.Equal(got, want) {
			t.Errorf("pairs %v; want %v", got, want)
		}
		m := c.merge(b.ID, a.ID)
		if got := pairs(w.System()); len(got) > 0 {
			t.Errorf("whom the merged one was not is not the kept one either: %v", got)
		}
		c.undo(m)
		of, err := w.Merging.NotSame(w.System(), []*ent.Customer{a, d})
		w.Must(err)
		if len(of[a]) != 1 || len(of[d]) != 1 || of[a][0].Other.ID != d.ID || *of[a][0].Reason != "brothers" {
			t.Errorf("decisions %+v", of)
		}
		_, err = w.Merging.RevokeNotSame(w.System(), service.RevokeNotSameInput{FirstID: a.ID, SecondID: d.ID})
		w.Must(err)
		if got := pairs(w.System()); len(got) != 3 {
			t.Errorf("pairs %v; want three", got)
		}
		_, err = w.Merging.RevokeNotSame(w.System(), service.RevokeNotSameInput{FirstID: a.ID, SecondID: d.ID})
		refused(t, "revoked twice", err, fault.NotFound, "secondId")
	})
}

// TestMergingBesideVerbs: customers are merged and the merge is undone while contacts, orders and permissions come by both ids; whoever came
// first, nothing is lost and the books are closed.
func TestMergingBesideVerbs(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		c := newCompany(w)
		a, b := w.Customer("Anna"), w.Customer("Bella")
		const n = 4
		var orders []string
		for range n {
			orders = append(orders, c.order(b.ID, apptest.Start), c.order(a.ID, apptest.Start))
		}
		var group sync.WaitGroup
		run := func(do func(n int) error) {
			group.Go(func() {
				for i := range n {
					if err := do(i); err != nil {
						t.Error(err)
					}
				}
			})
		}
		tokens := map[string]string{a.ID: c.token(a.ID), b.ID: c.token(b.ID)}
		for _, id := range []string{a.ID, b.ID} {
			run(func(int) error {
				_, err := w.Contacts.RecordContact(w.System(), service.RecordContactInput{CustomerID: id, Kind: schema.InfoCall, Direction: schema.Inbound, Channel: schema.ByPhone})
				return err
			})
			run(func(int) error {
				_, _, err := w.Consent.GrantPermission(w.System(), service.GrantPermissionInput{CustomerID: id, Channel: schema.ByEmail, Purpose: schema.Marketing, Level: schema.BrandTrust, Source: "a call", Wording: "Write."})
				return err
			})
			run(func(int) error {
				_, err := w.Sale.PlaceOrder(w.System(), service.PlaceOrderInput{CustomerID: id, PriceTokens: []string{tokens[id]}})
				return err
			})
		}
		run(func(i int) error {
			for _, one := range orders[2*i : 2*i+2] {
				if _, err := w.Sale.CompleteOrder(w.System(), service.CompleteOrderInput{ID: one}); err != nil {
					return err
				}
			}
			return nil
		})
		run(func(int) error {
			m, err := w.Merging.MergeCustomers(w.System(), service.MergeCustomersInput{KeepID: a.ID, MergeID: b.ID})
			if err != nil {
				return err
			}
			_, _, err = w.Merging.UndoMerge(w.System(), service.UndoMergeInput{ID: m.ID})
			return err
		})
		group.Wait()
		c.clean(t)
		if got := w.Rows("SELECT (SELECT count(*) FROM contacts), (SELECT count(*) FROM orders), (SELECT count(*) FROM orders WHERE status = 'COMPLETED')"); !slices.Equal(got, []string{fmt.Sprint(2*n, 4*n, 2*n)}) {
			t.Errorf("contacts, orders and completed orders: %v", got)
		}
		c.merge(a.ID, b.ID)
		c.clean(t)
	})
}
