package quote

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"kopeck/ent"
	"kopeck/pricing"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/service/input"
	"kopeck/store"
)

// withBirthday returns the facts of a customer who was born on a day, nil if that is unknown.
func withBirthday(fact pricing.Customer, day *schema.Date) pricing.Customer {
	fact.BirthMonth, fact.BirthDay = 0, 0
	if day != nil {
		born := day.Time()
		fact.BirthMonth, fact.BirthDay = int(born.Month()), born.Day()
	}
	return fact
}

// addFieldsKnownAt replaces the fields of customers that have changed since a moment by what they were then: the segment, which is dated,
// and the birthday and the measurements, whose changes the audit has.
func (s *Service) addFieldsKnownAt(ctx context.Context, b *book, facts map[string]pricing.Customer, customers []*ent.Customer, at time.Time) error {
	ids := make([]string, len(customers))
	for i, c := range customers {
		ids[i] = c.ID
	}
	if b.mentions("segment") {
		segments, err := s.segmentsOf(ctx, ids)
		if err != nil {
			return err
		}
		for customerID, dated := range segments {
			fact := facts[customerID]
			fact.Segment = segmentKnownAt(dated, at)
			facts[customerID] = fact
		}
	}
	if !b.mentions("birthday") && !b.mentions("measurements") && !b.prices.Basis().Catalogue.Measures() {
		return nil
	}
	return eachUpdateSince(ctx, s.Store, ids, at, func(customerID string, detail []byte) error {
		var update fieldsBefore
		if err := json.Unmarshal(detail, &update); err != nil {
			return fmt.Errorf("quote: an update of %s: %w", customerID, err)
		}
		fact := facts[customerID]
		if update.Fields.Birthday != nil {
			fact = withBirthday(fact, update.Fields.Birthday.Old)
		}
		if update.Fields.Measurements != nil {
			fact.Measurements = update.Fields.Measurements.Old
		}
		facts[customerID] = fact
		return nil
	})
}

// fieldsBefore is what an audit entry of an update says of the fields that conditions may ask for, as they were before.
type fieldsBefore struct {
	Fields struct {
		Birthday *struct {
			Old *schema.Date `json:"old"`
		} `json:"birthday"`
		Measurements *struct {
			Old map[string]any `json:"old"`
		} `json:"measurements"`
	} `json:"fields"`
}

// segmentKnownAt returns the segment that was known at a moment, "" for none: the last of those recorded by then.
func segmentKnownAt(dated service.Dated, at time.Time) string {
	for _, one := range slices.Backward(dated) {
		if !one.RecordedAt.After(at) && !one.ValidFrom.After(at) {
			return input.OrZero(one.Value)
		}
	}
	return ""
}

// segmentsOf returns the dated segments of customers, of those whose segment has ever changed.
func (s *Service) segmentsOf(ctx context.Context, ids []string) (segments map[string]service.Dated, err error) {
	return segments, s.Store.Read(ctx, func(ctx context.Context, tx *store.Tx) (err error) {
		segments, err = s.DatedOf(ctx, tx, schema.DatedSegment, ids...)
		return err
	})
}
