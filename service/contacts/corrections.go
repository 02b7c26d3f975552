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
	"kopeck/schema"
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

	isLast bool // no later correction is left out
}

// CorrectedAt returns when a contact was last corrected, by what its corrections show of it; nil if they show nothing.
func CorrectedAt(c *ent.Contact, shown []*ContactCorrection) *time.Time {
	for _, one := range slices.Backward(shown) {
		switch {
		case one.Voided:
		case one.isLast:
			return c.CorrectedAt
		default:
			return &one.At
		}
	}
	return nil
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
	took := make(map[string]who, len(contacts))
	for i, c := range contacts {
		ids[i], took[c.ID] = c.ID, who{c.StaffID, c.Participants}
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
	if err := s.seeNamed(ctx, visible, details); err != nil {
		return nil, err
	}
	all, later := make(map[string][]*ContactCorrection, len(contacts)), map[string]bool{}
	for i, a := range slices.Backward(audits) { // from now on backwards, to know who took part before each
		one := &ContactCorrection{At: a.at, By: a.actor, Reason: details[i].Reason, Voided: a.action == contactVoid, Fields: []*ContactFieldChange{}}
		one.isLast = !one.Voided && !later[a.contactID]
		later[a.contactID] = later[a.contactID] || !one.Voided
		before, err := took[a.contactID].before(details[i].Fields)
		if err != nil {
			return nil, fmt.Errorf("contacts: audit of %s: %w", a.contactID, err)
		}
		if other := joinedOf(details[i].Reason); other != "" && !visible[other] { // it is of another customer: to the caller the contacts were never joined
			took[a.contactID] = before
			continue
		}
		for _, name := range slices.Sorted(maps.Keys(details[i].Fields)) {
			if change := s.shownChange(ctx, visible, name, details[i].Fields[name], before, took[a.contactID]); change != nil {
				one.Fields = append(one.Fields, change)
			}
		}
		took[a.contactID] = before
		if len(one.Fields) == 0 && len(details[i].Fields) > 0 {
			continue // of customers alone whom the caller may not see
		}
		all[a.contactID] = append(all[a.contactID], one)
	}
	for _, corrections := range all {
		slices.Reverse(corrections)
	}
	return all, nil
}

// shownChange returns what a correction changed of a field as the caller may see it, nil for nothing. before and after took part by what was
// known before and after it.
func (s *Service) shownChange(ctx context.Context, visible service.CustomersSeen, name string, of service.Change, before, after who) *ContactFieldChange {
	change := &ContactFieldChange{name, of.Old, of.New}
	switch name {
	case "expense":
		change.Old, change.New = s.expense(ctx, of.Old, before), s.expense(ctx, of.New, after)
	case aboutField, orderField, offerField:
		if change.Old, change.New = visible.Only(of.Old), visible.Only(of.New); change.Old == nil && change.New == nil {
			return nil
		}
	case peopleField:
		if change.Old, change.New = onlySeen(visible, of.Old), onlySeen(visible, of.New); service.SameJSON(change.Old, change.New) {
			return nil
		}
	}
	return change
}

// who is who of ours took part in a contact.
type who struct {
	staff  *string
	people []schema.Participant
}

// before returns who took part before a correction, as the audit has it.
func (w who) before(moved map[string]service.Change) (who, error) {
	if one, ok := moved["staffId"]; ok {
		w.staff = input.NonEmpty(service.IDIn(one.Old))
	}
	one, ok := moved[participantsField]
	if !ok {
		return w, nil
	}
	text, err := json.Marshal(one.Old)
	if err == nil {
		w.people = nil
		err = json.Unmarshal(text, &w.people)
	}
	return w, err
}

// expense returns an expense of the audit, which has it in minor units, as a text with its currency; nil for who may not see what a contact
// cost in which these people took part.
func (s *Service) expense(ctx context.Context, minor any, took who) any {
	if actor, _ := auth.From(ctx); !actor.SeesCostOf(took.staff, took.people) {
		return nil
	}
	decimal := s.DecimalOf(minor)
	if decimal == "" {
		return nil
	}
	return decimal + " " + s.Currency.Code()
}

// costThen returns what of a version of a contact is hidden in a conflict: the expense, as in [Service.Corrections], from who may not see what
// the contact cost with those who took part then.
func costThen(ctx context.Context, c *ent.Contact) func(name string, base map[string]any) bool {
	return func(name string, base map[string]any) bool {
		if name != "expense" {
			return false
		}
		moved := map[string]service.Change{}
		for _, one := range []string{"staffId", participantsField} {
			if then, changed := base[one]; changed {
				moved[one] = service.Change{Old: then}
			}
		}
		took, err := who{c.StaffID, c.Participants}.before(moved)
		actor, _ := auth.From(ctx)
		return err != nil || !actor.SeesCostOf(took.staff, took.people)
	}
}
