package store_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"kopeck/dbtest"
	"kopeck/store"
)

func publish(t *testing.T, s *store.Store, topic string, payloads ...string) {
	t.Helper()
	err := s.Write(t.Context(), func(ctx context.Context, tx *store.Tx) error {
		for _, payload := range payloads {
			if err := tx.Publish(topic, payload); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func next(t *testing.T, events <-chan store.Event) store.Event {
	t.Helper()
	select {
	case event, open := <-events:
		if !open {
			t.Fatal("the subscription has ended")
		}
		return event
	case <-time.After(10 * time.Second):
		t.Fatal("no event")
		return store.Event{}
	}
}

func TestEventsInOrderOnceAndOfTheirTopic(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, url string) {
		s := dbtest.Open(t, url, store.Options{})
		events, cancel := s.Subscribe("contacts")
		others, cancelOthers := s.Subscribe("prices")
		defer cancelOthers()
		publish(t, s, "prices", "p")
		wrong := errors.New("no")
		err := s.Write(t.Context(), func(ctx context.Context, tx *store.Tx) error {
			if err := tx.Publish("contacts", "rolled back"); err != nil {
				return err
			}
			return wrong
		})
		if !errors.Is(err, wrong) {
			t.Fatal(err)
		}
		publish(t, s, "contacts", "b\nwith a line", "a", "b\nwith a line", "", "я")
		publish(t, s, "contacts", "end")
		for _, want := range []string{"b\nwith a line", "a", "", "я", "end"} {
			if got := next(t, events); got != (store.Event{Topic: "contacts", Payload: want}) {
				t.Errorf("%+v, want %q", got, want)
			}
		}
		if got := next(t, others); got.Payload != "p" {
			t.Errorf("the subscriber of another topic received %+v", got)
		}
		cancel()
		cancel()
		if _, open := <-events; open {
			t.Error("the cancelled subscription is open")
		}
		publish(t, s, "contacts", "to nobody")
		for _, bad := range [][2]string{{"", "x"}, {"a\nb", "x"}, {"t", strings.Repeat("x", 8000)}} {
			err := s.Write(t.Context(), func(ctx context.Context, tx *store.Tx) error { return tx.Publish(bad[0], bad[1]) })
			if err == nil {
				t.Errorf("topic %q with %d bytes was published", bad[0], len(bad[1]))
			}
		}
		publish(t, s, "t", strings.Repeat("x", 7899))
	})
}

func TestEventsBetweenStores(t *testing.T) {
	url := dbtest.Postgres(t)
	one, two := dbtest.Open(t, url, store.Options{}), dbtest.Open(t, url, store.Options{})
	here, cancelHere := one.Subscribe("prices")
	defer cancelHere()
	there, cancelThere := two.Subscribe("prices")
	defer cancelThere()
	for i := range 20 {
		publish(t, []*store.Store{one, two}[i%2], "prices", fmt.Sprint(i))
	}
	for i := range 20 {
		for name, events := range map[string]<-chan store.Event{"the first": here, "the second": there} {
			if got := next(t, events); got.Payload != fmt.Sprint(i) {
				t.Errorf("%s store received %+v, want %d", name, got, i)
			}
		}
	}
}

func TestOnlyTheSlowSubscriberLosesEvents(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, url string) {
		s := dbtest.Open(t, url, store.Options{})
		slow, cancelSlow := s.Subscribe("busy")
		defer cancelSlow()
		quick, cancelQuick := s.Subscribe("busy")
		defer cancelQuick()
		const all = 200
		for i := range all {
			publish(t, s, "busy", fmt.Sprint(i))
			if event := next(t, quick); event.Payload != fmt.Sprint(i) {
				t.Errorf("the quick subscriber received %+v, want %d", event, i)
			}
		}
		first := next(t, slow)
		if !first.Lost {
			t.Fatalf("the slow subscriber received %+v first, want Lost", first)
		}
		publish(t, s, "busy", "now")
		for last := ""; last != "now"; last = next(t, slow).Payload {
		}
	})
}

func TestLostListenerIsReportedAndRecovers(t *testing.T) {
	s := dbtest.Open(t, dbtest.Postgres(t), store.Options{})
	events, cancel := s.Subscribe("prices")
	defer cancel()
	publish(t, s, "prices", "before")
	next(t, events)
	if n := one[int](t, s, `SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
		WHERE datname = current_database() AND query LIKE 'LISTEN%'`); n != 1 {
		t.Fatalf("%d connections listen, want one", n)
	}
	if got := next(t, events); !got.Lost || got.Topic != "prices" {
		t.Fatalf("%+v, want Lost", got)
	}
	publish(t, s, "prices", "after")
	if got := next(t, events); got.Payload != "after" {
		t.Errorf("%+v after reconnecting", got)
	}
}

func TestCloseEndsSubscriptions(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, url string) {
		s, err := store.Open(t.Context(), url, store.Options{})
		if err != nil {
			t.Fatal(err)
		}
		events, cancel := s.Subscribe("x")
		if err := s.Close(); err != nil {
			t.Error(err)
		}
		if _, open := <-events; open {
			t.Error("the subscription outlived the store")
		}
		cancel()
		late, _ := s.Subscribe("x")
		if _, open := <-late; open {
			t.Error("a subscription to a closed store is open")
		}
	})
}
