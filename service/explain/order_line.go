package explain

import (
	"context"
	"time"

	"kopeck/costing"
	"kopeck/ent"
	"kopeck/ent/orderline"
	"kopeck/ent/priceagreement"
	"kopeck/fault"
	"kopeck/service/quote"
	"kopeck/service/rates"
	"kopeck/service/sale"
)

// Line is a line of an order.
type Line struct {
	ID string `json:"id"`
	Priced

	TaxCode          string     `json:"taxCode,omitempty"`
	TaxShare         string     `json:"taxShare,omitempty"` // "" where an import gave the tax
	TaxRate          *TaxRate   `json:"taxRate,omitempty"`  // of the tax code
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

// TaxRate is the rate of a tax code, and whether the customer is exempt from it.
type TaxRate struct {
	Share      string    `json:"share"`
	ValidFrom  time.Time `json:"validFrom"`
	RecordedAt time.Time `json:"recordedAt"`
	Exempt     bool      `json:"exempt"`
}

// Choice is an option or a measurement.
type Choice struct {
	Code  string `json:"code"`
	Name  string `json:"name"`
	Value string `json:"value"`
	Unit  string `json:"unit,omitempty"` // of a measurement
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
	if by := of.TaxBy; by != nil && by.Code != "" && !by.Missing {
		l.TaxRate = &TaxRate{Share: by.Share.String(), ValidFrom: by.RateValidFrom, RecordedAt: by.RateRecordedAt, Exempt: by.Exempt}
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
