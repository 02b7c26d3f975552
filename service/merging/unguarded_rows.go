package merging

import (
	"context"
	"slices"
	"time"

	"kopeck/auth"
	"kopeck/ent"
	"kopeck/ent/contactpoint"
	"kopeck/id"
	"kopeck/schema"
	"kopeck/service/customers"
	"kopeck/stage"
	"kopeck/store"
)

// What a merge and its undoing move past the guard. The actor may see and change both customers; what belongs to them follows, also what
// this actor may not see, such as a contact of a colleague, and what nobody may change, such as the history of stages.

// beginOfTime is before all orders.
var beginOfTime = time.Unix(0, 0).UTC()

// moveRows makes all rows of the merged customer the kept one's, and notes for each to whom it goes back.
func (s *Service) moveRows(ctx context.Context, tx *store.Tx, m *merge) error {
	if err := s.sealPermissions(ctx, tx, m.merged.ID, m.kept.ID); err != nil {
		return err
	}
	for _, p := range moved() {
		if err := move(ctx, tx, m.id, p, m.merged.ID, m.kept.ID, ""); err != nil {
			return err
		}
	}
	if err := renameHolds(ctx, tx, m.merged.ID, m.kept.ID); err != nil {
		return err
	}
	if err := s.moveOnce(ctx, tx, m); err != nil {
		return err
	}
	if err := clearSelves(ctx, tx, m); err != nil {
		return err
	}
	if err := moveFields(ctx, tx, m); err != nil {
		return err
	}
	return s.moveDated(ctx, tx, m)
}

// renameHolds makes the keys of what is held for a customer by prices of another, which begin with the other's id, those of the same prices of
// the customer.
func renameHolds(ctx context.Context, tx *store.Tx, from, to string) error {
	_, err := tx.Exec(ctx, "UPDATE bookings SET hold = CAST(? AS text) || substr(hold, ?) WHERE held_for = ? AND substr(hold, 1, ?) = ?", to, len(from)+1, to, len(from), from)
	return err
}

// move makes the rows of a place that are of one customer another's, and notes that they go back to the first. condition is "" or " AND …".
func move(ctx context.Context, tx *store.Tx, mergeID string, p Place, from, to, condition string, args ...any) error {
	if _, err := tx.Exec(ctx, "INSERT INTO merged_rows (merge_id, place, row_id, belongs_to) SELECT CAST(? AS text), CAST(? AS text), id, "+p.Column+" FROM "+p.Table+
		" WHERE "+p.Column+" = ?"+condition, append([]any{mergeID, p.String(), from}, args...)...); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, "UPDATE "+p.Table+" SET "+p.Column+" = ? WHERE "+p.Column+" = ?"+condition, append([]any{to, from}, args...)...)
	return err
}

// moveOnce moves the rows of the merged customer of which the kept one does not have the same.
func (s *Service) moveOnce(ctx context.Context, tx *store.Tx, m *merge) error {
	for _, c := range []*ent.Customer{m.kept, m.merged} {
		if err := s.customers.KeepMain(ctx, tx, c); err != nil {
			return err
		}
	}
	for _, p := range once {
		condition := " AND NOT EXISTS (SELECT 1 FROM " + p.Table + " k WHERE k.customer_id = ? AND " + p.same + ")"
		if err := move(ctx, tx, m.id, p.Place, m.merged.ID, m.kept.ID, condition, m.kept.ID); err != nil {
			return err
		}
	}
	return nil
}

// clearSelves makes recommendations of one of the two customers by the other be about nobody: nobody recommends themselves.
func clearSelves(ctx context.Context, tx *store.Tx, m *merge) error {
	for place, which := range map[string]string{
		"contacts":            "about_id = ? AND customer_id = about_id",
		"contact_corrections": "about_id = ? AND contact_id IN (SELECT id FROM contacts WHERE customer_id = ?)",
	} {
		args := []any{m.kept.ID}
		if place == "contact_corrections" {
			args = append(args, m.kept.ID)
		}
		if _, err := tx.Exec(ctx, "INSERT INTO merged_rows (merge_id, place, row_id, belongs_to) SELECT CAST(? AS text), CAST(? AS text), id, about_id FROM "+place+" WHERE "+which+
			" ON CONFLICT (merge_id, place, row_id) DO NOTHING", append([]any{m.id, place + ".about_id"}, args...)...); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, "UPDATE "+place+" SET about_id = NULL WHERE "+which, args...); err != nil {
			return err
		}
	}
	return nil
}

// moveDated puts departures together. Of segments and exemptions from tax one history wins: that of the customer whose value the kept one
// has, and where neither has one now, the one that there is, or of two the one that the caller takes; the other one is the merged customer's
// from then on, whom nobody asks for it.
func (s *Service) moveDated(ctx context.Context, tx *store.Tx, m *merge) error {
	dated := Place{Table: "dated_values", Column: "subject"}
	if err := move(ctx, tx, m.id, dated, m.merged.ID, m.kept.ID, " AND name = '"+string(schema.DatedDeparture)+"'"); err != nil {
		return err
	}
	for _, of := range []struct {
		name         schema.DatedName
		column       string
		kept, merged bool // whether each has a value now
	}{
		{schema.DatedSegment, "segment", m.kept.Segment != nil, m.merged.Segment != nil},
		{schema.DatedTaxExempt, "tax_exempt", m.kept.TaxExempt != nil, m.merged.TaxExempt != nil},
	} {
		known, err := s.DatedOf(ctx, tx, of.name, m.kept.ID, m.merged.ID)
		if err != nil {
			return err
		}
		wins := of.merged && (!of.kept || m.takes(of.column))
		if !of.kept && !of.merged {
			wins = len(known[m.merged.ID]) > 0 && (len(known[m.kept.ID]) == 0 || m.takes(of.column))
		}
		if !wins {
			continue
		}
		name := of.name
		for _, one := range [][2]string{{m.kept.ID, m.id}, {m.merged.ID, m.kept.ID}, {m.id, m.merged.ID}} { // by way of the merge's id
			if _, err := tx.Exec(ctx, "UPDATE dated_values SET subject = ? WHERE subject = ? AND name = ?", one[1], one[0], string(name)); err != nil {
				return err
			}
		}
		if _, err := tx.Exec(ctx, `INSERT INTO merged_rows (merge_id, place, row_id, belongs_to)
			SELECT CAST(? AS text), CAST(? AS text), id, CASE WHEN subject = ? THEN CAST(? AS text) ELSE CAST(? AS text) END FROM dated_values WHERE name = ? AND subject IN (?, ?)`,
			m.id, dated.String(), m.kept.ID, m.merged.ID, m.kept.ID, string(name), m.kept.ID, m.merged.ID); err != nil {
			return err
		}
	}
	return nil
}

// sealPermissions notes, of the permissions of a customer that become another's, with whom their logs are sealed.
func (s *Service) sealPermissions(ctx context.Context, tx *store.Tx, from, to string) error {
	_, err := tx.Exec(ctx, "UPDATE permissions SET sealed_for = CASE WHEN coalesce(sealed_for, customer_id) = ? THEN NULL ELSE coalesce(sealed_for, customer_id) END WHERE customer_id = ?", to, from)
	return err
}

// keepStages gives customers whose stage has always been the one that they were recorded with a change that says so, as others have:
// with the changes of another among theirs it could not be told.
func (s *Service) keepStages(ctx context.Context, tx *store.Tx, of ...*ent.Customer) error {
	for _, c := range of {
		if c.Stage == schema.Stranger {
			continue
		}
		if _, err := tx.Exec(ctx, `INSERT INTO stage_changes (id, customer_id, from_stage, to_stage, kind, at, recorded_at, reason, actor)
			SELECT CAST(? AS text), id, CAST(? AS text), stage, CAST(? AS text), created_at, created_at, CAST(? AS text), CAST(? AS text)
			FROM customers c WHERE c.id = ? AND NOT EXISTS (SELECT 1 FROM stage_changes s WHERE s.customer_id = c.id)`,
			s.IDs.Make(id.StageChange), string(schema.Stranger), string(schema.StageRecorded), stage.ReasonRecorded, "system", c.ID); err != nil {
			return err
		}
	}
	return nil
}

// ownPoints returns the contact points of the kept customer of a merge but for those that go back with the merged one, the oldest first.
func ownPoints(ctx context.Context, tx *store.Tx, u *undoing) ([]*ent.ContactPoint, error) {
	var theirs []string
	place := Place{Table: "contact_points", Column: "customer_id"}
	err := store.Each(ctx, tx, "SELECT row_id FROM merged_rows WHERE merge_id = ? AND place = ? AND belongs_to = ?", []any{u.id, place.String(), u.merged.ID}, func(scan store.ScanFunc) error {
		var row string
		err := scan(&row)
		theirs = append(theirs, row)
		return err
	})
	if err != nil {
		return nil, err
	}
	points, err := tx.ContactPoint.Query().Where(contactpoint.CustomerID(u.kept.ID)).All(auth.System(ctx))
	points = slices.DeleteFunc(points, func(p *ent.ContactPoint) bool { return slices.Contains(theirs, p.ID) })
	slices.SortFunc(points, customers.OlderPoint)
	return points, err
}

// stagesOfChanges puts customers into the stage of their last change, from which settling goes on.
func (s *Service) stagesOfChanges(ctx context.Context, tx *store.Tx, ids []string) error {
	for _, one := range ids {
		if _, err := tx.Exec(ctx, `UPDATE customers SET stage = coalesce((SELECT s.to_stage FROM stage_changes s WHERE s.customer_id = customers.id ORDER BY s.recorded_at DESC, s.id DESC LIMIT 1), 'STRANGER')
			WHERE id = ?`, one); err != nil {
			return err
		}
	}
	return nil
}

// writeIdentity gives a customer what a merge found beside the row.
func (s *Service) writeIdentity(ctx context.Context, tx *store.Tx, mergeID string, one customers.Identity) error {
	return tx.InsertRows(ctx, "customer_identities", []string{"id", "customer_id", "kind", "value", "value_key", "merge_id"},
		[][]any{{s.IDs.Make(id.Identity), one.CustomerID, string(one.Kind), one.Value, one.Key, mergeID}})
}

// giveBack undoes the moves of a merge: every row that it noted, and that is still one of the two customers', goes back.
func (s *Service) giveBack(ctx context.Context, tx *store.Tx, u *undoing) error {
	places := append(moved(), Place{Table: "dated_values", Column: "subject"})
	for _, p := range once {
		places = append(places, p.Place)
	}
	for _, p := range places {
		if p.Table == "permissions" { // which are sealed for whom they have been
			if _, err := tx.Exec(ctx, `UPDATE permissions SET sealed_for = CASE WHEN coalesce(sealed_for, customer_id) = ? THEN NULL ELSE coalesce(sealed_for, customer_id) END
				WHERE customer_id = ? AND id IN (SELECT row_id FROM merged_rows WHERE merge_id = ? AND place = ? AND belongs_to = ?)`,
				u.merged.ID, u.kept.ID, u.id, p.String(), u.merged.ID); err != nil {
				return err
			}
		}
		if _, err := tx.Exec(ctx, "UPDATE "+p.Table+" SET "+p.Column+` = (SELECT r.belongs_to FROM merged_rows r WHERE r.merge_id = ? AND r.place = ? AND r.row_id = `+p.Table+`.id)
			WHERE `+p.Column+" IN (?, ?) AND id IN (SELECT row_id FROM merged_rows WHERE merge_id = ? AND place = ?)",
			u.id, p.String(), u.kept.ID, u.merged.ID, u.id, p.String()); err != nil {
			return err
		}
	}
	for table, condition := range map[string]string{"contacts": " AND kind = 'RECOMMENDATION'", "contact_corrections": ""} { // what clearSelves took
		if _, err := tx.Exec(ctx, "UPDATE "+table+" SET about_id = (SELECT r.belongs_to FROM merged_rows r WHERE r.merge_id = ? AND r.place = ? AND r.row_id = "+table+`.id)
			WHERE about_id IS NULL AND id IN (SELECT row_id FROM merged_rows WHERE merge_id = ? AND place = ?)`+condition, u.id, table+".about_id", u.id, table+".about_id"); err != nil {
			return err
		}
	}
	if err := renameHolds(ctx, tx, u.kept.ID, u.merged.ID); err != nil {
		return err
	}
	if err := s.giveBackFields(ctx, tx, u); err != nil {
		return err
	}
	return s.giveBackFollowing(ctx, tx, u)
}
