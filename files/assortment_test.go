package files_test

import (
	"strings"
	"testing"

	"kopeck/auth"
	"kopeck/dbtest"
	"kopeck/files"
	"kopeck/files/option"
	"kopeck/service"
)

// sold are the kinds of what is sold and at what price, in the order in which they go in.
var sold = []option.Kind{option.Measurements, option.Products, option.Recipes, option.Rules, option.Agreements}

// The files of a small catalogue as a person writes them. The wardrobe stands before the door that it is made of.
const (
	someRates = "subject,code,unit,amount,valid_from\nMATERIAL,oak,kg,100,2025-01-01\nMATERIAL,glass,m2,500,2025-01-01\nRESOURCE,saw,hour,1200,2025-01-01\n"
	someRows  = "sku,name,kind,category,unit,markup,minimum_margin,list_price,tax_code,lead_days\n" +
		"WARDROBE,Wardrobe,GOOD,Oak,piece,0.5,0.1,,,21\nDOOR,Door,,,,0.2,,,,\nDELIVERY,Delivery,SERVICE,,,,,900.00,,3\n"
	someMeasures = "code,name,unit,least,most\nwidth,Width,m,0.1,6\nheight,Height,m,0.1,3\n"
	someRecipes  = "sku,option,option_name,surcharge,material,resource,part,quantity,formula\n" +
		"WARDROBE,,,,,,DOOR,2,\nWARDROBE,,,,oak,,,30.5,\nWARDROBE,mirror,A mirror,250.00,glass,,,1.5,\nWARDROBE,mirror,,,,saw,,0.25,\n" +
		"DOOR,,,,oak,,,,width * height * 1.1\nDOOR,,,,,saw,,0.5,\n"
	someRules      = "name,condition,percent,amount,priority,exclusive,valid_from\nMany,quantity >= 10,-5,,10,,\nWinter,true,,-12.50,,true,2027-01-01\n"
	someCustomers  = "name,external_id,email,measurements\nAnna,a-1,anna@example.com,\nBoris,b-1,boris@example.com,\"{\"\"width\"\":2.5}\"\n"
	someAgreements = "customer,email,sku,unit_price,minimum_quantity,valid_to,reason\na-1,,DELIVERY,850.00,,2027-01-01,\n,boris@example.com,WARDROBE,1.00,5,,an old promise\n"
)

// stock brings the files of the small catalogue in.
func (w *world) stock() {
	w.Helper()
	w.bring(someRates, option.Options{Kind: option.Rates, Format: option.CSV, Map: "subject=subject,code=code,unit=unit,amount=amount,valid_from=valid_from"})
	w.bring(someCustomers, option.Options{Kind: option.Customers, Map: "name=name,external_id=external_id,email=email,measurements=measurements"})
	for n, text := range []string{someMeasures, someRows, someRecipes, someRules, someAgreements} {
		if r := w.bring(text, option.Options{Kind: sold[n]}); r.Rejected > 0 || r.Present > 0 || r.Added == 0 {
			w.Fatalf("%s: %s", sold[n], r)
		}
	}
}

// TestACatalogueFromFiles: five small files make a catalogue, a second import of each changes nothing, and what is exported makes the same
// in an empty installation, to the byte.
func TestACatalogueFromFiles(t *testing.T) {
	each(t, func(w *world) {
		w.stock()
		for n, text := range []string{someMeasures, someRows, someRecipes, someRules, someAgreements} {
			if r := w.bring(text, option.Options{Kind: sold[n]}); r.Rejected+r.Added+r.Updated > 0 || r.Present == 0 {
				w.Errorf("%s again: %s", sold[n], r)
			}
		}
		if got := w.cost("WARDROBE", "width", "2", "height", "1"); got != "4690.00" { // 30.5 kg of oak, and 2 doors of 2.2 kg and half an hour
			w.Errorf("the wardrobe costs %s", got)
		}
		other := newWorld(w.T, dbtest.SQLite(w.T))
		for _, kind := range append([]option.Kind{option.Rates, option.Customers}, sold...) {
			text := w.export(kind)
			if r := other.bring(text, option.Options{Kind: kind, Format: option.Kopeck}); r.Rejected > 0 || r.Present > 0 {
				w.Fatalf("%s into an empty installation: %s\n%s", kind, r, text)
			}
			if got := other.export(kind); got != text {
				w.Errorf("%s came out as\n%s\nwant\n%s", kind, got, text)
			}
			if r := other.bring(text, option.Options{Kind: kind}); r.Added+r.Updated+r.Rejected > 0 {
				w.Errorf("%s twice: %s", kind, r)
			}
		}
		if got := other.cost("WARDROBE", "width", "2", "height", "1"); got != "4690.00" {
			w.Errorf("there the wardrobe costs %s", got)
		}
		for _, one := range []*world{w, other} {
			var excused string
			one.one(&excused, "SELECT CAST(excused_measurements AS text) FROM price_agreements WHERE override_floor_reason IS NOT NULL")
			if strings.ReplaceAll(excused, " ", "") != `{"width":2.5}` {
				w.Errorf("the reason excuses %s, not what is measured of the customer", excused)
			}
		}
		w.closed()
		other.closed()
	})
}

// cost returns what a product costs now with some measurements, by code and value.
func (w *world) cost(sku string, measured ...string) string {
	w.Helper()
	var productID string
	w.one(&productID, "SELECT id FROM products WHERE sku = ?", sku)
	costs, err := w.service.Catalogue.Costs(auth.System(w.Context()), nil, nil)
	if err != nil {
		w.Fatal(err)
	}
	var chosen []*service.OptionInput
	for n := 0; n < len(measured); n += 2 {
		chosen = append(chosen, &service.OptionInput{Code: measured[n], Value: measured[n+1]})
	}
	cost, err := costs.Of(productID, nil, chosen, nil)
	if err != nil {
		w.Fatal(err)
	}
	return w.service.Currency.Format(cost.Full)
}

// TestRejectedOfACatalogue: what is wrong is named by its line, and nothing of it is written.
func TestRejectedOfACatalogue(t *testing.T) {
	each(t, func(w *world) {
		w.stock()
		before := w.exportAll()
		for name, c := range map[string]struct {
			kind option.Kind
			text string
			says map[int64]string
		}{
			"an unknown part":           {option.Recipes, "sku,part,quantity\nDOOR,KNOB,1\n", map[int64]string{2: "part: no such product"}},
			"an unknown material":       {option.Recipes, "sku,material,quantity\nDELIVERY,iron,1\n", map[int64]string{2: "material: no such material: iron has no rate"}},
			"an unknown product":        {option.Recipes, "sku,material,quantity\nCHAIR,oak,1\n", map[int64]string{2: "sku: there is no such product: import products first"}},
			"a wrong formula":           {option.Recipes, "sku,material,formula\nDELIVERY,oak,width * depth\n", map[int64]string{2: "formula: "}},
			"no quantity at an end":     {option.Recipes, "sku,material,formula\nDELIVERY,oak,width - 3\n", map[int64]string{2: "formula: "}},
			"two quantities":            {option.Recipes, "sku,material,quantity,formula\nDELIVERY,oak,1,width\n", map[int64]string{2: "quantity: want exactly one"}},
			"nothing of three":          {option.Recipes, "sku,material,resource,quantity\nDELIVERY,,,1\n", map[int64]string{2: "want exactly one of material, resource"}},
			"a measurement as option":   {option.Recipes, "sku,option,material,quantity\nDELIVERY,width,oak,1\n", map[int64]string{2: "width is a measurement"}},
			"another recipe":            {option.Recipes, "sku,material,quantity\nDOOR,oak,1\n", map[int64]string{2: "--update records this recipe"}},
			"a forged moment":           {option.Recipes, "sku,id,valid_from,recorded_at,material,quantity\nDOOR,rcp_01jd0000000000000000000001,2025-01-01,2025-01-01T00:00:00Z,oak,1\n", map[int64]string{2: "a file cannot change what was known here"}},
			"a forged price":            {option.Products, "sku,list_price,valid_from,recorded_at\nDELIVERY,1.00,2025-01-01,2025-01-01T00:00:00Z\n", map[int64]string{2: "a file cannot change what was known here"}},
			"a part of itself":          {option.Recipes, "sku,part,quantity\nDELIVERY,DELIVERY,1\n", map[int64]string{2: "a product cannot be a part of itself"}},
			"another price":             {option.Products, "sku,name,list_price\nDELIVERY,Delivery,950\n", map[int64]string{2: "there already with another list_price; --update changes it"}},
			"price and markup":          {option.Products, "sku,name,list_price,markup\nX,X,950,0.5\n", map[int64]string{2: "want list_price or markup, not both"}},
			"no name":                   {option.Products, "sku,list_price\nX,950\n", map[int64]string{2: "name: "}},
			"a least margin of 1":       {option.Products, "sku,name,minimum_margin\nX,X,1\n", map[int64]string{2: "minimum_margin: "}},
			"rows that differ":          {option.Products, "sku,name,list_price\nX,X,1\nX,Y,2\n", map[int64]string{2: "line 3 of the same record is bad: name: the rows of one product differ", 3: "name: the rows of one product differ"}},
			"another kind":              {option.Products, "sku,kind\nDELIVERY,GOOD\n", map[int64]string{2: "kind: the product is a SERVICE"}},
			"another letter case":       {option.Measurements, "code,name,unit,least,most\nWIDTH,Width,m,0,1\n", map[int64]string{2: "differs in letter case alone"}},
			"the code of an option":     {option.Measurements, "code,name,unit,least,most\nmirror,Mirror,m,0,1\n", map[int64]string{2: "an option of a product has this code"}},
			"another range":             {option.Measurements, "code,name,unit,least,most\nwidth,Width,m,0.1,7\n", map[int64]string{2: "another most; --update changes it"}},
			"a condition":               {option.Rules, "name,condition,percent\nBad,quantity >,1\n", map[int64]string{2: "condition: "}},
			"another rule of a name":    {option.Rules, "name,condition,percent\nMany,quantity >= 10,-6\n", map[int64]string{2: "--update retires it"}},
			"percent and amount":        {option.Rules, "name,condition,percent,amount\nBoth,true,1,1\n", map[int64]string{2: "percent"}},
			"under the floor":           {option.Agreements, "customer,sku,unit_price\na-1,WARDROBE,1.00\n", map[int64]string{2: "under the floor"}},
			"nobody":                    {option.Agreements, "customer,sku,unit_price\nz-1,DELIVERY,1.00\n", map[int64]string{2: "customer: there is no customer with this external id"}},
			"no such product":           {option.Agreements, "customer,sku,unit_price\na-1,SOFA,1.00\n", map[int64]string{2: "sku: there is no such product"}},
			"an agreement that is over": {option.Agreements, "customer,sku,unit_price,valid_from,valid_to\na-1,DELIVERY,1.00,2027-01-01,2026-12-01\n", map[int64]string{2: "valid_to: want a moment after valid_from"}},
		} {
			w.Run(name, func(t *testing.T) {
				in := *w
				in.T = t
				in.only(in.bring(c.text, option.Options{Kind: c.kind}), c.says)
			})
		}
		if after := w.exportAll(); after != before {
			w.Errorf("something was written:\n%s\nbefore\n%s", after, before)
		}
	})
}

// exportAll exports everything that is sold.
func (w *world) exportAll() string {
	w.Helper()
	var all strings.Builder
	for _, kind := range sold {
		all.WriteString(w.export(kind))
	}
	return all.String()
}

// TestCircleOfRecipes: products on a circle are refused, wherever they stand and in whatever chunks; with reject-row the others go in.
func TestCircleOfRecipes(t *testing.T) {
	each(t, func(w *world) {
		w.stock()
		w.bring("sku,name\nA,A\nB,B\nC,C\nD,D\n", option.Options{Kind: option.Products})
		const circle = "sku,part,material,quantity\nD,A,,1\nA,B,,1\nB,C,,2\nC,,oak,1\nC,A,,1\n"
		on := "part: a product cannot be a part of itself: "
		w.only(w.bring(circle, option.Options{Kind: option.Recipes}), map[int64]string{3: on, 4: on, 5: on, 6: on})
		if n := w.number("SELECT count(*) FROM recipes r JOIN products p ON p.id = r.product_id WHERE p.sku IN ('A', 'B', 'C', 'D')"); n != 0 {
			w.Errorf("%d recipes were written", n)
		}
		if r := w.bring(circle, option.Options{Kind: option.Recipes, Chunk: 1}); r.Rejected == 0 || r.Written {
			w.Errorf("in chunks of one product: %s", r)
		}
		if r := w.bring(circle, option.Options{Kind: option.Recipes, Errors: option.RejectRow}); r.Added != 1 || r.Rejected != 4 {
			w.Errorf("the others alone: %s", r)
		}
		w.closed()
	})
}

// TestRecipesInAnyOrder: a part may stand after what is made of it, and the rows of one product apart.
func TestRecipesInAnyOrder(t *testing.T) {
	each(t, func(w *world) {
		w.stock()
		want := w.cost("WARDROBE", "width", "2", "height", "1")
		other := newWorld(w.T, dbtest.SQLite(w.T))
		other.bring(someRates, option.Options{Kind: option.Rates, Format: option.CSV, Map: "subject=subject,code=code,unit=unit,amount=amount,valid_from=valid_from"})
		other.bring(someMeasures, option.Options{Kind: option.Measurements})
		other.bring(someRows, option.Options{Kind: option.Products})
		rows := strings.SplitAfter(someRecipes, "\n")
		apart := strings.Join([]string{rows[0], rows[6], rows[3], rows[1], rows[5], rows[4], rows[2]}, "")
		if r := other.bring(apart, option.Options{Kind: option.Recipes, Chunk: 1}); r.Added != 2 || r.Rejected > 0 || !strings.Contains(strings.Join(r.Notes, " "), "recipes stood apart") {
			w.Errorf("apart: %s", r)
		}
		if got := other.cost("WARDROBE", "width", "2", "height", "1"); got != want {
			w.Errorf("it costs %s, want %s", got, want)
		}
	})
}

// TestUpdatingACatalogue: with --update a file changes what is there, from now on or from the moment that it says, and what was before can
// still be asked.
func TestUpdatingACatalogue(t *testing.T) {
	each(t, func(w *world) {
		w.stock()
		update := func(kind option.Kind, text string, updated int64) {
			w.Helper()
			r := w.bring(text, option.Options{Kind: kind, Update: true})
			if r.Updated != updated || r.Rejected > 0 {
				w.Fatalf("%s: %s", kind, r)
			}
			if r := w.bring(text, option.Options{Kind: kind, Update: true}); r.Updated+r.Added+r.Rejected > 0 {
				w.Errorf("%s again: %s", kind, r)
			}
		}
		update(option.Products, "sku,name,category,list_price,lead_days,valid_from\nDELIVERY,Delivery home,Services,990.00,5,2027-01-01\nDOOR,Door,,,,\n", 1)
		update(option.Recipes, "sku,valid_from,reason,material,quantity\nDELIVERY,,,oak,0.1\nDOOR,2026-11-01,it was weighed anew,oak,3\n", 1)
		update(option.Measurements, "code,name,unit,least,most\nheight,Height,m,0.2,3\n", 1)
		update(option.Rules, "name,condition,percent,priority\nMany,quantity >= 20,-7.5,10\n", 1)
		if n := w.number("SELECT count(*) FROM list_prices l JOIN products p ON p.id = l.product_id WHERE p.sku = 'DELIVERY'"); n != 2 {
			w.Errorf("%d price terms of the delivery", n)
		}
		if n := w.number("SELECT count(*) FROM dated_values WHERE name IN ('leadDays', 'measure', 'lead_days', 'measurement')"); n != 4 {
			w.Errorf("%d dated values", n)
		}
		if n := w.number("SELECT count(*) FROM price_rules WHERE active"); n != 2 {
			w.Errorf("%d rules are in force", n)
		}
		if got := w.cost("DOOR"); got != "300.00" {
			w.Errorf("the door costs %s", got)
		}
		other := newWorld(w.T, dbtest.Postgres(w.T))
		for _, kind := range append([]option.Kind{option.Rates, option.Customers}, sold...) {
			text := w.export(kind)
			other.bring(text, option.Options{Kind: kind})
			if got := other.export(kind); got != text {
				w.Errorf("%s came out as\n%s\nwant\n%s", kind, got, text)
			}
		}
		w.closed()
		other.closed()
	})
}

// TestPreviewOfACatalogue shows what would be read.
func TestPreviewOfACatalogue(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t))
	for kind, c := range map[option.Kind][2]string{
		option.Measurements: {someMeasures, "code=width"}, option.Products: {someRows, "sku=WARDROBE"}, option.Recipes: {someRecipes, "formula=\"width * height * 1.1\""},
		option.Rules: {someRules, "name=Many"}, option.Agreements: {someAgreements, "unit_price=850.00"},
	} {
		text, err := files.Preview(t.Context(), w.service, option.Options{Kind: kind, Source: strings.NewReader(c[0])})
		if err != nil || !strings.Contains(text, c[1]) {
			t.Errorf("%s: %v\n%s", kind, err, text)
		}
	}
}

// TestTaxOfALog: the tax that a log says is that of the order, and of its lines; it is no margin. That of a product with a code is the code's.
func TestTaxOfALog(t *testing.T) {
	each(t, func(w *world) {
		const o = "order,who,day,sku,n,sum,vat\n1,anna,2026-01-05,LAMP,3,100.00,16.67\n1,anna,2026-01-05,BOOK,1,110.00,10.00\n2,anna,2026-01-06,BOOK,1,50.00,\n"
		w.bring(o, log(option.Options{Map: "order=order,customer=who,date=day,sku=sku,quantity=n,amount=sum,tax=vat", CostShare: share("0.5")}))
		w.bring("order,who,day,sum,vat\n3,anna,2026-01-07,60.00,10.00\n3,anna,2026-01-07,60.00,10.00\n", log(option.Options{Map: "order=order,customer=who,date=day,amount=sum,tax=vat", CostShare: share("0.5")}))
		for order, want := range map[string]int64{"1": 2667, "2": 0, "3": 2000} {
			if got := w.number("SELECT tax FROM orders WHERE external_id = ?", order); got != want {
				w.Errorf("the tax of order %s is %d, want %d", order, got, want)
			}
		}
		if got := w.number("SELECT sum(margin) FROM orders"); got != (21000+5000+12000)/2-2667-2000 {
			w.Errorf("the margins sum to %d", got)
		}
		w.closed()
		r := w.bring("order,who,day,sum,vat\n4,anna,2026-01-07,60.00,60.01\n5,anna,2026-01-07,60.00,-1\n", log(option.Options{Map: "order=order,customer=who,date=day,amount=sum,tax=vat"}))
		w.only(r, map[int64]string{2: "tax: more than the amount", 3: "tax: must not be negative"})
		if _, err := w.try("a,b,c,d\n", log(option.Options{Map: "customer=a,date=b,total=c,tax=d"})); err == nil || !strings.Contains(err.Error(), "tax is what of a row's amount is tax") {
			w.Errorf("tax of a total: %v", err)
		}
	})
}

// TestOrdersOfTaxedProducts: imported orders of products with a tax code have the tax of the moment of their completion, also where the
// code came from a file: 20 % included until the end of 2025, 22 % from then on, and nothing of a product without a code.
func TestOrdersOfTaxedProducts(t *testing.T) {
	each(t, func(w *world) {
		w.bring("subject,code,unit,amount,valid_from\nTAX,vat,share,0.20,2019-01-01\nTAX,vat,share,0.22,2026-01-01\n",
			option.Options{Kind: option.Rates, Format: option.CSV, Map: "subject=subject,code=code,unit=unit,amount=amount,valid_from=valid_from"})
		w.bring("sku,name,list_price,tax_code\nLAMP,Lamp,120,vat\nBOOK,Book,100,\n", option.Options{Kind: option.Products})
		const orders = "order,who,day,sku,sum\n1,anna,2025-12-31,LAMP,120.00\n1,anna,2025-12-31,BOOK,100.00\n2,anna,2026-01-01,LAMP,122.00\n"
		w.bring(orders, log(option.Options{Map: "order=order,customer=who,date=day,sku=sku,amount=sum", CostShare: share("0.5")}))
		for day, want := range map[string]int64{"1": 2000, "2": 2200} {
			if got := w.number("SELECT tax FROM orders WHERE external_id = ?", day); got != want {
				w.Errorf("the tax of order %s is %d, want %d", day, got, want)
			}
		}
		if got := w.number("SELECT sum(margin) FROM orders"); got != 22000+12200-11000-6100-4200 {
			w.Errorf("the margins sum to %d", got)
		}
		w.closed()
	})
}
