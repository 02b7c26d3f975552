package report

import (
	"cmp"
	"context"
	"math/big"
	"slices"
	"time"

	"kopeck/costing"
	"kopeck/ent"
	"kopeck/money"
	"kopeck/service"
	"kopeck/store"
)

// StaffEconomics is what each member of the staff cost and earned by the contacts of a period.
type StaffEconomics struct {
	From, To time.Time
	Rows     []*StaffEconomicsRow // who had fewestContacts, by name
	Others   *StaffEconomicsGroup // who had fewer, together
	Total    *StaffEconomicsGroup
}

// StaffEconomicsRow is the contacts of one person.
type StaffEconomicsRow struct {
	User *ent.User
	staffFigures
}

// StaffEconomicsGroup is the contacts of some people.
type StaffEconomicsGroup struct {
	People int
	staffFigures
}

// staffFigures are figures of one or more people. NetPerContact and DifferencePerContact are nil of no contacts,
// NetPerHour where no time was spent, or so little that the quotient is too large for an amount.
type staffFigures struct {
	contactSums
	Net, ExpectedNet, Difference        money.Amount
	NetPerContact, DifferencePerContact *money.Amount
	NetPerHour                          *money.Amount
}

// fewestContacts is the least number of contacts of a person who has a row: fewer say more about chance than about the person.
const fewestContacts = 30

// StaffEconomics compares the staff by the contacts that they had from a moment (included) to another (not), on one
// snapshot of the database. Contacts without a member of the staff are left out. The expected net of a person is the mean net of
// a contact of all staff of the same kind with a customer of the same stage, summed over the person's contacts (indirect
// standardisation); it is exact and rounded once, half to even. The total's expectation is the sum of those.
//
// Faults: INVALID on to where it lies before from, and without a field for sums too large.
func (s *Service) StaffEconomics(ctx context.Context, from, to time.Time) (*StaffEconomics, error) {
	if err := CheckPeriod(from, to); err != nil {
		return nil, err
	}
	e := &StaffEconomics{From: from, To: to}
	err := s.Store.Read(ctx, func(ctx context.Context, tx *store.Tx) error {
		if err := tx.PlanReport(ctx); err != nil {
			return err
		}
		b, err := s.breakDown(ctx, tx, from, to, []service.ContactDimension{service.ContactDimensionStaff, service.ContactDimensionKind, service.ContactDimensionStage})
		if err != nil {
			return err
		}
		groups, err := s.sumContacts(ctx, tx, b)
		if err != nil {
			return err
		}
		users, err := allStaff(ctx, tx)
		if err != nil {
			return err
		}
		return e.fill(groups, users)
	})
	if err != nil {
		return nil, TooLarge(err)
	}
	return e, nil
}

// fill makes the rows of sums by staff, kind and stage. users are in the order of the rows.
func (e *StaffEconomics) fill(groups []*contactGroup, users []*ent.User) error {
	groups = slices.DeleteFunc(groups, func(g *contactGroup) bool { return g.key[0] == "" })
	usual, err := usualNet(groups)
	if err != nil {
		return err
	}
	sums, expected := map[string]contactSums{}, map[string]*big.Rat{}
	for _, g := range groups {
		who := g.key[0]
		if sums[who], err = sums[who].plus(g.contactSums); err != nil {
			return err
		}
		share := new(big.Rat).Mul(usual[Joined(g.key[1:])], new(big.Rat).SetInt64(int64(g.Contacts)))
		expected[who] = share.Add(share, cmp.Or(expected[who], new(big.Rat)))
	}
	others := &StaffEconomicsGroup{}
	ofOthers := new(big.Rat)
	all := make([]staffFigures, 0, len(users))
	e.Rows = []*StaffEconomicsRow{}
	for _, u := range users {
		own, worked := sums[u.ID]
		if !worked {
			continue
		}
		if own.Contacts < fewestContacts {
			others.People++
			ofOthers.Add(ofOthers, expected[u.ID])
			if others.contactSums, err = others.plus(own); err != nil {
				return err
			}
			continue
		}
		figures, err := figuresOf(own, expected[u.ID])
		if err != nil {
			return err
		}
		e.Rows = append(e.Rows, &StaffEconomicsRow{u, figures})
		all = append(all, figures)
	}
	if others.staffFigures, err = figuresOf(others.contactSums, ofOthers); err != nil {
		return err
	}
	e.Others = others
	e.Total = &StaffEconomicsGroup{People: len(e.Rows) + others.People}
	e.Total.staffFigures, err = sumOfFigures(append(all, others.staffFigures))
	return err
}

// usualNet returns the mean net of a contact of all staff, by what follows the person in the key.
func usualNet(groups []*contactGroup) (map[string]*big.Rat, error) {
	sums := map[string]contactSums{}
	for _, g := range groups {
		var err error
		key := Joined(g.key[1:])
		if sums[key], err = sums[key].plus(g.contactSums); err != nil {
			return nil, err
		}
	}
	usual := make(map[string]*big.Rat, len(sums))
	for key, sum := range sums {
		net, err := costing.Net(sum.Realised, sum.Cost)
		if err != nil {
			return nil, err
		}
		usual[key] = new(big.Rat).Quo(net.Rat(), new(big.Rat).SetInt64(int64(sum.Contacts)))
	}
	return usual, nil
}

// figuresOf returns the figures of sums, given the expected net in minor units.
func figuresOf(sums contactSums, expected *big.Rat) (staffFigures, error) {
	rounded, err := money.Round(expected)
	if err != nil {
		return staffFigures{}, err
	}
	return withQuotients(sums, rounded)
}

// sumOfFigures returns the figures of all people together: what is expected of them is the sum of what is expected of each.
func sumOfFigures(all []staffFigures) (staffFigures, error) {
	var sums contactSums
	var expected money.Amount
	for _, one := range all {
		var err1, err2 error
		sums, err1 = sums.plus(one.contactSums)
		expected, err2 = expected.Plus(one.ExpectedNet)
		if err := cmp.Or(err1, err2); err != nil {
			return staffFigures{}, err
		}
	}
	return withQuotients(sums, expected)
}

// withQuotients adds to sums what follows from them and the expected net.
func withQuotients(sums contactSums, expected money.Amount) (staffFigures, error) {
	f := staffFigures{contactSums: sums, ExpectedNet: expected}
	var err error
	if f.Net, err = costing.Net(sums.Realised, sums.Cost); err != nil {
		return f, err
	}
	if f.Difference, err = f.Net.Minus(expected); err != nil {
		return f, err
	}
	contacts := new(big.Rat).SetInt64(int64(sums.Contacts))
	hours := new(big.Rat).Quo(sums.Minutes.Rat(), big.NewRat(60, 1))
	f.NetPerContact, f.DifferencePerContact, f.NetPerHour = quotient(f.Net, contacts), quotient(f.Difference, contacts), quotient(f.Net, hours)
	return f, nil
}

// quotient divides an amount and rounds it half to even; nil where it divides by zero or the quotient is too large for an amount.
func quotient(amount money.Amount, by *big.Rat) *money.Amount {
	if by.Sign() == 0 {
		return nil
	}
	rounded, err := money.Round(new(big.Rat).Quo(amount.Rat(), by))
	if err != nil {
		return nil
	}
	return &rounded
}
