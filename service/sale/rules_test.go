package sale

import (
	"testing"
	"time"

	"kopeck/ent"
	"kopeck/schema"
)

func TestOfferStatusAt(t *testing.T) {
	t.Parallel()
	end := time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)
	for status, expires := range map[schema.OfferStatus]bool{
		schema.OfferDraft: true, schema.OfferSent: true, schema.OfferViewed: true,
		schema.OfferAccepted: false, schema.OfferDeclined: false, schema.OfferWithdrawn: false,
	} {
		t.Run(string(status), func(t *testing.T) {
			t.Parallel()
			after := status
			if expires {
				after = schema.OfferExpired
			}
			for at, want := range map[time.Time]schema.OfferStatus{end.Add(-1): status, end: after, end.Add(1): after} {
				if got := OfferStatusAt(&ent.Offer{Status: status, ExpiresAt: end}, at); got != want {
					t.Errorf("at %v: %s; want %s", at, got, want)
				}
			}
		})
	}
}

// TestCarriers: every channel has a kind of contact, by the table or as a MESSAGE.
func TestCarriers(t *testing.T) {
	t.Parallel()
	for channel := range carriers {
		found := false
		for _, name := range schema.Channel("").Values() {
			found = found || name == string(channel)
		}
		if !found {
			t.Errorf("there is no channel %s", channel)
		}
	}
}
