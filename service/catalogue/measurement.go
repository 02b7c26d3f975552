package catalogue

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"kopeck/costing"
	"kopeck/ent"
	"kopeck/ent/measurementdefinition"
	"kopeck/fault"
	"kopeck/formula"
	"kopeck/id"
	"kopeck/money"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/service/input"
	"kopeck/service/quote"
	"kopeck/store"
)

// measurementUpdate is the audit action of a new version of a definition.
const measurementUpdate = "measurement.update"

// maxMeasurements is how many definitions there may be.
const maxMeasurements = 1000

// MeasurementDefinitions gives all definitions, by code.
func (s *Service) MeasurementDefinitions(ctx context.Context) ([]*ent.MeasurementDefinition, error) {
	return s.Client.MeasurementDefinition.Query().Order(measurementdefinition.ByCode()).Limit(maxMeasurements).All(ctx)
}

// Measurements gives the definitions of what must be measured to price a product now, by code.
func (s *Service) Measurements(ctx context.Context, productID string) ([]*ent.MeasurementDefinition, error) {
	now := s.Now()
	p, _ := s.quote.PriceBook().Basis().Catalogue.Product(productID, now, now)
	if len(p.Measurements) == 0 {
		return []*ent.MeasurementDefinition{}, nil
	}
	return s.Client.MeasurementDefinition.Query().Where(measurementdefinition.CodeIn(p.Measurements...)).Order(measurementdefinition.ByCode()).All(ctx)
}

// DefineMeasurement records what can be measured. Faults: INVALID by field; ALREADY_EXISTS for a code that is taken, be it in another
// letter case or by an option; LIMIT_EXCEEDED.
func (s *Service) DefineMeasurement(ctx context.Context, in service.DefineMeasurementInput) (*ent.MeasurementDefinition, error) {
	change, err := checkDefinition(in)
	if err != nil {
		return nil, err
	}
	made, err := s.Write(ctx, service.Verb{Name: "defineMeasurement", Key: in.IdempotencyKey, Body: in}, func(ctx context.Context, tx *store.Tx) (string, error) {
		if err := s.rates.HoldRatesAlone(ctx, tx); err != nil { // no recipe is set, and nothing else defined, meanwhile
			return "", err
		}
		if err := checkCode(ctx, tx, in.Code); err != nil {
			return "", err
		}
		return s.define(ctx, tx, s.IDs.Make(id.Measurement), in.Code, change, s.Now())
	})
	if err != nil {
		return nil, err
	}
	return s.Client.MeasurementDefinition.Get(ctx, made)
}

func checkDefinition(in service.DefineMeasurementInput) (measurementChange, error) {
	var faults fault.List
	if err := formula.CheckCode(in.Code); err != nil {
		faults.Add(fault.Invalidf("code", "%v", err))
	}
	change := checkMeasurement(&faults, &in.Name, &in.Unit, &in.Least, &in.Most)
	if err := faults.Or(); err != nil {
		return change, err
	}
	return change, checkRange(*change.least, *change.most)
}

// define writes a checked definition, in a transaction that holds the rates alone.
func (s *Service) define(ctx context.Context, tx *store.Tx, measurementID, code string, is measurementChange, at time.Time) (string, error) {
	m, err := tx.MeasurementDefinition.Create().SetID(measurementID).SetCode(code).SetName(*is.name).SetUnit(*is.unit).
		SetLeast(*is.least).SetMost(*is.most).SetCreatedAt(at).SetUpdatedAt(s.Now()).Save(ctx)
	if err != nil {
		return "", service.UniqueFault(err, true)
	}
	if err := s.Audit(ctx, tx, "measurement.define", m.ID, map[string]any{"code": m.Code, "unit": m.Unit, "least": m.Least, "most": m.Most}); err != nil {
		return "", err
	}
	return m.ID, s.SnapshotChanged(ctx, tx, service.SnapshotBook)
}

// checkCode returns a fault for the code of a new measurement that another has, in whatever letter case, or that an option of a product
// has: a price question names both by their codes. An option that the customer's measurement of its code fills in is meant to have it.
func checkCode(ctx context.Context, tx *store.Tx, code string) error {
	codes, err := tx.MeasurementDefinition.Query().Select(measurementdefinition.FieldCode).Strings(ctx)
	if err != nil {
		return err
	}
	if len(codes) >= maxMeasurements {
		return fault.New(fault.LimitExceeded, "code", "there are %d measurements, which is the most", len(codes))
	}
	for _, other := range codes {
		switch {
		case other == code:
			return fault.New(fault.AlreadyExists, "code", "another measurement has this code")
		case strings.EqualFold(other, code):
			return fault.New(fault.AlreadyExists, "code", "another measurement has the code %s, which differs in letter case alone", other)
		}
	}
	used, err := optionHas(ctx, tx, code)
	if err == nil && used {
		err = fault.New(fault.AlreadyExists, "code", "an option of a product has this code: a price could not tell them apart")
	}
	return err
}

// measurementChange is a checked change of a definition; nil is what it leaves as it is.
type measurementChange struct {
	name, unit  *string
	least, most *money.Decimal
}

// maxMeasured is the largest end of a range.
const maxMeasured = "1000000000"

func checkMeasurement(faults *fault.List, name, unit *string, least, most *money.Exact) (c measurementChange) {
	for _, text := range []struct {
		field string
		in    *string
		most  int
		to    **string
	}{{"name", name, 300, &c.name}, {"unit", unit, 40, &c.unit}} {
		if text.in != nil {
			checked, err := input.Text(text.field, *text.in, text.most)
			faults.Add(err)
			*text.to = &checked
		}
	}
	for _, end := range []struct {
		field string
		in    *money.Exact
		to    **money.Decimal
	}{{"least", least, &c.least}, {"most", most, &c.most}} {
		if end.in != nil {
			checked, err := input.Decimal(end.field, *end.in, "0", maxMeasured)
			faults.Add(err)
			*end.to = &checked
		}
	}
	return c
}

func checkRange(least, most money.Decimal) error {
	if least.Compare(most) > 0 {
		return fault.Invalidf("most", "want at least %s, which is the least", least)
	}
	return nil
}

// UpdateMeasurement changes a definition. Changes of different fields merge; others are a VERSION_CONFLICT. WRONG_STATE on least or most
// where a formula of a recipe that holds now or later has no quantity at an end of the new range.
func (s *Service) UpdateMeasurement(ctx context.Context, in service.UpdateMeasurementInput) (*ent.MeasurementDefinition, error) {
	change, err := checkRedefinition(in)
	if err != nil {
		return nil, err
	}
	_, err = s.Write(ctx, service.Verb{Name: "updateMeasurement", Key: in.IdempotencyKey, Body: in}, func(ctx context.Context, tx *store.Tx) (string, error) {
		return in.ID, s.updateMeasurement(ctx, tx, in, change)
	})
	if err != nil {
		return nil, err
	}
	return s.Client.MeasurementDefinition.Get(ctx, in.ID)
}

func checkRedefinition(in service.UpdateMeasurementInput) (measurementChange, error) {
	var faults fault.List
	faults.Add(id.Check("id", id.Measurement, in.ID))
	change := checkMeasurement(&faults, in.Name, in.Unit, in.Least, in.Most)
	return change, faults.Or()
}

// updateMeasurement changes a definition in a transaction.
func (s *Service) updateMeasurement(ctx context.Context, tx *store.Tx, in service.UpdateMeasurementInput, change measurementChange) error {
	if err := s.rates.HoldRatesAlone(ctx, tx); err != nil { // no recipe is set meanwhile
		return err
	}
	query := tx.MeasurementDefinition.Query().Where(measurementdefinition.ID(in.ID))
	store.ForUpdate(tx, query)
	m, err := query.Only(ctx)
	if ent.IsNotFound(err) {
		return fault.NoSuch("id", "measurement")
	}
	if err != nil {
		return err
	}
	merge := service.Update{
		Action: measurementUpdate, Subject: m.ID, Expected: in.ExpectedVersion, Version: m.Version,
		Current: map[string]any{"name": m.Name, "unit": m.Unit, "least": m.Least, "most": m.Most}, Updated: map[string]any{},
	}
	for field, value := range map[string]any{"name": change.name, "unit": change.unit} {
		if text := value.(*string); text != nil {
			merge.Updated[field] = *text
		}
	}
	for field, value := range map[string]*money.Decimal{"least": change.least, "most": change.most} {
		if value != nil {
			merge.Updated[field] = *value
		}
	}
	changes, err := s.Merge(ctx, tx, merge)
	if err != nil || len(changes) == 0 {
		return err
	}
	return s.changeMeasurement(ctx, tx, m, change, changes)
}

func (s *Service) changeMeasurement(ctx context.Context, tx *store.Tx, m *ent.MeasurementDefinition, change measurementChange, changes map[string]service.Change) error {
	least, most := input.Or(change.least, m.Least), input.Or(change.most, m.Most)
	if err := checkRange(least, most); err != nil {
		return err
	}
	if least != m.Least || most != m.Most {
		if err := s.checkUses(ctx, tx, costing.Measurement{Code: m.Code, Least: least, Most: most}); err != nil {
			return err
		}
	}
	after := quote.MeasurementValue{Name: input.Or(change.name, m.Name), Unit: input.Or(change.unit, m.Unit), Least: least, Most: most}
	if err := s.dateMeasurement(ctx, tx, m, after); err != nil {
		return err
	}
	changed, err := tx.MeasurementDefinition.UpdateOne(m).SetName(after.Name).SetUnit(after.Unit).SetLeast(least).SetMost(most).
		AddVersion(1).SetUpdatedAt(s.Now()).Save(ctx)
	if err != nil {
		return err
	}
	if err := s.AuditVersion(ctx, tx, measurementUpdate, changed.ID, service.VersionChange{Version: changed.Version, Fields: changes}); err != nil {
		return err
	}
	return s.SnapshotChanged(ctx, tx, service.SnapshotBook)
}

// dateMeasurement records that a definition is another from now on, and what it was before.
func (s *Service) dateMeasurement(ctx context.Context, tx *store.Tx, m *ent.MeasurementDefinition, after quote.MeasurementValue) error {
	before, err := json.Marshal(quote.MeasurementValue{Name: m.Name, Unit: m.Unit, Least: m.Least, Most: m.Most})
	if err != nil {
		return err
	}
	value, err := json.Marshal(after)
	if err != nil {
		return err
	}
	was, is := string(before), string(value)
	_, err = s.ChangeDated(ctx, tx, schema.DatedMeasure, m.ID, &was, &is, m.CreatedAt, s.Now())
	return err
}

// checkUses tries the formulas of all recipes that hold now or later over a measurement's new range. One that has no quantity by the
// range as it is stays as it is.
func (s *Service) checkUses(ctx context.Context, tx *store.Tx, m costing.Measurement) error {
	basis, err := s.basisOf(ctx, tx)
	if err != nil {
		return err
	}
	now := s.Now()
	before := func(code string) formula.Range {
		other, _ := basis.Catalogue.Measurement(code, now, service.EndOfTime)
		return other.Range()
	}
	ranges := func(code string) formula.Range {
		if code == m.Code {
			return m.Range()
		}
		return before(code)
	}
	for _, p := range s.quote.Products() {
		holding, _ := basis.Catalogue.Recipe(p.ID, now, service.EndOfTime)
		for _, r := range basis.Catalogue.Recipes(p.ID) {
			if r.ID != holding.ID && !r.ValidFrom.After(now) {
				continue
			}
			var wrong error
			r.EachComponent(func(c costing.Component) {
				if c.Formula != nil && wrong == nil && slices.Contains(c.Formula.Codes(), m.Code) {
					if err := c.Formula.Try(ranges); err != nil && c.Formula.Try(before) == nil {
						wrong = fmt.Errorf("%s is made by %s: %w", p.Sku, c.Formula, err)
					}
				}
			})
			if wrong != nil {
				return fault.New(fault.WrongState, "most", "%v", wrong)
			}
		}
	}
	return nil
}
