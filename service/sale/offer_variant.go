package sale

import (
	"slices"
	"strconv"

	"kopeck/ent"
	"kopeck/fault"
	"kopeck/money"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/service/input"
	"kopeck/service/quote"
)

// How many variants a TENDER has.
const (
	leastVariants = 2
	mostVariants  = 20
)

// OfferVariant is one of the variants of a TENDER.
type OfferVariant struct {
	Number   int // from 1
	Name     string
	Net      money.Amount
	Tax      money.Amount
	Gross    money.Amount
	Accepted bool
	Lines    []*ent.OfferLine
}

// variants are those of a new offer: their names, and the number of each line's, from 1. A zero value is an offer without variants.
type variants struct {
	names []string
	of    []int
}

// variantsOf returns the variants of a new offer. Without any each line is one of its own. INVALID on variants, and on priceTokens for a
// tender of one.
func (s *Service) variantsOf(in service.CreateOfferInput, promises []quote.Promise) (variants, error) {
	switch {
	case input.Or(in.Kind, schema.OfferIndividual) != schema.OfferTender:
		return variants{of: make([]int, len(promises))}, nil
	case in.Variants == nil && (len(promises) < leastVariants || len(promises) > mostVariants):
		return variants{}, fault.Invalidf("priceTokens", "want %d to %d lines, each a variant of the tender, or the variants in variants", leastVariants, mostVariants)
	case in.Variants == nil:
		all := variants{}
		for i, p := range promises {
			name := p.ProductID
			if known := s.quote.Product(p.ProductID); known != nil {
				name = known.Name
			}
			all.names, all.of = append(all.names, name), append(all.of, i+1)
		}
		return all, nil
	case len(in.Variants) < leastVariants || len(in.Variants) > mostVariants:
		return variants{}, fault.Invalidf("variants", "want %d to %d variants", leastVariants, mostVariants)
	}
	all := variants{of: make([]int, len(promises))}
	var faults fault.List
	for i, one := range in.Variants {
		place := strconv.Itoa(i)
		name, err := input.Text("name", one.Name, 200)
		faults.Add(fault.At(err, "variants", place))
		if err == nil && slices.Contains(all.names, name) {
			faults.Add(fault.Invalidf("name", "another variant has this name").At("variants", place))
		}
		all.names = append(all.names, name)
		if len(one.Lines) == 0 {
			faults.Add(fault.Invalidf("lines", "want at least one line").At("variants", place))
		}
		for _, line := range one.Lines {
			if line < 0 || line >= len(promises) || all.of[line] != 0 {
				faults.Add(fault.Invalidf("lines", "want places of tokens in priceTokens, from 0, each in one variant: %d is none, or is in another", line).At("variants", place))
				continue
			}
			all.of[line] = i + 1
		}
	}
	if err := faults.Or(); err != nil {
		return variants{}, err
	}
	if left := slices.Index(all.of, 0); left >= 0 {
		return variants{}, fault.Invalidf("variants", "the line %d is in none of them", left)
	}
	return all, nil
}

// first is the number of the variant that a new offer's total is of: 0 for an offer without variants.
func (v variants) first() int { return min(1, len(v.names)) }

// promisesIn are the promises of a variant, by the number of each; 0 is an offer without variants.
func promisesIn(variant int, promises []quote.Promise, of []int) []quote.Promise {
	var some []quote.Promise
	for i, p := range promises {
		if of[i] == variant {
			some = append(some, p)
		}
	}
	return some
}

// Variants returns the variants of an offer, whose lines these are, in their order.
func (s *Service) Variants(o *ent.Offer, lines []*ent.OfferLine) ([]*OfferVariant, error) {
	all := make([]*OfferVariant, len(o.VariantNames))
	for i, name := range o.VariantNames {
		one := &OfferVariant{Number: i + 1, Name: name, Accepted: o.Status == schema.OfferAccepted && o.Variant == i+1}
		var total money.Amount
		for _, line := range lines {
			if line.Variant != one.Number {
				continue
			}
			one.Lines = append(one.Lines, line)
			var err error
			if total, err = total.Plus(line.Total); err != nil {
				return nil, err
			}
			if one.Tax, err = one.Tax.Plus(line.Tax); err != nil {
				return nil, err
			}
		}
		var err error
		if one.Net, err = s.Settings().Taxes.Net(total, one.Tax); err != nil {
			return nil, err
		}
		if one.Gross, err = s.Settings().Taxes.Gross(total, one.Tax); err != nil {
			return nil, err
		}
		all[i] = one
	}
	return all, nil
}
