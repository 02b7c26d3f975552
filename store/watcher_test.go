package store_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"kopeck/dbtest"
	"kopeck/store"
)

// TestCommandBesideAServerOnSQLite opens two stores on one file, as two processes do: the one that subscribes is notified
// of what the other commits, and of nothing else.
func TestCommandBesideAServerOnSQLite(t *testing.T) {
	url := dbtest.SQLite(t)
	server, command := dbtest.Open(t, url, store.Options{}), dbtest.Open(t, url, store.Options{})
	events, cancel := server.Subscribe("prices")
	defer cancel()
	for range 2 {
		publish(t, command, "customers", "any") // the topic of a change is not known
		if got := next(t, events); !got.Lost || got.Topic != "prices" {
			t.Fatalf("%+v, want Lost", got)
		}
	}
	wrong := errors.New("no")
	err := command.Write(t.Context(), func(ctx context.Context, tx *store.Tx) error {
		if err := tx.Publish("prices", "rolled back"); err != nil {
			return err
		}
		return wrong
	})
	if !errors.Is(err, wrong) {
		t.Fatal(err)
	}
	publish(t, server, "prices", "its own")
	if got := next(t, events); got.Payload != "its own" {
		t.Errorf("%+v, want its own", got)
	}
	select {
	case got := <-events:
		t.Errorf("%+v without a change", got)
	case <-time.After(time.Second):
	}
	err = command.Bulk(t.Context(), func(ctx context.Context, b *store.Bulk) error { return b.Publish("prices", "in bulk") })
	if err != nil {
		t.Fatal(err)
	}
	if got := next(t, events); !got.Lost {
		t.Errorf("%+v of a bulk load, want Lost", got)
	}
}
