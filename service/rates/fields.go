package rates

import (
	"time"

	"kopeck/costing"
	"kopeck/fault"
	"kopeck/id"
	"kopeck/money"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/service/field"
	"kopeck/service/input"
)

// Descriptor is one field of a rate and all that is done with it.
type Descriptor struct {
	*field.Field[NewRate]

	input string                                           // the field of SetRateInput; "" where setRate does not take it
	read  func(in *service.SetRateInput, r *NewRate) error // what the input gives
	check func(s *Service, field string, r *NewRate) error // of a record of an input or a file
}

// fields defines each field of a rate once. Setting, importing, comparing and reading, the audit, and the header and the rows of files
// follow from it. It is in the order of the columns of files: add a new field at the end.
var fields = []Descriptor{
	{
		field.Of("id", "id", field.Own|field.OwnKey, field.Text, func(r *NewRate) *string { return &r.ID }),
		"id",
		func(in *service.SetRateInput, r *NewRate) error { return given("id", in.ID, &r.ID) },
		func(s *Service, _ string, r *NewRate) (err error) {
			r.ID, err = s.NewID(id.Rate, input.NonEmpty(r.ID))
			return err
		},
	},
	{
		field.Of("subject", "subject", required, subject, func(r *NewRate) *string { return &r.Subject }),
		"subject",
		func(in *service.SetRateInput, r *NewRate) error {
			r.Subject = string(in.Subject)
			return nil
		},
		unchecked,
	},
	{
		field.Of("code", "code", field.Own|field.OwnKey|field.Mappable|field.MapKey, field.Text, func(r *NewRate) *string { return &r.Code }),
		"code",
		func(in *service.SetRateInput, r *NewRate) error {
			r.Code = in.Code
			return nil
		},
		checkCode,
	},
	{
		field.Of("unit", "unit", field.Own|field.OwnKey|field.Mappable|field.MapKey, field.Text, func(r *NewRate) *string { return &r.Unit }).Compared("unit"),
		"unit",
		func(in *service.SetRateInput, r *NewRate) error {
			r.Unit = in.Unit
			return nil
		},
		func(_ *Service, field string, r *NewRate) (err error) {
			r.Unit, err = input.Text(field, r.Unit, 40)
			return err
		},
	},
	{
		field.Of("amount", "amount", required, field.Decimal, func(r *NewRate) *money.Decimal { return &r.Amount }).Compared("amount"),
		"amount",
		func(in *service.SetRateInput, r *NewRate) (err error) {
			r.Amount, err = input.Decimal("amount", in.Amount, "0", costing.MaxRate)
			return err
		},
		func(_ *Service, field string, r *NewRate) error {
			_, err := input.Decimal(field, money.Exact(r.Amount.String()), "0", costing.MaxRate)
			return err
		},
	},
	{field.Currency[NewRate](field.Own | field.Mappable), "", nil, unchecked},
	{
		field.Of("valid_from", "valid_from", required, field.Ahead, func(r *NewRate) *time.Time { return &r.ValidFrom }),
		"validFrom",
		func(in *service.SetRateInput, r *NewRate) error {
			r.ValidFrom = in.ValidFrom.UTC().Truncate(time.Microsecond)
			return nil
		},
		func(_ *Service, field string, r *NewRate) error { return input.CheckDate(field, &r.ValidFrom) },
	},
	atMost("capacity", "capacity_per_day", "capacityPerDay", "1000000000",
		func(r *NewRate) **money.Decimal { return &r.CapacityPerDay }, func(in *service.SetRateInput) *money.Exact { return in.CapacityPerDay }),
	atMost("fixed_share", "fixed_share", "fixedShare", "1",
		func(r *NewRate) **money.Decimal { return &r.FixedShare }, func(in *service.SetRateInput) *money.Exact { return in.FixedShare }),
	{
		field.Of("correction", "", field.Own|field.Mappable, field.Truth, func(r *NewRate) *bool { return &r.Correction }),
		"correction",
		func(in *service.SetRateInput, r *NewRate) error {
			return given("correction", in.Correction, &r.Correction)
		},
		unchecked,
	},
	{
		field.Of("recorded_at", "recorded_at", field.Own|field.OwnKey, field.Moment, func(r *NewRate) *time.Time { return &r.RecordedAt }),
		"", nil, unchecked,
	},
}

// required are the uses of a field that each rate has.
const required = field.Own | field.OwnKey | field.Mappable | field.MapKey | field.Filled

// Fields are all fields of rates.
func Fields() field.Fields[NewRate] { return all }

var all = func() field.Fields[NewRate] {
	all := make(field.Fields[NewRate], len(fields))
	for n, f := range fields {
		all[n] = f.Field
	}
	return all
}()

// subject is what a rate is for: a value of the API's RateSubject.
var subject = func() field.Kind[string] {
	k := field.Text
	k.Read = func(_ *field.Form, text string) (string, error) {
		v, err := input.Word[schema.RateSubject](text)
		return string(v), err
	}
	k.Model = func(v string) any { return schema.RateSubject(v) }
	return k
}()

// atMost is a number that may be absent.
func atMost(file, column, name, most string, at func(r *NewRate) **money.Decimal, in func(in *service.SetRateInput) *money.Exact) Descriptor {
	return Descriptor{
		field.Of(file, column, field.Own|field.Mappable|field.Nullable, field.Optional(field.Decimal), at).Compared(name),
		name,
		func(from *service.SetRateInput, r *NewRate) error {
			text := in(from)
			if text == nil {
				return nil
			}
			d, err := input.Decimal(name, *text, "0", most)
			*at(r) = &d
			return err
		},
		func(_ *Service, field string, r *NewRate) error {
			d := *at(r)
			if d == nil {
				return nil
			}
			_, err := input.Decimal(field, money.Exact(d.String()), "0", most)
			return err
		},
	}
}

// given reads what an input may give.
func given[V any](_ string, from *V, to *V) error {
	*to = input.OrZero(from)
	return nil
}

func unchecked(*Service, string, *NewRate) error { return nil }

// checked checks a rate of an input or a file by itself. Faults are of the fields of the API, beside those that are given.
func (s *Service) checked(r NewRate, faults fault.List) (NewRate, error) {
	wrong := map[string]bool{}
	for _, one := range faults {
		if len(one.Path) > 0 {
			wrong[one.Path[0]] = true
		}
	}
	for _, f := range fields {
		if !wrong[f.input] {
			faults.Add(f.check(s, f.input, &r))
		}
	}
	if len(faults) == 0 {
		if err := costing.CheckRate(r.Rate); err != nil {
			return r, input.DomainError(err)
		}
	}
	return r, faults.Or()
}
