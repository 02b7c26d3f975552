package demo

import (
	"context"
	"math/rand/v2"
	"time"

	"kopeck/auth"
	"kopeck/ent"
	"kopeck/ent/offerline"
	"kopeck/id"
	"kopeck/money"
	"kopeck/pricing"
	"kopeck/schema"
	"kopeck/service"
)

// offer is an offer in the making: one that became an order, or one that did not.
type offer struct {
	person     *person
	id         string
	kind       schema.OfferKind
	status     schema.OfferStatus
	created    time.Time
	expires    time.Time
	viewed     time.Time
	decided    time.Time
	reason     string
	key        string   // of the reason, of declineReasons
	completes  *order   // that a CROSS_SELL completes, nil for none
	contact    *contact // by which it was sent
	order      *order   // that came from it, nil for none
	lines      []*line
	lineIDs    []string
	total, tax money.Amount
}

// declined are the reasons why offers are declined, with their keys in the list.
var declined = []struct{ words, key string }{
	{"дорого", "PRICE"}, {"решили подождать до ремонта", "TIMING"}, {"выбрали другой цвет и другую мастерскую", "COMPETITOR"}, {"не устроил срок", "LEAD_TIME"},
}

// drawOffers draws the offer that an order came from, where the customer permits individual offers, and now and then an offer that
// came to nothing.
func (c *company) drawOffers(o *order) {
	p, r := o.person, o.person.draws
	asked := c.atWork(r, o.at.AddDate(0, 0, -1-r.IntN(7)))
	if asked.Before(o.at) && asked.After(p.created) && r.Float64() < 0.35 {
		if made := c.drawOffer(p, asked, [...]schema.OfferKind{schema.OfferIndividual, schema.OfferIndividual, schema.OfferIndividual, schema.OfferBundle}[r.IntN(4)]); made != nil {
			made.status, made.decided, made.order, made.lines = schema.OfferAccepted, o.at, o, o.lines
			made.viewed = asked.Add(time.Duration(1+r.IntN(20)) * time.Hour)
			if made.viewed.After(o.at) {
				made.viewed = o.at
			}
			made.expires = asked.AddDate(0, 0, 14)
			o.asked, o.offer = asked, made
		}
	}
	if r.Float64() > 0.3 {
		return
	}
	lost := c.drawOffer(p, c.atWork(r, o.at.AddDate(0, 0, 25+r.IntN(40))), [...]schema.OfferKind{schema.OfferCrossSell, schema.OfferCrossSell, schema.OfferIndividual, schema.OfferBundle}[r.IntN(4)])
	if lost == nil {
		return
	}
	a := articleOf(pickProduct(p))
	lost.lines = []*line{{sku: a.sku, quantity: money.Whole(int64(1 + r.IntN(4))), lead: a.leadDays, options: []pricing.Option{}}}
	lost.expires = lost.created.AddDate(0, 0, 14)
	if lost.kind == schema.OfferCrossSell {
		lost.completes = o
	}
	switch u := r.Float64(); {
	case u < 0.4:
		why := declined[r.IntN(len(declined))]
		lost.status, lost.reason, lost.key = schema.OfferDeclined, why.words, why.key
		lost.viewed, lost.decided = lost.created.Add(2*time.Hour), lost.created.Add(time.Duration(20+r.IntN(200))*time.Hour)
	case u < 0.5:
		lost.status = schema.OfferWithdrawn
	case u < 0.75:
		lost.status, lost.viewed = schema.OfferViewed, lost.created.Add(5*time.Hour)
	}
	if !lost.decided.Before(c.end()) {
		lost.status, lost.decided, lost.reason, lost.key = schema.OfferViewed, time.Time{}, "", ""
	}
	if !lost.viewed.Before(c.end()) {
		lost.status, lost.viewed = schema.OfferSent, time.Time{}
	}
}

// drawOffer adds an offer that is sent by a channel with a sufficient permission; nil where there is none.
func (c *company) drawOffer(p *person, at time.Time, kind schema.OfferKind) *offer {
	for _, channel := range []schema.Channel{schema.ByMessenger, schema.ByEmail} {
		a := p.permitted(channel, schema.Personalisation, schema.Personal, at)
		if a == nil {
			continue
		}
		carrier := schema.TextMessage
		if channel == schema.ByEmail {
			carrier = schema.Email
		}
		o := &offer{person: p, id: drawID(p.draws, id.Offer, at), kind: kind, status: schema.OfferSent, created: at}
		o.contact = c.addContact(contact{person: p, kind: carrier, channel: channel, at: at.Add(time.Minute), minutes: 2 + p.draws.IntN(5), staff: c.seller(p), subject: "offer", purpose: schema.Personalisation, allowed: a})
		if o.contact == nil {
			return nil
		}
		c.offers = append(c.offers, o)
		return o
	}
	return nil
}

// priceOffers prices the offers that no order came from, and sums up every offer.
func (c *company) priceOffers(book *pricing.Book) error {
	for _, o := range c.offers {
		for _, l := range o.lines {
			if o.order == nil {
				answer, err := c.priceLine(o.person, l, o.created, book)
				if err != nil {
					return err
				}
				l.unit, l.total, l.promisedTax, l.steps = answer.Unit, answer.Total, answer.Tax, answer.Lines
			}
			o.lineIDs = append(o.lineIDs, drawID(o.person.draws, id.OfferLine, o.created))
			var err error
			if o.total, err = o.total.Plus(l.total); err != nil {
				return err
			}
			if o.tax, err = o.tax.Plus(l.promisedTax); err != nil {
				return err
			}
		}
	}
	return nil
}

// makeLiveOffers makes the offers of the last day by the verbs: at least one of each status.
func (c *company) makeLiveOffers(ctx context.Context) error {
	r := c.draws("live", 0)
	c.clock.to(c.today.Add(-8 * time.Hour))
	if err := c.announceRates(ctx, r); err != nil {
		return err
	}
	chosen := service.SetProductOfTheMonthInput{Month: c.clock.at.In(c.zone).Format("2006-01"), ProductID: productID("COR-ALU")}
	if _, err := c.service.Sale.SetProductOfTheMonth(auth.System(ctx), chosen); err != nil {
		return err
	}
	wanted := []schema.OfferStatus{schema.OfferSent, schema.OfferViewed, schema.OfferAccepted, schema.OfferDeclined, schema.OfferWithdrawn, schema.OfferDraft, schema.OfferSent, schema.OfferViewed, schema.OfferAccepted}
	people := append([]*person{c.favourite()}, c.people...)
	for _, p := range people {
		if len(wanted) == 0 {
			break
		}
		c.clock.to(c.clock.at.Add(7 * time.Minute))
		at := c.clock.at
		if p.owner == nil || !p.departed.IsZero() || p.permitted(schema.ByMessenger, schema.Personalisation, schema.Personal, at) == nil {
			continue
		}
		if err := c.makeOffer(ctx, r, p, wanted[0], schema.ByMessenger); err != nil {
			return err
		}
		wanted = wanted[1:]
	}
	return nil
}

// favourite returns the customer whom the examples name.
func (c *company) favourite() *person {
	for _, p := range c.people {
		if p.number == 0 {
			return p
		}
	}
	return nil
}

// makeOffer makes an offer as its customer's owner does, and brings it to a status; it is sent by a channel.
func (c *company) makeOffer(ctx context.Context, r *rand.Rand, p *person, to schema.OfferStatus, by schema.Channel) error {
	ctx = c.as(ctx, p.owner)
	row, err := c.service.Customers.Customer(ctx, &p.id, nil)
	if err != nil || row == nil {
		return err
	}
	var tokens []string
	for _, wish := range []struct{ sku, quantity string }{{"CUR-LINEN", trimmed(tenth(p.width) * 2)}, {"COR-ALU", trimmed(tenth(p.width))}, {"SRV-FIT", "1"}} {
		price, err := c.service.Quote.Price(ctx, row, productID(wish.sku), money.MustDecimal(wish.quantity), nil, nil, nil)
		if err != nil {
			return err
		}
		token, err := c.service.Quote.PriceToken(price)
		if err != nil {
			return err
		}
		tokens = append(tokens, token)
	}
	in := service.CreateOfferInput{ID: pointer(drawID(r, id.Offer, c.clock.at)), CustomerID: p.id, PriceTokens: tokens, ExpiresAt: c.today.AddDate(0, 0, 7+r.IntN(14))}
	if to == schema.OfferDraft { // a tender, of which the customer is to choose
		in.Kind = pointer(schema.OfferTender)
		in.Variants = []*service.OfferVariantInput{{Name: "Только шторы", Lines: []int{0}}, {Name: "Карниз с установкой", Lines: []int{1, 2}}}
	}
	o, err := c.service.Sale.CreateOffer(ctx, in)
	if err != nil || to == schema.OfferDraft {
		return err
	}
	c.clock.to(c.clock.at.Add(time.Minute))
	if _, err = c.service.Sale.SendOffer(ctx, service.SendOfferInput{ID: o.ID, Channel: by, Purpose: pointer(schema.Personalisation)}); err != nil {
		return err
	}
	c.clock.to(c.clock.at.Add(3 * time.Minute))
	switch to {
	case schema.OfferViewed:
		if _, err = c.service.Sale.ViewOffer(ctx, service.ViewOfferInput{ID: o.ID}); err == nil {
			err = c.counter(ctx, o)
		}
	case schema.OfferAccepted:
		_, err = c.service.Sale.AcceptOffer(c.as(ctx, c.staff[memberOf(schema.RoleManager).Email]), service.AcceptOfferInput{ID: o.ID, OverruleDateReason: pointer("цех работает сверхурочно")})
	case schema.OfferDeclined:
		_, err = c.service.Sale.DeclineOffer(ctx, service.DeclineOfferInput{ID: o.ID, Reason: declined[0].words, ReasonKey: declined[0].key})
	case schema.OfferWithdrawn:
		_, err = c.service.Sale.WithdrawOffer(ctx, service.WithdrawOfferInput{ID: o.ID, Reason: pointer("ткань закончилась")})
	}
	return err
}

// counter lets the customer name a price of their own for the first line of an offer: nine tenths of ours, in whole roubles.
func (c *company) counter(ctx context.Context, o *ent.Offer) error {
	line, err := c.service.Client.OfferLine.Query().Where(offerline.OfferID(o.ID), offerline.Position(0)).Only(ctx)
	if err != nil {
		return err
	}
	named := money.Minor(line.Unit.Minor() / 1000 * 9 * 100)
	_, err = c.service.Sale.CounterOffer(ctx, service.CounterOfferInput{
		ID: o.ID, LineID: line.ID, Unit: &service.MoneyInput{Amount: money.Exact(c.service.Currency.Format(named)), CurrencyCode: c.service.Currency.Code()},
	})
	return err
}
