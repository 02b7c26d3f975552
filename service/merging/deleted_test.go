package merging_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/99designs/gqlgen/graphql"

	"kopeck/apptest"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/service/merging"
)

// erased are the places whose rows go with a customer who is deleted.
var erased = []string{
	"addresses.customer_id", "contact_points.customer_id", "customer_tags.customer_id", "customer_relations.person_id", "customer_relations.group_id",
	"field_entries.subject", "search_terms.customer_id",
}

// keptOfDeleted says why the other places keep their rows.
var keptOfDeleted = map[string]string{
	"contacts.customer_id":               "the books",
	"contacts.about_id":                  "the books credit recommendations",
	"contact_corrections.about_id":       "the books as they were known",
	"contact_persons.customer_id":        "who took part is part of another's contact",
	"orders.customer_id":                 "the books",
	"offers.customer_id":                 "the books and acceptance rest on them",
	"price_agreements.customer_id":       "prices that were given rest on them",
	"permissions.customer_id":            "the consent log is proof",
	"permissions.sealed_for":             "the consent log is proof",
	"stage_changes.customer_id":          "the stage at a moment follows from them",
	"bookings.held_for":                  "what was held was booked; it is freed",
	"tasks.customer_id":                  "what was done with a customer; those that are open are cancelled",
	"customer_links.customer_id":         "that there were some; none opens a page of who is deleted",
	"link_codes.customer_id":             "they are deleted in two days",
	"personal_data_requests.customer_id": "what was asked, and by when it was answered",
	"messages.customer_id":               "that there were some; what they say is erased",
	"expected_prices.customer_id":        "reports count them",
	"need_facts.customer_id":             "nobody is told them; the sums over all customers leave them out",
	"asked_questions.customer_id":        "nobody is told them; what an answer is worth rests on them",
	"exposures.customer_id":              "an experiment is analysed by who came into which arm",
	"customers.referred_by_id":           "who brought another stays who it was",
	"customers.merged_into_id":           "the id of who was merged answers for ever",
	"customer_identities.customer_id":    "as the row of the customer itself, which keeps its values",
	"dated_values.subject":               "segments, departures and exemptions, which books and taxes rest on",
	"customer_merges.kept_id":            "what was merged into whom",
	"customer_merges.merged_id":          "what was merged into whom",
	"merged_rows.belongs_to":             "to whom a row goes back",
	"duplicate_decisions.first_id":       "read with customers who are there alone",
	"duplicate_decisions.second_id":      "read with customers who are there alone",
	"audit_entries.subject":              "what was done, and to whom",
	"idempotency_keys.result_id":         "a request that is repeated is answered",
}

// TestDeletedCustomer: after a customer is deleted no row names them but what the books, the logs and others keep. Which places have ids of
// customers TestPlaces finds in the tables themselves; each is either erased or kept for a reason.
func TestDeletedCustomer(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		places := merging.ListedPlaces()
		for name := range places {
			if slices.Contains(erased, name) == (keptOfDeleted[name] != "") {
				t.Errorf("%s: say in this test either that deleteCustomer erases it, or why it is kept", name)
			}
		}
		ctx := w.System()
		email, phone := "anna@example.com", "+79001234567"
		anna, err := w.Customers.CreateCustomer(ctx, service.CreateCustomerInput{Name: "Anna", Email: &email, Phone: &phone})
		w.Must(err)
		_, err = w.Points.AddTags(ctx, service.TagsInput{CustomerID: anna.ID, Tags: []string{"vip"}})
		w.Must(err)
		street := "Main street 1"
		company, other := schema.Company, w.Customer("Boris")
		firm, err := w.Customers.CreateCustomer(ctx, service.CreateCustomerInput{Name: "Firm", Kind: &company})
		w.Must(err)
		_, _, err = w.Points.AddAddress(ctx, service.AddAddressInput{CustomerID: anna.ID, Street: &street})
		w.Must(err)
		for _, person := range []string{anna.ID, other.ID} {
			_, err = w.Customers.RelateCustomers(ctx, service.RelateCustomersInput{PersonID: person, CompanyID: firm.ID})
			w.Must(err)
		}
		_, err = w.OwnFields.DefineField(ctx, service.DefineFieldInput{Noun: schema.FieldOfCustomer, Code: "card", Label: "Card", Type: schema.FieldText})
		w.Must(err)
		for _, of := range []string{anna.ID, firm.ID, other.ID} {
			for version, value := range []string{"gold", "silver"} {
				_, err = w.OwnFields.SetFields(ctx, service.SetFieldsInput{ID: of, Fields: []*service.FieldValueInput{{Code: "card", Value: graphql.OmittableOf(&value), ExpectedVersion: version}}})
				w.Must(err)
			}
		}
		names := func(place, of string) bool {
			t.Helper()
			table, column, _ := strings.Cut(place, ".")
			return len(w.Rows("SELECT 1 FROM "+table+" WHERE "+column+" = ?", of)) > 0
		}
		for _, place := range erased {
			if !names(place, anna.ID) && !names(place, firm.ID) {
				t.Errorf("%s names nobody before: the test proves nothing of it", place)
			}
		}
		for _, of := range []string{anna.ID, firm.ID} {
			_, err := w.Customers.DeleteCustomer(ctx, service.DeleteCustomerInput{ID: of, Reason: "asked"})
			w.Must(err)
			for name := range places {
				if names(name, of) && keptOfDeleted[name] == "" {
					t.Errorf("%s names a customer who was deleted", name)
				}
			}
		}
		if left := w.Rows("SELECT value FROM dated_values WHERE name = ? ORDER BY value", string(schema.DatedField)); !slices.Equal(left, []string{"gold", "silver"}) {
			t.Errorf("of fields %v is known, want what Boris has and had", left)
		}
		if !names("field_entries.subject", other.ID) {
			t.Error("another customer's value is gone")
		}
	})
}
