package store_test

import (
	"testing"
	"time"

	"kopeck/dbtest"
	"kopeck/store"
)

// watchdog is how long a test waits for what must happen.
const watchdog = 30 * time.Second

// until waits until a condition holds.
func until(t *testing.T, what string, holds func() bool) {
	t.Helper()
	for end := time.Now().Add(watchdog); !holds(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("still not: %s", what)
		}
	}
}

// A process hears of itself while nothing happens: that nothing happens is known.
func TestSilenceEndsByItself(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, url string) {
		s := dbtest.Open(t, url, store.Options{Quiet: 300 * time.Millisecond})
		if silence, silent := s.Silence(); silence != 0 || silent {
			t.Errorf("%v %v without a subscription", silence, silent)
		}
		_, cancel := s.Subscribe("prices")
		defer cancel()
		for range 3 {
			before := time.Duration(0)
			until(t, "a message is received", func() bool {
				now, _ := s.Silence()
				defer func() { before = now }()
				return now < before
			})
		}
	})
}

// Another database accepts LISTEN, answers pings and never notifies: that is what a pooler or a frozen proxy looks like.
func TestSilenceOfAListenerThatIsNotNotified(t *testing.T) {
	url, elsewhere := dbtest.Postgres(t), dbtest.Empty(t)
	s := dbtest.Open(t, url, store.Options{Quiet: 60 * time.Millisecond, ListenURL: elsewhere})
	events, cancel := s.Subscribe("prices")
	defer cancel()
	for range 3 {
		if got := next(t, events); !got.Lost || got.Topic != "prices" {
			t.Fatalf("%+v, want Lost", got)
		}
	}
	if silence, silent := s.Silence(); !silent || silence < 60*time.Millisecond {
		t.Errorf("%v %v", silence, silent)
	}
}

func TestSilenceWhileListeningFails(t *testing.T) {
	s := dbtest.Open(t, dbtest.Postgres(t), store.Options{Quiet: 60 * time.Millisecond, ListenURL: "postgres://nobody@127.0.0.1:1/none"})
	events, cancel := s.Subscribe("prices")
	defer cancel()
	if got := next(t, events); !got.Lost {
		t.Fatalf("%+v, want Lost", got)
	}
	began := time.Now()
	_, cancelSecond := s.Subscribe("prices")
	defer cancelSecond()
	if took := time.Since(began); took > 4*time.Second {
		t.Errorf("the second subscription waited %v for a listener that the first has waited for", took)
	}
}
