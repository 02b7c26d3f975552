package assortment

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"kopeck/auth"
	"kopeck/ent"
	"kopeck/id"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/service/input"
)

// measuredBefore returns what a definition has been, in the order of recording.
func measuredBefore(dated service.Dated) ([]MeasurementValue, error) {
	recorded := slices.SortedFunc(slices.Values(dated), func(a, b *ent.DatedValue) int {
		return cmp.Or(a.RecordedAt.Compare(b.RecordedAt), cmp.Compare(a.ID, b.ID))
	})
	values := make([]MeasurementValue, len(recorded))
	for n, one := range recorded {
		values[n].ValidFrom, values[n].RecordedAt = one.ValidFrom.UTC(), one.RecordedAt.UTC()
		if err := json.Unmarshal([]byte(input.OrZero(one.Value)), &values[n].MeasurementValue); err != nil {
			return nil, fmt.Errorf("assortment: the definition %s: %w", one.Subject, err)
		}
	}
	return values, nil
}

// addMeasured records what a definition has been from a moment on, as it was recorded elsewhere.
func (c *chunk) addMeasured(ctx context.Context, measurementID string, v MeasurementValue) error {
	value, err := json.Marshal(v.MeasurementValue)
	if err != nil {
		return err
	}
	actor, _ := auth.From(ctx)
	return c.tx.DatedValue.Create().SetID(c.service.IDs.Make(id.DatedValue)).SetName(schema.DatedMeasure).SetSubject(measurementID).SetValue(string(value)).
		SetValidFrom(v.ValidFrom).SetRecordedAt(v.RecordedAt).SetActor(actor.Name).Exec(ctx)
}
