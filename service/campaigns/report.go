package campaigns

import (
	"context"
	"math/big"
	"slices"
	"time"

	"kopeck/costing"
	"kopeck/ent"
	"kopeck/fault"
	"kopeck/money"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/service/input"
	"kopeck/store"
)

// CampaignReport is what a campaign cost and brought between two days: see the API.
type CampaignReport struct {
	From, To                         *schema.Date
	Spend, Unspread                  money.Amount
	Contacts, Customers, Won, Orders int
	CostOfContact, CostOfCustomer    *money.Amount
	CostOfWon                        *money.Amount
	Revenue, Margin, Value           money.Amount
	PaidBackAt                       *time.Time
	PayBackMonths                    *int
}

// month is what a month of reports has.
const month = 730*time.Hour + 30*time.Minute // 30.4375 days

// reportsTogether is how many campaigns one statement reports on.
const reportsTogether = 100

// Reports returns what campaigns cost and brought from one day to another, both included; without them there is no bound. The number of
// statements does not depend on the number of campaigns, up to 100. The caller may see costs. INVALID on to.
func (s *Service) Reports(ctx context.Context, campaigns []*ent.Campaign, from, to *schema.Date) (map[*ent.Campaign]*CampaignReport, error) {
	low, high := input.Or(from, earliest), input.Or(to, latest)
	if high < low {
		return nil, fault.Invalidf("to", "want %s or later, which is the first day", low)
	}
	within := span{time.Time{}, service.EndOfTime}
	if from != nil {
		within.from, _ = s.moments(low, low)
	}
	if to != nil {
		_, within.until = s.moments(high, high)
	}
	all := make(map[*ent.Campaign]*CampaignReport, len(campaigns))
	err := s.Store.Read(ctx, func(ctx context.Context, tx *store.Tx) error {
		if err := tx.PlanReport(ctx); err != nil {
			return err
		}
		for some := range slices.Chunk(campaigns, reportsTogether) {
			reports := make(map[string]*CampaignReport, len(some))
			for _, c := range some {
				all[c] = &CampaignReport{From: from, To: to}
				reports[c.ID] = all[c]
			}
			if err := readReports(ctx, tx, reports, within, low, high); err != nil {
				return err
			}
		}
		return nil
	})
	for c, r := range all {
		if err == nil {
			err = r.finish()
		}
		if r.PaidBackAt != nil {
			start := within.from
			if from == nil {
				start, _ = s.moments(c.FirstDay, c.FirstDay)
			}
			months := monthsUntil(start, *r.PaidBackAt)
			r.PayBackMonths = &months
		}
	}
	return all, input.DomainError(err)
}

// monthsUntil counts the months from one moment to another, begun ones whole.
func monthsUntil(from, until time.Time) int {
	if !until.After(from) {
		return 0
	}
	return int((until.Sub(from) + month - 1) / month)
}

// readReports fills reports in from the database, but for what follows from their figures.
func readReports(ctx context.Context, tx *store.Tx, reports map[string]*CampaignReport, within span, low, high schema.Date) error {
	ids := sortedKeys(reports)
	if err := sumContacts(ctx, tx, reports, ids, within); err != nil {
		return err
	}
	spends, err := unspread(ctx, tx, ids)
	if err != nil {
		return err
	}
	for _, one := range spends {
		r := reports[one.campaignID]
		part := costing.SpendWithin(one.amount, int(one.first), int(one.last), int(low), int(high))
		if r.Unspread, err = r.Unspread.Plus(part); err != nil {
			return err
		}
	}
	for _, r := range reports {
		if r.Spend, err = r.Spend.Plus(r.Unspread); err != nil {
			return err
		}
	}
	return sumBrought(ctx, tx, reports, ids, within)
}

// finish computes the cost of each contact and customer.
func (r *CampaignReport) finish() error {
	for _, one := range []struct {
		n  int
		to **money.Amount
	}{{r.Contacts, &r.CostOfContact}, {r.Customers, &r.CostOfCustomer}, {r.Won, &r.CostOfWon}} {
		if one.n > 0 {
			each, err := money.Round(new(big.Rat).Quo(r.Spend.Rat(), big.NewRat(int64(one.n), 1)))
			if err != nil {
				return err
			}
			*one.to = &each
		}
	}
	return nil
}
