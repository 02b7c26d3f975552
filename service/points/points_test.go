package points_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/99designs/gqlgen/graphql"

	"kopeck/apptest"
	"kopeck/ent"
	"kopeck/fault"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/service/customers"
	"kopeck/service/points"
)

type world struct {
	*apptest.World

	t        *testing.T
	admin    context.Context
	customer *ent.Customer
}

func each(t *testing.T, test func(t *testing.T, w *world)) {
	t.Helper()
	apptest.Each(t, func(t *testing.T, of *apptest.World) {
		w := &world{World: of, t: t, admin: of.As(schema.RoleAdmin)}
		w.customer = w.create(service.CreateCustomerInput{Name: "Anna", Phone: ptr("8 900 111-22-33"), Email: ptr("Anna@Example.com")})
		test(t, w)
	})
}

func ptr[T any](v T) *T { return &v }

func (w *world) create(in service.CreateCustomerInput) *ent.Customer {
	w.t.Helper()
	c, err := w.Customers.CreateCustomer(w.admin, in)
	w.Must(err)
	return c
}

// add records a contact point and returns it.
func (w *world) add(of schema.ContactPointType, value string, main bool) *customers.ContactPoint {
	w.t.Helper()
	_, p, err := w.Points.AddContactPoint(w.admin, service.AddContactPointInput{CustomerID: w.customer.ID, Type: of, Value: value, Kind: ptr(schema.PointWork), Main: &main})
	w.Must(err)
	return p
}

// want compares the customer with "phone email: contact points", of which the main ones have a star.
func (w *world) want(want string) {
	w.t.Helper()
	c, err := w.Customers.Customer(w.admin, &w.customer.ID, nil)
	w.Must(err)
	all, err := w.Customers.ContactPoints(w.admin, []*ent.Customer{c})
	w.Must(err)
	var shown []string
	for _, p := range all[c.ID] {
		shown = append(shown, p.Value+" "+string(p.Kind)+strings.Repeat("*", map[bool]int{true: 1}[p.Main]))
	}
	none := "-"
	for _, at := range []**string{&c.Phone, &c.Email} {
		if *at == nil {
			*at = &none
		}
	}
	if got := *c.Phone + " " + *c.Email + ": " + strings.Join(shown, ", "); got != want {
		w.t.Errorf("the customer has\n%s, want\n%s", got, want)
	}
	w.customer = c
}

// wantFound compares whom a search finds.
func (w *world) wantFound(text string, found bool) {
	w.t.Helper()
	conditions, err := customers.Search(text, "RU")
	w.Must(err)
	ids, err := w.Client.Customer.Query().Where(conditions...).IDs(w.admin)
	w.Must(err)
	if slices.Contains(ids, w.customer.ID) != found {
		w.t.Errorf("that %q finds the customer is %t", text, !found)
	}
}

func wantFault(t *testing.T, what string, err error, want string) {
	t.Helper()
	if got := apptest.Faults(err); got != want {
		t.Errorf("%s: %q, want %q", what, got, want)
	}
}

// TestContactPoints: of several numbers and addresses one is the main one, which the customer shows; all are searched.
func TestContactPoints(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.want("+79001112233 Anna@Example.com: +79001112233 OTHER*, Anna@Example.com OTHER*")
		office := w.add(schema.PointPhone, "8 495 000-11-22 доб. 15", false)
		mail := w.add(schema.PointEmail, "a@office.example", true)
		w.want("+79001112233 a@office.example: +79001112233 OTHER*, +74950001122;ext=15 WORK, a@office.example WORK*, Anna@Example.com OTHER")
		for _, text := range []string{"8 495 000", "0001122", "anna@example.com", "a@office.example", "office.example", "+7 900 111"} {
			w.wantFound(text, true)
		}
		version := w.customer.Version
		_, p, err := w.Points.UpdateContactPoint(w.admin, service.UpdateContactPointInput{ID: office.ID, ExpectedVersion: version, Kind: ptr(schema.PointHome), Main: ptr(true)})
		w.Must(err)
		if !p.Main || p.Kind != schema.PointHome {
			t.Errorf("the number is %+v", p)
		}
		_, _, err = w.Points.UpdateContactPoint(w.admin, service.UpdateContactPointInput{ID: office.ID, ExpectedVersion: version + 1, Value: ptr("8 495 000-11-33")})
		w.Must(err)
		w.want("+74950001133 a@office.example: +74950001133 HOME*, +79001112233 OTHER, a@office.example WORK*, Anna@Example.com OTHER")
		w.wantFound("0001122", false)
		_, err = w.Points.RemoveContactPoint(w.admin, service.RemoveContactPointInput{ID: office.ID})
		w.Must(err)
		_, err = w.Points.RemoveContactPoint(w.admin, service.RemoveContactPointInput{ID: mail.ID, ExpectedVersion: &version})
		wantFault(t, "an old version", err, "VERSION_CONFLICT expectedVersion")
		w.want("+79001112233 a@office.example: +79001112233 OTHER*, a@office.example WORK*, Anna@Example.com OTHER")
		w.wantFound("0001133", false)
		_, err = w.Points.RemoveContactPoint(w.admin, service.RemoveContactPointInput{ID: office.ID})
		wantFault(t, "removed again", err, "NOT_FOUND id")

		// An update of the customer takes the place of the main one.
		update := func(in service.UpdateCustomerInput) {
			t.Helper()
			in.ID, in.ExpectedVersion = w.customer.ID, w.customer.Version
			_, err := w.Customers.UpdateCustomer(w.admin, in)
			w.Must(err)
		}
		update(service.UpdateCustomerInput{Phone: graphql.OmittableOf(ptr("8 900 111-22-44")), Email: graphql.OmittableOf(ptr("ANNA@example.com"))})
		w.want("+79001112244 ANNA@example.com: +79001112244 OTHER*, ANNA@example.com OTHER*")
		update(service.UpdateCustomerInput{Phone: graphql.OmittableOf[*string](nil)})
		w.want("- ANNA@example.com: ANNA@example.com OTHER*")
		w.add(schema.PointPhone, "112", false) // the first becomes the main one
		w.want("112 ANNA@example.com: 112 WORK*, ANNA@example.com OTHER*")
	})
}

// TestContactPointsAreChecked: what is wrong is told by field, and nothing is written.
func TestContactPointsAreChecked(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.create(service.CreateCustomerInput{Name: "Boris", Email: ptr("boris@example.com")})
		add := func(change func(in *service.AddContactPointInput)) error {
			in := service.AddContactPointInput{CustomerID: w.customer.ID, Type: schema.PointPhone, Value: "8 900 000-00-00"}
			change(&in)
			_, _, err := w.Points.AddContactPoint(w.admin, in)
			return err
		}
		for what, one := range map[string]struct {
			change func(in *service.AddContactPointInput)
			want   string
		}{
			"no number":        {func(in *service.AddContactPointInput) { in.Value = "abc" }, "INVALID value"},
			"no address":       {func(in *service.AddContactPointInput) { in.Type = schema.PointEmail }, "INVALID value"},
			"a long number":    {func(in *service.AddContactPointInput) { in.Value = strings.Repeat("1", 61) }, "INVALID value"},
			"another's id":     {func(in *service.AddContactPointInput) { in.ID = &w.customer.ID }, "INVALID id"},
			"nobody":           {func(in *service.AddContactPointInput) { in.CustomerID = "cus_01jd0000000000000000000009" }, "NOT_FOUND customerId"},
			"the same number":  {func(in *service.AddContactPointInput) { in.Value = "+7 (900) 111 22 33" }, "ALREADY_EXISTS value"},
			"another's e-mail": {func(in *service.AddContactPointInput) { in.Type, in.Value = schema.PointEmail, "BORIS@example.com" }, "ALREADY_EXISTS value"},
			"an old version":   {func(in *service.AddContactPointInput) { in.ExpectedVersion = ptr(7) }, "VERSION_CONFLICT expectedVersion"},
		} {
			t.Run(what, func(t *testing.T) { wantFault(t, what, add(one.change), one.want) })
		}
		w.want("+79001112233 Anna@Example.com: +79001112233 OTHER*, Anna@Example.com OTHER*")
		w.add(schema.PointEmail, "second@example.com", false)
		_, err := w.Customers.CreateCustomer(w.admin, service.CreateCustomerInput{Name: "Again", Email: ptr("Second@example.com")})
		wantFault(t, "an e-mail that another has beside the main one", err, "ALREADY_EXISTS email")
		for n := 1; n < points.MaxPoints; n++ {
			w.Must(add(func(in *service.AddContactPointInput) { in.Value = fmt.Sprintf("8 900 000-00-%02d", n) }))
		}
		wantFault(t, "one more", add(func(in *service.AddContactPointInput) { in.Value = "8 900 000-01-00" }), "LIMIT_EXCEEDED type")
		_, _, err = w.Points.UpdateContactPoint(w.admin, service.UpdateContactPointInput{ID: "cpt_01jd0000000000000000000009", ExpectedVersion: 1, Kind: ptr(schema.PointHome)})
		wantFault(t, "no contact point", err, "NOT_FOUND id")
		_, _, err = w.Points.UpdateContactPoint(w.admin, service.UpdateContactPointInput{ID: "cpt_01jd0000000000000000000009", ExpectedVersion: 1, Main: ptr(false)})
		wantFault(t, "not the main one", err, "INVALID main")
	})
}

// TestContactPointOfAnOfflinePhone: the same request is carried out once, under the phone's own id; changes on an old version are merged, or are
// a conflict that names the field.
func TestContactPointOfAnOfflinePhone(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		in := service.AddContactPointInput{ID: ptr("cpt_01jd0000000000000000000001"), CustomerID: w.customer.ID, Type: schema.PointPhone, Value: "8 900 000-00-00", IdempotencyKey: ptr("k")}
		for range 2 {
			c, p, err := w.Points.AddContactPoint(w.admin, in)
			w.Must(err)
			if p == nil || p.ID != *in.ID || c.Version != 2 {
				t.Errorf("the customer is %v with %v", c, p)
			}
		}
		in.Value, in.IdempotencyKey = "8 900 000-00-01", nil
		_, _, err := w.Points.AddContactPoint(w.admin, in)
		wantFault(t, "the id again", err, "ALREADY_EXISTS id")
		first := w.customer.Version
		update := func(set func(in *service.UpdateContactPointInput)) error {
			in := service.UpdateContactPointInput{ID: "cpt_01jd0000000000000000000001", ExpectedVersion: 2}
			set(&in)
			_, _, err := w.Points.UpdateContactPoint(w.admin, in)
			return err
		}
		w.Must(update(func(in *service.UpdateContactPointInput) { in.Kind = ptr(schema.PointHome) }))
		w.Must(update(func(in *service.UpdateContactPointInput) { in.Value = ptr("8 900 000-00-02") }))
		err = update(func(in *service.UpdateContactPointInput) { in.Kind = ptr(schema.PointMobile) })
		wantFault(t, "the kind by two", err, "VERSION_CONFLICT expectedVersion")
		var conflict *fault.Conflict
		if f := fault.Of(err); f != nil {
			conflict, _ = f.Detail.(*fault.Conflict)
		}
		if conflict == nil || len(conflict.Fields) != 1 || conflict.Fields[0].Name != "kind" {
			t.Errorf("the conflict is %+v", conflict)
		}
		_, err = w.Customers.UpdateCustomer(w.admin, service.UpdateCustomerInput{ID: w.customer.ID, ExpectedVersion: first, Phone: graphql.OmittableOf(ptr("8 900 000-00-03"))})
		w.Must(err)
		wantFault(t, "the main one by two", update(func(in *service.UpdateContactPointInput) { in.Main = ptr(true) }), "VERSION_CONFLICT expectedVersion")
		w.want("+79000000003 Anna@Example.com: +79000000003 OTHER*, +79000000002 HOME, Anna@Example.com OTHER*")
	})
}

// TestAddresses: an address is recorded, changed by field and removed.
func TestAddresses(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		c, a, err := w.Points.AddAddress(w.admin, service.AddAddressInput{CustomerID: w.customer.ID, Kind: ptr(schema.AddressDelivery), Country: ptr("ru"), City: ptr(" Казань "), Street: ptr("ул. Баумана, 1")})
		w.Must(err)
		if *a.Country != "RU" || *a.City != "Казань" || a.Region != nil || c.Version != 2 {
			t.Errorf("the address is %v of version %d", a, c.Version)
		}
		update := func(set func(in *service.UpdateAddressInput)) (*ent.Address, error) {
			in := service.UpdateAddressInput{ID: a.ID, ExpectedVersion: 2}
			set(&in)
			_, changed, err := w.Points.UpdateAddress(w.admin, in)
			return changed, err
		}
		_, err = update(func(in *service.UpdateAddressInput) { in.City = graphql.OmittableOf(ptr("Уфа")) })
		w.Must(err)
		changed, err := update(func(in *service.UpdateAddressInput) {
			in.Street, in.PostalCode = graphql.OmittableOf[*string](nil), graphql.OmittableOf(ptr("450000"))
		})
		w.Must(err)
		if *changed.City != "Уфа" || changed.Street != nil || *changed.PostalCode != "450000" || changed.Kind != schema.AddressDelivery {
			t.Errorf("the address is %v", changed)
		}
		_, err = update(func(in *service.UpdateAddressInput) { in.City = graphql.OmittableOf(ptr("Омск")) })
		wantFault(t, "the city by two", err, "VERSION_CONFLICT expectedVersion")
		_, err = update(func(in *service.UpdateAddressInput) { in.Country = graphql.OmittableOf(ptr("Russia")) })
		wantFault(t, "a country in words", err, "INVALID country")
		_, _, err = w.Points.AddAddress(w.admin, service.AddAddressInput{CustomerID: w.customer.ID, City: ptr(" ")})
		wantFault(t, "nothing", err, "INVALID street")
		for range points.MaxAddresses - 1 {
			_, _, err = w.Points.AddAddress(w.admin, service.AddAddressInput{CustomerID: w.customer.ID, City: ptr("Омск")})
			w.Must(err)
		}
		_, _, err = w.Points.AddAddress(w.admin, service.AddAddressInput{CustomerID: w.customer.ID, City: ptr("Омск")})
		wantFault(t, "one more", err, "LIMIT_EXCEEDED customerId")
		_, err = w.Points.RemoveAddress(w.admin, service.RemoveAddressInput{ID: a.ID, IdempotencyKey: ptr("r")})
		w.Must(err)
		_, err = w.Points.RemoveAddress(w.admin, service.RemoveAddressInput{ID: a.ID, IdempotencyKey: ptr("r")})
		w.Must(err)
		if of, err := w.Points.Addresses(w.admin, []*ent.Customer{w.customer}); err != nil || len(of[w.customer.ID]) != points.MaxAddresses-1 {
			t.Errorf("the addresses are %v, %v", of, err)
		}
	})
}

// TestTags: tags are put on once, whatever their letter case, and taken off.
func TestTags(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		in := func(tags ...string) service.TagsInput {
			return service.TagsInput{CustomerID: w.customer.ID, Tags: tags}
		}
		want := func(version int, tags ...string) {
			t.Helper()
			of, err := w.Points.Tags(w.admin, []*ent.Customer{w.customer})
			w.Must(err)
			c, err := w.Customers.Customer(w.admin, &w.customer.ID, nil)
			w.Must(err)
			if !slices.Equal(of[c.ID], tags) || c.Version != version {
				t.Errorf("of version %d the tags are %q, want %q of %d", c.Version, of[c.ID], tags, version)
			}
		}
		_, err := w.Points.AddTags(w.admin, in("wholesale", "VIP", "vip", " Опт "))
		w.Must(err)
		want(2, "VIP", "wholesale", "Опт")
		_, err = w.Points.AddTags(w.admin, in("ОПТ"))
		w.Must(err)
		_, err = w.Points.RemoveTags(w.admin, in("absent"))
		w.Must(err)
		want(2, "VIP", "wholesale", "Опт")
		_, err = w.Points.RemoveTags(w.admin, in("Wholesale", "absent"))
		w.Must(err)
		want(3, "VIP", "Опт")
		for what, tags := range map[string][]string{"none": {}, "blank": {" "}, "two in one": {"a, b"}, "long": {strings.Repeat("я", 51)}} {
			_, err = w.Points.AddTags(w.admin, in(tags...))
			wantFault(t, what, err, "INVALID tags")
		}
		var many []string
		for n := range customers.MaxTags - 1 {
			many = append(many, fmt.Sprint("tag", n))
		}
		_, err = w.Points.AddTags(w.admin, in(many...))
		wantFault(t, "more than 50", err, "LIMIT_EXCEEDED tags")
		want(3, "VIP", "Опт")
		_, err = w.Points.AddTags(w.admin, service.TagsInput{CustomerID: "cus_01jd0000000000000000000009", Tags: []string{"a"}})
		wantFault(t, "nobody", err, "NOT_FOUND customerId")
	})
}

// TestDeletedCustomersAreErased: nothing of the rows is left, and the e-mail is free.
func TestDeletedCustomersAreErased(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.add(schema.PointEmail, "second@example.com", false)
		_, _, err := w.Points.AddAddress(w.admin, service.AddAddressInput{CustomerID: w.customer.ID, City: ptr("Омск")})
		w.Must(err)
		_, err = w.Points.AddTags(w.admin, service.TagsInput{CustomerID: w.customer.ID, Tags: []string{"VIP"}})
		w.Must(err)
		_, err = w.Customers.DeleteCustomer(w.admin, service.DeleteCustomerInput{ID: w.customer.ID, Reason: "asked for it"})
		w.Must(err)
		if left := w.Rows("SELECT (SELECT count(*) FROM contact_points) + (SELECT count(*) FROM addresses) + (SELECT count(*) FROM customer_tags) + (SELECT count(*) FROM search_terms)"); left[0] != "0" {
			t.Errorf("%s rows are left", left[0])
		}
		w.create(service.CreateCustomerInput{Name: "Another", Email: ptr("second@example.com")})
		_, _, err = w.Points.AddContactPoint(w.admin, service.AddContactPointInput{CustomerID: w.customer.ID, Type: schema.PointPhone, Value: "112"})
		wantFault(t, "of one who is deleted", err, "NOT_FOUND customerId")
	})
}

// TestRolesOfContactPoints: SALES change those of their own customers, and learn nothing of those of others; ANALYST changes nothing.
func TestRolesOfContactPoints(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		sales := w.As(schema.RoleSales)
		p := w.add(schema.PointEmail, "second@example.com", false)
		_, err := w.Customers.UpdateCustomer(w.admin, service.UpdateCustomerInput{ID: w.customer.ID, ExpectedVersion: 2, OwnerID: graphql.OmittableOf(&w.Rows("SELECT id FROM users WHERE role = 'ADMIN'")[0])})
		w.Must(err)
		_, _, err = w.Points.UpdateContactPoint(sales, service.UpdateContactPointInput{ID: p.ID, ExpectedVersion: 3, Kind: ptr(schema.PointHome)})
		wantFault(t, "a colleague's", err, "NOT_FOUND id")
		_, err = w.Points.RemoveContactPoint(sales, service.RemoveContactPointInput{ID: p.ID})
		wantFault(t, "a colleague's, removed", err, "NOT_FOUND id")
		_, _, err = w.Points.AddContactPoint(sales, service.AddContactPointInput{CustomerID: w.customer.ID, Type: schema.PointPhone, Value: "112"})
		wantFault(t, "of a colleague's customer", err, "NOT_FOUND customerId")
		mine, err := w.Customers.CreateCustomer(sales, service.CreateCustomerInput{Name: "Mine", Email: ptr("mine@example.com")})
		w.Must(err)
		_, same, err := w.Points.AddContactPoint(sales, service.AddContactPointInput{CustomerID: mine.ID, Type: schema.PointEmail, Value: "Second@example.com", Main: ptr(true)})
		w.Must(err)
		_, err = w.Customers.CreateCustomer(sales, service.CreateCustomerInput{Name: "Again", Email: ptr("second@example.com")})
		wantFault(t, "one's own", err, "ALREADY_EXISTS email")
		_, _, err = w.Points.UpdateContactPoint(w.As(schema.RoleAnalyst), service.UpdateContactPointInput{ID: same.ID, ExpectedVersion: 2, Kind: ptr(schema.PointHome)})
		if !errors.Is(err, fault.Of(err)) || apptest.Faults(err) != "FORBIDDEN" {
			t.Errorf("ANALYST: %v", err)
		}
	})
}
