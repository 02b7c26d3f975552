package disclosure

import (
	"context"
	"slices"
	"strings"

	"kopeck/ent"
	"kopeck/ent/fielddefinition"
	"kopeck/schema"
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
	var codes []string
	for _, name := range used {
		if code, ok := strings.CutPrefix(name, ownField); ok {
			codes = append(codes, code)
		}
	}
	if len(codes) > 0 {
		seen, err := s.Client.FieldDefinition.Query().Where(fielddefinition.NounEQ(schema.FieldOfCustomer), fielddefinition.CodeIn(codes...)).All(ctx)
		if err != nil {
			return nil, err
		}
		for i, name := range used {
			code, ok := strings.CutPrefix(name, ownField)
			if ok && !slices.ContainsFunc(seen, func(d *ent.FieldDefinition) bool { return d.Code == code }) {
				used[i] = strings.TrimSuffix(ownField, ".")
			}
		}
		slices.Sort(used)
		used = slices.Compact(used)
	}
	return &Personalised{decided, used}, nil
}
