package demo

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"time"

	"kopeck/costing"
	"kopeck/ent"
	"kopeck/id"
	"kopeck/money"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/service/rates"
)

// contact is a contact in the making.
type contact struct {
	person   *person
	id       string
	kind     schema.ContactKind
	inbound  bool
	channel  schema.Channel
	at       time.Time
	recorded time.Time
	minutes  int
	staff    *ent.User // nil: it took nobody's time
	subject  string
	notes    string
	about    *person
	allowed  *permission    // that it was made under
	purpose  schema.Purpose // "" where it needs none
	expense  money.Amount
	campaign *ent.Campaign // that caused it

	cost costing.ContactCost
}

// addContact adds a contact and returns it; nil where it would be before the customer came or after the end.
func (c *company) addContact(one contact) *contact {
	p, r := one.person, one.person.draws
	if one.at.Before(p.created) || !one.at.Before(c.end()) {
		return nil
	}
	one.id = drawID(r, id.Contact, one.at)
	one.recorded = one.at.Add(time.Duration(one.minutes+r.IntN(4)) * time.Minute)
	if r.Float64() < 0.02 { // a phone without a network
		one.recorded = one.at.Add(time.Duration(5+r.IntN(40)) * time.Hour)
	}
	if last := c.end(); one.recorded.After(last) {
		one.recorded = last
	}
	p.contacts = append(p.contacts, &one)
	c.contacts = append(c.contacts, &one)
	return &one
}

// seller draws who speaks to a customer: mostly the owner.
func (c *company) seller(p *person) *ent.User {
	if p.owner != nil && p.draws.Float64() < 0.9 {
		return p.owner
	}
	return c.sales[p.draws.IntN(len(c.sales))]
}

// sources are how customers came to us.
var sources = []string{"нашли в поиске", "увидели салон по дороге", "реклама в лифте", "карты и отзывы", "выставка интерьеров", "посоветовали знакомые", "социальные сети"}

// drawFirstContact draws how a customer came to us, and perhaps a question after that.
func (c *company) drawFirstContact(p *person) {
	r := p.draws
	first := contact{person: p, inbound: true, at: p.created.Add(time.Minute), subject: "Первое обращение: " + sources[r.IntN(len(sources))]}
	switch u := r.Float64(); {
	case u < 0.45:
		first.kind, first.channel, first.minutes, first.staff = schema.InfoCall, schema.ByPhone, 2+r.IntN(12), c.seller(p)
	case u < 0.65:
		first.kind, first.channel = schema.TextMessage, schema.ByWeb
	case u < 0.85:
		first.kind, first.channel, first.minutes, first.staff = schema.Visit, schema.ByVisit, 10+r.IntN(40), c.seller(p)
	default:
		first.kind, first.channel, first.minutes, first.staff = schema.TextMessage, schema.ByMessenger, 2+r.IntN(6), c.seller(p)
	}
	c.addContact(first)
	for range r.IntN(2) {
		c.addContact(contact{person: p, kind: schema.InfoCall, inbound: true, channel: schema.ByPhone, at: c.atWork(r, p.created.AddDate(0, 0, 3+r.IntN(60))), minutes: 1 + r.IntN(9), staff: c.seller(p), subject: "Вопрос о ценах и сроках"})
	}
}

// drawContactsAround draws the contacts before and after an order.
func (c *company) drawContactsAround(o *order, first bool) {
	p, r := o.person, o.person.draws
	before := func(least, more int) time.Time { return c.atWork(r, o.at.AddDate(0, 0, -least-r.IntN(more))) }
	if first || r.Float64() < 0.35 {
		c.addContact(contact{person: p, kind: schema.Visit, inbound: false, channel: schema.ByVisit, at: before(2, 6), minutes: 35 + r.IntN(50), staff: c.seller(p), subject: "Замер", purpose: schema.Service, notes: "Окон: " + padded(p.windows, 1) + ", ширина " + trimmed(tenth(p.width)) + " м, высота " + trimmed(tenth(p.height)) + " м"})
	}
	if r.Float64() < 0.55 {
		c.addContact(contact{person: p, kind: schema.InfoCall, inbound: true, channel: schema.ByPhone, at: before(1, 9), minutes: 3 + r.IntN(14), staff: c.seller(p), subject: "Обсуждение заказа"})
	}
	if r.Float64() < 0.25 {
		c.addContact(contact{person: p, kind: schema.Meeting, inbound: true, channel: schema.ByVisit, at: before(1, 12), minutes: 25 + r.IntN(60), staff: c.seller(p), subject: "Подбор тканей в салоне", expense: money.Minor(int64(r.IntN(2)) * 180 * c.currency.MinorPerMajor())})
	}
	if at := before(2, 14); r.Float64() < 0.7 {
		if a := p.permitted(schema.ByPhone, schema.Marketing, schema.BrandTrust, at); a != nil {
			c.addContact(contact{person: p, kind: schema.TargetCall, channel: schema.ByPhone, at: at, minutes: 2 + r.IntN(7), staff: c.seller(p), subject: "Новая коллекция тканей", purpose: schema.Marketing, allowed: a})
		}
	}
	after := o.completed
	if after.IsZero() {
		return
	}
	if r.Float64() < 0.4 {
		c.addContact(contact{person: p, kind: schema.OtherContact, channel: schema.ByPhone, at: c.atWork(r, after.AddDate(0, 0, -1)), minutes: 1 + r.IntN(4), staff: c.seller(p), subject: "Договорились о доставке", purpose: schema.Service})
	}
	at := c.atWork(r, after.AddDate(0, 0, 1+r.IntN(15)))
	switch u := r.Float64(); {
	case u < 0.12:
		c.addContact(contact{person: p, kind: schema.Review, inbound: true, channel: schema.ByWeb, at: at, subject: "Отзыв о заказе"})
	case u < 0.15:
		c.addContact(contact{person: p, kind: schema.Complaint, inbound: true, channel: schema.ByPhone, at: at, minutes: 6 + r.IntN(20), staff: c.seller(p), subject: "Недовольны сроком"})
	case u < 0.165 || o.refund != nil:
		c.addContact(contact{person: p, kind: schema.Claim, inbound: true, channel: schema.ByEmail, at: at, minutes: 10 + r.IntN(20), staff: c.staff["manager@erker.example"], subject: "Претензия по качеству"})
	}
}

// drawNewsletters draws newsletters every second month, to a customer who permits them.
func (c *company) drawNewsletters(p *person) {
	r := p.draws
	for day := 40; day < 730; day += 61 {
		at := c.begin.AddDate(0, 0, day).Add(time.Duration(10*3600+r.IntN(3600)) * time.Second)
		if r.Float64() > 0.42 {
			continue
		}
		if a := p.permitted(schema.ByEmail, schema.Marketing, schema.BrandTrust, at); a != nil {
			c.addContact(contact{person: p, kind: schema.Email, channel: schema.ByEmail, at: at, subject: "Рассылка: ткани сезона", purpose: schema.Marketing, allowed: a})
		}
		if a := p.permitted(schema.BySMS, schema.Marketing, schema.BrandTrust, at); a != nil {
			c.addContact(contact{person: p, kind: schema.TextMessage, channel: schema.BySMS, at: at.Add(time.Hour), subject: "Скидка на пошив до конца недели", purpose: schema.Marketing, allowed: a})
		}
	}
}

// drawRecommendation draws the contact by which a customer was recommended, just before they came.
func (c *company) drawRecommendation(p *person) {
	if p.referrer == nil {
		return
	}
	r := p.draws
	c.addContact(contact{person: p.referrer, kind: schema.Recommendation, inbound: true, channel: schema.ByPhone, at: p.created.Add(-time.Duration(1+r.IntN(60)) * time.Hour), minutes: 1 + r.IntN(4), staff: c.seller(p.referrer), subject: "Посоветовали нас", about: p})
}

// costContacts costs all contacts by the rates of their times, as they are known now.
func (c *company) costContacts(context.Context) error {
	slices.SortFunc(c.contacts, func(a, b *contact) int { return cmp.Or(a.at.Compare(b.at), cmp.Compare(a.id, b.id)) })
	dated := c.service.Quote.PriceBook().Basis().Rates
	for _, one := range c.contacts {
		var codes []string
		if one.staff != nil {
			codes = costing.StaffCodes(one.staff.EmailKey, one.staff.Grade)
		}
		in := rates.ContactInput(codes, costing.InMinutes(money.Whole(int64(one.minutes))), one.channel, one.expense, nil)
		var err error
		if one.cost, err = costing.Contact(in, dated, one.at, service.EndOfTime, c.currency); err != nil {
			return err
		}
		if len(one.cost.Missing) > 0 {
			return errors.New("no rate of " + one.cost.Missing[0].String())
		}
	}
	return nil
}
