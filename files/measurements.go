package files

import (
	"strings"

	"kopeck/files/cell"
	"kopeck/files/layout"
	"kopeck/files/option"
	"kopeck/service"
	"kopeck/service/assortment"
	"kopeck/service/field"
	"kopeck/service/input"
)

// The layouts of files of measurements, rules and agreements: package assortment defines their fields.
var (
	measurementLayout = layout.New(option.Measurements, assortment.MeasurementFields())
	ruleLayout        = layout.New(option.Rules, assortment.RuleFields())
	agreementLayout   = layout.New(option.Agreements, assortment.AgreementFields())
)

// openMeasurements opens the file as one of measurements. One that has changed has a row for each of its definitions.
func openMeasurements(core *service.Core, o option.Options, f *layout.File) (layout.Source[assortment.Measurement], error) {
	in, err := layout.Open(core, o, f, measurementLayout)
	if err != nil {
		return layout.Source[assortment.Measurement]{}, err
	}
	add := func(e *layout.Entry[assortment.Measurement], r *assortment.MeasurementRow, _ int64) error {
		return e.Value.Add(*r)
	}
	return layout.GroupsOf(in, measurementLayout, "code", layout.Zero, add, func(*layout.Entry[assortment.Measurement]) {}), nil
}

// measurementTexts are the rows of a measurement in Kopeck's own format.
func measurementTexts(v *cell.Values, m *assortment.Measurement) (texts [][]string) {
	rows := m.Rows()
	for n := range rows {
		texts = append(texts, measurementLayout.Texts(v, &rows[n]))
	}
	return texts
}

// openRules opens the file as one of price rules.
func openRules(core *service.Core, o option.Options, f *layout.File) (layout.Source[assortment.Rule], error) {
	in, err := layout.Open(core, o, f, ruleLayout)
	if err != nil {
		return layout.Source[assortment.Rule]{}, err
	}
	return layout.RowsOf(in, ruleLayout, layout.Zero, func(e *layout.Entry[assortment.Rule], r *assortment.Rule, _ *layout.Fault) {
		if e.Value = *r; r.ID != "" {
			e.Key = "id:" + r.ID
		} else {
			e.Key = "name:" + r.Name
		}
	}), nil
}

// openAgreements opens the file as one of agreements.
func openAgreements(core *service.Core, o option.Options, f *layout.File) (layout.Source[assortment.Agreement], error) {
	in, err := layout.Open(core, o, f, agreementLayout)
	if err != nil {
		return layout.Source[assortment.Agreement]{}, err
	}
	if !in.Has("customer_id") && !in.Has("customer") && !in.Has("email") {
		return layout.Source[assortment.Agreement]{}, option.Errorf("--map: one of customer_id, customer (the external id) and email must be mapped, or be a column")
	}
	return layout.RowsOf(in, agreementLayout, layout.Zero, func(e *layout.Entry[assortment.Agreement], a *assortment.Agreement, _ *layout.Fault) {
		if e.Value = *a; a.ID != "" {
			e.Key = "id:" + a.ID
			return
		}
		// Of two prices from one quantity and moment on, neither is the later one.
		e.Key = strings.Join([]string{"agreed", a.CustomerID, a.Customer, input.EmailKey(a.Email), a.SKU, input.OrZero(a.MinimumQuantity).String(), field.Written(a.ValidFrom)}, "\x00")
		e.Content = strings.Join(agreementLayout.Texts(in.Values, a), "\x00")
	}), nil
}
