package people

import (
	"testing"

	"kopeck/ent"
	"kopeck/ent/user"
	"kopeck/service/field/fieldtest"
)

func TestFieldsOfInputs(t *testing.T) {
	t.Parallel()
	const request = "it is of the request"
	empty := func() *Record { return &Record{User: &ent.User{Active: true}} }
	fieldtest.Edited(
		t, fields, empty,
		map[string][2]string{
			"email": {`"anna@example.com"`, `"olga@example.com"`}, "name": {`" Anna "`, `"Olga"`}, "role": {`"SALES"`, `"MANAGER"`}, "grade": {`"senior"`, `"junior"`},
			"active": {`false`, `true`}, "password": {`"a long passphrase of Anna's"`, `"a long passphrase of Olga's"`}, "partner": {`{"role": "PARTNER", "partner": "Mill"}`, `{"role": "PARTNER", "partner": "Smith"}`},
		},
		map[string]string{"id": "the verb makes one where the input has none", "partnerScopes": "they are the partner's", "idempotencyKey": request},
		map[string]string{"id": request, "expectedVersion": request, "gradeFrom": "it is from when the grade holds"},
	)
}

func TestFieldsOfColumns(t *testing.T) {
	t.Parallel()
	fieldtest.Columns(t, Columns(), map[string]string{"version": "begins at 1, and each update adds 1"}, user.Columns)
}
