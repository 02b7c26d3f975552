package merging_test

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"kopeck/apptest"
	"kopeck/auth"
	"kopeck/ent"
	"kopeck/fault"
	"kopeck/money"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/service/quote"
	"kopeck/store"
)

// TestHoldsFollow: what a price of the merged customer holds is held by the same price of the kept one, is taken by an order of either token, and
// is the merged customer's again after the merge is undone.
func TestHoldsFollow(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		seller, saw, one := w.As(schema.RoleAdmin), "saw", money.Exact("1")
		w.Rate(schema.RateResource, saw, "1", "hour", apptest.Start.AddDate(-1, 0, 0))
		correction := true
		_, err := w.Rates.SetRate(w.System(), service.SetRateInput{Subject: schema.RateResource, Code: saw, Amount: "1", Unit: "hour", CapacityPerDay: &one, ValidFrom: apptest.Start, Correction: &correction})
		w.Must(err)
		product := w.Product(service.CreateProductInput{Sku: "TABLE", ListPrice: apptest.Roubles("100"), Components: []*service.ComponentInput{{Resource: &saw, Quantity: "0.6"}}})
		c := &company{w, product}
		held := func(customerID string) *quote.Price {
			t.Helper()
			of, err := w.Customers.Customer(w.System(), &customerID, nil)
			w.Must(err)
			lead := 3
			price, err := w.Quote.Price(seller, of, product, money.Whole(1), nil, &lead, nil)
			w.Must(err)
			w.Must(w.Rates.Hold(seller, price))
			return price
		}
		order := func(customerID string, price *quote.Price) string {
			token, err := w.Quote.PriceToken(price)
			w.Must(err)
			o, err := w.Sale.PlaceOrder(seller, service.PlaceOrderInput{CustomerID: customerID, PriceTokens: []string{token}})
			w.Must(err)
			return o.ID
		}
		expect := func(when, holds, orders string) {
			t.Helper()
			const taken = "SELECT CAST(coalesce(sum(units), 0) AS bigint) / 100000000 FROM bookings WHERE "
			if got := w.Rows(taken+"hold IS NOT NULL AND freed_at > ?", w.Now())[0]; got != holds {
				t.Errorf("%s: %s tenths are held, want %s", when, got, holds)
			}
			if got := w.Rows(taken + "order_id IS NOT NULL AND freed_at IS NULL")[0]; got != orders {
				t.Errorf("%s: %s tenths are ordered, want %s", when, got, orders)
			}
			c.clean(t)
		}
		a, b := w.Customer("Anna"), w.Customer("Bella")
		held(b.ID)
		m := c.merge(a.ID, b.ID)
		held(a.ID)
		expect("held by both ids", "6", "0")
		c.undo(m)
		second := held(b.ID)
		expect("held again by the merged one, beside what the kept one was given", "12", "0")
		m = c.merge(a.ID, b.ID)
		order(b.ID, second)
		expect("ordered by the old id", "0", "6")
		c.undo(m)

		w.Clock.Advance(time.Hour)
		first := held(b.ID)
		m = c.merge(a.ID, b.ID)
		c.undo(m)
		order(b.ID, first)
		expect("ordered after the undo", "0", "12")
	})
}

// user returns the id of a user of a role, who is active.
func user(of context.Context) string {
	actor, _ := auth.From(of)
	return actor.UserID
}

// TestSalesGiveNothingAwayByAMerge: SALES who share customers with a colleague make no customer of two by which one of them, or the colleague,
// loses one to another.
func TestSalesGiveNothingAwayByAMerge(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		c := newCompany(w)
		const password = "correct horse battery staple"
		admin, colleague := w.As(schema.RoleAdmin), user(w.As(schema.RoleSales))
		olga, err := w.People.CreateUser(admin, service.CreateUserInput{Email: "olga@example.com", Name: "Olga", Password: password, Role: schema.RoleSales})
		w.Must(err)
		session, err := w.People.SignIn(t.Context(), service.SignInInput{Email: "olga@example.com", Password: password})
		w.Must(err)
		actor, _, err := w.People.Authenticate(t.Context(), session.AccessToken)
		w.Must(err)
		sales := auth.With(t.Context(), actor)
		_, err = w.Teams.CreateTeam(admin, service.CreateTeamInput{Name: "North", MemberIds: []string{olga.ID, colleague}})
		w.Must(err)
		_, err = w.ChangeSetting(admin, service.ChangeSettingInput{Name: "teamsShareCustomers", Value: true})
		w.Must(err)
		owned := func(owner string) string {
			made, err := w.Customers.CreateCustomer(admin, service.CreateCustomerInput{Name: "Anna", OwnerID: &owner})
			w.Must(err)
			return made.ID
		}
		for _, one := range []struct {
			name            string
			kept, merged    string // the owners
			take            []service.MergedField
			refusedToSales  bool
			ownerAfterwards string
		}{
			{"mine into the colleague's", colleague, olga.ID, nil, true, colleague},
			{"the colleague's into mine", olga.ID, colleague, nil, false, olga.ID},
			{"the colleague's into mine, whose owner is taken", olga.ID, colleague, []service.MergedField{service.MergedFieldOwner}, true, colleague},
			{"both mine", olga.ID, olga.ID, nil, false, olga.ID},
		} {
			t.Run(one.name, func(t *testing.T) {
				keep, away := owned(one.kept), owned(one.merged)
				in := service.MergeCustomersInput{KeepID: keep, MergeID: away, Take: one.take}
				_, err := w.Merging.MergeCustomers(sales, in)
				if one.refusedToSales {
					refused(t, "SALES", err, fault.Forbidden, "take")
					_, err = w.Merging.MergeCustomers(admin, in)
				}
				w.Must(err)
				if got := w.Rows("SELECT owner_id FROM customers WHERE id = ?", keep)[0]; got != one.ownerAfterwards {
					t.Errorf("the owner is %s, want %s", got, one.ownerAfterwards)
				}
			})
		}
		c.clean(t)
	})
}

// TestTasksOfTheOwner: the open tasks of an owner who loses a customer by a merge are those of the new owner, and go back when it is undone, but
// for those that have been closed or given to somebody else since. Each task that moves is heard of by who listens to either customer.
func TestTasksOfTheOwner(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		c := newCompany(w)
		admin := w.As(schema.RoleAdmin)
		keeper, loser, third := user(w.As(schema.RoleManager)), user(w.As(schema.RoleSales)), user(admin)
		owned := func(owner string) string {
			made, err := w.Customers.CreateCustomer(admin, service.CreateCustomerInput{Name: "Anna", OwnerID: &owner})
			w.Must(err)
			return made.ID
		}
		for _, taken := range []bool{false, true} { // whether the merged one's owner owns the kept one from then on
			t.Run(fmt.Sprint("taken ", taken), func(t *testing.T) {
				w.Clock.Advance(time.Second)
				a, b := owned(keeper), owned(loser)
				loses, wins, from := loser, keeper, b
				var take []service.MergedField
				if taken {
					loses, wins, from, take = keeper, loser, a, []service.MergedField{service.MergedFieldOwner}
				}
				byKept, stop := w.App.TaskChanges(a)
				defer stop()
				byMerged, stop := w.App.TaskChanges(b)
				defer stop()
				before := map[string]<-chan string{a: byKept, b: byMerged}[from]
				due := w.Now().Add(time.Hour)
				task := func(customerID, owner string) *ent.Task {
					made, _, err := w.Tasks.CreateTask(admin, service.CreateTaskInput{CustomerID: customerID, Title: "Call back", DueAt: &due, OwnerID: &owner})
					w.Must(err)
					<-before // events come after the commit: none of these is heard later
					return made
				}
				open, given, closed, others, done := task(from, loses), task(from, loses), task(from, loses), task(from, third), task(from, loses)
				_, err := w.Tasks.CompleteTask(admin, service.CompleteTaskInput{ID: done.ID})
				w.Must(err)
				<-before
				// An event of the kept one that is looked at after the merge is heard by who listens to the merged one too: all are looked at now.
				w.Transaction(func(ctx context.Context, tx *store.Tx) error { return w.App.TaskChanged(ctx, tx, done.ID, a, b) })
				<-byKept
				<-byMerged
				expect := func(when string, of *ent.Task, want string) {
					t.Helper()
					if got := w.Rows("SELECT owner_id FROM tasks WHERE id = ?", of.ID)[0]; got != want {
						t.Errorf("%s: the owner is %s, want %s", when, got, want)
					}
				}
				heard := func(when string, want ...*ent.Task) {
					t.Helper()
					ids := make([]string, len(want))
					for i, one := range want {
						ids[i] = one.ID
					}
					slices.Sort(ids)
					for name, from := range map[string]<-chan string{"the kept one": byKept, "the merged one": byMerged} {
						for _, id := range ids {
							if got := <-from; got != id {
								t.Errorf("%s, of %s is heard %s, want %s", when, name, got, id)
							}
						}
					}
				}
				m := c.merge(a, b, take...)
				expect("an open one", open, wins)
				expect("a colleague's", others, third)
				expect("one that was done", done, loses)
				if taken { // those of the kept one have not moved
					heard("merged", open, given, closed)
				} else {
					heard("merged", open, given, closed, others, done)
				}
				if got := w.Rows("SELECT count(*) FROM audit_entries WHERE subject = ? AND action = ?", open.ID, service.TaskUpdate)[0]; got != "1" {
					t.Errorf("%s changes of a task were audited, want 1", got)
				}
				_, _, err = w.Tasks.UpdateTask(admin, service.UpdateTaskInput{ID: given.ID, ExpectedVersion: 2, OwnerID: &third})
				w.Must(err)
				_, err = w.Tasks.CompleteTask(admin, service.CompleteTaskInput{ID: closed.ID})
				w.Must(err)
				heard("changed", given)
				heard("changed", closed)
				c.clean(t)
				c.undo(m)
				expect("an open one goes back", open, loses)
				expect("one that was given on", given, third)
				expect("one that was closed", closed, wins)
				if taken {
					heard("undone", open)
				} else {
					heard("undone", open, given, closed, others, done)
				}
				c.clean(t)
			})
		}
	})
}

// TestARepeatedMergeThatWasUndone: the key of a merge that was undone does not merge again, and says why.
func TestARepeatedMergeThatWasUndone(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		c := newCompany(w)
		in := service.MergeCustomersInput{KeepID: w.Customer("Anna").ID, MergeID: w.Customer("Bella").ID, IdempotencyKey: ptr("k")}
		m, err := w.Merging.MergeCustomers(w.System(), in)
		w.Must(err)
		if again, err := w.Merging.MergeCustomers(w.System(), in); err != nil || again.ID != m.ID {
			t.Errorf("repeated: %+v, %v", again, err)
		}
		c.undo(m)
		_, err = w.Merging.MergeCustomers(w.System(), in)
		refused(t, "repeated after the undo", err, fault.WrongState, "idempotencyKey")
		in.IdempotencyKey = ptr("another")
		if again, err := w.Merging.MergeCustomers(w.System(), in); err != nil || again.ID == m.ID {
			t.Errorf("by another key: %+v, %v", again, err)
		}
	})
}

// TestDeletingTheKept: a customer is not deleted while a merge into them can be undone.
func TestDeletingTheKept(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		c := newCompany(w)
		a, b, d := w.Customer("Anna"), w.Customer("Bella"), w.Customer("Dora")
		remove := func(customerID string) error {
			_, err := w.Customers.DeleteCustomer(w.System(), service.DeleteCustomerInput{ID: customerID, Reason: "asked"})
			return err
		}
		m := c.merge(a.ID, b.ID)
		for _, one := range []string{a.ID, b.ID} {
			err := remove(one)
			refused(t, "while the merge can be undone", err, fault.WrongState, "id")
			if until := m.UndoableUntil.UTC().Format(time.RFC3339); err == nil || !strings.Contains(err.Error(), m.ID) || !strings.Contains(err.Error(), until) {
				t.Errorf("it says %v; want %s and %s", err, m.ID, until)
			}
		}
		c.undo(m)
		w.Must(remove(b.ID))
		c.merge(a.ID, d.ID)
		w.Clock.Advance(30*24*time.Hour + time.Second)
		w.Must(remove(d.ID)) // who is the kept one
		if got := w.Rows("SELECT count(*) FROM customers WHERE deleted_at IS NULL AND id = ?", a.ID)[0]; got != "0" {
			t.Error("the kept customer is there")
		}
	})
}

// TestMainPointsAreOnesOwn: after the undo the main phone number and e-mail address of each are among their own, whichever was made the main one
// since.
func TestMainPointsAreOnesOwn(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		c := newCompany(w)
		a, b := c.person("Anna Petrova", 1), c.person("Anna Petrowa", 2)
		add := func(customerID, value string) {
			_, _, err := w.Points.AddContactPoint(w.System(), service.AddContactPointInput{CustomerID: customerID, Type: schema.PointPhone, Value: value})
			w.Must(err)
		}
		add(a.ID, "+79000000001")
		add(b.ID, "+79000000002")
		before := [2]string{c.reached(a.ID), c.reached(b.ID)}
		m := c.merge(a.ID, b.ID)
		id := w.Rows("SELECT id FROM contact_points WHERE value = '+79000000002'")[0]
		_, _, err := w.Points.UpdateContactPoint(w.System(), service.UpdateContactPointInput{ID: id, ExpectedVersion: m.Customer.Version, Main: ptr(true)})
		w.Must(err)
		now, err := w.Client.Customer.Get(w.System(), a.ID)
		w.Must(err)
		if *now.Phone != "+79000000002" {
			t.Fatalf("the main number is %s", *now.Phone)
		}
		c.undo(m)
		if after := [2]string{c.reached(a.ID), c.reached(b.ID)}; after != before {
			t.Errorf("undone: %q, want %q", after, before)
		}
		c.clean(t)

		// Who has none of their own has no main one.
		d, e := w.Customer("Dora"), c.person("Dora", 3)
		m = c.merge(d.ID, e.ID)
		add(d.ID, "+79000000003")
		c.undo(m)
		if got := c.reached(d.ID); got != "+79000000003" {
			t.Errorf("who had none has %q, want what was added", got)
		}
		c.clean(t)
	})
}

// TestStagesThatNeverWere: the changes of stage that followed from the facts of two customers together are gone when the merge is undone, those
// that staff decided stay, and each customer's own facts make theirs. Computing all again changes nothing.
func TestStagesThatNeverWere(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		c := newCompany(w)
		changes := func(customerID string) string {
			return strings.Join(w.Rows("SELECT from_stage, to_stage, kind FROM stage_changes WHERE customer_id = ? ORDER BY recorded_at, id", customerID), ", ")
		}
		stands := func(customerID string) string {
			return w.Rows("SELECT stage FROM customers WHERE id = ?", customerID)[0]
		}
		completed := func(customerID string, days int) {
			at := w.Now().AddDate(0, 0, -days)
			o := c.order(customerID, at)
			_, err := w.Sale.CompleteOrder(w.System(), service.CompleteOrderInput{ID: o, At: &at})
			w.Must(err)
		}
		overrule := func(customerID string, to schema.Stage) {
			now, err := w.Customers.Customer(w.System(), &customerID, nil)
			w.Must(err)
			_, err = w.Customers.UpdateCustomer(w.System(), service.UpdateCustomerInput{ID: customerID, ExpectedVersion: now.Version, Stage: &to, StageReason: ptr("we know better")})
			w.Must(err)
		}
		buyer := func(days ...int) string {
			one := w.Customer("Buyer")
			w.Clock.Advance(time.Second)
			for _, n := range days {
				completed(one.ID, n)
			}
			return one.ID
		}
		_, err := w.ChangeSetting(w.As(schema.RoleAdmin), service.ChangeSettingInput{Name: "loyalProbability", Value: json.Number("0.2")})
		w.Must(err)
		for name, one := range map[string]struct {
			begin     func() string // the kept one
			since     func(kept, merged string)
			kept      string // their changes after the undo; those of the merged one are as before
			keptStage schema.Stage
		}{
			"nothing since": {func() string { return w.Customer("K").ID }, nil, "", schema.Stranger},
			"both bought":   {func() string { return buyer(42, 31) }, nil, "STRANGER CUSTOMER ORDER", schema.Buyer},
			"both bought, one of them once more": {
				func() string { return buyer(42, 31) }, func(kept, _ string) { completed(kept, 1) },
				"STRANGER CUSTOMER ORDER, CUSTOMER LOYAL ORDER", schema.Loyal,
			},
			"a stranger departs": {func() string { return w.Customer("K").ID }, func(kept, _ string) {
				_, err := w.Customers.RecordDeparture(w.System(), service.RecordDepartureInput{ID: kept, Reason: "moved away"})
				w.Must(err)
			}, "STRANGER FORMER DEPARTURE", schema.Former},
			"a stranger is overruled": {
				func() string { return w.Customer("K").ID }, func(kept, _ string) { overrule(kept, schema.Former) },
				"STRANGER FORMER OVERRULED", schema.Former,
			},
			"a stranger permits": {
				func() string { return w.Customer("K").ID }, func(kept, _ string) { c.grant(kept, schema.ByEmail, schema.Personal) },
				"STRANGER FRIEND PERMISSION", schema.Friend,
			},
		} {
			t.Run(name, func(t *testing.T) {
				w.Clock.Advance(time.Second)
				kept, merged := one.begin(), buyer(40, 30)
				before, bought := changes(merged), stands(kept) == string(schema.Buyer)
				w.Clock.Advance(time.Second)
				m := c.merge(kept, merged)
				if got := stands(kept); bought && got != string(schema.Loyal) {
					t.Errorf("together they are %s", got)
				}
				if reasons := strings.Join(w.Rows("SELECT reason FROM stage_changes WHERE customer_id = ?", kept), "; "); strings.Contains(reasons, "cus_") {
					t.Errorf("a reason names a customer: %s", reasons)
				}
				w.Clock.Advance(time.Second)
				if one.since != nil {
					one.since(kept, merged)
				}
				w.Clock.Advance(time.Second)
				c.undo(m)
				expect := func(when string) {
					t.Helper()
					if got := changes(kept); got != one.kept || stands(kept) != string(one.keptStage) {
						t.Errorf("%s, the kept one is %s by %q; want %s by %q", when, stands(kept), got, one.keptStage, one.kept)
					}
					if got := changes(merged); got != before || stands(merged) != string(schema.Buyer) {
						t.Errorf("%s, the merged one is %s by %q; want what was before, %q", when, stands(merged), got, before)
					}
					c.clean(t)
				}
				expect("undone")
				w.Must(w.Books.SettleAll(w.System()))
				w.Must(w.Books.SettleAll(w.System()))
				expect("computed again")
			})
		}
	})
}

// TestSharingWithThePartner: a merge ends what was permitted for sharing with the partner who is not kept, and that alone.
func TestSharingWithThePartner(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		c := newCompany(w)
		partner := func(name string) string {
			made, err := w.People.CreatePartner(w.System(), service.CreatePartnerInput{Name: name})
			w.Must(err)
			return made.ID
		}
		own, other := partner("Own"), partner("Other")
		customer := func(partnerID *string, level schema.PermissionLevel) string {
			made, err := w.Customers.CreateCustomer(w.System(), service.CreateCustomerInput{Name: "Anna", PartnerID: partnerID})
			w.Must(err)
			p, _, err := w.Consent.GrantPermission(w.System(), service.GrantPermissionInput{CustomerID: made.ID, Channel: schema.ByEmail, Purpose: schema.PartnerSharing, Level: cmp.Or(level, schema.Personal), Source: "a call", Wording: "Share it."})
			w.Must(err)
			if level == "" {
				c.revoke(p.ID)
			}
			return made.ID
		}
		states := func(customerID string) string {
			return strings.Join(w.Rows("SELECT level, state FROM permissions WHERE customer_id = ? ORDER BY granted_at, id", customerID), ", ")
		}
		for name, one := range map[string]struct {
			kept, merged schema.PermissionLevel // "" is refused
			take         bool                   // the merged one's partner
			want         string
		}{
			"the other's is stricter":         {schema.Points, schema.Personal, false, "POINTS ACTIVE, PERSONAL MERGED"},
			"the other's is looser":           {schema.Personal, schema.Points, false, "PERSONAL ACTIVE, POINTS MERGED"},
			"the other's is refused":          {schema.Personal, "", false, "PERSONAL ACTIVE, PERSONAL REVOKED"},
			"that of the kept one is refused": {"", schema.Personal, false, "PERSONAL REVOKED, PERSONAL MERGED"},
			"the other partner is taken":      {schema.Personal, schema.Points, true, "PERSONAL MERGED, POINTS ACTIVE"},
		} {
			t.Run(name, func(t *testing.T) {
				a := customer(&own, one.kept)
				w.Clock.Advance(time.Second)
				b := customer(&other, one.merged)
				before := [2]string{states(a), states(b)}
				var take []service.MergedField
				if one.take {
					take = []service.MergedField{service.MergedFieldPartner}
				}
				m := c.merge(a, b, take...)
				if got := states(a); got != one.want {
					t.Errorf("merged: %s, want %s", got, one.want)
				}
				c.clean(t)
				c.undo(m)
				if after := [2]string{states(a), states(b)}; after != before {
					t.Errorf("undone: %q, want %q", after, before)
				}
				c.clean(t)
			})
		}
	})
}
