//go:build unix

package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"kopeck/dbtest"
)

const createOnce = `mutation($k: String!) { createCustomer(input: {name: $k, externalId: $k, idempotencyKey: $k}) { customer { id } } }`

// TestFailover writes through the program while PostgreSQL is killed and its synchronous standby is promoted: writes
// resume without intervention, everything acknowledged is stored once, and the books are in order.
func TestFailover(t *testing.T) {
	if testing.Short() {
		t.Skip("starts two servers and kills one; not in short runs")
	}
	database := dbtest.Replicate(t)
	i := migrated(t, database.URL())
	token := i.token("MANAGER")
	_, address := i.spawn("KOPECK_STATEMENT_TIMEOUT=2s", "KOPECK_OPERATION_TIMEOUT=3s")

	// The first host in the URL is the standby, which sends no notifications.
	notified := func(id string) {
		t.Helper()
		s := connect(t, address, token)
		s.subscribe("1", `subscription($id: ID!) { customerChanged(id: $id) { name } }`, map[string]any{"id": id})
		ask(t, address, token, `mutation($id: ID!) { recordContact(input: {customerId: $id, kind: INFO_CALL, direction: INBOUND, channel: PHONE}) { userErrors { message } } }`, map[string]any{"id": id})
		if next := s.receive(); next["type"] != "next" {
			t.Error(next)
		}
	}
	notified(customerOf(ask(t, address, token, createOnce, map[string]any{"k": "first"})))

	// A transaction that only the primary has would be lost with it. It is not acknowledged, neither when the server's wait
	// for the standby is cancelled nor when the request is repeated.
	resume := database.Stall()
	go database.CancelWaiting()
	for _, how := range []string{"wait cancelled", "at its deadline"} {
		if answer, err := post(t.Context(), address, token, createOnce, map[string]any{"k": "unsafe"}); customerOf(answer) != "" {
			t.Errorf("%s: acknowledged without the standby: %v %v", how, answer, err)
		}
	}
	resume()

	var acknowledged sync.Map      // ids by key
	var latest, pause atomic.Int64 // the time of the last acknowledgement, and the longest time between two
	// once repeats a request until it is acknowledged.
	once := func(ctx context.Context, key string) {
		for ; ; time.Sleep(20 * time.Millisecond) {
			try, cancel := context.WithTimeout(ctx, 5*time.Second)
			answer, _ := post(try, address, token, createOnce, map[string]any{"k": key})
			cancel()
			if id := customerOf(answer); id != "" {
				acknowledged.Store(key, id)
				now := time.Now().UnixNano()
				if before := latest.Swap(now); before != 0 && now-before > pause.Load() {
					pause.Store(now - before)
				}
				return
			}
			if ctx.Err() != nil {
				t.Errorf("%s was never acknowledged: %v", key, answer)
				return
			}
		}
	}
	once(t.Context(), "first")
	once(t.Context(), "unsafe")
	patience, cancel := context.WithTimeout(t.Context(), 40*time.Second)
	defer cancel()
	enough := make(chan struct{})
	var working sync.WaitGroup
	for c := range 8 {
		working.Go(func() {
			for n := 0; ; n++ {
				select {
				case <-enough:
					return
				default:
					once(patience, fmt.Sprintf("%d-%d", c, n))
				}
			}
		})
	}
	time.Sleep(700 * time.Millisecond)
	database.Kill()
	time.Sleep(200 * time.Millisecond)
	database.Promote()
	promoted := time.Now()
	for latest.Load() < promoted.UnixNano() && patience.Err() == nil {
		time.Sleep(10 * time.Millisecond)
	}
	t.Logf("writes resumed %v after the promotion, after a pause of %v", time.Since(promoted).Round(time.Millisecond), time.Duration(pause.Load()).Round(time.Millisecond))
	time.Sleep(500 * time.Millisecond)
	close(enough)
	working.Wait()

	var ids []string
	acknowledged.Range(func(_, id any) bool {
		ids = append(ids, id.(string))
		return true
	})
	answer := fmt.Sprint(ask(t, address, token, `{ customers { totalCount } }`, nil))
	if want := fmt.Sprintf("totalCount:%d]", len(ids)); !strings.Contains(answer, want) {
		t.Errorf("%s, want %s", answer, want)
	}
	for part := range slices.Chunk(ids, 200) {
		found := fmt.Sprint(ask(t, address, token, `query($ids: [ID!]!) { nodes(ids: $ids) { id } }`, map[string]any{"ids": part}))
		for _, id := range part {
			if !strings.Contains(found, id) {
				t.Errorf("%s was acknowledged and is lost", id)
			}
		}
	}

	// Notifications of the new primary are received, although the server listened to the old one.
	notified(ids[0])
	if status, out := i.command("check"); status != 0 {
		t.Errorf("check: %s", out)
	}
}
