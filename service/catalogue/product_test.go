package catalogue_test

import (
	"slices"
	"strings"
	"testing"

	"kopeck/apptest"
	"kopeck/fault"
	"kopeck/id"
	"kopeck/money"
	"kopeck/schema"
	"kopeck/service"
)

// faultsOf returns the faults of an error, each as its path and code, sorted.
func faultsOf(err error) string {
	var all []string
	for _, one := range fault.All(err) {
		all = append(all, strings.Join(one.Path, ".")+" "+string(one.Code))
	}
	slices.Sort(all)
	return strings.Join(all, ", ")
}

func text(s string) *string            { return &s }
func exact(s money.Exact) *money.Exact { return &s }

func material(code string, quantity money.Exact) *service.ComponentInput {
	return &service.ComponentInput{Material: &code, Quantity: quantity}
}

func part(sku string) *service.ComponentInput {
	return &service.ComponentInput{ProductSku: &sku, Quantity: "1"}
}

func TestWhatAProductMayBe(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		w.Rate(schema.RateMaterial, "oak", "1", "kg", apptest.Start.AddDate(1, 0, 0))
		taken := w.Product(service.CreateProductInput{Sku: "TAKEN"})
		bundle := schema.Bundle
		option := func(change func(*service.ProductOptionInput)) func(*service.CreateProductInput) {
			return func(in *service.CreateProductInput) {
				o := &service.ProductOptionInput{Code: "c", Name: "Option"}
				change(o)
				in.Options = append(in.Options, o)
			}
		}
		for name, c := range map[string]struct {
			change func(*service.CreateProductInput)
			want   string
		}{
			"nothing but a sku":              {func(*service.CreateProductInput) {}, ""},
			"a material with a rate to come": {func(in *service.CreateProductInput) { in.Components = []*service.ComponentInput{material("oak", "1")} }, ""},
			"a material without a rate": {func(in *service.CreateProductInput) {
				in.Components = []*service.ComponentInput{material("oak", "1"), material("ash", "1")}
			}, "components.1.material NOT_FOUND"},
			"a material is no resource": {func(in *service.CreateProductInput) {
				in.Components = []*service.ComponentInput{{Resource: text("oak"), Quantity: "1"}}
			}, "components.0.resource NOT_FOUND"},
			"a component of two": {func(in *service.CreateProductInput) {
				in.Components = []*service.ComponentInput{{Material: text("oak"), Resource: text("oak"), Quantity: "1"}}
			}, "components.0 INVALID"},
			"a component of nothing": {func(in *service.CreateProductInput) { in.Components = []*service.ComponentInput{{Quantity: "1"}} }, "components.0 INVALID"},
			"nothing of a material":  {func(in *service.CreateProductInput) { in.Components = []*service.ComponentInput{material("oak", "0")} }, "components.0.quantity INVALID"},
			"too many components": {func(in *service.CreateProductInput) {
				in.Components = slices.Repeat([]*service.ComponentInput{material("oak", "1")}, 251)
			}, "components LIMIT_EXCEEDED"},
			"a part":                          {func(in *service.CreateProductInput) { in.Components = []*service.ComponentInput{part("TAKEN")} }, ""},
			"no such part":                    {func(in *service.CreateProductInput) { in.Components = []*service.ComponentInput{part("GONE")} }, "components.0.productSku NOT_FOUND"},
			"a part of itself":                {func(in *service.CreateProductInput) { in.Components = []*service.ComponentInput{part(in.Sku)} }, "components.0.productSku INVALID"},
			"a sku that is taken":             {func(in *service.CreateProductInput) { in.Sku = "TAKEN" }, "sku ALREADY_EXISTS"},
			"an id that is taken":             {func(in *service.CreateProductInput) { in.ID = &taken }, "id ALREADY_EXISTS"},
			"a list price and a markup":       {func(in *service.CreateProductInput) { in.ListPrice, in.Markup = apptest.Roubles("1"), exact("1") }, "markup INVALID"},
			"a margin of all":                 {func(in *service.CreateProductInput) { in.MinimumMargin = exact("1") }, "minimumMargin INVALID"},
			"a bundle's discount":             {func(in *service.CreateProductInput) { in.Kind, in.BundleDiscount = &bundle, exact("0.1") }, ""},
			"a discount of what is no bundle": {func(in *service.CreateProductInput) { in.BundleDiscount = exact("0.1") }, "bundleDiscount INVALID"},
			"a discount and a markup": {func(in *service.CreateProductInput) {
				in.Kind, in.Markup, in.BundleDiscount = &bundle, exact("1"), exact("0.1")
			}, "bundleDiscount INVALID"},
			"a lead time of decades":        {func(in *service.CreateProductInput) { days := 3661; in.StandardLeadDays = &days }, "standardLeadDays INVALID"},
			"an option":                     {option(func(o *service.ProductOptionInput) { o.Components = []*service.ComponentInput{material("oak", "1")} }), ""},
			"an option without a rate":      {option(func(o *service.ProductOptionInput) { o.Components = []*service.ComponentInput{material("ash", "1")} }), "options.0.components.0.material NOT_FOUND"},
			"an option without a name":      {option(func(o *service.ProductOptionInput) { o.Name = "" }), "options.0.name INVALID"},
			"a measurement that is a grade": {option(func(o *service.ProductOptionInput) { yes := true; o.Measured, o.Grade = &yes, &yes }), "options.0.grade INVALID"},
			"two options of a code": {func(in *service.CreateProductInput) {
				for range 2 {
					option(func(*service.ProductOptionInput) {})(in)
				}
			}, "options.1.code INVALID"},
		} {
			t.Run(name, func(t *testing.T) {
				in := service.CreateProductInput{Sku: name, Name: "Product"}
				c.change(&in)
				_, err := w.Catalogue.CreateProduct(w.As(schema.RoleManager), in)
				if got := faultsOf(err); got != c.want || (err == nil) != (c.want == "") {
					t.Errorf("%v (%s); want %s", err, got, c.want)
				}
			})
		}
		if _, err := w.Catalogue.CreateProduct(w.As(schema.RoleSales), service.CreateProductInput{Sku: "X", Name: "X"}); err == nil {
			t.Error("SALES create a product")
		}
	})
}

// TestUpdatesOfAProductMerge: an update that was made on an older version changes other fields, and conflicts over the same.
func TestUpdatesOfAProductMerge(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		product := w.Product(service.CreateProductInput{Sku: "P", Name: "One", Partner: text("Mill")})
		no := false
		update := func(in service.UpdateProductInput) string {
			in.ID = product
			p, err := w.Catalogue.UpdateProduct(w.System(), in)
			if err != nil {
				conflict := ""
				for _, one := range fault.All(err) {
					if detail, ok := one.Detail.(*fault.Conflict); ok {
						for _, field := range detail.Fields {
							conflict += " " + field.Name
						}
					}
				}
				return faultsOf(err) + conflict
			}
			partner := w.Catalogue.PartnerName(w.System(), p.PartnerID)
			if partner == nil {
				partner = text("none")
			}
			return strings.Join([]string{p.Name, *partner, map[bool]string{true: "active", false: "inactive"}[p.Active]}, " ")
		}
		for _, c := range []struct {
			in   service.UpdateProductInput
			want string
		}{
			{service.UpdateProductInput{ExpectedVersion: 1, Name: text("Two")}, "Two Mill active"},
			{service.UpdateProductInput{ExpectedVersion: 1, Active: &no}, "Two Mill inactive"},
			{service.UpdateProductInput{ExpectedVersion: 1, Name: text("Three")}, "expectedVersion VERSION_CONFLICT name"},
			{service.UpdateProductInput{ExpectedVersion: 1, Name: text("Two")}, "Two Mill inactive"},
			{service.UpdateProductInput{ExpectedVersion: 3, Partner: text("Smith")}, "Two Smith inactive"},
			{service.UpdateProductInput{ExpectedVersion: 3, Partner: text(" ")}, "expectedVersion VERSION_CONFLICT partner"},
			{service.UpdateProductInput{ExpectedVersion: 4, Partner: text(" ")}, "Two none inactive"},
			{service.UpdateProductInput{ExpectedVersion: 9}, "expectedVersion INVALID"},
			{service.UpdateProductInput{ExpectedVersion: 5, Name: text("")}, "name INVALID"},
		} {
			if got := update(c.in); got != c.want {
				t.Errorf("%+v: %s; want %s", c.in, got, c.want)
			}
		}
		product = w.IDs.Make(id.Product)
		if got := update(service.UpdateProductInput{ExpectedVersion: 1}); got != "id NOT_FOUND" {
			t.Errorf("no such product: %s", got)
		}
	})
}

// TestNestingIsBounded: a product that is nested too deeply is refused.
func TestNestingIsBounded(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		w.Product(service.CreateProductInput{Sku: "0"})
		deepest := 0
		for n := 1; n <= 40; n++ {
			_, err := w.Catalogue.CreateProduct(w.System(), service.CreateProductInput{Sku: sku(n), Name: "Nested", Components: []*service.ComponentInput{part(sku(n - 1))}})
			if err != nil {
				if got := faultsOf(err); got != "components INVALID" {
					t.Errorf("got %v, want components INVALID", err)
				}
				break
			}
			deepest = n
		}
		if deepest < 5 || deepest == 40 {
			t.Errorf("products are nested %d deep", deepest)
		}
	})
}

// TestAPartOfAnotherProcess: a part may have been made by another process a moment ago, so that the price book lacks it.
func TestAPartOfAnotherProcess(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		now := w.Clock.Now()
		w.Insert("products", map[string]any{"id": w.IDs.Make(id.Product), "created_at": now, "updated_at": now, "sku": "NEW", "name": "New", "name_key": "new", "active": true})
		product := w.Product(service.CreateProductInput{Sku: "P", Components: []*service.ComponentInput{part("NEW")}})
		if rows := w.Rows("SELECT p.sku FROM components c JOIN products p ON p.id = c.part_id WHERE c.product_id = ?", product); !slices.Equal(rows, []string{"NEW"}) {
			t.Errorf("got %q, want the component NEW", rows)
		}
	})
}

func sku(n int) string { return strings.Repeat("N", n) + "0" }
