package contacts_test

import (
	"strconv"
	"testing"
	"time"

	"kopeck/apptest"
	"kopeck/ent"
	"kopeck/id"
	"kopeck/money"
	"kopeck/schema"
	"kopeck/service"

	"github.com/99designs/gqlgen/graphql"
)

// TestTheSameCallToldTwice: a call that two phones report is a possible duplicate of the other, for who sees both, and the two can be joined: the
// one gets what it does not say, the other has never been.
func TestTheSameCallToldTwice(t *testing.T) {
	eachShop(t, func(t *testing.T, s *apptest.Shop) {
		ctx, first := s.System(), s.Contacts["Anna's call"] // 10 minutes of Olga's at nine
		at := apptest.Day(time.September, 10).Add(12 * time.Minute)
		second, err := s.App.Contacts.RecordContact(ctx, service.RecordContactInput{
			CustomerID: s.Customers["Anna"], Kind: schema.InfoCall, Direction: schema.Inbound, Channel: schema.ByPhone, At: &at, Minutes: ptr(money.Exact("4")),
			Subject: ptr("cloth"), Notes: ptr("blue"), OrderID: ptr(s.Orders["Anna"]), Expense: apptest.Roubles("9"),
		})
		if err != nil {
			t.Fatal(err)
		}
		duplicates := func(c *ent.Contact) []*ent.Contact {
			t.Helper()
			all, err := s.App.Contacts.PossibleDuplicates(ctx, []*ent.Contact{c})
			if err != nil {
				t.Fatal(err)
			}
			return all[c.ID]
		}
		if found := duplicates(second); len(found) != 0 {
			t.Errorf("12 minutes after a call of 10: %v", found)
		}
		nearer := at.Add(-3 * time.Minute)
		if second, err = s.App.Contacts.CorrectContact(ctx, correct(second.ID, func(in *service.CorrectContactInput) { in.At = &nearer })); err != nil {
			t.Fatal(err)
		}
		if found := duplicates(second); len(found) != 1 || found[0].ID != first {
			t.Errorf("the duplicates are %v, want Anna's call", found)
		}

		join := service.JoinContactsInput{ID: second.ID, OtherID: first, IdempotencyKey: ptr("join")}
		for name, c := range map[string]struct {
			in    service.JoinContactsInput
			fails string
		}{
			"with itself":         {service.JoinContactsInput{ID: first, OtherID: first}, "otherId INVALID"},
			"no contact":          {service.JoinContactsInput{ID: first, OtherID: s.IDs.Make(id.Contact)}, "otherId NOT_FOUND"},
			"of another customer": {service.JoinContactsInput{ID: first, OtherID: s.Contacts["Boris's call"]}, "otherId INVALID"},
			"at another version":  {service.JoinContactsInput{ID: second.ID, OtherID: first, ExpectedVersion: ptr(1)}, "expectedVersion VERSION_CONFLICT"},
		} {
			t.Run(name, func(t *testing.T) {
				if _, err := s.App.Contacts.JoinContacts(ctx, c.in); codes(err) != c.fails {
					t.Errorf("%v; want %q", err, c.fails)
				}
			})
		}
		for range 2 { // the same request repeated
			kept, err := s.App.Contacts.JoinContacts(ctx, join)
			if err != nil {
				t.Fatal(err)
			}
			// 4 minutes at 1200.00 an hour, 5.00 by phone and 9.00: Olga comes from the call that is voided.
			if kept.StaffID == nil || *kept.StaffID != s.Users["Olga"] || kept.Minutes.String() != "4" || kept.Cost.Minor() != 8000+500+900 || *kept.Subject != "cloth" || kept.Version != 3 {
				t.Errorf("kept: %+v", kept)
			}
			if found := duplicates(kept); len(found) != 0 {
				t.Errorf("the duplicates after joining are %v", found)
			}
		}
		voided, err := s.Client.Contact.Get(ctx, first)
		if err != nil || voided.VoidedAt == nil || *voided.VoidReason != "joined into "+second.ID || !voided.Realised.IsZero() {
			t.Errorf("the other is %+v, %v", voided, err)
		}
		if _, err := s.App.Contacts.JoinContacts(ctx, service.JoinContactsInput{ID: second.ID, OtherID: first}); codes(err) != "otherId WRONG_STATE" {
			t.Errorf("joined twice: %v", err)
		}
		third, err := s.App.Contacts.RecordContact(ctx, service.RecordContactInput{
			CustomerID: s.Customers["Anna"], Kind: schema.InfoCall, Direction: schema.Inbound, Channel: schema.ByPhone, At: &nearer, StaffID: ptr(s.Users["Igor"]),
		})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.App.Contacts.JoinContacts(ctx, service.JoinContactsInput{ID: second.ID, OtherID: third.ID}); codes(err) != "otherId WRONG_STATE" {
			t.Errorf("another person in each: %v", err)
		}
		if _, err := s.App.Contacts.CorrectContact(ctx, correct(third.ID, func(in *service.CorrectContactInput) { in.StaffID = graphql.OmittableOf[*string](nil) })); err != nil {
			t.Fatal(err)
		}
		if _, err := s.App.Contacts.CorrectContact(ctx, service.CorrectContactInput{ID: third.ID, ExpectedVersion: 2, Reason: "r", Kind: ptr(schema.Recommendation)}); err != nil {
			t.Fatal(err)
		}
		if _, err := s.App.Contacts.JoinContacts(ctx, service.JoinContactsInput{ID: second.ID, OtherID: third.ID}); codes(err) != "otherId WRONG_STATE" {
			t.Errorf("of another kind: %v", err)
		}
		late := at.Add(time.Hour)
		if _, err := s.App.Contacts.CorrectContact(ctx, service.CorrectContactInput{ID: third.ID, ExpectedVersion: 3, Reason: "r", Kind: ptr(schema.InfoCall), At: &late}); err != nil {
			t.Fatal(err)
		}
		if _, err := s.App.Contacts.JoinContacts(ctx, service.JoinContactsInput{ID: second.ID, OtherID: third.ID}); codes(err) != "otherId WRONG_STATE" {
			t.Errorf("an hour apart: %v", err)
		}
		if _, err := s.App.Contacts.CorrectContact(ctx, service.CorrectContactInput{ID: third.ID, ExpectedVersion: 4, Reason: "r", At: &nearer}); err != nil {
			t.Fatal(err)
		}
		if _, err := s.App.Contacts.JoinContacts(ctx, service.JoinContactsInput{ID: second.ID, OtherID: third.ID}); err != nil {
			t.Errorf("once nobody else took part: %v", err)
		}
		if found, err := s.Check.Laws(ctx); err != nil || len(found) != 0 {
			t.Errorf("check finds %v, %v", found, err)
		}
	})
}

// TestJoinedExpense: an expense that the contact which is kept does not have comes from the other.
func TestJoinedExpense(t *testing.T) {
	eachShop(t, func(t *testing.T, s *apptest.Shop) {
		at := apptest.Day(time.September, 10)
		other, err := s.App.Contacts.RecordContact(s.System(), service.RecordContactInput{
			CustomerID: s.Customers["Anna"], Kind: schema.InfoCall, Direction: schema.Inbound, Channel: schema.ByPhone, At: &at, Expense: apptest.Roubles("42"),
		})
		if err != nil {
			t.Fatal(err)
		}
		kept, err := s.App.Contacts.JoinContacts(s.System(), service.JoinContactsInput{ID: s.Contacts["Anna's call"], OtherID: other.ID})
		if err != nil || kept.Cost.Minor() != 20500+4200 {
			t.Errorf("the contact that is kept costs %v, %v; want 247.00", kept, err)
		}
	})
}

// TestJoinedContactsKeepWhatStandsBesideThem: own fields and expected prices of a contact that is joined into another go with it; what the kept
// one has of its own wins.
func TestJoinedContactsKeepWhatStandsBesideThem(t *testing.T) {
	eachShop(t, func(t *testing.T, s *apptest.Shop) {
		ctx, other := s.System(), s.Contacts["Anna's call"]
		at := apptest.Day(time.September, 10).Add(9 * time.Minute)
		kept, err := s.App.Contacts.RecordContact(ctx, service.RecordContactInput{
			CustomerID: s.Customers["Anna"], Kind: schema.InfoCall, Direction: schema.Inbound, Channel: schema.ByPhone, At: &at, Minutes: ptr(money.Exact("4")),
		})
		if err != nil {
			t.Fatal(err)
		}
		for _, code := range []string{"mood", "line", "gone"} {
			if _, err := s.App.OwnFields.DefineField(ctx, service.DefineFieldInput{Noun: schema.FieldOfContact, Code: code, Label: code, Type: schema.FieldText}); err != nil {
				t.Fatal(err)
			}
		}
		set := func(of, code string, value *string, version int) {
			t.Helper()
			in := service.SetFieldsInput{ID: of, Fields: []*service.FieldValueInput{{Code: code, Value: graphql.OmittableOf(value), ExpectedVersion: version}}}
			if _, err := s.App.OwnFields.SetFields(ctx, in); err != nil {
				t.Fatal(err)
			}
		}
		set(kept.ID, "mood", ptr("glad"), 0)
		set(kept.ID, "gone", ptr("x"), 0)
		set(kept.ID, "gone", nil, 1)
		set(other, "mood", ptr("sad"), 0)
		set(other, "line", ptr("two"), 0)
		set(other, "gone", ptr("back"), 0)
		product := func(sku string) string {
			t.Helper()
			p, err := s.App.Catalogue.CreateProduct(ctx, service.CreateProductInput{Sku: sku, Name: sku, ListPrice: apptest.Roubles("100")})
			if err != nil {
				t.Fatal(err)
			}
			return p.ID
		}
		says := func(contactID, productID, unit string) string {
			t.Helper()
			e, err := s.App.Expected.RecordExpectedPrice(ctx, service.RecordExpectedPriceInput{CustomerID: s.Customers["Anna"], ProductID: productID, ContactID: &contactID, Unit: apptest.Roubles(unit)})
			if err != nil {
				t.Fatal(err)
			}
			return e.ID
		}
		chair, table := product("chair"), product("table")
		own, twice, moved := says(kept.ID, chair, "80"), says(other, chair, "81"), says(other, table, "50")

		for range 2 { // the same request repeated
			if _, err := s.App.Contacts.JoinContacts(ctx, service.JoinContactsInput{ID: kept.ID, OtherID: other, IdempotencyKey: ptr("join")}); err != nil {
				t.Fatal(err)
			}
		}
		values, err := s.App.OwnFields.Values(ctx, []string{kept.ID, other}, nil)
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		for _, v := range values[kept.ID] {
			got += v.Code + "=" + v.Value + "/" + strconv.Itoa(v.Version) + " "
		}
		if got != "gone=back/3 line=two/1 mood=glad/1 " {
			t.Errorf("the kept contact has %q", got)
		}
		if len(values[other]) != 3 {
			t.Errorf("the voided one has %v, want what it had", values[other])
		}
		for expectedID, want := range map[string]struct {
			contact string
			voided  bool
		}{own: {kept.ID, false}, twice: {other, true}, moved: {kept.ID, false}} {
			e, err := s.Client.ExpectedPrice.Get(ctx, expectedID)
			if err != nil {
				t.Fatal(err)
			}
			if *e.ContactID != want.contact || (e.VoidedAt != nil) != want.voided {
				t.Errorf("%s is of %s, voided %v; want of %s, %v", expectedID, *e.ContactID, e.VoidedAt, want.contact, want.voided)
			}
		}
	})
}
