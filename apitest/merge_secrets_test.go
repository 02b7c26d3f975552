package apitest

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"kopeck/auth"
	"kopeck/schema"
)

const (
	mergeCustomers = `mutation($in: MergeCustomersInput!) { mergeCustomers(input: $in) { merge { id } customer { id owner { id } } userErrors { code field message } } }`
	undoMerge      = `mutation($id: ID!) { undoMerge(input: {id: $id}) { userErrors { code field message } } }`
	searched       = `query($s: String) { customers(search: $s) { totalCount } }`
	askPartner     = `query($id: ID!, $at: Time) { customer(id: $id) { name permissions(at: $at) { version channel state events { kind source wording previousHash hash } } mayContact(channel: POST, purpose: MARKETING) { reason } } }`
	conflicting    = ` userErrors { code field message ... on VersionConflict { currentVersion fields { name base theirs yours } } } } }`
)

// merging merges a customer into another and returns the id of the merge.
func merging(c *Client, keep, merge string, more Vars) string {
	return c.Must(mergeCustomers, Vars{"in": plus(Vars{"keepId": keep, "mergeId": merge}, more)}).Text("mergeCustomers.merge.id")
}

// bases returns the fields of the VERSION_CONFLICT of a mutation with what they were, nil for a null.
func bases(r *Result, verb string) string {
	var all []string
	for i := range r.Len(verb + ".userErrors.0.fields") {
		at := fmt.Sprintf("%s.userErrors.0.fields.%d.", verb, i)
		all = append(all, fmt.Sprintf("%s:%v", r.Text(at+"name"), r.Get(at+"base")))
	}
	return strings.Join(all, " ")
}

// doorsOf returns a client of a partner with all scopes, and the partner's id.
func doorsOf(w *World) (*Client, string) {
	w.T.Helper()
	a := w.As(schema.RoleAdmin)
	a.Must(createUser, Vars{"in": Vars{"email": "doors@partner.example", "name": "P", "password": password, "role": "PARTNER", "partner": "Doors", "partnerScopes": auth.PartnerScopes()}})
	return w.With(w.signIn("doors@partner.example").access), a.Must(`{ partners(filter: {name: "Doors"}) { edges { node { id } } } }`, nil).Text("partners.edges.0.node.id")
}

// TestPartnerLearnsNothingOfWhoWasMerged: a partner found a customer by the name, the e-mail, the phone and the external id of somebody who was
// merged into them, and read the permission that the merge ended.
func TestPartnerLearnsNothingOfWhoWasMerged(t *testing.T) {
	t.Parallel()
	Each(t, func(t *testing.T, w *World) {
		a := w.As(schema.RoleAdmin)
		partner, doors := doorsOf(w)
		kept := NewCustomer(a, Vars{"name": "Анна Кузнецова", "email": "kept@example.com", "phone": "+79001110001", "externalId": "OPEN-1", "partnerId": doors})
		merged := NewCustomer(a, Vars{"name": "Анна Secretova", "email": "person@hidden.example", "phone": "+79261234567", "externalId": "SECRET-777"})
		for customer, level := range map[string]string{kept: "BRAND_TRUST", merged: "PERSONAL"} {
			a.Must(grant, granting(customer, level, Vars{"channel": "POST", "wording": "to " + customer}))
			a.Must(grant, granting(customer, "PERSONAL", Vars{"purpose": "PARTNER_SHARING"}))
		}
		a.Must(grant, granting(kept, "PERSONAL", Vars{"channel": "SMS"})) // which the merge ends
		a.Must(grant, granting(merged, "BRAND_TRUST", Vars{"channel": "SMS"}))
		apart := w.Clock.Now().UTC().Format(time.RFC3339Nano)
		w.Clock.Advance(time.Minute)
		before := partner.Must(askPartner, Vars{"id": kept})
		if before.Get("customer.name") == nil {
			t.Fatal(before.Body)
		}
		merge := merging(a, kept, merged, Vars{"reason": "One person"})
		seen := func(when string) {
			for _, c := range []struct {
				text        string
				finds, also int // the partner, and who sees who was merged
			}{
				{"анна", 1, 1},
				{"кузнецова", 1, 1},
				{"kept@example.com", 1, 1},
				{"900111", 1, 1},
				{"open-1", 1, 1},
				{"", 1, 1},
				{"secretova", 0, 1},
				{"анна secretova", 0, 1},
				{"person@hidden.example", 0, 1},
				{"+79261", 0, 1},
				{"9261234567", 0, 1},
				{"SECRET-777", 0, 1},
				{"...", 0, 0},
			} {
				if got := partner.Must(searched, Vars{"s": c.text}).Int("customers.totalCount"); got != c.finds {
					t.Errorf("%s, a partner who searches for %q finds %d customers, want %d", when, c.text, got, c.finds)
				}
				if got := a.Must(searched, Vars{"s": c.text}).Int("customers.totalCount"); when == "merged" && c.text != "" && got != c.also {
					t.Errorf("ADMIN who searches for %q finds %d customers, want %d", c.text, got, c.also)
				}
			}
			for externalID, found := range map[string]any{"OPEN-1": kept, "SECRET-777": nil} {
				if got := partner.Must(`query($x: String) { customer(externalId: $x) { id } }`, Vars{"x": externalID}).Get("customer.id"); got != found {
					t.Errorf("%s, a partner finds %v by %s", when, got, externalID)
				}
			}
			for _, at := range []any{nil, apart} {
				r := partner.Must(askPartner, Vars{"id": kept, "at": at})
				for _, secret := range []string{"MERGED", "SEPARATED", "mrg_", "merged", merged} {
					if strings.Contains(r.Body, secret) {
						t.Errorf("%s, a partner reads %s: %s", when, secret, r.Body)
					}
				}
			}
		}
		seen("merged")
		if r := a.Must(askPartner, Vars{"id": kept}); !strings.Contains(r.Body, "MERGED") || !strings.Contains(r.Body, merge) {
			t.Errorf("ADMIN reads of the merge: %s", r.Body)
		}
		asSales := func(when string) { // who may come to see one of the two alone
			if r := w.As(schema.RoleSales).Must(askPartner, Vars{"id": kept}); !strings.Contains(r.Body, `"source":"merge"`) || strings.Contains(r.Body, "mrg_") {
				t.Errorf("%s, SALES read %s", when, r.Body)
			}
		}
		asSales("merged")
		a.Must(undoMerge, Vars{"id": merge})
		seen("undone")
		asSales("undone")
		if after := partner.Must(askPartner, Vars{"id": kept}); after.Body != before.Body {
			t.Errorf("after all a partner reads\n%s, before\n%s", after.Body, before.Body)
		}
	})
}

// TestPartnerLearnsNoFurtherNumbers: a number that two customers of a partner have in common, and that is not on both rows, is no reason for them
// to be possible duplicates to the partner.
func TestPartnerLearnsNoFurtherNumbers(t *testing.T) {
	t.Parallel()
	Each(t, func(t *testing.T, w *World) {
		a := w.As(schema.RoleAdmin)
		partner, doors := doorsOf(w)
		var ids []string
		for _, phone := range []string{"+79017770000", "+79017770001", "+79017770001"} {
			ids = append(ids, NewCustomer(a, Vars{"name": "C" + phone, "phone": phone, "partnerId": doors}))
			a.Must(grant, granting(ids[len(ids)-1], "PERSONAL", Vars{"purpose": "PARTNER_SHARING"}))
		}
		a.Must(addContactPoint, Vars{"in": Vars{"customerId": ids[1], "type": "PHONE", "value": "+79017770000"}})
		const both = `query($id: ID!) { customer(id: $id) { possibleDuplicates { customer { id } } } }`
		const listed = `{ customers(filter: {possibleDuplicates: true}) { totalCount } }`
		for n, want := range []struct{ admin, partner int }{{1, 0}, {2, 1}, {1, 1}} {
			for c, want := range map[*Client]int{a: want.admin, partner: want.partner} {
				if r := c.Must(both, Vars{"id": ids[n]}); r.Len("customer.possibleDuplicates") != want {
					t.Errorf("customer %d: %s, want %d", n, r.Body, want)
				}
			}
		}
		for c, want := range map[*Client]int{a: 2, partner: 1} {
			if r := c.Must(listed, nil); r.Int("customers.totalCount") != want {
				t.Errorf("listed: %s, want %d", r.Body, want)
			}
		}
	})
}

// TestConflictShowsNothingOfAnothersTime bases updates on versions of when the row was a colleague's, or one with a colleague's: the conflict
// showed what the fields were.
func TestConflictShowsNothingOfAnothersTime(t *testing.T) {
	t.Parallel()
	Each(t, func(t *testing.T, w *World) {
		a, sales := w.As(schema.RoleAdmin), w.As(schema.RoleSales)
		seller := sales.Must(`{ viewer { user { id } } }`, nil).Text("viewer.user.id")
		other := w.newUser("other@example.com", schema.RoleSales)
		colleague := w.With(w.signIn("other@example.com").access)
		const update = `mutation($in: UpdateCustomerInput!) { updateCustomer(input: $in) { customer { version }` + conflicting
		const task = `mutation($in: UpdateTaskInput!) { updateTask(input: $in) { task { version }` + conflicting
		const contact = `mutation($in: CorrectContactInput!) { correctContact(input: $in) { contact { version }` + conflicting
		refused := func(c *Client, query, verb string, in Vars, want string) {
			t.Helper()
			if got := bases(c.Refused("VERSION_CONFLICT expectedVersion", query, Vars{"in": in}), verb); got != want {
				t.Errorf("%s shows %s, want %s", verb, got, want)
			}
		}

		// A customer who was one with a colleague's for a time.
		mine := NewCustomer(a, Vars{"name": "Mine", "ownerId": seller})
		theirs := NewCustomer(a, Vars{"name": "Theirs", "ownerId": other, "email": "theirs@example.com", "birthday": "1980-02-03", "wallet": roubles("123456.78")})
		a.Must(undoMerge, Vars{"id": merging(a, mine, theirs, nil)})
		for _, c := range []struct {
			client   *Client
			customer string
			want     string
		}{
			{sales, mine, "birthday:<nil> email:<nil>"}, {a, mine, "birthday:1980-02-03 email:theirs@example.com"},
		} {
			refused(c.client, update, "updateCustomer", Vars{"id": c.customer, "expectedVersion": 2, "email": "new@example.com", "birthday": "1999-01-01"}, c.want)
		}
		a.Must(update, Vars{"in": Vars{"id": mine, "expectedVersion": 3, "email": "a@example.com"}})
		a.Must(update, Vars{"in": Vars{"id": mine, "expectedVersion": 4, "email": "b@example.com"}})
		refused(sales, update, "updateCustomer", Vars{"id": mine, "expectedVersion": 4, "email": "c@example.com"}, "email:a@example.com") // it is of now

		// A task of a customer whose owner has changed.
		theirTask := colleague.Must(createTask, Vars{"in": due(w, theirs, time.Hour, Vars{"title": "secret", "why": "secret why"})}).Text("createTask.task.id")
		colleague.Must(task, Vars{"in": Vars{"id": theirTask, "expectedVersion": 1, "title": "clean", "why": nil}})
		a.Must(update, Vars{"in": Vars{"id": theirs, "expectedVersion": 3, "ownerId": seller}})
		refused(sales, task, "updateTask", Vars{"id": theirTask, "expectedVersion": 1, "title": "new", "why": "w"}, "title:<nil> why:<nil>")
		refused(a, task, "updateTask", Vars{"id": theirTask, "expectedVersion": 1, "title": "new", "why": "w"}, "title:secret why:secret why")
		w.Clock.Advance(time.Second)
		a.Must(task, Vars{"in": Vars{"id": theirTask, "expectedVersion": 2, "title": "newer", "ownerId": seller}})
		refused(sales, task, "updateTask", Vars{"id": theirTask, "expectedVersion": 2, "title": "new"}, "title:clean")

		// The expense of a contact in which a colleague took part.
		free := NewCustomer(a, Vars{"name": "Free"})
		visit := colleague.Must(recordContact, Vars{"in": Called(free, Vars{"kind": "VISIT", "channel": "VISIT", "expense": roubles("123.45"), "notes": "first"})}).Text("recordContact.contact.id")
		a.Must(contact, Vars{"in": Vars{"id": visit, "expectedVersion": 1, "reason": "r", "expense": roubles("0.00"), "notes": "second"}})
		a.Must(contact, Vars{"in": Vars{"id": visit, "expectedVersion": 2, "reason": "r", "staffId": seller}})
		in := func(version int) Vars {
			return Vars{"id": visit, "expectedVersion": version, "reason": "r", "expense": roubles("1.00"), "notes": "new"}
		}
		refused(sales, contact, "correctContact", in(1), "expense:<nil> notes:first")
		refused(a, contact, "correctContact", in(1), "expense:123.45 notes:first")
		a.Must(contact, Vars{"in": Vars{"id": visit, "expectedVersion": 3, "reason": "r", "expense": roubles("7.00")}})
		refused(sales, contact, "correctContact", plus(in(3), Vars{"notes": "second"}), "expense:0.00") // they took part then
	})
}

// TestConflictShowsNothingOfBeforeTheTeam bases updates of a colleague's customer, whom teams share, on versions before and after it was so: a
// conflict showed what the fields were before.
func TestConflictShowsNothingOfBeforeTheTeam(t *testing.T) {
	t.Parallel()
	Each(t, func(t *testing.T, w *World) {
		a, sales := w.As(schema.RoleAdmin), w.As(schema.RoleSales)
		seller := sales.Must(`{ viewer { user { id } } }`, nil).Text("viewer.user.id")
		other := w.newUser("other@example.com", schema.RoleSales)
		const update = `mutation($in: UpdateCustomerInput!) { updateCustomer(input: $in) { customer { version }` + conflicting
		const task = `mutation($in: UpdateTaskInput!) { updateTask(input: $in) { task { version }` + conflicting
		theirs := NewCustomer(a, Vars{"name": "Theirs", "ownerId": other, "email": "1@example.com"})
		theirTask := a.Must(createTask, Vars{"in": due(w, theirs, time.Hour, Vars{"title": "1"})}).Text("createTask.task.id")
		version := 1
		change := func() {
			t.Helper()
			w.Clock.Advance(time.Minute)
			a.Must(update, Vars{"in": Vars{"id": theirs, "expectedVersion": version, "email": fmt.Sprintf("%d@example.com", version+1)}})
			a.Must(task, Vars{"in": Vars{"id": theirTask, "expectedVersion": version, "title": fmt.Sprint(version + 1)}})
			version++
			w.Clock.Advance(time.Minute)
		}
		want := func(when string, based int, base string) {
			t.Helper()
			for _, c := range []struct{ query, verb, want string }{{update, "updateCustomer", "email:" + base}, {task, "updateTask", "title:" + base}} {
				in := Vars{"id": theirs, "expectedVersion": based, "email": "mine@example.com"}
				if c.verb == "updateTask" {
					in, c.want = Vars{"id": theirTask, "expectedVersion": based, "title": "mine"}, strings.TrimSuffix(c.want, "@example.com")
				}
				if got := bases(sales.Refused("VERSION_CONFLICT expectedVersion", c.query, Vars{"in": in}), c.verb); got != c.want {
					t.Errorf("%s, a %s that is based on version %d shows %s, want %s", when, c.verb, based, got, c.want)
				}
			}
		}
		const nothing = "<nil>"
		team := a.Must(createTeam, Vars{"in": Vars{"name": "Shop", "memberIds": []string{other}}}).Text("createTeam.team.id")
		a.Must(changeSetting, Vars{"n": "teamsShareCustomers", "v": true})
		change()
		a.Must(addTeamMember, Vars{"in": Vars{"teamId": team, "userId": seller}})
		want("in the team", 1, nothing)
		change()
		change()
		want("in the team", 3, "3@example.com")
		want("in the team", 2, "2@example.com") // it was so when they came
		a.Must(changeSetting, Vars{"n": "teamsShareCustomers", "v": false})
		change()
		a.Must(changeSetting, Vars{"n": "teamsShareCustomers", "v": true})
		want("shared again", 4, nothing)
		change()
		want("shared again", 5, "5@example.com")
		a.Must(task, Vars{"in": Vars{"id": theirTask, "expectedVersion": version, "ownerId": seller}})
		a.Must(update, Vars{"in": Vars{"id": theirs, "expectedVersion": version, "ownerId": nil}})
		want("nobody's", 5, nothing) // it was another's
	})
}

// TestRepeatedDecisionIsNotRead repeats the request by which a user decided that two customers are two, when one of them is a colleague's by now: it
// answered what has been decided since.
func TestRepeatedDecisionIsNotRead(t *testing.T) {
	t.Parallel()
	Each(t, func(t *testing.T, w *World) {
		a, sales := w.As(schema.RoleAdmin), w.As(schema.RoleSales)
		seller := sales.Must(`{ viewer { user { id } } }`, nil).Text("viewer.user.id")
		first, second := NewCustomer(a, Vars{"name": "First", "ownerId": seller}), NewCustomer(a, Vars{"name": "Second", "ownerId": seller})
		const declare = `mutation($in: DeclareNotSameInput!) { declareNotSame(input: $in) { decision { other { name } decidedBy reason revokedAt } userErrors { code field message } } }`
		in := Vars{"in": Vars{"firstId": first, "secondId": second, "reason": "two", "idempotencyKey": "k"}}
		for range 2 {
			if r := sales.Must(declare, in); r.Text("declareNotSame.decision.reason") != "two" {
				t.Errorf("%s", r.Body)
			}
		}
		other := w.newUser("other@example.com", schema.RoleSales)
		for _, hidden := range []string{first, second} {
			a.Must(`mutation($in: UpdateCustomerInput!) { updateCustomer(input: $in) { userErrors { message } } }`, Vars{"in": Vars{"id": hidden, "expectedVersion": 1, "ownerId": other}})
			r := sales.Do(declare, in)
			if r.Get("declareNotSame.decision") != nil || r.Text("declareNotSame.userErrors.0.code") != "NOT_FOUND" {
				t.Errorf("repeated: %s", r.Body)
			}
		}
	})
}

// TestTaskGoesBackWithWhoWasMerged makes a task by the id of a customer who was merged into another: it stayed with the other one.
func TestTaskGoesBackWithWhoWasMerged(t *testing.T) {
	t.Parallel()
	Each(t, func(t *testing.T, w *World) {
		a := w.As(schema.RoleAdmin)
		kept, merged := NewCustomer(a, Vars{"name": "Kept"}), NewCustomer(a, Vars{"name": "Merged"})
		merge := merging(a, kept, merged, nil)
		owner := func(task string) string {
			return a.Must(`query($id: ID!) { task(id: $id) { customer { id } } }`, Vars{"id": task}).Text("task.customer.id")
		}
		tasks := map[string]string{}
		for _, named := range []string{kept, merged} {
			tasks[named] = a.Must(createTask, Vars{"in": due(w, named, time.Hour, nil)}).Text("createTask.task.id")
			if got := owner(tasks[named]); got != kept {
				t.Errorf("a task made during the merge is %s's, want %s's", got, kept)
			}
		}
		a.Must(undoMerge, Vars{"id": merge})
		for named, task := range tasks {
			if got := owner(task); got != named {
				t.Errorf("a task made by the id %s is %s's", named, got)
			}
		}
	})
}

// TestSalesGiveNobodyAwayByMerging: with customers that teams share, SALES made a colleague the owner of their own by merging.
func TestSalesGiveNobodyAwayByMerging(t *testing.T) {
	t.Parallel()
	Each(t, func(t *testing.T, w *World) {
		a, sales := w.As(schema.RoleAdmin), w.As(schema.RoleSales)
		seller := sales.Must(`{ viewer { user { id } } }`, nil).Text("viewer.user.id")
		other := w.newUser("other@example.com", schema.RoleSales)
		a.Must(createTeam, Vars{"in": Vars{"name": "Shop", "memberIds": []string{other, seller}}})
		a.Must(`mutation { changeSetting(input: {name: "teamsShareCustomers", value: true}) { userErrors { message } } }`, nil)
		mine, theirs, free := NewCustomer(a, Vars{"name": "Mine", "ownerId": seller}), NewCustomer(a, Vars{"name": "Theirs", "ownerId": other}), NewCustomer(a, Vars{"name": "Free"})
		sales.Refused("FORBIDDEN ownerId", `mutation($in: UpdateCustomerInput!) { updateCustomer(input: $in) { userErrors { code field message } } }`, Vars{"in": Vars{"id": theirs, "expectedVersion": 1, "ownerId": nil}})
		take := []string{"OWNER"}
		sales.Refused("FORBIDDEN take", mergeCustomers, Vars{"in": Vars{"keepId": mine, "mergeId": theirs, "take": take}})
		sales.Refused("FORBIDDEN take", mergeCustomers, Vars{"in": Vars{"keepId": free, "mergeId": theirs}}) // an empty owner is filled
		sales.Refused("FORBIDDEN take", mergeCustomers, Vars{"in": Vars{"keepId": theirs, "mergeId": mine}}) // mine would be the colleague's
		for _, c := range []struct {
			keep, merge string
			more        Vars
			owner       string
		}{{mine, theirs, nil, seller}, {theirs, mine, Vars{"take": take}, seller}, {theirs, free, nil, other}, {free, mine, nil, seller}} {
			r := sales.Must(mergeCustomers, Vars{"in": plus(Vars{"keepId": c.keep, "mergeId": c.merge}, c.more)})
			if got := r.Text("mergeCustomers.customer.owner.id"); got != c.owner {
				t.Errorf("the owner is %s, want %s", got, c.owner)
			}
			sales.Must(undoMerge, Vars{"id": r.Text("mergeCustomers.merge.id")})
		}
		if r := a.Must(mergeCustomers, Vars{"in": Vars{"keepId": mine, "mergeId": theirs, "take": take}}); r.Text("mergeCustomers.customer.owner.id") != other {
			t.Errorf("ADMIN: %s", r.Body)
		}
	})
}

// TestHiddenMoveIsNotRepeated repeats the move of an order, under its key, that somebody may not see any more: it told the dates and what is
// booked.
func TestHiddenMoveIsNotRepeated(t *testing.T) {
	t.Parallel()
	Each(t, func(t *testing.T, w *World) {
		window, customer := joinery(w)
		a, sales := w.As(schema.RoleAdmin), w.As(schema.RoleSales)
		move := Vars{"in": Vars{"id": placed(sales, customer, window, "12", 3), "dueDate": "2026-12-05", "idempotencyKey": "move"}}
		done := sales.Must(reschedule, move)
		if again := sales.Must(reschedule, move); again.Body != done.Body || done.Get("rescheduleOrder.due") == nil {
			t.Errorf("repeated, %s\nis not\n%s", again.Body, done.Body)
		}
		version := a.Must(`query($id: ID!) { customer(id: $id) { version } }`, Vars{"id": customer}).Int("customer.version")
		a.Must(updateCustomer, Vars{"in": Vars{"id": customer, "expectedVersion": version, "ownerId": w.newUser("other@example.com", schema.RoleSales)}})
		r := sales.Do(reschedule, move)
		if got := fmt.Sprint(r.UserErrors()); !strings.Contains(got, "NOT_FOUND") {
			t.Errorf("refused with %s", got)
		}
		for _, hidden := range []string{"order", "dueBefore", "due"} {
			if got := r.Get("rescheduleOrder." + hidden); got != nil {
				t.Errorf("%s is %v", hidden, got)
			}
		}
		if r.Len("rescheduleOrder.before")+r.Len("rescheduleOrder.after") != 0 {
			t.Errorf("what is booked: %s", r.Body)
		}
	})
}
