package pricing

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"kopeck/costing"
	"kopeck/money"
)

// Rule changes a price where its condition holds: by exactly one of a percentage, an amount or a new price.
type Rule struct {
	ID, Name           string
	Condition          string
	Percent            *money.Decimal // -10 takes a tenth off the running price
	Cap                *money.Amount  // the most that Percent changes the unit price by; nil: no bound
	Amount             *money.Amount  // added to the unit price; negative for a discount
	Price              *money.Amount  // replaces the running price
	Priority           int            // the highest first; ties: the older first
	Exclusive          bool           // where it applies, no rule after it does
	ValidFrom, ValidTo *time.Time     // from included, to not; nil: no bound
	RecordedAt         time.Time
	RetiredAt          *time.Time
}

var (
	hundred    = money.Whole(100)
	maxPercent = money.Whole(1000)
)

// CheckRule compiles a rule and says what is wrong with it: a *RuleError for its condition; a *costing.FieldError for
// anything else: not exactly one of percent, amount and price; a percentage of -100 or less, or over 1000; a cap
// of 0 or less, or without a percentage; a negative price; an end that is not after the beginning; no name.
func CheckRule(r Rule) error {
	given := 0
	for _, is := range []bool{r.Percent != nil, r.Amount != nil, r.Price != nil} {
		if is {
			given++
		}
	}
	switch {
	case strings.TrimSpace(r.Name) == "":
		return &costing.FieldError{Field: "name", Reason: "want a name: it stands in the price's explanation"}
	case given != 1:
		return &costing.FieldError{Field: "percent", Reason: "want exactly one of percent, amount and price"}
	case r.Percent != nil && (r.Percent.Compare(money.Whole(-100)) <= 0 || r.Percent.Compare(maxPercent) > 0):
		return &costing.FieldError{Field: "percent", Reason: "want more than -100 and at most 1000"}
	case r.Cap != nil && (r.Percent == nil || r.Cap.Sign() <= 0):
		return &costing.FieldError{Field: "cap", Reason: "want more than 0, and a percentage that it bounds"}
	case r.Price != nil && r.Price.Sign() < 0:
		return &costing.FieldError{Field: "price", Reason: "want 0 or more"}
	case r.ValidFrom != nil && r.ValidTo != nil && !r.ValidTo.After(*r.ValidFrom):
		return &costing.FieldError{Field: "validTo", Reason: "want a moment after validFrom"}
	}
	_, err := Compile(r.Condition)
	return err
}

// compiledRule is a rule as a book keeps it.
type compiledRule struct {
	Rule
	condition         *Condition
	broken            string // why it can never apply, "" where it can
	tooEarly, tooLate string // reasons, made once
}

// compileRules puts rules in their order, taking over what another book has compiled already.
func compileRules(rules []Rule, known map[string]*Condition) ([]compiledRule, map[string]*Condition) {
	conditions := make(map[string]*Condition, len(rules))
	all := make([]compiledRule, 0, len(rules))
	for _, rule := range rules {
		r := compiledRule{Rule: rule}
		if r.condition = conditions[rule.Condition]; r.condition == nil {
			r.condition = known[rule.Condition]
		}
		if r.condition == nil {
			var err error
			if r.condition, err = Compile(rule.Condition); err != nil {
				r.broken = "wrong condition: " + err.Error()
			}
		}
		if r.condition != nil {
			conditions[rule.Condition] = r.condition
		}
		if rule.ValidFrom != nil {
			r.tooEarly = "not valid before " + rule.ValidFrom.UTC().Format(time.RFC3339)
		}
		if rule.ValidTo != nil {
			r.tooLate = "not valid after " + rule.ValidTo.UTC().Format(time.RFC3339)
		}
		all = append(all, r)
	}
	slices.SortFunc(all, func(a, b compiledRule) int {
		return cmp.Or(cmp.Compare(b.Priority, a.Priority), a.RecordedAt.Compare(b.RecordedAt), cmp.Compare(a.ID, b.ID))
	})
	return all, conditions
}

// Reasons of rules that did not apply.
const (
	ReasonFalse     = "condition false"
	ReasonExclusive = "an exclusive rule won"
	ReasonAgreement = "an agreement won"
)

// rules applies rules: by priority, highest first (ties: older first), each rule that was known at that moment and whose
// condition holds changes the running price, a percentage by its share of it. One that applies and is exclusive ends
// the list. No rule takes the running price below zero. Where an agreement holds, no rule applies.
func (w *waterfall) rules(s Step) error {
	closed := ""
	if w.agreement != nil {
		closed = ReasonAgreement
	}
	at := w.question.At
	w.answer.Rejected = make([]Rejected, 0, len(w.book.rules))
	for i := range w.book.rules {
		rule := &w.book.rules[i]
		if rule.RecordedAt.After(at) || (rule.RetiredAt != nil && !rule.RetiredAt.After(at)) {
			continue // not known then
		}
		if w.public && rule.condition.isPersonal() {
			continue
		}
		reason := closed
		if reason == "" {
			reason = w.refuse(rule)
		}
		if reason != "" {
			w.answer.Rejected = append(w.answer.Rejected, Rejected{rule.ID, reason})
			continue
		}
		if err := w.apply(s, rule); err != nil {
			return err
		}
		if rule.Exclusive {
			closed = ReasonExclusive
		}
	}
	return nil
}

// refuse returns the reason why a rule does not apply, or "".
func (w *waterfall) refuse(rule *compiledRule) string {
	at := w.question.At
	switch {
	case rule.broken != "":
		return rule.broken
	case rule.ValidFrom != nil && at.Before(*rule.ValidFrom):
		return rule.tooEarly
	case rule.ValidTo != nil && !at.Before(*rule.ValidTo):
		return rule.tooLate
	}
	holds, err := rule.condition.Holds(&w.facts)
	switch {
	case err != nil:
		return "condition failed: " + err.Error()
	case !holds:
		return ReasonFalse
	}
	return ""
}

// apply adds a rule's line.
func (w *waterfall) apply(s Step, rule *compiledRule) error {
	to := w.running
	var err error
	switch {
	case rule.Percent != nil:
		var change money.Amount
		if change, err = costing.MulDiv(w.running.Minor(), rule.Percent.Nano(), hundred.Nano()); err == nil {
			to, err = w.running.Plus(capped(change, rule.Cap))
		}
	case rule.Amount != nil:
		to, err = w.running.Plus(*rule.Amount)
	case rule.Price != nil:
		to = *rule.Price
	default:
		err = fmt.Errorf("pricing: the rule %s has no effect: want a percentage, an amount or a price", rule.ID)
	}
	if err != nil {
		return err
	}
	if to.Sign() < 0 {
		to = money.Amount{}
	}
	return w.addLine(s, rule.Name, rule.ID, to)
}

// capped keeps a change within a bound, up and down.
func capped(change money.Amount, bound *money.Amount) money.Amount {
	if bound == nil {
		return change
	}
	if change.Compare(*bound) > 0 {
		return *bound
	}
	if least := money.Minor(-bound.Minor()); change.Compare(least) < 0 {
		return least
	}
	return change
}
