package customers_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"kopeck/apptest"
	"kopeck/fault"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/service/customers"
	"kopeck/store"

	"github.com/99designs/gqlgen/graphql"
)

func day(text string) *schema.Date {
	d, err := schema.ParseDate(text)
	if err != nil {
		panic(err)
	}
	return &d
}

// firm is a world with people and what they belong to.
type firm struct {
	*apptest.World

	anna, boris, bureau, house string
}

func newFirm(t *testing.T, w *apptest.World) *firm {
	t.Helper()
	made := func(name string, kind schema.CustomerKind) string {
		c, err := w.Customers.CreateCustomer(w.System(), service.CreateCustomerInput{Name: name, Kind: &kind})
		if err != nil {
			t.Fatal(err)
		}
		return c.ID
	}
	return &firm{w, made("Anna", schema.Person), made("Boris", schema.Person), made("Bureau", schema.Company), made("House", schema.Household)}
}

func (f *firm) relate(person, company, from, to string) (*customers.CustomerRelation, error) {
	in := service.RelateCustomersInput{PersonID: person, CompanyID: company}
	if from != "" {
		in.From = day(from)
	}
	if to != "" {
		in.To = day(to)
	}
	return f.Customers.RelateCustomers(f.System(), in)
}

// shown are the relations of a customer as an actor sees them, in short.
func (f *firm) shown(ctx context.Context, customerID string, at *time.Time) string {
	all, err := f.Customers.Relations(ctx, []string{customerID}, at)
	f.Must(err)
	var text []string
	for _, r := range all[customerID] {
		to := ""
		if r.To != nil {
			to = r.To.String()
		}
		text = append(text, fmt.Sprintf("%s in %s %s..%s", r.Person.Name, r.Company.Name, r.From, to))
	}
	return strings.Join(text, ", ")
}

// TestRelations: people belong to companies and households from a day on, until a day, and again.
func TestRelations(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		f := newFirm(t, w)
		ctx := w.System()
		in := service.RelateCustomersInput{PersonID: f.anna, CompanyID: f.bureau, Role: ptr("buyer"), From: day("2020-01-01"), IdempotencyKey: ptr("once")}
		var first *customers.CustomerRelation
		for range 2 { // the same request repeated
			r, err := f.Customers.RelateCustomers(ctx, in)
			w.Must(err)
			if first != nil && r.ID != first.ID {
				t.Errorf("%s and %s", r.ID, first.ID)
			}
			first = r
		}
		if *first.Role != "buyer" || first.Version != 1 || first.Person.ID != f.anna || first.Company.ID != f.bureau {
			t.Errorf("%+v", first)
		}
		_, err := f.relate(f.anna, f.house, "2021-01-01", "2021-12-31")
		w.Must(err)
		if _, err := f.relate(f.anna, f.bureau, "2030-01-01", ""); !fault.Is(err, fault.AlreadyExists) {
			t.Errorf("on days on which she is there: %v", err)
		}
		ended, err := f.Customers.EndRelation(ctx, service.EndRelationInput{ID: first.ID, To: day("2022-06-30")})
		if err != nil || ended.Version != 2 || ended.To.String() != "2022-06-30" {
			t.Errorf("%+v, %v", ended, err)
		}
		if _, err := f.Customers.EndRelation(ctx, service.EndRelationInput{ID: first.ID}); !fault.Is(err, fault.WrongState) {
			t.Errorf("ended twice: %v", err)
		}
		if _, err := f.relate(f.anna, f.bureau, "2022-07-01", ""); err != nil {
			t.Errorf("again from the day after: %v", err)
		}
		for at, want := range map[string]string{
			"2019-12-31T23:00:00Z": "",
			"2021-06-01T00:00:00Z": "Anna in Bureau 2020-01-01..2022-06-30, Anna in House 2021-01-01..2021-12-31",
			"2022-06-30T12:00:00Z": "Anna in Bureau 2020-01-01..2022-06-30",
			"2022-07-01T12:00:00Z": "Anna in Bureau 2022-07-01..",
		} {
			moment, err := time.Parse(time.RFC3339, at)
			w.Must(err)
			if got := f.shown(ctx, f.anna, &moment); got != want {
				t.Errorf("at %s: %q; want %q", at, got, want)
			}
		}
		corrected, err := f.Customers.CorrectRelation(ctx, service.CorrectRelationInput{ID: first.ID, ExpectedVersion: 1, Role: graphql.OmittableOf(ptr("director"))})
		if err != nil || corrected.Version != 3 || *corrected.Role != "director" || corrected.To == nil {
			t.Errorf("another field than was changed: %+v, %v", corrected, err)
		}
		if _, err := f.Customers.CorrectRelation(ctx, service.CorrectRelationInput{ID: first.ID, ExpectedVersion: 1, To: graphql.OmittableOf[*schema.Date](nil)}); !fault.Is(err, fault.VersionConflict) {
			t.Errorf("the same field: %v", err)
		}
		if _, err := f.Customers.CorrectRelation(ctx, service.CorrectRelationInput{ID: first.ID, ExpectedVersion: 3, To: graphql.OmittableOf[*schema.Date](nil)}); !fault.Is(err, fault.AlreadyExists) {
			t.Errorf("over the next: %v", err)
		}
		remove := service.RemoveRelationInput{ID: first.ID, Reason: "another Anna", IdempotencyKey: ptr("gone")}
		for range 2 {
			if r, err := f.Customers.RemoveRelation(ctx, remove); err != nil || r == nil || *r.Role != "director" || r.Version != 3 || r.From != *day("2020-01-01") {
				t.Errorf("removed: %+v, %v", r, err)
			}
		}
		if _, err := f.Customers.EndRelation(ctx, service.EndRelationInput{ID: first.ID}); !fault.Is(err, fault.NotFound) {
			t.Errorf("one that was removed: %v", err)
		}
	})
}

// TestRelationsThatAreRefused: nothing is written.
func TestRelationsThatAreRefused(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		f := newFirm(t, w)
		for name, c := range map[string]struct {
			person, company, from, to string
			fails                     string
		}{
			"themselves":          {f.anna, f.anna, "", "", "companyId INVALID"},
			"a person in one":     {f.anna, f.boris, "", "", "companyId INVALID"},
			"a company in one":    {f.bureau, f.house, "", "", "personId INVALID"},
			"an unknown person":   {"cus_01jd3x5m8nf4svbj2k7q9w0e1r", f.bureau, "", "", "personId NOT_FOUND"},
			"no id":               {"Anna", f.bureau, "", "", "personId INVALID"},
			"an end before":       {f.anna, f.bureau, "2020-01-02", "2020-01-01", "to INVALID"},
			"long ago":            {f.anna, f.bureau, "1899-12-31", "", "from INVALID"},
			"far ahead":           {f.anna, f.bureau, "2200-01-01", "", "from INVALID"},
			"an end far ahead":    {f.anna, f.bureau, "2020-01-01", "2200-01-01", "to INVALID"},
			"the other way":       {f.bureau, f.anna, "", "", "personId INVALID, companyId INVALID"},
			"a role that is long": {f.anna, f.bureau, "role", "", "role INVALID"},
		} {
			t.Run(name, func(t *testing.T) {
				in := service.RelateCustomersInput{PersonID: c.person, CompanyID: c.company}
				switch {
				case c.from == "role":
					in.Role = ptr(strings.Repeat("r", 201))
				case c.from != "":
					in.From = day(c.from)
				}
				if c.to != "" {
					in.To = day(c.to)
				}
				_, err := f.Customers.RelateCustomers(w.System(), in)
				var got []string
				for _, one := range fault.All(err) {
					got = append(got, strings.Join(one.Path, ".")+" "+string(one.Code))
				}
				if strings.Join(got, ", ") != c.fails {
					t.Errorf("%v; want %q", err, c.fails)
				}
			})
		}
		if n := w.Rows("SELECT count(*) FROM customer_relations")[0]; n != "0" {
			t.Errorf("%s relations", n)
		}
	})
}

// TestRelationsSeen: who may not see both sees no relation, and cannot change it or learn that it is there.
func TestRelationsSeen(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		f := newFirm(t, w)
		sales := w.As(schema.RoleSales)
		boss := w.Rows("SELECT id FROM users WHERE email_key = ?", "manager@example.com")
		if len(boss) == 0 {
			w.As(schema.RoleManager)
			boss = w.Rows("SELECT id FROM users WHERE email_key = ?", "manager@example.com")
		}
		r, err := f.relate(f.anna, f.bureau, "2020-01-01", "")
		w.Must(err)
		if got := f.shown(sales, f.bureau, nil); got != "Anna in Bureau 2020-01-01.." {
			t.Errorf("of two whom nobody owns SALES see %q", got)
		}
		c, err := w.Client.Customer.Get(w.System(), f.anna)
		w.Must(err)
		_, err = w.Customers.UpdateCustomer(w.System(), service.UpdateCustomerInput{ID: f.anna, ExpectedVersion: c.Version, OwnerID: graphql.OmittableOf(&boss[0])})
		w.Must(err)
		if got := f.shown(sales, f.bureau, nil); got != "" {
			t.Errorf("of one whom another owns SALES see %q", got)
		}
		for name, err := range map[string]error{
			"end":     second(f.Customers.EndRelation(sales, service.EndRelationInput{ID: r.ID})),
			"correct": second(f.Customers.CorrectRelation(sales, service.CorrectRelationInput{ID: r.ID, ExpectedVersion: 7})),
			"remove":  second(f.Customers.RemoveRelation(sales, service.RemoveRelationInput{ID: r.ID, Reason: "r"})),
			"relate":  second(f.Customers.RelateCustomers(sales, service.RelateCustomersInput{PersonID: f.anna, CompanyID: f.bureau})),
		} {
			if all := fault.All(err); len(all) != 1 || all[0].Code != fault.NotFound {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
}

func second[T any](_ T, err error) error { return err }

// TestRelationsOfMerged: they follow the customer; one of the two with each other is not there while they are one.
func TestRelationsOfMerged(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		f := newFirm(t, w)
		for _, one := range [][3]string{{f.boris, f.bureau, "2020-01-01"}, {f.boris, f.house, "2021-01-01"}} {
			_, err := f.relate(one[0], one[1], one[2], "")
			w.Must(err)
		}
		merge := func(keep, merged string) string {
			m, err := w.Merging.MergeCustomers(w.System(), service.MergeCustomersInput{KeepID: keep, MergeID: merged})
			w.Must(err)
			return m.ID
		}
		first := merge(f.anna, f.boris)
		if got := f.shown(w.System(), f.anna, nil); got != "Anna in Bureau 2020-01-01.., Anna in House 2021-01-01.." {
			t.Errorf("merged: %q", got)
		}
		again := merge(f.house, f.anna)
		if got := f.shown(w.System(), f.house, nil); got != "House in Bureau 2020-01-01.." {
			t.Errorf("merged with the household: %q", got)
		}
		for _, id := range []string{again, first} {
			_, _, err := w.Merging.UndoMerge(w.System(), service.UndoMergeInput{ID: id})
			w.Must(err)
		}
		if got := f.shown(w.System(), f.boris, nil); got != "Boris in Bureau 2020-01-01.., Boris in House 2021-01-01.." {
			t.Errorf("undone: %q", got)
		}
		if got := f.shown(w.System(), f.anna, nil); got != "" {
			t.Errorf("Anna has %q", got)
		}
	})
}

func ptr[T any](v T) *T { return &v }

// TestLimitTellsOfNoHiddenRelations: a customer has as many relations as there may be, all with one whom SALES do not see: to them there are none.
func TestLimitTellsOfNoHiddenRelations(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		f := newFirm(t, w)
		hidden := f.Customer("Hidden")
		f.As(schema.RoleAdmin) // the owner
		f.Transaction(func(ctx context.Context, tx *store.Tx) error {
			now := f.Now()
			rows := make([][]any, customers.MaxRelations)
			for i := range rows {
				rows[i] = []any{fmt.Sprintf("rel_%026d", i), 1, hidden.ID, f.bureau, 10_000 + i, 10_000 + i, now, now}
			}
			if err := tx.InsertRows(ctx, "customer_relations", []string{"id", "version", "person_id", "group_id", "valid_from", "valid_to", "created_at", "updated_at"}, rows); err != nil {
				return err
			}
			return tx.Customer.UpdateOneID(hidden.ID).SetOwnerID(f.Rows("SELECT id FROM users")[0]).Exec(ctx)
		})
		if _, err := f.relate(f.anna, f.bureau, "2026-01-01", ""); !fault.Is(err, fault.LimitExceeded) {
			t.Errorf("who sees all: %v, want LIMIT_EXCEEDED", err)
		}
		if _, err := f.Customers.RelateCustomers(f.Actor(schema.RoleSales), service.RelateCustomersInput{PersonID: f.anna, CompanyID: f.bureau}); err != nil {
			t.Errorf("who sees none of them: %v", err)
		}
	})
}
