package check

import (
	"context"
	"time"

	"kopeck/costing"
	"kopeck/service"
	"kopeck/store"
)

// lawRecipes is that of what products are made of.
const lawRecipes = "every product can be made"

var (
	recipeWrong      = &rule{lawRecipes, "the product cannot be made: %v"}
	recipeUnmeasured = &rule{lawRecipes, "the formula %s uses %s, which is not defined"}
)

// beginning is before any recipe holds.
var beginning = time.Date(1900, 1, 1, 0, 0, 0, 0, time.UTC)

// checkRecipes verifies that every product can be made at all times, and that formulas use what is defined. What orders cost by their
// recipes is compared by checkOrders.
func (s *Service) checkRecipes(ctx context.Context, tx *store.Tx, f *findings) error {
	products, err := tx.Product.Query().All(ctx)
	if err != nil {
		return err
	}
	basis, err := s.quote.ReadBasis(ctx, tx, products)
	if err != nil {
		return err
	}
	for _, p := range products {
		if err := basis.Catalogue.Verify(p.ID, beginning, service.EndOfTime); err != nil {
			f.add(recipeWrong, p.ID, err)
		}
		for _, r := range basis.Catalogue.Recipes(p.ID) {
			r.EachComponent(func(c costing.Component) {
				if c.Formula == nil {
					return
				}
				for _, code := range c.Formula.Codes() {
					if !basis.Catalogue.IsDefined(code) {
						f.add(recipeUnmeasured, r.ID, c.Formula, code)
					}
				}
			})
		}
	}
	return nil
}
