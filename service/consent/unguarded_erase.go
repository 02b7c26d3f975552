package consent

import (
	"context"

	"kopeck/consentlog"
	"kopeck/ent/permission"
	"kopeck/ent/permissionevent"
	"kopeck/store"
)

// EraseLogs erases what is personal in the events of customers' permissions, and returns how many events there were. The chain of their hashes
// stays as it was: see package consentlog. Events are append-only to everybody else.
func (s *Service) EraseLogs(ctx context.Context, tx *store.Tx, customerIDs []string) (n int64, err error) {
	rows, err := tx.Permission.Query().Where(permission.CustomerIDIn(customerIDs...)).Order(permission.ByID()).All(ctx)
	if err != nil {
		return 0, err
	}
	for _, p := range rows {
		events, err := tx.PermissionEvent.Query().Where(permissionevent.PermissionID(p.ID)).Order(permissionevent.BySequence()).All(ctx)
		if err != nil {
			return 0, err
		}
		for _, row := range events {
			e := eventOf(row)
			consentlog.Erase(permissionOf(p), &e)
			_, err := tx.Exec(ctx, "UPDATE permission_events SET source = ?, wording = ?, wording_version = ?, bundled_with = ?, address = ?, reason = ?, erased_hash = ? WHERE id = ?",
				e.Source, e.Wording, e.WordingVersion, e.BundledWith, e.Address, e.Reason, e.ErasedHash, e.ID)
			if err != nil {
				return 0, err
			}
		}
		n += int64(len(events))
	}
	return n, nil
}
