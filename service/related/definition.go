package related

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/99designs/gqlgen/graphql"

	"kopeck/ent"
	"kopeck/ent/fielddefinition"
	"kopeck/fault"
	"kopeck/id"
	"kopeck/money"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/service/bulk"
	"kopeck/service/field"
	"kopeck/service/input"
	"kopeck/service/ownfields"
	"kopeck/store"
)

// Definition is the definition of a field of the installation's own, of a file. What is not given is nil.
type Definition struct {
	ID, Code, Label                string
	Noun                           schema.FieldNoun
	Type                           schema.FieldType
	Least, Most                    *money.Decimal
	Earliest, Latest               *schema.Date
	MaxLength                      *int
	Words                          []string
	ForSales, ForPartners, Retired *bool
	CreatedAt                      time.Time
}

// DefinitionFields are the fields of definitions, as files have them.
func DefinitionFields() field.Fields[Definition] { return definitionFields }

var definitionFields = field.Fields[Definition]{
	field.Of("noun", "", mustBeMapped|field.Filled, field.Word[schema.FieldNoun](), func(d *Definition) *schema.FieldNoun { return &d.Noun }),
	field.Of("code", "", mustBeMapped, field.Text, func(d *Definition) *string { return &d.Code }),
	field.Of("label", "", mustBeMapped, field.Text, func(d *Definition) *string { return &d.Label }),
	field.Of("type", "", mustBeMapped|field.Filled, field.Word[schema.FieldType](), func(d *Definition) *schema.FieldType { return &d.Type }),
	field.Of("least", "", both, field.Optional(field.SignedDecimal), func(d *Definition) **money.Decimal { return &d.Least }),
	field.Of("most", "", both, field.Optional(field.SignedDecimal), func(d *Definition) **money.Decimal { return &d.Most }),
	field.Of("earliest", "", both, field.Optional(field.Date), func(d *Definition) **schema.Date { return &d.Earliest }),
	field.Of("latest", "", both, field.Optional(field.Date), func(d *Definition) **schema.Date { return &d.Latest }),
	field.Of("max_length", "", both, field.Optional(field.Count), func(d *Definition) **int { return &d.MaxLength }),
	field.Of("words", "", both, words, func(d *Definition) *[]string { return &d.Words }),
	field.Of("for_sales", "", both, field.Optional(field.Truth), func(d *Definition) **bool { return &d.ForSales }),
	field.Of("for_partners", "", both, field.Optional(field.Truth), func(d *Definition) **bool { return &d.ForPartners }),
	field.Of("retired", "", both, field.Optional(field.Truth), func(d *Definition) **bool { return &d.Retired }),
	field.Of("id", "", field.Own, field.Text, func(d *Definition) *string { return &d.ID }),
	field.Of("created_at", "", field.Own, field.Moment, func(d *Definition) *time.Time { return &d.CreatedAt }),
}

// words are words with semicolons or line ends between them, or a list in JSON.
var words = func() field.Kind[[]string] {
	k := field.List[string]()
	asJSON := k.Write
	k.Read = func(_ *field.Form, text string) (list []string, err error) {
		if strings.HasPrefix(text, "[") {
			if json.Unmarshal([]byte(text), &list) != nil {
				return nil, errors.New(`want words with semicolons between them, or a list in JSON such as ["a; b", "c"]`)
			}
			return list, nil
		}
		for _, word := range strings.FieldsFunc(text, func(r rune) bool { return r == ';' || r == '\n' }) {
			if word = strings.TrimSpace(word); word != "" {
				list = append(list, word)
			}
		}
		return list, nil
	}
	k.Write = func(form *field.Form, list []string) string {
		joined := strings.Join(list, "; ")
		if strings.HasPrefix(joined, "[") || slices.ContainsFunc(list, func(word string) bool { return strings.Contains(word, ";") }) {
			return asJSON(form, list)
		}
		return joined
	}
	return k
}()

// Definitions defines fields. One that exists with the same content is left alone; one with other content is changed if Update is set, as
// updateField changes it, and else rejected. A limit that is not given stays.
func (i *Import) Definitions(ctx context.Context, records []Definition) ([]bulk.Verdict, error) {
	return i.run(ctx, len(records), func(ctx context.Context, c *chunk) error {
		if c.bulk != nil {
			if err := ownfields.HoldAlone(ctx, c.tx); err != nil {
				return err
			}
		}
		all, err := c.tx.FieldDefinition.Query().All(ctx)
		if err != nil {
			return err
		}
		for n := range records {
			given := &records[n]
			at := slices.IndexFunc(all, func(d *ent.FieldDefinition) bool { return d.Noun == given.Noun && d.Code == given.Code })
			if at >= 0 {
				c.verdicts[n], err = c.redefine(ctx, all[at], given)
			} else {
				all, c.verdicts[n], err = c.define(ctx, all, given)
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// define defines a field that is not there, beside all that are.
func (c *chunk) define(ctx context.Context, all []*ent.FieldDefinition, given *Definition) ([]*ent.FieldDefinition, bulk.Verdict, error) {
	d, err := ownfields.CheckNew(service.DefineFieldInput{
		Noun: given.Noun, Code: given.Code, Label: given.Label, Type: given.Type, Least: exactOf(given.Least), Most: exactOf(given.Most), Earliest: given.Earliest,
		Latest: given.Latest, MaxLength: given.MaxLength, Words: given.Words, ForSales: given.ForSales, ForPartners: given.ForPartners,
	})
	var faults fault.List
	faults.Add(err)
	faults.Add(ownfields.CheckCode(all, given.Noun, given.Code))
	if given.ID != "" {
		faults.Add(id.Check("id", id.Field, given.ID))
	}
	if err := faults.Or(); err != nil {
		return all, rejectedFor(err), nil
	}
	if at := slices.IndexFunc(all, func(other *ent.FieldDefinition) bool { return other.ID == given.ID }); at >= 0 {
		return all, rejected("id: the field " + all[at].Code + " has this id"), nil
	}
	d.ID, d.CreatedAt, d.Retired = given.ID, given.CreatedAt, input.OrZero(given.Retired)
	if d.ID == "" {
		d.ID = c.service.IDs.Make(id.Field)
	}
	if d.CreatedAt.IsZero() {
		d.CreatedAt = c.service.Now()
	}
	all = append(all, d)
	if c.bulk == nil {
		return all, bulk.Verdict{Outcome: bulk.Added}, nil
	}
	return all, bulk.Verdict{Outcome: bulk.Added}, c.service.fields.Define(ctx, c.tx, d)
}

// redefine changes a field that exists, unless it is the same.
func (c *chunk) redefine(ctx context.Context, stored *ent.FieldDefinition, given *Definition) (bulk.Verdict, error) {
	if given.ID != "" && given.ID != stored.ID {
		return rejected("id: the field of the noun with this code has another id"), nil
	}
	in, differ := changesOf(stored, given)
	switch {
	case len(differ) == 0:
		return bulk.Verdict{Outcome: bulk.Present}, nil
	case !c.Update:
		return existsOtherwise("field", differ), nil
	}
	verdict := bulk.Verdict{Outcome: bulk.Updated}
	if err := ownfields.CheckChange(ctx, c.tx, stored, in); err != nil {
		if fault.Of(err) == nil {
			return verdict, err
		}
		return rejectedFor(err), nil
	}
	if c.bulk == nil {
		return verdict, nil
	}
	return verdict, c.service.fields.Change(ctx, c.tx, in)
}

// changesOf returns what updates a field that exists to what a file gives, and the columns that differ.
func changesOf(stored *ent.FieldDefinition, given *Definition) (in service.UpdateFieldInput, differ []string) {
	in = service.UpdateFieldInput{ID: stored.ID, ExpectedVersion: stored.Version}
	add := func(column string, given, same bool) bool {
		if given && !same {
			differ = append(differ, column)
		}
		return given && !same
	}
	if add("label", given.Label != "", given.Label == stored.Label) {
		in.Label = &given.Label
	}
	if add("type", true, given.Type == stored.Type) {
		in.Type = &given.Type
	}
	if add("least", given.Least != nil, service.SameJSON(given.Least, stored.Least)) {
		in.Least = graphql.OmittableOf(exactOf(given.Least))
	}
	if add("most", given.Most != nil, service.SameJSON(given.Most, stored.Most)) {
		in.Most = graphql.OmittableOf(exactOf(given.Most))
	}
	if add("earliest", given.Earliest != nil, service.SameJSON(given.Earliest, stored.Earliest)) {
		in.Earliest = graphql.OmittableOf(given.Earliest)
	}
	if add("latest", given.Latest != nil, service.SameJSON(given.Latest, stored.Latest)) {
		in.Latest = graphql.OmittableOf(given.Latest)
	}
	if add("max_length", given.MaxLength != nil, service.SameJSON(given.MaxLength, stored.MaxLength)) {
		in.MaxLength = graphql.OmittableOf(given.MaxLength)
	}
	if add("words", given.Words != nil, slices.Equal(given.Words, stored.Words)) {
		in.Words = given.Words
	}
	for _, one := range []struct {
		column string
		given  *bool
		stored bool
		to     **bool
	}{
		{"for_sales", given.ForSales, stored.ForSales, &in.ForSales}, {"for_partners", given.ForPartners, stored.ForPartners, &in.ForPartners}, {"retired", given.Retired, stored.Retired, &in.Retired},
	} {
		if add(one.column, one.given != nil, input.OrZero(one.given) == one.stored) {
			*one.to = one.given
		}
	}
	return in, differ
}

func exactOf(d *money.Decimal) *money.Exact {
	if d == nil {
		return nil
	}
	text := money.Exact(d.String())
	return &text
}

// ExportDefinitions calls each for every definition, by noun and code, from one snapshot of the database.
func (s *Service) ExportDefinitions(ctx context.Context, each func(*Definition) error) error {
	var all []*ent.FieldDefinition
	err := s.Store.Read(bypassGuard(ctx), func(ctx context.Context, tx *store.Tx) (err error) {
		all, err = tx.FieldDefinition.Query().Order(fielddefinition.ByNoun(), fielddefinition.ByCode()).All(ctx)
		return err
	})
	if err != nil {
		return err
	}
	for _, d := range all {
		one := &Definition{
			ID: d.ID, Code: d.Code, Label: d.Label, Noun: d.Noun, Type: d.Type, Least: d.Least, Most: d.Most, Earliest: d.Earliest, Latest: d.Latest, MaxLength: d.MaxLength,
			Words: d.Words, ForSales: &d.ForSales, ForPartners: &d.ForPartners, Retired: &d.Retired, CreatedAt: d.CreatedAt.UTC(),
		}
		if err := each(one); err != nil {
			return err
		}
	}
	return nil
}
