package customers

import (
	"encoding/json"
	"slices"
	"time"

	"kopeck/ent"
	"kopeck/fault"
	"kopeck/id"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/service/field"
	"kopeck/service/input"
	"kopeck/stage"
)

// What files carry of a customer's past: what figures of every moment rest on, and the customer's row has only as it is now.

// Exemption is that a customer is exempt from tax from a moment on, as a file has it; without a reason they are not. The first that was
// recorded has held before all others.
type Exemption struct {
	Reason     *string   `json:"reason"`
	ValidFrom  time.Time `json:"from"`
	RecordedAt time.Time `json:"recorded"`
}

// StageFact is a fact that a customer's stage follows from and that is in no other file: the stage that they were recorded with, a decision of
// staff, or that they gave a permission.
type StageFact struct {
	Kind       schema.StageChangeKind `json:"kind"`            // RECORDED, OVERRULED or PERMISSION
	Stage      schema.Stage           `json:"stage,omitempty"` // none of a permission
	At         time.Time              `json:"at"`
	RecordedAt time.Time              `json:"recorded"`
	Reason     string                 `json:"reason,omitempty"` // of a decision
}

// list is the place of a list, nil for none.
func list[T any](at func(r *Record) *[]T) place[[]T] {
	get := func(r *Record) *[]T {
		if *at(r) == nil {
			return nil
		}
		return at(r)
	}
	return place[[]T]{
		at: get, given: get, optional: true,
		set: func(r *Record, to *[]T) {
			if to == nil {
				*at(r) = nil
				return
			}
			*at(r) = *to
		},
		destination: func(r *Record) any { return at(r) },
	}
}

// stageFacts are a list of which files have an empty one too: that of a customer whose stage follows from orders alone.
var stageFacts = func() kind[[]StageFact, []StageFact] {
	k := plain(field.List[StageFact]())
	k.Write = func(_ *field.Form, facts []StageFact) string {
		text, _ := json.Marshal(facts) // words, texts and times can always be written
		return string(text)
	}
	return k
}()

// checkExemptions checks the exemptions of a file.
func checkExemptions(name string, given *[]Exemption, _ Locale) (*[]Exemption, error) {
	if given == nil {
		return nil, nil
	}
	for n, one := range *given {
		reason, err := input.OptionalText(name, one.Reason, 1000)
		if err == nil {
			err = input.CheckDate(name, &one.ValidFrom)
		}
		if err == nil {
			err = input.CheckDate(name, &one.RecordedAt)
		}
		if err != nil {
			return nil, err
		}
		(*given)[n] = Exemption{reason, one.ValidFrom.UTC().Truncate(time.Microsecond), one.RecordedAt.UTC().Truncate(time.Microsecond)}
	}
	return given, nil
}

// checkStageFacts checks the facts of stages of a file.
func checkStageFacts(name string, given *[]StageFact, _ Locale) (*[]StageFact, error) {
	if given == nil {
		return nil, nil
	}
	for n := range *given {
		one := &(*given)[n]
		one.At, one.RecordedAt = one.At.UTC().Truncate(time.Microsecond), one.RecordedAt.UTC().Truncate(time.Microsecond)
		isPermission := one.Kind == schema.StagePermission
		switch {
		case !isPermission && one.Kind != schema.StageRecorded && one.Kind != schema.StageOverruled:
			return nil, fault.Invalidf(name, "want RECORDED, OVERRULED or PERMISSION, not %q", input.Excerpt(string(one.Kind)))
		case isPermission != (one.Stage == ""), !isPermission && !slices.Contains(one.Stage.Values(), string(one.Stage)):
			return nil, fault.Invalidf(name, "want a stage of each but a permission")
		case one.At.IsZero() || one.RecordedAt.IsZero():
			return nil, fault.Invalidf(name, "want the moment of each, and when it was recorded")
		case (one.Kind == schema.StageOverruled) != (one.Reason != ""):
			return nil, fault.Invalidf(name, "want a reason of what staff decided, and of nothing else")
		}
	}
	return given, nil
}

// DatedExemptions are the exemptions of a file as they are kept of a customer.
func (r *Record) DatedExemptions(newID func(prefix string) string) service.Dated {
	all := make([]*ent.DatedValue, len(r.Exemptions))
	for n, e := range r.Exemptions {
		all[n] = &ent.DatedValue{ID: newID(id.DatedValue), Name: schema.DatedTaxExempt, Subject: r.ID, Value: e.Reason, ValidFrom: e.ValidFrom, RecordedAt: e.RecordedAt, Actor: "system"}
	}
	return service.NewDated(all)
}

// StageOfFacts is the stage that the facts of a file make, while no order of the customer is known.
func (r *Record) StageOfFacts() schema.Stage {
	begun := stage.Begin(stage.Stranger, r.StageChanges())
	begun.Sort()
	f := begun.Decided()
	if n := len(begun.Permitted); n > 0 {
		f.PermittedAt, f.PermittedLastAt = begun.Permitted[0], begun.Permitted[n-1]
	}
	f.DepartedAt = input.OrZero(r.DepartedAt).UTC()
	is, _, _ := stage.Of(f, stage.Thresholds{})
	return schema.Stage(is)
}

// StageChanges are the facts of a file as changes of stage, in the order in which they were recorded.
func (r *Record) StageChanges() []stage.Change {
	changes := make([]stage.Change, len(r.StageFacts))
	for n, f := range r.StageFacts {
		one := stage.Change{From: stage.Stranger, To: stage.Stage(f.Stage), Kind: stage.Kind(f.Kind), At: f.At}
		switch f.Kind {
		case schema.StagePermission:
			one.To, one.Reason = stage.Friend, stage.ReasonPermission+stage.ReasonImported
		case schema.StageOverruled:
			one.Reason = stage.ReasonOverruled + f.Reason
		default:
			one.Reason = stage.ReasonRecorded
		}
		changes[n] = one
	}
	return changes
}
