package rates

import (
	"testing"

	"kopeck/ent/rate"
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
		if (f.input == "") != (f.read == nil) {
			t.Errorf("%s: it has the name of an input and how it is read, or neither", f.File)
		}
	}
	fieldtest.Input[service.SetRateInput](t, taken, map[string]string{"idempotencyKey": "it is of the request"})
}

func TestFieldsOfColumns(t *testing.T) {
	t.Parallel()
	fieldtest.Columns(t, Fields().Columns(), map[string]string{rate.FieldCurrencyCode: "that of the installation, which has one"}, rate.Columns)
}

func TestFieldsOfFiles(t *testing.T) {
	t.Parallel()
	fieldtest.Files(t, Fields(), nil)
}
