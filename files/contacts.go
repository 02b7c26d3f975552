package files

import (
	"encoding/json"
	"strings"

	"kopeck/schema"
	"kopeck/service/app"
	"kopeck/service/bulk"
)

// contacts opens the file as one of contacts.
func contacts(s *app.App, o Options, f *file) (source[bulk.ContactRecord], error) {
	v, err := newValues(s, o)
	if err != nil {
		return source[bulk.ContactRecord]{}, err
	}
	t, err := openTable(f, f.from)
	if err != nil {
		return source[bulk.ContactRecord]{}, err
	}
	own := t.own(contactFields, firstContactFields) && o.Format != CSV
	switch {
	case own && o.Map != "":
		return source[bulk.ContactRecord]{}, optionsError("a file of Kopeck's own format needs no --map")
	case !own && o.Format == Kopeck:
		return source[bulk.ContactRecord]{}, fileError("its header is not that of contacts that Kopeck exported")
	case !own:
		fields, required := Fields(Contacts)
		if err := t.assign(o.Map, fields, required); err != nil {
			return source[bulk.ContactRecord]{}, err
		}
	}
	var counted ordinals
	next := func() (*entry[bulk.ContactRecord], error) {
		r, err := t.next()
		if err != nil {
			return nil, err
		}
		e := &entry[bulk.ContactRecord]{rows: []told{{r.line, r.raw}}, fault: r.fault, content: r.raw}
		if r.fault != "" {
			return e, nil
		}
		var fault faults
		if own {
			e.value, fault = ownContact(v, t, r)
			e.key = "id:" + e.value.ID
		} else if e.value, fault = readContact(v, t, r); e.value.ExternalID != "" {
			e.key = "external:" + e.value.ExternalID
		} else if c := e.value; !c.At.IsZero() && c.CustomerExternalID != "" {
			pair := strings.Join([]string{c.CustomerExternalID, c.At.Format(exact), string(c.Kind), string(c.Direction), string(c.Channel)}, ":")
			e.key, e.apart = made(pair, counted.next(pair)), true
			e.value.ExternalID = e.key
		}
		e.fault = string(fault)
		return e, nil
	}
	return source[bulk.ContactRecord]{next, func() int64 { return t.passed }}, nil
}

// readContact reads what the contacts of any log have.
func readContact(v *values, t *table, r row) (bulk.ContactRecord, faults) {
	var f faults
	get := func(field string) string { return t.get(r, field) }
	c := bulk.ContactRecord{
		ExternalID: get("external_id"), CustomerExternalID: get("customer"), Staff: get("staff"), Subject: get("subject"), Notes: get("notes"),
	}
	if c.CustomerExternalID == "" {
		f.of("customer", "empty")
	}
	var fault string
	c.At, fault = v.dates.parse(get("at"))
	f.of("at", fault)
	readKinds(&c, &f, v, get)
	f.of("currency", v.code(get("currency")))
	return c, f
}

func readKinds(c *bulk.ContactRecord, f *faults, v *values, get func(string) string) {
	var fault string
	c.Kind, fault = word[schema.ContactKind](get("kind"))
	f.of("kind", fault)
	c.Direction, fault = word[schema.Direction](get("direction"))
	f.of("direction", fault)
	c.Channel, fault = word[schema.Channel](get("channel"))
	f.of("channel", fault)
	if text := get("purpose"); text != "" {
		c.Purpose, fault = word[schema.Purpose](text)
		f.of("purpose", fault)
	}
	if text := get("minutes"); text != "" {
		c.Minutes, fault = v.decimal(text)
		f.of("minutes", fault)
	}
	if text := get("expense"); text != "" {
		c.Expense, fault = v.amount(text)
		f.of("expense", fault)
	}
}

// ownContact reads a contact of Kopeck's own format.
func ownContact(v *values, t *table, r row) (bulk.ContactRecord, faults) {
	var f faults
	get := func(field string) string { return t.get(r, field) }
	c := bulk.ContactRecord{
		ID: get("id"), ExternalID: get("external_id"), CustomerID: get("customer_id"), CustomerExternalID: get("customer_external_id"),
		Staff: get("staff"), Subject: get("subject"), Notes: get("notes"), AboutID: get("about_id"), Costed: true,
	}
	if c.ID == "" || c.CustomerID == "" {
		f.of("id", "want the ids of the contact and of its customer")
	}
	var fault string
	c.At, fault = v.dates.parse(get("at"))
	f.of("at", fault)
	c.RecordedAt, fault = v.dates.parse(get("recorded_at"))
	f.of("recorded_at", fault)
	readKinds(&c, &f, v, get)
	c.Stage, fault = word[schema.Stage](get("stage"))
	f.of("stage", fault)
	if t.has("segment") {
		var segment schema.Segment
		if text := get("segment"); text != "" {
			segment, fault = word[schema.Segment](text)
			f.of("segment", fault)
		}
		c.Segment = &segment
	}
	c.Uncosted, fault = truth(get("uncosted"))
	f.of("uncosted", fault)
	f.of("currency", v.code(get("currency")))
	cost, fault := v.amount(get("cost"))
	f.of("cost", fault)
	f.of("cost_lines", list(get("cost_lines"), &c.CostLines))
	var sum int64
	for _, line := range c.CostLines {
		sum += line.Amount.Minor()
	}
	if f == "" && sum != cost.Minor() {
		f.of("cost", "the lines do not sum to it")
	}
	return c, f
}

// list reads a list in JSON.
func list[T any](text string, to *[]T) string {
	if text == "" {
		return ""
	}
	if err := json.Unmarshal([]byte(text), to); err != nil {
		return "not a list in JSON as Kopeck exports it"
	}
	return ""
}
