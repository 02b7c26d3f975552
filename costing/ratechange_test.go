package costing_test

import (
	"fmt"
	"testing"
	"time"

	"kopeck/costing"
)

func TestRateChanges(t *testing.T) {
	t.Parallel()
	at := func(days int) time.Time { return day.AddDate(0, 0, days) }
	rate := func(id, code, amount string, from, recorded int) costing.Rate {
		return costing.Rate{ID: id, Subject: costing.SubjectMaterial, Code: code, Unit: "kg", Amount: dec(amount), ValidFrom: at(from), RecordedAt: at(recorded)}
	}
	rates := costing.NewRates([]costing.Rate{
		rate("a", "oak", "10", 0, 0),   // the first
		rate("b", "oak", "12", 5, 3),   // told two days before it holds
		rate("c", "oak", "12", 10, 10), // the same amount
		rate("d", "oak", "13", 10, 11), // corrects it
		rate("e", "oak", "9", 2, 12),   // of the past: over before it is known
		rate("f", "pine", "1", 0, 1),
		rate("g", "pine", "2", 4, 8), // told late
		{ID: "h", Subject: costing.SubjectStaff, Code: "oak", Unit: "hour", Amount: dec("1"), ValidFrom: at(0), RecordedAt: at(0)},
		{ID: "i", Subject: costing.SubjectStaff, Code: "oak", Unit: "hour", Amount: dec("2"), ValidFrom: at(1), RecordedAt: at(1)},
	})
	var got []string
	for _, c := range rates.Changes([]string{costing.SubjectMaterial}, at(1), at(20)) {
		until := "-"
		if c.Until != nil {
			until = fmt.Sprint(c.Until.Sub(day).Hours() / 24)
		}
		got = append(got, fmt.Sprintf("%s>%s %v %s", c.Before.ID, c.Rate.ID, c.From.Sub(day).Hours()/24, until))
	}
	if text := fmt.Sprint(got); text != "[a>e 12 12 c>d 11 - f>g 8 - a>b 5 10]" {
		t.Errorf("%s", text)
	}
	if got := rates.Changes([]string{costing.SubjectMaterial}, at(11), at(12)); len(got) != 1 || got[0].Rate.ID != "d" {
		t.Errorf("within a day: %v", got)
	}
	only := rates.Only(materialAt(rates, "pine", at(0)))
	if now, ok := only.At(costing.SubjectMaterial, "pine", at(30), at(30)); !ok || now.ID != "f" {
		t.Errorf("with one rate alone: %v", now)
	}
	if now, _ := rates.At(costing.SubjectMaterial, "pine", at(30), at(30)); now.ID != "g" {
		t.Errorf("the rates themselves are changed: %v", now)
	}
	if none := (*costing.Rates)(nil).Changes([]string{costing.SubjectMaterial}, at(0), at(9)); none != nil {
		t.Errorf("of no rates: %v", none)
	}
}

// materialAt returns the rate of a material at a moment.
func materialAt(rates *costing.Rates, code string, at time.Time) costing.Rate {
	rate, _ := rates.At(costing.SubjectMaterial, code, at, at.AddDate(1, 0, 0))
	return rate
}
