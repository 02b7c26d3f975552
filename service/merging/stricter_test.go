package merging_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/99designs/gqlgen/graphql"

	"kopeck/apptest"
	"kopeck/ent"
	"kopeck/fault"
	"kopeck/schema"
	"kopeck/service"
)

// TestExemptionsOfTwo merges customers of whom one is or was exempt from tax, and undoes it: the orders of both are taxed by the history that
// holds for the kept one, and after that each by their own again. The laws hold after every step.
func TestExemptionsOfTwo(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		c := newCompany(w)
		correction, code := true, "VAT"
		_, err := w.Rates.SetRate(w.System(), service.SetRateInput{Subject: schema.RateTax, Code: "VAT", Amount: "0.2", Unit: "share", ValidFrom: apptest.Start.AddDate(-1, 0, 0), Correction: &correction})
		w.Must(err)
		_, err = w.Catalogue.SetListPrice(w.System(), service.SetListPriceInput{ProductID: c.product, TaxCode: graphql.OmittableOf(&code), ValidFrom: ptr(apptest.Start.AddDate(-1, 0, 0))})
		w.Must(err)
		customer := func(name string, exempt ...string) *ent.Customer { // exempt for a reason from 60 days ago, until 30 days ago for "ended"
			made, err := w.Customers.CreateCustomer(w.System(), service.CreateCustomerInput{Name: name})
			w.Must(err)
			change := func(reason *string, days int) {
				now, err := w.Client.Customer.Get(w.System(), made.ID)
				w.Must(err)
				from := w.Clock.Now().AddDate(0, 0, -days)
				_, err = w.Customers.UpdateCustomer(w.System(), service.UpdateCustomerInput{ID: made.ID, ExpectedVersion: now.Version, TaxExempt: graphql.OmittableOf(reason), TaxExemptFrom: &from})
				w.Must(err)
			}
			if len(exempt) > 0 {
				change(ptr("a diplomat"), 60)
			}
			if len(exempt) > 0 && exempt[0] == "ended" {
				change(nil, 30)
			}
			at := w.Clock.Now().AddDate(0, 0, -45)
			order := c.order(made.ID, at)
			_, err = w.Sale.CompleteOrder(w.System(), service.CompleteOrderInput{ID: order, At: &at})
			w.Must(err)
			return made
		}
		taxes := func() string {
			return fmt.Sprint(w.Rows("SELECT CASE WHEN tax = 0 THEN '-' ELSE '+' END FROM (SELECT tax, created_at FROM orders ORDER BY created_at DESC LIMIT 2) AS last ORDER BY created_at"))
		}
		for _, one := range []struct{ kept, merged, want string }{
			{"", "now", "[- -]"}, {"now", "", "[- -]"}, {"", "ended", "[- -]"}, {"ended", "", "[- -]"}, {"ended", "now", "[- -]"}, {"", "", "[+ +]"},
		} {
			t.Run("of "+one.kept+" and "+one.merged, func(t *testing.T) {
				var both []*ent.Customer
				for _, how := range []string{one.kept, one.merged} {
					if w.Clock.Advance(time.Second); how == "" {
						both = append(both, customer("Anna"))
					} else {
						both = append(both, customer("Anna", how))
					}
				}
				before := taxes()
				c.clean(t)
				m := c.merge(both[0].ID, both[1].ID)
				c.clean(t)
				if got := taxes(); got != one.want {
					t.Errorf("merged %s, want %s", got, one.want)
				}
				c.undo(m)
				c.clean(t)
				if got := taxes(); got != before {
					t.Errorf("undone %s, want %s", got, before)
				}
			})
		}
	})
}

// TestAgreedPricesStayWithWhom: who may not go below the floor makes no customer of two where a price is agreed for one of them.
func TestAgreedPricesStayWithWhom(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		c := newCompany(w)
		sales := w.As(schema.RoleSales)
		pair := func() (a, b *ent.Customer) {
			for _, to := range []**ent.Customer{&a, &b} {
				made, err := w.Customers.CreateCustomer(sales, service.CreateCustomerInput{Name: "Anna"})
				w.Must(err)
				*to = made
			}
			return a, b
		}
		a, b := pair()
		agreed, err := w.Quote.AgreePrice(w.As(schema.RoleManager), service.AgreePriceInput{CustomerID: b.ID, ProductID: c.product, Unit: apptest.Roubles("1.00"), OverrideFloorReason: ptr("for her alone")})
		w.Must(err)
		for _, both := range [][2]string{{a.ID, b.ID}, {b.ID, a.ID}} {
			_, err := w.Merging.MergeCustomers(sales, service.MergeCustomersInput{KeepID: both[0], MergeID: both[1]})
			refused(t, "with an agreed price", err, fault.Forbidden, "mergeId")
		}
		m := c.merge(a.ID, b.ID)
		_, _, err = w.Merging.UndoMerge(sales, service.UndoMergeInput{ID: m.ID})
		refused(t, "undone with an agreed price", err, fault.Forbidden, "id")
		_, err = w.Quote.EndAgreement(w.As(schema.RoleManager), service.EndAgreementInput{ID: agreed.ID, Reason: "over"})
		w.Must(err)
		_, _, err = w.Merging.UndoMerge(sales, service.UndoMergeInput{ID: m.ID})
		refused(t, "undone while the tokens of an agreed price are good", err, fault.Forbidden, "id")
		w.Clock.Advance(time.Hour)
		_, _, err = w.Merging.UndoMerge(sales, service.UndoMergeInput{ID: m.ID})
		w.Must(err)
	})
}

// TestRefusalsOfTheMerged: a link to revoke what a merge ended ends what is in force for the customer, whichever it was of, and it stays ended
// when the merge is undone.
func TestRefusalsOfTheMerged(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		c := newCompany(w)
		for _, levels := range [][2]schema.PermissionLevel{{schema.BrandTrust, schema.Personal}, {schema.Personal, schema.BrandTrust}, {schema.Personal, schema.Personal}} {
			for _, refuses := range []int{0, 1} {
				var both [2]*ent.Customer
				var permissions [2]*ent.Permission
				for i := range both {
					made, err := w.Customers.CreateCustomer(w.System(), service.CreateCustomerInput{Name: "Anna"})
					w.Must(err)
					both[i], permissions[i] = made, c.grant(made.ID, schema.ByEmail, levels[i])
				}
				token, err := w.Consent.RevocationToken(w.System(), permissions[refuses])
				w.Must(err)
				m := c.merge(both[0].ID, both[1].ID)
				may := func(customerID string) bool {
					d, err := w.Consent.MayContact(w.System(), []string{customerID}, schema.ByEmail, schema.Marketing, nil, nil)
					w.Must(err)
					return d[customerID].Allowed
				}
				if !may(both[0].ID) {
					t.Fatalf("%v: merged, and nobody may be written to", levels)
				}
				if ok, err := w.Consent.RevokePermissionByLink(t.Context(), service.RevokePermissionByLinkInput{Token: token}); !ok || err != nil {
					t.Fatal(ok, err)
				}
				if may(both[0].ID) {
					t.Errorf("%v, %d refuses: they may be written to", levels, refuses)
				}
				c.clean(t)
				c.undo(m)
				if may(both[refuses].ID) {
					t.Errorf("%v, %d refuses: they may be written to after the merge is undone", levels, refuses)
				}
				c.clean(t)
			}
		}
	})
}

// TestRefusalsOfThePast: what one of two customers had refused before they were merged was refused of the one that they are.
func TestRefusalsOfThePast(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		c := newCompany(w)
		for _, refuses := range []int{0, 1} {
			var both [2]*ent.Customer
			var permissions [2]*ent.Permission
			for i := range both {
				made, err := w.Customers.CreateCustomer(w.System(), service.CreateCustomerInput{Name: "Anna"})
				w.Must(err)
				both[i], permissions[i] = made, c.grant(made.ID, schema.ByEmail, []schema.PermissionLevel{schema.Personal, schema.BrandTrust}[i])
				w.Clock.Advance(time.Minute)
			}
			early := w.Clock.Now()
			w.Clock.Advance(time.Minute)
			_, err := w.Consent.RevokePermission(w.System(), service.RevokePermissionInput{ID: permissions[refuses].ID, Source: "a call"})
			w.Must(err)
			w.Clock.Advance(time.Minute)
			refused := w.Clock.Now()
			w.Clock.Advance(time.Minute)
			c.merge(both[0].ID, both[1].ID)
			w.Clock.Advance(time.Minute)
			merged := w.Clock.Now()
			w.Clock.Advance(time.Minute)
			c.grant(both[0].ID, schema.ByEmail, schema.Personal)
			for _, one := range []struct {
				what string
				at   time.Time
				want string // the level, "" for refused
			}{{"both allow", early, "BRAND_TRUST"}, {"one refuses", refused, ""}, {"they are merged", merged, ""}, {"they allow it again", w.Clock.Now(), "PERSONAL"}} {
				d, err := w.Consent.MayContact(w.System(), []string{both[0].ID}, schema.ByEmail, schema.Marketing, nil, &one.at)
				w.Must(err)
				got := ""
				if of := d[both[0].ID]; of.Allowed {
					got = string(*of.CurrentLevel)
				}
				if got != one.want {
					t.Errorf("%d refuses; when %s: %q, want %q", refuses, one.what, got, one.want)
				}
			}
		}
	})
}

// TestMergesTellNothingOfToday: what is shown of a customer's worth stays that of the morning when they are merged and separated, whatever has
// happened since.
func TestMergesTellNothingOfToday(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		c := newCompany(w)
		a, err := w.Customers.CreateCustomer(w.System(), service.CreateCustomerInput{Name: "Anna"})
		w.Must(err)
		b, err := w.Customers.CreateCustomer(w.System(), service.CreateCustomerInput{Name: "Anna"})
		w.Must(err)
		shown := func() string {
			return fmt.Sprint(w.Rows("SELECT shown_total, lifetime_value > 0 FROM customers WHERE id = ?", a.ID))
		}
		at := w.Clock.Now()
		_, err = w.Sale.CompleteOrder(w.System(), service.CompleteOrderInput{ID: c.order(a.ID, at), At: &at})
		w.Must(err)
		before := shown()
		m := c.merge(a.ID, b.ID)
		merged := shown()
		c.undo(m)
		if after := shown(); merged != before || after != before {
			t.Errorf("shown is %s, merged %s, separated %s", before, merged, after)
		}
	})
}
