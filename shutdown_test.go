package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"kopeck/auth"
	"kopeck/dbtest"
	words "kopeck/schema"
	"kopeck/service"
)

// TestShutdownEndsRefreshes: when serve has returned, no refresh of lifetime values runs or is started any more, so that the store can be
// closed. Package value tests that closing cancels one that runs and waits for it.
func TestShutdownEndsRefreshes(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, url string) {
		i := install(t, url)
		orders := filepath.Join(t.TempDir(), "orders.csv")
		if err := os.WriteFile(orders, []byte(regulars(60)), 0o600); err != nil {
			t.Fatal(err)
		}
		if status, out := i.command("import", "orders", "--map", "customer=who,date=day,amount=sum", "--cost-share", "0.5", orders); status != 0 {
			t.Fatalf("import: %d %s", status, out)
		}
		s := settings{DatabaseURL: url, Pool: 4, Keys: i.keys, Currency: "RUB", IncludeTax: true}
		var l listening
		k, err := s.open(t.Context(), mustBeCurrent, slog.New(slog.DiscardHandler), io.Discard)
		if err != nil {
			t.Fatal(err)
		}
		defer k.close()
		l.Addr, l.Limits = "127.0.0.1:0", limitFlags()
		ctx, stop := context.WithCancel(t.Context())
		if err := serve(ctx, &s, l, k, &program{listening: func(string) { stop() }}, demonstration{}); err != nil {
			t.Fatal(err)
		}
		before := worth(t, k)
		kind := words.BGNBD
		m, err := k.app.Value.FitLifetimeModel(auth.System(t.Context()), service.FitLifetimeModelInput{Kind: &kind})
		if err != nil || !m.Active {
			t.Fatalf("the model %+v, %v; want an active one", m, err)
		}
		if after := worth(t, k); after != before {
			t.Errorf("a refresh was started after the shutdown: the values were %d together and are %d", before, after)
		}
	})
}

// TestShutdownBesideAClientThatDoesNotRead: a client asks for large answers and reads none of them. The signal to end is followed in
// order all the same.
func TestShutdownBesideAClientThatDoesNotRead(t *testing.T) {
	i := migrated(t, dbtest.SQLite(t))
	address, stop := i.serving("--write-timeout", "100ms")
	conn, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	body := `{"query":"{ __schema { types { name description fields { name description args { name description type { name } } type { name } } } } }"}`
	asked := make(chan struct{})
	go func() { // until the connection is closed
		for n := 0; ; n++ {
			if n == 5 {
				close(asked)
			}
			if _, err := fmt.Fprintf(conn, "POST /graphql HTTP/1.1\r\nHost: kopeck\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", len(body), body); err != nil {
				return
			}
		}
	}()
	<-asked
	ended := make(chan int, 1)
	go func() { ended <- stop() }()
	select {
	case status := <-ended:
		if status != 0 {
			t.Errorf("status %d", status)
		}
	case <-time.After(30 * time.Second):
		t.Error("the server has not ended after 30 seconds")
	}
}

// regulars returns orders of n customers who buy at intervals of their own.
func regulars(n int) string {
	var text strings.Builder
	fmt.Fprintln(&text, "who,day,sum")
	for i := range n {
		for order := range 1 + i*i%7 {
			day := time.Date(2025, 1, 1+i%90+order*(5+i%17), 0, 0, 0, 0, time.UTC)
			fmt.Fprintf(&text, "c%d,%s,%d.00\n", i, day.Format(time.DateOnly), 100+10*(i%13)+order)
		}
	}
	return text.String()
}

// worth returns the sum of the values that lists of customers are ordered by, in minor units.
func worth(t *testing.T, k *kopeck) (sum int64) {
	t.Helper()
	customers, err := k.app.Client.Customer.Query().All(auth.System(t.Context()))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range customers {
		sum += c.LifetimeValue.Minor()
	}
	return sum
}
