package people

import (
	"context"
	"slices"
	"strings"

	"kopeck/auth"
	"kopeck/ent"
	"kopeck/ent/user"
	"kopeck/fault"
	"kopeck/id"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/service/input"
	"kopeck/store"
)

// Viewer is the user who asks, with the rights of the request.
type Viewer struct {
	User   *ent.User
	Role   schema.Role
	Scopes []string
}

// partnerInput is the partner of a user of the role PARTNER. scopes nil leaves those of an existing partner as they are.
type partnerInput struct {
	name   string
	scopes []string
}

// Viewer returns who asks. Fault: UNAUTHENTICATED if that is no user.
func (s *Service) Viewer(ctx context.Context) (*Viewer, error) {
	actor, _ := auth.From(ctx)
	u := s.User(actor.UserID)
	if u == nil {
		return nil, fault.New(fault.Unauthenticated, "", "sign in first")
	}
	return viewerOf(u, actor), nil
}

func viewerOf(u *ent.User, actor auth.Actor) *Viewer {
	return &Viewer{User: u, Role: actor.Role, Scopes: append([]string{}, actor.Scopes...)}
}

// Users returns all users, ordered by name. Fault: FORBIDDEN without the scope users.
func (s *Service) Users(ctx context.Context) ([]*ent.User, error) {
	if actor, _ := auth.From(ctx); !actor.Has(auth.ScopeUsers) {
		return nil, fault.New(fault.Forbidden, "", "users needs the scope %s", auth.ScopeUsers)
	}
	all, err := s.Client.User.Query().Where(user.DeletedAtIsNil()).All(ctx)
	if err != nil {
		return nil, err
	}
	slices.SortFunc(all, func(a, b *ent.User) int {
		if byName := strings.Compare(input.NameKey(a.Name), input.NameKey(b.Name)); byName != 0 {
			return byName
		}
		return strings.Compare(a.ID, b.ID)
	})
	return all, nil
}

// CreateUser creates a user; only ADMIN and the system may.
//
// Faults: ALREADY_EXISTS for an e-mail that is taken, whatever its case, and for an id; INVALID by field, also for a weak
// password and for a partner that is missing or not expected; FORBIDDEN.
func (s *Service) CreateUser(ctx context.Context, in service.CreateUserInput) (*ent.User, error) {
	if _, err := auth.Writer(ctx, "User"); err != nil {
		return nil, err
	}
	var faults fault.List
	row := &Record{User: &ent.User{Active: true}}
	var err error
	row.ID, err = s.NewID(id.User, in.ID)
	faults.Add(err)
	faults.Add(fields.Create(&in, row))
	if err := faults.Or(); err != nil {
		return nil, err
	}
	hash, err := s.passwords.Hash(ctx, row.password)
	if err != nil {
		return nil, err
	}
	row.PasswordHash = &hash
	body := in
	body.Password = "" // the stored hash of the body must not be usable to test guesses of the password
	made, err := s.Write(ctx, service.Verb{Name: "createUser", Key: in.IdempotencyKey, Body: body}, func(ctx context.Context, tx *store.Tx) (string, error) {
		now := s.Now()
		row.CreatedAt, row.UpdatedAt = now, now
		if row.partner != nil {
			p, err := s.EnsurePartner(ctx, tx, row.partner.name, row.partner.scopes)
			if err != nil {
				return "", err
			}
			row.PartnerID = &p.ID
		}
		create := tx.User.Create()
		if err := fields.Set(create.Mutation(), row); err != nil {
			return "", err
		}
		u, err := create.Save(ctx)
		if err != nil {
			return "", service.UniqueFault(err, in.ID != nil, uniqueColumns...)
		}
		if err := s.Audit(ctx, tx, "user.create", u.ID, map[string]any{"email": u.Email, "role": u.Role, "partner": u.PartnerID}); err != nil {
			return "", err
		}
		return u.ID, s.SnapshotChanged(ctx, tx, service.SnapshotPeople)
	})
	if err != nil {
		return nil, err
	}
	return s.Client.User.Get(ctx, made)
}

// checkPartner checks the partner of a new user and its scopes, nil for another role than PARTNER.
func checkPartner(in *service.CreateUserInput) (*partnerInput, error) {
	var faults fault.List
	if in.Role != schema.RolePartner {
		if in.Partner != nil {
			faults.Add(fault.Invalidf("partner", "only a user of the role PARTNER has a partner"))
		}
		if in.PartnerScopes != nil {
			faults.Add(fault.Invalidf("partnerScopes", "only a user of the role PARTNER has partner scopes"))
		}
		return nil, faults.Or()
	}
	if in.Partner == nil {
		return nil, fault.Invalidf("partner", "the role PARTNER needs the partner's name")
	}
	name, err := input.Text("partner", *in.Partner, maxPartnerName)
	faults.Add(err)
	scopes, err := partnerScopes("partnerScopes", in.PartnerScopes)
	faults.Add(err)
	return &partnerInput{name, scopes}, faults.Or()
}

// uniqueColumns are the columns of a user whose values are unique.
var uniqueColumns = []service.UniqueColumn{{Column: "email_key", Field: "email", Message: "another user has this e-mail"}}
