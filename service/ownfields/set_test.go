package ownfields_test

import (
	"testing"
	"time"

	"kopeck/apptest"
	"kopeck/auth"
	"kopeck/fault"
	"kopeck/id"
	"kopeck/schema"
	"kopeck/service"
)

// TestSetting: values are checked and set together or not at all, on the version of each, and what is taken away is away.
func TestSetting(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		for name, c := range map[string]struct {
			values []*service.FieldValueInput
			want   string
		}{
			"nothing":                {nil, "INVALID fields"},
			"a field that is none":   {[]*service.FieldValueInput{given("card", "gold", 0), given("nothing", "1", 0)}, "NOT_FOUND fields.1.code"},
			"twice":                  {[]*service.FieldValueInput{given("card", "gold", 0), given("card", "silver", 0)}, "INVALID fields.1.code"},
			"bad values":             {[]*service.FieldValueInput{given("card", "tin", 0), given("points", "1001", 0), given("vip", "yes", 0), given("since", "2019-12-31", 0), given("size", "XXXXXL", 0)}, "INVALID fields.0.value, INVALID fields.1.value, INVALID fields.2.value, INVALID fields.3.value, INVALID fields.4.value"},
			"no value":               {[]*service.FieldValueInput{{Code: "card"}}, "INVALID fields.0.value"},
			"a version that is none": {[]*service.FieldValueInput{given("card", "gold", 3)}, "INVALID fields.0.expectedVersion"},
			"a version below":        {[]*service.FieldValueInput{given("card", "gold", -1)}, "INVALID fields.0.expectedVersion"},
		} {
			w.want(name, apptest.Faults(w.set(w.admin, w.customer, c.values...)), c.want)
		}
		w.want("nothing is set", w.has(w.admin, w.customer), "")
		w.want("another's id", apptest.Faults(w.set(w.admin, w.IDs.Make(id.Customer), given("card", "gold", 0))), "NOT_FOUND id")
		w.want("an id of a rate", apptest.Faults(w.set(w.admin, w.IDs.Make(id.Rate), given("card", "gold", 0))), "INVALID id")

		w.Must(w.set(w.admin, w.customer, given("card", "gold", 0), given("points", "12.50", 0), given("vip", "True", 0), given("since", "2024-02-29", 0), given("size", " M ", 0)))
		w.want("all set", w.has(w.admin, w.customer), "card=gold/1 points=12.5/1 since=2024-02-29/1 size=M/1 vip=true/1")
		w.Must(w.set(w.admin, w.customer, given("points", "12.500", 0))) // the same
		w.Must(w.set(w.admin, w.customer, given("points", "13", 1), given("size", "", 1)))
		w.want("changed", w.has(w.admin, w.customer), "card=gold/1 points=13/2 since=2024-02-29/1 vip=true/1")
		err := w.set(w.admin, w.customer, given("points", "14", 1), given("card", "silver", 1))
		w.want("on an older version", apptest.Faults(err), "VERSION_CONFLICT fields.0.expectedVersion")
		conflict, ok := fault.All(err)[0].Detail.(*fault.Conflict)
		if !ok || conflict.CurrentVersion != 2 || len(conflict.Fields) != 1 || !service.SameJSON(conflict.Fields[0], fault.FieldConflict{Name: "points", Base: "12.5", Theirs: "13", Yours: "14"}) {
			t.Errorf("the conflict is %+v", conflict)
		}
		w.want("nothing of it", w.has(w.admin, w.customer), "card=gold/1 points=13/2 since=2024-02-29/1 vip=true/1")
		w.Must(w.set(w.admin, w.customer, given("size", "S", 0)))
		w.want("set again", w.has(w.admin, w.customer), "card=gold/1 points=13/2 since=2024-02-29/1 size=S/3 vip=true/1")
		if n := w.Rows("SELECT count(*) FROM audit_entries WHERE action = 'fields.set' AND subject = ?", w.customer); n[0] != "3" {
			t.Errorf("%s audit entries", n[0])
		}
		once := service.SetFieldsInput{ID: w.customer, Fields: []*service.FieldValueInput{given("size", "L", 3)}, IdempotencyKey: ptr("key")}
		for range 2 {
			found, err := w.OwnFields.SetFields(w.admin, once)
			w.Must(err)
			w.want("once", shown(found), "card=gold/1 points=13/2 since=2024-02-29/1 size=L/4 vip=true/1")
		}
		once.Fields[0] = given("size", "M", 3)
		_, err = w.OwnFields.SetFields(w.admin, once)
		w.want("another under the key", apptest.Faults(err), "IDEMPOTENCY_KEY_REUSED idempotencyKey")
	})
}

// TestAsOf: what was known at a moment is what had been set by then.
func TestAsOf(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		start := w.Clock.Now()
		for n, one := range []*service.FieldValueInput{given("card", "silver", 0), given("card", "gold", 1), given("card", "", 2), given("card", "silver", 3)} {
			w.Clock.Set(start.AddDate(0, 0, n+1))
			w.Must(w.set(w.admin, w.customer, one))
		}
		for n, want := range []string{"", "card=silver/1", "card=gold/2", "", "card=silver/4", "card=silver/4"} {
			at := start.AddDate(0, 0, n).Add(time.Hour)
			found, err := w.OwnFields.Values(w.admin, []string{w.customer}, &at)
			w.Must(err)
			w.want(at.String(), shown(found[w.customer]), want)
		}
		far := time.Date(1, 1, 1, 0, 0, 0, 0, time.UTC)
		_, err := w.OwnFields.Values(w.admin, []string{w.customer}, &far)
		w.want("a year of no calendar", apptest.Faults(err), "INVALID at")
	})
}

// TestNouns: contacts, orders and products have fields of their own, which who may change them sets.
func TestNouns(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		for _, noun := range []schema.FieldNoun{schema.FieldOfContact, schema.FieldOfOrder, schema.FieldOfProduct} {
			w.define(service.DefineFieldInput{Noun: noun, Code: "note", Label: "Note", Type: schema.FieldText, ForSales: ptr(true)})
			w.define(service.DefineFieldInput{Noun: noun, Code: "secret", Label: "Secret", Type: schema.FieldText})
		}
		sales := w.As(schema.RoleSales)
		own, err := w.Contacts.RecordContact(sales, service.RecordContactInput{CustomerID: w.customer, Kind: schema.InfoCall, Direction: schema.Inbound, Channel: schema.ByPhone})
		w.Must(err)
		others, err := w.Contacts.RecordContact(w.admin, service.RecordContactInput{CustomerID: w.customer, Kind: schema.InfoCall, Direction: schema.Inbound, Channel: schema.ByPhone})
		w.Must(err)
		coat := w.Product(service.CreateProductInput{Sku: "COAT", ListPrice: apptest.Roubles("100")})
		for _, of := range []string{own.ID, others.ID, coat} {
			w.Must(w.set(w.admin, of, given("note", "a", 0), given("secret", "b", 0)))
			w.want("read by SALES", w.has(sales, of), "note=a/1")
			w.want("read by ADMIN", w.has(w.admin, of), "note=a/1 secret=b/1")
			w.want("a field of customers", apptest.Faults(w.set(w.admin, of, given("card", "gold", 0))), "NOT_FOUND fields.0.code")
		}
		w.want("SALES, their own contact", apptest.Faults(w.set(sales, own.ID, given("note", "c", 1))), "")
		w.want("SALES, a hidden field", apptest.Faults(w.set(sales, own.ID, given("secret", "c", 1))), "NOT_FOUND fields.0.code")
		w.want("SALES, another's contact", apptest.Faults(w.set(sales, others.ID, given("note", "c", 1))), "FORBIDDEN id")
		w.want("SALES, a product", apptest.Faults(w.set(sales, coat, given("note", "c", 1))), "FORBIDDEN")
		w.want("SALES, no product", apptest.Faults(w.set(sales, w.IDs.Make(id.Product), given("note", "c", 1))), "FORBIDDEN")
		w.want("no order", apptest.Faults(w.set(sales, w.IDs.Make(id.Order), given("note", "c", 1))), "NOT_FOUND id")
		_, err = w.Contacts.VoidContact(w.admin, service.VoidContactInput{ID: others.ID, Reason: "twice"})
		w.Must(err)
		w.want("a voided contact", apptest.Faults(w.set(w.admin, others.ID, given("note", "c", 1))), "WRONG_STATE id")
	})
}

// TestWhoSees: SALES and PARTNER see the fields that are for them, of the customers whom they see, and ANALYST changes none.
func TestWhoSees(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.Must(w.set(w.admin, w.customer, given("card", "gold", 0), given("points", "1", 0), given("vip", "true", 0)))
		w.As(schema.RoleSales)
		hidden, err := w.Customers.CreateCustomer(w.admin, service.CreateCustomerInput{Name: "Of the admin", OwnerID: &w.Rows("SELECT id FROM users WHERE role = 'ADMIN'")[0]})
		w.Must(err)
		w.Must(w.set(w.admin, hidden.ID, given("card", "gold", 0)))
		w.want("SALES", w.has(w.As(schema.RoleSales), w.customer), "card=gold/1 vip=true/1")
		w.want("SALES, of another's customer", w.has(w.As(schema.RoleSales), hidden.ID), "")
		w.want("SALES sets of another's customer", apptest.Faults(w.set(w.As(schema.RoleSales), hidden.ID, given("card", "silver", 1))), "NOT_FOUND id")
		w.want("SALES sets a hidden field", apptest.Faults(w.set(w.As(schema.RoleSales), w.customer, given("points", "2", 1))), "NOT_FOUND fields.0.code")
		w.want("ANALYST", w.has(w.As(schema.RoleAnalyst), hidden.ID), "card=gold/1")
		w.want("ANALYST sets", apptest.Faults(w.set(w.As(schema.RoleAnalyst), w.customer, given("card", "silver", 1))), "FORBIDDEN")
		w.want("a PARTNER who brought nobody", w.has(w.As(schema.RolePartner), w.customer), "")

		partner := w.IDs.Make(id.Partner)
		w.Insert("partners", map[string]any{"id": partner, "created_at": w.Clock.Now(), "updated_at": w.Clock.Now(), "name": "Partner", "active": true})
		w.Must(w.Reload(w.System()))
		brought, err := w.Customers.CreateCustomer(w.admin, service.CreateCustomerInput{Name: "Brought", PartnerID: &partner})
		w.Must(err)
		w.Must(w.set(w.admin, brought.ID, given("card", "gold", 0), given("vip", "false", 0)))
		as := auth.With(t.Context(), auth.Actor{UserID: "partner", Role: schema.RolePartner, PartnerID: partner})
		w.want("before it is shared", w.has(as, brought.ID), "")
		_, _, err = w.Consent.GrantPermission(w.admin, service.GrantPermissionInput{CustomerID: brought.ID, Channel: schema.ByEmail, Purpose: schema.PartnerSharing, Level: schema.Personal, Source: "a call", Wording: "Yes."})
		w.Must(err)
		w.want("once it is shared", w.has(as, brought.ID), "vip=false/1")
		w.want("a PARTNER sets", apptest.Faults(w.set(as, brought.ID, given("vip", "true", 1))), "FORBIDDEN")
		for role, want := range map[schema.Role]int{schema.RoleAdmin: 5, schema.RoleManager: 5, schema.RoleAnalyst: 5, schema.RoleSales: 2, schema.RolePartner: 1} {
			if found, err := w.OwnFields.Definitions(w.As(role), nil); err != nil || len(found) != want {
				t.Errorf("%s sees %d fields, %v; want %d", role, len(found), err, want)
			}
		}
	})
}
