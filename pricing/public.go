package pricing

import (
	"slices"
	"strings"
	"time"

	"kopeck/costing"
	"kopeck/money"
)

// isPersonal reports whether a variable of conditions tells something of the customer.
func isPersonal(variable string) bool {
	return strings.HasPrefix(variable, "customer.") || strings.HasPrefix(variable, "permission") || variable == "lifetimeValue"
}

// isPersonal reports whether a condition asks for something of the customer.
func (c *Condition) isPersonal() bool { return c != nil && slices.ContainsFunc(c.asks, isPersonal) }

// PublicPrice returns what one unit of a product costs, at its standard lead time and by what was known then, whoever asks: the list price and the
// rules that ask for nothing of the customer, rounded. Agreements and personal rules are left out, and so is the floor, which follows the load
// of the workshop and only raises a price. Errors as Price.
func (b *Book) PublicPrice(productID string, at time.Time) (money.Amount, error) {
	w, err := b.begin(Question{ProductID: productID, Quantity: one, At: at})
	if err != nil {
		return money.Amount{}, err
	}
	w.public = true
	for _, take := range []func(*waterfall, Step) error{(*waterfall).list, (*waterfall).rules, (*waterfall).rounding} {
		if err := take(w, Step{}); err != nil {
			return money.Amount{}, err
		}
	}
	return w.running, nil
}

// AsksForLoad reports whether a rule that is not personal asks for the load of the workshop: a public price then rests on bookings.
func (b *Book) AsksForLoad() bool {
	return slices.ContainsFunc(b.rules, func(r compiledRule) bool { return r.condition.asksFor("utilisation") && !r.condition.isPersonal() })
}

func (c *Condition) asksFor(names ...string) bool {
	return c != nil && slices.ContainsFunc(c.asks, func(name string) bool { return slices.Contains(names, name) })
}

// PublicTurns returns the moments after one and up to another at which the public price of a product may become another, in ascending order. A
// condition that asks for the time is asked at every full hour, one that asks for the load at midnight and at every booking.
func (b *Book) PublicTurns(productID string, after, to time.Time) []time.Time {
	all := slices.Concat(b.basis.Rates.Turns(after, to), b.basis.Catalogue.Turns(productID, after, to))
	add := func(moments ...time.Time) {
		for _, m := range moments {
			if m.After(after) && !m.After(to) {
				all = append(all, m)
			}
		}
	}
	for _, id := range b.withParts(productID) { // a bundle's price is that of its parts
		for _, t := range b.terms[id] {
			add(t.ValidFrom, t.RecordedAt)
		}
		add(b.basis.Taxes.Turns(id)...)
	}
	for _, one := range b.fields[productID] {
		add(one.RecordedAt)
	}
	hours, load := false, b.AsksForLoad()
	for _, r := range b.rules {
		if !r.condition.isPersonal() {
			add(r.turns()...)
			hours = hours || r.condition.asksFor("at", "season")
		}
	}
	if load {
		all = append(all, b.basis.Bookings.Turns(after, to)...)
	}
	if hours || load {
		for day := costing.Day(after, b.basis.Zone); day <= costing.Day(to, b.basis.Zone); day++ {
			add(costing.StartOfDay(day, b.basis.Zone))
		}
	}
	if hours { // the hours of UTC and of the zone begin apart from each other in few zones
		for _, first := range []time.Time{after.UTC().Truncate(time.Hour), costing.StartOfDay(costing.Day(after, b.basis.Zone), b.basis.Zone)} {
			for hour := first; !hour.After(to); hour = hour.Add(time.Hour) {
				add(hour)
			}
		}
	}
	slices.SortFunc(all, time.Time.Compare)
	return slices.CompactFunc(all, time.Time.Equal)
}

// turns returns the moments at which a rule may begin or cease to apply by itself.
func (r *compiledRule) turns() []time.Time {
	all := []time.Time{r.RecordedAt}
	for _, end := range []*time.Time{r.ValidFrom, r.ValidTo, r.RetiredAt} {
		if end != nil {
			all = append(all, *end)
		}
	}
	return all
}

// withParts returns a product and all that it has ever been put together from.
func (b *Book) withParts(productID string) []string {
	all := []string{productID}
	b.basis.Catalogue.EachComponent(productID, map[string]bool{}, func(c costing.Component) {
		if c.PartID != "" {
			all = append(all, c.PartID)
		}
	})
	return all
}
