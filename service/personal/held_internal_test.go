package personal

import (
	"slices"
	"testing"

	"entgo.io/ent/dialect/sql/schema"
	"entgo.io/ent/schema/field"

	"kopeck/ent/migrate"
)

// others are the tables that have nothing of a customer but ids and numbers, with what they are.
var others = map[string]string{
	"bookings": "capacity", "contact_corrections": "facts of contacts", "contact_participants": "staff", "contact_restatements": "stages of contacts", "credits": "books", "merged_rows": "ids",
	"refund_lines": "books", "audit_entries": "erased by their subjects", "idempotency_keys": "erased by their results",
	"attribution_fits": "of nobody", "campaigns": "of the company", "components": "of the company", "field_definitions": "of the company", "hand_overs": "of staff", "lifetime_models": "of nobody",
	"list_prices": "of the company", "measurement_definitions": "of the company", "message_pauses": "of the company", "partners": "of partners", "price_rules": "of the company", "products": "of the company",
	"product_options": "of the company", "rates": "of the company", "recipes": "of the company", "refresh_sessions": "of staff", "settings": "of the company", "sign_in_attempts": "hashes",
	"decline_reasons": "of the company", "experiments": "of the company", "needs": "of the company", "product_of_the_months": "of the company", "questions": "of the company",
	"spends": "of the company", "teams": "of staff", "team_memberships": "of staff", "users": "of staff", "wordings": "of the company",
}

// Every table is either one with rows of customers, of whose texts each is exported or not and erased or not, or one of the others.
func TestColumns(t *testing.T) {
	t.Parallel()
	listed := map[string]table{}
	for _, one := range tables {
		listed[one.name] = one
	}
	for _, found := range migrate.Tables {
		t.Run(found.Name, func(t *testing.T) {
			t.Parallel()
			one, is := listed[found.Name]
			if _, other := others[found.Name]; is == other {
				t.Fatalf("say in held.go what of the table is a customer's, or here that nothing is")
			}
			if one.removed || !is {
				return
			}
			for _, c := range found.Columns {
				if c.Type != field.TypeString && c.Type != field.TypeJSON || c.Name == "id" || isReference(found, c.Name) {
					continue
				}
				if !slices.ContainsFunc(one.columns, func(of column) bool { return of.name == c.Name }) {
					t.Errorf("say in held.go whether %s is exported, and what becomes of it", c.Name)
				}
			}
		})
	}
}

// isReference reports whether a column has the ids of other rows.
func isReference(of *schema.Table, name string) bool {
	return len(name) > 3 && name[len(name)-3:] == "_id" && name != "external_id"
}

// Of the details of the audit ids, numbers, times and the values of enums are left.
func TestWithoutTexts(t *testing.T) {
	t.Parallel()
	got, err := withoutTexts([]byte(`{"name":"Anna","old":["PERSONAL","12.50","2026-06-01T12:00:00Z","2026-06-01","79001234567",7,true,null],"id":"cus_01h455vb4pex5vsknk084sn02q","deep":{"a":"x@example.com"}}`))
	want := `{"deep":{"a":"erased"},"id":"cus_01h455vb4pex5vsknk084sn02q","name":"erased","old":["PERSONAL","12.50","2026-06-01T12:00:00Z","2026-06-01","erased",7,true,null]}`
	if err != nil || string(got) != want {
		t.Errorf("%s, %v, want %s", got, err, want)
	}
}
