package consent

import (
	"context"
	"fmt"
	"time"

	"kopeck/auth"
	"kopeck/ent"
	"kopeck/ent/permission"
	"kopeck/ent/permissionevent"
	"kopeck/service"
	"kopeck/service/input"
	"kopeck/store"
)

// VerifyPermissionChains reckons every permission's ledger anew, on one snapshot of the database, and gives what is
// broken, one text a permission: its id and the first thing wrong with it. An event that was changed, added, moved or
// taken away breaks the chain, and so does a row that says other than its events.
func (s *Service) VerifyPermissionChains(ctx context.Context) (broken []string, err error) {
	err = s.Store.Read(auth.System(ctx), func(ctx context.Context, tx *store.Tx) error {
		broken = nil
		last := ""
		for {
			rows, err := tx.Permission.Query().Where(permission.IDGT(last)).Order(permission.ByID()).Limit(500).All(ctx)
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
			of := map[string][]*ent.PermissionEvent{}
			for _, e := range events {
				of[e.PermissionID] = append(of[e.PermissionID], e)
			}
			for _, p := range rows {
				if wrong := verifyChain(p, of[p.ID], s.Now()); wrong != "" {
					broken = append(broken, p.ID+": "+wrong)
				}
			}
		}
	})
	return broken, err
}

// verifyChain tells the first thing wrong with a permission's ledger, "" for nothing.
func verifyChain(p *ent.Permission, events []*ent.PermissionEvent, now time.Time) string {
	if len(events) == 0 {
		return "it has no events"
	}
	var st service.Standing
	previous := firstPrevious
	for i, e := range events {
		switch {
		case e.Sequence != i+1:
			return fmt.Sprintf("event %d is missing", i+1)
		case e.PreviousHash != previous:
			return fmt.Sprintf("event %d does not follow the one before it", e.Sequence)
		case hashEvent(p, e) != e.Hash:
			return fmt.Sprintf("event %d is not what was recorded", e.Sequence)
		case st.Last != nil && e.At.Before(st.Last.At):
			return fmt.Sprintf("event %d is older than the one before it", e.Sequence)
		}
		previous = e.Hash
		st.Apply(e)
	}
	if p.Version != st.Last.Sequence {
		return fmt.Sprintf("there are %d events, it says %d", st.Last.Sequence, p.Version)
	}
	var want ent.Permission
	st.Show(&want)
	judge(&want, now)
	for name, differs := range map[string]bool{
		"state": p.State != want.State, "level": p.Level != want.Level, "grantedAt": !p.GrantedAt.Equal(want.GrantedAt),
		"expiresAt": !input.SameTime(p.ExpiresAt, want.ExpiresAt), "revokedAt": !input.SameTime(p.RevokedAt, want.RevokedAt),
	} {
		if differs {
			return "its " + name + " is not what its events made it"
		}
	}
	return ""
}
