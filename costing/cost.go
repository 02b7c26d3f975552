package costing

import (
	"cmp"
	"errors"
	"fmt"
	"math/big"
	"slices"
	"time"

	"kopeck/money"
)

// Basis is what the cost of a product is computed from. It is not changed once it is used.
type Basis struct {
	Catalogue *Catalogue
	Rates     *Rates
	Taxes     *Taxes // of what is sold; costs are without tax
	Bookings  *Bookings
	Calendar  Calendar     // which days are worked
	Load      Load         // of the fixed shares; DefaultLoad unless the installation has its own
	Assumed   Utilisations // taken in place of the booked ones; nil for none
	Currency  money.Currency
	Zone      *time.Location // of calendar days
}

// Utilisations are shares of capacity that are booked, by resource: 0.9 is 90 %.
type Utilisations map[string]money.Decimal

// ProductQuestion asks for the cost of a product.
type ProductQuestion struct {
	ProductID string
	Quantity  money.Decimal // more than 0
	Chosen    []Chosen
	Promised  bool      // what is chosen was promised: see Basis.Cost
	LeadDays  *int      // nil: the product's standard lead time
	At        time.Time // the moment whose rates hold
	KnownAt   time.Time // by what was known then
}

// ProductCost is the cost of ONE unit of a product: the quantity in question affects nothing but the utilisation
// of resources, so that price, cost and margin can be compared. The lines sum to Full exactly.
type ProductCost struct {
	At       time.Time
	Full     money.Amount
	Marginal money.Amount // the cost of one more unit; see Basis.Cost
	Lines    []Line
	Missing  []RateKey // each once; Full and Marginal lack what these would add
	Usage    []Usage   // of resources, sorted by resource

	Unquantified []Unquantified // of a promised line, each once; Full and Marginal lack what these would add
}

// Unquantified is a material or a resource of a promised line whose quantity cannot be computed, since something was not measured, or since
// a formula has no quantity for what was.
type Unquantified struct {
	RateKey

	Measurement string // that is not known; "" where a formula has no quantity
	Formula     string // that has none; "" where a measurement is not known, or where the quantity is too large
	Reason      string // for people
}

// Usage is what the whole quantity takes of a resource, and the utilisation of the resource over the lead time.
type Usage struct {
	Resource    string
	Units       money.Decimal  // rounded to nine places
	Capacity    *money.Decimal // per worked day, at the moment in question; nil: not known
	Later       []CapacityFrom // how it changes after that, by day; what is planned for a day is by the capacity of that day
	Utilisation money.Decimal  // booked / capacity over the lead time, six places; 0 where no capacity is known
}

// Cost returns the cost of a product at a moment.
//
// Full: a MATERIAL or RESOURCE line for each code, through all nesting, quantity x rate; a COMPONENT line of zero
// money for a part of which nothing is recorded; an OPTION line for each chosen option, (its components x
// rates + surcharge) x units; then an OVERHEAD line for each overhead, its share of the subtotal of the lines before.
//
// Marginal: the same lines, where the fixed share f of a resource's rate counts with the load factor L of the
// resource's utilisation u: rate x ((1 - f) + f L(u)), and overheads on that subtotal. u is what is booked on the
// days from At to At + lead time, both included, with what the units before the last take (so for a quantity of 1,
// or less, it is what is booked), over the capacity of the worked days among these; without any
// capacity it is maxUtilisation. Where no capacity is known L is 1.
//
// The recipe is the one that holds at the moment, by what is known at KnownAt; so are those of its parts. What is chosen must be options
// of it, and measurements that its formulas use, within their ranges. The line of an order that was promised may rest on an earlier
// recipe, and a promise is kept: an option that the recipe no longer has is made as it was last made, a measurement that it no longer uses
// is left out, and what has no quantity, since the line lacks a measurement or a formula has none for what was measured, makes a
// line of zero money that says so, and is in Unquantified.
//
// A missing rate makes a line of zero money that says "no rate", and its key in Missing. Errors: *FieldError for a
// quantity that is not positive or a negative lead time, *OptionError, *MeasurementError, *FormulaError, ErrUnknownProduct, ErrTooDeep,
// ErrTooManyTerms, *CycleError, money.ErrOverflow.
func (b Basis) Cost(q ProductQuestion) (ProductCost, error) {
	if b.Catalogue == nil || b.Catalogue.entries[q.ProductID] == nil {
		return ProductCost{}, fmt.Errorf("%w: %s", ErrUnknownProduct, q.ProductID)
	}
	v := b.Catalogue.version(q.ProductID, q.At, q.KnownAt, nil)
	if q.Quantity.Sign() <= 0 {
		return ProductCost{}, &FieldError{"quantity", "want more than 0"}
	}
	lead := v.product.StandardLeadDays
	if q.LeadDays != nil {
		lead = *q.LeadDays
	}
	if lead < 0 || lead > MaxLeadDays {
		return ProductCost{}, &FieldError{"leadDays", fmt.Sprintf("want 0 to %d days", MaxLeadDays)}
	}
	if v.made.err != nil {
		return ProductCost{}, v.made.err
	}
	made, err := b.Catalogue.choose(q, v)
	if err != nil {
		return ProductCost{}, err
	}
	bill := bill{basis: b, question: q, lead: lead, loads: make(map[string]*big.Rat)}
	bill.cost.Lines = make([]Line, 0, len(made.base)+len(q.Chosen)+2)
	bill.use(made.base, one)
	for i := range made.product.Options {
		bill.use(made.options[i], made.units[i])
	}
	if err := bill.weightResources(); err != nil {
		return ProductCost{}, err
	}
	for _, i := range made.base {
		if err := bill.base(i); err != nil {
			return ProductCost{}, err
		}
	}
	for i, option := range made.product.Options {
		if made.units[i].Sign() > 0 {
			if err := bill.option(option, made.options[i], made.units[i]); err != nil {
				return ProductCost{}, err
			}
		}
	}
	return bill.total()
}

// MaxLeadDays bounds lead times: ten years.
const MaxLeadDays = 3660

// bill is a cost that is being computed.
type bill struct {
	basis    Basis
	question ProductQuestion
	lead     int
	cost     ProductCost
	marginal money.Amount        // of the lines so far
	needs    []ingredient        // resources per unit
	loads    map[string]*big.Rat // by resource: the share of its rate that the marginal cost counts
}

// use adds what one unit takes of resources to the needs.
func (b *bill) use(ingredients []ingredient, units money.Decimal) {
	for _, i := range ingredients {
		if i.kind != Resource || units.Sign() == 0 || i.unknown != "" || i.err != nil {
			continue
		}
		quantity := new(big.Rat).Mul(i.quantity, units.Rat())
		at := slices.IndexFunc(b.needs, func(n ingredient) bool { return n.code == i.code })
		if at < 0 {
			b.needs = append(b.needs, ingredient{kind: Resource, code: i.code, quantity: quantity})
		} else {
			b.needs[at].quantity.Add(b.needs[at].quantity, quantity)
		}
	}
}

// weightResources computes each resource's utilisation, and from it the share of its rate that counts.
func (b *bill) weightResources() error {
	slices.SortFunc(b.needs, func(x, y ingredient) int { return cmp.Compare(x.code, y.code) })
	first := Day(b.question.At, b.basis.Zone)
	before := b.question.Quantity.Rat() // the units before the last
	if before.Sub(before, one.Rat()); before.Sign() < 0 {
		before.SetInt64(0)
	}
	for _, need := range b.needs {
		all, err := money.DecimalOf(new(big.Rat).Mul(need.quantity, b.question.Quantity.Rat()), money.Places)
		if err != nil {
			return err
		}
		usage := Usage{Resource: need.code, Units: all}
		counted := one.Rat()
		if rate := b.basis.Rates.at(SubjectResource, need.code, b.question.At, b.question.KnownAt); rate != nil && rate.CapacityPerDay != nil {
			usage.Capacity = rate.CapacityPerDay
			usage.Later = b.basis.Rates.laterCapacities(rate, b.question.At, b.question.KnownAt, b.basis.Zone)
			booked := b.basis.Bookings.Booked(need.code, first, first+b.lead, b.question.KnownAt)
			booked.Add(booked, new(big.Rat).Mul(need.quantity, before))
			utilisation := utilised(booked, rate.CapacityPerDay.Rat(), b.basis.Calendar.Working(first, first+b.lead))
			if assumed, is := b.basis.Assumed[need.code]; is {
				utilisation = assumed.Rat()
			}
			if usage.Utilisation, err = money.DecimalOf(utilisation, money.SharePlaces); err != nil {
				return err
			}
			if rate.FixedShare != nil {
				fixed := rate.FixedShare.Rat()
				counted.Sub(counted, fixed)
				counted.Add(counted, fixed.Mul(fixed, b.basis.Load.Factor(utilisation)))
			}
		}
		b.loads[need.code] = counted
		b.cost.Usage = append(b.cost.Usage, usage)
	}
	return nil
}

// maxUtilisation is the utilisation of a resource without any capacity, and the greatest that is distinguished.
var maxUtilisation = big.NewRat(1000, 1)

// utilised returns booked / capacity over a number of worked days, at most maxUtilisation. It may change booked.
func utilised(booked, perDay *big.Rat, days int) *big.Rat {
	capacity := perDay.Mul(perDay, new(big.Rat).SetInt64(int64(days)))
	if capacity.Sign() <= 0 {
		return maxUtilisation
	}
	if booked.Quo(booked, capacity); booked.Cmp(maxUtilisation) > 0 {
		return maxUtilisation
	}
	return booked
}

// rate returns an ingredient's rate; where there is none, it is noted as missing.
func (b *bill) rate(i ingredient) *Rate {
	subject := SubjectMaterial
	if i.kind == Resource {
		subject = SubjectResource
	}
	rate := b.basis.Rates.at(subject, i.code, b.question.At, b.question.KnownAt)
	if rate == nil {
		if key := (RateKey{subject, i.code}); !slices.Contains(b.cost.Missing, key) {
			b.cost.Missing = append(b.cost.Missing, key)
		}
	}
	return rate
}

// countable returns why an ingredient has no quantity, or nil. Of a promised line it notes it instead, and reports that there is none.
func (b *bill) countable(i ingredient) (ok bool, err error) {
	switch {
	case i.unknown == "" && i.err == nil:
		return true, nil
	case b.question.Promised:
		if one := i.unquantified(); i.kind != ComponentLine && !slices.Contains(b.cost.Unquantified, one) {
			b.cost.Unquantified = append(b.cost.Unquantified, one)
		}
		return false, nil
	case i.err != nil:
		return false, i.err
	}
	return false, &MeasurementError{i.unknown, notMeasured}
}

// unquantified says of an ingredient without a quantity why it has none.
func (i ingredient) unquantified() Unquantified {
	one := Unquantified{RateKey: RateKey{SubjectMaterial, i.code}, Measurement: i.unknown, Reason: i.unknown + " is not measured"}
	if i.kind == Resource {
		one.Subject = SubjectResource
	}
	if i.unknown != "" {
		return one
	}
	one.Reason = "no quantity: the quantity is too large"
	var wrong *FormulaError
	if errors.As(i.err, &wrong) {
		one.Formula, one.Reason = wrong.Formula, "no quantity: "+wrong.Error()
	}
	return one
}

// base adds the line of a product's own ingredient.
func (b *bill) base(i ingredient) error {
	line := Line{Kind: i.kind, Label: i.code, Quantity: i.shown, QuantityUnit: unitPiece, RateUnit: unitPiece}
	ok, err := b.countable(i)
	if err != nil {
		return err
	}
	if !ok {
		line.Label += ": " + i.unquantified().Reason
		line.Quantity = money.Decimal{}
		return b.add(line, money.Amount{}, money.Amount{})
	}
	if i.kind == ComponentLine {
		line.Label += ": nothing is recorded that it is made of"
		return b.add(line, money.Amount{}, money.Amount{})
	}
	rate := b.rate(i)
	if rate == nil {
		line.Label += noRate
		return b.add(line, money.Amount{}, money.Amount{})
	}
	line.Label, line.Rate, line.RateValidFrom, line.RateRecordedAt = rate.label, rate.Amount, &rate.ValidFrom, &rate.RecordedAt
	line.QuantityUnit, line.RateUnit = rate.Unit, rate.Unit
	if minor := b.basis.Currency.MinorPerMajor(); i.kind == Material && i.exact && rate.Amount.Nano() <= (1<<63-1)/minor {
		full, err := MulDiv(i.shown.Nano(), rate.Amount.Nano()*minor, nanoSquared)
		if err != nil {
			return err
		}
		return b.add(line, full, full)
	}
	full := minorOf(i.quantity, rate.Amount, b.basis.Currency)
	if i.kind == Material {
		return b.round(line, full, full)
	}
	return b.round(line, full, new(big.Rat).Mul(full, b.loads[i.code]))
}

// nanoSquared is the unit of the product of two decimals' billionths.
const nanoSquared = 1_000_000_000 * 1_000_000_000

// option adds the line of a chosen option.
func (b *bill) option(option Option, ingredients []ingredient, units money.Decimal) error {
	line := Line{Kind: OptionLine, Label: option.Name, Quantity: units, QuantityUnit: unitPiece, RateUnit: unitPiece}
	full, marginal := new(big.Rat), new(big.Rat)
	for _, i := range ingredients {
		ok, err := b.countable(i)
		switch {
		case err != nil:
			return err
		case !ok:
			line.Label += ", " + i.code + ": " + i.unquantified().Reason
			continue
		case i.kind == ComponentLine:
			line.Label += ", " + i.code + ": nothing is recorded that it is made of"
			continue
		}
		rate := b.rate(i)
		if rate == nil {
			line.Label += ", " + i.code + noRate
			continue
		}
		cost := minorOf(i.quantity, rate.Amount, b.basis.Currency)
		full.Add(full, cost)
		if i.kind == Resource {
			cost.Mul(cost, b.loads[i.code])
		}
		marginal.Add(marginal, cost)
		if line.RateValidFrom == nil || rate.ValidFrom.After(*line.RateValidFrom) {
			line.RateValidFrom, line.RateRecordedAt = &rate.ValidFrom, &rate.RecordedAt
		}
	}
	perUnit := new(big.Rat).Quo(full, new(big.Rat).SetInt64(b.basis.Currency.MinorPerMajor()))
	var err error
	if line.Rate, err = money.DecimalOf(perUnit, money.Places); err != nil {
		return err
	}
	return b.round(line, full.Mul(full, units.Rat()), marginal.Mul(marginal, units.Rat()))
}

// round adds a line from exact minor units.
func (b *bill) round(line Line, full, marginal *big.Rat) error {
	amount, err := money.Round(full)
	if err != nil {
		return err
	}
	weighed, err := money.Round(marginal)
	if err != nil {
		return err
	}
	return b.add(line, amount, weighed)
}

// add adds a line with its full and its marginal amount.
func (b *bill) add(line Line, full, marginal money.Amount) error {
	line.Amount = full
	var err error
	if b.cost.Full, err = b.cost.Full.Plus(full); err != nil {
		return err
	}
	if b.marginal, err = b.marginal.Plus(marginal); err != nil {
		return err
	}
	b.cost.Lines = append(b.cost.Lines, line)
	return nil
}

// total adds the overheads, each on the subtotal of the lines before the first of them.
func (b *bill) total() (ProductCost, error) {
	full, marginal := b.cost.Full, b.marginal
	for _, rate := range b.basis.Rates.overheads(b.question.At, b.question.KnownAt) {
		line := Line{Kind: Overhead, Label: rate.label, QuantityUnit: b.basis.Currency.Code(), Rate: rate.Amount, RateUnit: unitShare, RateValidFrom: &rate.ValidFrom, RateRecordedAt: &rate.RecordedAt}
		major := new(big.Rat).Quo(full.Rat(), new(big.Rat).SetInt64(b.basis.Currency.MinorPerMajor()))
		var err error
		if line.Quantity, err = money.DecimalOf(major, money.Places); err != nil {
			return ProductCost{}, err
		}
		share := rate.Amount.Rat()
		if err := b.round(line, new(big.Rat).Mul(full.Rat(), share), new(big.Rat).Mul(marginal.Rat(), share)); err != nil {
			return ProductCost{}, err
		}
	}
	b.cost.At, b.cost.Marginal = b.question.At, b.marginal
	return b.cost, nil
}
