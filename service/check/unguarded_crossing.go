package check

import (
	"context"
	"fmt"

	"kopeck/store"
)

// Reference is a column of rows of a customer that names a row of the same customer.
type Reference struct{ Table, Column, To string }

// References are the columns by which rows that have a customer name each other. A new one has to be added here: TestReferences names
// those that are missing.
var References = []Reference{
	{"orders", "offer_id", "offers"},
	{"offers", "order_id", "orders"},
	{"offers", "contact_id", "contacts"},
	{"contacts", "order_id", "orders"},
	{"contacts", "offer_id", "offers"},
	{"contacts", "permission_id", "permissions"},
	{"messages", "offer_id", "offers"},
	{"messages", "contact_id", "contacts"},
	{"messages", "permission_id", "permissions"},
	{"expected_prices", "contact_id", "contacts"},
	{"expected_prices", "offer_id", "offers"},
	{"tasks", "contact_id", "contacts"},
	{"need_facts", "contact_id", "contacts"},
	{"asked_questions", "contact_id", "contacts"},
	{"offers", "completes_order_id", "orders"},
}

// crossing is the rule of each of the references.
var crossing = func() []rule {
	rules := make([]rule, len(References))
	for i, r := range References {
		rules[i] = rule{lawStates, fmt.Sprintf("%s.%s names what is of another customer", r.Table, r.Column)}
	}
	return rules
}()

// checkCrossing looks for rows of a customer that name rows of another.
func (s *Service) checkCrossing(ctx context.Context, tx *store.Tx, f *findings) error {
	for i, r := range References {
		query := fmt.Sprintf("SELECT r.id FROM %s r JOIN %s n ON n.id = r.%s WHERE n.customer_id <> r.customer_id LIMIT ?", r.Table, r.To, r.Column)
		err := store.Each(ctx, tx, query, []any{maxFindings}, func(scan store.ScanFunc) error {
			var subject string
			err := scan(&subject)
			f.add(&crossing[i], subject)
			return err
		})
		if err != nil {
			return fmt.Errorf("check: %q: %w", crossing[i].wrong, err)
		}
	}
	return nil
}
