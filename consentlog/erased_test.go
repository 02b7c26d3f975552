package consentlog

import (
	"strings"
	"testing"
	"time"
)

// A log whose personal parts are erased is still a chain; what is left of it can no more be changed unseen than before.
func TestErase(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)
	p := Permission{ID: "prm_1", CustomerID: "cus_1", Channel: "EMAIL", Purpose: "MARKETING"}
	text := func(s string) *string { return &s }
	var log []Event
	for i, e := range []Event{
		{Kind: Granted, Level: text("PERSONAL"), Source: "Anna's letter", Wording: text("I, Anna, agree"), WordingVersion: text("Anna 1"), Address: text("10.0.0.1"), Actor: "olga@example.com"},
		{Kind: Lowered, Level: text("BRAND_TRUST"), Source: "Anna's call", WordingID: text("wrd_1"), Wording: text("You may write"), BundledWith: text("Anna's order"), Actor: "olga@example.com"},
		{Kind: Revoked, Source: "Anna", Reason: text("Anna is angry"), Actor: "the customer"},
	} {
		e.ID, e.Sequence, e.At = "pev_"+string(rune('1'+i)), i+1, now
		previous := ""
		if i > 0 {
			previous = log[i-1].Hash
		}
		Seal(p, &e, previous)
		log = append(log, e)
	}
	standing := Replay(log)
	row := standing.Row()
	for i := range log {
		Erase(p, &log[i])
		again := log[i]
		Erase(p, &again)
		if *again.ErasedHash != *log[i].ErasedHash {
			t.Error("erasing twice is not erasing once")
		}
		for _, left := range []*string{&log[i].Source, log[i].Wording, log[i].WordingVersion, log[i].BundledWith, log[i].Address, log[i].Reason} {
			if left != nil && strings.Contains(*left, "Anna") {
				t.Errorf("left: %s", *left)
			}
		}
	}
	if log[1].Wording == nil || *log[1].Wording != "You may write" {
		t.Error("the text of a wording that is kept is gone")
	}
	if wrong := Verify(p, row, log, now); wrong != "" {
		t.Fatalf("the erased log: %s", wrong)
	}
	for name, change := range map[string]func(*Event){
		"level": func(e *Event) { e.Level = text("POINTS") }, "actor": func(e *Event) { e.Actor = "igor@example.com" }, "source": func(e *Event) { e.Source = "form" },
		"address": func(e *Event) { e.Address = text("10.0.0.2") }, "reason": func(e *Event) { e.Reason = text("none") }, "moment": func(e *Event) { e.At = now.Add(time.Second) },
		"hash": func(e *Event) { e.Hash = strings.Repeat("a", 64) }, "seal": func(e *Event) { e.ErasedHash = text(strings.Repeat("a", 64)) }, "no seal": func(e *Event) { e.ErasedHash = nil },
	} {
		changed := append([]Event{}, log...)
		change(&changed[1])
		if wrong := Verify(p, row, changed, now); wrong == "" {
			t.Errorf("a changed %s is not seen", name)
		}
	}
}
