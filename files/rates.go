package files

import (
	"strconv"
	"strings"

	"kopeck/money"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/service/app"
	"kopeck/service/bulk"
)

// rates opens the file as one of rates.
func rates(s *app.App, o Options, f *file) (source[bulk.RateRecord], error) {
	v, err := newValues(s, o)
	if err != nil {
		return source[bulk.RateRecord]{}, err
	}
	t, err := openTable(f, f.from)
	if err != nil {
		return source[bulk.RateRecord]{}, err
	}
	own := t.own(rateFields, len(rateFields)) && o.Format != CSV
	switch {
	case own && o.Map != "":
		return source[bulk.RateRecord]{}, optionsError("a file of Kopeck's own format needs no --map")
	case !own && o.Format == Kopeck:
		return source[bulk.RateRecord]{}, fileError("its header is not that of rates that Kopeck exported")
	case !own:
		fields, required := Fields(Rates)
		if err := t.assign(o.Map, fields, required); err != nil {
			return source[bulk.RateRecord]{}, err
		}
	}
	next := func() (*entry[bulk.RateRecord], error) {
		r, err := t.next()
		if err != nil {
			return nil, err
		}
		e := &entry[bulk.RateRecord]{rows: []told{{r.line, r.raw}}, fault: r.fault}
		if r.fault != "" {
			return e, nil
		}
		var fault faults
		e.value, fault = readRate(v, t, r)
		if own {
			fault.of(ownRate(&e.value, v, t, r))
		}
		if e.fault = string(fault); fault == "" {
			e.key, e.content = rateKey(e.value.Set)
		}
		return e, nil
	}
	return source[bulk.RateRecord]{next, func() int64 { return t.passed }}, nil
}

// rateKey gives by what a file tells rates apart and what they say. Corrections of one moment may follow each other: they
// have no key.
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

// readRate reads what any price list has.
func readRate(v *values, t *table, r row) (bulk.RateRecord, faults) {
	var f faults
	get := func(field string) string { return t.get(r, field) }
	in := service.SetRateInput{Code: get("code"), Unit: get("unit")}
	var fault string
	in.Subject, fault = word[schema.RateSubject](get("subject"))
	f.of("subject", fault)
	in.ValidFrom, fault = v.dates.ahead(get("valid_from"))
	f.of("valid_from", fault)
	amount, fault := v.decimal(get("amount"))
	f.of("amount", fault)
	in.Amount = money.Exact(amount.String())
	for _, optional := range []struct {
		field string
		to    **money.Exact
	}{{"capacity", &in.CapacityPerDay}, {"fixed_share", &in.FixedShare}} {
		if text := get(optional.field); text != "" {
			d, fault := v.decimal(text)
			f.of(optional.field, fault)
			*optional.to = new(money.Exact(d.String()))
		}
	}
	correction, fault := truth(get("correction"))
	f.of("correction", fault)
	in.Correction = &correction
	f.of("currency", v.code(get("currency")))
	return bulk.RateRecord{Set: in}, f
}

// ownRate reads what Kopeck's own format has beyond that: both are empty for a new rate.
func ownRate(record *bulk.RateRecord, v *values, t *table, r row) (field, fault string) {
	rateID, recorded := t.get(r, "id"), t.get(r, "recorded_at")
	if rateID == "" && recorded == "" {
		return "", ""
	}
	if rateID == "" {
		return "id", "want the id of a rate that was recorded before"
	}
	record.Set.ID = &rateID
	record.RecordedAt, fault = v.dates.parse(recorded)
	return "recorded_at", fault
}

func (w *writer) rate(r *bulk.ExportedRate) error {
	optional := func(d *money.Decimal) string {
		if d == nil {
			return ""
		}
		return d.String()
	}
	return w.row(
		r.ID, r.Subject, r.Code, r.Unit, r.Amount.String(), w.currency.Code(), written(r.ValidFrom), optional(r.CapacityPerDay), optional(r.FixedShare),
		strconv.FormatBool(r.Correction), written(r.RecordedAt),
	)
}
