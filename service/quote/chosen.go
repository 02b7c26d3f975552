package quote

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"kopeck/costing"
	"kopeck/ent"
	"kopeck/ent/customer"
	"kopeck/ent/order"
	"kopeck/fault"
	"kopeck/pricing"
	"kopeck/service"
)

// OrderOption is an option or a measurement of a line of an order.
type OrderOption struct {
	Code, Name, Value string
	Unit              *string // of a measurement that is defined
}

// ChosenOf returns what a line of an order was made with: the options that were chosen, and the measurements.
func (s *Service) ChosenOf(line *ent.OrderLine) (options, measurements []*OrderOption, err error) {
	var chosen []pricing.Option
	if err := json.Unmarshal(line.Options, &chosen); err != nil {
		return nil, nil, fmt.Errorf("quote: options of %s: %w", line.ID, err)
	}
	catalogue, at := s.book.Load().prices.Basis().Catalogue, s.Now()
	if line.PricedAt != nil {
		at = *line.PricedAt
	}
	product, _ := catalogue.Product(line.ProductID, at, at) // as it was known when it was promised
	if len(product.Options) == 0 {
		product, _ = catalogue.Product(line.ProductID, at, service.EndOfTime) // of an import, which is older than its product
	}
	for _, c := range chosen {
		one := &OrderOption{Code: c.Code, Name: c.Code, Value: c.Value}
		definition, measured := catalogue.Measurement(c.Code, at, at)
		if measured {
			one.Name, one.Unit = definition.Name, &definition.Unit
		}
		for _, known := range product.Options {
			if known.Code == c.Code {
				one.Name, measured = known.Name, known.Measured || measured
			}
		}
		if measured {
			measurements = append(measurements, one)
		} else {
			options = append(options, one)
		}
	}
	return options, measurements, nil
}

// PriceLinesOf returns the waterfall of a line of an order as it was promised; none of a line that was imported without it.
func PriceLinesOf(line *ent.OrderLine) ([]pricing.Line, error) {
	var lines []pricing.Line
	if err := json.Unmarshal(line.PriceLines, &lines); err != nil {
		return nil, fmt.Errorf("quote: price lines of %s: %w", line.ID, err)
	}
	return lines, nil
}

// AgreementOf returns the id of the agreement by which a line of an order is priced; "" if none applied.
func AgreementOf(line *ent.OrderLine) string {
	lines, err := PriceLinesOf(line)
	for _, one := range lines {
		if err == nil && one.Kind == pricing.AgreementLine {
			return one.RefID
		}
	}
	return ""
}

// PricedAgain is the price of a line of an order for the moment at which it was promised, or why there is none.
type PricedAgain struct {
	Price *Price
	Err   error
}

// PriceAgain prices lines of orders again, each for the moment at which it was promised and by what was known then. A line without price
// lines, and one of an order that the caller may not see, is not in the result. Of a line that does not know the moment it is that of the
// order. Lines of one moment are priced together.
func (s *Service) PriceAgain(ctx context.Context, lines []*ent.OrderLine) (map[*ent.OrderLine]PricedAgain, error) {
	ids := make([]string, len(lines))
	for i, line := range lines {
		ids[i] = line.OrderID
	}
	orders, err := s.Client.Order.Query().Where(order.IDIn(ids...)).All(ctx)
	if err != nil {
		return nil, err
	}
	orderOf := make(map[string]*ent.Order, len(orders))
	customerIDs := make([]string, len(orders))
	for i, o := range orders {
		orderOf[o.ID], customerIDs[i] = o, o.CustomerID
	}
	found, err := s.Client.Customer.Query().Where(customer.IDIn(customerIDs...)).All(ctx)
	if err != nil {
		return nil, err
	}
	customerOf := make(map[string]*ent.Customer, len(found))
	for _, c := range found {
		customerOf[c.ID] = c
	}
	again, quotes := map[*ent.OrderLine]PricedAgain{}, map[time.Time]*Quotes{}
	for _, line := range lines {
		o := orderOf[line.OrderID]
		steps, err := PriceLinesOf(line)
		if err != nil {
			return nil, err
		}
		if o == nil || customerOf[o.CustomerID] == nil || len(steps) == 0 {
			continue
		}
		at := o.At
		if line.PricedAt != nil {
			at = *line.PricedAt
		}
		if quotes[at] == nil {
			if quotes[at], err = s.Quotes(ctx, found, &at); err != nil {
				return nil, err
			}
		}
		price, err := quotes[at].priceAgain(customerOf[o.CustomerID], line)
		again[line] = PricedAgain{price, err}
	}
	return again, nil
}

// priceAgain prices a line of an order by the facts of these quotes.
func (q *Quotes) priceAgain(c *ent.Customer, line *ent.OrderLine) (*Price, error) {
	var options []costing.Chosen
	if err := json.Unmarshal(line.Options, &options); err != nil {
		return nil, fmt.Errorf("quote: options of %s: %w", line.ID, err)
	}
	lead := line.LeadDays
	price, err := q.priceOf(c, line.ProductID, line.Quantity, options, &lead)
	if fault.Of(err) != nil {
		return nil, fault.New(fault.WrongState, "priceThen", "the same cannot be priced for that moment any more: %s", fault.Of(err).Message)
	}
	return price, err
}
