package files

import (
	"kopeck/files/cell"
	"kopeck/files/layout"
	"kopeck/files/option"
	"kopeck/service"
	"kopeck/service/assortment"
)

// recipeLayout is the layout of files of recipes: package assortment defines their fields.
var recipeLayout = layout.New(option.Recipes, assortment.RecipeFields())

// openRecipes opens the file as one of recipes. All recipes of a product are one record.
func openRecipes(core *service.Core, o option.Options, f *layout.File) (layout.Source[assortment.Recipes], error) {
	in, err := layout.Open(core, o, f, recipeLayout)
	if err != nil {
		return layout.Source[assortment.Recipes]{}, err
	}
	add := func(e *layout.Entry[assortment.Recipes], r *assortment.RecipeRow, line int64) error {
		r.Line = line
		return e.Value.Add(*r)
	}
	return layout.GroupsOf(in, recipeLayout, "sku", layout.Zero, add, func(e *layout.Entry[assortment.Recipes]) {
		e.Value.LacksOptions = !in.Has("option")
		e.Value.LacksComponents = !in.Has("material") && !in.Has("resource") && !in.Has("part")
	}), nil
}

// recipeTexts are the rows of the recipes of a product in Kopeck's own format.
func recipeTexts(v *cell.Values, r *assortment.Recipes) (texts [][]string) {
	rows := r.Rows()
	for n := range rows {
		texts = append(texts, recipeLayout.Texts(v, &rows[n]))
	}
	return texts
}
