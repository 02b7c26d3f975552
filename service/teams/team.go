package teams

import (
	"context"
	"slices"
	"strconv"

	"kopeck/auth"
	"kopeck/ent"
	"kopeck/ent/team"
	"kopeck/fault"
	"kopeck/id"
	"kopeck/service"
	"kopeck/service/input"
	"kopeck/store"
)

// teamUpdate is the audit action of a new version of a team.
const teamUpdate = "team.update"

const (
	maxName    = 200 // of a team, in characters
	maxMembers = 250 // of a team that is created
)

// uniqueColumns are the columns of a team whose values are unique.
var uniqueColumns = []service.UniqueColumn{{Column: "name_key", Field: "name", Message: "another team has this name"}}

// Team returns a team by its id; nil if there is none that the viewer may see.
func (s *Service) Team(ctx context.Context, teamID string) (*ent.Team, error) {
	if err := id.Check("id", id.Team, teamID); err != nil {
		return nil, err
	}
	found, err := s.Client.Team.Query().Where(team.ID(teamID)).Only(ctx)
	if ent.IsNotFound(err) {
		return nil, nil
	}
	return found, err
}

// CreateTeam creates a team with its first members. Faults: ALREADY_EXISTS on name or id; NOT_FOUND on leadId and memberIds; INVALID by
// field; LIMIT_EXCEEDED on memberIds; FORBIDDEN.
func (s *Service) CreateTeam(ctx context.Context, in service.CreateTeamInput) (*ent.Team, error) {
	if _, err := auth.Writer(ctx, "Team"); err != nil {
		return nil, err
	}
	var faults fault.List
	newID, err := s.NewID(id.Team, in.ID)
	faults.Add(err)
	name, err := input.Text("name", in.Name, maxName)
	faults.Add(err)
	from, err := s.HoldsFrom("from", in.From)
	faults.Add(err)
	members, err := s.firstMembers(in)
	faults.Add(err)
	if err := faults.Or(); err != nil {
		return nil, err
	}
	made, err := s.Write(ctx, service.Verb{Name: "createTeam", Key: in.IdempotencyKey, Body: in}, func(ctx context.Context, tx *store.Tx) (string, error) {
		now := s.Now()
		t, err := tx.Team.Create().SetID(newID).SetCreatedAt(now).SetUpdatedAt(now).SetName(name).SetNameKey(input.NameKey(name)).SetNillableLeadID(in.LeadID).Save(ctx)
		if err != nil {
			return "", service.UniqueFault(err, in.ID != nil, uniqueColumns...)
		}
		for _, userID := range members {
			if err := s.addMember(ctx, tx, t.ID, userID, from); err != nil {
				return "", err
			}
		}
		if err := s.Audit(ctx, tx, "team.create", t.ID, map[string]any{"name": name, "leadId": in.LeadID, "members": members, "from": from}); err != nil {
			return "", err
		}
		return t.ID, s.SnapshotChanged(ctx, tx, service.SnapshotPeople)
	})
	if err != nil {
		return nil, err
	}
	return s.Client.Team.Get(ctx, made)
}

// firstMembers returns the ids of the members that a team begins with, each once: the lead is one of them.
func (s *Service) firstMembers(in service.CreateTeamInput) ([]string, error) {
	var faults fault.List
	members := slices.Clone(in.MemberIds)
	if len(members) > maxMembers {
		return nil, fault.New(fault.LimitExceeded, "memberIds", "want at most %d members; add the others by addTeamMember", maxMembers)
	}
	for n, userID := range members {
		faults.Add(fault.At(s.checkMember(strconv.Itoa(n), userID), "memberIds"))
	}
	if in.LeadID != nil {
		faults.Add(s.checkMember("leadId", *in.LeadID))
		members = append(members, *in.LeadID)
	}
	slices.Sort(members)
	return slices.Compact(members), faults.Or()
}

// checkMember checks that somebody may be in a team: an active user of the company. INVALID and NOT_FOUND on a field.
func (s *Service) checkMember(field, userID string) error {
	if err := id.Check(field, id.User, userID); err != nil {
		return err
	}
	if s.people.OfCompany(userID) == nil {
		return fault.NoSuch(field, "active user of the company")
	}
	return nil
}

// UpdateTeam changes the fields that are given. An update that is based on an older version is merged with changes of other fields.
// Faults: INVALID by field, on leadId for one who is no member; ALREADY_EXISTS on name; NOT_FOUND on id and leadId; VERSION_CONFLICT;
// FORBIDDEN.
func (s *Service) UpdateTeam(ctx context.Context, in service.UpdateTeamInput) (*ent.Team, error) {
	if _, err := auth.Writer(ctx, "Team"); err != nil {
		return nil, err
	}
	var faults fault.List
	faults.Add(id.Check("id", id.Team, in.ID))
	updated := map[string]any{}
	if in.Name != nil {
		name, err := input.Text("name", *in.Name, maxName)
		faults.Add(err)
		updated["name"] = name
	}
	if in.LeadID.IsSet() {
		lead := in.LeadID.Value()
		if lead != nil {
			faults.Add(s.checkMember("leadId", *lead))
		}
		updated["leadId"] = lead
	}
	if err := faults.Or(); err != nil {
		return nil, err
	}
	_, err := s.Write(ctx, service.Verb{Name: "updateTeam"}, func(ctx context.Context, tx *store.Tx) (string, error) {
		t, err := s.lockTeam(ctx, tx, "id", in.ID)
		if err != nil {
			return "", err
		}
		merge := service.Update{
			Action: teamUpdate, Subject: t.ID, Expected: in.ExpectedVersion, Version: t.Version,
			Current: map[string]any{"name": t.Name, "leadId": t.LeadID}, Updated: updated,
		}
		changed, err := s.Merge(ctx, tx, merge)
		if err != nil || len(changed) == 0 {
			return t.ID, err
		}
		return t.ID, s.changeTeam(ctx, tx, t, changed)
	})
	if err != nil {
		return nil, err
	}
	return s.Client.Team.Get(ctx, in.ID)
}

// changeTeam writes the changes of name and lead of a team that the transaction holds.
func (s *Service) changeTeam(ctx context.Context, tx *store.Tx, t *ent.Team, changed map[string]service.Change) error {
	update := tx.Team.UpdateOne(t)
	if name, ok := changed["name"]; ok {
		text, _ := name.New.(string)
		update.SetName(text).SetNameKey(input.NameKey(text))
	}
	if change, ok := changed["leadId"]; ok {
		lead, _ := change.New.(*string)
		if lead == nil {
			update.ClearLeadID()
		} else {
			standing, err := s.standing(ctx, tx, t.ID, *lead, s.Now())
			if err != nil {
				return err
			}
			if !slices.ContainsFunc(standing, func(m *ent.TeamMembership) bool { return m.ValidTo == nil }) {
				return fault.Invalidf("leadId", "the lead must be a member of the team, without an end: add them first")
			}
			update.SetLeadID(*lead)
		}
	}
	return service.UniqueFault(s.saveTeam(ctx, tx, t, update, changed), false, uniqueColumns...)
}

// saveTeam writes a new version of a team.
func (s *Service) saveTeam(ctx context.Context, tx *store.Tx, t *ent.Team, update *ent.TeamUpdateOne, changed map[string]service.Change) error {
	after, err := update.AddVersion(1).SetUpdatedAt(s.Now()).Save(ctx)
	if err != nil {
		return err
	}
	if err := s.AuditVersion(ctx, tx, teamUpdate, t.ID, service.VersionChange{Version: after.Version, Fields: changed}); err != nil {
		return err
	}
	return s.SnapshotChanged(ctx, tx, service.SnapshotPeople)
}

// lockTeam loads a team and locks its row until the transaction ends: changes of it and of who is in it happen one after the other. INVALID
// and NOT_FOUND on a field.
func (s *Service) lockTeam(ctx context.Context, tx *store.Tx, field, teamID string) (*ent.Team, error) {
	if err := id.Check(field, id.Team, teamID); err != nil {
		return nil, err
	}
	query := tx.Team.Query().Where(team.ID(teamID))
	store.ForUpdate(tx, query)
	t, err := query.Only(ctx)
	if ent.IsNotFound(err) {
		return nil, fault.NoSuch(field, "team")
	}
	return t, err
}
