package assortment

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"kopeck/ent"
	"kopeck/ent/pricerule"
	"kopeck/id"
	"kopeck/money"
	"kopeck/pricing"
	"kopeck/service"
	"kopeck/service/bulk"
	"kopeck/service/field"
	"kopeck/service/input"
	"kopeck/store"
)

// Rule is a price rule of a file.
type Rule struct {
	ID, Name, Condition   string
	Percent               *money.Decimal
	Amount, Price, Cap    *money.Amount
	Priority              int
	Exclusive             bool
	ValidFrom, ValidTo    time.Time // zero: from the beginning, without end
	RecordedAt, RetiredAt time.Time // zero: it is new; it is in force
}

// RuleFields are the fields of price rules, as files have them.
func RuleFields() field.Fields[Rule] { return ruleFields }

var ruleFields = field.Fields[Rule]{
	field.Of("name", "", mustBeMapped, filled(field.Text), func(r *Rule) *string { return &r.Name }),
	field.Of("condition", "", mustBeMapped, filled(field.Text), func(r *Rule) *string { return &r.Condition }),
	field.Of("percent", "", both, field.Optional(signed), func(r *Rule) **money.Decimal { return &r.Percent }),
	field.Of("amount", "", both, field.Optional(signedAmount), func(r *Rule) **money.Amount { return &r.Amount }),
	field.Of("price", "", both, field.Optional(field.Amount), func(r *Rule) **money.Amount { return &r.Price }),
	field.Of("cap", "", both, field.Optional(field.Amount), func(r *Rule) **money.Amount { return &r.Cap }),
	field.Currency[Rule](both),
	field.Of("priority", "", both, integer, func(r *Rule) *int { return &r.Priority }),
	field.Of("exclusive", "", both, truth, func(r *Rule) *bool { return &r.Exclusive }),
	field.Of("valid_from", "", both, field.Ahead, func(r *Rule) *time.Time { return &r.ValidFrom }),
	field.Of("valid_to", "", both, field.Ahead, func(r *Rule) *time.Time { return &r.ValidTo }),
	field.Of("id", "", field.Own, field.Text, func(r *Rule) *string { return &r.ID }),
	field.Of("recorded_at", "", field.Own, field.Moment, func(r *Rule) *time.Time { return &r.RecordedAt }),
	field.Of("retired_at", "", field.Own, field.Moment, func(r *Rule) *time.Time { return &r.RetiredAt }),
}

// integer is a whole number, which may be negative.
var integer = func() field.Kind[int] {
	k := field.Count
	k.Read = func(_ *field.Form, text string) (int, error) {
		n, err := strconv.ParseInt(text, 10, 32)
		if err != nil {
			return 0, fmt.Errorf("want a whole number")
		}
		return int(n), nil
	}
	return k
}()

// ruleChunk is the work on the rules of one call.
type ruleChunk struct {
	*chunk

	byID   map[string]*Rule
	byName map[string]*Rule // that are in force
	others bool             // there are rules that are not of the file
}

// Rules records price rules. One that exists with the same content is left alone. One of the name of another that is in force takes its
// place from now on if Update is set, and is else rejected: a rule never changes.
func (i *Import) Rules(ctx context.Context, records []Rule) ([]bulk.Verdict, error) {
	return i.run(ctx, len(records), func(ctx context.Context, c *chunk) error {
		w := &ruleChunk{chunk: c, byID: map[string]*Rule{}, byName: map[string]*Rule{}}
		rows, err := c.tx.PriceRule.Query().Order(pricerule.ByRecordedAt(), pricerule.ByID()).All(ctx)
		if err != nil {
			return err
		}
		for n := range records {
			c.given[records[n].ID] = true
		}
		for _, row := range rows {
			w.add(ruleOf(row))
			w.others = w.others || !c.given[row.ID]
		}
		changed := false
		for n := range records {
			if c.verdicts[n], err = w.place(ctx, records[n]); err != nil {
				return err
			}
			changed = changed || c.verdicts[n].Outcome == bulk.Added || c.verdicts[n].Outcome == bulk.Updated
		}
		if c.bulk == nil || !changed {
			return nil
		}
		return c.changed(ctx)
	})
}

func (w *ruleChunk) add(r *Rule) {
	w.byID[r.ID] = r
	if r.RetiredAt.IsZero() {
		w.byName[r.Name] = r
	}
}

// place decides what is done with a rule, and does it unless checking.
func (w *ruleChunk) place(ctx context.Context, r Rule) (bulk.Verdict, error) {
	checked, err := w.service.quote.CheckRule(w.service.ruleInput(&r))
	if err != nil {
		return rejectedFor(err), nil
	}
	switch {
	case (r.ID == "") != r.RecordedAt.IsZero():
		return rejected("id: a rule that was recorded before has id and recorded_at, a new one neither"), nil
	case r.ID == "" && !r.RetiredAt.IsZero():
		return rejected("retired_at: a new rule is in force"), nil
	}
	r.Name = checked.Name
	if r.ID != "" {
		switch same := w.byID[r.ID]; {
		case same != nil && r.same(same) && same.RecordedAt.Equal(r.RecordedAt) && same.RetiredAt.Equal(r.RetiredAt):
			return bulk.Verdict{Outcome: bulk.Present}, nil
		case same != nil:
			return rejected("id: a rule with this id and other content exists"), nil
		case w.others:
			return rejected(fmt.Sprintf(errPast, "installation")), nil
		}
		return bulk.Verdict{Outcome: bulk.Added}, w.write(ctx, &r, checked)
	}
	verdict := bulk.Verdict{Outcome: bulk.Added}
	if standing := w.byName[r.Name]; standing != nil {
		switch {
		case r.same(standing):
			return bulk.Verdict{Outcome: bulk.Present}, nil
		case !w.Update:
			return rejected("a rule of this name is in force with other content; --update retires it and records this one"), nil
		}
		verdict = bulk.Verdict{Outcome: bulk.Updated}
		if w.bulk != nil {
			if err := w.service.quote.RetireRule(ctx, w.tx, standing.ID, w.moment(), "another took its place by an import"); err != nil {
				return verdict, err
			}
		}
	}
	r.ID, r.RecordedAt = w.service.IDs.Make(id.Rule), w.moment()
	return verdict, w.write(ctx, &r, checked)
}

// write writes a rule unless checking.
func (w *ruleChunk) write(ctx context.Context, r *Rule, checked pricing.Rule) error {
	w.add(r)
	w.given[r.ID] = true
	if w.bulk == nil {
		return nil
	}
	return w.tx.PriceRule.Create().SetID(r.ID).SetName(checked.Name).SetCondition(checked.Condition).
		SetNillablePercent(checked.Percent).SetNillableCap(checked.Cap).SetNillableAmount(checked.Amount).SetNillablePrice(checked.Price).
		SetPriority(checked.Priority).SetExclusive(checked.Exclusive).SetNillableValidFrom(checked.ValidFrom).SetNillableValidTo(checked.ValidTo).
		SetRecordedAt(r.RecordedAt).SetActive(r.RetiredAt.IsZero()).SetNillableRetiredAt(moment(r.RetiredAt)).Exec(ctx)
}

// same reports whether two rules say the same.
func (r *Rule) same(other *Rule) bool {
	return r.Name == other.Name && r.Condition == other.Condition && samePointer(r.Percent, other.Percent) && samePointer(r.Amount, other.Amount) &&
		samePointer(r.Price, other.Price) && samePointer(r.Cap, other.Cap) && r.Priority == other.Priority && r.Exclusive == other.Exclusive &&
		r.ValidFrom.Equal(other.ValidFrom) && r.ValidTo.Equal(other.ValidTo)
}

func (s *Service) ruleInput(r *Rule) service.CreatePriceRuleInput {
	in := service.CreatePriceRuleInput{
		ID: input.NonEmpty(r.ID), Name: r.Name, Condition: r.Condition, Percent: exactOf(r.Percent), Price: s.moneyOf(r.Price), Cap: s.moneyOf(r.Cap),
		Priority: &r.Priority, Exclusive: &r.Exclusive, ValidFrom: moment(r.ValidFrom), ValidTo: moment(r.ValidTo),
	}
	in.Amount = s.moneyOf(r.Amount)
	return in
}

// moment returns a moment, nil for none.
func moment(at time.Time) *time.Time {
	if at.IsZero() {
		return nil
	}
	return &at
}

func ruleOf(row *ent.PriceRule) *Rule {
	return &Rule{
		ID: row.ID, Name: row.Name, Condition: row.Condition, Percent: row.Percent, Amount: row.Amount, Price: row.Price, Cap: row.Cap, Priority: row.Priority,
		Exclusive: row.Exclusive, ValidFrom: input.OrZero(row.ValidFrom).UTC(), ValidTo: input.OrZero(row.ValidTo).UTC(), RecordedAt: row.RecordedAt.UTC(), RetiredAt: input.OrZero(row.RetiredAt).UTC(),
	}
}

// ExportRules calls each for every rule, the retired ones too, by id.
func (s *Service) ExportRules(ctx context.Context, each func(*Rule) error) error {
	return export(ctx, s, each, func(r *Rule) string { return r.ID }, func(ctx context.Context, tx *store.Tx, after string) ([]*Rule, error) {
		rows, err := tx.PriceRule.Query().Where(pricerule.IDGT(after)).Order(pricerule.ByID()).Limit(readTogether).All(ctx)
		rules := make([]*Rule, len(rows))
		for n, row := range rows {
			rules[n] = ruleOf(row)
		}
		return rules, err
	})
}
