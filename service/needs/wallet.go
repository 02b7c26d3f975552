package needs

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"kopeck/ent"
	"kopeck/money"
	"kopeck/service/input"
	"kopeck/store"
)

// maxSuppliers is how many suppliers of a need a report names.
const maxSuppliers = 10

// WalletReport reports what the customers spend on needs at a moment, nil for now. INVALID on at.
func (s *Service) WalletReport(ctx context.Context, at *time.Time) (*WalletReport, error) {
	if err := input.CheckDate("at", at); err != nil {
		return nil, err
	}
	moment := input.Or(at, s.Now()).UTC()
	needs, err := s.needsByID(ctx)
	if err != nil {
		return nil, err
	}
	known, err := s.factsAt(ctx, moment)
	if err != nil {
		return nil, err
	}
	var spent spend
	err = s.Store.Read(ctx, func(ctx context.Context, tx *store.Tx) error {
		spent, err = s.spent(ctx, tx, nil, moment.Add(-year), moment)
		return err
	})
	if err != nil {
		return nil, err
	}
	rows := map[string]*walletSum{}
	for needID, row := range needs {
		rows[needID] = &walletSum{WalletRow: WalletRow{Need: row}, suppliers: map[string]*WalletSupplier{}}
	}
	if err := sumUp(rows, known, spent); err != nil {
		return nil, err
	}
	report := &WalletReport{At: moment, Rows: []*WalletRow{}}
	for _, one := range inOrder(needs) {
		row := rows[one.ID]
		if one.Retired && row.Customers == 0 {
			continue
		}
		if err := row.finish(); err != nil {
			return nil, err
		}
		report.Rows = append(report.Rows, &row.WalletRow)
	}
	return report, nil
}

// walletSum is a row in the making.
type walletSum struct {
	WalletRow

	suppliers map[string]*WalletSupplier // by their names in one letter case
	named     map[string]*ent.NeedFact   // the fact that names each supplier: the first
}

// sumUp adds what is known of customers, and what they bought, to the rows of their needs.
func sumUp(rows map[string]*walletSum, known map[string]map[string]facts, spent spend) error {
	for customerID, needs := range known {
		for needID, of := range needs {
			if row := rows[needID]; row != nil {
				if err := row.add(of, spent.of(customerID, needID)); err != nil {
					return err
				}
			}
		}
	}
	for customerID, needs := range spent {
		for needID, b := range needs {
			if _, added := known[customerID][needID]; added || rows[needID] == nil {
				continue
			}
			if err := rows[needID].add(facts{}, *b); err != nil {
				return err
			}
		}
	}
	return nil
}

// add adds a customer.
func (r *walletSum) add(of facts, b bought) (err error) {
	r.Customers++
	if r.FromUs, err = r.FromUs.Plus(b.fromUs); err != nil {
		return err
	}
	var elsewhere money.Amount
	switch {
	case of.wallet == nil:
	case of.outdated(b.fromUs):
		r.Outdated++
	default:
		r.Known++
		if r.Wallet, err = r.Wallet.Plus(*of.wallet.Wallet); err != nil {
			return err
		}
		if r.WalletFromUs, err = r.WalletFromUs.Plus(b.fromUs); err != nil {
			return err
		}
		if elsewhere, err = of.wallet.Wallet.Minus(b.fromUs); err != nil {
			return err
		}
	}
	if of.supplier == nil {
		return nil
	}
	if of.supplier.Supplier == nil {
		r.NobodyElse++
		return nil
	}
	return r.addSupplier(of.supplier, elsewhere)
}

// addSupplier adds a customer who buys from a supplier.
func (r *walletSum) addSupplier(fact *ent.NeedFact, elsewhere money.Amount) (err error) {
	key := input.Fold(*fact.Supplier)
	row := r.suppliers[key]
	if row == nil {
		row = &WalletSupplier{}
		r.suppliers[key] = row
		if r.named == nil {
			r.named = map[string]*ent.NeedFact{}
		}
	}
	if first := r.named[key]; first == nil || first.RecordedAt.After(fact.RecordedAt) || first.RecordedAt.Equal(fact.RecordedAt) && first.ID > fact.ID {
		r.named[key], row.Name = fact, *fact.Supplier
	}
	row.Customers++
	row.Elsewhere, err = row.Elsewhere.Plus(elsewhere)
	return err
}

// finish computes the share of a row and orders its suppliers.
func (r *walletSum) finish() (err error) {
	all := make([]*WalletSupplier, 0, len(r.suppliers))
	for _, one := range r.suppliers {
		all = append(all, one)
	}
	slices.SortFunc(all, func(a, b *WalletSupplier) int {
		return cmp.Or(cmp.Compare(b.Customers, a.Customers), b.Elsewhere.Compare(a.Elsewhere), strings.Compare(a.Name, b.Name))
	})
	r.Suppliers = all[:min(len(all), maxSuppliers)]
	r.ShareOfWallet, err = shareOf(r.WalletFromUs, r.Wallet)
	return err
}
