package demo

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"time"

	"kopeck/costing"
	"kopeck/id"
	"kopeck/money"
	"kopeck/pricing"
	"kopeck/schema"
	"kopeck/service"
)

// order is an order in the making.
type order struct {
	person *person
	id     string
	status schema.OrderStatus
	at     time.Time // of the order
	asked  time.Time // when it was priced: the same, or the time of the offer it came from
	due    time.Time
	lead   int // of the slowest line

	completed, cancelled time.Time // zero where it is not
	cancelReason         string
	refunded             money.Amount
	refund               *refund
	taxes                costing.OrderTaxes // what follows from those of the lines
	offer                *offer
	external             string

	total, tax, cost money.Amount
	lines            []*line
	bookings         []booked
}

type line struct {
	id       string
	sku      string
	quantity money.Decimal
	options  []pricing.Option
	lead     int

	unit, total, tax, cost money.Amount
	promisedTax            money.Amount // as it was when the price was asked for
	steps                  []pricing.Line
}

type refund struct {
	id, reason string
	share      float64 // of the total
	at         time.Time
	actor      string
	amount     money.Amount
	lines      []*line // that came back whole, with their goods; none of a refund that names an amount
}

// booked is capacity that an order takes on a day.
type booked struct {
	id    string
	order *order
	costing.Booking
}

// drawOrder draws an order with its lines, what becomes of it, and the contacts around it.
func (c *company) drawOrder(p *person, at time.Time, first bool) {
	r := p.draws
	o := &order{person: p, id: drawID(r, id.Order, at), at: at, asked: at, status: schema.OrderPlaced}
	if r.Float64() < 0.4 {
		o.external = "ЗК-" + at.In(c.zone).Format("06") + "-" + padded(p.number, 4) + "-" + padded(len(p.orders)+1, 2)
	}
	c.drawLines(o, first)
	for _, l := range o.lines {
		o.lead = max(o.lead, l.lead)
	}
	o.due = at.In(c.zone).AddDate(0, 0, o.lead).UTC()
	switch done := c.atWork(r, at.AddDate(0, 0, max(1, o.lead-2+r.IntN(4)))); {
	case r.Float64() < 0.04 && p.number > 0:
		if gone := c.atWork(r, at.AddDate(0, 0, 1+r.IntN(4))); gone.Before(c.end()) && gone.After(at) {
			o.status, o.cancelled = schema.OrderCancelled, gone
			o.cancelReason = [...]string{"передумали", "нашли дешевле", "не успеваем к сроку", "переезд отложен"}[r.IntN(4)]
		}
	case done.Before(c.end()) && done.After(at):
		o.status, o.completed = schema.OrderCompleted, done
		c.drawRefund(o)
	}
	c.drawOffers(o)
	p.orders = append(p.orders, o)
	c.orders = append(c.orders, o)
	c.drawContactsAround(o, first)
}

// wrongSize is why a line of an order comes back, where it has several; where it has one, its price is reduced.
const wrongSize = "ошиблись в размере, скидка"

// drawRefund draws whether and how a completed order is refunded.
func (c *company) drawRefund(o *order) {
	r := o.person.draws
	u := r.Float64()
	if u > 0.035 || o.person.number == 0 {
		return
	}
	f := &refund{share: 0.1 + 0.4*r.Float64(), reason: [...]string{wrongSize, "пятно на ткани", "опоздали с монтажом"}[r.IntN(3)], at: c.atWork(r, o.completed.AddDate(0, 0, 1+r.IntN(12)))}
	if u < 0.012 {
		f.share, f.reason = 1, "вернули весь заказ"
	}
	if !f.at.Before(c.end()) || !f.at.After(o.completed) {
		return
	}
	f.id, f.actor = drawID(r, id.Refund, f.at), "manager@erker.example"
	if f.share == 1 {
		o.status = schema.OrderRefunded
	}
	o.refund = f
}

// drawLines draws what is ordered; quantities come from the measurements.
func (c *company) drawLines(o *order, first bool) {
	p, r := o.person, o.person.draws
	count := 1 + r.IntN(3)
	var chosen []string
	for len(chosen) < count {
		if sku := pickProduct(p); !slices.Contains(chosen, sku) {
			chosen = append(chosen, sku)
		}
	}
	if first && r.Float64() < 0.5 {
		chosen = append(chosen, "SRV-MEASURE")
	}
	if r.Float64() < 0.45 {
		chosen = append(chosen, "SRV-FIT")
	}
	share := 1.0 // of the windows; repeat orders are for some of them
	if !first {
		share = 0.4 + 0.6*r.Float64()
	}
	panes := max(1, int(float64(p.windows)*share+0.5))
	wait := drawWait(p)
	for _, sku := range chosen {
		a := articleOf(sku)
		l := &line{id: drawID(r, id.OrderLine, o.at), sku: sku, lead: a.leadDays}
		if wait > 0 {
			l.lead = max(2, int(float64(a.leadDays)*wait))
		}
		l.quantity = money.MustDecimal(trimmed(drawQuantity(p, a.measure, panes)))
		l.options = drawOptions(p, a.options)
		o.lines = append(o.lines, l)
	}
}

// drawWait draws how long a customer waits, as a share of the standard lead time: shorter or longer by the segment; 0 is as usual.
func drawWait(p *person) float64 {
	r := p.draws
	switch {
	case p.segment == schema.FastQuality && r.Float64() < 0.5, p.segment == schema.FastCheap && r.Float64() < 0.3:
		return 0.6
	case p.segment == schema.QualityCheap && r.Float64() < 0.4:
		return 1.6
	}
	return 0
}

// drawQuantity returns the quantity of a product for a number of windows. Pieces are drawn.
func drawQuantity(p *person, by measure, panes int) float64 {
	switch by {
	case pieces:
		return float64(1 + p.draws.IntN(6))
	case windows:
		return float64(panes)
	case widths:
		return tenth(p.width) * float64(panes)
	case areas:
		return tenth(p.width*min(p.height-0.6, 2)) * float64(panes)
	}
	return 1 // once
}

// drawOptions draws which options are chosen.
func drawOptions(p *person, options []choice) (chosen []pricing.Option) {
	for _, option := range options {
		if p.draws.Float64() > 0.18 {
			continue
		}
		value := "yes"
		switch option.code {
		case "metres":
			value = trimmed(max(1, tenth(p.width)-1))
		case "fringe":
			value = "1.2"
		}
		chosen = append(chosen, pricing.Option{Code: option.code, Value: value})
	}
	return chosen
}

// pickProduct draws a product by its weight. A segment that wants it cheap prefers products with a list price.
func pickProduct(p *person) string {
	weight := func(a article) int {
		switch {
		case p.firm && (a.measure == areas || a.sku == "SET-OFFICE"):
			return 4 * a.weight
		case p.segment == schema.FastCheap && a.list > 0, p.segment == schema.FastQuality && a.list == 0:
			return 2 * a.weight
		}
		return a.weight
	}
	sum := 0
	for _, a := range articles {
		sum += weight(a)
	}
	at := p.draws.IntN(sum)
	for _, a := range articles {
		if at -= weight(a); at < 0 {
			return a.sku
		}
	}
	return articles[0].sku
}

// priceOrders goes through all orders in the order of their times, then through all offers. An order is priced by the price book as it
// was known at its time, with the bookings of the weeks before, costed by what is known now, and takes its capacity on the
// earliest days with room.
func (c *company) priceOrders(ctx context.Context) error {
	slices.SortFunc(c.orders, func(a, b *order) int { return cmp.Or(a.at.Compare(b.at), cmp.Compare(a.id, b.id)) })
	if err := c.service.Reload(ctx); err != nil {
		return err
	}
	all := c.service.Quote.PriceBook()
	basis := all.Basis()
	basis.Bookings = nil
	costs := costing.NewMemo(basis, 4096)
	plan := newAgenda(c)
	book, week := all, -1
	for _, o := range c.orders {
		if now := costing.Day(o.at, c.zone) / 7; now != week {
			book, week = all.WithBookings(plan.index(now*7-1)), now
		}
		if err := c.priceOrder(o, book); err != nil {
			return err
		}
		for _, l := range o.lines {
			unit, err := costs.Cost(costing.ProductQuestion{ProductID: productID(l.sku), Quantity: l.quantity, Chosen: l.options, LeadDays: &l.lead, At: o.at, KnownAt: service.EndOfTime})
			if err != nil {
				return err
			}
			if len(unit.Missing) > 0 {
				return errors.New("no rate of " + unit.Missing[0].String())
			}
			if l.cost, err = costing.LineCost(unit.Full, l.quantity); err != nil {
				return err
			}
			if o.cost, err = o.cost.Plus(l.cost); err != nil {
				return err
			}
			plan.need(unit.Usage)
		}
		plan.take(o)
		if err := errors.Join(c.applyRefund(o), c.taxOrder(o, basis)); err != nil {
			return err
		}
	}
	return c.priceOffers(all)
}

// applyRefund computes the refund.
func (c *company) applyRefund(o *order) (err error) {
	if f := o.refund; f != nil {
		f.amount = o.total
		last := o.lines[len(o.lines)-1]
		switch {
		case f.share == 1:
			f.lines = o.lines
		case f.reason == wrongSize && last.total.Compare(o.total) < 0:
			f.reason, f.amount, f.lines = "вернули изделие: ошиблись в размере", last.total, o.lines[len(o.lines)-1:]
		default:
			f.amount = c.major(int64(float64(o.total.Minor()/c.currency.MinorPerMajor())*f.share) + 1)
		}
		o.refunded = f.amount
		for _, l := range f.lines {
			if o.cost, err = o.cost.Minus(l.cost); err != nil {
				return err
			}
		}
	}
	return nil
}

// taxOrder computes the tax of an order, of its lines and of its refund, and adds the margin to what the customer has brought. The share is that
// of the completion; of an order that is not completed that of today, of one that is cancelled that of its end.
func (c *company) taxOrder(o *order, basis costing.Basis) (err error) {
	at := c.today
	for _, moment := range []time.Time{o.completed, o.cancelled} {
		if !moment.IsZero() {
			at = moment
		}
	}
	taxed := costing.OrderToTax{Sale: costing.Sale{Total: o.total, Refunded: o.refunded}, Cost: o.cost, Cancelled: o.status == schema.OrderCancelled}
	for _, l := range o.lines {
		share := basis.Taxes.ShareOf(basis.Rates, productID(l.sku), o.person.id, at, service.EndOfTime)
		if l.tax, err = costing.LineTax(l.total, share.Applied(), basis.Taxes.ModeOf()); err != nil {
			return err
		}
		if o.tax, err = o.tax.Plus(l.tax); err != nil {
			return err
		}
		taxed.Lines = append(taxed.Lines, costing.TaxedLine{ID: l.id, Total: l.total, Tax: l.tax})
	}
	if f := o.refund; f != nil {
		given := costing.GivenBack{Amount: f.amount}
		for _, l := range f.lines {
			given.Lines = append(given.Lines, costing.GivenLine{LineID: l.id, Amount: l.total})
		}
		taxed.Refunds = append(taxed.Refunds, given)
	}
	taxed.Tax = o.tax
	if o.taxes, err = taxed.Divide(basis.Taxes.ModeOf()); err != nil || o.completed.IsZero() {
		return err
	}
	o.person.margin, err = o.person.margin.Plus(o.taxes.Margin)
	return err
}

// priceOrder prices the lines of an order and sums them up.
func (c *company) priceOrder(o *order, book *pricing.Book) error {
	for _, l := range o.lines {
		answer, err := c.priceLine(o.person, l, o.asked, book)
		if err != nil {
			return err
		}
		l.unit, l.total, l.promisedTax, l.steps = answer.Unit, answer.Total, answer.Tax, answer.Lines
		if o.total, err = o.total.Plus(l.total); err != nil {
			return err
		}
	}
	return nil
}

// priceLine returns the price of a line for a customer at a moment.
func (c *company) priceLine(p *person, l *line, at time.Time, book *pricing.Book) (pricing.Answer, error) {
	kind, level := schema.Person, p.highest(at)
	if p.firm {
		kind = schema.Company
	}
	return book.Price(pricing.Question{
		Customer: pricing.Customer{
			ID: p.id, Kind: string(kind), Stage: string(p.stageAt(at)), Segment: string(p.segment), PermissionLevel: string(level),
			PermissionRank: level.Rank(), LifetimeValue: p.margin, Measurements: p.measurements,
		},
		ProductID: productID(l.sku), Quantity: l.quantity, Options: l.options, LeadDays: &l.lead, At: at,
	})
}
