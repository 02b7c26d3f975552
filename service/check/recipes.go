package check

import (
	"context"
	"math/big"
	"slices"
	"time"

	"kopeck/costing"
	"kopeck/money"
	"kopeck/pricing"
	"kopeck/service"
	"kopeck/store"
)

// lawRecipes is that of what products are made of.
const lawRecipes = "every product can be made"

var (
	recipeWrong      = &rule{lawRecipes, "the product cannot be made: %v"}
	lineSurcharge    = &rule{lawExplained, "the surcharge of the option %s is %s, by its recipe it is %s"}
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
	return s.checkSurcharges(ctx, tx, f, basis.Catalogue)
}

// checkSurcharges compares the surcharges of options in the prices of lines with those of the recipes that they name: a recipe never changes.
// What a line of an import names may be of another installation.
func (s *Service) checkSurcharges(ctx context.Context, tx *store.Tx, f *findings, catalogue *costing.Catalogue) error {
	return eachLine(ctx, tx, func(l storedLine) error {
		steps, _ := decoded[[]pricing.Line](l.steps)
		var chosen []pricing.Option // decoded for a line with a surcharge alone
		for _, step := range steps {
			if step.Kind != pricing.OptionLine {
				continue
			}
			option, ok := catalogue.Option(l.productID, step.RefID)
			if chosen == nil {
				chosen, _ = decoded[[]pricing.Option](l.options)
			}
			at := slices.IndexFunc(chosen, func(c pricing.Option) bool { return c.Code == option.Code })
			if !ok || at < 0 {
				continue
			}
			units, err := chosen[at].Units()
			if err != nil {
				continue
			}
			if want, err := money.Round(new(big.Rat).Mul(option.Surcharge.Rat(), units.Rat())); err != nil || want != step.Amount {
				f.add(lineSurcharge, l.id, option.Code, s.Currency.Format(step.Amount), s.Currency.Format(want))
			}
		}
		return nil
	})
}
