package ownfields_test

import (
	"fmt"
	"testing"

	"github.com/99designs/gqlgen/graphql"

	"kopeck/apptest"
	"kopeck/money"
	"kopeck/schema"
	"kopeck/service"
)

func TestWrongDefinitions(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		for name, c := range map[string]struct {
			in   service.DefineFieldInput
			want string
		}{
			"a code with a blank":        {service.DefineFieldInput{Code: "a b", Label: "x", Type: schema.FieldText}, "INVALID code"},
			"no code":                    {service.DefineFieldInput{Label: "x", Type: schema.FieldText}, "INVALID code"},
			"no label":                   {service.DefineFieldInput{Code: "a", Label: " ", Type: schema.FieldText}, "INVALID label"},
			"a code that is taken":       {service.DefineFieldInput{Code: "card", Label: "x", Type: schema.FieldText}, "ALREADY_EXISTS code"},
			"in another case":            {service.DefineFieldInput{Code: "Card", Label: "x", Type: schema.FieldText}, "ALREADY_EXISTS code"},
			"a choice without words":     {service.DefineFieldInput{Code: "a", Label: "x", Type: schema.FieldChoice}, "INVALID words"},
			"a word twice":               {service.DefineFieldInput{Code: "a", Label: "x", Type: schema.FieldChoice, Words: []string{"b", " b"}}, "INVALID words"},
			"a range of a text":          {service.DefineFieldInput{Code: "a", Label: "x", Type: schema.FieldText, Least: ptr(money.Exact("1"))}, "INVALID least"},
			"a range that is empty":      {service.DefineFieldInput{Code: "a", Label: "x", Type: schema.FieldNumber, Least: ptr(money.Exact("2")), Most: ptr(money.Exact("1"))}, "INVALID most"},
			"days that are none of ours": {service.DefineFieldInput{Code: "a", Label: "x", Type: schema.FieldDay, Earliest: day("1899-12-31")}, "INVALID earliest"},
			"a latest before the first":  {service.DefineFieldInput{Code: "a", Label: "x", Type: schema.FieldDay, Earliest: day("2020-01-02"), Latest: day("2020-01-01")}, "INVALID latest"},
			"a length of nothing":        {service.DefineFieldInput{Code: "a", Label: "x", Type: schema.FieldText, MaxLength: ptr(0)}, "INVALID maxLength"},
			"a length beyond all":        {service.DefineFieldInput{Code: "a", Label: "x", Type: schema.FieldText, MaxLength: ptr(501)}, "INVALID maxLength"},
		} {
			c.in.Noun = schema.FieldOfCustomer
			_, err := w.OwnFields.DefineField(w.admin, c.in)
			w.want(name, apptest.Faults(err), c.want)
		}
		w.define(service.DefineFieldInput{Noun: schema.FieldOfProduct, Code: "card", Label: "of another noun", Type: schema.FieldText})
		for _, role := range []schema.Role{schema.RoleSales, schema.RoleAnalyst, schema.RolePartner} {
			_, err := w.OwnFields.DefineField(w.As(role), service.DefineFieldInput{Noun: schema.FieldOfCustomer, Code: "mine", Label: "x", Type: schema.FieldText})
			w.want(string(role), apptest.Faults(err), "FORBIDDEN")
		}
		for n := range 195 {
			w.define(service.DefineFieldInput{Noun: schema.FieldOfCustomer, Code: fmt.Sprint("n", n), Label: "x", Type: schema.FieldText})
		}
		_, err := w.OwnFields.DefineField(w.admin, service.DefineFieldInput{Noun: schema.FieldOfCustomer, Code: "more", Label: "x", Type: schema.FieldText})
		w.want("one too many", apptest.Faults(err), "LIMIT_EXCEEDED code")
	})
}

// TestRedefinition: a type stays as soon as there has been a value, a limit is narrowed only if all values of now hold, and changes of
// different parts merge.
func TestRedefinition(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		update := func(code string, change func(in *service.UpdateFieldInput)) string {
			t.Helper()
			now, err := w.Client.FieldDefinition.Get(w.admin, w.defined[code].ID)
			w.Must(err)
			in := service.UpdateFieldInput{ID: now.ID, ExpectedVersion: now.Version}
			change(&in)
			_, err = w.OwnFields.UpdateField(w.admin, in)
			return apptest.Faults(err)
		}
		toText := func(in *service.UpdateFieldInput) { in.Type = ptr(schema.FieldText) }
		w.want("a type without values", update("points", toText), "")
		now, err := w.Client.FieldDefinition.Get(w.admin, w.defined["points"].ID)
		w.Must(err)
		if now.Least != nil || now.Most != nil || now.Type != schema.FieldText {
			t.Errorf("with another type: %v", now)
		}
		w.want("and back", update("points", func(in *service.UpdateFieldInput) {
			in.Type, in.Most = ptr(schema.FieldNumber), graphql.OmittableOf(ptr(money.Exact("1000")))
		}), "")
		w.want("a limit of the other type", update("points", func(in *service.UpdateFieldInput) { in.MaxLength = graphql.OmittableOf(ptr(3)) }), "INVALID maxLength")
		w.Must(w.set(w.admin, w.customer, given("points", "500", 0), given("since", "2025-05-05", 0), given("size", "XL", 0), given("card", "gold", 0)))
		for _, c := range []struct {
			name   string
			code   string
			change func(in *service.UpdateFieldInput)
			want   string
		}{
			{"type", "points", toText, "WRONG_STATE type"},
			{"least over", "points", func(in *service.UpdateFieldInput) { in.Least = graphql.OmittableOf(ptr(money.Exact("500.1"))) }, "WRONG_STATE least"},
			{"most under", "points", func(in *service.UpdateFieldInput) { in.Most = graphql.OmittableOf(ptr(money.Exact("499.9"))) }, "WRONG_STATE most"},
			{"least at", "points", func(in *service.UpdateFieldInput) { in.Least = graphql.OmittableOf(ptr(money.Exact("500"))) }, ""},
			{"earliest over", "since", func(in *service.UpdateFieldInput) { in.Earliest = graphql.OmittableOf(day("2025-05-06")) }, "WRONG_STATE earliest"},
			{"latest under", "since", func(in *service.UpdateFieldInput) { in.Latest = graphql.OmittableOf(day("2025-05-04")) }, "WRONG_STATE latest"},
			{"no latest", "since", func(in *service.UpdateFieldInput) { in.Latest = graphql.OmittableOf[*schema.Date](nil) }, ""},
			{"length under", "size", func(in *service.UpdateFieldInput) { in.MaxLength = graphql.OmittableOf(ptr(1)) }, "WRONG_STATE maxLength"},
			{"length at", "size", func(in *service.UpdateFieldInput) { in.MaxLength = graphql.OmittableOf(ptr(2)) }, ""},
			{"a word that is", "card", func(in *service.UpdateFieldInput) { in.Words = []string{"silver"} }, "WRONG_STATE words"},
			{"a word that not", "card", func(in *service.UpdateFieldInput) { in.Words = []string{"gold", "platinum"} }, ""},
			{"no words", "card", func(in *service.UpdateFieldInput) { in.Words = []string{} }, "INVALID words"},
		} {
			w.want(c.name, update(c.code, c.change), c.want)
		}
		w.Must(w.set(w.admin, w.customer, given("points", "", 1)))
		w.want("a type of values that were", update("points", toText), "WRONG_STATE type")
		w.want("a limit that leaves out what was", update("points", func(in *service.UpdateFieldInput) { in.Least = graphql.OmittableOf(ptr(money.Exact("501"))) }), "")
		_, err = w.OwnFields.UpdateField(w.admin, service.UpdateFieldInput{ID: w.defined["vip"].ID, ExpectedVersion: 1, Label: ptr("Very")})
		w.Must(err)
		_, err = w.OwnFields.UpdateField(w.admin, service.UpdateFieldInput{ID: w.defined["vip"].ID, ExpectedVersion: 1, ForSales: ptr(false)})
		w.Must(err)
		_, err = w.OwnFields.UpdateField(w.admin, service.UpdateFieldInput{ID: w.defined["vip"].ID, ExpectedVersion: 1, Label: ptr("Vip")})
		w.want("a part that another changed", apptest.Faults(err), "VERSION_CONFLICT expectedVersion")
		_, err = w.OwnFields.UpdateField(w.admin, service.UpdateFieldInput{ID: w.IDs.Make("fld"), ExpectedVersion: 1})
		w.want("no such field", apptest.Faults(err), "NOT_FOUND id")
	})
}
