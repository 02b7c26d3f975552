package merging_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"kopeck/apptest"
	"kopeck/auth"
	"kopeck/ent"
	"kopeck/fault"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/service/bulk"
	"kopeck/service/customers"

	"github.com/99designs/gqlgen/graphql"
)

// person makes a customer with an e-mail, a phone and an external id of a name.
func (c *company) person(name string, n int) *ent.Customer {
	made, err := c.Customers.CreateCustomer(c.System(), service.CreateCustomerInput{
		Name: name, Email: ptr(fmt.Sprintf("mail%d@example.com", n)), Phone: ptr(fmt.Sprintf("+7495000%04d", n)), ExternalID: ptr(fmt.Sprintf("ext-%d", n)),
	})
	c.Must(err)
	return made
}

// refused fails the test unless an error is a fault with a code on a field.
func refused(t *testing.T, what string, err error, code fault.Code, field string) {
	t.Helper()
	for _, f := range fault.All(err) {
		if f.Code == code && (field == "" && len(f.Path) == 0 || slices.Equal(f.Path, []string{field})) {
			return
		}
	}
	t.Errorf("%s: %v; want %s on %q", what, err, code, field)
}

// found searches for customers and returns their ids.
func (c *company) found(ctx context.Context, text string) []string {
	conditions, err := customers.Search(text, "RU")
	c.Must(err)
	ids, err := c.Client.Customer.Query().Where(conditions...).IDs(ctx)
	c.Must(err)
	return ids
}

// TestOldIDAnswers: whatever is asked or told by the id of the merged customer is of the kept one: reading, searching, verbs, files.
func TestOldIDAnswers(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		c := newCompany(w)
		a, b := c.person("Anna Petrova", 1), c.person("Anna Petrowa", 2)
		token := c.token(b.ID)
		m := c.merge(a.ID, b.ID)
		if m.MergedID != b.ID || m.Customer.ID != a.ID || m.Name != "Anna Petrowa" || *m.Email != "mail2@example.com" {
			t.Errorf("the merge is %+v", m)
		}
		for what, found := range map[string]func() (*ent.Customer, error){
			"by id":          func() (*ent.Customer, error) { return w.Customers.Customer(w.System(), &b.ID, nil) },
			"by external id": func() (*ent.Customer, error) { return w.Customers.Customer(w.System(), nil, ptr("ext-2")) },
			"updated": func() (*ent.Customer, error) {
				return w.Customers.UpdateCustomer(w.System(), service.UpdateCustomerInput{ID: b.ID, ExpectedVersion: m.Customer.Version, Birthday: graphql.OmittableOf(ptr(schema.Date(1000)))})
			},
		} {
			if got, err := found(); err != nil || got == nil || got.ID != a.ID {
				t.Errorf("%s: %v, %v", what, got, err)
			}
		}
		for _, text := range []string{"mail2@example.com", "+74950000002", "ext-2", "petrowa", "petrova"} {
			if got := c.found(w.System(), text); !slices.Equal(got, []string{a.ID}) {
				t.Errorf("searching %s finds %v", text, got)
			}
		}
		o, err := w.Sale.PlaceOrder(w.System(), service.PlaceOrderInput{CustomerID: b.ID, PriceTokens: []string{token}})
		w.Must(err)
		if o.CustomerID != a.ID {
			t.Errorf("the order is of %s", o.CustomerID)
		}
		if p := c.grant(b.ID, schema.BySMS, schema.Personal); p.CustomerID != a.ID {
			t.Errorf("the permission is of %s", p.CustomerID)
		}
		row := func(set func(r *customers.Record)) customers.Record {
			r := customers.NewRecord()
			r.Name = "Somebody"
			set(&r)
			return r
		}
		verdicts := c.imported(
			row(func(r *customers.Record) { r.ID = b.ID }), row(func(r *customers.Record) { r.ExternalID = ptr("ext-2") }),
			row(func(r *customers.Record) { r.Email = ptr("Mail2@example.com") }), row(func(r *customers.Record) { r.Phone = ptr("+7 495 000 00 02") }),
			row(func(r *customers.Record) { r.ExternalID, r.Email = ptr("new"), ptr("mail2@example.com") }),
		)
		for i, want := range []bulk.Outcome{bulk.Present, bulk.Present, bulk.Present, bulk.Present, bulk.Rejected} {
			if verdicts[i].Outcome != want {
				t.Errorf("row %d of a file: %+v; want %v", i, verdicts[i], want)
			}
		}
		_, err = w.Customers.CreateCustomer(w.System(), service.CreateCustomerInput{Name: "Zoe", Email: ptr("mail2@example.com")})
		refused(t, "another with the second e-mail", err, fault.AlreadyExists, "email")
		c.clean(t)
	})
}

// imported imports customers.
func (c *company) imported(records ...customers.Record) (verdicts []bulk.Verdict) {
	c.Must(c.Bulk.Import(c.System(), func(ctx context.Context, i *bulk.Import) (err error) {
		verdicts, err = i.Customers(ctx, records)
		return err
	}))
	return verdicts
}

// TestWhoseValuesWin: the kept customer's, but for what is empty and what the caller takes; who knows the merged one meets a conflict.
func TestWhoseValuesWin(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		c := newCompany(w)
		a, b := c.person("Anna", 1), c.person("Bella", 2)
		_, err := w.Customers.UpdateCustomer(w.System(), service.UpdateCustomerInput{ID: b.ID, ExpectedVersion: 1, Segment: graphql.OmittableOf(ptr(schema.FastQuality)), Wallet: graphql.OmittableOf(apptest.Roubles("7.00"))})
		w.Must(err)
		before := w.Rows("SELECT name, email, phone, external_id, segment, wallet, email_twin, external_twin FROM customers WHERE id IN (?, ?) ORDER BY id", a.ID, b.ID)
		m := c.merge(a.ID, b.ID, service.MergedFieldEmail)
		is := m.Customer
		if is.Name != "Anna" || *is.Email != "mail2@example.com" || *is.Phone != "+74950000001" || *is.Segment != schema.FastQuality || is.Wallet.Minor() != 700 || is.Version != 3 {
			t.Errorf("merged: %+v", is)
		}
		if got := c.found(w.System(), "mail1@example.com"); !slices.Equal(got, []string{a.ID}) {
			t.Errorf("the replaced e-mail finds %v", got)
		}
		_, err = w.Customers.UpdateCustomer(w.System(), service.UpdateCustomerInput{ID: b.ID, ExpectedVersion: 2, Name: ptr("Bella B.")})
		refused(t, "a name told to who is Anna now", err, fault.VersionConflict, "expectedVersion")
		_, err = w.Customers.UpdateCustomer(w.System(), service.UpdateCustomerInput{ID: a.ID, ExpectedVersion: 1, Name: ptr("Anna A.")})
		w.Must(err)
		c.undo(m)
		before[0] = "Anna A." + before[0][len("Anna"):] // what was changed since stays
		if after := w.Rows("SELECT name, email, phone, external_id, segment, wallet, email_twin, external_twin FROM customers WHERE id IN (?, ?) ORDER BY id", a.ID, b.ID); !slices.Equal(after, before) {
			t.Errorf("undone: %v; want %v", after, before)
		}
		c.clean(t)
	})
}

// TestStricterPermissionHolds: of two permissions for the same the stricter holds, what was revoked stays so, both logs are whole, and undoing
// gives back what was not refused since.
func TestStricterPermissionHolds(t *testing.T) {
	for name, of := range map[string]struct {
		kept, merged schema.PermissionLevel // "" is revoked
		want         schema.PermissionLevel
	}{
		"the kept is stricter":   {schema.BrandTrust, schema.Points, schema.BrandTrust},
		"the merged is stricter": {schema.Points, schema.BrandTrust, schema.BrandTrust},
		"the kept is revoked":    {"", schema.Points, ""},
		"the merged is revoked":  {schema.Points, "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			apptest.Each(t, func(t *testing.T, w *apptest.World) {
				c := newCompany(w)
				a, b := w.Customer("Anna"), w.Customer("Bella")
				give := func(customerID string, level schema.PermissionLevel) *ent.Permission {
					if level != "" {
						return c.grant(customerID, schema.ByEmail, level)
					}
					p := c.grant(customerID, schema.ByEmail, schema.Points)
					c.revoke(p.ID)
					return p
				}
				of1, of2 := give(a.ID, of.kept), give(b.ID, of.merged)
				before := w.Rows("SELECT id, customer_id, state, level FROM permissions ORDER BY id")
				m := c.merge(a.ID, b.ID)
				d, err := w.Consent.MayContact(w.System(), []string{a.ID}, schema.ByEmail, schema.Marketing, nil, nil)
				w.Must(err)
				if level := d[a.ID].CurrentLevel; of.want == "" && level != nil || of.want != "" && (level == nil || *level != of.want) {
					t.Errorf("the level is %v; want %q", level, of.want)
				}
				c.clean(t)
				c.undo(m)
				if after := w.Rows("SELECT id, customer_id, state, level FROM permissions ORDER BY id"); !slices.Equal(after, before) {
					t.Errorf("undone: %v; want %v", after, before)
				}
				c.clean(t)
				if of.want == "" {
					return
				}
				m = c.merge(a.ID, b.ID) // and now it is refused before it is undone
				for _, p := range []*ent.Permission{of1, of2} {
					if now, err := w.Client.Permission.Get(w.System(), p.ID); err == nil && now.State == schema.PermissionActive {
						c.revoke(p.ID)
					}
				}
				c.undo(m)
				if d, err := w.Consent.MayContact(w.System(), []string{a.ID, b.ID}, schema.ByEmail, schema.Marketing, nil, nil); err != nil || d[a.ID].Allowed || d[b.ID].Allowed {
					t.Errorf("refused since the merge: %+v, %+v, %v", d[a.ID], d[b.ID], err)
				}
				c.clean(t)
			})
		})
	}
}

func (c *company) revoke(permissionID string) {
	_, err := c.Consent.RevokePermission(c.System(), service.RevokePermissionInput{ID: permissionID, Source: "a call"})
	c.Must(err)
}

// TestUndoingDividesWhatCameAfter: what came after the merge stays with the kept customer, unless it named the old id or belongs to what goes
// back.
func TestUndoingDividesWhatCameAfter(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		c := newCompany(w)
		a, b := w.Customer("Anna"), w.Customer("Bella")
		offer, err := w.Sale.CreateOffer(w.System(), service.CreateOfferInput{CustomerID: b.ID, PriceTokens: []string{c.token(b.ID)}, ExpiresAt: apptest.Start.AddDate(0, 1, 0)})
		w.Must(err)
		c.grant(b.ID, schema.ByEmail, schema.Personal)
		m := c.merge(a.ID, b.ID)
		call := func(customerID string, change func(in *service.RecordContactInput)) string {
			in := service.RecordContactInput{CustomerID: customerID, Kind: schema.InfoCall, Direction: schema.Inbound, Channel: schema.ByPhone}
			if change != nil {
				change(&in)
			}
			made, err := w.Contacts.RecordContact(w.System(), in)
			w.Must(err)
			return made.ID
		}
		stays, named := call(a.ID, nil), call(b.ID, nil)
		letter := call(a.ID, func(in *service.RecordContactInput) {
			in.Kind, in.Direction, in.Channel, in.Purpose = schema.Email, schema.Outbound, schema.ByEmail, ptr(schema.Marketing)
		})
		about := call(a.ID, func(in *service.RecordContactInput) { in.OfferID = &offer.ID })
		mine, theirs := c.order(a.ID, apptest.Start), c.order(b.ID, apptest.Start)
		accepted, err := w.Sale.AcceptOffer(w.System(), service.AcceptOfferInput{ID: offer.ID})
		if err != nil { // a draft is sent first
			sent, err := w.Sale.SendOffer(w.System(), service.SendOfferInput{ID: offer.ID, Channel: schema.ByEmail})
			w.Must(err)
			accepted, err = w.Sale.AcceptOffer(w.System(), service.AcceptOfferInput{ID: sent.ID})
			w.Must(err)
		}
		c.undo(m)
		for what, one := range map[string]struct{ table, id, want string }{
			"a contact":                          {"contacts", stays, a.ID},
			"a contact by the old id":            {"contacts", named, b.ID},
			"a contact under its permission":     {"contacts", letter, b.ID},
			"a contact about its offer":          {"contacts", about, b.ID},
			"an order":                           {"orders", mine, a.ID},
			"an order by the old id":             {"orders", theirs, b.ID},
			"the order of an offer that is back": {"orders", *accepted.OrderID, b.ID},
			"the offer":                          {"offers", offer.ID, b.ID},
		} {
			if got := w.Rows("SELECT customer_id FROM "+one.table+" WHERE id = ?", one.id); !slices.Equal(got, []string{one.want}) {
				t.Errorf("%s: %v; want %s", what, got, one.want)
			}
		}
		c.clean(t)
	})
}

// TestWhatIsRefused: typed errors, and nothing is written.
func TestWhatIsRefused(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		c := newCompany(w)
		a, b, d := w.Customer("Anna"), w.Customer("Bella"), w.Customer("Dora")
		try := func(ctx context.Context, keep, merge string, change func(in *service.MergeCustomersInput)) error {
			in := service.MergeCustomersInput{KeepID: keep, MergeID: merge}
			if change != nil {
				change(&in)
			}
			_, err := w.Merging.MergeCustomers(ctx, in)
			return err
		}
		refused(t, "with itself", try(w.System(), a.ID, a.ID, nil), fault.Invalid, "mergeId")
		refused(t, "with nobody", try(w.System(), a.ID, w.IDs.Make("cus"), nil), fault.NotFound, "mergeId")
		refused(t, "no id", try(w.System(), "x", b.ID, nil), fault.Invalid, "keepId")
		refused(t, "an old version", try(w.System(), a.ID, b.ID, func(in *service.MergeCustomersInput) { in.KeepVersion, in.MergeVersion = ptr(1), ptr(7) }), fault.VersionConflict, "mergeVersion")
		refused(t, "an analyst", try(w.As(schema.RoleAnalyst), a.ID, b.ID, nil), fault.Forbidden, "")
		first := c.merge(a.ID, b.ID)
		refused(t, "along a circle", try(w.System(), b.ID, a.ID, nil), fault.Invalid, "mergeId")
		second := c.merge(d.ID, a.ID)
		if got, err := w.Customers.Customer(w.System(), &b.ID, nil); err != nil || got.ID != d.ID {
			t.Errorf("along the chain: %v, %v", got, err)
		}
		undo := func(m *service.CustomerMerge) error {
			_, _, err := w.Merging.UndoMerge(w.System(), service.UndoMergeInput{ID: m.ID})
			return err
		}
		refused(t, "not the last", undo(first), fault.WrongState, "id")
		c.undo(second)
		refused(t, "undone", undo(second), fault.WrongState, "id")
		w.Clock.Advance(30*24*time.Hour + time.Second)
		refused(t, "too late", undo(first), fault.WrongState, "id")
		refused(t, "no merge", undo(&service.CustomerMerge{ID: w.IDs.Make("mrg")}), fault.NotFound, "id")
		c.clean(t)
	})
}

// TestSalesMergeWhatIsTheirs: SALES merge customers whom they see, and no others; who owned the merged one alone sees the kept one no more.
func TestSalesMergeWhatIsTheirs(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		c := newCompany(w)
		sales := w.As(schema.RoleSales)
		var mine string
		if rows := w.Rows("SELECT id FROM users WHERE email = 'sales@example.com'"); len(rows) == 1 {
			mine = rows[0]
		}
		owned := func(name string, owner *string) *ent.Customer {
			made, err := w.Customers.CreateCustomer(w.System(), service.CreateCustomerInput{Name: name, OwnerID: owner})
			w.Must(err)
			return made
		}
		w.As(schema.RoleManager)
		others := w.Rows("SELECT id FROM users WHERE email = 'manager@example.com'")[0]
		a, b, hidden := owned("Anna", &mine), owned("Bella", nil), owned("Hanna", &others)
		_, err := w.Merging.MergeCustomers(sales, service.MergeCustomersInput{KeepID: a.ID, MergeID: hidden.ID})
		refused(t, "a colleague's customer", err, fault.NotFound, "mergeId")
		_, err = w.Merging.MergeCustomers(sales, service.MergeCustomersInput{KeepID: a.ID, MergeID: b.ID})
		w.Must(err)
		m := c.merge(hidden.ID, a.ID)
		for _, one := range []string{a.ID, b.ID, hidden.ID} {
			if got, err := w.Customers.Customer(sales, &one, nil); err != nil || got != nil {
				t.Errorf("the merged customer is seen by %s: %v, %v", one, got, err)
			}
		}
		if got := c.found(sales, "anna"); len(got) > 0 {
			t.Errorf("and found: %v", got)
		}
		_, _, err = w.Merging.UndoMerge(sales, service.UndoMergeInput{ID: m.ID})
		refused(t, "undone by who does not see it", err, fault.NotFound, "id")
		c.clean(t)
	})
}

// TestHiddenReferrerGivesWay: a merge does not tell SALES of a referrer whom they do not see: one whom they see takes their place.
func TestHiddenReferrerGivesWay(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		sales := w.As(schema.RoleSales)
		owner, _ := auth.From(w.As(schema.RoleManager))
		hidden, err := w.Customers.CreateCustomer(w.System(), service.CreateCustomerInput{Name: "Hidden", OwnerID: &owner.UserID})
		w.Must(err)
		seen, other := w.Customer("Seen"), w.Customer("Other")
		by := map[string]*string{"nobody": nil, "hidden": &hidden.ID, "seen": &seen.ID, "other": &other.ID}
		for _, one := range []struct{ kept, merged, want string }{
			{"hidden", "seen", "seen"}, {"seen", "hidden", "seen"}, {"hidden", "nobody", "hidden"}, {"nobody", "hidden", "hidden"}, {"seen", "other", "seen"}, {"hidden", "hidden", "hidden"},
		} {
			var ids [2]string
			for i, referrer := range []string{one.kept, one.merged} {
				made, err := w.Customers.CreateCustomer(w.System(), service.CreateCustomerInput{Name: "P", ReferredByID: by[referrer]})
				w.Must(err)
				ids[i] = made.ID
			}
			m, err := w.Merging.MergeCustomers(sales, service.MergeCustomersInput{KeepID: ids[0], MergeID: ids[1]})
			w.Must(err)
			kept, err := w.Client.Customer.Get(w.System(), ids[0])
			w.Must(err)
			if got := kept.ReferredByID; got == nil || *got != *by[one.want] {
				t.Errorf("of %s and %s it is %v, want %s", one.kept, one.merged, got, one.want)
			}
			_, _, err = w.Merging.UndoMerge(sales, service.UndoMergeInput{ID: m.ID})
			w.Must(err)
			for i, referrer := range []string{one.kept, one.merged} {
				back, err := w.Client.Customer.Get(w.System(), ids[i])
				w.Must(err)
				if got, want := back.ReferredByID, by[referrer]; (got == nil) != (want == nil) || got != nil && *got != *want {
					t.Errorf("undone, %s is %v", referrer, got)
				}
			}
		}
	})
}
