package ownpage

import (
	"context"
	"slices"
	"strings"
	"time"

	"kopeck/ent"
	"kopeck/ent/permission"
	"kopeck/ent/wording"
	"kopeck/fault"
	"kopeck/id"
	"kopeck/schema"
	"kopeck/service"
)

// Page is what a customer's own page shows to whoever has its link.
type Page struct {
	Standing []Standing // what the customer permits
	Offered  []Offered  // what they may permit besides
	CanCode  bool       // whether a code can be sent to them
}

// Standing is a permission that is in force, or waits to be confirmed.
type Standing struct {
	PermissionID     string
	Channel, Purpose string
	Level            string
	Pending          bool
	Until            *time.Time
	Lower            []string // the levels below that it may be lowered to, the highest first
}

// Offered is a wording by which the customer may permit more.
type Offered struct {
	WordingID        string
	Text             string
	Channel, Purpose string
	Level            string
}

// source is the source of the events of permissions that come from the page.
const source = "own page"

// Open returns what the page of a token shows, in a language: "ru". NOT_FOUND on token, with one message whatever the cause, for a token that is not
// ours and for a link that has ended.
func (s *Service) Open(ctx context.Context, token, language string) (*Page, error) {
	link, c, err := s.opened(ctx, token)
	if err != nil {
		return nil, err
	}
	page := &Page{CanCode: s.outbox.Carries() && c.Email != nil}
	ctx = byLink(ctx)
	rows, err := s.Client.Permission.Query().Where(permission.CustomerID(link.CustomerID), permission.StateIn(schema.PermissionActive, schema.PermissionPending)).
		Order(permission.ByGrantedAt(), permission.ByID()).All(ctx)
	if err != nil {
		return nil, err
	}
	held := map[string]int{} // the rank of what is in force, by channel and purpose
	for _, p := range rows {
		if p.State != schema.PermissionActive && p.State != schema.PermissionPending { // its time is over, which no event has recorded
			continue
		}
		one := Standing{PermissionID: p.ID, Channel: string(p.Channel), Purpose: string(p.Purpose), Level: string(p.Level), Pending: p.State == schema.PermissionPending, Until: p.ExpiresAt}
		if !one.Pending {
			held[one.Channel+" "+one.Purpose] = p.Level.Rank()
			one.Lower = s.lower(p)
		}
		page.Standing = append(page.Standing, one)
	}
	page.Offered, err = s.offered(ctx, language, held)
	return page, err
}

// lower returns the levels that a permission may be lowered to and that still mean something for its purpose.
func (s *Service) lower(p *ent.Permission) (all []string) {
	least := max(s.Settings().RequiredLevels[p.Purpose].Rank(), schema.BrandTrust.Rank())
	for _, name := range slices.Backward(p.Level.Values()) {
		if rank := schema.PermissionLevel(name).Rank(); rank < p.Level.Rank() && rank >= least {
			all = append(all, name)
		}
	}
	return all
}

// offered returns the wordings that are shown now, in a language, each for one channel and purpose alone, by which a customer would permit more than
// they do. The level is the one that the purpose needs.
func (s *Service) offered(ctx context.Context, language string, held map[string]int) ([]Offered, error) {
	rows, err := s.Client.Wording.Query().Where(wording.PartOfIsNil(), wording.ValidFromLTE(s.Now()), wording.Or(wording.RetiredAtIsNil(), wording.RetiredAtGT(s.Now()))).
		Order(wording.ByCode(), wording.ByValidFrom(), wording.ByID()).All(ctx)
	if err != nil {
		return nil, err
	}
	latest := map[string]*ent.Wording{} // of each code, in this language
	var codes []string
	for _, w := range rows {
		if base, _, _ := strings.Cut(w.Language, "-"); base != language || len(w.Channels) != 1 || len(w.Purposes) != 1 {
			continue
		}
		if latest[w.Code] == nil {
			codes = append(codes, w.Code)
		}
		latest[w.Code] = w
	}
	var all []Offered
	for _, code := range codes {
		w := latest[code]
		level := s.asked(w.Purposes[0])
		if held[string(w.Channels[0])+" "+string(w.Purposes[0])] < level.Rank() {
			all = append(all, Offered{WordingID: w.ID, Text: w.Text, Channel: string(w.Channels[0]), Purpose: string(w.Purposes[0]), Level: string(level)})
		}
	}
	return all, nil
}

// asked returns the level that is asked for on the page: what the purpose needs, and no SITUATION, which is over in a day.
func (s *Service) asked(of schema.Purpose) schema.PermissionLevel {
	if level := s.Settings().RequiredLevels[of]; level.Rank() > schema.BrandTrust.Rank() {
		return level
	}
	return schema.BrandTrust
}

// Grant records what a customer permits on their page, by a wording that is shown there; address is the one that they have on the network.
// Faults: NOT_FOUND on token; those of grantPermission.
func (s *Service) Grant(ctx context.Context, token, wordingID, address string) error {
	link, _, err := s.opened(ctx, token)
	if err != nil {
		return err
	}
	if err := id.Check("wordingId", id.Wording, wordingID); err != nil {
		return err
	}
	ctx = byLink(ctx)
	w, err := s.Client.Wording.Get(ctx, wordingID)
	if ent.IsNotFound(err) {
		return fault.NoSuch("wordingId", "wording")
	}
	if err != nil {
		return err
	}
	if len(w.Channels) != 1 || len(w.Purposes) != 1 || w.PartOf != nil {
		return fault.Invalidf("wordingId", "this wording is not shown on the page")
	}
	grant := service.GrantPermissionInput{
		CustomerID: link.CustomerID, Channel: w.Channels[0], Purpose: w.Purposes[0], Level: s.asked(w.Purposes[0]), Source: source, WordingID: &w.ID,
	}
	if address != "" {
		grant.Address = &address
	}
	_, _, err = s.consent.GrantPermission(ctx, grant)
	return err
}

// Lower lowers a permission to a level. Faults: NOT_FOUND on token and on id; INVALID on level for one that is none, and WRONG_STATE for one that
// is not below.
func (s *Service) Lower(ctx context.Context, token, permissionID, level string) error {
	link, _, err := s.opened(ctx, token)
	if err != nil {
		return err
	}
	if !slices.Contains(schema.PermissionLevel("").Values(), level) {
		return fault.Invalidf("level", "not a level")
	}
	return s.consent.LowerPermission(byLink(ctx), link.CustomerID, permissionID, schema.PermissionLevel(level), source)
}

// Revoke ends a permission. What has ended is no error. Faults: NOT_FOUND on token and on id.
func (s *Service) Revoke(ctx context.Context, token, permissionID string) error {
	if err := id.Check("id", id.Permission, permissionID); err != nil {
		return err
	}
	return s.revoke(ctx, token, permissionID)
}

// RevokeAll ends all permissions. Fault: NOT_FOUND on token.
func (s *Service) RevokeAll(ctx context.Context, token string) error { return s.revoke(ctx, token, "") }

func (s *Service) revoke(ctx context.Context, token, permissionID string) error {
	link, _, err := s.opened(ctx, token)
	if err != nil {
		return err
	}
	return s.consent.RevokeOf(byLink(ctx), link.CustomerID, permissionID, source)
}
