package bulk

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"kopeck/ent"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/service/customers"
	"kopeck/service/input"
	"kopeck/stage"
)

// What files carry of the past of customers: see package customers.

// addExemptions fills in when exported customers have been exempt from tax, in the order of recording.
func (c *chunk) addExemptions(ctx context.Context, records []customers.Record) error {
	ids := make([]string, len(records))
	for n := range records {
		ids[n] = records[n].ID
	}
	history, err := c.service.DatedOf(ctx, c.reader, schema.DatedTaxExempt, ids...)
	for n := range records {
		records[n].Exemptions = exemptionsOf(history[records[n].ID])
	}
	return err
}

func exemptionsOf(dated service.Dated) (all []customers.Exemption) {
	recorded := slices.SortedFunc(slices.Values(dated), func(a, b *ent.DatedValue) int {
		return cmp.Or(a.RecordedAt.Compare(b.RecordedAt), cmp.Compare(a.ID, b.ID))
	})
	for _, one := range recorded {
		all = append(all, customers.Exemption{Reason: one.Value, ValidFrom: one.ValidFrom.UTC(), RecordedAt: one.RecordedAt.UTC()})
	}
	return all
}

// sameExemptions reports whether two lists say the same.
func sameExemptions(a, b []customers.Exemption) bool {
	return slices.EqualFunc(a, b, func(x, y customers.Exemption) bool {
		return service.SameJSON(x.Reason, y.Reason) && x.ValidFrom.Equal(y.ValidFrom) && x.RecordedAt.Equal(y.RecordedAt)
	})
}

// readExemptions reads when the customers that exist have been exempt from tax.
func (c *chunk) readExemptions(ctx context.Context, stored storedCustomers) error {
	var ids []string
	for customerID := range stored.byID {
		ids = append(ids, customerID)
	}
	history, err := c.service.DatedOf(ctx, c.reader, schema.DatedTaxExempt, ids...)
	for customerID, dated := range history {
		if p := stored.byID[customerID]; p != nil {
			p.Exemptions = exemptionsOf(dated)
		}
	}
	return err
}

// compareExemptions returns the columns in which the exemptions of a file differ from those of a customer who exists, and puts what holds
// after the import into the record. What was recorded elsewhere is taken only where nothing was recorded here.
func (c *chunk) compareExemptions(existing, given *customers.Record) (differ []string, v Verdict) {
	switch {
	case len(given.Exemptions) == 0, sameExemptions(given.Exemptions, existing.Exemptions):
		given.Exemptions = existing.Exemptions
		return nil, Verdict{}
	case len(existing.Exemptions) > 0 || existing.TaxExempt != nil:
		return nil, rejected("tax_exemptions: they were recorded elsewhere, and others are recorded here: a file cannot change what was known here; leave the cell empty, and tax_exempt holds from now on")
	}
	return []string{"tax_exemptions"}, c.checkExemption(given)
}

// checkExemption rejects a record whose exemption of now is not what its history makes of it.
func (c *chunk) checkExemption(given *customers.Record) Verdict {
	if len(given.Exemptions) == 0 {
		return Verdict{}
	}
	now := given.DatedExemptions(c.service.IDs.Make).At(c.service.Now(), service.EndOfTime, nil)
	if given.TaxExempt == nil {
		given.TaxExempt = now
	}
	if !service.SameJSON(now, given.TaxExempt) {
		return rejected("tax_exempt: it is not what tax_exemptions say of now")
	}
	return Verdict{}
}

// insertExemptions writes the exemptions that a file has of new customers.
func (c *chunk) insertExemptions(ctx context.Context, made []*customers.Record) error {
	var all service.Dated
	for _, p := range made {
		all = append(all, p.DatedExemptions(c.service.IDs.Make)...)
	}
	return c.insertDated(ctx, all)
}

// changeExemptions records what an import changes of the exemptions of customers who exist: the history that a file has of one of whom there
// was none, or what the file says, from now on. Orders that a history covers are restated. The customers have been written.
func (c *chunk) changeExemptions(ctx context.Context, changed []*customers.Record) error {
	now := c.service.Now()
	last := map[string]*customers.Record{}
	some := false
	for _, p := range changed {
		before := last[p.ID]
		if before == nil {
			before = c.before[p.ID]
		}
		last[p.ID] = p
		var first time.Time
		switch {
		case !sameExemptions(before.Exemptions, p.Exemptions):
			dated := p.DatedExemptions(c.service.IDs.Make)
			if err := c.insertDated(ctx, dated); err != nil {
				return err
			}
			// What was recorded first has always held.
			if first = dated[0].ValidFrom; dated.First().Value != nil {
				first = time.Time{}
			}
		case !service.SameJSON(before.TaxExempt, p.TaxExempt):
			if _, err := c.service.ChangeDated(ctx, c.bulk.Tx, schema.DatedTaxExempt, p.ID, before.TaxExempt, p.TaxExempt, p.CreatedAt, now); err != nil {
				return err
			}
			first = now
		default:
			continue
		}
		some = true
		if err := c.service.Audit(ctx, c.bulk.Tx, "customer.exemption", p.ID, map[string]any{"reason": p.TaxExempt, "from": first}); err != nil {
			return err
		}
		if err := c.service.rates.RestateExemption(ctx, c.bulk.Tx, p.ID, p.TaxExempt, first); err != nil {
			return err
		}
	}
	if !some {
		return nil
	}
	return c.service.SnapshotChanged(ctx, c.bulk.Tx, service.SnapshotBook)
}

// holdTax holds the rates, before any customer, if records say when customers were exempt from tax.
func (c *chunk) holdTax(ctx context.Context, records []customers.Record) error {
	exempt := func(r customers.Record) bool {
		return r.TaxExempt != nil || len(r.Exemptions) > 0 || r.Has != nil && r.Has("tax_exempt")
	}
	if c.bulk == nil || !slices.ContainsFunc(records, exempt) {
		return nil
	}
	return c.service.rates.HoldRates(ctx, c.bulk.Tx)
}

// stageMoves are the changes of stage that new customers of a file begin with.
func stageMoves(made []*customers.Record) (moves []stageRow) {
	for _, p := range made {
		switch {
		case len(p.StageFacts) == 0 && p.StageFacts != nil && p.Stage != schema.Stranger: // without a change they would always have been in it
			moves = append(moves, stageRow{customerID: p.ID, to: p.Stage, kind: schema.StageDeparture, at: input.OrZero(p.DepartedAt), reason: "left us" + stage.ReasonImported, actor: "system"})
		case p.StageFacts != nil:
			for n, change := range p.StageChanges() {
				moves = append(moves, stageRow{p.ID, schema.Stage(change.To), schema.StageChangeKind(change.Kind), change.At, p.StageFacts[n].RecordedAt, change.Reason, "system"})
			}
		case p.StageOverruled != "":
			moves = append(moves, stageRow{customerID: p.ID, to: p.Stage, kind: schema.StageOverruled, at: p.StageOverruledAt, reason: stage.ReasonOverruled + p.StageOverruled, actor: "system"})
		case p.Stage != schema.Stranger:
			moves = append(moves, stageRow{customerID: p.ID, to: p.Stage, kind: schema.StageRecorded, at: p.CreatedAt, reason: stage.ReasonRecorded, actor: "system"})
		}
	}
	return moves
}

// keptChange is a change of a customer's stage, as it is kept.
type keptChange struct {
	stage.Change

	recordedAt time.Time
}

// describeStage fills in the facts that an exported customer's stage follows from, but for what other files have: by its changes, in the order of
// their recording, and the moments of permissions.
func describeStage(r *customers.Record, changes []keptChange, permitted []time.Time) {
	r.StageFacts = []customers.StageFact{}
	begun := stage.Begin(stage.Stage(r.Stage), nil)
	if len(changes) > 0 {
		begun = stage.Begin("", []stage.Change{changes[0].Change})
	}
	if begun.Recorded != stage.Stranger {
		fact := customers.StageFact{Kind: schema.StageRecorded, Stage: schema.Stage(begun.Recorded), At: r.CreatedAt.UTC(), RecordedAt: r.CreatedAt.UTC()}
		if len(changes) > 0 && changes[0].Kind == stage.KindRecorded {
			fact.At, fact.RecordedAt = changes[0].At, changes[0].recordedAt
		}
		r.StageFacts = append(r.StageFacts, fact)
	}
	for _, one := range changes {
		switch one.Kind {
		case stage.KindPermission:
			permitted = append(permitted, one.At)
		case stage.KindOverruled:
			r.StageFacts = append(r.StageFacts, customers.StageFact{
				Kind: schema.StageOverruled, Stage: schema.Stage(one.To), At: one.At, RecordedAt: one.recordedAt, Reason: strings.TrimPrefix(one.Reason, stage.ReasonOverruled),
			})
		}
	}
	slices.SortFunc(permitted, time.Time.Compare)
	for _, at := range slices.CompactFunc(permitted, time.Time.Equal) {
		recorded := at
		if created := r.CreatedAt.UTC(); created.After(at) { // the stage that they were recorded with comes first
			recorded = created
		}
		r.StageFacts = append(r.StageFacts, customers.StageFact{Kind: schema.StagePermission, At: at, RecordedAt: recorded})
	}
	slices.SortStableFunc(r.StageFacts, func(a, b customers.StageFact) int { return a.RecordedAt.Compare(b.RecordedAt) })
	last := len(changes) - 1
	if r.StageOverruled, r.StageOverruledAt = "", (time.Time{}); last >= 0 && changes[last].Kind == stage.KindOverruled {
		r.StageOverruled, r.StageOverruledAt = strings.TrimPrefix(changes[last].Reason, stage.ReasonOverruled), changes[last].At
	}
}

// completeStage gives a new customer the stage that the facts of the file make: what was ordered comes with the orders.
func completeStage(p *customers.Record) {
	if p.StageFacts != nil {
		p.Stage = p.StageOfFacts()
	}
}

// exemptNow reports whether prices must learn of the exemption of a new customer.
func exemptNow(p *customers.Record) bool {
	return input.OrZero(p.TaxExempt) != "" || len(p.Exemptions) > 0
}
