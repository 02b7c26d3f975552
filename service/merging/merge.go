package merging

import (
	"context"
	"encoding/json"
	"slices"

	"kopeck/auth"
	"kopeck/ent"
	"kopeck/ent/priceagreement"
	"kopeck/fault"
	"kopeck/id"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/service/consent"
	"kopeck/service/customers"
	"kopeck/service/input"
	"kopeck/store"
)

const maxReason = 1000

// taken has the columns that a value of MergedField is about.
var taken = map[service.MergedField]string{
	service.MergedFieldKind: "kind", service.MergedFieldName: "name", service.MergedFieldEmail: "email", service.MergedFieldPhone: "phone",
	service.MergedFieldExternalID: "external_id", service.MergedFieldSegment: "segment", service.MergedFieldOwner: "owner_id",
	service.MergedFieldReferredBy: "referred_by_id", service.MergedFieldPartner: "partner_id", service.MergedFieldWallet: "wallet",
	service.MergedFieldBirthday: "birthday", service.MergedFieldMeasurements: "measurements", service.MergedFieldTaxExempt: "tax_exempt",
	service.MergedFieldFields: "fields",
}

// merge is a merge on its way.
type merge struct {
	id           string
	kept, merged *ent.Customer // as they were
	after        *ent.Customer // the kept one as it will be
	takes        func(column string) bool
	reason       *string
	version      int // of both afterwards: greater than any that a client knows of either
}

// MergeCustomers makes one customer of two, in one transaction, and returns the merge. All that belonged to the merged one belongs to the kept
// one from then on, and what follows from it is as if they had always been one.
//
// Faults: INVALID by field; NOT_FOUND on keepId and mergeId; FORBIDDEN for who changes no customers, on mergeId for who may not restate
// taxes where the two differ in their exemption, and on take for SALES where a colleague would become the owner of the kept customer, or of what
// was the merged one's; VERSION_CONFLICT on keepVersion and mergeVersion; WRONG_STATE on idempotencyKey for a merge that was undone since.
func (s *Service) MergeCustomers(ctx context.Context, in service.MergeCustomersInput) (*service.CustomerMerge, error) {
	if _, err := auth.Writer(ctx, "Customer"); err != nil {
		return nil, err
	}
	var faults fault.List
	faults.Add(checkPair("keepId", in.KeepID, "mergeId", in.MergeID))
	reason, err := input.OptionalText("reason", in.Reason, maxReason)
	faults.Add(err)
	columns := make([]string, len(in.Take))
	for i, one := range in.Take {
		columns[i] = taken[one]
	}
	if err := faults.Or(); err != nil {
		return nil, err
	}
	made, err := s.Write(ctx, service.Verb{Name: "mergeCustomers", Key: in.IdempotencyKey, Body: in}, func(ctx context.Context, tx *store.Tx) (string, error) {
		m := &merge{id: s.IDs.Make(id.Merge), reason: reason, takes: func(column string) bool { return slices.Contains(columns, column) }}
		if err := s.lockPair(ctx, tx, m, in); err != nil {
			return "", err
		}
		return m.id, s.merge(ctx, tx, m)
	})
	if err != nil {
		return nil, err
	}
	if stored, err := mergeByID(ctx, s.Store, made); err != nil {
		return nil, err
	} else if stored != nil && stored.undone {
		return nil, fault.New(fault.WrongState, "idempotencyKey", "the merge that was made by this key, %s, is undone: to merge the customers again send another key", made)
	}
	return s.Merge(ctx, made)
}

// lockPair locks the customers of a merge, both of whom the actor may see and change, and checks that they can be merged.
func (s *Service) lockPair(ctx context.Context, tx *store.Tx, m *merge, in service.MergeCustomersInput) (err error) {
	if err := s.hold(ctx, tx, nil, in.KeepID, in.MergeID, s.Kept(in.KeepID), s.Kept(in.MergeID)); err != nil {
		return err
	}
	var faults fault.List
	m.kept, err = s.LockCustomer(ctx, tx, "keepId", in.KeepID)
	faults.Add(err)
	m.merged, err = s.LockCustomer(ctx, tx, "mergeId", in.MergeID)
	faults.Add(err)
	if err := faults.Or(); err != nil {
		return err
	}
	if m.kept.ID == m.merged.ID {
		return sameCustomer("mergeId")
	}
	faults.Add(checkVersion("keepVersion", in.KeepVersion, m.kept.Version))
	faults.Add(checkVersion("mergeVersion", in.MergeVersion, m.merged.Version))
	if err := s.mayPut(ctx, tx, "mergeId", m.kept, m.merged); err != nil {
		faults.Add(err)
	}
	m.version = max(m.kept.Version, m.merged.Version) + 1
	return faults.Or()
}

// mayPut returns FORBIDDEN for who lacks the scope floor where putting two customers together, or dividing them, needs it: where either is or was
// exempt from tax, since the orders of one are restated by the history of the other then; and where either has an agreed price, which was agreed
// for them alone and may be below the floor; one that has ended is still promised by the tokens of its last prices.
func (s *Service) mayPut(ctx context.Context, tx *store.Tx, field string, a, b *ent.Customer) error {
	if actor, _ := auth.From(ctx); actor.Has(auth.ScopeFloor) {
		return nil
	}
	dated, err := s.DatedOf(ctx, tx, schema.DatedTaxExempt, a.ID, b.ID)
	if err != nil {
		return err
	}
	if a.TaxExempt != nil || b.TaxExempt != nil || len(dated) > 0 {
		return fault.New(fault.Forbidden, field, "the customers differ in their exemption from tax: merging them or undoing it restates what is booked, and takes the scope floor")
	}
	now := s.Now().Add(-s.Settings().PriceLife)
	agreed, err := tx.PriceAgreement.Query().Where(
		priceagreement.CustomerIDIn(a.ID, b.ID), priceagreement.StateEQ(schema.AgreementAgreed),
		priceagreement.Or(priceagreement.ValidToIsNil(), priceagreement.ValidToGT(now)), priceagreement.Or(priceagreement.EndedAtIsNil(), priceagreement.EndedAtGT(now)),
	).Exist(ctx)
	if err == nil && agreed {
		err = fault.New(fault.Forbidden, field, "a price is agreed for one of the customers, which would be the other's: merging them takes the scope floor, until some time after it is ended")
	}
	return err
}

// merge does all that a merge changes. The transaction holds what hold does.
func (s *Service) merge(ctx context.Context, tx *store.Tx, m *merge) (err error) {
	if m.after, err = customers.Merged(m.kept, m.merged, m.takes); err != nil {
		return err
	}
	if m.changesHands() {
		if err := customers.CheckTakes(ctx, "take", *m.after.OwnerID); err != nil {
			return err
		}
	}
	if err := s.consent.Stricter(ctx, tx, m.sides(), sourceOf(m.id)); err != nil {
		return err
	}
	if err := s.keepStages(ctx, tx, m.kept, m.merged); err != nil {
		return err
	}
	if err := s.writeMerge(ctx, tx, m); err != nil {
		return err
	}
	if err := s.hide(ctx, tx, m); err != nil {
		return err
	}
	if err := noteStages(ctx, tx, m); err != nil {
		return err
	}
	if err := s.moveRows(ctx, tx, m); err != nil {
		return err
	}
	if m.after.ReferredByID, err = s.referrer(ctx, tx, m); err != nil {
		return err
	}
	if err := s.writeKept(ctx, tx, m); err != nil {
		return err
	}
	if err := s.settle(ctx, tx, []*ent.Customer{m.kept}, []*ent.Customer{m.merged}, "merged with another customer"); err != nil {
		return err
	}
	moved, err := s.handOverTasks(ctx, tx, m)
	if err != nil {
		return err
	}
	if err := s.tasksChanged(ctx, tx, m.id, m.kept.ID, m.merged.ID, moved); err != nil {
		return err
	}
	detail := map[string]any{"merge": m.id, "kept": m.kept.ID, "merged": m.merged.ID, "reason": m.reason}
	for _, one := range []string{m.kept.ID, m.merged.ID} {
		if err := s.Audit(ctx, tx, "customer.merge", one, detail); err != nil {
			return err
		}
	}
	return s.changed(ctx, tx, m.id, m.kept.ID, m.merged.ID, s.customers.Changes(m.kept, m.after))
}

// changesHands reports whether the owner of either customer loses them to another.
func (m *merge) changesHands() bool {
	after := input.OrZero(m.after.OwnerID)
	return after != input.OrZero(m.kept.OwnerID) || m.merged.OwnerID != nil && *m.merged.OwnerID != after
}

// sides says whose partner the kept customer has.
func (m *merge) sides() consent.Sides {
	of := consent.Sides{Kept: m.kept.ID, Merged: m.merged.ID}
	theirs, others := input.OrZero(m.kept.PartnerID), input.OrZero(m.merged.PartnerID)
	switch {
	case theirs == others:
	case input.OrZero(m.after.PartnerID) == others:
		of.Partner = m.merged.ID
	default:
		of.Partner = m.kept.ID
	}
	return of
}

// hide deletes the merged customer, whose row keeps its values, and ends that the two are not the same.
func (s *Service) hide(ctx context.Context, tx *store.Tx, m *merge) error {
	now := s.Now()
	hidden, err := tx.Customer.UpdateOneID(m.merged.ID).SetDeletedAt(now).SetMergedIntoID(m.kept.ID).SetVersion(m.version).SetUpdatedAt(now).Save(ctx)
	if err != nil {
		return err
	}
	if err := s.customers.WriteTerms(ctx, tx, hidden); err != nil {
		return err
	}
	return s.revokeNotSame(ctx, tx, m.kept.ID, m.merged.ID)
}

// referrer returns who referred the kept customer: as the caller says, the one of the kept or of the merged customer, unless that one was
// referred by them, directly or through others. One whom the actor may not see is nobody to them, and gives way to one whom they see; a circle
// through such a one is written: either told of them otherwise. The rows have been moved.
func (s *Service) referrer(ctx context.Context, tx *store.Tx, m *merge) (*string, error) {
	wanted := []*string{m.kept.ReferredByID, m.merged.ReferredByID}
	if m.takes("referred_by_id") {
		slices.Reverse(wanted)
	}
	var hidden *string
	for _, by := range wanted {
		if by == nil || *by == m.kept.ID || *by == m.merged.ID {
			continue
		}
		above, err := customers.IsSeenAbove(ctx, tx, m.kept.ID, *by)
		if err != nil {
			return nil, err
		}
		unseen, err := service.IsHidden(ctx, tx, *by)
		switch {
		case err != nil:
			return nil, err
		case above:
		case !unseen:
			return by, nil
		case hidden == nil:
			hidden = by
		}
	}
	return hidden, nil
}

// writeKept writes the values of the kept customer, and as identities those of both that are not among them.
func (s *Service) writeKept(ctx context.Context, tx *store.Tx, m *merge) error {
	before, err := tx.Customer.Get(ctx, m.kept.ID) // the referrer may have been moved
	if err != nil {
		return err
	}
	if err := s.customers.Put(ctx, tx, before, m.after, service.VersionChange{Version: m.version, Reason: service.MergedWith + m.merged.ID}); err != nil {
		return err
	}
	differ, err := customers.Differences(m.kept, m.after)
	if err != nil {
		return err
	}
	text, err := json.Marshal(differ)
	if err != nil {
		return err
	}
	if err := s.writeDifferences(ctx, tx, m.id, text); err != nil {
		return err
	}
	own := customers.IdentitiesIn(m.after)
	for _, one := range slices.Concat(customers.IdentitiesIn(m.kept), customers.IdentitiesIn(m.merged)) {
		isOwn := slices.ContainsFunc(own, func(other customers.Identity) bool { return other.Kind == one.Kind && other.Key == one.Key })
		if isOwn {
			continue
		}
		one.CustomerID = m.kept.ID
		own = append(own, one)
		if err := s.writeIdentity(ctx, tx, m.id, one); err != nil {
			return err
		}
	}
	after, err := tx.Customer.Get(ctx, m.kept.ID)
	if err != nil {
		return err
	}
	if err := s.customers.WriteTerms(ctx, tx, after); err != nil {
		return err
	}
	// Who knows the merged customer finds what an update of theirs would overwrite.
	change := service.VersionChange{Version: m.version, Fields: s.customers.Changes(m.merged, after), Reason: service.MergedInto + m.kept.ID}
	return s.AuditVersion(ctx, tx, service.CustomerUpdate, m.merged.ID, change)
}

// settle computes again all that follows from the facts of customers. Those of gone have none any more.
func (s *Service) settle(ctx context.Context, tx *store.Tx, live, gone []*ent.Customer, reason string) error {
	ids := func(of []*ent.Customer) []string {
		all := make([]string, len(of))
		for i, c := range of {
			all[i] = c.ID
		}
		return all
	}
	if err := s.stagesOfChanges(ctx, tx, ids(live)); err != nil {
		return err
	}
	dated, err := s.DatedOf(ctx, tx, schema.DatedTaxExempt, append(ids(live), ids(gone)...)...)
	if err != nil {
		return err
	}
	wasExempt := func(c *ent.Customer) bool { return c.TaxExempt != nil || len(dated[c.ID]) > 0 }
	if slices.ContainsFunc(live, wasExempt) || slices.ContainsFunc(gone, wasExempt) { // the orders of each were taxed by the history of either
		for _, c := range live {
			is, err := tx.Customer.Get(ctx, c.ID)
			if err != nil {
				return err
			}
			if err := s.rates.RestateExemption(ctx, tx, c.ID, is.TaxExempt, beginOfTime); err != nil {
				return err
			}
		}
	}
	return s.books.SettleMerged(ctx, tx, ids(live), ids(gone), reason)
}

// changed says what processes and subscribers are to read again after a merge or its undoing, by which fields of the kept customer have changed.
// Who may not know of merges hears of what has moved as far as they see that.
func (s *Service) changed(ctx context.Context, tx *store.Tx, mergeID, keptID, mergedID string, fields map[string]service.Change) error {
	moved, err := movedNouns(ctx, tx, mergeID)
	if err != nil {
		return err
	}
	changes := slices.Concat([]string{service.MergesChanged}, moved, service.ChangedFields(fields))
	for _, one := range []string{keptID, mergedID} {
		if err := s.CustomerChanged(ctx, tx, one, changes...); err != nil {
			return err
		}
	}
	if err := s.SnapshotChanged(ctx, tx, service.SnapshotMerged); err != nil {
		return err
	}
	return s.SnapshotChanged(ctx, tx, service.SnapshotBook) // agreements, exemptions and holds are in it
}
