package files

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"kopeck/money"
	"kopeck/schema"
	"kopeck/service/app"
	"kopeck/service/bulk"
)

// customers opens the file as one of customers.
func customers(s *app.App, o Options, f *file) (source[bulk.CustomerRecord], error) {
	v, err := newValues(s, o)
	if err != nil {
		return source[bulk.CustomerRecord]{}, err
	}
	t, err := openTable(f, f.from)
	if err != nil {
		return source[bulk.CustomerRecord]{}, err
	}
	own := t.own(customerFields, firstCustomerFields) && o.Format != CSV
	switch {
	case own && o.Map != "":
		return source[bulk.CustomerRecord]{}, optionsError("a file of Kopeck's own format needs no --map")
	case !own && o.Format == Kopeck:
		return source[bulk.CustomerRecord]{}, fileError("its header is not that of customers that Kopeck exported")
	case !own:
		fields, required := Fields(Customers)
		if err := t.assign(o.Map, fields, required); err != nil {
			return source[bulk.CustomerRecord]{}, err
		}
		if !t.has("id") && !t.has("external_id") && !t.has("email") {
			return source[bulk.CustomerRecord]{}, optionsError("--map: one of id, external_id and email must be mapped: without one customers could not be told apart")
		}
	}
	next := func() (*entry[bulk.CustomerRecord], error) {
		r, err := t.next()
		if err != nil {
			return nil, err
		}
		e := &entry[bulk.CustomerRecord]{rows: []told{{r.line, r.raw}}, fault: r.fault, content: r.raw}
		if r.fault == "" {
			c, fault := readCustomer(v, t, r, own)
			e.value, e.fault = c, string(fault)
			switch {
			case c.ID != "":
				e.key = "id:" + c.ID
			case c.ExternalID != "":
				e.key = "external:" + c.ExternalID
			case c.Email != "":
				e.key = "email:" + strings.ToLower(c.Email)
			}
		}
		return e, nil
	}
	return source[bulk.CustomerRecord]{next, func() int64 { return t.passed }}, nil
}

func readCustomer(v *values, t *table, r row, own bool) (bulk.CustomerRecord, faults) {
	var f faults
	get := func(field string) string { return t.get(r, field) }
	c := bulk.CustomerRecord{
		ID: get("id"), ExternalID: get("external_id"), Name: get("name"), Email: get("email"), Phone: get("phone"), Owner: get("owner"),
		Measurements: get("measurements"),
	}
	if !own || !t.has("wallet") {
		c.Has = map[string]bool{}
		for field := range t.at {
			c.Has[field] = true
		}
	}
	var fault string
	if text := get("kind"); text != "" {
		c.Kind, fault = word[schema.CustomerKind](text)
		f.of("kind", fault)
	}
	if text := get("stage"); text != "" {
		c.Stage, fault = word[schema.Stage](text)
		f.of("stage", fault)
	}
	if text := get("segment"); text != "" {
		c.Segment, fault = word[schema.Segment](text)
		f.of("segment", fault)
	}
	if text := get("acquisition_cost"); text != "" {
		c.AcquisitionCost, fault = v.amount(text)
		f.of("acquisition_cost", fault)
	}
	if text := get("wallet"); text != "" {
		var wallet money.Amount
		wallet, fault = v.amount(text)
		f.of("wallet", fault)
		c.Wallet = &wallet
	}
	f.of("currency", v.code(get("currency")))
	if !own {
		if text := get("acquired_at"); text != "" {
			c.AcquiredAt, fault = v.dates.parse(text)
			f.of("acquired_at", fault)
		}
		return c, f
	}
	c.ReferredByID, c.PartnerID, c.PartnerName, c.StageOverruled = get("referred_by_id"), get("partner_id"), get("partner"), get("stage_overruled")
	c.AcquiredAt, fault = moment(get("acquired_at"))
	f.of("acquired_at", fault)
	c.StageOverruledAt, fault = moment(get("stage_overruled_at"))
	f.of("stage_overruled_at", fault)
	c.CreatedAt, fault = moment(get("created_at"))
	f.of("created_at", fault)
	c.DepartedAt, fault = moment(get("departed_at"))
	f.of("departed_at", fault)
	c.DeletedAt, fault = moment(get("deleted_at"))
	f.of("deleted_at", fault)
	return c, f
}

// recommend fills in, when all customers are there, who recommended whom.
func recommend(ctx context.Context, s *app.App, o Options, f *file, i *bulk.Import, report *Report) error {
	in, err := customers(s, o, f)
	if err != nil {
		return err
	}
	var pairs [][2]string
	unknown, circular := 0, 0
	for {
		e, err := in.next()
		if err != nil && !errors.Is(err, io.EOF) {
			return err
		}
		if err == nil && e.fault == "" && e.value.ReferredByID != "" && e.value.ID != "" {
			pairs = append(pairs, [2]string{e.value.ID, e.value.ReferredByID})
		}
		if len(pairs) == o.Chunk || err != nil && len(pairs) > 0 {
			missing, circles, err := i.ReferredBy(ctx, pairs)
			if err != nil {
				return err
			}
			unknown, circular, pairs = unknown+missing, circular+circles, pairs[:0]
		}
		if err != nil {
			break
		}
	}
	if circular > 0 {
		report.Notes = append(report.Notes, fmt.Sprintf("%d customers were recommended by someone whom they had recommended: that was left out", circular))
	}
	if unknown > 0 {
		report.Notes = append(report.Notes, fmt.Sprintf("%s customers were recommended by someone who is not here: that was left out", strconv.Itoa(unknown)))
	}
	return nil
}
