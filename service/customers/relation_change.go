package customers

import (
	"context"
	"time"

	"kopeck/auth"
	"kopeck/fault"
	"kopeck/id"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/service/input"
	"kopeck/store"
)

// CorrectRelation corrects what is said of a relation. A correction that is based on an older version is merged with changes of other fields.
//
// Faults: INVALID by field; NOT_FOUND on id; ALREADY_EXISTS on from; VERSION_CONFLICT; FORBIDDEN.
func (s *Service) CorrectRelation(ctx context.Context, in service.CorrectRelationInput) (*CustomerRelation, error) {
	role, err := input.OptionalText("role", in.Role.Value(), MaxRole)
	if err != nil {
		return nil, err
	}
	return s.changeRelation(ctx, service.Verb{Name: "correctRelation", Key: in.IdempotencyKey, Body: in}, in.ID, func(r *CustomerRelation) (service.Update, error) {
		given := map[string]any{}
		if in.Role.IsSet() {
			r.Role, given["role"] = role, role
		}
		if in.From != nil {
			r.From, given["from"] = *in.From, *in.From
		}
		if in.To.IsSet() {
			r.To, given["to"] = in.To.Value(), in.To.Value()
		}
		return service.Update{Expected: in.ExpectedVersion, Updated: given}, nil
	})
}

// EndRelation says until when a relation held. Faults: INVALID by field; NOT_FOUND on id; WRONG_STATE on id for one that has a last day;
// VERSION_CONFLICT; FORBIDDEN.
func (s *Service) EndRelation(ctx context.Context, in service.EndRelationInput) (*CustomerRelation, error) {
	last := schema.Date(s.Settings().Day(s.Now()))
	if in.To != nil {
		last = *in.To
	}
	return s.changeRelation(ctx, service.Verb{Name: "endRelation", Key: in.IdempotencyKey, Body: in}, in.ID, func(r *CustomerRelation) (service.Update, error) {
		if err := service.CheckVersion(in.ExpectedVersion, r.Version); err != nil {
			return service.Update{}, err
		}
		if r.To != nil {
			return service.Update{}, fault.New(fault.WrongState, "id", "the relation has a last day, %s: correct it", *r.To)
		}
		r.To = &last
		return service.Update{Expected: r.Version, Updated: map[string]any{"to": last}}, nil
	})
}

// changeRelation changes a relation as a function says, which gives what is changed and the version that it is based on.
func (s *Service) changeRelation(ctx context.Context, verb service.Verb, relationID string, change func(r *CustomerRelation) (service.Update, error)) (*CustomerRelation, error) {
	if _, err := auth.Writer(ctx, "Customer"); err != nil {
		return nil, err
	}
	if err := id.Check("id", id.Relation, relationID); err != nil {
		return nil, err
	}
	_, err := s.Write(ctx, verb, func(ctx context.Context, tx *store.Tx) (string, error) {
		r, err := s.lockRelation(ctx, tx, relationID)
		if err != nil {
			return "", err
		}
		before, was := r.facts(), *r
		update, err := change(r)
		if err != nil {
			return "", err
		}
		update.Action, update.Subject, update.Version, update.Current = RelationCorrect, r.ID, r.Version, before
		if actor, _ := auth.From(ctx); !actor.IsSystem() && actor.May("Customer").Read != auth.AllRows {
			update.IsHidden = func(string, map[string]any) bool { return true } // they may not have seen both customers then
		}
		changed, err := s.Merge(ctx, tx, update)
		if err != nil || len(changed) == 0 {
			return r.ID, err
		}
		if err := s.CheckDays(r); err != nil {
			return "", err
		}
		if !r.within(&was) { // a merge may have made two of one time, of which either is ended
			if err := checkApart(ctx, tx, "from", r); err != nil {
				return "", err
			}
		}
		r.Version, r.UpdatedAt = r.Version+1, s.Now()
		if err := updateRelation(ctx, tx, r); err != nil {
			return "", err
		}
		if err := s.AuditVersion(ctx, tx, RelationCorrect, r.ID, service.VersionChange{Version: r.Version, Fields: changed}); err != nil {
			return "", err
		}
		return r.ID, s.relationChanged(ctx, tx, r, "", nil)
	})
	if err != nil {
		return nil, err
	}
	return s.relation(ctx, relationID)
}

// removed is a relation that was removed, as the audit has it.
type removed struct {
	PersonID  string       `json:"personId"`
	CompanyID string       `json:"companyId"`
	Reason    string       `json:"reason"`
	Version   int          `json:"version"`
	Role      *string      `json:"role"`
	From      schema.Date  `json:"from"`
	To        *schema.Date `json:"to"`
	CreatedAt time.Time    `json:"createdAt"`
	UpdatedAt time.Time    `json:"updatedAt"`
}

// RemoveRelation removes a relation that never was, and returns it as it was. Faults: INVALID by field; NOT_FOUND on id; VERSION_CONFLICT; FORBIDDEN.
func (s *Service) RemoveRelation(ctx context.Context, in service.RemoveRelationInput) (*CustomerRelation, error) {
	if _, err := auth.Writer(ctx, "Customer"); err != nil {
		return nil, err
	}
	var faults fault.List
	faults.Add(id.Check("id", id.Relation, in.ID))
	reason, err := input.Text("reason", in.Reason, maxRemovalReason)
	faults.Add(err)
	if err := faults.Or(); err != nil {
		return nil, err
	}
	_, err = s.Write(ctx, service.Verb{Name: "removeRelation", Key: in.IdempotencyKey, Body: in}, func(ctx context.Context, tx *store.Tx) (string, error) {
		r, err := s.lockRelation(ctx, tx, in.ID)
		if err != nil {
			return "", err
		}
		if err := service.CheckVersion(in.ExpectedVersion, r.Version); err != nil {
			return "", err
		}
		if err := deleteRelation(ctx, tx, r.ID); err != nil {
			return "", err
		}
		return r.ID, s.relationChanged(ctx, tx, r, relationRemove, removed{r.personID, r.companyID, reason, r.Version, r.Role, r.From, r.To, r.CreatedAt, r.UpdatedAt})
	})
	if err != nil {
		return nil, err
	}
	r, err := removedRelation(ctx, s.Store, in.ID)
	return s.asSeen(ctx, r, err)
}
