package customers

import (
	"os"
	"slices"
	"strings"
	"testing"

	"kopeck/ent/customer"
	"kopeck/service"
	"kopeck/service/field/fieldtest"
)

func TestFieldsOfInputs(t *testing.T) {
	t.Parallel()
	var creates, updates []string
	for _, f := range fields {
		if f.create != nil {
			creates = append(creates, f.Input)
		}
		if f.update != nil {
			updates = append(updates, f.Input)
		}
	}
	const request = "it is of the request"
	fieldtest.Input[service.CreateCustomerInput](t, creates, map[string]string{"id": "the verb makes one where the input has none", "idempotencyKey": request})
	fieldtest.Input[service.UpdateCustomerInput](t, updates, map[string]string{
		"id": request, "expectedVersion": request, "stageReason": "it is of the change of the stage", "taxExemptFrom": "it is of the change of taxExempt", "idempotencyKey": request,
	})
}

func TestFieldsOfColumns(t *testing.T) {
	t.Parallel()
	const settled, shown, twin = "it is settled from orders and contacts", "what is shown is written once a day", "a number of possible duplicates: an import finds the first, and makes none"
	fieldtest.Columns(t, Columns(), map[string]string{
		"version": "begins at 1, and each update adds 1", "updated_at": "when it was written to this database",
		"order_days": settled, "first_order_day": settled, "last_order_day": settled, "margin": settled, "repeat_margin": settled, "refunded_margin": settled, "recent_days": settled,
		"contact_cost": settled, "last_order_at": settled, "lifetime_value": "it is computed by the model",
		"shown_total": shown, "shown_earnings": shown, "email_twin": twin, "external_twin": twin,
		"erased_at":      "a file has one who was erased as deleted",
		"merged_into_id": "a file has one who was merged as deleted: everything of theirs is the kept customer's",
	}, customer.Columns)
}

// Names are used once, and the documents have them.
func TestFieldsAreDocumented(t *testing.T) {
	t.Parallel()
	api, err := os.ReadFile("../../docs/api.md")
	if err != nil {
		t.Fatal(err)
	}
	operations, err := os.ReadFile("../../docs/operations.md")
	if err != nil {
		t.Fatal(err)
	}
	_, section, ok := strings.Cut(string(api), "\n## Fields of a customer\n")
	if section, _, _ = strings.Cut(section, "\n## "); !ok {
		t.Fatal("docs/api.md has no section on the fields of a customer")
	}
	_, mappable, _ := strings.Cut(string(operations), "\n| customers | ")
	mappable, _, _ = strings.Cut(mappable, "\n")
	seen := map[string]bool{}
	for _, f := range fields {
		t.Run(f.File, func(t *testing.T) {
			if seen[f.File] {
				t.Error("two fields have this column of files")
			}
			seen[f.File] = true
			if !strings.Contains(section, "`"+f.File+"`") {
				t.Error("docs/api.md does not name the column of files")
			}
			if f.Input != "" && !strings.Contains(section, "`"+f.Input+"`") {
				t.Errorf("docs/api.md does not name %s", f.Input)
			}
			if can, _ := f.Mapped(); can != slices.Contains(strings.Fields(strings.NewReplacer("*", "", "|", "").Replace(mappable)), f.File) {
				t.Errorf("that --map can name it is %t, and docs/operations.md says otherwise", can)
			}
		})
	}
}

// TestMergedColumns: each column of a customer says what a merge makes of it.
func TestMergedColumns(t *testing.T) {
	t.Parallel()
	columns := map[string]bool{}
	for _, f := range fields {
		if columns[f.Column] = true; f.Column == "" {
			continue
		}
		if _, known := mergedColumns[f.Column]; !known {
			t.Errorf("say in mergedColumns (merged.go) what becomes of %s when two customers are merged: filled, if nothing else is known", f.Column)
		}
	}
	for column := range mergedColumns {
		if !columns[column] {
			t.Errorf("%s is no column of fields: take it out of mergedColumns", column)
		}
	}
}
