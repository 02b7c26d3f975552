package ownfields_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/99designs/gqlgen/graphql"

	"kopeck/apptest"
	"kopeck/ent"
	"kopeck/money"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/service/ownfields"
)

// world is a company with a field of each type for customers: card, points, vip, since and size.
type world struct {
	*apptest.World

	t        *testing.T
	admin    context.Context
	customer string
	defined  map[string]*ent.FieldDefinition
}

func each(t *testing.T, test func(t *testing.T, w *world)) {
	t.Helper()
	apptest.Each(t, func(t *testing.T, of *apptest.World) {
		w := &world{World: of, t: t, admin: of.As(schema.RoleAdmin), customer: of.CustomerID(), defined: map[string]*ent.FieldDefinition{}}
		for _, in := range []service.DefineFieldInput{
			{Code: "card", Type: schema.FieldChoice, Words: []string{"gold", "silver"}, ForSales: ptr(true)},
			{Code: "points", Type: schema.FieldNumber, Least: ptr(money.Exact("0")), Most: ptr(money.Exact("1000"))},
			{Code: "vip", Type: schema.FieldBoolean, ForSales: ptr(true), ForPartners: ptr(true)},
			{Code: "since", Type: schema.FieldDay, Earliest: day("2020-01-01"), Latest: day("2030-12-31")},
			{Code: "size", Type: schema.FieldText, MaxLength: ptr(5)},
		} {
			in.Noun, in.Label = schema.FieldOfCustomer, strings.ToUpper(in.Code)
			w.define(in)
		}
		test(t, w)
	})
}

func ptr[T any](v T) *T { return &v }

func day(text string) *schema.Date {
	d, err := schema.ParseDate(text)
	if err != nil {
		panic(err)
	}
	return &d
}

func (w *world) define(in service.DefineFieldInput) *ent.FieldDefinition {
	w.t.Helper()
	d, err := w.OwnFields.DefineField(w.admin, in)
	w.Must(err)
	w.defined[in.Code] = d
	return d
}

// given is a value that is set, on a version; "" takes it away.
func given(code, value string, version int) *service.FieldValueInput {
	in := &service.FieldValueInput{Code: code, Value: graphql.OmittableOf(&value), ExpectedVersion: version}
	if value == "" {
		in.Value = graphql.OmittableOf[*string](nil)
	}
	return in
}

func (w *world) set(ctx context.Context, of string, values ...*service.FieldValueInput) error {
	_, err := w.OwnFields.SetFields(ctx, service.SetFieldsInput{ID: of, Fields: values})
	return err
}

// has is what something has in its fields, as somebody sees it: "code=value/version code=value/version".
func (w *world) has(ctx context.Context, of string) string {
	w.t.Helper()
	found, err := w.OwnFields.Values(ctx, []string{of}, nil)
	w.Must(err)
	return shown(found[of])
}

func shown(values []*ownfields.FieldValue) string {
	texts := make([]string, len(values))
	for n, v := range values {
		texts[n] = fmt.Sprintf("%s=%s/%d", v.Code, v.Value, v.Version)
	}
	return strings.Join(texts, " ")
}

// want compares a text with what it should be.
func (w *world) want(what, got, want string) {
	w.t.Helper()
	if got != want {
		w.t.Errorf("%s: %q, want %q", what, got, want)
	}
}
