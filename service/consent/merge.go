package consent

import (
	"context"
	"slices"

	"kopeck/consentlog"
	"kopeck/ent"
	"kopeck/ent/permission"
	"kopeck/ent/permissionevent"
	"kopeck/schema"
	"kopeck/store"
)

// Of the permissions of two customers who are merged the stricter holds for each channel and purpose (design, section 12). The other one
// is ended by an event of its own log, so that both logs stay whole, and holds again if the merge is undone.

// Sides are the customers of a merge. Partner is the one of them whose partner the kept customer has from then on, "" where both have the
// same: what the other one allowed for sharing their data was for another partner, or for none.
type Sides struct{ Kept, Merged, Partner string }

// topic is what a permission is for.
type topic struct {
	channel schema.Channel
	purpose schema.Purpose
}

// Stricter ends, of the permissions of two customers, those that allow more than the other's. The transaction holds both customers; their
// permissions are still their own. source says which merge it is, and is that of the events.
func (s *Service) Stricter(ctx context.Context, tx *store.Tx, of Sides, source string) error {
	ctx = bypassGuard(ctx) // of the caller both are seen, of the log who acts is kept by the events
	rows, err := tx.Permission.Query().Where(permission.CustomerIDIn(of.Kept, of.Merged)).Order(permission.ByGrantedAt(), permission.ByID()).All(ctx)
	if err != nil {
		return err
	}
	counts := map[topic]map[string]*ent.Permission{}
	var topics []topic
	for _, p := range rows {
		about := topic{p.Channel, p.Purpose}
		if counts[about] == nil {
			counts[about] = map[string]*ent.Permission{}
			topics = append(topics, about)
		}
		counts[about][p.CustomerID] = counting(counts[about][p.CustomerID], p)
	}
	for _, about := range topics {
		kept, merged := counts[about][of.Kept], counts[about][of.Merged]
		ended := looser(kept, merged)
		switch { // what was permitted for another partner neither ends what is for the kept customer's nor is ended by it
		case about.purpose != schema.PartnerSharing:
		case of.Partner == of.Kept:
			ended = merged
		case of.Partner == of.Merged:
			ended = kept
		}
		if ended == nil || !isLive(ended) {
			continue
		}
		if err := s.endMerged(ctx, tx, ended, source); err != nil {
			return err
		}
	}
	return nil
}

// counting returns which of two permissions of one customer for one thing counts, the second being the newer one: the one in force, or
// else the newest. One that an earlier merge ended counts for nothing.
func counting(before, p *ent.Permission) *ent.Permission {
	switch {
	case p.State == schema.PermissionMerged:
		return before
	case before != nil && isLive(before):
		return before
	}
	return p
}

// isLive reports whether a permission is in force or may come to be.
func isLive(p *ent.Permission) bool {
	return p.State == schema.PermissionActive || p.State == schema.PermissionPending
}

// looser returns, of the permissions of two customers for one thing, the one that is ended; nil for none. What was revoked is a refusal,
// which wins; what has expired, or was never given, says nothing.
func looser(kept, merged *ent.Permission) *ent.Permission {
	switch {
	case kept == nil || merged == nil:
		return nil
	case kept.State == schema.PermissionRevoked:
		return merged
	case merged.State == schema.PermissionRevoked:
		return kept
	case !isLive(kept) || !isLive(merged):
		return nil
	case kept.State != merged.State: // what was never confirmed allows nothing
		if kept.State == schema.PermissionPending {
			return kept
		}
		return merged
	case kept.Level.Rank() > merged.Level.Rank():
		return kept
	case kept.Level.Rank() < merged.Level.Rank():
		return merged
	case merged.ExpiresAt != nil && (kept.ExpiresAt == nil || merged.ExpiresAt.Before(*kept.ExpiresAt)):
		return kept
	}
	return merged
}

// endMerged ends a permission because of a merge.
func (s *Service) endMerged(ctx context.Context, tx *store.Tx, p *ent.Permission, source string) error {
	stored, err := tx.Permission.Get(ctx, p.ID)
	if err != nil {
		return err
	}
	l, err := readLog(ctx, tx, stored)
	if err != nil {
		return err
	}
	if err := s.recordExpiry(ctx, tx, l); err != nil || !isLive(l.permission) {
		return err
	}
	reason := "the customer was merged with one who had allowed less"
	return s.record(ctx, tx, l, consentlog.Event{Kind: consentlog.Merged, Source: source, Reason: &reason})
}

// Separate makes the permissions that a merge ended what they were before it, once each customer has their own again. What was refused
// since the merge stays refused, and where a newer permission is in force that one stays.
func (s *Service) Separate(ctx context.Context, tx *store.Tx, customerIDs []string, source string) error {
	ctx = bypassGuard(ctx)
	ended, err := tx.PermissionEvent.Query().Where(permissionevent.KindEQ(schema.EventMerged), permissionevent.Source(source)).Order(permissionevent.ByID()).All(ctx)
	if err != nil {
		return err
	}
	for _, e := range ended {
		p, err := tx.Permission.Get(ctx, e.PermissionID)
		if err != nil {
			return err
		}
		if p.State != schema.PermissionMerged || !slices.Contains(customerIDs, p.CustomerID) {
			continue
		}
		stays, err := s.othersSince(ctx, tx, p, e, customerIDs)
		if err != nil {
			return err
		}
		if stays {
			continue
		}
		l, err := readLog(ctx, tx, p)
		if err != nil {
			return err
		}
		if l.Last == nil || l.Last.ID != e.ID {
			continue
		}
		if err := s.record(ctx, tx, l, consentlog.Event{Kind: consentlog.Separated, Source: source}); err != nil {
			return err
		}
	}
	return nil
}

// othersSince reports whether a permission that a merge ended stays so: another of the same customer is in force for the same, or one of
// either customer was revoked since the merge.
func (s *Service) othersSince(ctx context.Context, tx *store.Tx, p *ent.Permission, ended *ent.PermissionEvent, customerIDs []string) (bool, error) {
	live, err := tx.Permission.Query().Where(
		permission.CustomerID(p.CustomerID), permission.ChannelEQ(p.Channel), permission.PurposeEQ(p.Purpose),
		permission.StateIn(schema.PermissionPending, schema.PermissionActive),
	).Exist(ctx)
	if err != nil || live {
		return live, err
	}
	same, err := tx.Permission.Query().Where(permission.CustomerIDIn(customerIDs...), permission.ChannelEQ(p.Channel), permission.PurposeEQ(p.Purpose)).IDs(ctx)
	if err != nil {
		return false, err
	}
	return tx.PermissionEvent.Query().Where(
		permissionevent.PermissionIDIn(same...), permissionevent.KindEQ(schema.EventRevoked),
		permissionevent.Or(permissionevent.AtGT(ended.At), permissionevent.And(permissionevent.At(ended.At), permissionevent.IDGT(ended.ID))),
	).Exist(ctx)
}
