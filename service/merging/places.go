package merging

import "slices"

// treatment says what a merge does to the rows of a column that has the id of the merged customer.
type treatment int

const (
	moves   treatment = iota // they become the kept customer's, and go back when the merge is undone
	byHand                   // they are moved, or computed again, by code of this package that the reason names
	remains                  // they keep the id, for the reason given
)

// Place is a column that has ids of customers.
type Place struct {
	Table, Column string
	how           treatment
	why           string
}

// String is the name of the place in merged_rows.
func (p Place) String() string { return p.Table + "." + p.Column }

// places are all columns that have ids of customers. A new one has to be added here: TestPlaces names those that are missing. With moves
// its rows follow the customer, provided that the table's id is a text and that no unique index has the column; what is unique by
// customer is moved by hand, like permissions and their states.
var places = []Place{
	{"contacts", "customer_id", moves, ""},
	{"contacts", "about_id", moves, ""}, // a recommendation of one by the other is then about nobody: see clearSelves
	{"contact_corrections", "about_id", moves, ""},
	{"orders", "customer_id", moves, ""},
	{"offers", "customer_id", moves, ""},
	{"price_agreements", "customer_id", moves, ""},
	{"permissions", "customer_id", moves, ""}, // after consent.Stricter: at most one is in force for a channel and a purpose
	{"stage_changes", "customer_id", moves, ""},
	{"bookings", "held_for", moves, ""},
	{"tasks", "customer_id", moves, ""},
	{"messages", "customer_id", moves, ""},       // one that is queued is decided by what the kept customer permits; those of after the merge: divideMessages
	{"customer_links", "customer_id", moves, ""}, // a link of the merged customer opens the kept one's page
	{"link_codes", "customer_id", moves, ""},
	{"personal_data_requests", "customer_id", moves, ""},
	{"expected_prices", "customer_id", moves, ""},
	{"need_facts", "customer_id", moves, ""},
	{"asked_questions", "customer_id", moves, ""},
	{"contact_persons", "customer_id", moves, ""},
	{"customer_relations", "person_id", moves, ""}, // of a relation of the two with each other nothing is shown
	{"customer_relations", "group_id", moves, ""},
	{"customers", "referred_by_id", moves, ""},
	{"customers", "merged_into_id", moves, ""},
	{"customer_identities", "customer_id", moves, ""},
	{"addresses", "customer_id", moves, ""},
	{"contact_points", "customer_id", byHand, "moveOnce: what both have is the kept customer's already"},
	{"exposures", "customer_id", byHand, "moveOnce: of an experiment with both the kept customer's arm stays"},
	{"customer_tags", "customer_id", byHand, "moveOnce: what both have is the kept customer's already"},
	{"dated_values", "subject", byHand, "moveDated: departures are put together, of segments and exemptions one history wins"},
	{"field_entries", "subject", byHand, "moveFields: of each field one history wins"},
	{"search_terms", "customer_id", byHand, "customers.WriteTerms computes them"},
	{"permissions", "sealed_for", byHand, "sealPermissions: the hashes of a log name the customer to whom it was given"},
	{"customer_merges", "kept_id", remains, "what was merged into whom, read along the chain"},
	{"customer_merges", "merged_id", remains, "what was merged into whom, read along the chain"},
	{"merged_rows", "belongs_to", remains, "to whom a row goes back"},
	{"duplicate_decisions", "first_id", remains, "read with the customers who answer for both"},
	{"duplicate_decisions", "second_id", remains, "read with the customers who answer for both"},
	{"audit_entries", "subject", remains, "what was done, and to whom, as it was then"},
	{"idempotency_keys", "result_id", remains, "the id answers with the kept customer"},
}

// once are the places whose rows follow the customer, but for those of which the kept one has the same.
var once = []struct {
	Place

	same string // the condition that the kept customer's row k is the same
}{
	{Place{Table: "contact_points", Column: "customer_id"}, "k.type = contact_points.type AND k.value_key = contact_points.value_key"},
	{Place{Table: "customer_tags", Column: "customer_id"}, "k.tag_key = customer_tags.tag_key"},
	{Place{Table: "exposures", Column: "customer_id"}, "k.experiment_id = exposures.experiment_id"},
}

// moved are the places whose rows follow the customer.
func moved() []Place {
	return slices.DeleteFunc(slices.Clone(places), func(p Place) bool { return p.how != moves })
}
