package contacts

import (
	"context"
	"slices"
	"time"

	"kopeck/ent"
	"kopeck/id"
	"kopeck/schema"
	"kopeck/store"
)

// keepFacts records what the facts of a contact were until a moment, at which they are corrected. They are part of what was known, which no
// role writes; the actor may change the contact.
func keepFacts(ctx context.Context, tx *store.Tx, correctionID string, c *ent.Contact, until time.Time) error {
	from := c.RecordedAt
	if c.CorrectedAt != nil {
		from = *c.CorrectedAt
	}
	var people any
	if len(c.Participants) > 0 {
		people = store.JSON{Of: c.Participants}
	}
	return tx.InsertRows(ctx, "contact_corrections", []string{
		"id", "contact_id", "known_from", "recorded_at", "kind", "direction", "channel", "at", "minutes", "exact_seconds", "staff_id", "participants", "about_id", "expense", "campaign_id",
	}, [][]any{{
		correctionID, c.ID, from, until, string(c.Kind), string(c.Direction), string(c.Channel), c.At, c.Minutes, c.ExactSeconds, c.StaffID, people, c.AboutID, c.Expense, c.CampaignID,
	}})
}

// ParticipantColumns are the columns by which the contacts of a user are found in which several people took part.
var ParticipantColumns = []string{"id", "contact_id", "user_id", "minutes"}

// ParticipantRows are the rows of those columns for a contact.
func ParticipantRows(makeID func(prefix string) string, contactID string, people []schema.Participant) (rows [][]any) {
	for _, p := range people {
		rows = append(rows, []any{makeID(id.Participant), contactID, p.UserID, p.Minutes})
	}
	return rows
}

// indexParticipants writes who took part in a contact, if they are several, in place of those who were written before, if any were. No role
// writes it; the actor may change the contact.
func indexParticipants(ctx context.Context, tx *store.Tx, makeID func(prefix string) string, contactID string, people []schema.Participant, some bool) error {
	if some {
		if _, err := tx.Exec(ctx, "DELETE FROM contact_participants WHERE contact_id = ?", contactID); err != nil {
			return err
		}
	}
	if len(people) == 0 {
		return nil
	}
	return tx.InsertRows(ctx, "contact_participants", ParticipantColumns, ParticipantRows(makeID, contactID, people))
}

// peopleOf returns the customers who took part in contacts beside their own, by contact, in the order of their ids.
func peopleOf(ctx context.Context, from store.Reader, contactIDs []string) (map[string][]string, error) {
	all := map[string][]string{}
	return all, store.EachByIDs(ctx, from, "SELECT DISTINCT contact_id, customer_id FROM contact_persons WHERE contact_id IN @ids ORDER BY contact_id, customer_id", nil, contactIDs, func(scan store.ScanFunc) error {
		var contactID, customerID string
		err := scan(&contactID, &customerID)
		all[contactID] = append(all[contactID], customerID)
		return err
	})
}

// writePeople writes the customers who took part in a contact beside its own, in place of those before.
func writePeople(ctx context.Context, tx *store.Tx, makeID func(prefix string) string, contactID string, before, after []string) error {
	for _, one := range before {
		if slices.Contains(after, one) {
			continue
		}
		if _, err := tx.Exec(ctx, "DELETE FROM contact_persons WHERE contact_id = ? AND customer_id = ?", contactID, one); err != nil {
			return err
		}
	}
	var rows [][]any
	for _, one := range after {
		if !slices.Contains(before, one) {
			rows = append(rows, []any{makeID(id.ContactPerson), contactID, one})
		}
	}
	if len(rows) == 0 {
		return nil
	}
	return tx.InsertRows(ctx, "contact_persons", PersonColumns, rows)
}

// auditOf is an entry of the audit about a contact.
type auditOf struct {
	contactID, action, actor string
	at                       time.Time
	detail                   []byte
}

// auditsOf reads what was corrected of contacts and that they were voided, oldest first. No role reads the audit log itself; the caller may see
// the contacts.
func auditsOf(ctx context.Context, from store.Reader, contactIDs []string) (all []auditOf, err error) {
	const query = "SELECT subject, action, actor, at, detail FROM audit_entries WHERE action IN ('" + contactCorrect + "', '" + contactVoid + "') AND subject IN @ids ORDER BY at, id"
	return all, store.EachByIDs(ctx, from, query, nil, contactIDs, func(scan store.ScanFunc) error {
		var a auditOf
		err := scan(&a.contactID, &a.action, &a.actor, store.UTC(&a.at), &a.detail)
		all = append(all, a)
		return err
	})
}

// expectedOf are the expected prices that a customer named in a contact and that stand, by id with their products, in the order of recording.
func expectedOf(ctx context.Context, tx *store.Tx, contactID string) (ids []string, products map[string]string, err error) {
	products = map[string]string{}
	const query = "SELECT id, product_id FROM expected_prices WHERE contact_id = ? AND voided_at IS NULL ORDER BY id"
	err = store.Each(ctx, tx, query, []any{contactID}, func(scan store.ScanFunc) error {
		var expectedID, productID string
		err := scan(&expectedID, &productID)
		ids = append(ids, expectedID)
		products[expectedID] = productID
		return err
	})
	return ids, products, err
}

// moveExpected makes an expected price one that was named in another contact. The actor may change both contacts.
func moveExpected(ctx context.Context, tx *store.Tx, expectedID, contactID string, now time.Time) error {
	_, err := tx.Exec(ctx, "UPDATE expected_prices SET contact_id = ?, updated_at = ? WHERE id = ?", contactID, now, expectedID)
	return err
}

// voidExpected voids an expected price. The actor may change the contact in which it was named.
func voidExpected(ctx context.Context, tx *store.Tx, expectedID, reason string, now time.Time) error {
	_, err := tx.Exec(ctx, "UPDATE expected_prices SET voided_at = ?, void_reason = ?, updated_at = ? WHERE id = ?", now, reason, now, expectedID)
	return err
}

// moveSaid makes what a customer said of their needs, and was asked, in a contact said in another. The actor may change both.
func moveSaid(ctx context.Context, tx *store.Tx, fromID, toID string) error {
	for _, table := range []string{"need_facts", "asked_questions"} {
		if _, err := tx.Exec(ctx, "UPDATE "+table+" SET contact_id = ? WHERE contact_id = ?", toID, fromID); err != nil {
			return err
		}
	}
	return nil
}
