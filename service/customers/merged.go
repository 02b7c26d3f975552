package customers

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"time"

	"kopeck/ent"
	"kopeck/service"
	"kopeck/service/input"
	"kopeck/store"
)

// mergedAs says what becomes of a field of two customers who are merged.
type mergedAs int

const (
	ownOfKept mergedAs = iota // the kept customer's, whatever the merged one has
	filled                    // the kept customer's, or where that is empty or the caller says so, the merged one's
	onlyTaken                 // the merged one's where the caller says so
	earliest
	latest
	summed
	byCode     // a value for each code, of which the kept customer's win, or where the caller says so the merged one's
	byReferral // as onlyTaken and filled, but that no chain of referrals becomes a circle: package merging decides
)

// mergedColumns say what becomes of each column of [fields] in a merge. A test names those that are missing.
var mergedColumns = map[string]mergedAs{
	"id": ownOfKept, "external_id": filled, "name": onlyTaken, "kind": onlyTaken, "email": filled, "phone": filled, "stage": ownOfKept,
	"segment": filled, "owner_id": filled, "referred_by_id": byReferral, "partner_id": onlyTaken, "acquisition_cost": summed,
	"acquired_at": earliest, "measurements": byCode, "created_at": earliest, "departed_at": latest, "deleted_at": ownOfKept, "wallet": filled,
	"birthday": filled, "tax_exempt": filled, "campaign_id": filled, "source": filled,
}

// Merged returns the kept one of two customers with the values that they have together. takes reports whether the merged customer's value
// of a column wins. The error is an overflow of the acquisition cost.
func Merged(kept, merged *ent.Customer, takes func(column string) bool) (*ent.Customer, error) {
	after := *kept
	to, from := &Record{Customer: &after}, &Record{Customer: merged}
	for _, f := range fields {
		switch how := mergedColumns[f.Column]; {
		case f.Column == "" || f.value(from) == nil:
		case how == filled && (f.value(to) == nil || takes(f.Column)), how == onlyTaken && takes(f.Column):
			f.copy(to, from)
		}
	}
	after.CreatedAt = earlier(&kept.CreatedAt, &merged.CreatedAt).UTC()
	after.AcquiredAt = earlier(kept.AcquiredAt, merged.AcquiredAt)
	if at := merged.DepartedAt; at != nil && (kept.DepartedAt == nil || at.After(*kept.DepartedAt)) {
		after.DepartedAt = at
	}
	after.Measurements = together(kept.Measurements, merged.Measurements, takes("measurements"))
	var err error
	after.AcquisitionCost, err = kept.AcquisitionCost.Plus(merged.AcquisitionCost)
	return &after, input.DomainError(err)
}

// earlier returns the earlier one of two moments that may be unknown.
func earlier(a, b *time.Time) *time.Time {
	if a == nil || b != nil && b.Before(*a) {
		return b
	}
	return a
}

// together returns the values of two objects by code. Those of the first win, or with reversed those of the second.
func together(first, second map[string]any, reversed bool) map[string]any {
	if len(second) == 0 {
		return first
	}
	if reversed {
		first, second = second, first
	}
	all := maps.Clone(second)
	if all == nil {
		all = map[string]any{}
	}
	maps.Copy(all, first)
	return all
}

// Difference is what the values of a column of a customer were before and after a change.
type Difference struct {
	Before json.RawMessage `json:"before"`
	After  json.RawMessage `json:"after"`
}

// Differences returns the columns in which two states of a customer differ.
func Differences(before, after *ent.Customer) (map[string]Difference, error) {
	differ := map[string]Difference{}
	for _, f := range differing(before, after) {
		was, err := stateOf(f, before)
		if err != nil {
			return nil, err
		}
		is, err := stateOf(f, after)
		if err != nil {
			return nil, err
		}
		differ[f.Column] = Difference{was, is}
	}
	return differ, nil
}

// Restored returns a customer with the values that columns had before a change, of those that are still what the change made them.
func Restored(now *ent.Customer, differ map[string]Difference) (*ent.Customer, error) {
	restored := *now
	row := &Record{Customer: &restored}
	for _, f := range fields {
		of, changed := differ[f.Column]
		if !changed || f.Column == "" {
			continue
		}
		is, err := stateOf(f, now)
		if err != nil {
			return nil, err
		}
		if !service.SameJSON(is, of.After) {
			continue
		}
		f.copy(row, &Record{Customer: &ent.Customer{}}) // or the value of the other state would be written over
		if err := json.Unmarshal(of.Before, whereTo(f, row)); err != nil {
			return nil, err
		}
		if f.key != nil {
			f.key.value(row)
		}
	}
	return &restored, nil
}

// stateOf returns the value of a field as JSON.
func stateOf(f *Descriptor, c *ent.Customer) (json.RawMessage, error) {
	return json.Marshal(whereTo(f, &Record{Customer: c}))
}

// whereTo returns a pointer to the field of a record.
func whereTo(f *Descriptor, r *Record) any {
	switch to := f.destination(r).(type) {
	case store.FromJSON:
		return to.To
	default:
		return to
	}
}

// differing returns the fields of the row in which two states of a customer differ.
func differing(before, after *ent.Customer) []*Descriptor {
	a, b := &Record{Customer: before}, &Record{Customer: after}
	return slices.DeleteFunc(slices.Clone(fields), func(f *Descriptor) bool { return f.Column == "" || f.same(a, b) })
}

// Changes returns in which fields two customers differ, by the names of the inputs, as the audit keeps it.
func (s *Service) Changes(before, after *ent.Customer) map[string]service.Change {
	changes := map[string]service.Change{}
	for _, f := range differing(before, after) {
		if f.Input != "" {
			changes[f.Input] = service.Change{Old: f.history(s, &Record{Customer: before}), New: f.history(s, &Record{Customer: after})}
		}
	}
	return changes
}

// Put writes the values of a customer, whom the transaction holds, as a version, and the audit entry of it. What follows from them, but for
// the search terms, is for the caller, who may name further fields that change with the version. E-mail and external id get numbers that tell
// them from those of other customers.
func (s *Service) Put(ctx context.Context, tx *store.Tx, before, after *ent.Customer, change service.VersionChange) error {
	update := tx.Customer.UpdateOneID(before.ID).SetVersion(change.Version).SetUpdatedAt(s.Now())
	row := &Record{Customer: after}
	for _, f := range differing(before, after) {
		switch f.Column {
		case "created_at":
			if err := writeCreatedAt(ctx, tx, after.ID, after.CreatedAt); err != nil {
				return err
			}
			continue
		case "email":
			if after.EmailKey == nil {
				update.SetEmailTwin(0)
				break
			}
			number, err := FreeTwin(ctx, tx, "email_key", *after.EmailKey, after.ID, -1)
			if err != nil {
				return err
			}
			update.SetEmailTwin(number)
		case "external_id":
			if after.ExternalID == nil {
				update.SetExternalTwin(0)
				break
			}
			number, err := FreeTwin(ctx, tx, "external_id", *after.ExternalID, after.ID, -1)
			if err != nil {
				return err
			}
			update.SetExternalTwin(number)
		}
		if err := f.put(update.Mutation(), row); err != nil {
			return err
		}
	}
	if err := update.Exec(ctx); err != nil {
		return err
	}
	fields := s.Changes(before, after)
	maps.Copy(fields, change.Fields)
	change.Fields = fields
	return s.AuditVersion(ctx, tx, service.CustomerUpdate, before.ID, change)
}
