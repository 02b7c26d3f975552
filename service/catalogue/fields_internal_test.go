package catalogue

import (
	"testing"

	"kopeck/ent"
	"kopeck/ent/product"
	"kopeck/service/field/fieldtest"
)

func TestFieldsOfInputs(t *testing.T) {
	t.Parallel()
	const terms, recipe, request = "it is of the price terms", "it is of the recipe", "it is of the request"
	empty := func() *Record { return &Record{Product: &ent.Product{Active: true}} }
	fieldtest.Edited(
		t, fields, empty,
		map[string][2]string{
			"sku": {`"A"`, `"B"`}, "name": {`" Chair "`, `"Table"`}, "kind": {`"GOOD"`, `"SERVICE"`}, "active": {`false`, `true`}, "partner": {`"Mill"`, `"Smith"`},
			"unit": {`"m"`, `"piece"`}, "category": {`"Oak"`, `"Ash"`}, "standardLeadDays": {`3`, `5`},
		},
		map[string]string{
			"id": "the verb makes one where the input has none", "idempotencyKey": request,
			"listPrice": terms, "markup": terms, "bundleDiscount": terms, "minimumMargin": terms, "taxCode": terms, "validFrom": terms,
			"components": recipe, "options": recipe,
		},
		map[string]string{"id": request, "expectedVersion": request, "idempotencyKey": request},
	)
}

func TestFieldsOfColumns(t *testing.T) {
	t.Parallel()
	fieldtest.Columns(t, Columns(), map[string]string{"version": "begins at 1, and each update adds 1"}, product.Columns)
}
