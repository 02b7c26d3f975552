package check_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/99designs/gqlgen/graphql"

	"kopeck/apptest"
	"kopeck/auth"
	"kopeck/dbtest"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/service/check"
	"kopeck/store"
)

// TestEachLawIsVerified breaks each rule on a database that keeps all of them, and mends it.
func TestEachLawIsVerified(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, url string) {
		s := apptest.NewShop(t, url)
		if found := laws(t, s); len(found) > 0 {
			t.Fatalf("before anything is broken: %v", found)
		}
		order, clara, anna, call := s.Orders["Anna"], s.Orders["Clara"], s.Customers["Anna"], s.Contacts["Anna's call"]
		card, gold := service.DefineFieldInput{Noun: schema.FieldOfCustomer, Code: "card", Label: "Card", Type: schema.FieldText}, "gold"
		if _, err := s.OwnFields.DefineField(s.System(), card); err != nil {
			t.Fatal(err)
		}
		if _, err := s.OwnFields.SetFields(s.System(), service.SetFieldsInput{ID: anna, Fields: []*service.FieldValueInput{{Code: "card", Value: graphql.OmittableOf(&gold)}}}); err != nil {
			t.Fatal(err)
		}
		for _, one := range []struct {
			name           string
			broken, mended string // statements
			row            string // the parameter of both
			law, wrong     string
			subject        string // "" for the row, "*" for any
		}{
			{"credit", "UPDATE credits SET amount = amount + 1 WHERE contact_id = ?", "UPDATE credits SET amount = amount - 1 WHERE contact_id = ?", call, "closed books", "do not sum to its margin", order},
			{"realised", "UPDATE contacts SET realised = realised + 1 WHERE id = ?", "UPDATE contacts SET realised = realised - 1 WHERE id = ?", call, "closed books", "realised value", ""},
			{"unattributed", "UPDATE orders SET unattributed = 1 WHERE id = ?", "UPDATE orders SET unattributed = 0 WHERE id = ?", order, "closed books", "do not sum to its margin", ""},
			{"unattributed of a cancelled order", "UPDATE orders SET unattributed = 1 WHERE id = ?", "UPDATE orders SET unattributed = 0 WHERE id = ?", clara, "closed books", "do not sum to its margin", ""},
			{"never credited", "UPDATE orders SET credit_model = NULL WHERE id = ?", "UPDATE orders SET credit_model = 'LINEAR' WHERE id = ?", order, "closed books", "do not sum to its margin", ""},
			{"share", "UPDATE credits SET share = share + 1000 WHERE contact_id = ?", "UPDATE credits SET share = share - 1000 WHERE contact_id = ?", call, "closed books", "shares", order},
			{"margin", "UPDATE orders SET margin = margin + 1 WHERE id = ?", "UPDATE orders SET margin = margin - 1 WHERE id = ?", order, "closed books", "the margin is 840.01, total - refunded - cost, without tax, is 840.00", ""},
			{"tax of a line", "UPDATE order_lines SET tax = tax + 1 WHERE order_id = ?", "UPDATE order_lines SET tax = tax - 1 WHERE order_id = ?", order, "closed books", "the lines' taxes do not sum", ""},
			{"tax given back", "UPDATE refunds SET tax = tax + 1 WHERE order_id = ?", "UPDATE refunds SET tax = tax - 1 WHERE order_id = ?", s.Orders["Boris"], "closed books", "the tax is 0.01, by the shares known now it is 0.00", "*"},
			{"tax over the total", "UPDATE orders SET tax = total + 1 WHERE id = ?", "UPDATE orders SET tax = 0 WHERE id = ?", order, "closed books", "the tax is negative or more than the total", ""},
			{"negative tax of a line", "UPDATE order_lines SET tax = -1 WHERE order_id = ?", "UPDATE order_lines SET tax = 0 WHERE order_id = ?", order, "closed books", "the tax is negative or more than the total", "*"},
			{"exemption", "INSERT INTO dated_values (id, name, subject, value, valid_from, recorded_at, actor) SELECT 'dtv_00000000000000000000000000', 'tax_exempt', id, 'A museum', created_at, created_at, 'system' FROM customers WHERE id = ?", "DELETE FROM dated_values WHERE name = 'tax_exempt' AND subject = ?", anna, "order of arrival changes nothing", `why the customer is exempt from tax is nothing, by what was recorded it is "A museum"`, ""},
			{"order total", "UPDATE orders SET total = total + 1 WHERE id = ?", "UPDATE orders SET total = total - 1 WHERE id = ?", order, "closed books", "the order's total", ""},
			{"order cost", "UPDATE orders SET cost = cost + 1 WHERE id = ?", "UPDATE orders SET cost = cost - 1 WHERE id = ?", order, "closed books", "the order's cost", ""},
			{"refunded", "UPDATE orders SET refunded = refunded + 1 WHERE id = ?", "UPDATE orders SET refunded = refunded - 1 WHERE id = ?", s.Orders["Boris"], "closed books", "the refunds do not sum", ""},
			{"refunded below nothing", "UPDATE orders SET refunded = -1 WHERE id = ?", "UPDATE orders SET refunded = 0 WHERE id = ?", order, "closed books", "negative or more than the total", ""},
			{"contact cost", "UPDATE contacts SET cost = cost + 1 WHERE id = ?", "UPDATE contacts SET cost = cost - 1 WHERE id = ?", call, "closed books", "the cost is 205.01, its lines sum to 205.00", ""},
			{"unreadable price lines", "UPDATE order_lines SET price_lines = '{}' WHERE order_id = ?", "UPDATE order_lines SET price_lines = '[]' WHERE order_id = ?", clara, "the waterfall sums", "cannot be read", "*"},
			{"negative minutes", "UPDATE contacts SET minutes = -minutes WHERE id = ?", "UPDATE contacts SET minutes = -minutes WHERE id = ?", call, "closed books", "negative", ""},
			{"contact after the order", "UPDATE contacts SET at = '2026-10-07 09:00:00+00:00' WHERE id = ?", "UPDATE contacts SET at = '2026-09-10 09:00:00+00:00' WHERE id = ?", call, "closed books", "completed before it", "*"},
			{"unit price", "UPDATE order_lines SET unit = unit + 1 WHERE order_id = ?", "UPDATE order_lines SET unit = unit - 1 WHERE order_id = ?", order, "the waterfall sums", "the unit price is 500.01, its lines sum to 500.00", "*"},
			{"line total", "UPDATE order_lines SET total = total + 1 WHERE order_id = ?", "UPDATE order_lines SET total = total - 1 WHERE order_id = ?", order, "the waterfall sums", "the total is 1500.01, unit price x quantity is 1500.00", "*"},
			{"statistics", "UPDATE customers SET margin = margin + 1 WHERE id = ?", "UPDATE customers SET margin = margin - 1 WHERE id = ?", anna, "stored figures agree with their facts", "statistics", ""},
			{"contact cost of a customer", "UPDATE customers SET contact_cost = contact_cost + 1 WHERE id = ?", "UPDATE customers SET contact_cost = contact_cost - 1 WHERE id = ?", anna, "stored figures agree with their facts", "contact cost", ""},
			{"stage", "UPDATE customers SET stage = 'FORMER' WHERE id = ?", "UPDATE customers SET stage = 'CUSTOMER' WHERE id = ?", anna, "stored figures agree with their facts", "stage", ""},
			{"refund before the sale", "UPDATE refunds SET at = '2020-01-01 00:00:00+00:00' WHERE order_id = ?", "UPDATE refunds SET at = recorded_at WHERE order_id = ?", s.Orders["Boris"], "states and times agree", "before the order was completed", "*"},
			{"day", "UPDATE orders SET day = day + 1 WHERE id = ?", "UPDATE orders SET day = day - 1 WHERE id = ?", clara, "stored figures agree with their facts", "in UTC it was", ""},
			{"REFUNDED in part", "UPDATE orders SET status = 'REFUNDED' WHERE id = ?", "UPDATE orders SET status = 'COMPLETED' WHERE id = ?", s.Orders["Boris"], "states and times agree", "less than its total", ""},
			{"refund of what was not sold", "UPDATE orders SET refunded = 1 WHERE id = ?", "UPDATE orders SET refunded = 0 WHERE id = ?", clara, "states and times agree", "neither COMPLETED nor REFUNDED", ""},
			{"completed without a time", "UPDATE orders SET status = 'COMPLETED' WHERE id = ?", "UPDATE orders SET status = 'CANCELLED' WHERE id = ?", clara, "states and times agree", "without a time", ""},
			{"about a customer without recommending", "UPDATE contacts SET kind = 'REVIEW' WHERE id = ?", "UPDATE contacts SET kind = 'RECOMMENDATION' WHERE id = ?", s.Contacts["Anna's recommendation"], "states and times agree", "without being a recommendation", ""},
			{"credit of another customer's order", "UPDATE contacts SET about_id = NULL WHERE id = ?", "UPDATE contacts SET about_id = (SELECT b.id FROM customers b WHERE b.name = 'Boris') WHERE id = ?", s.Contacts["Anna's recommendation"], "closed books", "another customer", "*"},
			{"another permission", "UPDATE permissions SET channel = 'SMS' WHERE id = ?", "UPDATE permissions SET channel = 'EMAIL' WHERE id = ?", s.Permissions["Clara"], "no word without permission", "another channel or purpose", s.Contacts["Clara's e-mail"]},
			{"consent log", "UPDATE permission_events SET source = 'a letter' WHERE permission_id = ?", "UPDATE permission_events SET source = 'a call' WHERE permission_id = ?", s.Permissions["Clara"], "proof", "", ""},
			{"own field", "UPDATE field_entries SET value = 'silver' WHERE subject = ?", "UPDATE field_entries SET value = 'gold' WHERE subject = ?", anna, "states and times agree", "not the last that was recorded", "*"},
			{"own field taken away", "UPDATE field_entries SET value = NULL WHERE subject = ?", "UPDATE field_entries SET value = 'gold' WHERE subject = ?", anna, "states and times agree", "not the last that was recorded", "*"},
			{"search term", "UPDATE search_terms SET term = 'xenia' WHERE customer_id = ?", "UPDATE search_terms SET term = 'anna' WHERE customer_id = ?", anna, "every customer is found by search", "", ""},
			{"search term of a deleted customer", "UPDATE customers SET deleted_at = created_at WHERE id = ?", "UPDATE customers SET deleted_at = NULL WHERE id = ?", anna, "every customer is found by search", "", ""},
		} {
			t.Run(one.name, func(t *testing.T) {
				s.Exec(one.broken, one.row)
				found := laws(t, s)
				s.Exec(one.mended, one.row)
				if one.subject == "" {
					one.subject = one.row
				}
				for _, f := range found {
					if f.Law == one.law && strings.Contains(f.Wrong, one.wrong) && (one.subject == "*" || f.Subject == one.subject) {
						return
					}
				}
				t.Errorf("not found: %s, %q of %s, among %v", one.law, one.wrong, one.subject, found)
			})
		}
		if found := laws(t, s); len(found) > 0 {
			t.Errorf("after everything was mended: %v", found)
		}
	})
}

func laws(t *testing.T, s *apptest.Shop) []check.Finding {
	t.Helper()
	found, err := s.Check.Laws(s.System())
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// TestAHundredFindingsOfOneRule, both where a query finds them and where they are computed.
func TestAHundredFindingsOfOneRule(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, url string) {
		s := apptest.NewShop(t, url)
		at := apptest.Day(11, 1)
		err := s.Store.Bulk(auth.System(t.Context()), func(ctx context.Context, b *store.Bulk) error {
			_, err := b.Copy(ctx, "customers", []string{"id", "version", "created_at", "updated_at", "name", "name_key", "stage", "acquisition_cost", "margin", "repeat_margin", "contact_cost", "last_order_at", "lifetime_value"}, func(yield func([]any) bool) {
				for i := range 700 {
					name := fmt.Sprint("customer ", i)
					if !yield([]any{fmt.Sprintf("cus_%026d", i), 1, at, at, name, name, "STRANGER", 0, 1, 0, 1, at, 0}) {
						return
					}
				}
			})
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		n := map[string]int{}
		for _, f := range laws(t, s) {
			n[f.Wrong]++
		}
		if len(n) != 3 {
			t.Errorf("of other rules too: %v", n)
		}
		for wrong, found := range n { // the contact cost, the statistics, the search terms
			if found != 100 {
				t.Errorf("%d times %q", found, wrong)
			}
		}
	})
}

// TestRowsThatReferToNothing can be there on SQLite alone.
func TestRowsThatReferToNothing(t *testing.T) {
	s := apptest.NewShop(t, dbtest.SQLite(t))
	err := s.Store.Bulk(auth.System(t.Context()), func(ctx context.Context, b *store.Bulk) error {
		_, err := b.Copy(ctx, "search_terms", []string{"term", "customer_id"}, func(yield func([]any) bool) { yield([]any{"nobody", "cus_none"}) })
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	found := laws(t, s)
	if len(found) != 1 || found[0].Law != "what a row refers to exists" || found[0].Subject != "search_terms" {
		t.Errorf("got %v, want one finding, in search_terms", found)
	}
}
