package graph

import (
	"context"
	"time"

	"kopeck/auth"
	"kopeck/ent"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/service/consent"
)

// permissions returns a customer's permissions as they were at a moment; now if that is nil.
func (r *Resolver) permissions(ctx context.Context, c *ent.Customer, at *time.Time) ([]*ent.Permission, error) {
	return batchedList(ctx, c, customerID, func(customers []*ent.Customer) (map[string][]*ent.Permission, error) {
		return r.app.Consent.PermissionsOf(ctx, idsOf(customers, customerID), at)
	})
}

// mayContact returns whether the company may contact a customer, and why.
func (r *Resolver) mayContact(ctx context.Context, c *ent.Customer, channel schema.Channel, purpose schema.Purpose, level *schema.PermissionLevel, at *time.Time) (*consent.PermissionDecision, error) {
	return batchedByID(ctx, c, customerID, func(customers []*ent.Customer) (map[string]*consent.PermissionDecision, error) {
		byID, err := r.app.Consent.MayContact(ctx, idsOf(customers, customerID), channel, purpose, level, at)
		var all []*ent.Permission
		for _, d := range byID {
			if d.Permission != nil {
				all = append(all, d.Permission)
			}
		}
		markSiblings(ctx, all)
		return byID, err
	})
}

// permissionEvents returns the events of a permission in their order.
func (r *Resolver) permissionEvents(ctx context.Context, p *ent.Permission) ([]*ent.PermissionEvent, error) {
	return batchedList(ctx, p, permissionID, func(rows []*ent.Permission) (map[string][]*ent.PermissionEvent, error) {
		return r.app.Consent.PermissionEvents(ctx, idsOf(rows, permissionID))
	})
}

// permissionValue returns what a permission has earned.
func (r *Resolver) permissionValue(ctx context.Context, p *ent.Permission) (*service.PermissionValue, error) {
	return batchedByID(ctx, p, permissionID, func(rows []*ent.Permission) (map[string]*service.PermissionValue, error) {
		return r.app.Consent.PermissionValues(ctx, idsOf(rows, permissionID))
	})
}

// eventActor returns who recorded an event: to a partner the name of a user, to anybody else the e-mail.
func (r *Resolver) eventActor(ctx context.Context, e *ent.PermissionEvent) string {
	if actor, ok := auth.From(ctx); ok && actor.Has(auth.ScopeStaff) {
		return e.Actor
	}
	return r.app.People.NameOf(e.Actor)
}

// proof returns the consent that was held when a contact was made.
func (r *Resolver) proof(ctx context.Context, contactID string) (*consent.ContactProof, error) {
	found, err := r.app.Consent.Proof(ctx, contactID)
	if found != nil {
		markSiblings(ctx, found.Events)
	}
	return found, err
}
