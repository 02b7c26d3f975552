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
// not see the cost.
type ContactFieldChange struct {
	Name     string
	Old, New any
}

// Corrections returns what was corrected of contacts and that they were voided, by contact, in the order in which it was recorded. The caller
// may see the contacts.
func (s *Service) Corrections(ctx context.Context, contacts []*ent.Contact) (map[string][]*ContactCorrection, error) {
	ids := make([]string, len(contacts))
	seesCost := make(map[string]bool, len(contacts))
	actor, _ := auth.From(ctx)
	for i, c := range contacts {
		ids[i], seesCost[c.ID] = c.ID, actor.Has(auth.ScopeCosts) || c.StaffID != nil && *c.StaffID == actor.UserID
	}
	audits, err := auditsOf(ctx, s.Store, ids)
	if err != nil {
		return nil, err
	}
	all := make(map[string][]*ContactCorrection, len(contacts))
	for _, a := range audits {
		var detail service.VersionChange
		if err := json.Unmarshal(a.detail, &detail); err != nil {
			return nil, fmt.Errorf("contacts: audit of %s: %w", a.contactID, err)
		}
		one := &ContactCorrection{At: a.at, By: a.actor, Reason: detail.Reason, Voided: a.action == contactVoid, Fields: []*ContactFieldChange{}}
		for _, name := range slices.Sorted(maps.Keys(detail.Fields)) {
			change := &ContactFieldChange{Name: name}
			if name != "expense" {
				change.Old, change.New = detail.Fields[name].Old, detail.Fields[name].New
			} else if seesCost[a.contactID] {
				change.Old, change.New = s.expense(detail.Fields[name].Old), s.expense(detail.Fields[name].New)
			}
			one.Fields = append(one.Fields, change)
		}
		all[a.contactID] = append(all[a.contactID], one)
	}
	return all, nil
}

// expense returns an expense of the audit, which has it in minor units, as a text with its currency.
func (s *Service) expense(minor any) any {
	text, err := json.Marshal(minor)
	var amount money.Amount
	if err != nil || json.Unmarshal(text, &amount) != nil {
		return nil
	}
	return s.Currency.Format(amount) + " " + s.Currency.Code()
}
