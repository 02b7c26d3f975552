package explain

import (
	"context"
	"time"

	"kopeck/costing"
	"kopeck/ent"
	"kopeck/ent/contact"
	"kopeck/fault"
	"kopeck/money"
	"kopeck/service/input"
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

// Recipe is a recipe that a figure rests on.
type Recipe struct {
	ID         string    `json:"id"`
	SKU        string    `json:"sku"` // of its product
	ValidFrom  time.Time `json:"validFrom"`
	RecordedAt time.Time `json:"recordedAt"`
	By         string    `json:"by"`
	Reason     string    `json:"reason,omitempty"`
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
	TaxCause   *TaxCause  `json:"taxCause,omitempty"`
}

// TaxCause is a tax code of a product, or an exemption of the customer from tax, that caused a restatement.
type TaxCause struct {
	SKU    string    `json:"sku,omitempty"`    // of the product whose code it is
	Code   string    `json:"code,omitempty"`   // "" for none
	Reason string    `json:"reason,omitempty"` // of the exemption; "" for no longer exempt
	From   time.Time `json:"from"`
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
		shown.TaxCause = s.taxCause(e.Cost)
	}
	return shown
}

// taxCause returns the tax code or the exemption that caused a restatement; nil if something else did.
func (s *Service) taxCause(c *sale.OrderCostChange) *TaxCause {
	switch {
	case c.TaxCode != nil:
		cause := &TaxCause{SKU: c.TaxCode.ProductID, Code: input.OrZero(c.TaxCode.Code), From: c.TaxCode.From}
		if p := s.quote.Product(c.TaxCode.ProductID); p != nil {
			cause.SKU = p.Sku
		}
		return cause
	case c.Exemption != nil:
		return &TaxCause{Reason: input.OrZero(c.Exemption.Reason), From: c.Exemption.From}
	}
	return nil
}

// minus writes an amount that is taken off.
func minus(amount string) string {
	if zero, err := money.ParseDecimal(amount); err == nil && zero.IsZero() {
		return amount
	}
	return "-" + amount
}
