package check

import (
	"context"
	"fmt"
	"strings"

	"kopeck/store"
)

// Finding is something in the database that breaks a law.
type Finding struct {
	Law     string // the law's name
	Subject string // the id of the row that breaks it
	Wrong   string // what is wrong with the row
}

// String returns the finding in one line.
func (f Finding) String() string { return f.Law + ": " + f.Subject + ": " + f.Wrong }

// The laws. The first five are named as in the design; the others follow from it.
const (
	lawBooks      = "closed books"
	lawWaterfall  = "the waterfall sums"
	lawPermission = "no word without permission"
	lawProof      = "proof"
	lawTwice      = "nothing twice"
	lawFigures    = "stored figures agree with their facts"
	lawDated      = "order of arrival changes nothing"
	lawStates     = "states and times agree"
	lawSearch     = "every customer is found by search"
	lawExplained  = "every order explains itself"
	lawReferences = "what a row refers to exists"
)

// maxFindings is how many findings are reported of one rule: more would say nothing new.
const maxFindings = 100

// rule is one condition of a law.
type rule struct {
	law   string
	wrong string // what is wrong with a row that breaks it; a format where figures are shown
}

// findings are what has been found so far.
type findings struct {
	all []Finding
	of  map[*rule]int // how many of them break a rule

	pending int // contacts whose stages the nightly run restates
}

// add adds a finding unless its rule has maxFindings of them. figures are those of the rule's format.
func (f *findings) add(r *rule, subject string, figures ...any) {
	if f.of[r]++; f.of[r] > maxFindings {
		return
	}
	wrong := r.wrong
	if len(figures) > 0 {
		wrong = fmt.Sprintf(wrong, figures...)
	}
	f.all = append(f.all, Finding{Law: r.law, Subject: subject, Wrong: wrong})
}

// Laws is [Service.Verify] without what is pending.
func (s *Service) Laws(ctx context.Context) ([]Finding, error) {
	found, _, err := s.Verify(ctx)
	return found, err
}

// Verify verifies the laws on one snapshot of the database, and the consent log on one of its own, and returns what breaks them; nothing where all
// is well. pending is how many contacts break none and will be restated by the nightly run, since the observed end of the orders has moved. It
// reads every row once, a limited number at a time. At most a hundred findings are returned of one rule. It sees all rows, whoever asks.
func (s *Service) Verify(ctx context.Context) (all []Finding, pending int, err error) {
	var found *findings
	err = s.readAll(ctx, func(ctx context.Context, tx *store.Tx) error {
		found = &findings{of: map[*rule]int{}}
		for _, check := range []func(context.Context, *store.Tx, *findings) error{
			s.checkRules, s.checkReferences, s.checkCrossing, s.checkContacts, s.checkSpend, s.checkLines, s.checkOrders, s.checkCustomers, s.checkRecipes,
		} {
			if err := check(ctx, tx, found); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, 0, err
	}
	broken, err := s.consent.VerifyLogs(ctx)
	if err != nil {
		return nil, 0, err
	}
	for _, one := range broken {
		subject, wrong, _ := strings.Cut(one, ": ")
		found.all = append(found.all, Finding{Law: lawProof, Subject: subject, Wrong: wrong})
	}
	return found.all, found.pending, nil
}

var missingReference = &rule{lawReferences, "row %d refers to a row of %s that does not exist"}

// checkReferences looks for rows that refer to what does not exist.
func (s *Service) checkReferences(ctx context.Context, tx *store.Tx, f *findings) error {
	missing, err := tx.MissingReferences(ctx, maxFindings)
	for _, one := range missing {
		f.add(missingReference, one.Table, one.Row, one.Parent)
	}
	return err
}
