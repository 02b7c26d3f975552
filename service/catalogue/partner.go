package catalogue

import (
	"context"

	"kopeck/auth"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/store"
)

// supplier returns the id of the partner with a name, who is created where there is none; nil for no name.
func (s *Service) supplier(ctx context.Context, tx *store.Tx, name string) (*string, error) {
	if name == "" {
		return nil, nil
	}
	partner, err := s.people.EnsurePartner(ctx, tx, name, nil)
	if err != nil {
		return nil, err
	}
	return &partner.ID, s.SnapshotChanged(ctx, tx, service.SnapshotPeople)
}

// PartnerName gives the name of a partner by id, from memory; nil for none. A partner's client sees no other partner.
func (s *Service) PartnerName(ctx context.Context, partnerID *string) *string {
	if partnerID == nil {
		return nil
	}
	if actor, _ := auth.From(ctx); actor.Role == schema.RolePartner && actor.PartnerID != *partnerID {
		return nil
	}
	if partner := s.people.Partner(*partnerID); partner != nil {
		return &partner.Name
	}
	return nil
}
