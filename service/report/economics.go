package report

import (
	"cmp"
	"context"
	"math/big"
	"slices"
	"time"

	"kopeck/auth"
	"kopeck/costing"
	"kopeck/fault"
	"kopeck/money"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/store"
)

// ContactEconomics is what the contacts of a period cost and earned, by some dimensions.
type ContactEconomics struct {
	From, To     time.Time
	Model        schema.AttributionModel // the one that was asked for, else the installation's
	KnownAt      *time.Time              // nil: now
	By           []service.ContactDimension
	Rows         []*ContactEconomicsRow // by key
	Unattributed money.Amount           // of the orders placed in the period
	Total        *ContactEconomicsRow   // without a key
}

// ContactEconomicsRow is the contacts that agree in every dimension. Key and Labels have a text for each of the
// dimensions: the value itself, and what people read for it.
type ContactEconomicsRow struct {
	Key, Labels []string
	contactSums
	Net          money.Amount   // Realised - Cost
	ReturnOnCost *money.Decimal // Net / Cost with six places; nil where that is no Decimal
}

// maxEconomicsRows is the maximum number of rows of an answer of the API; the command line writes all rows.
const maxEconomicsRows = 50_000

// ContactEconomics sums up the contacts from a moment (included) to another (not), by any combination of dimensions,
// on one snapshot of the database. Without dimensions there is one row, also where there are no contacts. Without a model
// what contacts realised is as the books have it; with one, the margin of every order that these contacts may be credited with
// is credited again, and nothing is written. What is unattributed is as the books have it.
//
// With knownAt everything is as the books were at that moment: what had been recorded by then, at the rates known then, by the
// present settings.
//
// Faults: INVALID on knownAt for the future, on to where it lies before from, on by for a dimension that is unknown or named
// twice, and without a field for sums too large; LIMIT_EXCEEDED for more than 50,000 rows, unless the system asks.
func (s *Service) ContactEconomics(ctx context.Context, from, to time.Time, by []service.ContactDimension, model *schema.AttributionModel, knownAt *time.Time) (*ContactEconomics, error) {
	if err := CheckPeriod(from, to); err != nil {
		return nil, err
	}
	if err := CheckDimensions(by); err != nil {
		return nil, err
	}
	e := &ContactEconomics{From: from, To: to, Model: s.Settings().AttributionModel, By: by}
	if knownAt != nil {
		known, err := s.KnownMoment(ctx, "knownAt", knownAt)
		if err != nil {
			return nil, err
		}
		e.KnownAt = &known
	}
	if model != nil {
		e.Model = *model
	}
	err := s.Store.Read(ctx, func(ctx context.Context, tx *store.Tx) error {
		if err := tx.PlanReport(ctx); err != nil {
			return err
		}
		b, err := s.breakDown(ctx, tx, from, to, by)
		if err != nil {
			return err
		}
		names := map[string]string{}
		if slices.Contains(by, service.ContactDimensionStaff) {
			if names, err = staffNames(ctx, tx); err != nil {
				return err
			}
		}
		var groups []*contactGroup
		if e.KnownAt != nil {
			groups, e.Unattributed, err = s.sumKnown(ctx, tx, b, model, *e.KnownAt)
		} else {
			groups, e.Unattributed, err = s.sumNow(ctx, tx, b, model)
		}
		if err != nil {
			return err
		}
		return e.fill(groups, names)
	})
	if err != nil {
		return nil, TooLarge(err)
	}
	return e, nil
}

// sumNow returns the sums of the groups as they are now, in no order, and the unattributed part.
func (s *Service) sumNow(ctx context.Context, tx *store.Tx, b *breakdown, model *schema.AttributionModel) ([]*contactGroup, money.Amount, error) {
	groups, err := s.sumContacts(ctx, tx, b)
	if err != nil {
		return nil, money.Amount{}, err
	}
	unattributed, err := unattributedIn(ctx, tx, b.from, b.to)
	if err == nil && model != nil {
		err = s.realiseUnder(ctx, tx, b, *model, groups)
	}
	return groups, unattributed, err
}

// RowLimit returns the maximum number of rows of a report for whoever asks; 0 is none, for the system.
func RowLimit(ctx context.Context) int {
	if actor, ok := auth.From(ctx); ok && actor.IsSystem() {
		return 0
	}
	return maxEconomicsRows
}

// CheckRows refuses more rows than a limit; 0 is none.
func CheckRows(rows, limit int) error {
	if limit > 0 && rows > limit {
		return fault.New(fault.LimitExceeded, "by", "more than %d rows: ask by fewer dimensions, or for a shorter time", limit)
	}
	return nil
}

// fill makes the rows, and their total, of sums by key. names are those of the staff, by id.
func (e *ContactEconomics) fill(groups []*contactGroup, names map[string]string) error {
	e.Rows = make([]*ContactEconomicsRow, len(groups))
	staff := slices.Index(e.By, service.ContactDimensionStaff)
	total := contactSums{}
	for i, g := range groups {
		row, err := economicsRow(g.key, g.contactSums)
		if err != nil {
			return err
		}
		if staff >= 0 {
			row.Labels = slices.Clone(row.Key)
			row.Labels[staff] = cmp.Or(names[row.Key[staff]], row.Key[staff])
		}
		e.Rows[i] = row
		if total, err = total.plus(g.contactSums); err != nil {
			return err
		}
	}
	slices.SortFunc(e.Rows, func(a, b *ContactEconomicsRow) int { return slices.Compare(a.Key, b.Key) })
	var err error
	e.Total, err = economicsRow([]string{}, total)
	return err
}

// economicsRow adds to sums what follows from them.
func economicsRow(key []string, sums contactSums) (*ContactEconomicsRow, error) {
	row := &ContactEconomicsRow{Key: key, Labels: key, contactSums: sums}
	var err error
	if row.Net, err = costing.Net(sums.Realised, sums.Cost); err != nil || sums.Cost.IsZero() {
		return row, err
	}
	if quotient, err := money.DecimalOf(new(big.Rat).Quo(row.Net.Rat(), sums.Cost.Rat()), 6); err == nil {
		row.ReturnOnCost = &quotient
	}
	return row, nil
}
