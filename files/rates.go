package files

import (
	"errors"
	"strconv"
	"strings"
	"time"

	"kopeck/costing"
	"kopeck/money"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/service/app"
	"kopeck/service/bulk"
	"kopeck/service/input"
)

// rateRow is a rate as a file has it.
type rateRow struct {
	costing.Rate

	correction bool
}

// rateLayout is the layout of files of rates.
var rateLayout = layout[rateRow]{Rates, []column[rateRow]{
	textColumn("id", own|ownKey, func(r *rateRow) *string { return &r.ID }),
	subjectColumn,
	textColumn("code", own|ownKey|mappable|mapKey, func(r *rateRow) *string { return &r.Code }),
	textColumn("unit", own|ownKey|mappable|mapKey, func(r *rateRow) *string { return &r.Unit }),
	decimalColumn("amount", own|ownKey|mappable|mapKey|filled, func(r *rateRow) *money.Decimal { return &r.Amount }),
	currencyColumn[rateRow](own | mappable),
	validFromColumn,
	optionalDecimalColumn("capacity", func(r *rateRow) **money.Decimal { return &r.CapacityPerDay }),
	optionalDecimalColumn("fixed_share", func(r *rateRow) **money.Decimal { return &r.FixedShare }),
	truthColumn("correction", own|mappable, func(r *rateRow) *bool { return &r.correction }),
	pastColumn("recorded_at", own|ownKey, func(r *rateRow) *time.Time { return &r.RecordedAt }),
}}

// subjectColumn holds what a rate is for.
var subjectColumn = column[rateRow]{
	"subject", own | ownKey | mappable | mapKey | filled,
	func(_ *values, text string, to *rateRow) error {
		subject, err := input.Word[schema.RateSubject](text)
		to.Subject = string(subject)
		return err
	},
	func(_ *values, r *rateRow) string { return r.Subject },
}

// validFromColumn holds from when a rate holds, which may be in the future.
var validFromColumn = column[rateRow]{
	"valid_from", own | ownKey | mappable | mapKey | filled,
	func(v *values, text string, to *rateRow) (err error) {
		to.ValidFrom, err = v.dates.ahead(text)
		return err
	},
	func(_ *values, r *rateRow) string { return written(r.ValidFrom) },
}

func optionalDecimalColumn(name string, at func(*rateRow) **money.Decimal) column[rateRow] {
	return column[rateRow]{
		name, own | mappable | numeric,
		func(v *values, text string, to *rateRow) error {
			d, err := v.decimal(text)
			*at(to) = &d
			return err
		},
		func(_ *values, r *rateRow) string {
			if d := *at(r); d != nil {
				return d.String()
			}
			return ""
		},
	}
}

// openRates opens the file as one of rates.
func openRates(s *app.App, o Options, f *file) (source[bulk.RateRecord], error) {
	in, err := openLayout(s, o, f, rateLayout)
	if err != nil {
		return source[bulk.RateRecord]{}, err
	}
	return rowsOf(in, rateLayout, zero, func(e *entry[bulk.RateRecord], r *rateRow, f *faults) {
		switch { // a rate that was recorded before has both, a new one has neither
		case r.ID == "" && !r.RecordedAt.IsZero():
			f.of("id", errors.New("want the id of a rate that was recorded before"))
		case r.ID != "" && r.RecordedAt.IsZero():
			f.of("recorded_at", errNotDate)
		}
		e.value = bulk.RateRecord{Set: r.input(), RecordedAt: r.RecordedAt}
		if *f == "" {
			e.key, e.content = rateKey(e.value.Set)
		}
	}), nil
}

// input is the rate as the API takes it.
func (r *rateRow) input() service.SetRateInput {
	exact := func(d *money.Decimal) *money.Exact {
		if d == nil {
			return nil
		}
		text := money.Exact(d.String())
		return &text
	}
	return service.SetRateInput{
		ID: input.NonEmpty(r.ID), Subject: schema.RateSubject(r.Subject), Code: r.Code, Unit: r.Unit, Amount: money.Exact(r.Amount.String()), ValidFrom: r.ValidFrom,
		CapacityPerDay: exact(r.CapacityPerDay), FixedShare: exact(r.FixedShare), Correction: &r.correction,
	}
}

// rateKey returns by what a file distinguishes rates, and what of two rates must be the same. Corrections of one moment may follow
// each other: they have no key.
func rateKey(in service.SetRateInput) (key, content string) {
	exact := func(d *money.Exact) string {
		if d == nil {
			return ""
		}
		return string(*d)
	}
	content = strings.Join([]string{in.Unit, string(in.Amount), exact(in.CapacityPerDay), exact(in.FixedShare)}, "\x00")
	switch {
	case in.ID != nil:
		return "id:" + *in.ID, content
	case in.Correction != nil && *in.Correction:
		return "", ""
	}
	return strings.Join([]string{string(in.Subject), in.Code, strconv.FormatInt(in.ValidFrom.UnixMicro(), 10)}, "\x00"), content
}
