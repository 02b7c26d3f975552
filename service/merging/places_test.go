package merging_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"kopeck/apptest"
	"kopeck/ent/migrate"
	"kopeck/service/merging"
)

// ofCustomers is how columns are called that may have ids of customers.
var ofCustomers = regexp.MustCompile(`customer|about|referred|held_for|merged|kept|sealed_for|belongs_to|^subject$|result_id|first_id|second_id`)

// notOfCustomers are columns of such names that have none, or of which the rows stay where they are.
var notOfCustomers = []string{"lifetime_models.customers", "hand_overs.customers", "contacts.subject", "messages.subject", "rates.subject"}

// TestPlaces fails for a column that may have ids of customers and is not among places, or is there and does not exist. It looks at
// the tables as they are on each database, so that a table which Ent does not know is found too.
func TestPlaces(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		known := merging.ListedPlaces()
		for name, p := range known {
			if p.Moves != (p.Why == "") {
				t.Errorf("%s: say why it remains, or what moves it", name)
			}
		}
		refer := map[string]bool{}
		for _, table := range migrate.Tables {
			for _, key := range table.ForeignKeys {
				if key.RefTable.Name == "customers" {
					refer[table.Name+"."+key.Columns[0].Name] = true
				}
			}
		}
		columns := columnsOf(w)
		for _, column := range columns {
			_, name, _ := strings.Cut(column, ".")
			if _, listed := known[column]; !listed && (refer[column] || ofCustomers.MatchString(name)) && !slices.Contains(notOfCustomers, column) {
				t.Errorf(`%s may have ids of customers: add {"%s", "%s", moves, ""} to places (service/merging/places.go), so that its rows follow a customer who is merged; `+
					`or byHand or remains with the reason; or, if it has none, to notOfCustomers in this test`, column, strings.TrimSuffix(column, "."+name), name)
			}
		}
		for name := range known {
			if !slices.Contains(columns, name) {
				t.Errorf("%s does not exist: take it out of places", name)
			}
		}
	})
}

// columnsOf lists the columns of all tables.
func columnsOf(w *apptest.World) []string {
	if w.Store.Dialect() == "postgres" {
		return w.Rows("SELECT table_name || '.' || column_name FROM information_schema.columns WHERE table_schema = current_schema() ORDER BY 1")
	}
	return w.Rows("SELECT m.name || '.' || c.name FROM sqlite_master m, pragma_table_info(m.name) c WHERE m.type = 'table' ORDER BY 1")
}
