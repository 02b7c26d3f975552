package assortment

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"kopeck/ent"
	"kopeck/ent/measurementdefinition"
	"kopeck/id"
	"kopeck/money"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/service/bulk"
	"kopeck/service/catalogue"
	"kopeck/service/field"
	"kopeck/service/quote"
	"kopeck/store"
)

// Measurement is the definition of what can be measured, as it is and, if it has changed, as it was.
type Measurement struct {
	ID, Code  string
	CreatedAt time.Time
	Values    []MeasurementValue // in the order of their recording
}

// MeasurementValue is what a definition has been from a moment on.
type MeasurementValue struct {
	quote.MeasurementValue

	ValidFrom, RecordedAt time.Time // zero: it has always been so
}

// MeasurementRow is a row of a file of measurements.
type MeasurementRow struct {
	Measurement

	Value MeasurementValue
}

// MeasurementFields are the fields of measurements, as files have them.
func MeasurementFields() field.Fields[MeasurementRow] { return measurementFields }

const mustBeMapped = both | field.OwnKey | field.MapKey | field.Filled

var measurementFields = field.Fields[MeasurementRow]{
	field.Of("code", "", mustBeMapped, filled(field.Text), func(r *MeasurementRow) *string { return &r.Code }),
	field.Of("name", "", mustBeMapped, filled(field.Text), func(r *MeasurementRow) *string { return &r.Value.Name }),
	field.Of("unit", "", mustBeMapped, filled(field.Text), func(r *MeasurementRow) *string { return &r.Value.Unit }),
	field.Of("least", "", mustBeMapped, field.Decimal, func(r *MeasurementRow) *money.Decimal { return &r.Value.Least }),
	field.Of("most", "", mustBeMapped, field.Decimal, func(r *MeasurementRow) *money.Decimal { return &r.Value.Most }),
	field.Of("id", "", field.Own, field.Text, func(r *MeasurementRow) *string { return &r.ID }),
	field.Of("created_at", "", field.Own, field.Moment, func(r *MeasurementRow) *time.Time { return &r.CreatedAt }),
	field.Of("valid_from", "", field.Own, field.Stamp, func(r *MeasurementRow) *time.Time { return &r.Value.ValidFrom }),
	field.Of("recorded_at", "", field.Own, field.Moment, func(r *MeasurementRow) *time.Time { return &r.Value.RecordedAt }),
}

// filled is a kind of texts that are never empty.
func filled(k field.Kind[string]) field.Kind[string] {
	read := k.Read
	k.Read = func(form *field.Form, text string) (string, error) {
		if text == "" {
			return "", fmt.Errorf("must not be empty")
		}
		return read(form, text)
	}
	return k
}

// Rows are the rows of a measurement.
func (m *Measurement) Rows() []MeasurementRow {
	rows := make([]MeasurementRow, len(m.Values))
	for n, v := range m.Values {
		rows[n] = MeasurementRow{Measurement{ID: m.ID, Code: m.Code, CreatedAt: m.CreatedAt}, v}
	}
	return rows
}

// Add adds a row to its measurement.
func (m *Measurement) Add(r MeasurementRow) error {
	if len(m.Values) == 0 {
		m.ID, m.Code, m.CreatedAt = r.ID, r.Code, r.CreatedAt
	}
	switch {
	case m.ID != r.ID || !m.CreatedAt.Equal(r.CreatedAt):
		return fmt.Errorf("id: the rows of one measurement differ in it, or in created_at")
	case r.Value.ValidFrom.IsZero() != r.Value.RecordedAt.IsZero():
		return fmt.Errorf("recorded_at: want valid_from and recorded_at as Kopeck exports them, or neither")
	}
	for _, v := range m.Values {
		if v == r.Value {
			return nil // the same row again
		}
		if v.RecordedAt.IsZero() || r.Value.RecordedAt.IsZero() {
			return fmt.Errorf("code: it is twice in the file")
		}
	}
	m.Values = append(m.Values, r.Value)
	return nil
}

// now is what a measurement is by what was recorded last.
func (m *Measurement) now() quote.MeasurementValue {
	last := m.Values[0]
	for _, v := range m.Values[1:] {
		if !v.RecordedAt.Before(last.RecordedAt) {
			last = v
		}
	}
	return last.MeasurementValue
}

// Measurements defines what can be measured. A definition that exists with the same content is left alone; one with other content is changed
// from now on if Update is set, and else rejected.
func (i *Import) Measurements(ctx context.Context, records []Measurement) ([]bulk.Verdict, error) {
	return i.run(ctx, len(records), func(ctx context.Context, c *chunk) error {
		if c.bulk != nil {
			if err := c.service.rates.HoldRatesAlone(ctx, c.tx); err != nil {
				return err
			}
		}
		rows, err := c.tx.MeasurementDefinition.Query().Order(measurementdefinition.ByCode()).All(ctx)
		if err != nil {
			return err
		}
		stored, folded := map[string]*ent.MeasurementDefinition{}, map[string]string{}
		for _, row := range rows {
			stored[row.Code] = row
		}
		for n := range records {
			if c.verdicts[n], err = c.define(ctx, &records[n], stored[records[n].Code], folded); err != nil {
				return err
			}
		}
		return nil
	})
}

// define decides what is done with a measurement, and does it unless checking.
func (c *chunk) define(ctx context.Context, m *Measurement, stored *ent.MeasurementDefinition, folded map[string]string) (bulk.Verdict, error) {
	now := m.now()
	for _, v := range m.Values {
		if err := catalogue.CheckDefinition(definition(m.Code, v.MeasurementValue)); err != nil {
			return rejectedFor(err), nil
		}
	}
	if stored != nil {
		return c.redefine(ctx, m, stored, now)
	}
	if m.ID != "" {
		if err := id.Check("id", id.Measurement, m.ID); err != nil {
			return rejectedFor(err), nil
		}
	}
	key := strings.ToLower(m.Code)
	if m.CreatedAt.IsZero() { // one that was defined before stands
		if err := catalogue.CheckFreeCode(ctx, c.tx, m.Code); err != nil {
			return rejectedFor(err), nil
		}
		if other := folded[key]; other != "" {
			return rejected(fmt.Sprintf("code: another measurement of the file has the code %s, which differs in letter case alone", other)), nil
		}
	}
	folded[key] = m.Code
	verdict := bulk.Verdict{Outcome: bulk.Added}
	if c.bulk == nil {
		return verdict, nil
	}
	made, err := c.service.catalogue.Define(ctx, c.tx, m.ID, m.CreatedAt, definition(m.Code, now))
	if err != nil {
		return verdict, err
	}
	for _, v := range m.Values {
		if v.RecordedAt.IsZero() {
			continue
		}
		if err := c.addMeasured(ctx, made, v); err != nil {
			return verdict, err
		}
	}
	return verdict, nil
}

// redefine changes a measurement that exists, unless it is the same.
func (c *chunk) redefine(ctx context.Context, m *Measurement, stored *ent.MeasurementDefinition, now quote.MeasurementValue) (bulk.Verdict, error) {
	var differ []string
	in := service.UpdateMeasurementInput{ID: stored.ID, ExpectedVersion: stored.Version}
	if now.Name != stored.Name {
		differ, in.Name = append(differ, "name"), &now.Name
	}
	if now.Unit != stored.Unit {
		differ, in.Unit = append(differ, "unit"), &now.Unit
	}
	if now.Least != stored.Least {
		differ, in.Least = append(differ, "least"), exactOf(&now.Least)
	}
	if now.Most != stored.Most {
		differ, in.Most = append(differ, "most"), exactOf(&now.Most)
	}
	switch {
	case m.ID != "" && m.ID != stored.ID:
		return rejected("id: the measurement with this code has another id"), nil
	case !m.Values[0].RecordedAt.IsZero():
		return c.sameMeasured(ctx, m, stored.ID)
	case len(differ) == 0:
		return bulk.Verdict{Outcome: bulk.Present}, nil
	case !c.Update:
		return existsOtherwise("measurement", differ), nil
	}
	verdict := bulk.Verdict{Outcome: bulk.Updated}
	if c.bulk == nil {
		return verdict, nil
	}
	return verdict, c.service.catalogue.Redefine(ctx, c.tx, in)
}

// sameMeasured decides what is done with the history of a measurement that exists: it is there, or rejected.
func (c *chunk) sameMeasured(ctx context.Context, m *Measurement, storedID string) (bulk.Verdict, error) {
	dated, err := c.service.DatedOf(ctx, c.tx, schema.DatedMeasure, storedID)
	if err != nil {
		return bulk.Verdict{}, err
	}
	known, err := measuredBefore(dated[storedID])
	for _, v := range m.Values {
		if !slices.ContainsFunc(known, v.equal) {
			return rejected(fmt.Sprintf(errPast, "measurement")), err
		}
	}
	return bulk.Verdict{Outcome: bulk.Present}, err
}

func (v MeasurementValue) equal(other MeasurementValue) bool {
	return v.MeasurementValue == other.MeasurementValue && v.ValidFrom.Equal(other.ValidFrom) && v.RecordedAt.Equal(other.RecordedAt)
}

func definition(code string, v quote.MeasurementValue) service.DefineMeasurementInput {
	return service.DefineMeasurementInput{Code: code, Name: v.Name, Unit: v.Unit, Least: *exactOf(&v.Least), Most: *exactOf(&v.Most)}
}

// ExportMeasurements calls each for every definition, by code.
func (s *Service) ExportMeasurements(ctx context.Context, each func(*Measurement) error) error {
	all := func(ctx context.Context, tx *store.Tx, after string) ([]*Measurement, error) {
		rows, err := tx.MeasurementDefinition.Query().Where(measurementdefinition.CodeGT(after)).Order(measurementdefinition.ByCode()).Limit(readTogether).All(ctx)
		if err != nil {
			return nil, err
		}
		var ids []string
		for _, row := range rows {
			ids = append(ids, row.ID)
		}
		dated, err := s.DatedOf(ctx, tx, schema.DatedMeasure, ids...)
		if err != nil {
			return nil, err
		}
		records := make([]*Measurement, len(rows))
		for n, row := range rows {
			m := &Measurement{ID: row.ID, Code: row.Code, CreatedAt: row.CreatedAt.UTC()}
			if m.Values, err = measuredBefore(dated[row.ID]); err != nil {
				return nil, err
			}
			if len(m.Values) == 0 {
				m.Values = []MeasurementValue{{MeasurementValue: quote.MeasurementValue{Name: row.Name, Unit: row.Unit, Least: row.Least, Most: row.Most}}}
			}
			records[n] = m
		}
		return records, nil
	}
	return export(ctx, s, each, func(m *Measurement) string { return m.Code }, all)
}
