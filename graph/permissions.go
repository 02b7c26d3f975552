package graph

import (
	"context"
	"time"

	"kopeck/ent"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/service/consent"
)

// permissions gives a customer's permissions as they were at a moment (nil: now), for all of a page at once.
func (r *Resolver) permissions(ctx context.Context, c *ent.Customer, at *time.Time) ([]*ent.Permission, error) {
	return forAll(ctx, c, func(customers []*ent.Customer) (map[*ent.Customer][]*ent.Permission, error) {
		byID, err := r.service.Consent.PermissionsOf(ctx, idsOf(customers, customerID), at)
		if err != nil {
			return nil, err
		}
		var all []*ent.Permission
		for _, c := range customers {
			all = append(all, byID[c.ID]...)
		}
		together(ctx, all)
		return byRow(customers, customerID, byID), nil
	})
}

// mayContact tells whether a customer may be spoken to, for all of a page at once.
func (r *Resolver) mayContact(ctx context.Context, c *ent.Customer, channel schema.Channel, purpose schema.Purpose, level *schema.PermissionLevel, at *time.Time) (*consent.PermissionDecision, error) {
	return forAll(ctx, c, func(customers []*ent.Customer) (map[*ent.Customer]*consent.PermissionDecision, error) {
		byID, err := r.service.Consent.MayContact(ctx, idsOf(customers, customerID), channel, purpose, level, at)
		if err != nil {
			return nil, err
		}
		var all []*ent.Permission
		for _, d := range byID {
			if d.Permission != nil {
				all = append(all, d.Permission)
			}
		}
		together(ctx, all)
		return byRow(customers, customerID, byID), nil
	})
}

func (r *Resolver) permissionEvents(ctx context.Context, p *ent.Permission) ([]*ent.PermissionEvent, error) {
	return forAll(ctx, p, func(rows []*ent.Permission) (map[*ent.Permission][]*ent.PermissionEvent, error) {
		byID, err := r.service.Consent.PermissionEvents(ctx, idsOf(rows, permissionID))
		return byRow(rows, permissionID, byID), err
	})
}

func (r *Resolver) permissionValue(ctx context.Context, p *ent.Permission) (*service.PermissionValue, error) {
	return forAll(ctx, p, func(rows []*ent.Permission) (map[*ent.Permission]*service.PermissionValue, error) {
		byID, err := r.service.Consent.PermissionValues(ctx, idsOf(rows, permissionID))
		return byRow(rows, permissionID, byID), err
	})
}

// byRow hands out to rows what was found by their ids.
func byRow[T, R any](rows []*T, idOf func(*T) string, byID map[string]R) map[*T]R {
	found := make(map[*T]R, len(rows))
	for _, row := range rows {
		found[row] = byID[idOf(row)]
	}
	return found
}
