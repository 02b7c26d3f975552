package teams

import (
	"context"
	"slices"
	"time"

	"kopeck/auth"
	"kopeck/ent"
	"kopeck/ent/teammembership"
	"kopeck/fault"
	"kopeck/id"
	"kopeck/service"
	"kopeck/store"
)

// AddTeamMember adds a member to a team from a moment on. Faults: INVALID by field; NOT_FOUND on teamId and userId; ALREADY_EXISTS on userId
// for one who is in the team at any moment from then on; VERSION_CONFLICT; FORBIDDEN.
func (s *Service) AddTeamMember(ctx context.Context, in service.AddTeamMemberInput) (*ent.Team, error) {
	if _, err := auth.Writer(ctx, "Team"); err != nil {
		return nil, err
	}
	var faults fault.List
	faults.Add(id.Check("teamId", id.Team, in.TeamID))
	faults.Add(s.checkMember("userId", in.UserID))
	from, err := s.HoldsFrom("from", in.From)
	faults.Add(err)
	if err := faults.Or(); err != nil {
		return nil, err
	}
	v := service.Verb{Name: "addTeamMember", Key: in.IdempotencyKey, Body: in}
	return s.changeMembers(ctx, v, in.TeamID, in.ExpectedVersion, func(ctx context.Context, tx *store.Tx, t *ent.Team) (service.Change, error) {
		standing, err := s.standing(ctx, tx, t.ID, in.UserID, from)
		if err != nil {
			return service.Change{}, err
		}
		if len(standing) > 0 {
			return service.Change{}, fault.New(fault.AlreadyExists, "userId", "this user is in the team from %s on", standing[0].ValidFrom.UTC().Format(time.RFC3339))
		}
		return service.Change{New: map[string]any{"user": in.UserID, "from": from}}, s.addMember(ctx, tx, t.ID, in.UserID, from)
	})
}

// RemoveTeamMember ends a membership from a moment on, and takes back one that begins later. Faults: INVALID by field; NOT_FOUND on teamId,
// and on userId for one who is not in the team at that moment or later; WRONG_STATE on userId for the lead; VERSION_CONFLICT; FORBIDDEN.
func (s *Service) RemoveTeamMember(ctx context.Context, in service.RemoveTeamMemberInput) (*ent.Team, error) {
	if _, err := auth.Writer(ctx, "Team"); err != nil {
		return nil, err
	}
	var faults fault.List
	faults.Add(id.Check("teamId", id.Team, in.TeamID))
	faults.Add(id.Check("userId", id.User, in.UserID))
	from, err := s.HoldsFrom("from", in.From)
	faults.Add(err)
	if err := faults.Or(); err != nil {
		return nil, err
	}
	v := service.Verb{Name: "removeTeamMember", Key: in.IdempotencyKey, Body: in}
	return s.changeMembers(ctx, v, in.TeamID, in.ExpectedVersion, func(ctx context.Context, tx *store.Tx, t *ent.Team) (service.Change, error) {
		none := service.Change{}
		standing, err := s.standing(ctx, tx, t.ID, in.UserID, from)
		switch {
		case err != nil:
			return none, err
		case len(standing) == 0:
			return none, fault.NoSuch("userId", "member of the team from then on")
		case t.LeadID != nil && *t.LeadID == in.UserID:
			return none, fault.New(fault.WrongState, "userId", "this user leads the team: name another lead first, or none")
		}
		for _, m := range standing {
			end := from
			if end.Before(m.ValidFrom) { // it never holds
				end = m.ValidFrom
			}
			if err := tx.TeamMembership.UpdateOne(m).SetValidTo(end).Exec(ctx); err != nil {
				return none, err
			}
		}
		return service.Change{Old: map[string]any{"user": in.UserID, "until": from}}, nil
	})
}

// changeMembers changes who is in a team, as a new version of it. The change that do returns is for the audit.
func (s *Service) changeMembers(ctx context.Context, v service.Verb, teamID string, expected *int, do func(ctx context.Context, tx *store.Tx, t *ent.Team) (service.Change, error)) (*ent.Team, error) {
	_, err := s.Write(ctx, v, func(ctx context.Context, tx *store.Tx) (string, error) {
		t, err := s.lockTeam(ctx, tx, "teamId", teamID)
		if err != nil {
			return "", err
		}
		if err := service.CheckVersion(expected, t.Version); err != nil {
			return "", err
		}
		change, err := do(ctx, tx, t)
		if err != nil {
			return "", err
		}
		return t.ID, s.saveTeam(ctx, tx, t, tx.Team.UpdateOne(t), map[string]service.Change{"members": change})
	})
	if err != nil {
		return nil, err
	}
	return s.Client.Team.Get(ctx, teamID)
}

func (s *Service) addMember(ctx context.Context, tx *store.Tx, teamID, userID string, from time.Time) error {
	return tx.TeamMembership.Create().SetID(s.IDs.Make(id.Membership)).SetTeamID(teamID).SetUserID(userID).SetValidFrom(from).
		SetRecordedAt(s.Now()).Exec(ctx)
}

// standing returns the memberships of a user in a team that hold at a moment or later, the earliest first.
func (s *Service) standing(ctx context.Context, tx *store.Tx, teamID, userID string, at time.Time) ([]*ent.TeamMembership, error) {
	all, err := tx.TeamMembership.Query().Where(teammembership.TeamID(teamID), teammembership.UserID(userID)).
		Order(teammembership.ByValidFrom(), teammembership.ByID()).All(ctx)
	return slices.DeleteFunc(all, func(m *ent.TeamMembership) bool {
		return m.ValidTo != nil && (!m.ValidTo.After(at) || !m.ValidTo.After(m.ValidFrom))
	}), err
}
