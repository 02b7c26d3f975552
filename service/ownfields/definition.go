package ownfields

import (
	"context"
	"slices"
	"strings"

	"github.com/99designs/gqlgen/graphql"

	"kopeck/ent"
	"kopeck/ent/fielddefinition"
	"kopeck/fault"
	"kopeck/formula"
	"kopeck/id"
	"kopeck/money"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/service/input"
	"kopeck/store"
)

const (
	maxFields = 200 // of a noun
	maxCode   = 60  // characters
	maxLabel  = 300 // characters
)

// lock is held alone by who changes definitions, and shared by who sets values.
var lock = store.LockOn("own fields", "")

// HoldAlone keeps others from defining fields and from setting values until the transaction ends.
func HoldAlone(ctx context.Context, tx *store.Tx) error { return tx.Lock(ctx, lock, false) }

// Hold keeps definitions from being changed until the transaction ends. Whoever sets values holds them, before any row.
func Hold(ctx context.Context, tx *store.Tx) error { return tx.Lock(ctx, lock, true) }

// Definitions gives the fields that the viewer may see, of a noun or, for nil, of all, by noun and code.
func (s *Service) Definitions(ctx context.Context, noun *schema.FieldNoun) ([]*ent.FieldDefinition, error) {
	query := s.Client.FieldDefinition.Query()
	if noun != nil {
		query.Where(fielddefinition.NounEQ(*noun))
	}
	return query.Order(fielddefinition.ByNoun(), fielddefinition.ByCode()).Limit(maxFields * len(schema.FieldNoun("").Values())).All(ctx)
}

// DefineField records a field. Faults: INVALID by part; ALREADY_EXISTS for a code that the noun has, be it in another letter case;
// LIMIT_EXCEEDED.
func (s *Service) DefineField(ctx context.Context, in service.DefineFieldInput) (*ent.FieldDefinition, error) {
	d, err := CheckNew(in)
	if err != nil {
		return nil, err
	}
	made, err := s.Write(ctx, service.Verb{Name: "defineField", Key: in.IdempotencyKey, Body: in}, func(ctx context.Context, tx *store.Tx) (string, error) {
		if err := HoldAlone(ctx, tx); err != nil {
			return "", err
		}
		all, err := tx.FieldDefinition.Query().Where(fielddefinition.NounEQ(in.Noun)).All(ctx)
		if err != nil {
			return "", err
		}
		if err := CheckCode(all, in.Noun, in.Code); err != nil {
			return "", err
		}
		d := *d // the transaction may be retried
		d.ID, d.CreatedAt = s.IDs.Make(id.Field), s.Now()
		return d.ID, s.Define(ctx, tx, &d)
	})
	if err != nil {
		return nil, err
	}
	return s.Client.FieldDefinition.Get(ctx, made)
}

// CheckNew checks a field that is to be defined, but for its code being free. INVALID by part.
func CheckNew(in service.DefineFieldInput) (*ent.FieldDefinition, error) {
	d := &ent.FieldDefinition{Noun: in.Noun, Code: in.Code, Type: in.Type, ForSales: input.OrZero(in.ForSales), ForPartners: input.OrZero(in.ForPartners)}
	var faults fault.List
	if err := formula.CheckCode(in.Code); err != nil {
		faults.Add(fault.Invalidf("code", "%v", err))
	}
	faults.Add(input.CheckText("code", in.Code, maxCode))
	var err error
	d.Label, err = input.Text("label", in.Label, maxLabel)
	faults.Add(err)
	faults.Add(limits{
		least: ifGiven(in.Least), most: ifGiven(in.Most), earliest: ifGiven(in.Earliest), latest: ifGiven(in.Latest), maxLength: ifGiven(in.MaxLength), words: in.Words,
	}.put(d))
	return d, faults.Or()
}

// Define records a field, which was checked. The transaction holds the definitions alone.
func (s *Service) Define(ctx context.Context, tx *store.Tx, d *ent.FieldDefinition) error {
	create := tx.FieldDefinition.Create().SetID(d.ID).SetCreatedAt(d.CreatedAt).SetUpdatedAt(s.Now()).SetNoun(d.Noun).SetCode(d.Code).SetLabel(d.Label).SetType(d.Type).
		SetNillableLeast(d.Least).SetNillableMost(d.Most).SetNillableEarliest(d.Earliest).SetNillableLatest(d.Latest).SetNillableMaxLength(d.MaxLength).
		SetForSales(d.ForSales).SetForPartners(d.ForPartners).SetRetired(d.Retired)
	if d.Words != nil {
		create.SetWords(d.Words)
	}
	saved, err := create.Save(ctx)
	if err != nil {
		return service.UniqueFault(err, true)
	}
	detail := partsOf(saved)
	detail["noun"], detail["code"] = saved.Noun, saved.Code
	return s.Audit(ctx, tx, "field.define", saved.ID, detail)
}

// CheckCode returns a fault for the code of a new field that another of the noun has, in whatever letter case, among all that there are.
func CheckCode(all []*ent.FieldDefinition, noun schema.FieldNoun, code string) error {
	n := 0
	for _, other := range all {
		if other.Noun != noun {
			continue
		}
		if n++; strings.EqualFold(other.Code, code) {
			return fault.New(fault.AlreadyExists, "code", "another field of the noun has the code %s", other.Code)
		}
	}
	if n >= maxFields {
		return fault.New(fault.LimitExceeded, "code", "the noun has %d fields, which is the most", n)
	}
	return nil
}

// partsOf are the parts of a field that updateField changes, by the names that inputs have for them.
func partsOf(d *ent.FieldDefinition) map[string]any {
	return map[string]any{
		"label": d.Label, "type": d.Type, "least": d.Least, "most": d.Most, "earliest": d.Earliest, "latest": d.Latest, "maxLength": d.MaxLength, "words": d.Words,
		"forSales": d.ForSales, "forPartners": d.ForPartners, "retired": d.Retired,
	}
}

// limits are the limits of values that an input states.
type limits struct {
	least, most      graphql.Omittable[*money.Exact]
	earliest, latest graphql.Omittable[*schema.Date]
	maxLength        graphql.Omittable[*int]
	words            []string // nil: not stated
}

func ifGiven[T any](v *T) graphql.Omittable[*T] {
	if v == nil {
		return graphql.Omittable[*T]{}
	}
	return graphql.OmittableOf(v)
}

// put checks limits and puts those that are stated into a field, whose type is known. Limits of another type are INVALID.
func (l limits) put(d *ent.FieldDefinition) error {
	var faults fault.List
	ofType := func(name string, isSet bool, t schema.FieldType) bool {
		if isSet && d.Type != t {
			faults.Add(fault.Invalidf(name, "it is of a %s, and the field is a %s", t, d.Type))
		}
		return isSet && d.Type == t
	}
	number := func(name string, of graphql.Omittable[*money.Exact], to **money.Decimal) {
		if !ofType(name, of.IsSet(), schema.FieldNumber) {
			return
		}
		if *to = nil; of.Value() != nil {
			limit, err := input.Decimal(name, *of.Value(), "-9000000000", "9000000000")
			faults.Add(err)
			*to = &limit
		}
	}
	day := func(name string, of graphql.Omittable[*schema.Date], to **schema.Date) {
		if !ofType(name, of.IsSet(), schema.FieldDay) {
			return
		}
		if *to = of.Value(); *to != nil && (**to < firstDay || **to > lastDay) {
			faults.Add(fault.Invalidf(name, "want a day from %s to %s", firstDay, lastDay))
		}
	}
	number("least", l.least, &d.Least)
	number("most", l.most, &d.Most)
	day("earliest", l.earliest, &d.Earliest)
	day("latest", l.latest, &d.Latest)
	if ofType("maxLength", l.maxLength.IsSet(), schema.FieldText) {
		if d.MaxLength = l.maxLength.Value(); d.MaxLength != nil && (*d.MaxLength < 1 || *d.MaxLength > maxText) {
			faults.Add(fault.Invalidf("maxLength", "want 1 to %d characters", maxText))
		}
	}
	if ofType("words", l.words != nil, schema.FieldChoice) {
		var err error
		d.Words, err = checkWords(l.words)
		faults.Add(err)
	}
	if len(faults) == 0 {
		faults.Add(checkLimits(d))
	}
	return faults.Or()
}

// checkLimits checks that the limits of a field go together.
func checkLimits(d *ent.FieldDefinition) error {
	switch {
	case d.Type == schema.FieldChoice && len(d.Words) == 0:
		return fault.Invalidf("words", "want the words of a CHOICE")
	case d.Least != nil && d.Most != nil && d.Least.Compare(*d.Most) > 0:
		return fault.Invalidf("most", "want at least %s, which is the least", d.Least)
	case d.Earliest != nil && d.Latest != nil && *d.Earliest > *d.Latest:
		return fault.Invalidf("latest", "want %s or later, which is the earliest", d.Earliest)
	}
	return nil
}

// checkWords checks the words of a CHOICE.
func checkWords(words []string) ([]string, error) {
	if len(words) == 0 || len(words) > maxWords {
		return nil, fault.Invalidf("words", "want 1 to %d words", maxWords)
	}
	checked := make([]string, len(words))
	for n, word := range words {
		var err error
		if checked[n], err = input.Text("words", word, maxWord); err != nil {
			return nil, err
		}
		if strings.ContainsAny(checked[n], "\r\n\t") {
			return nil, fault.Invalidf("words", "want words of one line")
		}
		if slices.Contains(checked[:n], checked[n]) {
			return nil, fault.Invalidf("words", "%q is there twice", input.Excerpt(checked[n]))
		}
	}
	return checked, nil
}
