//go:build unix

package main

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"

	"kopeck/dbtest"
)

// TestThroughAPooler runs the program through pgbouncer in transaction mode, with fewer server sessions than
// connections, so that each transaction may use another session: no request fails, and clients are notified of changes.
func TestThroughAPooler(t *testing.T) {
	for name, settings := range map[string][]string{
		"as installed":       nil, // it refuses unknown startup parameters
		"parameters ignored": {"ignore_startup_parameters = kopeck.session,statement_timeout,idle_in_transaction_session_timeout"},
	} {
		t.Run(name, func(t *testing.T) {
			direct := dbtest.Postgres(t)
			i := install(t, dbtest.Pooled(t, direct, settings...))
			token := i.token("MANAGER")
			_, address := i.spawn("KOPECK_LISTEN_URL=" + direct)
			s := connect(t, address, token)
			id := customerOf(ask(t, address, token, `mutation { createCustomer(input: {name: "Анна"}) { customer { id } } }`, nil))
			s.subscribe("1", `subscription($id: ID) { contactRecorded(customerId: $id) { subject } }`, map[string]any{"id": id})

			const clients, each = 8, 12
			var working sync.WaitGroup
			for c := range clients {
				working.Go(func() {
					for n := range each {
						key := fmt.Sprintf("%d-%d", c, n)
						made, err := post(t.Context(), address, token, `mutation($k: String!) { createCustomer(input: {name: $k, externalId: $k, idempotencyKey: $k}) { customer { id } userErrors { message } } }`, map[string]any{"k": key})
						if err != nil || customerOf(made) == "" {
							t.Errorf("%s: %v %v", key, made, err)
							return
						}
						for query, variables := range map[string]map[string]any{
							`mutation($id: ID!, $k: String!) { recordContact(input: {customerId: $id, kind: INFO_CALL, direction: INBOUND, channel: PHONE, idempotencyKey: $k}) { contact { id } userErrors { message } } }`: {"id": customerOf(made), "k": "call " + key},
							`query($id: ID!) { node(id: $id) { ... on Customer { name contacts { totalCount edges { node { id } } } } } }`:                                                                                   {"id": customerOf(made)},
							`{ customers(first: 5, orderBy: {field: NAME}) { totalCount edges { node { name orders(first: 1) { totalCount } } } } }`:                                                                         nil,
						} {
							answer, err := post(t.Context(), address, token, query, variables)
							if text := fmt.Sprint(answer); err != nil || answer["errors"] != nil || strings.Contains(text, "message:") {
								t.Errorf("%.40s: %v %v", query, answer, err)
							}
						}
					}
				})
			}
			working.Wait()

			ask(t, address, token, `mutation($id: ID!) { recordContact(input: {customerId: $id, kind: INFO_CALL, direction: INBOUND, channel: PHONE, subject: "Шторы"}) { userErrors { message } } }`, map[string]any{"id": id})
			if next := fmt.Sprint(s.receive()); !strings.Contains(next, "Шторы") {
				t.Error(next)
			}
			answer := fmt.Sprint(ask(t, address, token, `{ customers { totalCount } contacts { totalCount } }`, nil))
			if want := fmt.Sprintf("contacts:map[totalCount:%d] customers:map[totalCount:%d]", clients*each+1, clients*each+1); !strings.Contains(answer, want) {
				t.Errorf("%s, want %s", answer, want)
			}
			response, err := http.Get("http://" + address + "/metrics")
			if err != nil {
				t.Fatal(err)
			}
			defer response.Body.Close()
			if metrics, err := io.ReadAll(response.Body); err != nil || strings.Contains(string(metrics), "kopeck_errors_total{") {
				t.Errorf("there were errors: %v\n%s", err, metrics)
			}
			if status, out := i.command("check"); status != 0 {
				t.Errorf("check: %s", out)
			}
		})
	}
}
