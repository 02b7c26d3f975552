package disclosure

import (
	"context"
	"slices"
	"strings"

	"kopeck/service/quote"
)

// Personalised is what a price used of the customer.
type Personalised struct {
	IsPersonal bool
	UsedData   []string
}

// ownField begins the names of the installation's own fields of customers.
const ownField = "customer.fields."

// Personalised returns what a price used of the customer: see [pricing.Book.UsedData]. A field of the installation's own that is not for the
// caller has no name to them.
func (s *Service) Personalised(ctx context.Context, p *quote.Price) (*Personalised, error) {
	used, decided, err := p.UsedData()
	if err != nil {
		return nil, err
	}
	return s.Used(ctx, used, decided)
}

// Used returns what a price used of the customer as it was kept, with the names that the caller may know.
func (s *Service) Used(ctx context.Context, used []string, decided bool) (*Personalised, error) {
	if !slices.ContainsFunc(used, func(name string) bool { return strings.HasPrefix(name, ownField) }) {
		return &Personalised{decided, used}, nil
	}
	labels, err := s.labels(ctx)
	return &Personalised{decided, shown(used, labels)}, err
}
