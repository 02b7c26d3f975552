package workshop

import (
	"context"
	"encoding/json"
	"fmt"
	"math/big"

	"kopeck/costing"
	"kopeck/ent"
	"kopeck/ent/orderline"
	"kopeck/money"
	"kopeck/service"
	"kopeck/service/input"
)

// Line is a line of an order that is made with a resource on a day.
type Line struct {
	Line  *ent.OrderLine
	Units money.Decimal // of the order's units on the day
}

// memoized is how many costs of products are remembered for one answer.
const memoized = 4096

// use is a line of an order with the units that it takes of each resource.
type use struct {
	line  *ent.OrderLine
	units map[string]money.Decimal
}

// Lines returns the lines that are made on days with their resources, by what fills the days: of an order, as far as the caller may see its
// lines, those that take of the resource by the recipes of the order's moment. A day's units of an order are divided by what each line takes
// in all, also those on other days: which line is made first is not planned.
func (s *Service) Lines(ctx context.Context, of []*Booking) (map[*Booking][]*Line, error) {
	orders := map[string]*ent.Order{}
	var ids []string
	for _, b := range of {
		if b.Order != nil && orders[b.Order.ID] == nil {
			orders[b.Order.ID] = b.Order
			ids = append(ids, b.Order.ID)
		}
	}
	found := make(map[*Booking][]*Line, len(of))
	if len(ids) == 0 {
		return found, nil
	}
	lines, err := s.Client.OrderLine.Query().Where(orderline.OrderIDIn(ids...)).Order(orderline.ByOrderID(), orderline.ByPosition()).All(ctx)
	if err != nil {
		return nil, err
	}
	memo := costing.NewMemo(s.quote.PriceBook().Basis(), memoized)
	uses := map[string][]use{}
	for _, line := range lines {
		one, err := useOf(memo, orders[line.OrderID], line)
		if err != nil {
			return nil, err
		}
		uses[line.OrderID] = append(uses[line.OrderID], one)
	}
	for _, b := range of {
		if b.Order == nil {
			continue
		}
		if found[b], err = divided(b, uses[b.Order.ID]); err != nil {
			return nil, input.DomainError(err)
		}
	}
	return found, nil
}

// useOf computes what a line takes of resources.
func useOf(memo *costing.Memo, o *ent.Order, line *ent.OrderLine) (use, error) {
	one := use{line, map[string]money.Decimal{}}
	var chosen []costing.Chosen
	if err := json.Unmarshal(line.Options, &chosen); err != nil {
		return one, fmt.Errorf("workshop: options of %s: %w", line.ID, err)
	}
	cost, err := memo.Cost(costing.ProductQuestion{
		ProductID: line.ProductID, Quantity: line.Quantity, Chosen: chosen, Promised: true, LeadDays: &line.LeadDays, At: o.At, KnownAt: service.EndOfTime,
	})
	if err != nil {
		return one, input.DomainError(err)
	}
	for _, need := range cost.Usage {
		one.units[need.Resource] = need.Units
	}
	return one, nil
}

// divided divides what an order takes on a day among its lines.
func divided(b *Booking, uses []use) ([]*Line, error) {
	var lines []*Line
	var weights []*big.Rat
	for _, one := range uses {
		if units := one.units[b.Resource]; units.Sign() > 0 {
			lines = append(lines, &Line{Line: one.line})
			weights = append(weights, units.Rat())
		}
	}
	if len(lines) == 0 {
		return nil, nil
	}
	parts, err := costing.DivideUnits(b.Units, weights)
	if err != nil {
		return nil, err
	}
	for i, part := range parts {
		lines[i].Units = part
	}
	return lines, nil
}
