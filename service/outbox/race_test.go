package outbox_test

import (
	"flag"
	"sync"
	"sync/atomic"
	"testing"

	"kopeck/ent"
	"kopeck/ent/contact"
	"kopeck/mail"
	"kopeck/schema"
)

// races is how many revocations race with messages on each database.
var races = flag.Int("races", 200, "how many revocations race with messages that leave, on each database")

// racer is a customer whose permission is revoked while a message leaves for them.
type racer struct {
	permission *ent.Permission
	message    *ent.Message
	begin      chan struct{} // closed when the revocation may begin
	revoked    atomic.Bool   // the revocation has been committed
}

// TestNoMessageLeavesAfterARevocation revokes permissions while messages leave by them: of every second customer at the very moment at which
// the message leaves, of the others at any. No message leaves once the revocation has been committed, and those that have left are in the
// books, once, before it.
func TestNoMessageLeavesAfterARevocation(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		all := make([]*racer, *races)
		byID := map[string]*racer{}
		for i := range all {
			p, m := w.race(i)
			all[i] = &racer{permission: p, message: m, begin: make(chan struct{})}
			byID[m.HeaderID] = all[i]
			if i%2 == 1 {
				close(all[i].begin)
			}
		}
		var began sync.Map
		w.carrier.during = func(m mail.Message) {
			r := byID[m.ID]
			if _, again := began.LoadOrStore(m.ID, true); again {
				t.Errorf("%s leaves twice", m.To)
			}
			select {
			case <-r.begin:
			default:
				close(r.begin)
			}
			if r.revoked.Load() {
				t.Errorf("a message leaves for %s after the revocation", m.To)
			}
		}
		var group sync.WaitGroup
		free := make(chan struct{}, 4)
		for _, r := range all {
			group.Go(func() {
				<-r.begin
				free <- struct{}{}
				defer func() { <-free }()
				if err := w.revoke(r.permission); err != nil {
					t.Error(err)
				}
				r.revoked.Store(true)
			})
		}
		for {
			n, err := w.Outbox.Step(w.System())
			if err != nil {
				t.Fatal(err)
			}
			if n == 0 {
				break
			}
		}
		group.Wait()
		sent := 0
		for i, r := range all {
			now := w.read(r.message)
			_, left := began.Load(now.HeaderID)
			inBooks, err := w.Client.Contact.Query().Where(contact.PermissionID(r.permission.ID)).Count(w.System())
			w.Must(err)
			switch {
			case now.State == schema.MessageSent && left && inBooks == 1:
				sent++
			case now.State == schema.MessageStopped && !left && inBooks == 0 && i%2 == 1:
			default:
				t.Errorf("racer %d: %s (%s), left: %t, %d contacts", i, now.State, reason(now), left, inBooks)
			}
		}
		t.Logf("%d of %d messages left before the revocation", sent, len(all))
	})
}
