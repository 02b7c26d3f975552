package bulk

import (
	"context"
	"maps"
	"slices"

	"kopeck/ent"
	"kopeck/fault"
	"kopeck/id"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/service/customers"
	"kopeck/service/ownfields"
)

// What files of customers have in columns field.CODE: the installation's own fields. A value that an import sets holds from now on.

// CustomerFields returns the codes of the installation's own fields of customers: files have a column for each.
func (s *Service) CustomerFields(ctx context.Context) ([]string, error) {
	all, err := fieldsOf(ctx, s.Store)
	codes := make([]string, len(all))
	for n, d := range all {
		codes[n] = d.Code
	}
	return codes, err
}

// ownFields are the fields of the installation's own that an import of customers sets, with what the customers have in them.
type ownFields struct {
	defined map[string]*ent.FieldDefinition // by code; nil where no record has any
	entries map[string]map[string]string    // the ids of entries by customer and code
}

// readFields reads the fields that records have, and what the customers that exist have in them.
func (c *chunk) readFields(ctx context.Context, records []customers.Record, stored storedCustomers) error {
	if !slices.ContainsFunc(records, func(r customers.Record) bool { return len(r.OwnFields) > 0 }) {
		return nil
	}
	all, err := fieldsOf(ctx, c.reader)
	if err != nil {
		return err
	}
	c.own = ownFields{map[string]*ent.FieldDefinition{}, map[string]map[string]string{}}
	for _, d := range all {
		c.own.defined[d.Code] = d
	}
	return c.fieldEntries(ctx, slices.Collect(maps.Keys(stored.byID)), func(e fieldEntry) {
		c.own.put(e.customerID, e.code, e.id)
		if p := stored.byID[e.customerID]; p != nil && e.value != nil {
			if p.OwnFields == nil {
				p.OwnFields = map[string]*string{}
			}
			p.OwnFields[e.code] = e.value
		}
	})
}

func (o ownFields) put(customerID, code, entryID string) {
	if o.entries[customerID] == nil {
		o.entries[customerID] = map[string]string{}
	}
	o.entries[customerID][code] = entryID
}

// holdFields keeps definitions from being changed while records set values of them, before any customer is held.
func (c *chunk) holdFieldsOf(ctx context.Context, records []customers.Record) error {
	if c.bulk == nil || !slices.ContainsFunc(records, func(r customers.Record) bool { return len(r.OwnFields) > 0 }) {
		return nil
	}
	return c.holdFields(ctx)
}

// checkFields brings the values of a record into their one spelling. INVALID on the column.
func (c *chunk) checkFields(given *customers.Record) error {
	if len(given.OwnFields) == 0 {
		return nil
	}
	var faults fault.List
	checked := make(map[string]*string, len(given.OwnFields))
	for _, code := range slices.Sorted(maps.Keys(given.OwnFields)) {
		column, text := customers.FieldColumn(code), given.OwnFields[code]
		d := c.own.defined[code]
		switch {
		case d == nil:
			faults.Add(fault.Invalidf(column, "there is no such field of customers any more"))
		case text == nil:
			checked[code] = nil
		default:
			value, _, err := ownfields.Read(d, *text)
			if err != nil {
				faults.Add(fault.Invalidf(column, "%v", err))
			}
			checked[code] = &value
		}
	}
	given.OwnFields = checked
	return faults.Or()
}

// compareFields returns the columns in which the fields of a file differ from those of a customer who exists, and puts what the file does
// not give into the record.
func compareFields(existing, given *customers.Record) (differ []string) {
	if len(given.OwnFields) == 0 {
		given.OwnFields = existing.OwnFields
		return nil
	}
	for _, code := range slices.Sorted(maps.Keys(given.OwnFields)) {
		if !service.SameJSON(given.OwnFields[code], existing.OwnFields[code]) {
			differ = append(differ, customers.FieldColumn(code))
		}
	}
	for code, value := range existing.OwnFields {
		if _, isGiven := given.OwnFields[code]; !isGiven {
			given.OwnFields[code] = value
		}
	}
	return differ
}

// addFields writes the fields of new customers.
func (c *chunk) addFields(ctx context.Context) error {
	var rows [][]any
	var dated service.Dated
	now := c.service.Now()
	for _, p := range c.made {
		for _, code := range slices.Sorted(maps.Keys(p.OwnFields)) {
			value := p.OwnFields[code]
			if value == nil {
				continue
			}
			d := c.own.defined[code]
			entryID := c.service.IDs.Make(id.FieldEntry)
			c.own.put(p.ID, code, entryID)
			rows = append(rows, []any{entryID, d.ID, p.ID, *value, ownfields.Number(d.Type, *value), now})
			dated = append(dated, c.datedField(entryID, value))
		}
	}
	if err := c.insertFields(ctx, rows); err != nil {
		return err
	}
	return c.insertDated(ctx, dated)
}

func (c *chunk) datedField(entryID string, value *string) *ent.DatedValue {
	now := c.service.Now()
	return &ent.DatedValue{ID: c.service.IDs.Make(id.DatedValue), Name: schema.DatedField, Subject: entryID, Value: value, ValidFrom: now, RecordedAt: now, Actor: "system"}
}

// changeFields writes what an import changes of the fields of customers who exist.
func (c *chunk) changeFields(ctx context.Context, changed []*customers.Record) error {
	last := map[string]*customers.Record{}
	var audits service.AuditRows
	some := false
	for _, p := range changed {
		before := last[p.ID]
		if before == nil {
			before = c.before[p.ID]
		}
		last[p.ID] = p
		moved := map[string]service.Change{}
		for code, value := range p.OwnFields {
			if old := before.OwnFields[code]; !service.SameJSON(old, value) {
				moved[code] = service.Change{Old: old, New: value}
			}
		}
		for _, code := range slices.Sorted(maps.Keys(moved)) {
			if err := c.changeField(ctx, p.ID, code, p.OwnFields[code]); err != nil {
				return err
			}
		}
		if len(moved) == 0 {
			continue
		}
		some = true
		if err := audits.Add(ctx, c.service.Core, ownfields.FieldsSet, p.ID, moved); err != nil {
			return err
		}
	}
	if !some {
		return nil
	}
	return audits.Write(ctx, c.bulk.Tx)
}

func (c *chunk) changeField(ctx context.Context, customerID, code string, value *string) error {
	d, entryID := c.own.defined[code], c.own.entries[customerID][code]
	var number *int64
	if value != nil {
		number = ownfields.Number(d.Type, *value)
	}
	if entryID == "" {
		entryID = c.service.IDs.Make(id.FieldEntry)
		c.own.put(customerID, code, entryID)
		if err := c.insertFields(ctx, [][]any{{entryID, d.ID, customerID, value, number, c.service.Now()}}); err != nil {
			return err
		}
	} else if err := c.updateField(ctx, entryID, value, number); err != nil {
		return err
	}
	return c.insertDated(ctx, service.Dated{c.datedField(entryID, value)})
}

// describeFields fills in what exported customers have in fields.
func (c *chunk) describeFields(ctx context.Context, records []customers.Record) error {
	byID, ids := make(map[string]*customers.Record, len(records)), make([]string, len(records))
	for n := range records {
		byID[records[n].ID], ids[n] = &records[n], records[n].ID
	}
	return c.fieldEntries(ctx, ids, func(e fieldEntry) {
		if e.value == nil {
			return
		}
		if byID[e.customerID].OwnFields == nil {
			byID[e.customerID].OwnFields = map[string]*string{}
		}
		byID[e.customerID].OwnFields[e.code] = e.value
	})
}
