package consent

import (
	"context"
	"slices"
	"strings"
	"time"

	"kopeck/auth"
	"kopeck/ent"
	"kopeck/ent/contact"
	"kopeck/ent/permission"
	"kopeck/ent/permissionevent"
	"kopeck/ent/predicate"
	"kopeck/fault"
	"kopeck/money"
	"kopeck/service"
	"kopeck/service/input"
)

// PermissionsOf gives the permissions of some customers, oldest first, whatever their state, as they were at a
// moment; nil is now.
func (s *Service) PermissionsOf(ctx context.Context, customerIDs []string, at *time.Time) (map[string][]*ent.Permission, error) {
	if err := input.CheckDate("at", at); err != nil {
		return nil, err
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

// permissionsAt reads permissions as they were at a moment, oldest first: each is what its events up to then made
// of it. nil is now, for which the rows are enough.
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
	standings := make(map[string]*service.Standing, len(rows))
	for _, e := range events {
		if standings[e.PermissionID] == nil {
			standings[e.PermissionID] = &service.Standing{}
		}
		standings[e.PermissionID].Apply(e)
	}
	then := rows[:0]
	for _, p := range rows {
		if st := standings[p.ID]; st != nil {
			st.Show(p)
			judge(p, *at)
			then = append(then, p)
		}
	}
	slices.SortFunc(then, func(a, b *ent.Permission) int {
		if byTime := a.GrantedAt.Compare(b.GrantedAt); byTime != 0 {
			return byTime
		}
		return strings.Compare(a.ID, b.ID)
	})
	return then, nil
}

// PermissionEvents gives the ledgers of some permissions, each oldest first.
func (s *Service) PermissionEvents(ctx context.Context, permissionIDs []string) (map[string][]*ent.PermissionEvent, error) {
	events, err := s.Client.PermissionEvent.Query().Where(permissionevent.PermissionIDIn(permissionIDs...)).
		Order(permissionevent.ByPermissionID(), permissionevent.BySequence()).All(ctx)
	if err != nil {
		return nil, err
	}
	found := make(map[string][]*ent.PermissionEvent, len(permissionIDs))
	for _, e := range events {
		found[e.PermissionID] = append(found[e.PermissionID], e)
	}
	return found, nil
}

// PermissionValues gives what the contacts made under some permissions cost and earned, of those contacts that the
// caller may see.
func (s *Service) PermissionValues(ctx context.Context, permissionIDs []string) (map[string]*service.PermissionValue, error) {
	var rows []struct {
		PermissionID string       `json:"permission_id"`
		Contacts     int          `json:"contacts"`
		Cost         money.Amount `json:"cost"`
		Realised     money.Amount `json:"realised"`
	}
	err := s.Client.Contact.Query().Where(contact.PermissionIDIn(permissionIDs...)).GroupBy(contact.FieldPermissionID).
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
		net, err := row.Realised.Minus(row.Cost)
		if err != nil {
			return nil, err
		}
		found[row.PermissionID] = &service.PermissionValue{Contacts: row.Contacts, Cost: &row.Cost, Realised: &row.Realised, Net: &net}
	}
	return found, nil
}

// RevocationToken gives the token of the link that revokes a permission without signing in; it never expires.
// FORBIDDEN to whoever may not revoke it.
func (s *Service) RevocationToken(ctx context.Context, p *ent.Permission) (string, error) {
	if actor, _ := auth.From(ctx); actor.May("Permission").Write == auth.NoRows {
		return "", fault.New(fault.Forbidden, "", "the role %s may not revoke permissions", actor.Role)
	}
	return s.links.Revoke(p.ID)
}
