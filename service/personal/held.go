package personal

// kind is how a column is read and shown.
type kind int

const (
	text    kind = iota // also the names of enums
	moment              // RFC 3339 in UTC
	day                 // YYYY-MM-DD
	number              // a whole number
	truth               // true or false
	amount              // of money, as the API writes it
	decimal             // an exact decimal, as a text
	object              // JSON
)

// end is what becomes of a column when what is personal is erased.
type end int

const (
	kept    end = iota // it is not personal, or the books rest on it: note says so where it is a text
	cleared            // it is null
	emptied            // it is ""
	named              // it says that it was erased, where something was there: the books need a text
	blank              // it is {}
)

// erased stands for a text that was erased.
const erased = "erased"

// column is a column of a table. as is its name in the export, "" if it is not exported: then it is internal, or says nothing that is not said
// elsewhere.
type column struct {
	name, as string
	kind     kind
	end      end
}

// table is a table with rows of customers.
type table struct {
	name, as string // as is its name in the export; "" if it is not exported
	of       string // the condition that a row is of customers
	columns  []column
	removed  bool // its rows are removed when what is personal is erased
}

const (
	ofCustomer = "customer_id IN @ids"
	ofOrders   = "order_id IN (SELECT id FROM orders WHERE customer_id IN @ids)"
	ofOffers   = "offer_id IN (SELECT id FROM offers WHERE customer_id IN @ids)"
)

// tables are all tables with rows of customers, in the order of the export. TestColumns names the columns of texts that are missing: each is
// exported or not, and erased or not, by a decision that is written down here.
//
// The export leaves out what we reckon in money about a customer (costs, margins, floors, lifetime values) and who of ours did what; it has the
// segment and the stage, which are profiles of a person (GDPR article 4(4)), with what they followed from.
var tables = []table{
	{name: "customers", as: "customer", of: "id IN @ids", columns: []column{
		{"id", "id", text, kept},
		{"kind", "kind", text, kept},
		{"name", "name", text, named},
		{"name_key", "", text, named},
		{"email", "email", text, cleared},
		{"email_key", "", text, cleared},
		{"phone", "phone", text, cleared},
		{"external_id", "externalId", text, cleared},
		{"stage", "stage", text, kept},
		{"segment", "segment", text, kept},
		{"measurements", "measurements", object, cleared},
		{"acquired_at", "acquiredAt", moment, kept},
		{"wallet", "wallet", amount, cleared},
		{"birthday", "birthday", day, cleared},
		{"tax_exempt", "taxExempt", text, named},
		{"source", "source", text, cleared},
		{"departed_at", "departedAt", moment, kept},
		{"created_at", "createdAt", moment, kept},
		{"recent_days", "", text, kept},
		{"shown_earnings", "", object, kept},
		{"referred_by_id", "", text, kept},
		{"owner_id", "", text, kept},
		{"partner_id", "", text, kept},
		{"campaign_id", "", text, kept},
		{"merged_into_id", "mergedInto", text, kept},
	}},
	{name: "contact_points", as: "contactPoints", of: ofCustomer, removed: true, columns: []column{
		{"type", "type", text, kept}, {"value", "value", text, kept}, {"kind", "kind", text, kept}, {"created_at", "createdAt", moment, kept},
	}},
	{name: "addresses", as: "addresses", of: ofCustomer, removed: true, columns: []column{
		{"kind", "kind", text, kept},
		{"country", "country", text, kept},
		{"region", "region", text, kept},
		{"city", "city", text, kept},
		{"street", "street", text, kept},
		{"postal_code", "postalCode", text, kept},
		{"created_at", "createdAt", moment, kept},
	}},
	{name: "customer_tags", as: "tags", of: ofCustomer, removed: true, columns: []column{{"tag", "tag", text, kept}, {"created_at", "createdAt", moment, kept}}},
	{name: "customer_identities", as: "earlierIdentities", of: ofCustomer, removed: true, columns: []column{{"kind", "kind", text, kept}, {"value", "value", text, kept}}},
	{name: "customer_relations", as: "relations", of: "person_id IN @ids OR group_id IN @ids", removed: true, columns: []column{
		{"person_id", "personId", text, kept}, {"group_id", "companyId", text, kept}, {"role", "role", text, kept}, {"valid_from", "from", day, kept}, {"valid_to", "to", day, kept},
	}},
	{name: "field_entries", as: "ownFields", removed: true, of: "subject IN @ids OR subject IN (SELECT id FROM contacts WHERE customer_id IN @ids) OR subject IN (SELECT id FROM orders WHERE customer_id IN @ids)", columns: []column{
		{"subject", "of", text, kept}, {"definition_id", "fieldId", text, kept}, {"value", "value", text, kept}, {"set_at", "setAt", moment, kept},
	}},
	{name: "dated_values", as: "history", of: "subject IN @ids", columns: []column{
		{"name", "name", text, kept}, {"value", "value", text, named}, {"valid_from", "from", moment, kept}, {"recorded_at", "recordedAt", moment, kept}, {"subject", "", text, kept}, {"actor", "", text, kept},
	}},
	{name: "stage_changes", as: "stages", of: ofCustomer, columns: []column{
		{"from_stage", "from", text, kept}, {"to_stage", "to", text, kept}, {"kind", "kind", text, kept}, {"at", "at", moment, kept}, {"reason", "reason", text, named}, {"actor", "", text, kept},
	}},
	{name: "permissions", as: "permissions", of: ofCustomer, columns: []column{
		{"id", "id", text, kept},
		{"channel", "channel", text, kept},
		{"purpose", "purpose", text, kept},
		{"level", "level", text, kept},
		{"state", "state", text, kept},
		{"granted_at", "grantedAt", moment, kept},
		{"expires_at", "expiresAt", moment, kept},
		{"revoked_at", "revokedAt", moment, kept},
		{"sealed_for", "sealedFor", text, kept},
	}},
	{name: "permission_events", as: "consentLog", of: "permission_id IN (SELECT id FROM permissions WHERE customer_id IN @ids)", columns: []column{ // erased by package consent, which keeps the chain
		{"id", "id", text, kept},
		{"permission_id", "permissionId", text, kept},
		{"sequence", "sequence", number, kept},
		{"at", "at", moment, kept},
		{"kind", "kind", text, kept},
		{"level", "level", text, kept},
		{"expires_at", "expiresAt", moment, kept},
		{"actor", "actor", text, kept},
		{"source", "source", text, kept},
		{"wording", "wording", text, kept},
		{"wording_version", "wordingVersion", text, kept},
		{"wording_id", "wordingId", text, kept},
		{"language", "language", text, kept},
		{"bundled_with", "bundledWith", text, kept},
		{"given_at", "givenAt", moment, kept},
		{"address", "address", text, kept},
		{"reason", "reason", text, kept},
		{"previous_hash", "previousHash", text, kept},
		{"hash", "hash", text, kept},
		{"erased_hash", "", text, kept},
	}},
	{name: "contacts", as: "contacts", of: "customer_id IN @ids OR about_id IN @ids", columns: []column{
		{"id", "id", text, kept},
		{"kind", "kind", text, kept},
		{"direction", "direction", text, kept},
		{"channel", "channel", text, kept},
		{"at", "at", moment, kept},
		{"purpose", "purpose", text, kept},
		{"subject", "subject", text, cleared},
		{"notes", "notes", text, cleared},
		{"stage", "stage", text, kept},
		{"segment", "segment", text, kept},
		{"external_id", "externalId", text, cleared},
		{"source", "source", text, cleared},
		{"recorded_at", "recordedAt", moment, kept},
		{"voided_at", "voidedAt", moment, kept},
		{"void_reason", "voidReason", text, named},
		{"voided_by", "", text, kept},
		{"participants", "", object, kept},
		{"cost_lines", "", object, kept},
	}},
	{name: "contact_persons", as: "contactsOfCompany", of: ofCustomer, removed: true, columns: []column{{"contact_id", "contactId", text, kept}}},
	{name: "offers", as: "offers", of: ofCustomer, columns: []column{
		{"id", "id", text, kept},
		{"kind", "kind", text, kept},
		{"status", "status", text, kept},
		{"total", "total", amount, kept},
		{"tax", "tax", amount, kept},
		{"created_at", "createdAt", moment, kept},
		{"expires_at", "expiresAt", moment, kept},
		{"sent_at", "sentAt", moment, kept},
		{"decided_at", "decidedAt", moment, kept},
		{"decline_reason", "declineReason", text, named},
		{"decline_key", "declineKey", text, kept},
		{"countered_at", "counteredAt", moment, kept},
		{"variant_names", "variantNames", object, cleared},
		{"why", "why", text, named},
	}},
	{name: "offer_lines", as: "offerLines", of: ofOffers, columns: []column{
		{"offer_id", "offerId", text, kept},
		{"product_id", "productId", text, kept},
		{"quantity", "quantity", decimal, kept},
		{"unit", "unit", amount, kept},
		{"total", "total", amount, kept},
		{"options", "options", object, kept},
		{"used_data", "usedData", object, kept}, // names of fields, not what is in them
		{"price_lines", "", object, kept},
	}},
	{name: "orders", as: "orders", of: ofCustomer, columns: []column{ // its number in the accounts stays, which the law wants kept
		{"id", "id", text, kept},
		{"external_id", "externalId", text, kept},
		{"status", "status", text, kept},
		{"at", "at", moment, kept},
		{"total", "total", amount, kept},
		{"refunded", "refunded", amount, kept},
		{"tax", "tax", amount, kept},
		{"due_at", "dueAt", moment, kept},
		{"completed_at", "completedAt", moment, kept},
		{"cancelled_at", "cancelledAt", moment, kept},
		{"cancel_reason", "cancelReason", text, named},
		{"credit_fit", "", text, kept},
	}},
	{name: "order_lines", as: "orderLines", of: ofOrders, columns: []column{ // options with their measurements stay: what the line cost is computed from them
		{"order_id", "orderId", text, kept},
		{"product_id", "productId", text, kept},
		{"quantity", "quantity", decimal, kept},
		{"unit", "unit", amount, kept},
		{"total", "total", amount, kept},
		{"tax", "tax", amount, kept},
		{"options", "options", object, kept},
		{"returned", "returned", decimal, kept},
		{"price_lines", "", object, kept},
	}},
	{name: "refunds", as: "refunds", of: ofOrders, columns: []column{
		{"order_id", "orderId", text, kept}, {"amount", "amount", amount, kept}, {"at", "at", moment, kept}, {"reason", "reason", text, named}, {"actor", "", text, kept},
	}},
	{name: "price_agreements", as: "agreements", of: ofCustomer, columns: []column{
		{"id", "id", text, kept},
		{"product_id", "productId", text, kept},
		{"unit", "unit", amount, kept},
		{"minimum_quantity", "minimumQuantity", decimal, kept},
		{"valid_from", "from", moment, kept},
		{"valid_to", "to", moment, kept},
		{"state", "state", text, kept},
		{"override_floor_reason", "", text, named},
		{"decline_reason", "", text, named},
		{"end_reason", "endReason", text, named},
		{"agreed_by", "", text, kept},
		{"decided_by", "", text, kept},
		{"ended_by", "", text, kept},
		{"excused_measurements", "", object, kept},
	}},
	{name: "expected_prices", as: "expectedPrices", of: ofCustomer, columns: []column{
		{"product_id", "productId", text, kept}, {"unit", "unit", amount, kept}, {"at", "at", moment, kept}, {"void_reason", "voidReason", text, named}, {"recorded_by", "", text, kept},
	}},
	{name: "need_facts", as: "needs", of: ofCustomer, columns: []column{
		{"need_id", "needId", text, kept},
		{"kind", "kind", text, kept},
		{"supplier", "supplier", text, named},
		{"wallet", "wallet", amount, kept},
		{"basis", "basis", text, kept},
		{"source", "source", text, named},
		{"at", "at", moment, kept},
		{"recorded_by", "", text, kept},
	}},
	{name: "asked_questions", as: "questions", of: ofCustomer, columns: []column{
		{"question_id", "questionId", text, kept}, {"outcome", "outcome", text, kept}, {"at", "at", moment, kept}, {"recorded_by", "", text, kept},
	}},
	{name: "exposures", as: "experiments", of: ofCustomer, columns: []column{
		{"experiment_id", "experimentId", text, kept}, {"arm", "arm", text, kept}, {"at", "at", moment, kept}, {"recorded_by", "", text, kept},
	}},
	{name: "messages", as: "messages", of: ofCustomer, columns: []column{
		{"id", "id", text, kept},
		{"channel", "channel", text, kept},
		{"purpose", "purpose", text, kept},
		{"recipient", "recipient", text, emptied},
		{"subject", "subject", text, emptied},
		{"text", "text", text, emptied},
		{"html", "", text, cleared},
		{"headers", "", object, cleared},
		{"state", "state", text, kept},
		{"created_at", "createdAt", moment, kept},
		{"sent_at", "sentAt", moment, kept},
		{"reason", "reason", text, named},
		{"header_id", "", text, kept},
		{"leased_by", "", text, kept},
		{"created_by", "", text, kept},
	}},
	{name: "message_attempts", of: "message_id IN (SELECT id FROM messages WHERE customer_id IN @ids)", columns: []column{{"answer", "", text, cleared}}},
	{name: "tasks", as: "tasks", of: ofCustomer, columns: []column{
		{"id", "id", text, kept}, {"title", "title", text, named}, {"why", "why", text, cleared}, {"due_at", "dueAt", moment, kept}, {"state", "state", text, kept}, {"cancel_reason", "cancelReason", text, named}, {"closed_by", "", text, kept}, {"created_by", "", text, kept},
	}},
	{name: "customer_merges", as: "merges", of: "kept_id IN @ids OR merged_id IN @ids", columns: []column{
		{"at", "at", moment, kept}, {"merged_id", "mergedId", text, kept}, {"reason", "reason", text, named}, {"before", "", object, blank}, {"undo_reason", "undoReason", text, named}, {"actor", "", text, kept}, {"undone_by", "", text, kept},
	}},
	{name: "duplicate_decisions", of: "first_id IN @ids OR second_id IN @ids", columns: []column{{"reason", "", text, named}, {"actor", "", text, kept}, {"revoked_by", "", text, kept}}},
	{name: "customer_links", as: "links", of: ofCustomer, columns: []column{
		{"id", "id", text, kept}, {"created_at", "createdAt", moment, kept}, {"expires_at", "expiresAt", moment, kept}, {"ended_at", "endedAt", moment, kept}, {"end_reason", "endReason", text, named}, {"created_by", "", text, kept}, {"ended_by", "", text, kept},
	}},
	{name: "link_codes", of: ofCustomer, removed: true},
	{name: "search_terms", of: ofCustomer, removed: true},
	{name: "personal_data_requests", as: "requests", of: ofCustomer, columns: []column{
		{"id", "id", text, kept},
		{"kind", "kind", text, kept},
		{"state", "state", text, kept},
		{"asked_at", "askedAt", moment, kept},
		{"due_at", "dueAt", moment, kept},
		{"source", "source", text, named},
		{"text", "text", text, cleared},
		{"closed_at", "closedAt", moment, kept},
		{"report", "report", text, named},
		{"recorded_by", "", text, kept},
		{"closed_by", "", text, kept},
	}},
}
