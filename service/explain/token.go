package explain

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"kopeck/costing"
	"kopeck/ent"
	"kopeck/ent/customer"
	"kopeck/ent/order"
	"kopeck/ent/orderline"
	"kopeck/pricing"
	"kopeck/service/input"
	"kopeck/service/quote"
)

// Token is what a price token promises. It was issued by this installation and is unaltered.
type Token struct {
	Customer Named `json:"customer"`
	Priced

	Tax        string    `json:"tax"`                // of the total, by the share of when it was promised
	TaxCode    string    `json:"taxCode,omitempty"`  // "" for none
	TaxShare   string    `json:"taxShare,omitempty"` // "" for none, and where the promise has another tax
	Net        string    `json:"net"`
	Gross      string    `json:"gross"`
	PricedAt   time.Time `json:"pricedAt"`
	ValidUntil time.Time `json:"validUntil"`
	Expired    bool      `json:"expired"`
	Orders     []string  `json:"orders"` // that were placed by it

	moment func(time.Time) string
}

// Token explains a price token. INVALID for what is none of this installation.
func (s *Service) Token(ctx context.Context, token string) (*Token, error) {
	content, err := s.quote.ReadToken(token)
	if err != nil {
		return nil, err
	}
	page := &Token{
		Customer: Named{ID: content.CustomerID}, Tax: s.format(content.Tax), PricedAt: content.PricedAt, ValidUntil: content.ValidUntil, Expired: content.Expired, Orders: []string{}, moment: s.moment,
	}
	c, err := s.Client.Customer.Query().Where(customer.ID(content.CustomerID)).Only(ctx)
	switch {
	case err == nil:
		page.Customer.Name = c.Name
	case !ent.IsNotFound(err):
		return nil, err
	}
	if err := s.taxOfToken(content, page); err != nil {
		return nil, err
	}
	kept, err := content.AsJSON()
	if err != nil {
		return nil, err
	}
	line := &ent.OrderLine{
		ProductID: content.ProductID, Quantity: content.Quantity, Unit: content.Unit, Total: content.Total, LeadDays: content.LeadDays, Options: kept.Options,
	}
	if page.Priced, err = s.priced(line, content.Lines()); err != nil {
		return nil, err
	}
	page.Orders, err = s.placedBy(ctx, content)
	return page, err
}

// taxOfToken adds the net and the gross of what a token promises, and the share of its tax by what was known when it was priced.
func (s *Service) taxOfToken(content *quote.TokenContent, page *Token) error {
	basis := s.quote.PriceBook().Basis()
	mode := basis.Taxes.ModeOf()
	net, err := mode.Net(content.Total, content.Tax)
	if err != nil {
		return input.DomainError(err)
	}
	gross, err := mode.Gross(content.Total, content.Tax)
	if err != nil {
		return input.DomainError(err)
	}
	page.Net, page.Gross = s.format(net), s.format(gross)
	share := basis.Taxes.ShareOf(basis.Rates, content.ProductID, content.CustomerID, content.PricedAt, content.PricedAt)
	tax, err := costing.LineTax(content.Total, share.Applied(), mode)
	if err == nil && share.Code != "" && tax == content.Tax {
		page.TaxCode, page.TaxShare = share.Code, share.Applied().String()
	}
	return input.DomainError(err)
}

// placedBy returns the ids of the orders with a line that a token promises: the customer's, priced at the same moment alike.
func (s *Service) placedBy(ctx context.Context, content *quote.TokenContent) ([]string, error) {
	lines, err := s.Client.OrderLine.Query().Where(
		orderline.ProductID(content.ProductID), orderline.Quantity(content.Quantity), orderline.Unit(content.Unit), orderline.PricedAt(content.PricedAt),
		orderline.HasOrderWith(order.CustomerID(content.CustomerID)),
	).Order(orderline.ByOrderID()).All(ctx)
	if err != nil {
		return nil, err
	}
	ids := []string{}
	for _, line := range lines {
		var chosen []pricing.Option
		if err := json.Unmarshal(line.Options, &chosen); err != nil {
			return nil, fmt.Errorf("explain: options of %s: %w", line.ID, err)
		}
		if line.LeadDays == content.LeadDays && fmt.Sprint(chosen) == fmt.Sprint(content.Options) {
			ids = append(ids, line.OrderID)
		}
	}
	return ids, nil
}

// Page implements [Explanation].
func (t *Token) Page() string {
	p := &page{}
	state := "HOLDS"
	if t.Expired {
		state = "EXPIRED"
	}
	p.row(0, "Price token of this installation, unaltered", state)
	p.fact("customer", t.Customer.Name+" ("+t.Customer.ID+")")
	p.fact("product", t.SKU+" "+t.Name)
	p.fact("price of", t.moment(t.PricedAt))
	p.fact("holds until", t.moment(t.ValidUntil))
	p.fact("lead time", fmt.Sprintf("%d days", t.LeadDays))
	choicesOn(p, "chosen", t.Options)
	choicesOn(p, "measured", t.Measurements)
	p.head("What it promises")
	stepsOn(p, t.PriceLines, t.Unit)
	p.row(2, "x "+t.Quantity, "")
	p.sum(2, "total", t.Total)
	if t.TaxCode != "" || minus(t.Tax) != t.Tax {
		share := ""
		if t.TaxCode != "" {
			share = ", " + t.TaxCode + " at " + t.TaxShare
		}
		p.row(2, "tax "+t.Tax+share+": net "+t.Net+", gross "+t.Gross, "")
	}
	p.head("Used by")
	if len(t.Orders) == 0 {
		p.row(1, "no order", "")
	}
	for _, o := range t.Orders {
		p.row(1, "order "+o, "")
	}
	return p.String()
}
