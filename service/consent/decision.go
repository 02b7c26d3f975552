package consent

import (
	"context"
	"fmt"
	"time"

	"kopeck/ent"
	"kopeck/ent/permission"
	"kopeck/fault"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/service/input"
	"kopeck/store"
)

// PermissionDecision says whether the company may contact a customer, and why or why not.
type PermissionDecision struct {
	Allowed       bool
	Reason        string
	Permission    *ent.Permission
	RequiredLevel schema.PermissionLevel
	CurrentLevel  *schema.PermissionLevel
	Road          *schema.PermissionRoad // by which what is missing is earned, nil where the contact is allowed
	HowEarned     *string
}

// Decide decides whether a customer may be contacted over a channel for a purpose, inside a transaction that has locked
// the customer (LockCustomer): revoking locks it too, so from the moment a revocation commits the answer is no.
// level is what the contact needs in addition to what its purpose needs, nil for nothing. at nil is now, for what is done
// now; a past moment is for what was done then and is reported only now (the late contact of an offline phone): the
// permission must have been active at that moment, by its events.
func (s *Service) Decide(ctx context.Context, tx *store.Tx, customerID string, channel schema.Channel, purpose schema.Purpose, level *schema.PermissionLevel, at *time.Time) (*PermissionDecision, error) {
	found, err := s.decisions(ctx, tx.Client(), s.Settings(), []string{customerID}, channel, purpose, level, at)
	if err != nil {
		return nil, err
	}
	return found[customerID], nil
}

// MayContact decides for each of the customers whether they may be contacted, as Decide does, without a lock.
func (s *Service) MayContact(ctx context.Context, customerIDs []string, channel schema.Channel, purpose schema.Purpose, level *schema.PermissionLevel, at *time.Time) (map[string]*PermissionDecision, error) {
	if err := input.CheckDate("at", at); err != nil {
		return nil, err
	}
	return s.decisions(ctx, s.Client, s.Settings(), customerIDs, channel, purpose, level, at)
}

// decisions decides by settings, which say what level a purpose needs.
func (s *Service) decisions(ctx context.Context, client *ent.Client, by *service.Settings, customerIDs []string, channel schema.Channel, purpose schema.Purpose, level *schema.PermissionLevel, at *time.Time) (map[string]*PermissionDecision, error) {
	rows, err := s.permissionsAt(ctx, client, at, permission.CustomerIDIn(customerIDs...), permission.ChannelEQ(channel), permission.PurposeEQ(purpose))
	if err != nil {
		return nil, err
	}
	required := by.RequiredLevels[purpose]
	if level != nil && level.Rank() > required.Rank() {
		required = *level
	}
	byCustomer := map[string]*ent.Permission{}
	for _, p := range rows { // oldest first
		byCustomer[p.CustomerID] = holding(byCustomer[p.CustomerID], p)
	}
	found := make(map[string]*PermissionDecision, len(customerIDs))
	for _, customerID := range customerIDs {
		found[customerID] = decision(byCustomer[customerID], channel, purpose, required)
	}
	return found, nil
}

// holding returns which of two permissions of a customer for one thing holds, the second being the newer one: the active one, or else the
// newest, and one that a merge ended where there is no other. Two can be active, or one active that is older than a refusal, before the
// customers were merged to whom they were given: the stricter holds then too.
func holding(before, p *ent.Permission) *ent.Permission {
	switch {
	case before == nil || before.State == schema.PermissionMerged:
		return p
	case before.State == schema.PermissionActive && p.State == schema.PermissionActive:
		if before.Level.Rank() < p.Level.Rank() {
			return before
		}
		return p
	case isRefused(p, before):
		return before
	case isRefused(before, p), before.State != schema.PermissionActive && p.State != schema.PermissionMerged:
		return p
	}
	return before
}

// isRefused reports whether a permission that is in force or may come to be was given before the customer refused by another.
func isRefused(p, by *ent.Permission) bool {
	return isLive(p) && by.State == schema.PermissionRevoked && by.RevokedAt != nil && by.RevokedAt.After(p.GrantedAt)
}

// decision decides by one permission, nil for none. required "" is a purpose that needs no permission; the decision then
// names SITUATION, the lowest level.
func decision(p *ent.Permission, channel schema.Channel, purpose schema.Purpose, required schema.PermissionLevel) *PermissionDecision {
	d := &PermissionDecision{Permission: p, RequiredLevel: required}
	if p != nil && p.State == schema.PermissionActive {
		level := p.Level
		d.CurrentLevel = &level
	}
	what := fmt.Sprintf("%s by %s", purpose, channel)
	switch {
	case required == "":
		d.Allowed, d.RequiredLevel, d.Reason = true, schema.Situation, fmt.Sprintf("%s needs no permission", purpose)
	case p == nil:
		d.Reason = fmt.Sprintf("no permission for %s", what)
	case p.State == schema.PermissionPending:
		d.Reason = fmt.Sprintf("the permission for %s has not been confirmed", what)
	case p.State == schema.PermissionRevoked:
		d.Reason = fmt.Sprintf("the permission for %s was revoked at %s", what, p.RevokedAt.UTC().Format(time.RFC3339))
	case p.State == schema.PermissionMerged:
		d.Reason = fmt.Sprintf("the permission for %s was ended when the customer was merged with one who had allowed less", what)
	case p.State == schema.PermissionExpired:
		d.Reason = fmt.Sprintf("the permission for %s has expired", what)
	case p.Level.Rank() < required.Rank():
		d.Reason = fmt.Sprintf("the permission for %s has the level %s: %s is needed", what, p.Level, required)
	default:
		d.Allowed, d.Reason = true, fmt.Sprintf("%s permission for %s since %s", p.Level, what, p.GrantedAt.UTC().Format(time.RFC3339))
	}
	if !d.Allowed {
		road, how := earning(p, what, required)
		d.Road, d.HowEarned = &road, &how
	}
	return d
}

// earning returns how a permission is earned that is missing for something: by what there is, nil for nothing, and the level that is needed.
func earning(p *ent.Permission, what string, required schema.PermissionLevel) (schema.PermissionRoad, string) {
	const inTouch = "when they are in touch with us, in their own contact or in one of service"
	switch {
	case p == nil, p.State == schema.PermissionMerged:
		return schema.RoadAsk, fmt.Sprintf("ask for %s %s: first for %s%s", what, inTouch, schema.BrandTrust.AtMost(required), later(schema.BrandTrust, required))
	case p.State == schema.PermissionPending:
		return schema.RoadConfirm, fmt.Sprintf("the customer confirms %s by the link that was sent to them, within seven days of it; after that ask again %s", what, inTouch)
	case p.State == schema.PermissionRevoked:
		return schema.RoadReturn, fmt.Sprintf("do not ask for %s: only they can give it again, by themselves or in a contact that they begin", what)
	case p.State == schema.PermissionExpired:
		first := p.Level.AtMost(required)
		return schema.RoadRenew, fmt.Sprintf("ask for %s again %s: for %s, which they had given%s", what, inTouch, first, later(first, required))
	}
	next := p.Level.Next()
	return schema.RoadRaise, fmt.Sprintf("ask for %s in a contact that %s allows: for %s next%s", what, p.Level, next, later(next, required))
}

// later says which level is asked for after one, up to that which is needed.
func later(first, required schema.PermissionLevel) string {
	if first.Rank() >= required.Rank() {
		return ""
	}
	return fmt.Sprintf(", and for %s once that is given", required)
}

// MissingPermission returns the fault of a decision that does not allow a contact: PERMISSION_MISSING on channel, with
// the level that there is and the one that is needed.
func MissingPermission(d *PermissionDecision, channel schema.Channel, purpose schema.Purpose) error {
	missing := fault.New(fault.PermissionMissing, "channel", "%s", d.Reason)
	missing.Detail = &fault.Missing{
		Channel: string(channel), Purpose: string(purpose),
		RequiredLevel: string(d.RequiredLevel), CurrentLevel: string(input.OrZero(d.CurrentLevel)),
		Road: string(input.OrZero(d.Road)), HowEarned: input.OrZero(d.HowEarned),
	}
	return missing
}
