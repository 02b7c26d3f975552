package service

import (
	"context"
	"fmt"
	"time"

	"kopeck/auth"
	"kopeck/ent"
	"kopeck/ent/permission"
	"kopeck/ent/permissionevent"
	"kopeck/store"
)

// VerifyPermissionChains reckons every permission's ledger anew, on one snapshot of the database, and gives what is
// broken, one text a permission: its id and the first thing wrong with it. An event that was changed, added, moved or
// taken away breaks the chain, and so does a row that says other than its events.
func (s *Service) VerifyPermissionChains(ctx context.Context) (broken []string, err error) {
	err = s.store.Read(auth.System(ctx), func(ctx context.Context, tx *store.Tx) error {
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
				if wrong := verifyChain(p, of[p.ID], s.now()); wrong != "" {
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
	var st standing
	previous := firstPrevious
	for i, e := range events {
		switch {
		case e.Sequence != i+1:
			return fmt.Sprintf("event %d is missing", i+1)
		case e.PreviousHash != previous:
			return fmt.Sprintf("event %d does not follow the one before it", e.Sequence)
		case hashEvent(p, e) != e.Hash:
			return fmt.Sprintf("event %d is not what was recorded", e.Sequence)
		case st.last != nil && e.At.Before(st.last.At):
			return fmt.Sprintf("event %d is older than the one before it", e.Sequence)
		}
		previous = e.Hash
		st.apply(e)
	}
	if p.Version != st.last.Sequence {
		return fmt.Sprintf("there are %d events, it says %d", st.last.Sequence, p.Version)
	}
	var want ent.Permission
	st.show(&want)
	judge(&want, now)
	for name, differs := range map[string]bool{
		"state": p.State != want.State, "level": p.Level != want.Level, "grantedAt": !p.GrantedAt.Equal(want.GrantedAt),
		"expiresAt": !sameTime(p.ExpiresAt, want.ExpiresAt), "revokedAt": !sameTime(p.RevokedAt, want.RevokedAt),
	} {
		if differs {
			return "its " + name + " is not what its events made it"
		}
	}
	return ""
}

func sameTime(a, b *time.Time) bool {
	if a == nil || b == nil {
		return a == b
	}
	return a.Equal(*b)
}
