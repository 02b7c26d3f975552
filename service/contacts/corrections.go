package contacts

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"

	"kopeck/auth"
	"kopeck/ent"
	"kopeck/money"
	"kopeck/service"
	"kopeck/service/input"
)

// ContactCorrection is a correction of a contact, or that it was voided.
type ContactCorrection struct {
	At     time.Time
	By     string
	Reason string
	Voided bool
	Fields []*ContactFieldChange
}

// ContactFieldChange is what a correction changed of a field, by its name in correctContact. An expense is a text, and absent for who may
// not see what the contact cost then; so is a customer whom they may not see.
type ContactFieldChange struct {
	Name     string
	Old, New any
}

// Corrections returns what was corrected of contacts and that they were voided, by contact, in the order in which it was recorded. The caller
// may see the contacts.
func (s *Service) Corrections(ctx context.Context, contacts []*ent.Contact) (map[string][]*ContactCorrection, error) {
	ids := make([]string, len(contacts))
	staff := make(map[string]any, len(contacts)) // who took part, as corrections have it
	for i, c := range contacts {
		ids[i], staff[c.ID] = c.ID, c.StaffID
	}
	audits, err := auditsOf(ctx, s.Store, ids)
	if err != nil {
		return nil, err
	}
	details := make([]service.VersionChange, len(audits))
	for i, a := range audits {
		if err := json.Unmarshal(a.detail, &details[i]); err != nil {
			return nil, fmt.Errorf("contacts: audit of %s: %w", a.contactID, err)
		}
	}
	visible, err := service.SeenAmong(ctx, s.Client.Customer, aboutOf(details)...)
	if err != nil {
		return nil, err
	}
	all := make(map[string][]*ContactCorrection, len(contacts))
	for i, a := range slices.Backward(audits) { // from now on backwards, to know who took part before each
		one := &ContactCorrection{At: a.at, By: a.actor, Reason: details[i].Reason, Voided: a.action == contactVoid, Fields: []*ContactFieldChange{}}
		before := staff[a.contactID]
		if moved, ok := details[i].Fields["staffId"]; ok {
			before = moved.Old
		}
		for _, name := range slices.Sorted(maps.Keys(details[i].Fields)) {
			change := &ContactFieldChange{name, details[i].Fields[name].Old, details[i].Fields[name].New}
			switch name {
			case "expense":
				change.Old, change.New = s.expense(ctx, change.Old, before), s.expense(ctx, change.New, staff[a.contactID])
			case aboutField:
				if change.Old, change.New = visible.Only(change.Old), visible.Only(change.New); change.Old == nil && change.New == nil {
					continue
				}
			}
			one.Fields = append(one.Fields, change)
		}
		staff[a.contactID] = before
		all[a.contactID] = append(all[a.contactID], one)
	}
	for _, corrections := range all {
		slices.Reverse(corrections)
	}
	return all, nil
}

// expense returns an expense of the audit, which has it in minor units, as a text with its currency; nil for who may not see what a contact
// cost in which a user took part.
func (s *Service) expense(ctx context.Context, minor, staff any) any {
	if !seesCost(ctx, staff) {
		return nil
	}
	text, err := json.Marshal(minor)
	var amount money.Amount
	if err != nil || json.Unmarshal(text, &amount) != nil {
		return nil
	}
	return s.Currency.Format(amount) + " " + s.Currency.Code()
}

// seesCost reports whether the actor may see what a contact cost in which a user took part, as the audit has them.
func seesCost(ctx context.Context, staff any) bool {
	actor, _ := auth.From(ctx)
	return actor.SeesCostOf(input.NonEmpty(service.IDIn(staff)))
}

// costThen returns what of a version of a contact is hidden in a conflict: the expense, as in [Service.Corrections], from who may not see what
// the contact cost with who took part then.
func costThen(ctx context.Context, c *ent.Contact) func(name string, base map[string]any) bool {
	return func(name string, base map[string]any) bool {
		var staff any = c.StaffID
		if then, changed := base["staffId"]; changed {
			staff = then
		}
		return name == "expense" && !seesCost(ctx, staff)
	}
}
