package demo

import (
	"context"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"kopeck/ent"
	"kopeck/id"
	"kopeck/money"
	"kopeck/schema"
)

// headcount is the number of customers.
const headcount = 2000

// person is a customer in the making, with what happened between them and us.
type person struct {
	draws  *rand.Rand
	number int
	id     string

	name, email, phone, external string
	firm                         bool
	created                      time.Time
	segment                      schema.Segment // "" where it is not known
	owner                        *ent.User
	referrer                     *person
	partner                      bool // brought by the partner
	acquisition                  money.Amount
	departed                     time.Time // zero: has not left
	measurements                 map[string]any
	windows                      int
	width, height                float64 // metres, of one window

	permissions []*permission
	orders      []*order
	contacts    []*contact
	stages      []stageChange
	margin      money.Amount // of the orders so far
}

// stageChange is a move from one stage to another.
type stageChange struct {
	from, to schema.Stage
	kind     schema.StageChangeKind
	at       time.Time
	reason   string
}

// habit says whether and how often a customer buys, and how likely they leave.
type habit struct {
	buyer, friend bool
	perWeek       float64 // orders
	leaves        float64 // the probability to leave after each order
}

// The customer whom the examples name: one who orders often and trusts the company.
const (
	FavouriteName     = "Анна Сергеевна Белова"
	favouriteExternal = "CRM-00001"
)

// drawCustomers draws the customers and their two years, and writes the customers.
func (c *company) drawCustomers(ctx context.Context) error {
	for i := range headcount {
		c.people = append(c.people, c.drawPerson(i))
	}
	slices.SortStableFunc(c.people, func(a, b *person) int { return a.created.Compare(b.created) })
	for i, p := range c.people {
		if r := p.draws; i > 20 && p.number > 0 && r.Float64() < 0.13 {
			p.referrer = c.people[r.IntN(i)]
		}
	}
	for _, p := range c.people {
		c.drawHistory(p)
	}
	for _, p := range c.people {
		c.drawRecommendation(p)
	}
	return c.writePeople(ctx)
}

// drawPerson draws who a customer is and when they came. Number 0 is the favourite.
func (c *company) drawPerson(number int) *person {
	r := c.draws("person", number)
	p := &person{draws: r, number: number, firm: r.Float64() < 0.09}
	// Some came when the company opened; the others ever faster.
	days := history.Hours() / 24
	since := math.Sqrt(r.Float64()) * (days - 2)
	if r.Float64() < 0.16 {
		since = r.Float64() * 75
	}
	p.created = c.atWork(r, c.begin.Add(time.Duration(since*24)*time.Hour))
	p.name = personName(r)
	if p.firm {
		p.name = firmName(r)
	}
	if r.Float64() < 0.82 {
		p.email = address(p.name, number, p.firm)
	}
	if p.email == "" || r.Float64() < 0.9 {
		p.phone = phoneNumber(r, p.name)
	}
	if r.Float64() < 0.3 {
		p.external = "CRM-" + padded(number+1, 5)
	}
	p.segment = [...]schema.Segment{schema.FastCheap, schema.FastQuality, schema.QualityCheap, schema.QualityCheap, ""}[r.IntN(5)]
	if r.Float64() < 0.78 {
		p.owner = c.sales[r.IntN(len(c.sales))]
	}
	p.partner = r.Float64() < 0.035
	if r.Float64() < 0.7 {
		p.acquisition = money.Minor(int64(40+r.IntN(900)) * c.currency.MinorPerMajor())
	}
	p.windows, p.width, p.height = 1+r.IntN(4), 1.2+float64(r.IntN(27))/10, 2.3+float64(r.IntN(9))/10
	if p.firm {
		p.windows = 4 + r.IntN(18)
	}
	if number == 0 {
		p.name, p.email, p.phone, p.external, p.firm = FavouriteName, "anna.belova@mail.example", "+7 916 123-45-67", favouriteExternal, false
		p.created, p.segment, p.owner, p.partner = c.atWork(r, c.begin.Add(20*24*time.Hour)), schema.FastQuality, c.sales[0], false
		p.windows, p.width, p.height = 3, 2.4, 3.1
	}
	if number == 0 || r.Float64() < 0.6 {
		p.measurements = map[string]any{"windows": float64(p.windows), "width": tenth(p.width), "height": tenth(p.height)}
		if r.Float64() < 0.3 {
			p.measurements["cornice"] = [...]string{"потолочный", "настенный", "в нише"}[r.IntN(3)]
		}
		if r.Float64() < 0.12 {
			p.measurements["bayAngle"] = float64(120 + 15*r.IntN(3))
		}
	}
	p.id = drawID(r, id.Customer, p.created)
	if number == 0 {
		p.id = FavouriteID()
	}
	return p
}

// FavouriteID returns the id of the customer whom the examples name.
func FavouriteID() string { return fixedID(id.Customer, FavouriteName) }

// drawHistory draws a customer's two years: first contact, permissions, orders with the contacts around them.
func (c *company) drawHistory(p *person) {
	r := p.draws
	h := habit{perWeek: gamma(r, 1.3) / 1.3 * 0.162, leaves: beta(r, 1, 6.5)}
	switch u := r.Float64(); {
	case u < 0.2: // stays a stranger
	case u < 0.35:
		h.friend = true
	default:
		h.buyer, h.friend = true, r.Float64() < 0.75
	}
	if p.number == 0 {
		h = habit{buyer: true, friend: true, perWeek: 0.16}
	}
	c.drawFirstContact(p)
	if h.friend {
		c.drawPermissions(p)
	}
	if h.buyer {
		c.drawOrders(p, h)
	}
	c.drawNewsletters(p)
	if (h.buyer && r.Float64() < 0.03) || (!h.buyer && r.Float64() < 0.01) {
		last := p.created
		for _, o := range p.orders {
			last = later(last, later(o.completed, o.at))
		}
		if at := c.atWork(r, last.AddDate(0, 0, 20+r.IntN(60))); at.Before(c.end()) && p.number > 0 {
			p.departed = at
		}
	}
	c.deriveStages(p)
}

// end returns the end of what is written in bulk; what the verbs make of the last day comes after it.
func (c *company) end() time.Time { return c.today.Add(-10 * time.Hour) }

// seasons weighs the months: curtains are bought before holidays and in autumn.
var seasons = [12]float64{0.55, 0.8, 1.15, 1.2, 0.9, 0.7, 0.65, 1.15, 1.4, 1.35, 1.1, 1.25}

// drawOrders draws the orders of a customer from the BG/NBD model, thinned by the season.
func (c *company) drawOrders(p *person, h habit) {
	r := p.draws
	at := c.atWork(r, p.created.AddDate(0, 0, 2+r.IntN(20)))
	for first := true; at.Before(c.end()); first = false {
		if first || r.Float64() < seasons[at.In(c.zone).Month()-1]/1.4 {
			c.drawOrder(p, at, first)
			if r.Float64() < h.leaves {
				return
			}
		}
		weeks := r.ExpFloat64() / (h.perWeek * 1.45)
		at = c.atWork(r, at.Add(time.Duration(weeks*7*24*float64(time.Hour))+26*time.Hour))
	}
}

// deriveStages derives when a customer was in which stage, from what happened. Where the fitted model says otherwise, settling the
// books corrects it.
func (c *company) deriveStages(p *person) {
	type event struct {
		at   time.Time
		what string
	}
	var events []event
	for _, a := range p.permissions {
		if !a.activeFrom.IsZero() {
			events = append(events, event{a.activeFrom, "permission"})
		}
	}
	for _, o := range p.orders {
		if o.status == schema.OrderCompleted {
			events = append(events, event{o.completed, "order"})
		}
	}
	if !p.departed.IsZero() {
		events = append(events, event{p.departed, "departure"})
	}
	slices.SortFunc(events, func(a, b event) int { return a.at.Compare(b.at) })
	stage := schema.Stranger
	move := func(to schema.Stage, kind schema.StageChangeKind, at time.Time, reason string) {
		if to != stage {
			p.stages = append(p.stages, stageChange{stage, to, kind, at, reason})
			stage = to
		}
	}
	days := map[string]bool{}
	for i, e := range events {
		switch {
		case e.what == "permission" && stage == schema.Stranger:
			move(schema.Friend, schema.StagePermission, e.at, "gave a permission")
		case e.what == "departure":
			move(schema.Former, schema.StageDeparture, e.at, "left us")
		case e.what == "order":
			days[e.at.In(c.zone).Format(time.DateOnly)] = true
			to, why := schema.Buyer, "the first completed order"
			if len(days) >= 3 {
				to, why = schema.Loyal, "three order days and likely to come back"
			}
			move(to, schema.StageOrder, e.at, why)
			next := c.end()
			for _, f := range events[i+1:] {
				if f.what != "permission" {
					next = f.at
					break
				}
			}
			if len(days) >= 3 && next.Sub(e.at) > silence {
				move(schema.Buyer, schema.StageSilence, e.at.Add(silence), "has been silent for long")
			}
		}
	}
}

// silence is the time without an order after which a customer is no longer loyal.
const silence = 110 * 24 * time.Hour

// stageAt returns the stage in which a customer was at a moment.
func (p *person) stageAt(at time.Time) schema.Stage {
	stage := schema.Stranger
	for _, s := range p.stages {
		if s.at.After(at) {
			break
		}
		stage = s.to
	}
	return stage
}

// atWork draws a time in working hours, Monday to Saturday from 9:00 to 20:00, on the day of a moment or the next working day.
func (c *company) atWork(r *rand.Rand, at time.Time) time.Time {
	local := at.In(c.zone)
	for local.Weekday() == time.Sunday {
		local = local.AddDate(0, 0, 1)
	}
	y, m, d := local.Date()
	return time.Date(y, m, d, 9+r.IntN(11), r.IntN(60), r.IntN(60), r.IntN(1e6)*1000, c.zone).UTC()
}

// gamma draws from Gamma(shape, 1): Marsaglia and Tsang 2000.
func gamma(r *rand.Rand, shape float64) float64 {
	if shape < 1 {
		return gamma(r, shape+1) * math.Pow(r.Float64(), 1/shape)
	}
	d := shape - 1.0/3
	for {
		x := r.NormFloat64()
		v := 1 + x/math.Sqrt(9*d)
		if v <= 0 {
			continue
		}
		v = v * v * v
		if math.Log(r.Float64()) < 0.5*x*x+d-d*v+d*math.Log(v) {
			return d * v
		}
	}
}

// beta draws from Beta(a, b).
func beta(r *rand.Rand, a, b float64) float64 {
	x := gamma(r, a)
	return x / (x + gamma(r, b))
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

func tenth(v float64) float64 { return math.Round(v*10) / 10 }

func padded(n, digits int) string {
	text := ""
	for ; n > 0; n /= 10 {
		text = string(rune('0'+n%10)) + text
	}
	return strings.Repeat("0", max(0, digits-len(text))) + text
}
