package consent

import (
	"context"
	"slices"
	"strings"
	"time"

	"kopeck/auth"
	"kopeck/consentlog"
	"kopeck/costing"
	"kopeck/ent"
	"kopeck/ent/contact"
	"kopeck/ent/permission"
	"kopeck/ent/permissionevent"
	"kopeck/ent/predicate"
	"kopeck/money"
	"kopeck/service"
	"kopeck/service/input"
)

// PermissionsOf returns the permissions of customers by customer, oldest first and whatever their state, as they were at
// a moment; nil is now. Faults: INVALID for a moment outside of the years that dates may have; those of [service.Core.Settle].
func (s *Service) PermissionsOf(ctx context.Context, customerIDs []string, at *time.Time) (map[string][]*ent.Permission, error) {
	if err := input.CheckDate("at", at); err != nil {
		return nil, err
	}
	if at != nil {
		if err := s.Settle(ctx, *at); err != nil {
			return nil, err
		}
	}
	rows, err := s.permissionsAt(ctx, s.Client, at, permission.CustomerIDIn(customerIDs...))
	if err != nil {
		return nil, err
	}
	found := make(map[string][]*ent.Permission, len(customerIDs))
	for _, p := range rows {
		found[p.CustomerID] = append(found[p.CustomerID], p)
	}
	return found, nil
}

// permissionsAt reads permissions as they were at a moment, oldest first: each as its events up to then made it. nil is
// now, for which the rows are enough.
func (s *Service) permissionsAt(ctx context.Context, client *ent.Client, at *time.Time, which ...predicate.Permission) ([]*ent.Permission, error) {
	rows, err := client.Permission.Query().Where(which...).Order(permission.ByGrantedAt(), permission.ByID()).All(ctx)
	if err != nil || at == nil || len(rows) == 0 {
		return rows, err
	}
	ids := make([]string, len(rows))
	for i, p := range rows {
		ids[i] = p.ID
	}
	events, err := client.PermissionEvent.Query().
		Where(permissionevent.PermissionIDIn(ids...), permissionevent.AtLTE(*at)).
		Order(permissionevent.ByPermissionID(), permissionevent.BySequence()).All(ctx)
	if err != nil {
		return nil, err
	}
	logs := byPermission(events)
	then := rows[:0]
	for _, p := range rows {
		if known := logs[p.ID]; len(known) > 0 {
			standing := consentlog.Replay(eventsOf(known))
			setRow(p, standing.Row())
			setStateAt(p, *at)
			then = append(then, p)
		}
	}
	auth.PermissionsAsSeen(ctx, then)
	slices.SortFunc(then, func(a, b *ent.Permission) int {
		if byTime := a.GrantedAt.Compare(b.GrantedAt); byTime != 0 {
			return byTime
		}
		return strings.Compare(a.ID, b.ID)
	})
	return then, nil
}

// PermissionEvents returns the consent logs of permissions by permission, each oldest first.
func (s *Service) PermissionEvents(ctx context.Context, permissionIDs []string) (map[string][]*ent.PermissionEvent, error) {
	events, err := s.Client.PermissionEvent.Query().Where(permissionevent.PermissionIDIn(permissionIDs...)).
		Order(permissionevent.ByPermissionID(), permissionevent.BySequence()).All(ctx)
	if err != nil {
		return nil, err
	}
	return byPermission(events), nil
}

// PermissionValues returns, by permission, what the contacts made under it cost and realised: of those contacts that
// stand and that the caller may see.
func (s *Service) PermissionValues(ctx context.Context, permissionIDs []string) (map[string]*service.PermissionValue, error) {
	var rows []struct {
		PermissionID string       `json:"permission_id"`
		Contacts     int          `json:"contacts"`
		Cost         money.Amount `json:"cost"`
		Realised     money.Amount `json:"realised"`
	}
	err := s.Client.Contact.Query().Where(contact.PermissionIDIn(permissionIDs...), contact.VoidedAtIsNil()).GroupBy(contact.FieldPermissionID).
		Aggregate(ent.As(ent.Count(), "contacts"), ent.As(ent.Sum(contact.FieldCost), "cost"), ent.As(ent.Sum(contact.FieldRealised), "realised")).
		Scan(ctx, &rows)
	if err != nil {
		return nil, err
	}
	found := make(map[string]*service.PermissionValue, len(permissionIDs))
	for _, permissionID := range permissionIDs {
		found[permissionID] = &service.PermissionValue{Cost: &money.Amount{}, Realised: &money.Amount{}, Net: &money.Amount{}}
	}
	for _, row := range rows {
		net, err := costing.Net(row.Realised, row.Cost)
		if err != nil {
			return nil, err
		}
		found[row.PermissionID] = &service.PermissionValue{Contacts: row.Contacts, Cost: &row.Cost, Realised: &row.Realised, Net: &net}
	}
	return found, nil
}
