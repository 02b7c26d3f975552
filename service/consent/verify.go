package consent

import (
	"context"

	"kopeck/consentlog"
	"kopeck/ent"
	"kopeck/ent/permission"
	"kopeck/ent/permissionevent"
	"kopeck/store"
)

// verifiedTogether is how many permissions are read by one statement.
const verifiedTogether = 500

// VerifyLogs verifies the consent log of every permission, on one snapshot of the database, and returns a
// text for each that is broken: the permission's id and the first thing wrong with it. An event that was changed, added,
// moved or removed breaks the chain of hashes; a row that does not agree with its events is broken too.
func (s *Service) VerifyLogs(ctx context.Context) (broken []string, err error) {
	err = s.readAllLogs(ctx, func(ctx context.Context, tx *store.Tx) error {
		broken = nil
		for last := ""; ; {
			rows, err := tx.Permission.Query().Where(permission.IDGT(last)).Order(permission.ByID()).Limit(verifiedTogether).All(ctx)
			if err != nil || len(rows) == 0 {
				return err
			}
			first := rows[0].ID
			last = rows[len(rows)-1].ID
			events, err := tx.PermissionEvent.Query().
				Where(permissionevent.PermissionIDGTE(first), permissionevent.PermissionIDLTE(last)).
				Order(permissionevent.ByPermissionID(), permissionevent.BySequence()).All(ctx)
			if err != nil {
				return err
			}
			logs := byPermission(events)
			for _, p := range rows {
				if wrong := consentlog.Verify(permissionOf(p), rowOf(p), eventsOf(logs[p.ID]), s.Now()); wrong != "" {
					broken = append(broken, p.ID+": "+wrong)
				}
			}
		}
	})
	return broken, err
}

func byPermission(events []*ent.PermissionEvent) map[string][]*ent.PermissionEvent {
	logs := map[string][]*ent.PermissionEvent{}
	for _, e := range events {
		logs[e.PermissionID] = append(logs[e.PermissionID], e)
	}
	return logs
}
