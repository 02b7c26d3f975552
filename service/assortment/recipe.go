package assortment

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"kopeck/costing"
	"kopeck/fault"
	"kopeck/money"
	"kopeck/service"
	"kopeck/service/bulk"
	"kopeck/service/field"
	"kopeck/service/input"
)

// Recipes are the recipes of a product that a file has.
type Recipes struct {
	SKU     string
	Recipes []Recipe

	LacksComponents, LacksOptions bool // the file has no column of them: they stay as they are
}

// Recipe is what a product is made of from a moment on.
type Recipe struct {
	ID                    string
	ValidFrom, RecordedAt time.Time // zero: not given
	Reason                string
	Components            []Component
	Options               []Option
}

// Component is a component of a recipe, or of an option: of Material, Resource and Part, which is the sku of a product, one is given, and
// of Quantity and Formula.
type Component struct {
	Material, Resource, Part string
	Quantity                 *money.Decimal
	Formula                  string
	Line                     int64 // of the file
}

// Option is an option of a recipe.
type Option struct {
	Code, Name      string
	Surcharge       *money.Amount
	Measured, Grade *bool // nil: not given
	Components      []Component
	Line            int64 // of the file
}

// RecipeRow is a row of a file of recipes: a component of the product or of one of its options, or an option.
type RecipeRow struct {
	SKU    string
	Recipe Recipe // without components and options
	Option Option // without components
	Component
}

// RecipeFields are the fields of rows of recipes, as files have them.
func RecipeFields() field.Fields[RecipeRow] { return recipeFields }

const both = field.Own | field.Mappable

var recipeFields = field.Fields[RecipeRow]{
	field.Of("sku", "", both|field.OwnKey|field.MapKey, field.Identifier, func(r *RecipeRow) *string { return &r.SKU }),
	field.Of("id", "", field.Own, field.Text, func(r *RecipeRow) *string { return &r.Recipe.ID }),
	field.Of("valid_from", "", both, field.Ahead, func(r *RecipeRow) *time.Time { return &r.Recipe.ValidFrom }),
	field.Of("recorded_at", "", field.Own, field.Moment, func(r *RecipeRow) *time.Time { return &r.Recipe.RecordedAt }),
	field.Of("reason", "", both, field.Text, func(r *RecipeRow) *string { return &r.Recipe.Reason }),
	field.Of("option", "", both, field.Text, func(r *RecipeRow) *string { return &r.Option.Code }),
	field.Of("option_name", "", both, field.Text, func(r *RecipeRow) *string { return &r.Option.Name }),
	field.Of("surcharge", "", both, field.Optional(field.Amount), func(r *RecipeRow) **money.Amount { return &r.Option.Surcharge }),
	field.Currency[RecipeRow](both),
	field.Of("measured", "", both, field.Optional(truth), func(r *RecipeRow) **bool { return &r.Option.Measured }),
	field.Of("grade", "", both, field.Optional(truth), func(r *RecipeRow) **bool { return &r.Option.Grade }),
	field.Of("material", "", both, field.Text, func(r *RecipeRow) *string { return &r.Material }),
	field.Of("resource", "", both, field.Text, func(r *RecipeRow) *string { return &r.Resource }),
	field.Of("part", "", both, field.Identifier, func(r *RecipeRow) *string { return &r.Part }),
	field.Of("quantity", "", both, field.Optional(field.Decimal), func(r *RecipeRow) **money.Decimal { return &r.Quantity }),
	field.Of("formula", "", both, field.Text, func(r *RecipeRow) *string { return &r.Formula }),
}

// truth is true or false, of which false is written as nothing.
var truth = func() field.Kind[bool] {
	k := field.Truth
	write := k.Write
	k.Write = func(form *field.Form, v bool) string {
		if !v {
			return ""
		}
		return write(form, v)
	}
	return k
}()

// Rows are the rows of the recipes of a product.
func (r *Recipes) Rows() (rows []RecipeRow) {
	for _, one := range r.Recipes {
		components, options := one.Components, one.Options
		one.Components, one.Options = nil, nil
		head := RecipeRow{SKU: r.SKU, Recipe: one}
		if len(components)+len(options) == 0 {
			rows = append(rows, head)
		}
		for _, c := range components {
			row := head
			row.Component = c
			rows = append(rows, row)
		}
		for _, o := range options {
			row := head
			row.Option = o
			rows = append(rows, row)
			row.Option = Option{Code: o.Code}
			for _, c := range o.Components {
				row.Component = c
				rows = append(rows, row)
			}
		}
	}
	return rows
}

// Add adds a row to the recipes of its product: to the recipe of its moments, in the order in which they come.
func (r *Recipes) Add(row RecipeRow) error {
	r.SKU = row.SKU
	at := -1
	for n := range r.Recipes {
		one := &r.Recipes[n]
		if one.ID == row.Recipe.ID && one.ValidFrom.Equal(row.Recipe.ValidFrom) && one.RecordedAt.Equal(row.Recipe.RecordedAt) {
			at = n
		}
	}
	if at < 0 {
		at = len(r.Recipes)
		r.Recipes = append(r.Recipes, row.Recipe)
	}
	to := &r.Recipes[at]
	switch {
	case to.Reason == "":
		to.Reason = row.Recipe.Reason
	case row.Recipe.Reason != "" && row.Recipe.Reason != to.Reason:
		return fmt.Errorf("reason: the rows of one recipe differ in it")
	}
	if row.Option.Code == "" {
		if row.Option.Name != "" || row.Option.Surcharge != nil || input.OrZero(row.Option.Measured) || input.OrZero(row.Option.Grade) {
			return fmt.Errorf("option: empty, where the row has something of an option")
		}
		if !row.isEmpty() {
			to.Components = append(to.Components, row.Component)
		}
		return nil
	}
	return to.addOption(row)
}

func (r *Recipe) addOption(row RecipeRow) error {
	var option *Option
	for n := range r.Options {
		if r.Options[n].Code == row.Option.Code {
			option = &r.Options[n]
		}
	}
	given := row.Option
	switch {
	case option == nil:
		given.Line = row.Line
		r.Options = append(r.Options, given)
		option = &r.Options[len(r.Options)-1]
	case given.Name != "" && option.Name != "" && given.Name != option.Name:
		return fmt.Errorf("option_name: the rows of one option differ in it")
	case given.Surcharge != nil && option.Surcharge != nil && *given.Surcharge != *option.Surcharge:
		return fmt.Errorf("surcharge: the rows of one option differ in it")
	default:
		if option.Name == "" {
			option.Name = given.Name
		}
		if option.Surcharge == nil {
			option.Surcharge = given.Surcharge
		}
		option.Measured, option.Grade = either(option.Measured, given.Measured), either(option.Grade, given.Grade)
	}
	if !row.isEmpty() {
		option.Components = append(option.Components, row.Component)
	}
	return nil
}

// either returns the value of two that may not be given: true if one is.
func either(a, b *bool) *bool {
	if a == nil || b != nil && *b {
		return b
	}
	return a
}

// keep fills in what a file does not say of options that the recipe which holds until then has.
func (r *Recipe) keep(before costing.Recipe) {
	for n := range r.Options {
		o := &r.Options[n]
		for _, was := range before.Options {
			if was.Code != o.Code {
				continue
			}
			if o.Name == "" {
				o.Name = was.Name
			}
			o.Surcharge, o.Measured, o.Grade = orBefore(o.Surcharge, was.Surcharge), orBefore(o.Measured, was.Measured), orBefore(o.Grade, was.Grade)
		}
	}
}

// orBefore returns what is given, or else what was before.
func orBefore[T any](given *T, before T) *T {
	if given == nil {
		return &before
	}
	return given
}

func (c Component) isEmpty() bool {
	return c.Material == "" && c.Resource == "" && c.Part == "" && c.Quantity == nil && c.Formula == ""
}

// inputs are the components and options of a recipe as the API takes them.
func (s *Service) inputs(r *Recipe) ([]*service.ComponentInput, []*service.ProductOptionInput) {
	components := func(of []Component) []*service.ComponentInput {
		all := make([]*service.ComponentInput, len(of))
		for n, c := range of {
			one := &service.ComponentInput{Material: input.NonEmpty(c.Material), Resource: input.NonEmpty(c.Resource), ProductSku: input.NonEmpty(c.Part), QuantityFormula: input.NonEmpty(c.Formula)}
			if c.Quantity != nil {
				one.Quantity = money.Exact(c.Quantity.String())
			}
			all[n] = one
		}
		return all
	}
	options := make([]*service.ProductOptionInput, len(r.Options))
	for n, o := range r.Options {
		name := o.Name
		if name == "" {
			name = o.Code
		}
		options[n] = &service.ProductOptionInput{Code: o.Code, Name: name, Components: components(o.Components), Surcharge: s.moneyOf(o.Surcharge), Measured: o.Measured, Grade: o.Grade}
	}
	return components(r.Components), options
}

// rejectedFor rejects a recipe for its faults. The verdict has the line of the file that they are of; of several lines each fault has its own.
func (r *Recipe) rejectedFor(err error) bulk.Verdict {
	all := fault.All(err)
	if len(all) == 0 {
		return rejected(err.Error())
	}
	texts, lines := make([]string, len(all)), make([]int64, len(all))
	for n, one := range all {
		line, path := r.lineOf(one.Path)
		lines[n], texts[n] = line, textOfFault(path, one.Message, map[string]string{"code": "option"})
	}
	slices.Sort(lines)
	if lines = slices.Compact(lines); len(lines) == 1 {
		return bulk.Verdict{Outcome: bulk.Rejected, Reason: strings.Join(texts, "; "), Line: lines[0]}
	}
	for n, one := range all {
		if line, _ := r.lineOf(one.Path); line > 0 {
			texts[n] = fmt.Sprintf("line %d: %s", line, texts[n])
		}
	}
	return rejected(strings.Join(texts, "; "))
}

// lineOf returns the line of the file that a path of the API is of, 0 for none, and the rest of the path.
func (r *Recipe) lineOf(path []string) (int64, []string) {
	index := func(text string, of int) int {
		var n int
		if _, err := fmt.Sscanf(text, "%d", &n); err != nil || n < 0 || n >= of {
			return -1
		}
		return n
	}
	if len(path) < 2 {
		return 0, path
	}
	if path[0] == "components" {
		if n := index(path[1], len(r.Components)); n >= 0 {
			return r.Components[n].Line, path[2:]
		}
		return 0, path
	}
	n := index(path[1], len(r.Options))
	if path[0] != "options" || n < 0 {
		return 0, path
	}
	o := r.Options[n]
	if len(path) > 3 && path[2] == "components" {
		if k := index(path[3], len(o.Components)); k >= 0 {
			return o.Components[k].Line, path[4:]
		}
	}
	return o.Line, path[2:]
}
