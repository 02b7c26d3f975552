package bulk

import (
	"context"
	"maps"
	"slices"
	"time"

	"kopeck/ent"
	"kopeck/fault"
	"kopeck/id"
	"kopeck/lifetime"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/service/campaigns"
	"kopeck/service/customers"
	"kopeck/service/input"
	"kopeck/service/ownfields"
	"kopeck/store"
)

// Customers imports customers. One that exists (by its id, or else by its external id, or else by its e-mail, or else by its
// phone) is left alone if what the file gives is the same; else it is changed with i.Update, and rejected without. What the
// file does not give stays as it is, and so does the stage of one that exists: it follows from what happened. Permissions are never touched.
// An exemption from tax that is changed holds from now on; its history is taken where there is none. An owner who does not exist is created,
// inactive and without a password.
func (i *Import) Customers(ctx context.Context, records []customers.Record) ([]Verdict, error) {
	return i.alone(ctx, len(records), func(ctx context.Context, c *chunk) error { return c.importCustomers(ctx, records) })
}

func (c *chunk) importCustomers(ctx context.Context, records []customers.Record) error {
	var owners []string
	for _, r := range records {
		if _, err := input.Email("owner", r.Owner); r.Owner != "" && err == nil {
			owners = append(owners, r.Owner)
		}
	}
	if err := c.holdTax(ctx, records); err != nil {
		return err
	}
	if err := holdFields(ctx, c, records, func(r *customers.Record) ownfields.Texts { return r.OwnFields }); err != nil {
		return err
	}
	if err := c.findStaff(ctx, owners); err != nil {
		return err
	}
	stored, err := c.storedCustomers(ctx, records)
	if err != nil {
		return err
	}
	if err := c.readExemptions(ctx, stored); err != nil {
		return err
	}
	if err := c.readFields(ctx, schema.FieldOfCustomer, maps.Keys(stored.byID)); err != nil {
		return err
	}
	known, err := c.readReach(ctx, stored, records)
	if err != nil {
		return err
	}
	partners, err := c.partnersOf(ctx, records)
	if err != nil {
		return err
	}
	var codes []string
	for _, r := range records {
		if r.Campaign != "" {
			codes = append(codes, r.Campaign)
		}
	}
	slices.Sort(codes)
	brought, err := campaigns.ByCodes(ctx, c.reader, slices.Compact(codes))
	if err != nil {
		return err
	}
	var changed []*customers.Record
	for n := range records {
		given, err := c.checkCustomer(&records[n], partners, brought)
		if err != nil {
			c.verdicts[n] = Verdict{Outcome: Rejected, Reason: reason(err)}
			continue
		}
		switch c.verdicts[n] = c.decide(stored, known, given); c.verdicts[n].Outcome {
		case Added:
			c.made = append(c.made, given)
			stored.add(given)
			c.own.Set(given.ID, given.OwnFields, true)
		case Updated:
			changed = append(changed, given)
			stored.add(given)
			c.own.Set(given.ID, given.OwnFields, false)
		}
	}
	if c.bulk == nil {
		return nil
	}
	return c.writeCustomers(ctx, records, changed)
}

// partnersOf returns the ids of partners by name, for records that name one without an id.
func (c *chunk) partnersOf(ctx context.Context, records []customers.Record) (map[string][]string, error) {
	var names []string
	for _, r := range records {
		if r.PartnerID == nil && r.Partner != "" {
			names = append(names, r.Partner)
		}
	}
	return c.partnersNamed(ctx, names)
}

// checkCustomer checks a record and makes a row of it; the record stays as it is, for another try.
func (c *chunk) checkCustomer(r *customers.Record, partners map[string][]string, brought map[string]string) (*customers.Record, error) {
	row, given := *r.Customer, *r
	given.Customer = &row
	if r.PartnerID == nil && r.Partner != "" {
		ids := partners[r.Partner]
		if len(ids) != 1 {
			return nil, fault.Invalidf("partner", "%d partners are called %q: want the partner's id in a column partner_id", len(ids), input.Excerpt(r.Partner))
		}
		row.PartnerID = &ids[0]
	}
	if err := given.Check(c.locale()); err != nil {
		return nil, err
	}
	var err error
	if given.OwnFields, err = c.own.Check(given.OwnFields); err != nil {
		return nil, err
	}
	row.LastOrderAt = lifetime.NoStatistics().LastOrderAt
	if row.CreatedAt.IsZero() {
		row.CreatedAt = c.service.Now()
	}
	if given.Campaign != "" {
		campaignID, known := brought[given.Campaign]
		if !known {
			return nil, fault.Invalidf("campaign", "there is no campaign %s; createCampaign makes one", input.Excerpt(given.Campaign))
		}
		row.CampaignID = &campaignID
	}
	if given.Owner != "" {
		owner := c.people[input.EmailKey(given.Owner)]
		row.OwnerID = &owner
	}
	return &given, nil
}

func (c *chunk) locale() customers.Locale { return customers.LocaleOf(c.service.Core) }

// decide decides what an import does with a record. What the record's file does not give it gets from the customer that exists.
func (c *chunk) decide(stored storedCustomers, known *reach, given *customers.Record) Verdict {
	existing, v := stored.find(given)
	switch {
	case v.Outcome == Rejected:
		return v
	case stored.away.find(stored, given) != "":
		return Verdict{Outcome: Present}
	case existing == nil:
		if err := given.CheckNew(c.locale()); err != nil {
			return Verdict{Outcome: Rejected, Reason: reason(err)}
		}
		if v := c.checkExemption(given); v.Outcome == Rejected {
			return v
		}
		if given.ID == "" {
			given.ID = c.service.IDs.Make(id.Customer)
		}
		known.merge(c.service.IDs.Make, &customers.Record{Customer: &ent.Customer{}}, given)
		completeStage(given)
		return stored.taken(given, "")
	}
	differ := given.Merge(existing)
	exemptions, v := c.compareExemptions(existing, given)
	if v.Outcome == Rejected {
		return v
	}
	differ = append(append(differ, exemptions...), c.own.Differ(existing.ID, given.OwnFields)...)
	differ = append(differ, known.merge(c.service.IDs.Make, existing, given)...)
	switch v = stored.taken(given, existing.ID); {
	case v.Outcome == Rejected:
		return v
	case len(differ) == 0:
		return Verdict{Outcome: Present}
	case !c.Update:
		return existsOtherwise("customer", differ)
	}
	if c.before[given.ID] == nil { // the first of the file, where two rows are of one customer
		c.before[given.ID] = existing
	}
	return Verdict{Outcome: Updated}
}

// changeSegments records the segments that an import changes.
func (c *chunk) changeSegments(ctx context.Context, changed []*customers.Record) error {
	for _, p := range changed {
		if err := c.service.books.ChangeSegment(ctx, c.bulk.Tx, p.ID, c.before[p.ID].Segment, p.Segment, p.CreatedAt); err != nil {
			return err
		}
	}
	return nil
}

// auditFacts records what an import changes of the facts that prices of the past rest on and the audit alone has the history of: the
// measurements and the birthday. The customers have been written.
func (c *chunk) auditFacts(ctx context.Context, changed []*customers.Record) error {
	moved := map[string]map[string]service.Change{}
	var ids []string
	for _, p := range changed {
		before, fields := c.before[p.ID], map[string]service.Change{}
		if !service.SameJSON(before.Measurements, p.Measurements) {
			fields["measurements"] = service.Change{Old: before.Measurements, New: p.Measurements}
		}
		if !service.SameJSON(before.Birthday, p.Birthday) {
			fields["birthday"] = service.Change{Old: before.Birthday, New: p.Birthday}
		}
		if len(fields) > 0 {
			moved[p.ID] = fields
			ids = append(ids, p.ID)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	versions, err := c.versionsOf(ctx, ids)
	if err != nil {
		return err
	}
	var audits service.AuditRows
	for _, customerID := range slices.Compact(ids) { // they are sorted now
		change := service.VersionChange{Version: versions[customerID], Fields: moved[customerID]}
		if err := audits.Add(ctx, c.service.Core, service.CustomerUpdate, customerID, change); err != nil {
			return err
		}
	}
	return audits.Write(ctx, c.bulk.Tx)
}

func (c *chunk) writeCustomers(ctx context.Context, records []customers.Record, changed []*customers.Record) error {
	if err := c.addPartners(ctx, records); err != nil {
		return err
	}
	if err := c.linkMade(ctx); err != nil {
		return err
	}
	var owners []string
	for _, p := range slices.Concat(c.made, changed) {
		owners = append(owners, input.OrZero(p.OwnerID))
		c.affected[p.ID] = true
	}
	if err := c.addStaff(ctx, owners); err != nil {
		return err
	}
	if err := c.addCustomers(ctx); err != nil {
		return err
	}
	if err := c.insertExemptions(ctx, c.made); err != nil {
		return err
	}
	if err := c.addStageChanges(ctx, stageMoves(c.made)); err != nil {
		return err
	}
	if err := c.updateCustomers(ctx, changed); err != nil {
		return err
	}
	if err := c.changeReach(ctx, changed); err != nil {
		return err
	}
	if err := c.changeSegments(ctx, changed); err != nil {
		return err
	}
	if err := c.auditFacts(ctx, changed); err != nil {
		return err
	}
	if err := c.changeExemptions(ctx, changed); err != nil {
		return err
	}
	if err := c.writeFields(ctx); err != nil {
		return err
	}
	if err := c.insertTerms(ctx, termsOf(changed)); err != nil {
		return err
	}
	if err := c.insertOtherTerms(ctx, changed); err != nil {
		return err
	}
	c.made = nil // they are counted as added, not as named by others
	return c.settle(ctx)
}

// addPartners makes the partners that brought customers and do not exist: inactive, they cannot sign in.
func (c *chunk) addPartners(ctx context.Context, records []customers.Record) error {
	names := map[string]string{}
	for n, r := range records {
		if r.PartnerID != nil && c.verdicts[n].Outcome != Rejected {
			names[*r.PartnerID] = r.Partner
		}
	}
	found, err := c.existing(ctx, "partners", slices.Collect(maps.Keys(names)))
	if err != nil {
		return err
	}
	for partnerID := range found {
		delete(names, partnerID)
	}
	if len(names) == 0 {
		return nil
	}
	if err := c.insertPartners(ctx, names, c.service.Now()); err != nil {
		return err
	}
	return c.service.SnapshotChanged(ctx, c.bulk.Tx, service.SnapshotPeople)
}

// stageRow is a row of a stage change of a customer who was a stranger before.
type stageRow struct {
	customerID string
	to         schema.Stage
	kind       schema.StageChangeKind
	at         time.Time
	recordedAt time.Time // zero: now
	reason     string
	actor      string
}

// addStageChanges writes stage changes.
func (c *chunk) addStageChanges(ctx context.Context, moves []stageRow) error {
	now := c.service.Now()
	return c.insertStageChanges(ctx, moves, []store.Column[stageRow]{
		{Name: "id", Value: func(stageRow) any { return c.service.IDs.Make(id.StageChange) }},
		{Name: "customer_id", Value: func(m stageRow) any { return m.customerID }},
		{Name: "from_stage", Value: func(stageRow) any { return string(schema.Stranger) }},
		{Name: "to_stage", Value: func(m stageRow) any { return string(m.to) }},
		{Name: "kind", Value: func(m stageRow) any { return string(m.kind) }},
		{Name: "at", Value: func(m stageRow) any { return m.at }},
		{Name: "recorded_at", Value: func(m stageRow) any {
			if m.recordedAt.IsZero() {
				return now
			}
			return m.recordedAt
		}},
		{Name: "reason", Value: func(m stageRow) any { return m.reason }},
		{Name: "actor", Value: func(m stageRow) any { return m.actor }},
	})
}
