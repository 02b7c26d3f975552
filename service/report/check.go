package report

import (
	"context"
	"fmt"
	"strings"

	"kopeck/auth"
	"kopeck/lifetime"
	"kopeck/service/books"
	"kopeck/service/value"
	"kopeck/store"
)

// Finding is one thing on a live database that is not as the design's laws have it.
type Finding struct {
	Law     string // the law's name, as the design has it, in lower case
	Subject string // the id of the row that breaks it
	Wrong   string // what is wrong with it
}

// The laws that a database can be held against.
const (
	lawBooks     = "closed books"
	lawWaterfall = "the waterfall sums"
	lawProof     = "proof"
	lawTwice     = "nothing twice"
	lawFigures   = "kept figures are what their facts come to"
	lawStates    = "states and times agree"
	lawPermitted = "no word without permission"
	lawFound     = "what is there is found"
	lawNamed     = "what is named is there"
)

// mostFindings is how many findings one rule reports: whoever has more has seen enough.
const mostFindings = 100

// checkRule is a law's condition as a query for the ids of the rows that break it.
type checkRule struct{ law, wrong, query string }

var checkRules = []checkRule{
	{lawBooks, "credits and the unattributed part do not sum to the order's margin", "SELECT o.id FROM orders o WHERE " + books.Unsettled},
	{lawBooks, "the margin is not total - refunded - cost", "SELECT id FROM orders WHERE margin <> total - refunded - cost"},
	{lawBooks, "the shares of the order's credits do not sum to 1", "SELECT order_id FROM credits GROUP BY order_id HAVING sum(share) <> 1000000000"},
	{lawBooks, "what the contact realised is not the sum of its credits", `SELECT c.id FROM contacts c LEFT JOIN (SELECT contact_id, sum(amount) AS earned FROM credits GROUP BY contact_id) AS e ON e.contact_id = c.id
		WHERE c.realised <> coalesce(e.earned, 0)`},
	{lawBooks, "a contact is credited with an order that was completed before it", "SELECT c.id FROM credits c JOIN orders o ON o.id = c.order_id JOIN contacts k ON k.id = c.contact_id WHERE k.at > o.completed_at"},
	{lawBooks, "a contact is credited with an order of somebody else whom it did not recommend", `SELECT c.id FROM credits c JOIN orders o ON o.id = c.order_id JOIN contacts k ON k.id = c.contact_id
		WHERE k.customer_id <> o.customer_id AND (k.about_id IS NULL OR k.about_id <> o.customer_id)`},
	{lawBooks, "the lines' totals do not sum to the order's total", "SELECT o.id FROM orders o JOIN order_lines l ON l.order_id = o.id GROUP BY o.id, o.total HAVING sum(l.total) <> o.total"},
	{lawBooks, "the lines' costs do not sum to the order's cost", "SELECT o.id FROM orders o JOIN order_lines l ON l.order_id = o.id WHERE NOT o.stated_cost GROUP BY o.id, o.cost HAVING sum(l.cost) <> o.cost"},
	{lawBooks, "the lines' totals do not sum to the offer's total", "SELECT o.id FROM offers o JOIN offer_lines l ON l.offer_id = o.id GROUP BY o.id, o.total HAVING sum(l.total) <> o.total"},
	{lawBooks, "the refunds do not sum to what was refunded", `SELECT o.id FROM orders o LEFT JOIN (SELECT order_id, sum(amount) AS given FROM refunds GROUP BY order_id) AS r ON r.order_id = o.id
		WHERE o.refunded <> coalesce(r.given, 0)`},
	{lawBooks, "more was refunded than was paid, or less than nothing", "SELECT id FROM orders WHERE refunded < 0 OR refunded > total"},
	{lawBooks, "a refund of nothing or less", "SELECT id FROM refunds WHERE amount <= 0"},
	{lawBooks, "less than nothing was spent", "SELECT id FROM contacts WHERE cost < 0 OR expense < 0 OR minutes < 0"},
	{lawFigures, "contact_cost is not the sum of the contacts' costs", `SELECT c.id FROM customers c LEFT JOIN (SELECT customer_id, sum(cost) AS spent FROM contacts GROUP BY customer_id) AS s ON s.customer_id = c.id
		WHERE c.contact_cost <> coalesce(s.spent, 0)`},
	{lawFigures, "the statistics are not what the orders come to", `SELECT c.id FROM customers c LEFT JOIN (` + value.StatisticsSQL("") + `) AS s ON s.customer_id = c.id
		WHERE c.order_days <> coalesce(s.order_days, 0) OR c.first_order_day <> coalesce(s.first_day, 0) OR c.last_order_day <> coalesce(s.last_day, 0) OR c.margin <> coalesce(s.margin, 0)
		OR c.repeat_margin <> coalesce(s.repeat_margin, 0) OR c.last_order_at <> coalesce(s.last_at, @never)`},
	{lawFigures, "the stage is not the one that the last change made it", `SELECT c.id FROM customers c JOIN (SELECT customer_id, to_stage, row_number() OVER (PARTITION BY customer_id ORDER BY at DESC, id DESC) AS place FROM stage_changes) AS s
		ON s.customer_id = c.id AND s.place = 1 WHERE c.stage <> s.to_stage`},
	{lawStates, "it is completed without a moment, or before it was placed", "SELECT id FROM orders WHERE status IN ('COMPLETED', 'REFUNDED') AND (completed_at IS NULL OR completed_at < at)"},
	{lawStates, "it is REFUNDED and something is left of it", "SELECT id FROM orders WHERE status = 'REFUNDED' AND refunded <> total"},
	{lawStates, "it was refunded without being sold", "SELECT id FROM orders WHERE status NOT IN ('COMPLETED', 'REFUNDED') AND refunded <> 0"},
	{lawStates, "it is cancelled and still takes capacity", "SELECT o.id FROM orders o WHERE o.status = 'CANCELLED' AND EXISTS (SELECT 1 FROM bookings b WHERE b.order_id = o.id AND b.freed_at IS NULL)"},
	{lawStates, "a contact about the one who was contacted, or about somebody though it recommends nobody", "SELECT id FROM contacts WHERE about_id IS NOT NULL AND (about_id = customer_id OR kind <> 'RECOMMENDATION')"},
	{lawPermitted, "the contact was made under somebody else's permission, or one for another channel or purpose", `SELECT c.id FROM contacts c JOIN permissions p ON p.id = c.permission_id
		WHERE p.customer_id <> c.customer_id OR p.channel <> c.channel OR c.purpose IS NOT NULL AND p.purpose <> c.purpose`},
	{lawFigures, "the customer was recommended, through others, by whom they recommended", `WITH RECURSIVE up (id, above) AS (SELECT id, referred_by_id FROM customers WHERE referred_by_id IS NOT NULL
		UNION SELECT up.id, c.referred_by_id FROM up JOIN customers c ON c.id = up.above WHERE c.referred_by_id IS NOT NULL) SELECT DISTINCT id FROM up WHERE id = above`},
	{lawTwice, "a request's key was used twice", "SELECT min(id) FROM idempotency_keys GROUP BY actor, key HAVING count(*) > 1"},
	{lawTwice, "an external id was used twice", "SELECT min(id) FROM orders WHERE external_id IS NOT NULL GROUP BY external_id HAVING count(*) > 1"},
	{lawTwice, "a contact is credited twice with one order", "SELECT min(id) FROM credits GROUP BY order_id, contact_id HAVING count(*) > 1"},
}

// Check holds the database against the design's laws, on one snapshot of it (permissions' chains on one of their own), and gives what
// is broken; nothing where all is well. It reads everything once, in pieces, and writes nothing. Of one rule the first
// hundred findings are given. It sees all rows: it is for who runs the installation.
func (s *Service) Check(ctx context.Context) ([]Finding, error) {
	var findings []Finding
	err := s.Store.Read(auth.System(ctx), func(ctx context.Context, tx *store.Tx) error {
		findings = nil
		if err := tx.NoStatementTimeout(ctx); err != nil {
			return err
		}
		for _, rule := range checkRules {
			var args []any
			if strings.Contains(rule.query, "@never") {
				args = append(args, lifetime.NoStatistics().LastOrderAt)
			}
			err := store.Each(ctx, tx, strings.Replace(rule.query, "@never", "?", 1)+" LIMIT 100", args, func(scan store.ScanFunc) error {
				f := Finding{Law: rule.law, Wrong: rule.wrong}
				err := scan(&f.Subject)
				findings = append(findings, f)
				return err
			})
			if err != nil {
				return fmt.Errorf("service: check %q: %w", rule.wrong, err)
			}
		}
		for _, check := range []func(context.Context, *store.Tx) ([]Finding, error){s.checkReferences, s.checkCostLines, s.checkPriceLines, s.checkDays, s.checkSearch} {
			found, err := check(ctx, tx)
			if err != nil {
				return err
			}
			findings = append(findings, found...)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	broken, err := s.consent.VerifyPermissionChains(ctx)
	for _, one := range broken {
		subject, wrong, _ := strings.Cut(one, ": ")
		findings = append(findings, Finding{lawProof, subject, wrong})
	}
	return findings, err
}
