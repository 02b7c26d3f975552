package workshop

import (
	"context"
	"slices"
	"strconv"

	"kopeck/ent/customer"
	"kopeck/service/input"
	"kopeck/service/report"
	"kopeck/store"
)

// UnkeptSheet returns the orders whose due days cannot be kept as a table: a row for each resource of which an order lacks capacity.
func (s *Service) UnkeptSheet(ctx context.Context) (report.Sheet, error) {
	t := report.Sheet{Fields: []string{"due", "order", "external_id", "customer", "customer_name", "resource", "missing", "first_day", "days_late"}}
	all, err := s.UnkeptDates(ctx, nil)
	if err != nil {
		return t, err
	}
	names, err := s.namesOf(ctx, all)
	if err != nil {
		return t, err
	}
	for _, one := range all {
		first, late := "", ""
		if one.FirstDay != nil {
			first, late = one.FirstDay.String(), strconv.Itoa(*one.DaysLate)
		}
		o := one.Order
		for _, short := range one.Shortages {
			t.Rows = append(t.Rows, []string{
				one.DueDay.String(), o.ID, input.EscapeFormula(input.OrZero(o.ExternalID)), o.CustomerID, input.EscapeFormula(names[o.CustomerID]),
				input.EscapeFormula(short.Resource), short.Missing.String(), first, late,
			})
		}
	}
	return t, nil
}

// namesOf reads the names of the customers of orders.
func (s *Service) namesOf(ctx context.Context, all []*UnkeptDate) (map[string]string, error) {
	ids, names := make([]string, len(all)), map[string]string{}
	for i, one := range all {
		ids[i] = one.Order.CustomerID
	}
	for some := range slices.Chunk(once(ids), store.IDsPerStatement) {
		found, err := s.Client.Customer.Query().Where(customer.IDIn(some...)).Select(customer.FieldID, customer.FieldName).All(ctx)
		if err != nil {
			return nil, err
		}
		for _, one := range found {
			names[one.ID] = one.Name
		}
	}
	return names, nil
}
