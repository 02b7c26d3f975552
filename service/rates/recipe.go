package rates

import (
	"context"
	"slices"

	"kopeck/costing"
	"kopeck/store"
)

// addCodes adds to a set the codes of all materials and resources that a product, its options and its parts have ever been made of.
func addCodes(codes map[string]bool, catalogue *costing.Catalogue, productID string) {
	catalogue.EachComponent(productID, map[string]bool{}, func(c costing.Component) {
		if code := c.Material + c.Resource; code != "" {
			codes[code] = true
		}
	})
}

// catalogueOf returns what products are made of as the transaction sees it: from memory, unless another process or a verb that is about to
// return has recorded a recipe of theirs or of their parts. The transaction holds the rates, so that no recipe of a product is
// recorded meanwhile.
func (s *Service) catalogueOf(ctx context.Context, tx *store.Tx, productIDs []string) (*costing.Catalogue, error) {
	known := s.quote.PriceBook().Basis().Catalogue
	seen := map[string]bool{}
	for _, productID := range productIDs {
		seen[productID] = false
		known.EachComponent(productID, seen, func(costing.Component) {})
	}
	var wanted, inMemory []string
	for productID := range seen {
		wanted = append(wanted, productID)
		for _, r := range known.Recipes(productID) {
			inMemory = append(inMemory, r.ID)
		}
	}
	stored, err := recipeIDs(ctx, tx, wanted)
	if err != nil {
		return nil, err
	}
	slices.Sort(inMemory)
	slices.Sort(stored)
	isNew := func(productID string) bool { return !known.Has(productID) }
	if slices.Equal(inMemory, stored) && !slices.ContainsFunc(wanted, isNew) {
		return known, nil
	}
	_, basis, err := s.readProducts(ctx, tx)
	return basis.Catalogue, err
}
