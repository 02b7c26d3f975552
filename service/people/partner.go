package people

import (
	"context"
	"slices"
	"strings"

	"kopeck/auth"
	"kopeck/ent"
	"kopeck/ent/partner"
	"kopeck/fault"
	"kopeck/id"
	"kopeck/service"
	"kopeck/service/input"
	"kopeck/store"
)

// partnerUpdate is the audit action of a new version of a partner.
const partnerUpdate = "partner.update"

const maxPartnerName = 200 // in characters

// checkMayChangePartners returns FORBIDDEN for an actor who may not change partners, or, with access, may not change what the client of
// one has access to.
func checkMayChangePartners(ctx context.Context, access bool) error {
	actor, err := auth.Writer(ctx, "Partner")
	if err == nil && access && !actor.Has(auth.ScopeUsers) {
		err = fault.New(fault.Forbidden, "", "what a partner's client has access to needs the scope %s", auth.ScopeUsers)
	}
	return err
}

// CreatePartner creates a partner, whose client is given access with its first user. Faults: ALREADY_EXISTS on name, whatever its case, and
// on id; INVALID by field; FORBIDDEN.
func (s *Service) CreatePartner(ctx context.Context, in service.CreatePartnerInput) (*ent.Partner, error) {
	if err := checkMayChangePartners(ctx, in.Scopes != nil); err != nil {
		return nil, err
	}
	var faults fault.List
	newID, err := s.NewID(id.Partner, in.ID)
	faults.Add(err)
	name, err := input.Text("name", in.Name, maxPartnerName)
	faults.Add(err)
	scopes, err := partnerScopes("scopes", in.Scopes)
	faults.Add(err)
	if err := faults.Or(); err != nil {
		return nil, err
	}
	made, err := s.Write(ctx, service.Verb{Name: "createPartner", Key: in.IdempotencyKey, Body: in}, func(ctx context.Context, tx *store.Tx) (string, error) {
		if err := s.checkPartnerName(ctx, tx, "", name); err != nil {
			return "", err
		}
		now := s.Now()
		p, err := tx.Partner.Create().SetID(newID).SetName(name).SetScopes(append([]string{}, scopes...)).SetCreatedAt(now).SetUpdatedAt(now).Save(ctx)
		if err != nil {
			return "", service.UniqueFault(err, in.ID != nil)
		}
		if err := s.Audit(ctx, tx, "partner.create", p.ID, map[string]any{"name": name, "scopes": p.Scopes}); err != nil {
			return "", err
		}
		return p.ID, s.SnapshotChanged(ctx, tx, service.SnapshotPeople)
	})
	if err != nil {
		return nil, err
	}
	return s.Client.Partner.Get(ctx, made)
}

// UpdatePartner changes the fields that are given. An update that is based on an older version is merged with changes of other fields.
// Faults: INVALID by field; ALREADY_EXISTS on name; NOT_FOUND on id; VERSION_CONFLICT; FORBIDDEN.
func (s *Service) UpdatePartner(ctx context.Context, in service.UpdatePartnerInput) (*ent.Partner, error) {
	if err := checkMayChangePartners(ctx, in.Active != nil || in.Scopes != nil); err != nil {
		return nil, err
	}
	var faults fault.List
	faults.Add(id.Check("id", id.Partner, in.ID))
	updated, to := map[string]any{}, ent.Partner{}
	if in.Name != nil {
		var err error
		to.Name, err = input.Text("name", *in.Name, maxPartnerName)
		faults.Add(err)
		updated["name"] = to.Name
	}
	if input.Take(in.Active, &to.Active) {
		updated["active"] = to.Active
	}
	if in.Scopes != nil {
		var err error
		to.Scopes, err = partnerScopes("scopes", in.Scopes)
		faults.Add(err)
		updated["scopes"] = to.Scopes
	}
	if err := faults.Or(); err != nil {
		return nil, err
	}
	_, err := s.Write(ctx, service.Verb{Name: "updatePartner"}, func(ctx context.Context, tx *store.Tx) (string, error) {
		if err := s.checkPartnerName(ctx, tx, in.ID, to.Name); err != nil {
			return "", err
		}
		query := tx.Partner.Query().Where(partner.ID(in.ID))
		store.ForUpdate(tx, query)
		p, err := query.Only(ctx)
		if ent.IsNotFound(err) {
			return "", fault.NoSuch("id", "partner")
		}
		if err != nil {
			return "", err
		}
		return p.ID, s.changePartner(ctx, tx, p, in.ExpectedVersion, &to, updated)
	})
	if err != nil {
		return nil, err
	}
	return s.Client.Partner.Get(ctx, in.ID)
}

// changePartner writes the fields of an update of a partner that the transaction holds.
func (s *Service) changePartner(ctx context.Context, tx *store.Tx, p *ent.Partner, expected int, to *ent.Partner, updated map[string]any) error {
	changed, err := s.Merge(ctx, tx, service.Update{
		Action: partnerUpdate, Subject: p.ID, Expected: expected, Version: p.Version,
		Current: map[string]any{"name": p.Name, "active": p.Active, "scopes": append([]string{}, p.Scopes...)}, Updated: updated,
	})
	if err != nil || len(changed) == 0 {
		return err
	}
	update := tx.Partner.UpdateOne(p).AddVersion(1).SetUpdatedAt(s.Now())
	if _, ok := changed["name"]; ok {
		update.SetName(to.Name)
	}
	if _, ok := changed["active"]; ok {
		update.SetActive(to.Active)
	}
	if _, ok := changed["scopes"]; ok {
		update.SetScopes(to.Scopes)
	}
	after, err := update.Save(ctx)
	if err != nil {
		return err
	}
	if err := s.AuditVersion(ctx, tx, partnerUpdate, p.ID, service.VersionChange{Version: after.Version, Fields: changed}); err != nil {
		return err
	}
	return s.SnapshotChanged(ctx, tx, service.SnapshotPeople)
}

// checkPartnerName checks that no other partner than one has a name, whatever its case, and keeps it so until the transaction ends. ""
// is no name. ALREADY_EXISTS on name.
func (s *Service) checkPartnerName(ctx context.Context, tx *store.Tx, partnerID, name string) error {
	if name == "" {
		return nil
	}
	if err := tx.Lock(ctx, store.LockOn("partners", ""), false); err != nil {
		return err
	}
	all, err := tx.Partner.Query().All(ctx)
	if err != nil {
		return err
	}
	if slices.ContainsFunc(all, func(p *ent.Partner) bool { return p.ID != partnerID && input.Fold(p.Name) == input.Fold(name) }) {
		return fault.New(fault.AlreadyExists, "name", "another partner has this name")
	}
	return nil
}

// partnerScopes checks the scopes that a partner's client is given, and returns them in order, each once; nil for none given. INVALID on a
// field.
func partnerScopes(field string, given []string) ([]string, error) {
	var faults fault.List
	for _, scope := range given {
		if !slices.Contains(auth.PartnerScopes(), scope) {
			faults.Add(fault.Invalidf(field, "no such scope %q: want any of %s", input.Excerpt(scope), strings.Join(auth.PartnerScopes(), ", ")))
		}
	}
	scopes := slices.Clone(given)
	slices.Sort(scopes)
	return slices.Compact(scopes), faults.Or()
}

// PartnersNamed returns the ids of the partners of a name, whatever its case, from the snapshot.
func (s *Service) PartnersNamed(name string) []string {
	ids := []string{}
	for _, p := range s.people.Load().partners {
		if input.Fold(p.Name) == input.Fold(name) {
			ids = append(ids, p.ID)
		}
	}
	return ids
}

// EnsurePartner returns the partner with a name, whatever its case, and creates it if there is none. scopes replace those of the
// partner, unless they are nil.
func (s *Service) EnsurePartner(ctx context.Context, tx *store.Tx, name string, scopes []string) (*ent.Partner, error) {
	inner, now := bypassGuard(ctx), s.Now()
	if err := tx.Lock(ctx, store.LockOn("partners", ""), false); err != nil {
		return nil, err
	}
	all, err := tx.Partner.Query().All(inner)
	if err != nil {
		return nil, err
	}
	at := slices.IndexFunc(all, func(p *ent.Partner) bool { return input.Fold(p.Name) == input.Fold(name) })
	if at < 0 {
		return tx.Partner.Create().SetID(s.IDs.Make(id.Partner)).SetName(name).SetScopes(append([]string{}, scopes...)).
			SetCreatedAt(now).SetUpdatedAt(now).Save(inner)
	}
	p := all[at]
	if scopes == nil || slices.Equal(p.Scopes, scopes) {
		return p, nil
	}
	version := service.VersionChange{Version: p.Version + 1, Fields: map[string]service.Change{"scopes": {Old: append([]string{}, p.Scopes...), New: scopes}}}
	if err := s.AuditVersion(ctx, tx, partnerUpdate, p.ID, version); err != nil {
		return nil, err
	}
	return tx.Partner.UpdateOne(p).SetScopes(scopes).AddVersion(1).SetUpdatedAt(now).Save(inner)
}
