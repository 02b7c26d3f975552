package service

import (
	"context"
	"encoding/json"
	"maps"
	"reflect"
	"slices"
	"strings"
	"time"

	"kopeck/auth"
	"kopeck/ent"
	"kopeck/ent/teammembership"
	"kopeck/fault"
	"kopeck/money"
	"kopeck/store"
)

// Change is one field's change from one value to another, as the audit log keeps it.
type Change struct {
	Old any `json:"old"`
	New any `json:"new"`
}

// VersionChange is what a new version of a row changed: the detail of its audit entry.
type VersionChange struct {
	Version int               `json:"version"`
	Fields  map[string]Change `json:"fields"`
	Reason  string            `json:"reason,omitempty"`

	at time.Time // of the entry
}

// Update is an update of a row that others may have changed since the version that it is based on.
type Update struct {
	Action, Subject  string         // of the audit entries of the row's versions
	Named            string         // the id by which the caller calls the row, where that is one that was merged into it
	CustomerID       string         // to whom the row belongs; "" for a customer, and for what belongs to none
	Expected         int            // the version that the update is based on
	Version          int            // the row's version now
	Current, Updated map[string]any // the row's fields, and those that the update sets, by the input's names

	// IsHidden reports whether the actor may not see what a field was in a version, of which base has the fields that have changed since; nil
	// where no field is a secret of its own.
	IsHidden func(name string, base map[string]any) bool
}

// Merge returns the fields that an update changes; none if the row has its values already. Changes of different fields
// since the version that the update is based on are merged; VERSION_CONFLICT lists the fields that others have changed to
// other values. The row must be locked.
func (s *Core) Merge(ctx context.Context, tx *store.Tx, u Update) (map[string]Change, error) {
	if err := s.checkConflicts(ctx, tx, u); err != nil {
		return nil, err
	}
	changes := map[string]Change{}
	for name, updated := range u.Updated {
		if !SameJSON(u.Current[name], updated) {
			changes[name] = Change{Old: u.Current[name], New: updated}
		}
	}
	return changes, nil
}

// checkConflicts returns VERSION_CONFLICT if an update sets fields that others have changed to other values since the
// version that it is based on.
func (s *Core) checkConflicts(ctx context.Context, tx *store.Tx, u Update) error {
	expected, version := u.Expected, u.Version
	switch {
	case expected == version:
		return nil
	case expected > version || expected < 1:
		return fault.Invalidf("expectedVersion", "there is no version %d: the latest is %d", expected, version)
	}
	history, err := u.history(ctx, tx)
	if err != nil {
		return err
	}
	base := fieldsAt(history, expected)
	fromOthers, err := u.isFromOthers(ctx, tx, history)
	if err != nil {
		return err
	}
	if fromOthers { // of fields that differ the actor learns what they are, but not whether they were
		base = map[string]any{}
		for name := range u.Updated {
			base[name] = nil
		}
	}
	fields, err := conflictsSeen(ctx, tx, conflicts(base, u.Current, u.Updated))
	if err != nil || len(fields) == 0 {
		return err
	}
	for i := range fields {
		if u.IsHidden != nil && u.IsHidden(fields[i].Name, base) {
			fields[i].Base = nil
		}
		s.asText(&fields[i])
	}
	conflict := fault.New(fault.VersionConflict, "expectedVersion", "the same fields were changed after version %d; the version is %d now", expected, version)
	conflict.Detail = &fault.Conflict{CurrentVersion: version, Fields: fields}
	return conflict
}

// history returns what each version of the row has changed. Whoever calls it by the id of a row that was merged into it bases the update
// on the versions of that one up to the merge.
func (u Update) history(ctx context.Context, tx *store.Tx) ([]VersionChange, error) {
	own, err := versionChanges(ctx, tx, u.Action, u.Subject)
	if err != nil || u.Named == "" || u.Named == u.Subject {
		return own, err
	}
	history, err := versionChanges(ctx, tx, u.Action, u.Named)
	merged := 0
	for _, v := range history {
		merged = max(merged, v.Version)
	}
	for _, v := range own {
		if v.Version > merged {
			history = append(history, v)
		}
	}
	return history, err
}

// isFromOthers reports whether the version that an update is based on may be of a time when the actor could not see the row: when its
// customer had another owner, or was one with another customer or not yet, or when the actor did not share customers in a team with the owner.
func (u Update) isFromOthers(ctx context.Context, tx *store.Tx, history []VersionChange) (bool, error) {
	actor, _ := auth.From(ctx)
	if actor.IsSystem() || actor.May("Customer").Read == auth.AllRows {
		return false, nil
	}
	customerID := u.CustomerID
	if u.Action == CustomerUpdate {
		customerID = u.Subject
	}
	next := slices.IndexFunc(history, func(v VersionChange) bool { return v.Version > u.Expected })
	if customerID == "" || next < 0 {
		return false, nil
	}
	customers := history
	if u.CustomerID != "" {
		var err error
		if customers, err = versionChanges(ctx, tx, CustomerUpdate, u.CustomerID); err != nil {
			return false, err
		}
	}
	until := history[next].at // until then the row was as the update is based on
	if slices.ContainsFunc(customers, func(v VersionChange) bool { return !v.at.Before(until) && v.changesHands() }) {
		return true, nil
	}
	shared, err := sharedAt(ctx, tx, actor.UserID, customerID, until)
	return !shared, err
}

// sharedAt reports whether a user of the role SALES, who sees a customer now, saw them at a moment, with the owner of now: as the owner, as all
// see whom nobody owns, or by a team, in which both were known to be.
func sharedAt(ctx context.Context, tx *store.Tx, userID, customerID string, at time.Time) (bool, error) {
	c, err := tx.Customer.Get(ctx, customerID)
	if err != nil || c.OwnerID == nil || *c.OwnerID == userID {
		return err == nil, err
	}
	switched, err := versionChanges(ctx, tx, settingChange, "teamsShareCustomers")
	if err != nil || slices.ContainsFunc(switched, func(v VersionChange) bool { return !v.at.Before(at) }) {
		return false, err
	}
	in, err := tx.TeamMembership.Query().Where(teammembership.UserIDIn(userID, *c.OwnerID), teammembership.RecordedAtLTE(at), teammembership.ValidFromLTE(at),
		teammembership.Or(teammembership.ValidToIsNil(), teammembership.ValidToGT(at))).All(ctx)
	for _, one := range in {
		if one.UserID == userID && slices.ContainsFunc(in, func(other *ent.TeamMembership) bool { return other.UserID != userID && other.TeamID == one.TeamID }) {
			return err == nil, err
		}
	}
	return false, err
}

// changesHands reports whether a version of a customer came of another owner, or of a merge or the undoing of one: who sees the customer
// from then on could not see all that they were before.
func (v VersionChange) changesHands() bool {
	_, moved := v.Fields["ownerId"]
	return moved || slices.ContainsFunc([]string{MergedWith, MergedInto, SeparatedFrom}, func(of string) bool { return strings.HasPrefix(v.Reason, of) })
}

// fieldsAt returns the values that fields had at a version, of those fields that have changed since. history is in the
// order of the versions.
func fieldsAt(history []VersionChange, version int) map[string]any {
	base := map[string]any{}
	for _, v := range history {
		for name, change := range v.Fields {
			if _, seen := base[name]; v.Version > version && !seen {
				base[name] = change.Old
			}
		}
	}
	return base
}

// conflicts returns the fields, by name, that both others and the update have changed since the base, to different values.
func conflicts(base, current, updated map[string]any) []fault.FieldConflict {
	var fields []fault.FieldConflict
	for _, name := range slices.Sorted(maps.Keys(updated)) {
		if old, changed := base[name]; changed && !SameJSON(current[name], updated[name]) {
			fields = append(fields, fault.FieldConflict{Name: name, Base: old, Theirs: current[name], Yours: updated[name]})
		}
	}
	return fields
}

// asText shows amounts of money in a conflict as decimals, as an input has them; the audit has them in minor units.
func (s *Core) asText(f *fault.FieldConflict) {
	switch f.Yours.(type) {
	case money.Amount, *money.Amount:
	default:
		return
	}
	for _, value := range []*any{&f.Base, &f.Theirs, &f.Yours} {
		if *value = s.DecimalOf(*value); *value == "" {
			*value = nil
		}
	}
}

// DecimalOf returns an amount of the audit, which has it in minor units, as a decimal; "" for none.
func (s *Core) DecimalOf(minor any) string {
	text, err := json.Marshal(minor)
	var amount *money.Amount
	if err != nil || json.Unmarshal(text, &amount) != nil || amount == nil {
		return ""
	}
	return s.Currency.Format(*amount)
}

// SameJSON reports whether two values are the same in JSON.
func SameJSON(a, b any) bool {
	x, errA := json.Marshal(a)
	y, errB := json.Marshal(b)
	return errA == nil && errB == nil && reflect.DeepEqual(x, y)
}

// CheckVersion returns VERSION_CONFLICT if a verb is based on another version than the row's; nil is any version. It is for
// verbs that change a row as a whole, such as its status.
func CheckVersion(expected *int, current int) error {
	if expected == nil || *expected == current {
		return nil
	}
	conflict := fault.New(fault.VersionConflict, "expectedVersion", "the version is %d now, not %d", current, *expected)
	conflict.Detail = &fault.Conflict{CurrentVersion: current}
	return conflict
}
