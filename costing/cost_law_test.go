package costing_test

import (
	"fmt"
	"math/big"
	"math/rand"
	"reflect"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"kopeck/costing"
	"kopeck/money"
)

var codes = []string{"oak", "glass", "felt", "saw", "oven"}

// drawRates returns every code a rate: materials, then two resources with capacity and fixed share, and up to two overheads.
func drawRates(t *rapid.T) []costing.Rate {
	var rates []costing.Rate
	for i, code := range codes {
		subject := "MATERIAL"
		if i >= 3 {
			subject = "RESOURCE"
		}
		r := rate(subject, code, "kg", "0")
		r.Amount = money.Nano(rapid.Int64Range(0, 1e12).Draw(t, "rate"))
		if i >= 3 {
			capacity, fixed := money.Nano(rapid.Int64Range(1, 10e9).Draw(t, "capacity")), money.Nano(rapid.Int64Range(0, 1e9).Draw(t, "fixed"))
			r.CapacityPerDay, r.FixedShare = &capacity, &fixed
		}
		rates = append(rates, r)
	}
	for i := range rapid.IntRange(0, 2).Draw(t, "overheads") {
		r := rate("OVERHEAD", fmt.Sprint("share", i), "share", "0")
		r.Amount = money.Nano(rapid.Int64Range(0, 5e8).Draw(t, "overhead"))
		rates = append(rates, r)
	}
	return rates
}

// drawProducts makes products p0, p1, …, each of materials, resources and the products before it.
func drawProducts(t *rapid.T, n int) []costing.Product {
	products := make([]costing.Product, n)
	for i := range products {
		draw := func(least int) []costing.Component {
			components := make([]costing.Component, rapid.IntRange(least, 4).Draw(t, "components"))
			for j := range components {
				pick := rapid.IntRange(0, len(codes)+i-1).Draw(t, "of")
				components[j].Quantity = money.Nano(rapid.Int64Range(0, 5e9).Draw(t, "quantity"))
				switch {
				case pick < 3:
					components[j].Material = codes[pick]
				case pick < len(codes):
					components[j].Resource = codes[pick]
				default:
					components[j].PartID = fmt.Sprint("p", pick-len(codes))
				}
			}
			return components
		}
		products[i] = costing.Product{ID: fmt.Sprint("p", i), SKU: fmt.Sprint("P", i), Name: fmt.Sprint("Product ", i), StandardLeadDays: 5, Components: draw(1)}
		for j := range rapid.IntRange(0, 2).Draw(t, "options") {
			products[i].Options = append(products[i].Options, costing.Option{
				Code: fmt.Sprint("o", j), Name: fmt.Sprint("Option ", j), Surcharge: money.Minor(rapid.Int64Range(0, 1e5).Draw(t, "surcharge")), Components: draw(0),
			})
		}
	}
	return products
}

// take adds up in the plainest way what components come to, code by code.
func take(products map[string]costing.Product, components []costing.Component, times *big.Rat, to map[string]*big.Rat) {
	for _, c := range components {
		quantity := new(big.Rat).Mul(times, c.Quantity.Rat())
		if c.PartID != "" {
			take(products, products[c.PartID].Components, quantity, to)
			continue
		}
		code := c.Material + c.Resource
		if to[code] == nil {
			to[code] = new(big.Rat)
		}
		to[code].Add(to[code], quantity)
	}
}

func rounded(r *big.Rat) int64 {
	a, err := money.Round(r)
	if err != nil {
		panic(err)
	}
	return a.Minor()
}

// plainCost is the oracle: full and marginal cost worked out step by step, with nothing prepared.
func plainCost(products map[string]costing.Product, rates []costing.Rate, bookings []costing.Booking, q costing.ProductQuestion) (full, marginal int64) {
	p := products[q.ProductID]
	byCode := map[string]costing.Rate{}
	for _, r := range rates {
		byCode[r.Code] = r
	}
	chosen := map[string]*big.Rat{}
	need := map[string]*big.Rat{}
	take(products, p.Components, big.NewRat(1, 1), need)
	for _, c := range q.Chosen {
		units, _ := c.Units()
		chosen[c.Code] = units.Rat()
		for _, o := range p.Options {
			if o.Code == c.Code {
				take(products, o.Components, units.Rat(), need)
			}
		}
	}
	lead := int64(p.StandardLeadDays)
	if q.LeadDays != nil {
		lead = int64(*q.LeadDays)
	}
	weight := func(code string) *big.Rat {
		r := byCode[code]
		if r.Subject != "RESOURCE" {
			return big.NewRat(1, 1)
		}
		before := new(big.Rat).Sub(q.Quantity.Rat(), big.NewRat(1, 1))
		if before.Sign() < 0 {
			before.SetInt64(0)
		}
		taken := before.Mul(before, need[code])
		for _, b := range bookings {
			first := costing.Day(q.At, time.UTC)
			if b.Resource == code && b.FreedAt == nil && b.Day >= first && b.Day <= first+int(lead) {
				taken.Add(taken, b.Units.Rat())
			}
		}
		u := taken.Quo(taken, new(big.Rat).Mul(r.CapacityPerDay.Rat(), big.NewRat(lead+1, 1)))
		l := big.NewRat(2, 1)
		switch {
		case u.Cmp(big.NewRat(7, 10)) <= 0:
			l.SetInt64(0)
		case u.Cmp(big.NewRat(9, 10)) <= 0:
			l.Mul(new(big.Rat).Sub(u, big.NewRat(7, 10)), big.NewRat(5, 1))
		case u.Cmp(big.NewRat(1, 1)) < 0:
			l.Mul(new(big.Rat).Sub(u, big.NewRat(8, 10)), big.NewRat(10, 1))
		}
		fixed := r.FixedShare.Rat()
		variable := new(big.Rat).Sub(big.NewRat(1, 1), fixed)
		return variable.Add(variable, fixed.Mul(fixed, l))
	}
	line := func(f, m *big.Rat) {
		full += rounded(f)
		marginal += rounded(m)
	}
	price := func(code string, quantity *big.Rat) (*big.Rat, *big.Rat) {
		f := new(big.Rat).Mul(quantity, byCode[code].Amount.Rat())
		f.Mul(f, big.NewRat(100, 1))
		return f, new(big.Rat).Mul(f, weight(code))
	}
	own := map[string]*big.Rat{}
	take(products, p.Components, big.NewRat(1, 1), own)
	for code, quantity := range own {
		line(price(code, quantity))
	}
	for _, o := range p.Options {
		units := chosen[o.Code]
		if units == nil {
			continue
		}
		f, m := new(big.Rat), new(big.Rat) // a surcharge is income
		of := map[string]*big.Rat{}
		take(products, o.Components, units, of)
		for code, quantity := range of {
			pf, pm := price(code, quantity)
			f.Add(f, pf)
			m.Add(m, pm)
		}
		line(f, m)
	}
	fullSubtotal, marginalSubtotal := big.NewRat(full, 1), big.NewRat(marginal, 1)
	for _, r := range rates {
		if r.Subject == "OVERHEAD" {
			line(new(big.Rat).Mul(fullSubtotal, r.Amount.Rat()), new(big.Rat).Mul(marginalSubtotal, r.Amount.Rat()))
		}
	}
	return full, marginal
}

// TestCostLaws: the lines sum to the full cost; full and marginal are the oracle's; nested products cost what their flat
// equal does; and the order of rates, products, bookings, components, options and chosen options changes neither sum.
func TestCostLaws(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		rates := drawRates(t)
		products := drawProducts(t, rapid.IntRange(1, 5).Draw(t, "products"))
		top := products[len(products)-1]
		byID := map[string]costing.Product{}
		for _, p := range products {
			byID[p.ID] = p
		}
		var bookings []costing.Booking
		for range rapid.IntRange(0, 6).Draw(t, "bookings") {
			bookings = append(bookings, costing.Booking{
				Resource: rapid.SampledFrom(codes[3:]).Draw(t, "resource"), Units: money.Nano(rapid.Int64Range(0, 12e9).Draw(t, "booked")),
				Day: costing.Day(day, time.UTC) + rapid.IntRange(-1, 9).Draw(t, "on"), BookedAt: day.AddDate(0, 0, -1),
			})
		}
		question := ask(top.ID)
		question.Quantity = money.Nano(rapid.Int64Range(1, 20e9).Draw(t, "of"))
		if lead := rapid.IntRange(-1, 8).Draw(t, "lead"); lead >= 0 {
			question.LeadDays = &lead
		}
		for _, o := range top.Options {
			if rapid.Bool().Draw(t, "chosen") {
				question.Chosen = append(question.Chosen, costing.Chosen{Code: o.Code, Value: money.Nano(rapid.Int64Range(0, 3e9).Draw(t, "value")).String()})
			}
		}
		cost, err := basis(products, rates, bookings...).Cost(question)
		if err != nil {
			t.Fatal(err)
		}
		var sum int64
		for _, line := range cost.Lines {
			sum += line.Amount.Minor()
		}
		full, marginal := plainCost(byID, rates, bookings, question)
		if sum != cost.Full.Minor() || sum != full || cost.Marginal.Minor() != marginal || len(cost.Missing) > 0 {
			t.Fatalf("lines %d, full %d, marginal %d, missing %v; the oracle says %d and %d", sum, cost.Full.Minor(), cost.Marginal.Minor(), cost.Missing, full, marginal)
		}

		random := rand.New(rand.NewSource(rapid.Int64().Draw(t, "seed")))
		shuffle(random, rates)
		shuffle(random, bookings)
		for i := range products {
			shuffle(random, products[i].Components)
			shuffle(random, products[i].Options)
		}
		shuffle(random, products)
		shuffle(random, question.Chosen)
		second, err := basis(products, rates, bookings...).Cost(question)
		if err != nil || second.Full != cost.Full || second.Marginal != cost.Marginal || !reflect.DeepEqual(second.Usage, cost.Usage) {
			t.Fatalf("in another order %d and %d, %v; was %d and %d", second.Full.Minor(), second.Marginal.Minor(), err, cost.Full.Minor(), cost.Marginal.Minor())
		}
	})
}

// TestNestedIsFlat: what a product is made of through others costs, line by line, what it costs when written out.
func TestNestedIsFlat(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		whole := func(name string) money.Decimal { return money.Whole(rapid.Int64Range(0, 9).Draw(t, name)) }
		a, b, c := whole("a"), whole("b"), whole("c")
		nested := []costing.Product{
			{ID: "leaf", Components: []costing.Component{{Material: "oak", Quantity: a}, {Resource: "saw", Quantity: b}}},
			{ID: "mid", Components: []costing.Component{{PartID: "leaf", Quantity: c}, {Material: "oak", Quantity: b}}},
			{ID: "top", Components: []costing.Component{{PartID: "mid", Quantity: a}, {PartID: "leaf", Quantity: b}}},
		}
		n := func(d money.Decimal) int64 { return d.Nano() / 1e9 }
		leaves := n(a)*n(c) + n(b)
		flat := []costing.Product{{ID: "top", Components: []costing.Component{
			{Material: "oak", Quantity: money.Whole(leaves*n(a) + n(a)*n(b))}, {Resource: "saw", Quantity: money.Whole(leaves * n(b))},
		}}}
		rates := drawRates(t)
		one, err := basis(nested, rates).Cost(ask("top"))
		if err != nil {
			t.Fatal(err)
		}
		other, err := basis(flat, rates).Cost(ask("top"))
		if err != nil {
			t.Fatal(err)
		}
		plain := func(lines []costing.Line) []string {
			var all []string
			for _, l := range lines {
				all = append(all, fmt.Sprint(l.Kind, l.Label, l.Quantity, l.Rate, l.Amount))
			}
			slices.Sort(all)
			return all
		}
		if !slices.Equal(plain(one.Lines), plain(other.Lines)) || one.Full != other.Full || one.Marginal != other.Marginal {
			t.Fatalf("nested %v\nflat %v", one, other)
		}
	})
}

func shuffle[T any](random *rand.Rand, s []T) {
	random.Shuffle(len(s), func(i, j int) { s[i], s[j] = s[j], s[i] })
}
