package people

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"kopeck/ent"
	"kopeck/schema"
	"kopeck/service/input"
	"kopeck/store"
)

// readTeams adds the teams and their memberships to a snapshot.
func (p *people) readTeams(ctx context.Context, tx *store.Tx) error {
	teams, err := tx.Team.Query().All(ctx)
	if err != nil {
		return err
	}
	p.teams = make(map[string]*ent.Team, len(teams))
	for _, t := range teams {
		p.teams[t.ID] = t
	}
	memberships, err := tx.TeamMembership.Query().All(ctx)
	if err != nil {
		return err
	}
	slices.SortFunc(memberships, func(a, b *ent.TeamMembership) int {
		return cmp.Or(b.ValidFrom.Compare(a.ValidFrom), strings.Compare(a.ID, b.ID))
	})
	p.members, p.memberOf = map[string][]*ent.TeamMembership{}, map[string][]*ent.TeamMembership{}
	for _, m := range memberships {
		p.members[m.TeamID] = append(p.members[m.TeamID], m)
		p.memberOf[m.UserID] = append(p.memberOf[m.UserID], m)
	}
	return nil
}

// HoldsAt reports whether a membership holds at a moment.
func HoldsAt(m *ent.TeamMembership, at time.Time) bool {
	return !at.Before(m.ValidFrom) && (m.ValidTo == nil || at.Before(*m.ValidTo))
}

// Team returns a team by id from the snapshot, nil if there is none.
func (s *Service) Team(id string) *ent.Team { return s.people.Load().teams[id] }

// Memberships returns who is, was and will be in a team, from the snapshot, the latest first.
func (s *Service) Memberships(teamID string) []*ent.TeamMembership {
	return slices.Clone(s.people.Load().members[teamID])
}

// Members returns who is in a team at a moment, from the snapshot, in the order of their names.
func (s *Service) Members(teamID string, at time.Time) []*ent.TeamMembership {
	all := s.people.Load()
	members := slices.DeleteFunc(slices.Clone(all.members[teamID]), func(m *ent.TeamMembership) bool { return !HoldsAt(m, at) })
	nameOf := func(m *ent.TeamMembership) string { return input.NameKey(all.users[m.UserID].Name) }
	slices.SortFunc(members, func(a, b *ent.TeamMembership) int {
		return cmp.Or(strings.Compare(nameOf(a), nameOf(b)), strings.Compare(a.UserID, b.UserID))
	})
	return members
}

// TeamsOf returns the teams in which a user is now, from the snapshot, in the order of their names.
func (s *Service) TeamsOf(userID string) []*ent.Team {
	all, now := s.people.Load(), s.Now()
	teams := []*ent.Team{}
	for _, m := range all.memberOf[userID] {
		if HoldsAt(m, now) {
			teams = append(teams, all.teams[m.TeamID])
		}
	}
	slices.SortFunc(teams, func(a, b *ent.Team) int {
		return cmp.Or(strings.Compare(a.NameKey, b.NameKey), strings.Compare(a.ID, b.ID))
	})
	return teams
}

// MemberIDs returns the ids of those who are in a team now, from the snapshot, in their order.
func (s *Service) MemberIDs(teamID string) []string {
	return s.people.Load().memberIDs(nil, teamID, s.Now())
}

func (p *people) memberIDs(to []string, teamID string, at time.Time) []string {
	for _, m := range p.members[teamID] {
		if HoldsAt(m, at) {
			to = append(to, m.UserID)
		}
	}
	slices.Sort(to)
	return slices.Compact(to)
}

// sharing returns the users whose customers a user sees besides those of their own, in the order of their ids: where customers are shared
// in teams, all who are in a team now in which the user is. It is asked for by every statement, so that a change of a team, the beginning
// or the end of a membership, and the setting hold at once, in subscriptions too.
func (s *Service) sharing(userID string) []string {
	if !s.Settings().TeamsShareCustomers {
		return nil
	}
	var all []string
	people, now := s.people.Load(), s.Now()
	for _, m := range people.memberOf[userID] {
		if HoldsAt(m, now) {
			all = people.memberIDs(all, m.TeamID, now)
		}
	}
	return slices.DeleteFunc(all, func(one string) bool { return one == userID })
}

// Sees reports whether a user of the company sees a customer now.
func (s *Service) Sees(userID string, c *ent.Customer) bool {
	u := s.User(userID)
	return u != nil && (u.Role != schema.RoleSales || c.OwnerID == nil || *c.OwnerID == userID || slices.Contains(s.sharing(userID), *c.OwnerID))
}

// OfCompany returns an active user of the company by id from the snapshot, nil if there is none: clients of partners are not.
func (s *Service) OfCompany(userID string) *ent.User {
	u := s.User(userID)
	if u == nil || u.DeletedAt != nil || !u.Active || u.Role == schema.RolePartner {
		return nil
	}
	return u
}
