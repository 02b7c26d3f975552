package demo

import (
	"context"
	"time"

	"kopeck/id"
	"kopeck/money"
	"kopeck/service"
)

// term is a price rule of the company.
type term struct {
	name, condition, percent string
	price                    int64 // instead of a percentage
	priority                 int
	exclusive                bool
	day                      int // from the beginning, on which it is recorded
	from, to                 int // the days between which it holds; 0: no bound
}

var terms = []term{
	{name: "Компаниям от 20 единиц", condition: `customer.kind == "COMPANY" && quantity >= 20.0`, percent: "-12", priority: 90, exclusive: true},
	{name: "С возвращением", condition: `customer.stage == "FORMER"`, percent: "-10", priority: 60},
	{name: "Постоянному покупателю", condition: `customer.stage == "LOYAL"`, percent: "-6", priority: 50},
	{name: "Весеннее обновление", condition: `season == "spring" && product.kind == "GOOD"`, percent: "-5", priority: 40},
	{name: "Летом цех свободен", condition: `season == "summer" && utilisation < 0.6`, percent: "-7", priority: 40},
	{name: "Быстро и качественно", condition: `customer.segment == "FAST_QUALITY" && leadDays < 10`, percent: "8", priority: 35},
	{name: "Качественно, дёшево и не спеша", condition: `customer.segment == "QUALITY_CHEAP" && leadDays >= 21`, percent: "-5", priority: 35},
	{name: "От 10 метров", condition: `quantity >= 10.0 && product.kind != "SERVICE"`, percent: "-4", priority: 30},
	{name: "Высокие окна", condition: `has(customer.measurements.height) && customer.measurements.height > 3.0 && product.sku.startsWith("CUR-")`, percent: "6", priority: 25},
	{name: "Доверил нам свои мерки", condition: `permissionRank >= 3 && product.kind == "GOOD"`, percent: "-2", priority: 20},
	{name: "Ценный клиент", condition: `lifetimeValue > 600000.0`, percent: "-3", priority: 15, day: 365},
	{name: "Товар месяца: подхваты", condition: `product.sku == "TIE-BACK"`, price: 990, priority: 95, exclusive: true, day: 400, from: 410, to: 440},
	{name: "Скидка выходного дня", condition: `at.getDayOfWeek("Europe/Moscow") == 6`, percent: "-3", priority: 10},
}

// retired is the rule that was retired, and on which day.
const (
	retired    = "Скидка выходного дня"
	retiredDay = 330
)

// createRules records the rules and, in the order of time, the other changes of the catalogue in the two years.
func (c *company) createRules(ctx context.Context) error {
	c.clock.to(c.begin.AddDate(0, 0, -10))
	made := map[string]string{}
	add := func(t term) error {
		in := service.CreatePriceRuleInput{ID: pointer(fixedID(id.Rule, t.name)), Name: t.name, Condition: t.condition, Priority: &t.priority, Exclusive: &t.exclusive}
		if t.price > 0 {
			in.Price = c.moneyInput(c.major(t.price))
		} else {
			in.Percent = pointer(money.Exact(t.percent))
		}
		if t.to > 0 {
			in.ValidFrom, in.ValidTo = pointer(c.begin.AddDate(0, 0, t.from)), pointer(c.begin.AddDate(0, 0, t.to))
		}
		c.clock.to(c.clock.at.Add(time.Minute))
		rule, err := c.service.Quote.CreatePriceRule(c.as(ctx, c.staff["manager@erker.example"]), in)
		if err == nil {
			made[t.name] = rule.ID
		}
		return err
	}
	for _, t := range terms {
		if t.day == 0 {
			if err := add(t); err != nil {
				return err
			}
		}
	}
	if err := c.raisePrices(ctx, 180); err != nil {
		return err
	}
	c.clock.to(c.begin.AddDate(0, 0, retiredDay))
	_, err := c.service.Quote.RetirePriceRule(c.as(ctx, c.staff["manager@erker.example"]), service.RetirePriceRuleInput{ID: made[retired], Reason: pointer("покупали столько же, только в субботу")})
	if err != nil {
		return err
	}
	for _, t := range terms {
		if t.day > 0 {
			c.clock.to(c.begin.AddDate(0, 0, t.day))
			if err := add(t); err != nil {
				return err
			}
		}
	}
	if err := c.raisePrices(ctx, 545); err != nil {
		return err
	}
	return c.dropLace(ctx)
}
