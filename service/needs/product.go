package needs

import (
	"context"
	"encoding/json"
	"slices"
	"strconv"
	"time"

	"kopeck/auth"
	"kopeck/ent"
	"kopeck/ent/need"
	"kopeck/ent/product"
	"kopeck/experiment"
	"kopeck/fault"
	"kopeck/id"
	"kopeck/money"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/service/input"
	"kopeck/store"
)

// maxServed is how many needs a product serves at most.
const maxServed = 20

// served is a need that a product serves, as its dated value has it.
type served struct {
	NeedID string        `json:"need"`
	Share  money.Decimal `json:"share"`
}

// SetProductNeeds says which needs a product serves from a moment on.
//
// Faults: INVALID by field, on needs.N.share for a share and on needs for their sum; NOT_FOUND on productId and on needs.N.needId; WRONG_STATE on
// needs.N.needId for a need out of use; FORBIDDEN.
func (s *Service) SetProductNeeds(ctx context.Context, in service.SetProductNeedsInput) (*ent.Product, error) {
	if _, err := auth.Writer(ctx, "Need"); err != nil {
		return nil, err
	}
	var faults fault.List
	faults.Add(id.Check("productId", id.Product, in.ProductID))
	all, err := checkServed(in.Needs)
	faults.Add(err)
	from, err := s.HoldsFrom("validFrom", in.ValidFrom)
	faults.Add(err)
	if err := faults.Or(); err != nil {
		return nil, err
	}
	_, err = s.Write(ctx, service.Verb{Name: "setProductNeeds", Key: in.IdempotencyKey, Body: in}, func(ctx context.Context, tx *store.Tx) (string, error) {
		query := tx.Product.Query().Where(product.ID(in.ProductID))
		store.ForUpdate(tx, query)
		if _, err := query.Only(ctx); ent.IsNotFound(err) {
			return "", fault.NoSuch("productId", "product")
		} else if err != nil {
			return "", err
		}
		var faults fault.List
		for n, one := range all {
			err := checkInUse(ctx, tx, "needId", one.NeedID)
			faults.Add(fault.At(err, "needs", strconv.Itoa(n)))
		}
		if err := faults.Or(); err != nil {
			return "", err
		}
		text, err := json.Marshal(all)
		if err != nil {
			return "", err
		}
		value := string(text)
		if err := s.RecordDated(ctx, tx, schema.DatedNeeds, in.ProductID, &value, from); err != nil {
			return "", err
		}
		return in.ProductID, s.Audit(ctx, tx, "product.needs", in.ProductID, map[string]any{"needs": all, "validFrom": from})
	})
	if err != nil {
		return nil, err
	}
	return s.Client.Product.Get(ctx, in.ProductID)
}

// checkServed reads the needs of an input. Faults: INVALID on needs.
func checkServed(given []*service.NeedShareInput) ([]served, error) {
	if len(given) > maxServed {
		return nil, fault.Invalidf("needs", "want at most %d needs", maxServed)
	}
	var faults fault.List
	all, sum := make([]served, len(given)), int64(0)
	for n, one := range given {
		at := []string{"needs", strconv.Itoa(n)}
		faults.Add(fault.At(id.Check("needId", id.Need, one.NeedID), at...))
		if slices.ContainsFunc(all[:n], func(other served) bool { return other.NeedID == one.NeedID }) {
			faults.Add(fault.Invalidf("needId", "the need is there twice").At(at...))
		}
		share, err := input.Decimal("share", one.Share, "0", "1")
		if err == nil {
			if wrong := experiment.CheckShare(share); wrong != nil {
				err = fault.Invalidf("share", "%v", wrong)
			}
		}
		faults.Add(fault.At(err, at...))
		all[n] = served{one.NeedID, share}
		sum += share.Nano()
	}
	if len(faults) == 0 && len(all) > 0 && sum != money.Whole(1).Nano() {
		faults.Add(fault.Invalidf("needs", "the shares sum to %s: want 1", money.Nano(sum)))
	}
	return all, faults.Or()
}

// serving are the needs that products serve at each moment, by what is known now.
type serving struct {
	dated map[string]service.Dated // by product
	read  map[string][]served      // by text, as most products serve the same for ever
}

// at returns the needs that a product serves at a moment.
func (v *serving) at(productID string, at time.Time) ([]served, error) {
	value := v.dated[productID].At(at, service.EndOfTime, nil)
	if value == nil {
		return nil, nil
	}
	if known, ok := v.read[*value]; ok {
		return known, nil
	}
	var all []served
	err := json.Unmarshal([]byte(*value), &all)
	v.read[*value] = all
	return all, err
}

// serving reads which needs all products serve.
func (s *Service) serving(ctx context.Context, from store.Reader) (*serving, error) {
	dated, err := s.AllDated(ctx, from, schema.DatedNeeds)
	return &serving{dated, map[string][]served{}}, err
}

// ProductNeeds returns the needs that products serve at a moment, nil for now, by the product's id and in the order of their codes. INVALID on at.
func (s *Service) ProductNeeds(ctx context.Context, productIDs []string, at *time.Time) (map[string][]*ProductNeed, error) {
	if err := input.CheckDate("at", at); err != nil {
		return nil, err
	}
	dated, err := s.DatedOf(ctx, s.Store, schema.DatedNeeds, productIDs...)
	if err != nil {
		return nil, err
	}
	needs, err := s.needsByID(ctx)
	if err != nil {
		return nil, err
	}
	of := &serving{dated, map[string][]served{}}
	found := map[string][]*ProductNeed{}
	for _, productID := range productIDs {
		all, err := of.at(productID, input.Or(at, s.Now()))
		if err != nil {
			return nil, err
		}
		for _, one := range all {
			if row := needs[one.NeedID]; row != nil {
				found[productID] = append(found[productID], &ProductNeed{row, one.Share})
			}
		}
		slices.SortFunc(found[productID], func(a, b *ProductNeed) int { return byCode(a.Need, b.Need) })
	}
	return found, nil
}

// needsByID returns the needs that the viewer may see.
func (s *Service) needsByID(ctx context.Context) (map[string]*ent.Need, error) {
	rows, err := s.Client.Need.Query().Order(need.ByCode()).All(ctx)
	found := make(map[string]*ent.Need, len(rows))
	for _, row := range rows {
		found[row.ID] = row
	}
	return found, err
}
