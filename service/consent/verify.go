package consent

import (
	"context"
	"fmt"

	"kopeck/consentlog"
	"kopeck/ent"
	"kopeck/ent/permission"
	"kopeck/ent/permissionevent"
	"kopeck/ent/wording"
	"kopeck/service/input"
	"kopeck/store"
)

// verifiedTogether is how many permissions are read by one statement.
const verifiedTogether = 500

// VerifyLogs verifies the consent log of every permission, on one snapshot of the database, and returns a
// text for each that is broken: the permission's id and the first thing wrong with it. An event that was changed, added,
// moved or removed breaks the chain of hashes; a row that does not agree with its events is broken too, and an event whose text is not that of
// the wording which it names.
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
			shown, err := wordingsOf(ctx, tx, events)
			if err != nil {
				return err
			}
			logs := byPermission(events)
			for _, p := range rows {
				wrong := consentlog.Verify(permissionOf(p), rowOf(p), eventsOf(logs[p.ID]), s.Now())
				if wrong == "" {
					wrong = verifyTexts(logs[p.ID], shown)
				}
				if wrong != "" {
					broken = append(broken, p.ID+": "+wrong)
				}
			}
		}
	})
	return broken, err
}

// wordingsOf reads the wordings that events name, by id.
func wordingsOf(ctx context.Context, tx *store.Tx, events []*ent.PermissionEvent) (map[string]*ent.Wording, error) {
	shown := map[string]*ent.Wording{}
	var ids []string
	for _, e := range events {
		if e.WordingID == nil {
			continue
		}
		if _, listed := shown[*e.WordingID]; !listed {
			shown[*e.WordingID] = nil
			ids = append(ids, *e.WordingID)
		}
	}
	if len(ids) == 0 {
		return shown, nil
	}
	rows, err := tx.Wording.Query().Where(wording.IDIn(ids...)).All(ctx)
	for _, w := range rows {
		shown[w.ID] = w
	}
	return shown, err
}

// verifyTexts returns the first event whose text is not that of the wording which it names; "" where all are.
func verifyTexts(events []*ent.PermissionEvent, shown map[string]*ent.Wording) string {
	for _, e := range events {
		if e.WordingID == nil {
			continue
		}
		w := shown[*e.WordingID]
		if w == nil {
			return fmt.Sprintf("event %d names a wording that does not exist: %s", e.Sequence, *e.WordingID)
		}
		if input.OrZero(e.Wording) != w.Text || input.OrZero(e.WordingVersion) != w.Version || input.OrZero(e.Language) != w.Language {
			return fmt.Sprintf("event %d: the wording %s is not what was shown", e.Sequence, w.ID)
		}
	}
	return ""
}

func byPermission(events []*ent.PermissionEvent) map[string][]*ent.PermissionEvent {
	logs := map[string][]*ent.PermissionEvent{}
	for _, e := range events {
		logs[e.PermissionID] = append(logs[e.PermissionID], e)
	}
	return logs
}
