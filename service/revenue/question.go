package revenue

import (
	"context"
	"slices"
	"sort"
	"strings"
	"time"

	"github.com/99designs/gqlgen/graphql"

	"kopeck/costing"
	"kopeck/fault"
	"kopeck/id"
	"kopeck/service"
	"kopeck/service/input"
	"kopeck/service/report"
	"kopeck/store"
)

// maxFilterValues is the maximum number of values in a list of a filter.
const maxFilterValues = 100

// question says which sales a report is about and how they are grouped.
type question struct {
	from, to time.Time // the period asked for, within the years in which there can be orders
	by       []service.SalesDimension
	basis    service.SalesBasis
	only     []condition   // of the filter
	spans    []report.Span // those of the orders' moments, where a part of the calendar is a dimension
	mode     costing.TaxMode
	knownAt  *time.Time // nil: now
}

// condition is that a dimension has one of some values.
type condition struct {
	of     service.SalesDimension
	values []string
}

// newQuestion checks what is asked. Faults: INVALID on to where it lies before from, on by for a dimension that is unknown or named twice and
// for two parts of the calendar, on a list of the filter with too many values, and on knownAt for the future.
func (s *Service) newQuestion(ctx context.Context, in Query) (*question, error) {
	q := &question{from: report.FirstYear, to: report.LastYear, by: in.By, basis: in.Basis, mode: s.Settings().Taxes}
	if in.From != nil && in.From.After(q.from) {
		q.from = in.From.UTC()
	}
	if in.To != nil && in.To.Before(q.to) {
		q.to = in.To.UTC()
	}
	if in.From != nil && in.To != nil {
		if err := report.CheckPeriod(*in.From, *in.To); err != nil {
			return nil, err
		}
	}
	if err := report.CheckDimensions(in.By); err != nil {
		return nil, err
	}
	if !in.Basis.IsValid() {
		return nil, fault.Invalidf("basis", "want ORDER or BOOKED")
	}
	parts := 0
	for _, one := range in.By {
		if calendar[one] {
			parts++
		}
	}
	if parts > 1 {
		return nil, fault.Invalidf("by", "want one of DAY, MONTH, QUARTER and YEAR")
	}
	if in.KnownAt != nil {
		known, err := s.KnownMoment(ctx, "knownAt", in.KnownAt)
		if err != nil {
			return nil, err
		}
		q.knownAt = &known
	}
	return q, q.filter(in.Filter)
}

// filter adds the conditions of a filter.
func (q *question) filter(f *service.SalesFilter) error {
	if f == nil {
		return nil
	}
	for _, one := range []struct {
		name string
		of   service.SalesDimension
		list func(string) ([]string, error)
	}{
		{"productIds", service.SalesDimensionProduct, textsOf(f.ProductIds)},
		{"categories", service.SalesDimensionCategory, textsOf(f.Categories)},
		{"segments", service.SalesDimensionSegment, textsOf(f.Segments)},
		{"staffIds", service.SalesDimensionStaff, textsOf(f.StaffIds)},
		{"customerKinds", service.SalesDimensionCustomerKind, textsOf(f.CustomerKinds)},
		{"partnerIds", service.SalesDimensionPartner, textsOf(f.PartnerIds)},
	} {
		values, err := one.list(one.name)
		switch {
		case err != nil:
			return fault.At(err, "filter")
		case values == nil:
			continue
		case len(values) > maxFilterValues:
			return fault.Invalidf("filter", "%s: want at most %d values", one.name, maxFilterValues)
		}
		for _, value := range values {
			if strings.ContainsRune(value, 0) || len(value) > 4*maxFilterValues {
				return fault.Invalidf("filter", "%s: no such value: %s", one.name, input.Excerpt(value))
			}
			if of, isID := filteredIDs[one.of]; isID && value != "" {
				if err := id.Check("filter", of, value); err != nil {
					return fault.Invalidf("filter", "%s: %s", one.name, fault.Of(err).Message)
				}
			}
		}
		q.only = append(q.only, condition{one.of, values})
	}
	return nil
}

// filteredIDs are the dimensions whose values are ids, with their prefix. "" is none of them, as in the keys of rows.
var filteredIDs = map[service.SalesDimension]string{
	service.SalesDimensionProduct: id.Product, service.SalesDimensionStaff: id.User, service.SalesDimensionPartner: id.Partner,
}

// textsOf returns how to read a field of a filter as texts, nil if it gives none.
func textsOf[T ~string](of graphql.Omittable[[]T]) func(field string) ([]string, error) {
	return func(field string) ([]string, error) {
		values, err := input.Listed(field, of)
		if err != nil || values == nil {
			return nil, err
		}
		texts := make([]string, len(values))
		for i, one := range values {
			texts[i] = string(one)
		}
		return texts, nil
	}
}

// findSpans finds the parts of the calendar that the report may have rows for.
func (q *question) findSpans(ctx context.Context, tx *store.Tx, zone *time.Location) error {
	at := slices.IndexFunc(q.by, func(one service.SalesDimension) bool { return calendar[one] })
	if at < 0 {
		return nil
	}
	first, last, err := firstAndLast(ctx, tx, q)
	if err != nil || last.IsZero() {
		return err
	}
	q.spans, err = spansOf(q.by[at], first, last, zone)
	return err
}

// within reports whether a moment lies in the period.
func (q *question) within(at time.Time) bool { return !at.Before(q.from) && at.Before(q.to) }

// span returns the name of the part of the calendar in which a moment of the period lies.
func (q *question) span(at time.Time) string {
	place := sort.Search(len(q.spans), func(n int) bool { return q.spans[n].Begin.After(at) })
	return q.spans[max(place-1, 0)].Name
}

// asks reports whether a dimension is one of the report's or of its filter's.
func (q *question) asks(dimensions ...service.SalesDimension) bool {
	return slices.ContainsFunc(dimensions, func(one service.SalesDimension) bool {
		return slices.Contains(q.by, one) || slices.ContainsFunc(q.only, func(c condition) bool { return c.of == one })
	})
}

// ofLines reports whether the report depends on the lines of orders.
func (q *question) ofLines() bool {
	return q.asks(service.SalesDimensionProduct, service.SalesDimensionCategory)
}

// filtersLines reports whether the filter leaves out some lines of an order.
func (q *question) filtersLines() bool {
	return slices.ContainsFunc(q.only, func(c condition) bool {
		return c.of == service.SalesDimensionProduct || c.of == service.SalesDimensionCategory
	})
}
