package people

import (
	"context"

	"kopeck/auth"
	"kopeck/ent"
	"kopeck/ent/refreshsession"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/store"
)

// people are the users and partners by id: the snapshot that access tokens are compared with.
type people struct {
	users    map[string]*ent.User
	partners map[string]*ent.Partner
	grades   map[string]service.Dated // of users by id; only those whose grade has changed
	ended    map[string]bool          // sessions that were ended less than endedFor ago
	teams    map[string]*ent.Team
	members  map[string][]*ent.TeamMembership // by team, the latest first
	memberOf map[string][]*ent.TeamMembership // the same by user
	replaced chan struct{}                    // closed when there is a newer snapshot
}

// readPeople is the reader of the snapshot.
func (s *Service) readPeople(ctx context.Context, tx *store.Tx) error {
	all := &people{users: map[string]*ent.User{}, partners: map[string]*ent.Partner{}, ended: map[string]bool{}, replaced: make(chan struct{})}
	var err error
	if all.grades, err = s.AllDated(ctx, tx, schema.DatedGrade); err != nil {
		return err
	}
	users, err := tx.User.Query().All(ctx)
	if err != nil {
		return err
	}
	for _, u := range users {
		all.users[u.ID] = u
	}
	partners, err := tx.Partner.Query().All(ctx)
	if err != nil {
		return err
	}
	for _, p := range partners {
		all.partners[p.ID] = p
	}
	if err := all.readTeams(ctx, tx); err != nil {
		return err
	}
	families, err := tx.RefreshSession.Query().Where(refreshsession.RevokedAtGT(s.Now().Add(-endedFor))).
		Unique(true).Select(refreshsession.FieldFamily).Strings(ctx)
	if err != nil {
		return err
	}
	for _, family := range families {
		all.ended[family] = true
	}
	if before := s.people.Swap(all); before != nil {
		close(before.replaced)
	}
	return nil
}

// User returns a user by id from the snapshot, nil if there is none.
func (s *Service) User(id string) *ent.User { return s.people.Load().users[id] }

// NameOf returns the name of the user with an e-mail; "a former user" if there is none, and "system" for the system. It is for
// those who may know the names of staff and nothing else of them.
func (s *Service) NameOf(email string) string {
	if email == auth.SystemName {
		return email
	}
	name := "a former user"
	for _, u := range s.people.Load().users {
		switch {
		case u.Email != email:
		case u.DeletedAt == nil:
			return u.Name
		default:
			name = u.Name
		}
	}
	return name
}

// Partner returns a partner by id from the snapshot, nil if there is none.
func (s *Service) Partner(id string) *ent.Partner { return s.people.Load().partners[id] }

// actorOf returns the actor of a user in a session: role and scopes as they are now, whatever a token says.
func (s *Service) actorOf(u *ent.User, session string) auth.Actor {
	actor := auth.Actor{UserID: u.ID, Name: u.Email, Role: u.Role, Scopes: auth.ScopesOf(u.Role), SessionID: session}
	if u.Role == schema.RoleSales {
		actor.Sharing = func() []string { return s.sharing(u.ID) }
	}
	if u.Role == schema.RolePartner && u.PartnerID != nil {
		if p := s.people.Load().partners[*u.PartnerID]; p != nil && p.Active {
			actor.PartnerID, actor.Scopes = p.ID, p.Scopes
		}
	}
	return actor
}
