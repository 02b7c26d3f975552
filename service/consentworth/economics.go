package consentworth

import (
	"context"
	"math/big"
	"slices"
	"sort"
	"time"

	"kopeck/consentlog"
	"kopeck/costing"
	"kopeck/money"
	"kopeck/service"
	"kopeck/service/report"
	"kopeck/store"
)

// month is a month of a permission: the mean one of the Gregorian calendar, 365.2425 / 12 days.
const month = 2_629_746 * time.Second

// PermissionEconomics is what the contacts of a period that were made under permissions cost and earned, by some dimensions.
type PermissionEconomics struct {
	From, To time.Time
	By       []service.PermissionDimension
	Rows     []*PermissionEconomicsRow // by key
	Total    *PermissionEconomicsRow   // without a key
	Raises   []*PermissionRaise        // by channel, purpose and levels
}

// PermissionEconomicsRow is what agrees in every dimension.
type PermissionEconomicsRow struct {
	Key                 []string
	Permissions         int           // that were in force at some moment of the period
	Months              money.Decimal // during which they were, summed, with six places
	Contacts            int           // made under them meanwhile
	Cost, Realised, Net money.Amount
	NetPerMonth         *money.Amount // Net / Months; nil where none was in force
	Revoked             int           // ended by a revocation within the period
	MonthsRevoked       money.Decimal // from the revocations to the end of the period, with six places
	Forgone             *money.Amount // NetPerMonth x MonthsRevoked
}

// permission is a permission with its events.
type permission struct {
	id, customerID, channel, purpose string
	events                           []consentlog.Event

	spans []*span
}

// contact is a contact made under a permission.
type contact struct {
	at             time.Time
	cost, realised money.Amount
}

// span is a span of a permission within the period, with the contacts of that time.
type span struct {
	consentlog.Span

	of     *permission
	active time.Duration // within the period
	lost   time.Duration // from its revocation to the end of the period, or until it would have ended or another was given
	sums   sums
}

// sums are what contacts cost and earned.
type sums struct {
	contacts       int
	cost, realised money.Amount
}

func (s *sums) plus(other sums) (err error) {
	s.contacts += other.contacts
	if s.cost, err = s.cost.Plus(other.cost); err == nil {
		s.realised, err = s.realised.Plus(other.realised)
	}
	return err
}

// PermissionEconomics sums up, from a moment (included) to another (not, and at most until now), what permissions were while they were in force, and
// the contacts that were made under them then. A permission whose level, source or wording changed counts for each in the time when it was so;
// one that was in force twice counts once.
//
// What revoked permissions would have gone on earning is reckoned by what those of the same row earned a month: an assumption, not a forecast. It
// ends where the permission would have expired, and where the customer gave another for the same channel and purpose.
//
// Faults: INVALID on to where it lies before from, on by for a dimension that is unknown or named twice, and without a field for sums too large;
// LIMIT_EXCEEDED for more than 50,000 rows, unless the system asks.
func (s *Service) PermissionEconomics(ctx context.Context, from, to time.Time, by []service.PermissionDimension) (*PermissionEconomics, error) {
	if err := report.CheckPeriod(from, to); err != nil {
		return nil, err
	}
	if err := report.CheckDimensions(by); err != nil {
		return nil, err
	}
	e := &PermissionEconomics{From: from, To: to, By: by}
	until := to
	if now := s.Now(); now.Before(to) {
		until = now
	}
	var all []*permission
	err := s.Store.Read(ctx, func(ctx context.Context, tx *store.Tx) (err error) {
		if err := tx.PlanReport(ctx); err != nil {
			return err
		}
		all, err = read(ctx, tx, from, until)
		return err
	})
	if err == nil {
		err = e.fill(all, report.RowLimit(ctx))
	}
	if err == nil {
		e.Raises, err = raises(all)
	}
	if err != nil {
		return nil, report.TooLarge(err)
	}
	return e, nil
}

// read returns the permissions that were in force before the end of a period, with their spans and the contacts in them.
func read(ctx context.Context, tx *store.Tx, from, until time.Time) ([]*permission, error) {
	var all []*permission
	byID := map[string]*permission{}
	err := eachPermission(ctx, tx, until, func(p *permission) {
		for _, one := range consentlog.Spans(p.events) {
			p.spans = append(p.spans, &span{Span: one, of: p, active: within(one.From, one.To, from, until)})
		}
		if p.events = nil; len(p.spans) > 0 {
			byID[p.id], all = p, append(all, p)
		}
	})
	if err != nil {
		return nil, err
	}
	loseFrom(all, from, until)
	return all, eachContact(ctx, tx, from, until, func(permissionID string, c contact) error {
		p := byID[permissionID]
		if p == nil {
			return nil // it was never in force: see kopeck check
		}
		return p.at(c.at).sums.plus(sums{1, c.cost, c.realised})
	})
}

// at returns the span in which a contact was made: the one of its moment, or else the last before it, or the first.
func (p *permission) at(at time.Time) *span {
	next := sort.Search(len(p.spans), func(i int) bool { return p.spans[i].From.After(at) })
	return p.spans[max(next-1, 0)]
}

// within returns how much of a time, without an end if that is zero, lies in a period.
func within(begin, end, from, until time.Time) time.Duration {
	if begin.Before(from) {
		begin = from
	}
	if end.IsZero() || end.After(until) {
		end = until
	}
	return max(end.Sub(begin), 0)
}

// thing is what permissions of a customer are for.
type thing struct{ customerID, channel, purpose string }

// loseFrom reckons how long revoked spans would have gone on.
func loseFrom(all []*permission, from, until time.Time) {
	begun := map[thing][]time.Time{}
	for _, p := range all {
		of := thing{p.customerID, p.channel, p.purpose}
		for _, s := range p.spans {
			begun[of] = append(begun[of], s.From)
		}
	}
	for _, p := range all {
		for _, s := range p.spans {
			if s.EndedBy != consentlog.Revoked || s.To.Before(from) {
				continue
			}
			end := until
			for _, again := range begun[thing{p.customerID, p.channel, p.purpose}] {
				if !again.Before(s.To) && again.Before(end) {
					end = again
				}
			}
			if s.ExpiresAt != nil && s.ExpiresAt.Before(end) {
				end = *s.ExpiresAt
			}
			s.lost = max(end.Sub(s.To), 0)
		}
	}
}

// group is what is summed for a row.
type group struct {
	key          []string
	permissions  map[*permission]bool
	active, lost big.Int // nanoseconds
	revoked      int
	sums         sums
}

func (g *group) add(s *span, isRevoked bool) error {
	if s.active > 0 {
		g.permissions[s.of] = true
	}
	g.active.Add(&g.active, big.NewInt(int64(s.active)))
	g.lost.Add(&g.lost, big.NewInt(int64(s.lost)))
	if isRevoked {
		g.revoked++
	}
	return g.sums.plus(s.sums)
}

// fill makes the rows and their total.
func (e *PermissionEconomics) fill(all []*permission, limit int) error {
	total := &group{key: []string{}, permissions: map[*permission]bool{}}
	groups := map[[5]string]*group{}
	for _, p := range all {
		for _, s := range p.spans {
			isRevoked := s.EndedBy == consentlog.Revoked && !s.To.Before(e.From) && s.To.Before(e.To)
			if s.active == 0 && s.sums.contacts == 0 && !isRevoked {
				continue
			}
			var place [5]string
			key := make([]string, len(e.By))
			for i, one := range e.By {
				key[i] = s.value(one)
				place[i] = key[i]
			}
			if groups[place] == nil {
				groups[place] = &group{key: key, permissions: map[*permission]bool{}}
			}
			for _, g := range []*group{groups[place], total} {
				if err := g.add(s, isRevoked); err != nil {
					return err
				}
			}
		}
	}
	if err := report.CheckRows(len(groups), limit); err != nil {
		return err
	}
	e.Rows = make([]*PermissionEconomicsRow, 0, max(len(groups), 1))
	for _, g := range groups {
		row, err := g.row()
		if err != nil {
			return err
		}
		e.Rows = append(e.Rows, row)
	}
	slices.SortFunc(e.Rows, func(a, b *PermissionEconomicsRow) int { return slices.Compare(a.Key, b.Key) })
	var err error
	if e.Total, err = total.row(); err == nil && len(e.By) == 0 && len(e.Rows) == 0 {
		e.Rows = append(e.Rows, e.Total)
	}
	return err
}

// value returns what a span is in a dimension.
func (s *span) value(of service.PermissionDimension) string {
	switch of {
	case service.PermissionDimensionLevel:
		return s.Level
	case service.PermissionDimensionChannel:
		return s.of.channel
	case service.PermissionDimensionPurpose:
		return s.of.purpose
	case service.PermissionDimensionSource:
		return s.Source
	}
	return s.WordingVersion
}

// row returns the row of a group.
func (g *group) row() (*PermissionEconomicsRow, error) {
	net, err := costing.Net(g.sums.realised, g.sums.cost)
	if err != nil {
		return nil, err
	}
	row := &PermissionEconomicsRow{
		Key: g.key, Permissions: len(g.permissions), Contacts: g.sums.contacts, Cost: g.sums.cost, Realised: g.sums.realised, Net: net, Revoked: g.revoked,
	}
	active, lost := months(&g.active), months(&g.lost)
	if row.Months, err = money.DecimalOf(active, 6); err != nil {
		return nil, err
	}
	if row.MonthsRevoked, err = money.DecimalOf(lost, 6); err != nil || active.Sign() == 0 {
		return row, err
	}
	rate := new(big.Rat).Quo(net.Rat(), active)
	row.NetPerMonth, row.Forgone = rounded(rate), rounded(new(big.Rat).Mul(rate, lost))
	return row, nil
}

// months returns nanoseconds as months.
func months(nanoseconds *big.Int) *big.Rat {
	return new(big.Rat).SetFrac(nanoseconds, big.NewInt(int64(month)))
}

// rounded returns an amount of minor units, half to even; nil where it is too large to be money, as a quotient of a moment's time can be.
func rounded(minor *big.Rat) *money.Amount {
	amount, err := money.Round(minor)
	if err != nil {
		return nil
	}
	return &amount
}
