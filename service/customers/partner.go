package customers

import (
	"context"

	"kopeck/ent"
	"kopeck/ent/customer"
	"kopeck/ent/partner"
	"kopeck/fault"
)

// PartnerCustomers is a partner with the number of customers whom they brought.
type PartnerCustomers struct {
	ID        string   `json:"id"`
	Name      string   `json:"name"`
	Active    bool     `json:"active"`
	Scopes    []string `json:"scopes"`
	Customers int      `json:"customers"`
}

// checkPartner checks the partner who brought a customer: NOT_FOUND on partnerId where there is no such partner.
func (s *Service) checkPartner(partnerID *string) error {
	if partnerID != nil && s.people.Partner(*partnerID) == nil {
		return fault.NoSuch("partnerId", "partner")
	}
	return nil
}

// ByPartner returns the partners, the first made first, with the number of customers of each that the caller may see.
func (s *Service) ByPartner(ctx context.Context) ([]PartnerCustomers, error) {
	partners, err := s.Client.Partner.Query().Order(partner.ByCreatedAt(), partner.ByID()).All(ctx)
	if err != nil {
		return nil, err
	}
	var counts []struct {
		PartnerID string `json:"partner_id"`
		Count     int    `json:"count"`
	}
	err = s.Client.Customer.Query().Where(customer.PartnerIDNotNil(), customer.DeletedAtIsNil()).GroupBy(customer.FieldPartnerID).Aggregate(ent.Count()).Scan(ctx, &counts)
	if err != nil {
		return nil, err
	}
	brought := map[string]int{}
	for _, one := range counts {
		brought[one.PartnerID] = one.Count
	}
	all := make([]PartnerCustomers, len(partners))
	for n, p := range partners {
		all[n] = PartnerCustomers{p.ID, p.Name, p.Active, append([]string{}, p.Scopes...), brought[p.ID]}
	}
	return all, nil
}
