package pricing

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"kopeck/costing"
	"kopeck/money"
)

// Source is what a book is made of. The order of its lists does not matter.
type Source struct {
	Basis      costing.Basis // catalogue, rates, bookings, load, currency and time zone
	Terms      []Terms
	Rules      []Rule
	Agreements []Agreement
	Fields     map[string][]FieldValue // what products have had in the installation's own fields, by product
	Step       money.Amount            // prices are rounded to multiples of it; 1 minor unit or less: not at all
	Previous   *Book                   // whose compiled conditions are taken over; may be nil
}

// Book is an immutable snapshot of everything prices come from. It is safe for concurrent use.
type Book struct {
	basis      costing.Basis
	costs      *costing.Memo
	terms      map[string][]Terms // by product
	rules      []compiledRule     // in their order
	conditions map[string]*Condition
	agreements map[agreed][]Agreement
	fields     map[string][]FieldValue // in the order of recording
	step       money.Amount
}

// FieldValue is a value of a field of the installation's own, from when it was recorded.
type FieldValue struct {
	Code       string
	Value      any // string, float64, bool or time.Time; nil where it was taken away
	RecordedAt time.Time
}

// rememberedCosts bounds the memory that a book's costs take: some 32 MB for products of 50 components.
const rememberedCosts = 4096

// NewBook returns a book. A wrong row (a rule that no longer compiles, a product in a cycle) affects what it
// belongs to, not the rest of the book.
func NewBook(s Source) *Book {
	var known map[string]*Condition
	if s.Previous != nil {
		known = s.Previous.conditions
	}
	b := &Book{basis: s.Basis, terms: indexTerms(s.Terms), agreements: indexAgreements(s.Agreements), fields: s.Fields, step: s.Step}
	b.costs = costing.NewMemo(s.Basis, rememberedCosts)
	b.rules, b.conditions = compileRules(s.Rules, known)
	return b
}

// Terms returns the price terms of a product, in the order in which they hold, each with the tax code that holds with it by all that is known.
func (b *Book) Terms(productID string) []Terms {
	all := slices.Clone(b.terms[productID])
	for i := range all {
		if !all[i].StatesTaxCode {
			all[i].TaxCode = b.taxCodeAt(productID, all[i].ValidFrom, endOfTime)
		}
	}
	return all
}

// TermsAt returns the price terms of a product that hold at a moment, as known at another; nil for none.
func (b *Book) TermsAt(productID string, at, knownAt time.Time) *Terms {
	found := termsAt(b.terms[productID], at, knownAt)
	if found == nil {
		return nil
	}
	terms := *found
	terms.TaxCode = b.taxCodeAt(productID, at, knownAt)
	return &terms
}

// endOfTime is later than any moment at which something is recorded.
var endOfTime = time.Date(9999, 12, 31, 0, 0, 0, 0, time.UTC)

// taxCodeAt returns the tax code of a product that holds at a moment, as known at another; nil for none.
func (b *Book) taxCodeAt(productID string, at, knownAt time.Time) *string {
	code, _ := b.basis.Taxes.CodeAt(productID, at, knownAt)
	if code == "" {
		return nil
	}
	return &code
}

// Basis returns what the book's costs come from.
func (b *Book) Basis() costing.Basis { return b.basis }

// waterfall is a price that is being computed.
type waterfall struct {
	book      *Book
	question  Question
	product   costing.Product
	terms     *Terms
	agreement *Agreement
	tax       costing.TaxShare
	facts     facts
	standard  money.Amount // marginal cost at the standard lead time
	running   money.Amount // the sum of the lines so far
	least     money.Amount // under which the price may not go
	public    bool         // without personal rules
	answer    Answer
}

// Price answers what one unit costs this customer at this moment, by what was known then. The steps are taken in the
// order of Steps; each adds to the lines what it changes.
//
// The lists in Answer.Cost are shared with other answers: they must not be changed.
//
// Options that are filled by a customer's measurements, and formulas of the recipe, take them where no value is given.
//
// Errors: *MissingRateError naming the rates without which there is no price, *costing.MeasurementError, ErrNoTerms, ErrNoMargin,
// money.ErrOverflow, and those of costing.Basis.Cost for a wrong quantity, lead time or option.
func (b *Book) Price(q Question) (Answer, error) {
	w, err := b.begin(q)
	if err != nil {
		return Answer{}, err
	}
	for i := range steps {
		if err := steps[i].take(w, steps[i].Step); err != nil {
			return Answer{}, err
		}
	}
	return w.end()
}

// Floor returns the floor under the unit price of a product for a customer. Errors as Price.
func (b *Book) Floor(customerID, productID string, quantity money.Decimal, options []Option, leadDays *int, at time.Time) (money.Amount, error) {
	w, err := b.begin(Question{ProductID: productID, Quantity: quantity, Options: options, LeadDays: leadDays, At: at, payer: customerID})
	if err != nil {
		return money.Amount{}, err
	}
	return w.answer.Floor, nil
}

// maxLines is the number of lines that most prices need at most: few rules apply.
const maxLines = 8

// begin finds the terms and the costs that the steps need.
func (b *Book) begin(q Question) (*waterfall, error) {
	product, ok := b.basis.Catalogue.Product(q.ProductID, q.At, q.At)
	if !ok {
		return nil, fmt.Errorf("%w: %s", costing.ErrUnknownProduct, q.ProductID)
	}
	w := &waterfall{book: b, question: q, product: product}
	if w.terms = termsAt(b.terms[q.ProductID], q.At, q.At); w.terms == nil {
		return nil, ErrNoTerms
	}
	if err := w.measure(); err != nil {
		return nil, err
	}
	if err := checkUnits(product, w.question); err != nil {
		return nil, err
	}
	w.answer.LeadDays, w.answer.Options = product.StandardLeadDays, w.question.Options
	if q.LeadDays != nil {
		w.answer.LeadDays = *q.LeadDays
	}
	ask := costing.ProductQuestion{ProductID: q.ProductID, Quantity: q.Quantity, Chosen: w.question.Options, LeadDays: &w.answer.LeadDays, At: q.At, KnownAt: q.At}
	var err error
	if w.answer.Cost, err = b.costs.Cost(ask); err != nil {
		return nil, w.unmeasured(err)
	}
	if missing := w.answer.Cost.Missing; len(missing) > 0 {
		return nil, &MissingRateError{SKU: product.SKU, Keys: missing}
	}
	w.standard = w.answer.Cost.Marginal
	if w.answer.LeadDays != product.StandardLeadDays {
		ask.LeadDays = nil
		standard, err := b.costs.Cost(ask)
		if err != nil {
			return nil, err
		}
		w.standard = standard.Marginal
	}
	if w.tax, err = b.taxOf(product, cmp.Or(q.payer, q.Customer.ID), q); err != nil {
		return nil, err
	}
	floor, err := floorOf(w.answer.Cost.Marginal, w.terms.MinimumMargin)
	if err != nil {
		return nil, err
	}
	if w.answer.Floor, err = b.mode().LeastFromNet(floor, w.tax.Applied()); err != nil {
		return nil, err
	}
	w.addFacts()
	w.answer.Lines = make([]Line, 0, maxLines)
	return w, nil
}

// addFacts adds what conditions may ask for.
func (w *waterfall) addFacts() {
	q := &w.question
	var busiest money.Decimal
	for _, usage := range w.answer.Cost.Usage {
		if usage.Utilisation.Compare(busiest) > 0 {
			busiest = usage.Utilisation
		}
	}
	w.facts = facts{
		book: w.book, question: q, product: &w.product, leadDays: w.answer.LeadDays, season: Season(q.At, w.book.basis.Zone), quantity: ratio(q.Quantity.Nano(), one.Nano()),
		utilisation: ratio(busiest.Nano(), one.Nano()), lifetime: ratio(q.Customer.LifetimeValue.Minor(), w.book.basis.Currency.MinorPerMajor()),
	}
}

// fieldsAt returns what a product had in the installation's own fields by what was known at a moment.
func (b *Book) fieldsAt(productID string, at time.Time) map[string]any {
	known := map[string]any{}
	for _, one := range b.fields[productID] {
		switch {
		case one.RecordedAt.After(at):
			return known
		case one.Value == nil:
			delete(known, one.Code)
		default:
			known[one.Code] = one.Value
		}
	}
	return known
}

// addLine adds the line of a step that takes the running price to another.
func (w *waterfall) addLine(s Step, label, ref string, to money.Amount) error {
	change, err := to.Minus(w.running)
	if err != nil {
		return err
	}
	w.answer.Lines = append(w.answer.Lines, Line{s.Kind, label, change, ref})
	w.running = to
	return nil
}

// end completes the answer.
func (w *waterfall) end() (Answer, error) {
	a := &w.answer
	a.Unit = w.running
	a.BelowFloor = a.Unit.Compare(a.Floor) < 0
	var err error
	if a.Total, err = costing.LineTotal(a.Unit, w.question.Quantity); err != nil {
		return Answer{}, err
	}
	if err := w.checkSize(); err != nil {
		return Answer{}, err
	}
	net, err := w.addTax()
	if err != nil {
		return Answer{}, err
	}
	if a.Margin, err = net.Minus(a.Cost.Full); err != nil {
		return Answer{}, err
	}
	return *a, nil
}

// WithBookings returns the same book with other bookings: those of a past that the snapshot does not hold.
func (b *Book) WithBookings(bookings *costing.Bookings) *Book {
	other := *b
	other.basis.Bookings = bookings
	other.costs = costing.NewMemo(other.basis, rememberedCosts)
	return &other
}

// WithChoices returns the book as it is under other choices of the installation: the step of prices, the calendar and the load.
func (b *Book) WithChoices(step money.Amount, calendar costing.Calendar, load costing.Load) *Book {
	other := *b
	other.step, other.basis.Calendar, other.basis.Load = step, calendar, load
	other.costs = costing.NewMemo(other.basis, rememberedCosts)
	return &other
}
