package graph

import (
	"context"

	"kopeck/ent"
	"kopeck/service"
)

// customerLinks returns the links that open a customer's own page.
func (r *Resolver) customerLinks(ctx context.Context, c *ent.Customer) ([]*ent.CustomerLink, error) {
	return batchedList(ctx, c, customerID, func(rows []*ent.Customer) (map[string][]*ent.CustomerLink, error) {
		return r.app.OwnPage.Links(ctx, idsOf(rows, customerID))
	})
}

// linkPayload is the answer of a verb of links.
func (r *Resolver) linkPayload(link *ent.CustomerLink, err error) (*service.CustomerLinkPayload, error) {
	faults, err := userErrors(err)
	if err != nil || len(faults) > 0 {
		return &service.CustomerLinkPayload{UserErrors: faults}, err
	}
	token, url, err := r.app.OwnPage.Address(link)
	return &service.CustomerLinkPayload{CustomerLink: link, Token: token, URL: url, UserErrors: faults}, err
}
