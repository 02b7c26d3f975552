package demo

import (
	"context"
	"slices"
	"strings"

	"kopeck/id"
	"kopeck/money"
	"kopeck/schema"
	"kopeck/service"
)

// article is a product of the catalogue. Curtains, tulle and cornices are sold by the metre, blinds by the square
// metre: the quantity of an order's line is what was measured.
type article struct {
	sku, name string
	kind      schema.ProductKind
	list      int64  // the list price in the currency's major unit, with tax; 0: cost-plus
	markup    string // of a cost-plus product
	margin    string // the least
	leadDays  int
	parts     []part
	options   []choice
	measure   measure
	weight    int // how often it is bought, compared with the others
}

// part is a quantity of a material, a resource or ("*") another product. One that begins with "=" is a formula over measurements.
type part struct{ what, quantity string }

// choice is an option. Its value is the number of units of it for one unit of the product.
type choice struct {
	code, name string
	surcharge  int64
	parts      []part
}

// measure says which measurement of a window or a room is the quantity of a product.
type measure int

const (
	pieces  measure = iota
	windows         // one a window
	widths          // metres of the windows' width
	areas           // square metres of the windows
	once            // one an order
)

var curtainOptions = []choice{
	{"lining", "Подкладка сатиновая", 0, []part{{"lining-satin", "2"}, {"sewing", "0.22"}}},
	{"thermal", "Подкладка термо", 0, []part{{"lining-thermal", "2"}, {"sewing", "0.25"}}},
	{"hand-pleats", "Ручная складка", 420, []part{{"sewing", "0.35"}}},
	{"fringe", "Бахрома, метров на метр шторы", 0, []part{{"fringe", "1"}, {"sewing", "0.1"}}},
}

// grades are the options of a better quality.
var grades = map[string]bool{"hand-pleats": true, "motor": true}

func curtain(fabric, perMetre, hours string) []part {
	return []part{{fabric, perMetre}, {"pleat-tape", "2.1"}, {"weight-cord", "2"}, {"thread", "55"}, {"cutting", "0.12"}, {"sewing", hours}, {"packaging", "0.3"}}
}

var motor = choice{"motor", "Электропривод с пультом", 720, []part{{"motor-drive", "1"}, {"remote-control", "1"}, {"joinery", "0.4"}}}

var articles = []article{
	{sku: "CUR-LINEN", name: "Штора льняная, м", markup: "0.85", margin: "0.2", leadDays: 14, parts: curtain("linen", "2.1", "0.85"), options: curtainOptions, measure: widths, weight: 12},
	{sku: "CUR-VELVET", name: "Штора бархатная, м", markup: "0.95", margin: "0.22", leadDays: 18, parts: curtain("velvet", "2.05", "1.1"), options: curtainOptions, measure: widths, weight: 8},
	{sku: "CUR-BLACKOUT", name: "Штора блэкаут, м", list: 5270, margin: "0.2", leadDays: 12, parts: curtain("blackout", "2", "0.8"), options: curtainOptions, measure: widths, weight: 13},
	{sku: "CUR-JACQUARD", name: "Штора жаккардовая, м", markup: "0.9", margin: "0.22", leadDays: 18, parts: curtain("jacquard", "2.1", "1"), options: curtainOptions, measure: widths, weight: 6},
	{sku: "CUR-COTTON", name: "Штора хлопковая, м", list: 4190, margin: "0.18", leadDays: 10, parts: curtain("cotton", "2", "0.75"), options: curtainOptions[:2], measure: widths, weight: 10},
	{sku: "CUR-MADE", name: "Штора по размерам окна", markup: "0.9", margin: "0.2", leadDays: 14, parts: []part{
		{"linen", "=ceil(width * 2 / 1.4) * (height + 0.25)"},
		{"pleat-tape", "=width * 2 + 0.1"},
		{"weight-cord", "=width * 2"},
		{"thread", "=55 * width"},
		{"cutting", "0.3"},
		{"sewing", "=max(0.85 * width, 1) + (height > 3 ? 0.3 : 0)"},
		{"packaging", "1"},
	}, options: curtainOptions[2:3], measure: windows, weight: 0},
	{sku: "TUL-VOILE", name: "Тюль вуаль, м", list: 2630, margin: "0.18", leadDays: 8, parts: curtain("voile", "2.5", "0.45"), measure: widths, weight: 13},
	{sku: "TUL-ORGANZA", name: "Тюль органза, м", markup: "0.8", margin: "0.18", leadDays: 8, parts: curtain("organza", "2.5", "0.5"), measure: widths, weight: 8},
	{sku: "ROM-LINEN", name: "Римская штора льняная, м²", markup: "0.85", margin: "0.2", leadDays: 14, parts: []part{{"linen", "1.25"}, {"roman-kit", "0.7"}, {"thread", "40"}, {"cutting", "0.15"}, {"sewing", "1.3"}, {"packaging", "0.4"}}, options: []choice{curtainOptions[0], motor}, measure: areas, weight: 6},
	{sku: "ROM-BLACKOUT", name: "Римская штора блэкаут, м²", list: 6830, margin: "0.2", leadDays: 14, parts: []part{{"blackout", "1.25"}, {"roman-kit", "0.7"}, {"thread", "40"}, {"cutting", "0.15"}, {"sewing", "1.2"}, {"packaging", "0.4"}}, options: []choice{motor}, measure: areas, weight: 5},
	{sku: "ROL-DAY", name: "Рулонная штора дневная, м²", list: 3950, margin: "0.15", leadDays: 7, parts: []part{{"roller-fabric", "1.08"}, {"roller-tube", "0.75"}, {"joinery", "0.35"}, {"packaging", "0.5"}}, options: []choice{motor}, measure: areas, weight: 9},
	{sku: "ROL-BLACKOUT", name: "Рулонная штора блэкаут, м²", list: 4670, margin: "0.15", leadDays: 7, parts: []part{{"roller-fabric", "1.3"}, {"roller-tube", "0.75"}, {"joinery", "0.35"}, {"packaging", "0.5"}}, options: []choice{motor}, measure: areas, weight: 7},
	{sku: "BLI-ALU", name: "Жалюзи алюминиевые, м²", list: 4310, margin: "0.15", leadDays: 6, parts: []part{{"slat-aluminium", "1.05"}, {"profile-aluminium", "0.7"}, {"joinery", "0.45"}, {"packaging", "0.5"}}, measure: areas, weight: 6},
	{sku: "BLI-LIME", name: "Жалюзи из липы, м²", markup: "0.7", margin: "0.2", leadDays: 16, parts: []part{{"slat-lime", "1.05"}, {"profile-aluminium", "0.7"}, {"joinery", "0.8"}, {"packaging", "0.5"}}, options: []choice{motor}, measure: areas, weight: 3},
	{sku: "COR-ALU", name: "Карниз алюминиевый, м", list: 1910, margin: "0.15", leadDays: 4, parts: []part{{"profile-aluminium", "1.05"}, {"bracket", "1.4"}, {"joinery", "0.15"}}, measure: widths, weight: 11},
	{sku: "COR-OAK", name: "Карниз дубовый, м", markup: "0.75", margin: "0.2", leadDays: 10, parts: []part{{"rod-oak", "1.05"}, {"bracket", "1.2"}, {"joinery", "0.4"}}, measure: widths, weight: 4},
	{sku: "COR-BAY", name: "Карниз гибкий для эркера, м", markup: "0.8", margin: "0.2", leadDays: 10, parts: []part{{"profile-flexible", "1.08"}, {"bracket", "1.8"}, {"joinery", "0.5"}}, measure: widths, weight: 4},
	{sku: "COR-MOTOR", name: "Карниз с электроприводом", markup: "0.6", margin: "0.2", leadDays: 14, parts: []part{{"motor-drive", "1"}, {"remote-control", "1"}, {"*COR-BAY", "1"}, {"joinery", "1"}}, options: []choice{
		{"metres", "Каждый следующий метр", 0, []part{{"*COR-BAY", "1"}}},
	}, measure: windows, weight: 2},
	{sku: "PEL-HARD", name: "Ламбрекен жёсткий, м", markup: "1", margin: "0.22", leadDays: 18, parts: []part{{"jacquard", "0.8"}, {"lining-satin", "0.8"}, {"fringe", "1.1"}, {"thread", "60"}, {"cutting", "0.3"}, {"sewing", "2.1"}}, measure: widths, weight: 2},
	{sku: "TIE-BACK", name: "Подхваты, пара", list: 1550, margin: "0.15", leadDays: 5, parts: []part{{"fringe", "0.9"}, {"lining-satin", "0.5"}, {"sewing", "0.35"}}, measure: windows, weight: 6},
	{sku: "CUSHION", name: "Подушка из ткани штор", list: 2030, margin: "0.15", leadDays: 7, parts: []part{{"linen", "0.6"}, {"filling", "1"}, {"sewing", "0.4"}, {"packaging", "1"}}, measure: pieces, weight: 5},
	{sku: "BEDSPREAD", name: "Покрывало стёганое", markup: "0.8", margin: "0.2", leadDays: 21, parts: []part{{"cotton", "6"}, {"lining-thermal", "5.5"}, {"thread", "400"}, {"cutting", "0.5"}, {"sewing", "5.5"}, {"packaging", "1"}}, measure: once, weight: 3},
	{sku: "TABLECLOTH", name: "Скатерть, м", list: 2750, margin: "0.15", leadDays: 7, parts: []part{{"cotton", "1.6"}, {"thread", "30"}, {"sewing", "0.5"}}, measure: pieces, weight: 2},
	{sku: "SRV-MEASURE", name: "Выезд замерщика", kind: schema.ServiceWork, list: 1680, margin: "0", leadDays: 3, parts: []part{{"measuring", "1.2"}}, measure: once, weight: 0},
	{sku: "SRV-FIT", name: "Монтаж и навеска, окно", kind: schema.ServiceWork, list: 2280, margin: "0.05", leadDays: 5, parts: []part{{"fitting", "1.1"}}, measure: windows, weight: 0},
	{sku: "SRV-STEAM", name: "Отпаривание на месте, окно", kind: schema.ServiceWork, list: 1080, margin: "0.05", leadDays: 5, parts: []part{{"care", "0.7"}}, measure: windows, weight: 3},
	{sku: "SRV-CLEAN", name: "Чистка штор, м", kind: schema.ServiceWork, list: 540, margin: "0.1", leadDays: 9, parts: []part{{"care", "0.35"}, {"packaging", "0.3"}}, measure: widths, weight: 5},
	{sku: "SET-BEDROOM", name: "Комплект «Спальня»", kind: schema.Bundle, markup: "0.72", margin: "0.18", leadDays: 14, parts: []part{{"*CUR-BLACKOUT", "3"}, {"*TUL-VOILE", "3"}, {"*COR-ALU", "3"}, {"*SRV-FIT", "1"}}, measure: once, weight: 4},
	{sku: "SET-LIVING", name: "Комплект «Гостиная»", kind: schema.Bundle, markup: "0.78", margin: "0.2", leadDays: 18, parts: []part{{"*CUR-VELVET", "4"}, {"*TUL-ORGANZA", "4"}, {"*COR-OAK", "3.6"}, {"*TIE-BACK", "1"}, {"*SRV-FIT", "2"}}, measure: once, weight: 3},
	{sku: "SET-KITCHEN", name: "Комплект «Кухня»", kind: schema.Bundle, markup: "0.7", margin: "0.18", leadDays: 14, parts: []part{{"*ROM-LINEN", "2.1"}, {"*TABLECLOTH", "2"}, {"*SRV-FIT", "1"}}, measure: once, weight: 3},
	{sku: "SET-OFFICE", name: "Комплект «Переговорная»", kind: schema.Bundle, markup: "0.55", margin: "0.15", leadDays: 10, parts: []part{{"*BLI-ALU", "9"}, {"*SRV-MEASURE", "1"}, {"*SRV-FIT", "3"}}, measure: once, weight: 1},
	{sku: "CUR-LACE", name: "Штора кружевная, м", list: 3590, margin: "0.15", leadDays: 21, parts: curtain("voile", "2.8", "0.9"), measure: widths, weight: 0},
}

func articleOf(sku string) *article {
	return &articles[slices.IndexFunc(articles, func(a article) bool { return a.sku == sku })]
}

// productID returns a product's id, which is the same in every demonstration company.
func productID(sku string) string { return fixedID(id.Product, sku) }

// measurements are what can be measured, in metres.
var measurements = []service.DefineMeasurementInput{
	{Code: "width", Name: "Ширина", Unit: "м", Least: "0.3", Most: "20"},
	{Code: "height", Name: "Высота", Unit: "м", Least: "0.3", Most: "8"},
}

// defineMeasurements defines what is measured at the customers'.
func (c *company) defineMeasurements(ctx context.Context) error {
	for _, m := range measurements {
		if _, err := c.service.Catalogue.DefineMeasurement(ctx, m); err != nil {
			return err
		}
	}
	return nil
}

// createProducts makes the catalogue by its verbs, at the beginning.
func (c *company) createProducts(ctx context.Context) error {
	c.clock.to(c.begin.AddDate(0, 0, -20))
	if err := c.defineMeasurements(ctx); err != nil {
		return err
	}
	for _, a := range articles {
		in := service.CreateProductInput{
			ID: pointer(productID(a.sku)), Sku: a.sku, Name: a.name, StandardLeadDays: &a.leadDays,
			MinimumMargin: pointer(money.Exact(a.margin)), Components: components(a.parts), TaxCode: pointer(vat),
		}
		if a.kind != "" {
			in.Kind = &a.kind
		}
		if a.list > 0 {
			in.ListPrice = c.moneyInput(c.major(a.list))
		} else {
			in.Markup = pointer(money.Exact(a.markup))
		}
		for _, o := range a.options {
			option := &service.ProductOptionInput{Code: o.code, Name: o.name, Components: components(o.parts), Grade: pointer(grades[o.code])}
			if o.surcharge > 0 {
				option.Surcharge = c.moneyInput(c.major(o.surcharge))
			}
			in.Options = append(in.Options, option)
		}
		p, err := c.service.Catalogue.CreateProduct(ctx, in)
		if err != nil {
			return err
		}
		c.products[a.sku] = p
	}
	return nil
}

// raisePrices raises the list prices on a day, counted from the beginning.
func (c *company) raisePrices(ctx context.Context, day int) error {
	c.clock.to(c.begin.AddDate(0, 0, day))
	manager := c.as(ctx, c.staff["manager@erker.example"])
	for _, a := range articles {
		if a.list == 0 || a.kind == schema.ServiceWork && day < 365 {
			continue
		}
		dearer := a.list + a.list*int64(day)/365*6/100/10*10
		_, err := c.service.Catalogue.SetListPrice(manager, service.SetListPriceInput{
			ProductID: productID(a.sku), ListPrice: c.moneyInput(c.major(dearer)), ValidFrom: pointer(c.clock.at.AddDate(0, 0, 10)),
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// dropLace takes the product that nobody buys off the catalogue.
func (c *company) dropLace(ctx context.Context) error {
	lace := c.products["CUR-LACE"]
	_, err := c.service.Catalogue.UpdateProduct(c.as(ctx, c.staff["manager@erker.example"]), service.UpdateProductInput{ID: lace.ID, ExpectedVersion: lace.Version, Active: pointer(false)})
	return err
}

func components(parts []part) []*service.ComponentInput {
	all := make([]*service.ComponentInput, len(parts))
	for i, p := range parts {
		one := &service.ComponentInput{Quantity: money.Exact(p.quantity)}
		if formula, ok := strings.CutPrefix(p.quantity, "="); ok {
			one.Quantity, one.QuantityFormula = "", &formula
		}
		switch {
		case p.what[0] == '*':
			one.ProductSku = pointer(p.what[1:])
		case isResource(p.what):
			one.Resource = pointer(p.what)
		default:
			one.Material = pointer(p.what)
		}
		all[i] = one
	}
	return all
}

func isResource(code string) bool {
	return slices.ContainsFunc(prices, func(p price) bool { return p.subject == schema.RateResource && p.code == code })
}
