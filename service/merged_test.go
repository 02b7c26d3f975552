package service

import (
	"slices"
	"testing"

	"kopeck/ent/migrate"
)

// TestNamedPlaces names the columns with ids of customers that are missing in namedPlaces: what is made by the id of a customer who was merged
// would stay with the kept one when the merge is undone.
func TestNamedPlaces(t *testing.T) {
	t.Parallel()
	notMade := map[string]string{ // by a verb that is given the id
		"stage_changes.customer_id":       "they are moved with the facts that they follow from",
		"customers.merged_into_id":        "a merge names the customers who answer",
		"customer_merges.kept_id":         "a merge names the customers who answer",
		"customer_merges.merged_id":       "a merge names the customers who answer",
		"duplicate_decisions.first_id":    "they are read with the customers who answer",
		"duplicate_decisions.second_id":   "they are read with the customers who answer",
		"customer_identities.customer_id": "a merge makes them",
		"search_terms.customer_id":        "they are computed",
		"messages.customer_id":            "they are made with what causes them, such as an offer that names the customer",
		"exposures.customer_id":           "the verb names them in a list, and of two in one experiment one arm stays",
		"link_codes.customer_id":          "they are made by a link, which names the customer",
		"customer_tags.customer_id":       "each customer has a tag once, and the verb names the customer alone",
		"contact_persons.customer_id":     "the verb names them in a list, and stays by who is named",
	}
	var named []string
	for _, columns := range namedPlaces {
		for prefix, place := range columns {
			if prefix == "" || slices.Contains(named, place) {
				t.Errorf("%s is named twice", place)
			}
			named = append(named, place)
		}
	}
	var all []string
	for _, table := range migrate.Tables {
		for _, key := range table.ForeignKeys {
			if key.RefTable.Name == "customers" {
				all = append(all, table.Name+"."+key.Columns[0].Name)
			}
		}
		for _, column := range table.Columns {
			if ofCustomer := column.Name == "customer_id" || table.Name == "customer_relations" && (column.Name == "person_id" || column.Name == "group_id"); ofCustomer && !slices.Contains(all, table.Name+"."+column.Name) {
				all = append(all, table.Name+"."+column.Name)
			}
		}
	}
	for _, place := range all {
		if _, is := notMade[place]; is == slices.Contains(named, place) {
			t.Errorf("%s is to be in namedPlaces, or among what no verb makes, and not in both", place)
		}
	}
	for _, place := range named {
		if !slices.Contains(all, place) {
			t.Errorf("there is no column %s", place)
		}
	}
}
