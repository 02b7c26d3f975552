package explain

import (
	"context"
	"time"

	"kopeck/costing"
	"kopeck/ent"
	"kopeck/ent/contact"
	"kopeck/ent/orderline"
	"kopeck/ent/priceagreement"
	"kopeck/fault"
	"kopeck/money"
	"kopeck/service/quote"
	"kopeck/service/rates"
	"kopeck/service/sale"
)

// Order is an order with everything that its figures rest on. Money is a text with the currency's decimals.
type Order struct {
	ID          string     `json:"id"`
	ExternalID  string     `json:"externalId,omitempty"`
	Customer    Named      `json:"customer"`
	Status      string     `json:"status"`
	At          time.Time  `json:"at"`
	DueAt       *time.Time `json:"dueAt,omitempty"`
	CompletedAt *time.Time `json:"completedAt,omitempty"`
	CancelledAt *time.Time `json:"cancelledAt,omitempty"`
	Currency    string     `json:"currency"`
	Total       string     `json:"total"`
	Net         string     `json:"net"`
	Tax         string     `json:"tax"`
	Gross       string     `json:"gross"`
	Refunded    string     `json:"refunded"`
	RefundedTax string     `json:"refundedTax"`
	Cost        string     `json:"cost"`
	CostStated  bool       `json:"costStated"`
	Margin      string     `json:"margin,omitempty"` // "" of an order that is cancelled
	Lines       []Line     `json:"lines"`
	Refunds     []Refund   `json:"refunds"`
	Credits     []Credit   `json:"credits"`
	History     []Event    `json:"history"`

	moment func(time.Time) string
	onTop  bool // prices are without tax
}

// Named is something with an id and a name.
type Named struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// Line is a line of an order.
type Line struct {
	ID string `json:"id"`
	Priced

	TaxCode          string     `json:"taxCode,omitempty"`
	TaxShare         string     `json:"taxShare,omitempty"` // "" where an import gave the tax
	Net              string     `json:"net"`
	Tax              string     `json:"tax"`
	Gross            string     `json:"gross"`
	Agreement        *Agreement `json:"agreement,omitempty"`
	NotApplied       []Reason   `json:"notApplied"`            // as of the moment of the price
	PricedAgain      string     `json:"pricedAgain,omitempty"` // the unit price that the facts known at that moment give; "" if none can be computed
	CostLines        []Cost     `json:"costLines"`
	Cost             string     `json:"cost"`
	Refunded         string     `json:"refunded"`
	RefundedTax      string     `json:"refundedTax"`
	RefundedQuantity string     `json:"refundedQuantity"`
	ReturnedQuantity string     `json:"returnedQuantity"`
	RefundedByAmount string     `json:"refundedByAmount"` // the part of refunded that is of refunds which name an amount of the order
	Recipe           *Recipe    `json:"recipe,omitempty"`
	Margin           string     `json:"margin,omitempty"`
}

// Choice is an option or a measurement.
type Choice struct {
	Code  string `json:"code"`
	Name  string `json:"name"`
	Value string `json:"value"`
	Unit  string `json:"unit,omitempty"` // of a measurement
}

// Recipe is a recipe that a figure rests on.
type Recipe struct {
	ID         string    `json:"id"`
	SKU        string    `json:"sku"` // of its product
	ValidFrom  time.Time `json:"validFrom"`
	RecordedAt time.Time `json:"recordedAt"`
	By         string    `json:"by"`
	Reason     string    `json:"reason,omitempty"`
}

// Step is a step from the list price to the unit price.
type Step struct {
	Kind   string `json:"kind"`
	Label  string `json:"label"`
	Amount string `json:"amount"`
}

// Agreement is the customer's own price that a line follows.
type Agreement struct {
	ID     string `json:"id"`
	Unit   string `json:"unit"`
	Reason string `json:"reason,omitempty"` // why it may be below the floor
}

// Reason is a rule or an agreement that did not apply, and why.
type Reason struct {
	What   string `json:"what"`
	Reason string `json:"reason"`
}

// Cost is a line of a cost.
type Cost struct {
	Kind           string     `json:"kind"`
	Label          string     `json:"label"`
	Quantity       string     `json:"quantity"`
	QuantityUnit   string     `json:"quantityUnit"`
	Rate           string     `json:"rate"`
	RateUnit       string     `json:"rateUnit"`
	RateValidFrom  *time.Time `json:"rateValidFrom,omitempty"`
	RateRecordedAt *time.Time `json:"rateRecordedAt,omitempty"`
	Amount         string     `json:"amount"`
	UnitQuantity   string     `json:"unitQuantity,omitempty"` // of one unit of the line's product
	UnitAmount     string     `json:"unitAmount,omitempty"`   // of one unit: unitQuantity x rate, rounded
}

// Refund is money that was given back.
type Refund struct {
	ID            string         `json:"id"`
	Amount        string         `json:"amount"`
	Tax           string         `json:"tax"`
	At            time.Time      `json:"at"`
	RecordedAt    time.Time      `json:"recordedAt"`
	Reason        string         `json:"reason"`
	By            string         `json:"by"`
	GoodsReturned bool           `json:"goodsReturned"`
	Lines         []RefundedLine `json:"lines"`
}

// RefundedLine is the part of a refund that is of one line.
type RefundedLine struct {
	SKU      string `json:"sku"`
	Quantity string `json:"quantity"`
	Amount   string `json:"amount"`
	Tax      string `json:"tax"`
	Cost     string `json:"cost"` // that came back with the goods
}

// Credit is what a contact earned of an order; the contact is nil for what no contact earned.
type Credit struct {
	Contact *CreditedContact `json:"contact"`
	Share   string           `json:"share"`
	Amount  string           `json:"amount"`
}

// CreditedContact is a contact that earned something.
type CreditedContact struct {
	ID      string    `json:"id"`
	Kind    string    `json:"kind"`
	Channel string    `json:"channel"`
	At      time.Time `json:"at"`
}

// Event is something that was done with an order.
type Event struct {
	Kind       string     `json:"kind"`
	At         time.Time  `json:"at"`
	RecordedAt time.Time  `json:"recordedAt"`
	By         string     `json:"by,omitempty"`
	Reason     string     `json:"reason,omitempty"`
	Due        *time.Time `json:"due,omitempty"`
	Before     string     `json:"costBefore,omitempty"`
	After      string     `json:"costAfter,omitempty"`
	TaxBefore  string     `json:"taxBefore,omitempty"`
	TaxAfter   string     `json:"taxAfter,omitempty"`
	Rates      []string   `json:"rates,omitempty"`
	Recipe     *Recipe    `json:"recipe,omitempty"` // that caused a restatement
}

// Order explains an order. NOT_FOUND.
func (s *Service) Order(ctx context.Context, orderID string) (*Order, error) {
	o, err := s.Client.Order.Get(ctx, orderID)
	if ent.IsNotFound(err) {
		return nil, fault.NoSuch("what", "order")
	}
	if err != nil {
		return nil, err
	}
	c, err := s.Client.Customer.Get(ctx, o.CustomerID)
	if err != nil {
		return nil, err
	}
	page := &Order{
		ID: o.ID, Customer: Named{c.ID, c.Name}, Status: string(o.Status), At: o.At, DueAt: o.DueAt, CompletedAt: o.CompletedAt, CancelledAt: o.CancelledAt,
		Currency: s.Currency.Code(), Total: s.format(o.Total), Refunded: s.format(o.Refunded), Cost: s.format(o.Cost), CostStated: o.StatedCost, moment: s.moment,
	}
	if o.ExternalID != nil {
		page.ExternalID = *o.ExternalID
	}
	if err := s.addTax(ctx, o, page); err != nil {
		return nil, err
	}
	history, err := s.sale.OrderHistory(ctx, []*ent.Order{o})
	if err != nil {
		return nil, err
	}
	if err := s.addLines(ctx, o, history[o.ID], page); err != nil {
		return nil, err
	}
	if err := s.addCredits(ctx, o, page); err != nil {
		return nil, err
	}
	page.History = []Event{}
	for _, e := range history[o.ID] {
		page.History = append(page.History, s.event(e))
	}
	return page, nil
}

// addTax adds what of an order is tax, and its margin.
func (s *Service) addTax(ctx context.Context, o *ent.Order, page *Order) error {
	taxes, err := s.rates.OrderTaxes(ctx, []*ent.Order{o})
	if err != nil {
		return err
	}
	of, mode := taxes[o.ID], s.Settings().Taxes
	net, err := mode.Net(o.Total, of.Tax)
	if err != nil {
		return err
	}
	gross, err := mode.Gross(o.Total, of.Tax)
	page.Net, page.Tax, page.Gross, page.RefundedTax = s.format(net), s.format(of.Tax), s.format(gross), s.format(of.RefundedTax)
	page.onTop = mode == costing.TaxOnTop
	if o.CancelledAt == nil {
		page.Margin = s.format(of.Margin)
	}
	return err
}

// addLines adds the lines of an order, and the refunds of its history, which name them.
func (s *Service) addLines(ctx context.Context, o *ent.Order, history []*sale.OrderEvent, page *Order) error {
	lines, err := s.Client.OrderLine.Query().Where(orderline.OrderID(o.ID)).Order(orderline.ByPosition()).All(ctx)
	if err != nil {
		return err
	}
	figures, err := s.rates.OrderLines(ctx, []string{o.ID})
	if err != nil {
		return err
	}
	again, err := s.quote.PriceAgain(ctx, lines)
	if err != nil {
		return err
	}
	page.Lines = make([]Line, len(lines))
	skus := map[string]string{}
	for i, line := range lines {
		of := figures[line.ID]
		if of == nil {
			return fault.NoSuch("what", "order") // it was deleted in the meantime
		}
		if page.Lines[i], err = s.line(ctx, line, of, again[line]); err != nil {
			return err
		}
		skus[line.ID] = page.Lines[i].SKU
	}
	return s.addRefunds(ctx, o, history, skus, page)
}

// line explains a line of an order.
func (s *Service) line(ctx context.Context, line *ent.OrderLine, of *rates.OrderLineFigures, again quote.PricedAgain) (Line, error) {
	l := Line{
		ID:   line.ID,
		Cost: s.format(of.Cost), Refunded: s.format(of.Refunded), RefundedQuantity: of.RefundedQuantity.String(), ReturnedQuantity: of.ReturnedQuantity.String(), Margin: s.formatOr(of.Margin),
		NotApplied: []Reason{}, CostLines: s.costs(of.CostLines), RefundedByAmount: s.format(of.RefundedByAmount), Recipe: s.recipe(of.Recipe),
		Net: s.format(of.Net), Tax: s.format(of.Tax), Gross: s.format(of.Gross), RefundedTax: s.format(of.RefundedTax),
	}
	if of.TaxCode != nil {
		l.TaxCode = *of.TaxCode
	}
	if of.TaxShare != nil {
		l.TaxShare = of.TaxShare.String()
	}
	steps, err := quote.PriceLinesOf(line)
	if err != nil {
		return l, err
	}
	if l.Priced, err = s.priced(line, steps); err != nil {
		return l, err
	}
	if again.Price != nil {
		l.PricedAgain = s.format(again.Price.Unit)
		if l.NotApplied, err = s.notApplied(ctx, again.Price); err != nil {
			return l, err
		}
	}
	if agreed := quote.AgreementOf(line); agreed != "" {
		l.Agreement, err = s.agreement(ctx, agreed)
	}
	return l, err
}

// recipe shows a recipe; nil for none.
func (s *Service) recipe(r *costing.Recipe) *Recipe {
	if r == nil {
		return nil
	}
	shown := &Recipe{ID: r.ID, SKU: r.ProductID, ValidFrom: r.ValidFrom, RecordedAt: r.RecordedAt, By: r.RecordedBy, Reason: r.Reason}
	if product := s.quote.Product(r.ProductID); product != nil {
		shown.SKU = product.Sku
	}
	return shown
}

func choices(options []*quote.OrderOption) []Choice {
	all := make([]Choice, len(options))
	for i, o := range options {
		all[i] = Choice{Code: o.Code, Name: o.Name, Value: o.Value}
		if o.Unit != nil {
			all[i].Unit = *o.Unit
		}
	}
	return all
}

// notApplied returns the rules and agreements that did not apply to a price, and why.
func (s *Service) notApplied(ctx context.Context, price *quote.Price) ([]Reason, error) {
	reasons := []Reason{}
	for _, r := range price.Rejected() {
		name := r.RuleID
		if rule := s.quote.PriceRule(r.RuleID); rule != nil {
			name = rule.Name
		}
		reasons = append(reasons, Reason{"rule " + name, r.Reason})
	}
	for _, a := range price.RejectedAgreements() {
		reasons = append(reasons, Reason{"agreement " + a.AgreementID + " at " + s.format(a.Unit), a.Reason})
	}
	return reasons, ctx.Err()
}

// agreement returns the agreement with an id; nil if there is none.
func (s *Service) agreement(ctx context.Context, agreementID string) (*Agreement, error) {
	row, err := s.Client.PriceAgreement.Query().Where(priceagreement.ID(agreementID)).Only(ctx)
	if ent.IsNotFound(err) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	a := &Agreement{ID: row.ID, Unit: s.format(row.Unit)}
	if row.OverrideFloorReason != nil {
		a.Reason = *row.OverrideFloorReason
	}
	return a, nil
}

// costs shows the lines of a cost.
func (s *Service) costs(lines []*costing.OrderCostLine) []Cost {
	all := make([]Cost, len(lines))
	for i, line := range lines {
		all[i] = s.cost(&line.Line)
		all[i].RateRecordedAt = line.RateRecordedAt
		if line.RateValidFrom != nil {
			all[i].UnitQuantity, all[i].UnitAmount = line.UnitQuantity.String(), s.format(line.UnitAmount)
		}
	}
	return all
}

func (s *Service) cost(line *costing.Line) Cost {
	return Cost{
		Kind: string(line.Kind), Label: line.Label, Quantity: line.Quantity.String(), QuantityUnit: line.QuantityUnit, Rate: line.Rate.String(), RateUnit: line.RateUnit,
		RateValidFrom: line.RateValidFrom, Amount: s.format(line.Amount),
	}
}

// addRefunds adds the refunds of an order, by its history.
func (s *Service) addRefunds(ctx context.Context, o *ent.Order, history []*sale.OrderEvent, skus map[string]string, page *Order) error {
	parts, err := s.sale.RefundParts(ctx, []string{o.ID})
	if err != nil {
		return err
	}
	page.Refunds = []Refund{}
	for _, e := range history {
		if e.Refund == nil {
			continue
		}
		r := Refund{
			ID: e.Refund.ID, Amount: s.format(e.Refund.Amount), Tax: s.format(e.Refund.Tax), At: e.Refund.At, RecordedAt: e.Refund.RecordedAt, Reason: e.Refund.Reason, By: e.Refund.Actor,
			GoodsReturned: e.Refund.GoodsReturned, Lines: []RefundedLine{},
		}
		for _, part := range parts[r.ID] {
			r.Lines = append(r.Lines, RefundedLine{skus[part.LineID], part.Quantity.String(), s.format(part.Amount), s.format(part.Tax), s.format(part.Cost)})
		}
		page.Refunds = append(page.Refunds, r)
	}
	return nil
}

// addCredits adds who earned an order's margin.
func (s *Service) addCredits(ctx context.Context, o *ent.Order, page *Order) error {
	credits, err := s.books.OrderCredits(ctx, []*ent.Order{o}, nil)
	if err != nil {
		return err
	}
	ids := make([]string, 0, len(credits[o.ID]))
	for _, c := range credits[o.ID] {
		ids = append(ids, c.ContactID)
	}
	rows, err := s.Client.Contact.Query().Where(contact.IDIn(ids...)).All(ctx)
	if err != nil {
		return err
	}
	byID := map[string]*ent.Contact{}
	for _, row := range rows {
		byID[row.ID] = row
	}
	page.Credits = []Credit{}
	for _, c := range credits[o.ID] {
		one := Credit{Share: c.Share.String(), Amount: s.format(c.Amount)}
		if row := byID[c.ContactID]; row != nil {
			one.Contact = &CreditedContact{row.ID, string(row.Kind), string(row.Channel), row.At}
		}
		page.Credits = append(page.Credits, one)
	}
	return nil
}

func (s *Service) event(e *sale.OrderEvent) Event {
	shown := Event{Kind: string(e.Kind), At: e.At, RecordedAt: e.RecordedAt, Due: e.Due}
	if e.By != nil {
		shown.By = *e.By
	}
	if e.Reason != nil {
		shown.Reason = *e.Reason
	}
	if e.Cost != nil {
		shown.Before, shown.After, shown.Rates = s.format(e.Cost.Before), s.format(e.Cost.After), e.Cost.RateIDs
		shown.TaxBefore, shown.TaxAfter = s.formatOr(e.Cost.TaxBefore), s.formatOr(e.Cost.TaxAfter)
		if r, ok := s.quote.PriceBook().Basis().Catalogue.RecipeByID(e.Cost.RecipeID); ok {
			shown.Recipe = s.recipe(&r)
		}
	}
	return shown
}

// minus writes an amount that is taken off.
func minus(amount string) string {
	if zero, err := money.ParseDecimal(amount); err == nil && zero.IsZero() {
		return amount
	}
	return "-" + amount
}
