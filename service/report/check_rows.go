package report

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"entgo.io/ent/dialect"

	"kopeck/costing"
	"kopeck/ent/customer"
	"kopeck/ent/searchterm"
	"kopeck/money"
	"kopeck/pricing"
	"kopeck/service/customers"
	"kopeck/service/input"
	"kopeck/store"
)

// What a query cannot tell is read row by row.

// checkCostLines holds contacts' costs against their lines.
func (s *Service) checkCostLines(ctx context.Context, tx *store.Tx) (found []Finding, err error) {
	return found, store.Each(ctx, tx, "SELECT id, cost, cost_lines FROM contacts", nil, func(scan store.ScanFunc) error {
		var contact string
		var cost, sum money.Amount
		var text []byte
		if err := scan(&contact, &cost, &text); err != nil {
			return err
		}
		var lines []costing.Line
		if err := json.Unmarshal(text, &lines); err != nil {
			return noted(&found, Finding{lawBooks, contact, "its cost lines cannot be read"})
		}
		for _, line := range lines {
			var err error
			if sum, err = sum.Plus(line.Amount); err != nil {
				return fmt.Errorf("service: cost lines of %s: %w", contact, err)
			}
		}
		if sum != cost {
			return noted(&found, Finding{lawBooks, contact, fmt.Sprintf("it cost %s, its lines sum to %s", s.Currency.Format(cost), s.Currency.Format(sum))})
		}
		return nil
	})
}

// checkReferences looks for rows that name what is not there. PostgreSQL never lets one be written; SQLite does while rows
// are loaded in bulk (see package store).
func (s *Service) checkReferences(ctx context.Context, tx *store.Tx) (found []Finding, err error) {
	if s.Store.Dialect() != dialect.SQLite {
		return nil, nil
	}
	return found, store.Each(ctx, tx, "PRAGMA foreign_key_check", nil, func(scan store.ScanFunc) error {
		var table, named string
		var row *int64
		var key int
		if err := scan(&table, &row, &named, &key); err != nil {
			return err
		}
		return noted(&found, Finding{lawNamed, table, fmt.Sprintf("row %d names something of %s that is not there", input.OrZero(row), named)})
	})
}

// noted notes a finding unless there are enough; it never fails.
func noted(all *[]Finding, f Finding) error {
	if len(*all) < mostFindings {
		*all = append(*all, f)
	}
	return nil
}

// checkPriceLines holds the unit prices of offers and orders against their waterfalls, and the lines' totals against
// unit times quantity. What was imported without a waterfall has none.
func (s *Service) checkPriceLines(ctx context.Context, tx *store.Tx) (found []Finding, err error) {
	for _, table := range []string{"offer_lines", "order_lines"} {
		err := store.Each(ctx, tx, "SELECT id, quantity, unit, total, price_lines FROM "+table, nil, func(scan store.ScanFunc) error {
			var row string
			var quantity money.Decimal
			var unit, total, sum money.Amount
			var text []byte
			if err := scan(&row, &quantity, &unit, &total, &text); err != nil {
				return err
			}
			var lines []pricing.Line
			if err := json.Unmarshal(text, &lines); err != nil {
				return noted(&found, Finding{lawWaterfall, row, "its price lines cannot be read"})
			}
			if len(lines) == 0 {
				return nil
			}
			for _, line := range lines {
				var err error
				if sum, err = sum.Plus(line.Amount); err != nil {
					return fmt.Errorf("service: price lines of %s: %w", row, err)
				}
			}
			if sum != unit {
				return noted(&found, Finding{lawWaterfall, row, fmt.Sprintf("the unit price is %s, its lines sum to %s", s.Currency.Format(unit), s.Currency.Format(sum))})
			}
			if want, err := costing.LineTotal(unit, quantity); err != nil || want != total {
				return noted(&found, Finding{lawWaterfall, row, fmt.Sprintf("the total is %s, unit times quantity is %s", s.Currency.Format(total), s.Currency.Format(want))})
			}
			return nil
		})
		if err != nil {
			return found, err
		}
	}
	return found, nil
}

// checkDays holds orders' days against their moments in the installation's time zone.
func (s *Service) checkDays(ctx context.Context, tx *store.Tx) (found []Finding, err error) {
	settings := s.Settings()
	return found, store.Each(ctx, tx, "SELECT id, at, day FROM orders", nil, func(scan store.ScanFunc) error {
		var order string
		var at time.Time
		var day int
		if err := scan(&order, &at, &day); err != nil {
			return err
		}
		if want := settings.Day(at); want != day {
			return noted(&found, Finding{lawFigures, order, fmt.Sprintf("its day is %d, in %s it was %d", day, settings.Zone, want)})
		}
		return nil
	})
}

// checkSearch holds the search terms of customers against what they are to be found by.
func (s *Service) checkSearch(ctx context.Context, tx *store.Tx) (found []Finding, err error) {
	last := ""
	for {
		records, err := tx.Customer.Query().Where(customer.IDGT(last)).Order(customer.ByID()).Limit(store.IDsPerStatement).All(ctx)
		if err != nil || len(records) == 0 {
			return found, err
		}
		last = records[len(records)-1].ID
		rows, err := tx.SearchTerm.Query().Where(searchterm.CustomerIDGTE(records[0].ID), searchterm.CustomerIDLTE(last)).All(ctx)
		if err != nil {
			return found, err
		}
		stored := map[string][]string{}
		for _, row := range rows {
			stored[row.CustomerID] = append(stored[row.CustomerID], row.Term)
		}
		for _, c := range records {
			var want []string
			if c.DeletedAt == nil {
				want = customers.SearchTerms(c)
			}
			slices.Sort(stored[c.ID])
			if !slices.Equal(want, stored[c.ID]) {
				_ = noted(&found, Finding{lawFound, c.ID, "its search terms are not those of its name, e-mail, phone and external id"})
			}
		}
	}
}
