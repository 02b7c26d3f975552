package explain

import (
	"kopeck/ent"
	"kopeck/pricing"
)

// Priced is a quantity of a product at its price, which an order's line has and a price token promises.
type Priced struct {
	SKU          string   `json:"sku"`
	Name         string   `json:"name"`
	Quantity     string   `json:"quantity"`
	Unit         string   `json:"unit"`
	Total        string   `json:"total"`
	LeadDays     int      `json:"leadDays"`
	Options      []Choice `json:"options"`
	Measurements []Choice `json:"measurements"`
	PriceLines   []Step   `json:"priceLines"`
}

// priced explains the price of a line, which has the steps given.
func (s *Service) priced(line *ent.OrderLine, steps []pricing.Line) (Priced, error) {
	p := Priced{
		SKU: line.ProductID, Quantity: line.Quantity.String(), Unit: s.format(line.Unit), Total: s.format(line.Total), LeadDays: line.LeadDays,
		PriceLines: make([]Step, len(steps)),
	}
	if product := s.quote.Product(line.ProductID); product != nil {
		p.SKU, p.Name = product.Sku, product.Name
	}
	for i, step := range steps {
		p.PriceLines[i] = Step{string(step.Kind), step.Label, s.format(step.Amount)}
	}
	options, measurements, err := s.quote.ChosenOf(line)
	p.Options, p.Measurements = choices(options), choices(measurements)
	return p, err
}
