package quote

import (
	"context"
	"slices"
	"strconv"
	"time"

	"kopeck/ent"
	"kopeck/ent/datedvalue"
	"kopeck/ent/fielddefinition"
	"kopeck/ent/fieldentry"
	"kopeck/fault"
	"kopeck/pricing"
	"kopeck/schema"
	"kopeck/service/input"
	"kopeck/store"
)

// What conditions may ask of the installation's own fields: what a customer or a product has in them, by what was known at the moment of the
// price.

// checkFields returns INVALID on condition where a condition asks for a field that is not defined, most
// likely because it is mistyped, or that is retired. Rules from before a field was retired go on by the values that are kept.
func (s *Service) checkFields(ctx context.Context, condition string) error {
	ofCustomers, ofProducts, err := pricing.FieldsOf(condition)
	if err != nil {
		return err
	}
	for noun, codes := range map[schema.FieldNoun][]string{schema.FieldOfCustomer: ofCustomers, schema.FieldOfProduct: ofProducts} {
		if len(codes) == 0 {
			continue
		}
		defined, err := s.Client.FieldDefinition.Query().Where(fielddefinition.NounEQ(noun), fielddefinition.CodeIn(codes...), fielddefinition.Retired(false)).Select(fielddefinition.FieldCode).Strings(ctx)
		if err != nil {
			return err
		}
		for _, code := range codes {
			if !slices.Contains(defined, code) {
				return fault.Invalidf("condition", "there is no field %s of a %s in use: define it first", input.Excerpt(code), noun)
			}
		}
	}
	return nil
}

// addOwnFields adds to facts what customers have in the installation's own fields.
func (s *Service) addOwnFields(ctx context.Context, facts map[string]pricing.Customer, ids []string, at time.Time, past bool) error {
	var known *time.Time
	if past {
		known = &at
	}
	return ownFields(ctx, s.Store, ids, known, func(customerID, code string, is schema.FieldType, value *string) {
		fact := facts[customerID]
		if fact.Fields == nil {
			fact.Fields = map[string]any{}
		}
		if value == nil {
			delete(fact.Fields, code)
		} else {
			fact.Fields[code] = s.variable(is, *value)
		}
		facts[customerID] = fact
	})
}

// variable returns a value of a field as conditions read it: a string, a double, a bool, or the moment at which a day begins.
func (s *Service) variable(is schema.FieldType, value string) any {
	switch is {
	case schema.FieldNumber:
		number, _ := strconv.ParseFloat(value, 64) // a decimal can always be read
		return number
	case schema.FieldBoolean:
		return value == "true"
	case schema.FieldDay:
		day, _ := schema.ParseDate(value) // as it was written
		return s.Settings().StartOfDay(int(day)).UTC()
	}
	return value
}

// productFields reads all that products have had in the installation's own fields, in the order of recording.
func (s *Service) productFields(ctx context.Context, tx *store.Tx) (map[string][]pricing.FieldValue, error) {
	entries, err := tx.FieldEntry.Query().Where(fieldentry.HasDefinitionWith(fielddefinition.NounEQ(schema.FieldOfProduct))).WithDefinition().All(ctx)
	if err != nil || len(entries) == 0 {
		return nil, err
	}
	byID := make(map[string]*ent.FieldEntry, len(entries))
	ids := make([]string, len(entries))
	for n, e := range entries {
		byID[e.ID], ids[n] = e, e.ID
	}
	all := map[string][]pricing.FieldValue{}
	for some := range slices.Chunk(ids, store.IDsPerStatement) {
		dated, err := tx.DatedValue.Query().Where(datedvalue.NameEQ(schema.DatedField), datedvalue.SubjectIn(some...)).Order(datedvalue.ByID()).All(ctx)
		if err != nil {
			return nil, err
		}
		for _, v := range dated {
			of := byID[v.Subject]
			one := pricing.FieldValue{Code: of.Edges.Definition.Code, RecordedAt: v.RecordedAt}
			if v.Value != nil {
				one.Value = s.variable(of.Edges.Definition.Type, *v.Value)
			}
			all[of.Subject] = append(all[of.Subject], one)
		}
	}
	for _, of := range all {
		slices.SortStableFunc(of, func(a, b pricing.FieldValue) int { return a.RecordedAt.Compare(b.RecordedAt) })
	}
	return all, nil
}
