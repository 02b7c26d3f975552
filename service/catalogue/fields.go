package catalogue

import (
	"strings"
	"time"

	"kopeck/costing"
	"kopeck/ent"
	"kopeck/fault"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/service/field"
	"kopeck/service/input"
	"kopeck/store"
)

// Record is a product: the row, and the name of the partner whose it is, "" for our own.
type Record struct {
	*ent.Product

	Partner string
}

// descriptor is one field of a product and all that is done with it.
type descriptor = field.Edited[Record, service.CreateProductInput, service.UpdateProductInput]

// fields defines each field of a product once. Creating, updating and merging, the audit, the columns of files, and what an import makes
// of a product that an order names follow from it. Price terms, components and options are rows of their own.
var fields = field.EditedFields[Record, service.CreateProductInput, service.UpdateProductInput]{
	ofTable(field.Of("id", "id", field.Own, field.Text, func(r *Record) *string { return &r.ID })),
	{
		Field: field.Of("sku", "sku", field.Own|field.OwnKey|field.Mappable|field.MapKey, field.Identifier, func(r *Record) *string { return &r.Sku }),
		Input: "sku",
		Create: func(in *service.CreateProductInput, r *Record) (err error) {
			r.Sku, err = input.Text("sku", in.Sku, 100)
			return err
		},
	},
	{
		Field: field.Of("name", "name", field.Own|field.Mappable, field.Text, func(r *Record) *string { return &r.Name }).
			WithKey("name_key", func(r *Record) string { return input.NameKey(r.Name) }).
			WithKey("search_key", func(r *Record) string { return input.ProductKey(r.Sku, r.Name) }),
		Input:   "name",
		Create:  func(in *service.CreateProductInput, r *Record) error { return checkName(in.Name, r) },
		Update:  func(in *service.UpdateProductInput, r *Record) (bool, error) { return ifGiven(in.Name, r, checkName) },
		History: func(r *Record) any { return r.Name },
	},
	{
		Field: field.Of("kind", "kind", field.Own|field.Mappable, field.Word[schema.ProductKind](), func(r *Record) *schema.ProductKind { return &r.Kind }),
		Input: "kind",
		Create: func(in *service.CreateProductInput, r *Record) error {
			r.Kind = input.Or(in.Kind, schema.Good)
			return nil
		},
	},
	{
		Field: field.Of("active", "active", field.Own|field.Mappable, field.Truth, func(r *Record) *bool { return &r.Active }),
		Input: "active",
		Update: func(in *service.UpdateProductInput, r *Record) (bool, error) {
			return input.Take(in.Active, &r.Active), nil
		},
		History: func(r *Record) any { return r.Active },
	},
	{
		Field: field.Of("", "partner_id", field.Nullable, field.Optional(field.Text), func(r *Record) **string { return &r.PartnerID }),
		Input: "partner",
		Create: func(in *service.CreateProductInput, r *Record) (err error) {
			if in.Partner != nil {
				r.Partner, err = input.Text("partner", *in.Partner, 200)
			}
			return err
		},
		Update: func(in *service.UpdateProductInput, r *Record) (bool, error) {
			return ifGiven(in.Partner, r, func(name string, r *Record) (err error) {
				if r.Partner = strings.TrimSpace(name); r.Partner != "" {
					r.Partner, err = input.Text("partner", r.Partner, 200)
				}
				return err
			})
		},
		History: func(r *Record) any { return r.Partner },
	},
	ofTable(field.Of("partner", "", field.Own|field.Mappable, field.Text, func(r *Record) *string { return &r.Partner }).From("coalesce(q.name, '')")),
	optionalText("unit", 40, func(r *Record) **string { return &r.Unit },
		func(in *service.CreateProductInput) *string { return in.Unit },
		func(in *service.UpdateProductInput) *string { return in.Unit }),
	optionalText("category", 100, func(r *Record) **string { return &r.Category },
		func(in *service.CreateProductInput) *string { return in.Category },
		func(in *service.UpdateProductInput) *string { return in.Category }),
	{
		Field: field.Of("lead_days", "standard_lead_days", field.Own|field.Mappable, field.Days, func(r *Record) *int { return &r.StandardLeadDays }),
		Input: "standardLeadDays",
		Create: func(in *service.CreateProductInput, r *Record) error {
			return checkLeadDays(input.Or(in.StandardLeadDays, usualLeadDays), r)
		},
		Update: func(in *service.UpdateProductInput, r *Record) (bool, error) {
			return ifGiven(in.StandardLeadDays, r, checkLeadDays)
		},
		History: func(r *Record) any { return r.StandardLeadDays },
	},
	ofTable(field.Of("created_at", "created_at", field.Own, field.Moment, func(r *Record) *time.Time { return &r.CreatedAt })),
	ofTable(field.Of("", "updated_at", 0, field.Stamp, func(r *Record) *time.Time { return &r.UpdatedAt })),
}

// usualLeadDays is the lead time of a product of which none is stated.
const usualLeadDays = 14

// Fields are the fields of products, as files and the table have them. The name of a partner is read from the table of partners, as q.
func Fields() field.Fields[Record] { return fields.Fields() }

// Columns are the columns of a new product.
func Columns() []store.Column[*Record] { return fields.Fields().Columns() }

// Named returns a product of which an import gives the sku and the name. It is inactive, since nobody has said what it is.
func Named(id, sku, name string, at time.Time) *Record {
	return &Record{Product: &ent.Product{ID: id, Sku: sku, Name: name, Kind: schema.Good, StandardLeadDays: usualLeadDays, CreatedAt: at, UpdatedAt: at}}
}

// ofTable is a field that inputs do not give.
func ofTable(f *field.Field[Record]) descriptor { return descriptor{Field: f} }

// optionalText is a text that may be absent or empty; conflicts and the audit have "" for none.
func optionalText(
	name string, most int, at func(r *Record) **string,
	create func(in *service.CreateProductInput) *string, update func(in *service.UpdateProductInput) *string,
) descriptor {
	return descriptor{
		Field: field.Of(name, name, field.Own|field.Mappable|field.Nullable, field.Optional(field.Text), at),
		Input: name,
		Create: func(in *service.CreateProductInput, r *Record) (err error) {
			*at(r), err = input.OptionalText(name, create(in), most)
			return err
		},
		Update: func(in *service.UpdateProductInput, r *Record) (isGiven bool, err error) {
			*at(r), err = input.OptionalText(name, update(in), most)
			return update(in) != nil, err
		},
		History: func(r *Record) any { return input.OrZero(*at(r)) },
	}
}

// ifGiven puts the value of an optional field of an input into a record.
func ifGiven[V any](value *V, r *Record, put func(v V, r *Record) error) (bool, error) {
	if value == nil {
		return false, nil
	}
	return true, put(*value, r)
}

func checkName(name string, r *Record) (err error) {
	r.Name, err = input.Text("name", name, 300)
	return err
}

func checkLeadDays(days int, r *Record) error {
	if r.StandardLeadDays = days; days < 0 || days > costing.MaxLeadDays {
		return fault.Invalidf("standardLeadDays", "want 0 to %d days", costing.MaxLeadDays)
	}
	return nil
}
