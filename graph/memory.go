package graph

import (
	"cmp"
	"context"
	"slices"
	"time"

	"kopeck/ent"
)

// memoryPage makes a page of a list that is in memory, in the list's order. The keys of its order are numbers or times.
func memoryPage[T any](ctx context.Context, l list[T], w window, by column[T], direction ent.OrderDirection, rows []*T) (*page[T], error) {
	r, err := l.check(w, by, direction)
	if err != nil {
		return nil, err
	}
	inside := make([]*T, 0, len(rows))
	for _, row := range rows {
		if (r.after == nil || r.compare(row, r.after) > 0) && (r.before == nil || r.compare(row, r.before) < 0) {
			inside = append(inside, row)
		}
	}
	if r.backward {
		slices.Reverse(inside)
	}
	if r.limit == 0 {
		return r.page(nil)
	}
	p, err := r.page(inside[:min(len(inside), r.limit+1)])
	if err != nil {
		return nil, err
	}
	markSiblings(ctx, p.rows)
	return p, nil
}

// compare compares a row with a position in the list's order.
func (r *reading[T]) compare(row *T, at *position) int {
	order := 0
	switch key := r.by.key(row).(type) {
	case time.Time:
		order = key.Compare(at.key.(time.Time))
	case int64:
		order = cmp.Compare(key, at.key.(int64))
	}
	if order = cmp.Or(order, cmp.Compare(r.list.id(row), at.id)); r.descending {
		return -order
	}
	return order
}
