package store_test

import (
	"testing"

	"kopeck/dbtest"
	"kopeck/store"
)

func TestSmoke(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, url string) {
		s := dbtest.Open(t, url, store.Options{})
		have, want, err := s.Version(t.Context())
		if err != nil || have != want {
			t.Fatal(have, want, err)
		}
		n, err := s.Client().Customer.Query().Count(t.Context())
		if err != nil || n != 0 {
			t.Fatal(n, err)
		}
	})
}
