package value

import (
	"slices"
	"strings"
)

// Note is a remark on figures, for people.
type Note struct {
	Text  string
	Costs bool // only who has the scope costs may read it: it has counts, or figures of the test
}

// forAll returns notes that whoever sees the figures may read.
func forAll(texts ...string) []Note {
	notes := make([]Note, len(texts))
	for i, text := range texts {
		notes[i] = Note{Text: text}
	}
	return notes
}

// textsOf returns the texts of notes, with or without those for which one must have the scope costs.
func textsOf(notes []Note, costs bool) []string {
	texts := make([]string, 0, len(notes))
	for _, n := range notes {
		if costs || !n.Costs {
			texts = append(texts, n.Text)
		}
	}
	return texts
}

// warnings returns the warnings of a fit with who may read them. Fits of an earlier version do not say it: there, what has figures is
// for those who have the scope costs.
func (r *fitReport) warnings() []Note {
	notes := forAll(r.Warnings...)
	for i, n := range notes {
		if r.WithCosts != nil {
			notes[i].Costs = slices.Contains(r.WithCosts, n.Text)
		} else {
			notes[i].Costs = strings.ContainsAny(n.Text, "0123456789")
		}
	}
	return notes
}
