package assortment

import (
	"context"

	"kopeck/money"
	"kopeck/service/input"
	"kopeck/store"
)

// countRecipes counts all recipes.
func countRecipes(ctx context.Context, tx *store.Tx) (n int64, err error) {
	err = store.Each(ctx, tx, "SELECT count(*) FROM recipes", nil, func(scan store.ScanFunc) error { return scan(&n) })
	return n, err
}

// soldProducts are the products of orders whose costs follow their recipes, by id.
func soldProducts(ctx context.Context, tx *store.Tx) (map[string]bool, error) {
	sold := map[string]bool{}
	err := store.Each(ctx, tx, "SELECT DISTINCT l.product_id FROM order_lines l JOIN orders o ON o.id = l.order_id WHERE NOT o.stated_cost", nil, func(scan store.ScanFunc) error {
		var productID string
		err := scan(&productID)
		sold[productID] = true
		return err
	})
	return sold, err
}

// exportedRecipes reads the recipes of products behind a sku, in the order of their skus.
func exportedRecipes(ctx context.Context, tx *store.Tx, after string) ([]*Recipes, error) {
	var products []*Recipes
	bySKU := map[string]*Recipes{}
	var ids []string
	skuOf := map[string]string{}
	query := "SELECT p.id, p.sku FROM products p WHERE p.sku > ? AND EXISTS (SELECT 1 FROM recipes r WHERE r.product_id = p.id) ORDER BY p.sku LIMIT ?"
	err := store.Each(ctx, tx, query, []any{after, readTogether}, func(scan store.ScanFunc) error {
		var productID string
		p := &Recipes{}
		err := scan(&productID, &p.SKU)
		products, ids, bySKU[p.SKU], skuOf[productID] = append(products, p), append(ids, productID), p, p.SKU
		return err
	})
	if err != nil {
		return nil, err
	}
	type place struct {
		sku string
		at  int
	}
	places := map[string]place{} // by recipe
	query = "SELECT product_id, id, valid_from, recorded_at, reason FROM recipes WHERE product_id IN @ids ORDER BY product_id, valid_from, recorded_at, id"
	err = store.EachByIDs(ctx, tx, query, nil, ids, func(scan store.ScanFunc) error {
		var productID string
		var r Recipe
		err := scan(&productID, &r.ID, store.UTC(&r.ValidFrom), store.UTC(&r.RecordedAt), store.OrZero(&r.Reason))
		p := bySKU[skuOf[productID]]
		places[r.ID] = place{p.SKU, len(p.Recipes)}
		p.Recipes = append(p.Recipes, r)
		return err
	})
	if err != nil {
		return nil, err
	}
	recipeOf := func(recipeID string) *Recipe { return &bySKU[places[recipeID].sku].Recipes[places[recipeID].at] }
	options := map[string]int{}
	query = "SELECT recipe_id, id, code, name, surcharge, measured, grade FROM product_options WHERE product_id IN @ids ORDER BY recipe_id, position, id"
	err = store.EachByIDs(ctx, tx, query, nil, ids, func(scan store.ScanFunc) error {
		var recipeID, optionID string
		var o Option
		var surcharge money.Amount
		var measured, grade bool
		err := scan(&recipeID, &optionID, &o.Code, &o.Name, &surcharge, &measured, &grade)
		o.Surcharge, o.Measured, o.Grade = &surcharge, &measured, &grade
		r := recipeOf(recipeID)
		options[optionID] = len(r.Options)
		r.Options = append(r.Options, o)
		return err
	})
	if err != nil {
		return nil, err
	}
	query = `SELECT c.recipe_id, c.option_id, c.material, c.resource, p.sku, c.quantity, c.formula FROM components c LEFT JOIN products p ON p.id = c.part_id
		WHERE c.product_id IN @ids ORDER BY c.recipe_id, c.position, c.id`
	return products, store.EachByIDs(ctx, tx, query, nil, ids, func(scan store.ScanFunc) error {
		var recipeID string
		var optionID, formula *string
		var quantity money.Decimal
		var c Component
		if err := scan(&recipeID, &optionID, store.OrZero(&c.Material), store.OrZero(&c.Resource), store.OrZero(&c.Part), &quantity, &formula); err != nil {
			return err
		}
		if c.Formula = input.OrZero(formula); formula == nil {
			c.Quantity = &quantity
		}
		r := recipeOf(recipeID)
		to := &r.Components
		if optionID != nil {
			to = &r.Options[options[*optionID]].Components
		}
		*to = append(*to, c)
		return nil
	})
}
