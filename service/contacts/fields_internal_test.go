package contacts

import (
	"testing"

	"kopeck/ent/contact"
	"kopeck/service"
	"kopeck/service/field/fieldtest"
)

func TestFieldsOfInput(t *testing.T) {
	t.Parallel()
	var taken []string
	for _, f := range fields {
		if f.input != "" {
			taken = append(taken, f.input)
		}
		if (f.input == "") != (f.create == nil) {
			t.Errorf("%s: it has the name of an input and how it is taken, or neither", f.File)
		}
	}
	fieldtest.Input[service.RecordContactInput](t, taken, map[string]string{"idempotencyKey": "it is of the request", "taskId": "the task has the contact"})
}

func TestFieldsOfColumns(t *testing.T) {
	t.Parallel()
	fieldtest.Columns(t, Fields().Columns(), map[string]string{
		"version":  "begins at 1 in each database",
		"realised": "the sum of the credits, which is settled",
	}, contact.Columns)
}

func TestFieldsOfFiles(t *testing.T) {
	t.Parallel()
	fieldtest.Files(t, Fields(), map[string]string{
		"staff_id": "files have the e-mail", "participants": "files have the e-mails", "permission_id": "files hold no permissions", "corrected_at": "files have the facts as they are now", "offer_id": "files hold no offers",
		"campaign_id": "files have the code", "advertising": "the sum of the lines of it", "awaited_order_id": "files have it as the order",
	})
}
