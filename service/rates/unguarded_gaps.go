package rates

import (
	"context"
	"fmt"
	"time"

	"kopeck/auth"
	"kopeck/costing"
	"kopeck/ent"
	"kopeck/store"
)

// contactGap is what contacts lack a rate of.
type contactGap struct {
	costing.RateKey

	contacts    int
	since       time.Time
	first, last string // the contacts with the least and the greatest id
}

// usage is what is used, or could be, without a rate: the contacts by what they lack, and what the orders and products are costed
// from.
type usage struct {
	contacts []contactGap
	orders   []orderToCost // that are uncosted
	products []*ent.Product
	basis    costing.Basis
}

// readUsage reads on one snapshot what RateGaps needs. Gaps are of the whole company; who may see them is for the caller to
// decide.
func (s *Service) readUsage(ctx context.Context) (u usage, err error) {
	err = s.Store.Read(auth.System(ctx), func(ctx context.Context, tx *store.Tx) error {
		u = usage{}
		var err error
		if u.contacts, err = contactGaps(ctx, tx); err != nil {
			return err
		}
		if u.products, err = tx.Product.Query().All(ctx); err != nil {
			return err
		}
		if u.basis, err = s.quote.ReadBasis(ctx, tx, u.products); err != nil {
			return err
		}
		u.orders, err = uncostedOrders(ctx, tx)
		return err
	})
	return u, err
}

// contactGaps finds what costing.Contact misses for the contacts that are not fully costed, by one statement for each kind of
// line. A test compares it with costing.Contact. It reads all contacts, because gaps are of the whole company.
func contactGaps(ctx context.Context, from store.Reader) ([]contactGap, error) {
	const (
		firsts = "(SELECT code, min(valid_from) AS first FROM rates WHERE subject = '%s' GROUP BY code)"
		sums   = "count(*), min(c.at), min(c.id), max(c.id)"
		timed  = `(SELECT id, at, staff_id AS user_id, minutes FROM contacts WHERE uncosted AND voided_at IS NULL AND participants IS NULL
			UNION ALL SELECT k.id, k.at, p.user_id, p.minutes FROM contact_participants p JOIN contacts k ON k.id = p.contact_id WHERE k.uncosted AND k.voided_at IS NULL)`
	)
	ofChannel := func(subject string) string {
		return "SELECT c.channel, " + sums + " FROM contacts c LEFT JOIN " + fmt.Sprintf(firsts, subject) + " r ON r.code = c.channel WHERE c.uncosted AND c.voided_at IS NULL AND (r.first IS NULL OR c.at < r.first)"
	}
	staff := fmt.Sprintf(firsts, costing.SubjectStaff)
	var gaps []contactGap
	for _, kind := range []struct{ subject, query string }{
		{costing.SubjectChannelFee, ofChannel(costing.SubjectChannelFee) + " GROUP BY c.channel"},
		{costing.SubjectChannelMinute, ofChannel(costing.SubjectChannelMinute) + " AND c.minutes > 0 GROUP BY c.channel"},
		{costing.SubjectStaff, "SELECT u.email_key, " + sums + " FROM " + timed + " c JOIN users u ON u.id = c.user_id LEFT JOIN " + staff + " e ON e.code = u.email_key LEFT JOIN " + staff + ` g ON g.code = u.grade
			WHERE c.minutes > 0 AND (e.first IS NULL OR c.at < e.first) AND (g.first IS NULL OR c.at < g.first) GROUP BY u.email_key`},
	} {
		err := store.Each(ctx, from, kind.query, nil, func(scan store.ScanFunc) error {
			gap := contactGap{RateKey: costing.RateKey{Subject: kind.subject}}
			var since store.Time
			err := scan(&gap.Code, &gap.contacts, &since, &gap.first, &gap.last)
			gap.since = since.Time
			gaps = append(gaps, gap)
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return gaps, nil
}
