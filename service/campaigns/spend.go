package campaigns

import (
	"context"
	"time"

	"kopeck/ent"
	"kopeck/ent/spend"
	"kopeck/fault"
	"kopeck/id"
	"kopeck/money"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/service/input"
	"kopeck/store"
)

// Spend of a campaign is kept by its period, from its first day to its last. Periods may overlap: each is spread by itself. Of several for
// one campaign and period the last recorded holds.

const (
	maxReason = 2000 // in characters
	maxSpends = 1000 // of one answer
	maxDays   = 3660 // of the period of one spend
)

// restateTime is how long recording spend may take, with all that it restates. It goes on when the caller has disconnected.
const restateTime = 2 * time.Minute

// RecordSpend records what a campaign cost in a period, spreads it over the campaign's inbound contacts in it and restates what follows from
// their cost, in one transaction, audited.
//
// Faults: INVALID by field, also for a period outside of the campaign's days; NOT_FOUND on campaignId; ALREADY_EXISTS on from where spend of
// the period is recorded and this is not marked as its correction, and on id; FORBIDDEN for a role that records no spend.
func (s *Service) RecordSpend(ctx context.Context, in service.RecordSpendInput) (*ent.Spend, error) {
	r, err := s.checkSpend(in)
	if err != nil {
		return nil, err
	}
	working, cancel := context.WithTimeout(context.WithoutCancel(ctx), restateTime)
	defer cancel()
	made, err := s.Write(working, service.Verb{Name: "recordSpend", Key: in.IdempotencyKey, Body: in}, func(ctx context.Context, tx *store.Tx) (string, error) {
		records := []SpendRecord{r} // the transaction may be retried
		if err := s.HoldForSpend(ctx, tx, r.CampaignID); err != nil {
			return "", err
		}
		if _, err := campaignOf(ctx, tx, "campaignId", r.CampaignID); err != nil {
			return "", err
		}
		there, err := s.SpendsOf(ctx, tx, []string{r.CampaignID})
		if err != nil {
			return "", err
		}
		if err := there.Place(&records[0], s.Now()); err != nil {
			return "", err
		}
		return r.ID, s.WriteSpends(ctx, tx, records)
	})
	if err != nil {
		return nil, err
	}
	return s.Client.Spend.Get(working, made)
}

// checkSpend checks an input of recordSpend by itself.
func (s *Service) checkSpend(in service.RecordSpendInput) (r SpendRecord, err error) {
	var faults fault.List
	r.ID, err = s.NewID(id.Spend, in.ID)
	faults.Add(err)
	faults.Add(id.Check("campaignId", id.Campaign, in.CampaignID))
	r.CampaignID, r.Correction = in.CampaignID, input.OrZero(in.Correction)
	r.Amount, err = s.Amount("amount", in.Amount)
	faults.Add(err)
	switch {
	case in.Day != nil && in.From == nil && in.To == nil:
		r.First, r.Last = in.Day, in.Day
	case in.Day == nil && in.From != nil && in.To != nil:
		r.First, r.Last = in.From, in.To
	default:
		faults.Add(fault.Invalidf("day", "want either day, or from and to"))
	}
	reason, err := input.OptionalText("reason", in.Reason, maxReason)
	faults.Add(err)
	r.Reason = input.OrZero(reason)
	if r.First != nil {
		name := "from"
		if in.Day != nil {
			name = "day"
		}
		faults.Add(checkPeriod(name, "to", *r.First, *r.Last))
		if in.Day == nil {
			name = "to"
		}
		if len(faults) == 0 {
			faults.Add(s.CheckAhead(name, *r.Last))
		}
	}
	return r, faults.Or()
}

// CheckAhead checks how far ahead the last day of a period lies: spend is recorded for at most a year ahead. INVALID on a field.
func (s *Service) CheckAhead(field string, last schema.Date) error {
	if latest := schema.Date(s.Settings().Day(s.Now().AddDate(1, 0, 0))); last > latest {
		return fault.Invalidf(field, "want %s or earlier: spend is recorded for at most a year ahead", latest)
	}
	return nil
}

// checkPeriod checks the days of a period.
func checkPeriod(fromName, toName string, first, last schema.Date) error {
	if err := checkDay(fromName, first); err != nil {
		return err
	}
	switch {
	case last < first:
		return fault.Invalidf(toName, "want %s or later, which is the first day", first)
	case last-first >= maxDays:
		return fault.Invalidf(toName, "want at most %d days", maxDays)
	}
	return checkDay(toName, last)
}

// Spends gives what was spent on a campaign, with all corrections, the latest period first; at most 1,000.
func (s *Service) Spends(ctx context.Context, campaignIDs []string) (map[string][]*ent.Spend, error) {
	all := make(map[string][]*ent.Spend, len(campaignIDs))
	for _, one := range campaignIDs {
		rows, err := s.Client.Spend.Query().Where(spend.CampaignID(one)).
			Order(spend.ByFirstDay(store.Descending), spend.ByLastDay(store.Descending), spend.ByRecordedAt(store.Descending), spend.ByID(store.Descending)).Limit(maxSpends).All(ctx)
		if err != nil {
			return nil, err
		}
		all[one] = rows
	}
	return all, nil
}

// SpendRecord is what was spent on a campaign, as it is recorded or as a file gives it.
type SpendRecord struct {
	ID          string
	CampaignID  string
	Campaign    string // the code, of a file
	First, Last *schema.Date
	Day         *schema.Date // of a file that names one day alone
	Amount      money.Amount
	Reason      string // "" for none
	Correction  bool   // of an earlier one of the same campaign and period
	RecordedAt  time.Time
	RecordedBy  string
}

// period is which spends correct each other.
type period struct {
	campaignID  string
	first, last schema.Date
}

func (r *SpendRecord) period() period { return period{r.CampaignID, *r.First, *r.Last} }

// RecordedSpends are the spends of some campaigns, and the days that these have.
type RecordedSpends struct {
	of        map[period][]SpendRecord // in the order in which they were recorded
	ids       map[string]SpendRecord
	campaigns map[string]*ent.Campaign
}

// ByID is the spend with an id, if it is one of the campaigns.
func (there *RecordedSpends) ByID(spendID string) (SpendRecord, bool) {
	one, ok := there.ids[spendID]
	return one, ok
}

// Holding is the spend of a period that holds, if there is one.
func (there *RecordedSpends) Holding(r *SpendRecord) (SpendRecord, bool) {
	list := there.of[r.period()]
	if len(list) == 0 {
		return SpendRecord{}, false
	}
	return list[len(list)-1], true
}

// Place finds the place of a spend among those of its campaign and inserts it there. If recordedAt is not given it is now, or just after that of
// the spend that this one corrects. Faults: INVALID on from or to for a period outside of the campaign's days; ALREADY_EXISTS on from where
// there is spend of the period and this is not marked as its correction, and on id.
func (there *RecordedSpends) Place(r *SpendRecord, now time.Time) error {
	c := there.campaigns[r.CampaignID]
	switch {
	case c == nil:
		return fault.NoSuch("campaignId", "campaign")
	case *r.First < c.FirstDay:
		return fault.Invalidf("from", "the campaign begins on %s", c.FirstDay)
	case c.LastDay != nil && *r.Last > *c.LastDay:
		return fault.Invalidf("to", "the campaign ends on %s", *c.LastDay)
	}
	if _, taken := there.ids[r.ID]; taken {
		return fault.New(fault.AlreadyExists, "id", "this id is taken")
	}
	list := there.of[r.period()]
	if len(list) > 0 && !r.Correction {
		return fault.New(fault.AlreadyExists, "from", "spend of this period is recorded: mark this one as its correction")
	}
	if r.RecordedAt.IsZero() {
		r.RecordedAt = now
		if len(list) > 0 && !list[len(list)-1].RecordedAt.Before(now) { // recorded at the same moment, or by a replica whose clock is ahead
			r.RecordedAt = list[len(list)-1].RecordedAt.Add(time.Microsecond)
		}
	}
	at := len(list)
	for at > 0 && list[at-1].RecordedAt.After(r.RecordedAt) {
		at--
	}
	if at > 0 && list[at-1].RecordedAt.Equal(r.RecordedAt) {
		return fault.New(fault.AlreadyExists, "from", "spend of this period was recorded at the same moment")
	}
	there.of[r.period()] = append(list[:at:at], append([]SpendRecord{*r}, list[at:]...)...)
	there.ids[r.ID] = *r
	return nil
}
