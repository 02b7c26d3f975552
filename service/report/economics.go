package report

import (
	"cmp"
	"context"
	"math/big"
	"slices"
	"time"

	"kopeck/fault"
	"kopeck/money"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/service/input"
	"kopeck/store"
)

// ContactEconomics is what the contacts of a time cost and earned, by some dimensions.
type ContactEconomics struct {
	From, To     time.Time
	Model        schema.AttributionModel // the one that was asked for, else the installation's
	KnownAt      *time.Time              // nil: now
	By           []service.ContactDimension
	Rows         []*ContactEconomicsRow // by key
	Unattributed money.Amount           // of the orders placed at that time
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

// mostEconomicsRows is how many rows one answer of the API has; the command line writes all there are.
const mostEconomicsRows = 50_000

// ContactEconomics sums up the contacts from a moment (included) to another (not), by any combination of dimensions,
// on one snapshot of the database. Of no dimensions there is one row, also where there are no contacts. Without a model
// what contacts realised is as the books have it; with one, the margin of every order that these contacts may have earned
// of is credited anew, and nothing is written. What is unattributed is as the books have it.
//
// With a moment at which it was known, everything is as the books said then: of what had been recorded by then, at the rates
// of then, by the settings of now.
//
// Faults: INVALID on knownAt for the future, on to where it lies before from, on by for a dimension that is unknown or named twice, and of the whole
// for sums too large; LIMIT_EXCEEDED for more than 50,000 rows, unless the system asks.
func (s *Service) ContactEconomics(ctx context.Context, from, to time.Time, by []service.ContactDimension, model *schema.AttributionModel, knownAt *time.Time) (*ContactEconomics, error) {
	if to.Before(from) {
		return nil, fault.Invalidf("to", "ends before it begins")
	}
	if err := checkDimensions(by); err != nil {
		return nil, err
	}
	e := &ContactEconomics{From: from, To: to, Model: s.Settings().AttributionModel, By: by}
	if knownAt != nil {
		known, fail := s.Moment("knownAt", knownAt)
		if fail != nil {
			return nil, fail
		}
		e.KnownAt = &known
	}
	if model != nil {
		e.Model = *model
	}
	err := s.Store.Read(ctx, func(ctx context.Context, tx *store.Tx) error {
		if err := s.forReport(ctx, tx); err != nil {
			return err
		}
		b, err := s.breakDown(ctx, tx, from, to, by)
		if err != nil {
			return err
		}
		names, err := s.staffNames(ctx, tx, by)
		if err != nil {
			return err
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
		return nil, ofReport(err)
	}
	return e, nil
}

// sumNow gives the sums of the groups as they are, in no order, and what is unattributed.
func (s *Service) sumNow(ctx context.Context, tx *store.Tx, b *breakdown, model *schema.AttributionModel) ([]*contactGroup, money.Amount, error) {
	groups, err := s.sumContacts(ctx, tx, b)
	if err != nil {
		return nil, money.Amount{}, err
	}
	unattributed, err := s.sumUnattributed(ctx, tx, b)
	if err == nil && model != nil {
		err = s.realiseUnder(ctx, tx, b, *model, groups)
	}
	return groups, unattributed, err
}

func checkDimensions(by []service.ContactDimension) error {
	for i, one := range by {
		switch {
		case !one.IsValid():
			return fault.Invalidf("by", "no such dimension: %s", input.Shown(string(one)))
		case slices.Contains(by[:i], one):
			return fault.Invalidf("by", "%s is named twice", one)
		}
	}
	return nil
}

// fill makes the rows and their total of sums by key. names are of the staff.
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

func economicsRow(key []string, sums contactSums) (*ContactEconomicsRow, error) {
	row := &ContactEconomicsRow{Key: key, Labels: key, contactSums: sums}
	var err error
	if row.Net, err = sums.Realised.Minus(sums.Cost); err != nil || sums.Cost.IsZero() {
		return row, err
	}
	if quotient, err := money.DecimalOf(new(big.Rat).Quo(row.Net.Rat(), sums.Cost.Rat()), 6); err == nil {
		row.ReturnOnCost = &quotient
	}
	return row, nil
}

// sumUnattributed gives what no contact earned of the orders, by when they were placed. Of an order that is not sold that
// is nothing (the law of closed books), and the index by moment has all that is wanted.
func (s *Service) sumUnattributed(ctx context.Context, tx *store.Tx, b *breakdown) (sum money.Amount, err error) {
	return sum, store.Each(ctx, tx, "SELECT sum(unattributed) FROM orders WHERE at >= ? AND at < ?", []any{b.from, b.to}, func(scan store.ScanFunc) error {
		return scan(&sum)
	})
}

// staffNames gives the names of all who ever were staff, by id, where they are asked for.
func (s *Service) staffNames(ctx context.Context, tx *store.Tx, by []service.ContactDimension) (map[string]string, error) {
	names := map[string]string{}
	if !slices.Contains(by, service.ContactDimensionStaff) {
		return names, nil
	}
	return names, store.Each(ctx, tx, "SELECT id, name FROM users", nil, func(scan store.ScanFunc) error {
		var id, name string
		err := scan(&id, &name)
		names[id] = name
		return err
	})
}
