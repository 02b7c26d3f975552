package graph

import (
	"context"

	"kopeck/ent"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/service/workshop"
)

// workshop returns what fills resources day by day. All that fills them are siblings.
func (r *Resolver) workshop(ctx context.Context, from, to schema.Date, resources []string) ([]*workshop.Day, error) {
	days, err := r.app.Workshop.Days(ctx, from, to, resources)
	var all []*workshop.Booking
	orders := map[string]*ent.Order{}
	for _, day := range days {
		all = append(all, day.Bookings...)
		for _, one := range day.Bookings {
			if one.Order != nil {
				orders[one.Order.ID] = one.Order
			}
		}
	}
	markSiblings(ctx, days)
	markSiblings(ctx, all)
	markSiblings(ctx, valuesOf(orders))
	return days, err
}

// workshopLines returns the lines that are made with a resource on a day.
func (r *Resolver) workshopLines(ctx context.Context, of *workshop.Booking) ([]*workshop.Line, error) {
	lines, err := batched(ctx, of, func(rows []*workshop.Booking) (map[*workshop.Booking][]*workshop.Line, error) {
		found, err := r.app.Workshop.Lines(ctx, rows)
		all := map[string]*ent.OrderLine{}
		for _, lines := range found {
			for _, one := range lines {
				all[one.Line.ID] = one.Line
			}
		}
		markSiblings(ctx, valuesOf(all))
		return found, err
	})
	if lines == nil {
		lines = []*workshop.Line{}
	}
	return lines, err
}

// unkeptDates is the list of orders whose due days cannot be kept.
func (r *Resolver) unkeptDates(ctx context.Context, w window, f *service.UnkeptDateFilter) (*workshop.UnkeptDateConnection, error) {
	all, err := r.app.Workshop.UnkeptDates(ctx, f)
	if err != nil {
		return nil, err
	}
	l := list[workshop.UnkeptDate]{"unkeptDates", orderOf, r.pages}
	by := column[workshop.UnkeptDate]{name: "DUE", key: func(row *workshop.UnkeptDate) any { return int64(row.DueDay) }}
	p, err := memoryPage(ctx, l, w, by, schema.Ascending, all)
	if err != nil {
		return nil, err
	}
	orders := make([]*ent.Order, len(p.rows))
	c := &workshop.UnkeptDateConnection{Edges: make([]*workshop.UnkeptDateEdge, len(p.rows)), PageInfo: &p.info, TotalCount: len(all)}
	for i, row := range p.rows {
		orders[i] = row.Order
		c.Edges[i] = &workshop.UnkeptDateEdge{Node: row, Cursor: p.cursors[i]}
	}
	markSiblings(ctx, orders)
	return c, nil
}

func orderOf(row *workshop.UnkeptDate) string {
	if row.Order == nil { // of a cursor that is read
		return ""
	}
	return row.Order.ID
}

// valuesOf returns the values of a map in no particular order.
func valuesOf[T any](of map[string]*T) []*T {
	all := make([]*T, 0, len(of))
	for _, one := range of {
		all = append(all, one)
	}
	return all
}
