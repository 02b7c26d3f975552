package ownfields

import (
	"context"

	"kopeck/ent"
	"kopeck/ent/fielddefinition"
	"kopeck/fault"
	"kopeck/schema"
	"kopeck/service"
)

// Asked is which values of a field a filter asks for.
type Asked struct {
	DefinitionID string
	None         bool    // those without a value
	Value        *string // this one alone; nil: any
	From, To     *int64  // a range of a NUMBER or a DAY, both included; nil: no limit
}

// Asked reads what a filter asks of a field of a noun that the viewer may see. Faults: NOT_FOUND on code; INVALID on equals, from and to. The
// limits of the field do not matter: a value outside of them finds nothing.
func (s *Service) Asked(ctx context.Context, noun schema.FieldNoun, in *service.FieldFilter) (*Asked, error) {
	d, err := s.Client.FieldDefinition.Query().Where(fielddefinition.NounEQ(noun), fielddefinition.Code(in.Code)).Only(ctx)
	if ent.IsNotFound(err) {
		return nil, fault.NoSuch("code", "field")
	}
	if err != nil {
		return nil, err
	}
	asked := &Asked{DefinitionID: d.ID}
	free := *d
	free.Least, free.Most, free.Earliest, free.Latest, free.MaxLength = nil, nil, nil, nil, nil
	ranged := in.From != nil || in.To != nil
	var faults fault.List
	switch {
	case in.Equals.IsSet() == ranged:
		faults.Add(fault.Invalidf("equals", "want either equals, or from, to or both"))
	case in.Equals.IsSet() && in.Equals.Value() == nil:
		asked.None = true
	case in.Equals.IsSet():
		value, _, err := Read(&free, *in.Equals.Value())
		if err != nil {
			faults.Add(fault.Invalidf("equals", "%v", err))
		}
		asked.Value = &value
	case d.Type != schema.FieldNumber && d.Type != schema.FieldDay:
		faults.Add(fault.Invalidf("code", "the field is a %s: only a NUMBER and a DAY have ranges; want equals", d.Type))
	}
	if err := faults.Or(); err != nil || !ranged {
		return asked, err
	}
	for _, end := range []struct {
		name string
		text *string
		to   **int64
	}{{"from", in.From, &asked.From}, {"to", in.To, &asked.To}} {
		if end.text == nil {
			continue
		}
		_, number, err := Read(&free, *end.text)
		if err != nil {
			faults.Add(fault.Invalidf(end.name, "%v", err))
		}
		*end.to = number
	}
	if err := faults.Or(); err != nil {
		return nil, err
	}
	if asked.From != nil && asked.To != nil && *asked.From > *asked.To {
		return nil, fault.Invalidf("to", "want from or more")
	}
	return asked, nil
}
