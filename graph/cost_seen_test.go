package graph

import (
	"testing"
	"time"

	"kopeck/auth"
	"kopeck/costing"
	"kopeck/money"
	"kopeck/schema"
)

// TestWhoSeesWhoseTime: of several who took part each sees the line of their own time, also where somebody took part for less than can be said in
// minutes, whose line stands before theirs.
func TestWhoSeesWhoseTime(t *testing.T) {
	t.Parallel()
	tiny := money.Nano(1)
	people := []schema.Participant{{UserID: "none"}, {UserID: "tiny", Seconds: &tiny}, {UserID: "other", Minutes: money.Whole(60)}, {UserID: "me", Minutes: money.Whole(10)}}
	var lines []*costing.Line
	in := costing.ContactInput{Channel: "PHONE", Time: costing.Duration{Minutes: money.Whole(60)}}
	for _, p := range people {
		in.Participants = append(in.Participants, costing.Participant{Time: costing.Duration{Minutes: p.Minutes, Seconds: p.Seconds}, StaffCodes: []string{p.UserID}})
	}
	cost, err := costing.Contact(in, costing.NewRates(nil), time.Unix(0, 0), time.Unix(0, 0), money.Currency{})
	if err != nil {
		t.Fatal(err)
	}
	for i := range cost.Lines {
		lines = append(lines, &cost.Lines[i])
	}
	for user, want := range map[string]string{"none": "", "tiny": "tiny", "other": "other", "me": "me", "stranger": ""} {
		got := ""
		for _, line := range costSeen(auth.With(t.Context(), auth.Actor{UserID: user, Role: schema.RoleSales}), people, lines) {
			if line.Kind == costing.StaffTime {
				got += line.Label
			}
		}
		if got != want && got != want+": no rate" {
			t.Errorf("%s sees the time of %q", user, got)
		}
	}
}
