package ownpage

import (
	"context"
	"strings"
	"time"

	"kopeck/auth"
	"kopeck/ent"
	"kopeck/ent/customerlink"
	"kopeck/fault"
	"kopeck/id"
	"kopeck/service"
	"kopeck/service/input"
	"kopeck/store"
)

const (
	// Path is where a link opens the page: the token follows.
	Path = "/me/"

	openLinks = 20 // of a customer at once
	maxYears  = 10 // the longest life of a link
)

// CreateCustomerLink makes a link that opens a customer's own page. The caller may change what belongs to the customer.
//
// Faults: FORBIDDEN; INVALID by field; NOT_FOUND on customerId; ALREADY_EXISTS on id; WRONG_STATE on customerId for one with too many links.
func (s *Service) CreateCustomerLink(ctx context.Context, in service.CreateCustomerLinkInput) (*ent.CustomerLink, error) {
	actor, err := auth.Writer(ctx, "CustomerLink")
	if err != nil {
		return nil, err
	}
	var faults fault.List
	newID, err := s.NewID(id.Link, in.ID)
	faults.Add(err)
	now := s.Now()
	until := now.Add(service.Days(s.Settings().LinkDays))
	if in.ExpiresAt != nil {
		faults.Add(input.CheckDate("expiresAt", in.ExpiresAt))
		if until = in.ExpiresAt.UTC().Truncate(time.Microsecond); !until.After(now) || until.After(now.AddDate(maxYears, 0, 0)) {
			faults.Add(fault.Invalidf("expiresAt", "want a moment in the future, at most %d years away", maxYears))
		}
	}
	if err := faults.Or(); err != nil {
		return nil, err
	}
	made, err := s.Write(ctx, service.Verb{Name: "createCustomerLink", Key: in.IdempotencyKey, Body: in}, func(ctx context.Context, tx *store.Tx) (string, error) {
		c, err := s.LockCustomer(ctx, tx, "customerId", in.CustomerID)
		if err != nil {
			return "", err
		}
		open, err := tx.CustomerLink.Query().Where(customerlink.CustomerID(c.ID), customerlink.EndedAtIsNil(), customerlink.ExpiresAtGT(s.Now())).All(ctx)
		if err != nil {
			return "", err
		}
		switch {
		case input.Or(in.Renew, false):
			for _, one := range open {
				if err := s.end(ctx, tx, one, "renewed"); err != nil {
					return "", err
				}
			}
		case len(open) >= openLinks:
			return "", fault.New(fault.WrongState, "customerId", "the customer has %d links that have not ended: renew them, or revoke some", len(open))
		}
		err = tx.CustomerLink.Create().SetID(newID).SetCustomerID(c.ID).SetCreatedAt(s.Now()).SetCreatedBy(actor.Name).SetExpiresAt(until).Exec(ctx)
		if err != nil {
			return "", service.UniqueFault(err, in.ID != nil)
		}
		if err := s.Audit(ctx, tx, "customerLink.create", newID, map[string]any{"customer": c.ID, "expiresAt": until}); err != nil {
			return "", err
		}
		return newID, s.CustomerChanged(ctx, tx, c.ID, "CustomerLink")
	})
	if err != nil {
		return nil, err
	}
	return s.Client.CustomerLink.Get(ctx, made)
}

// RevokeCustomerLink ends a link now. Ending one that has ended is no error. Faults: FORBIDDEN; INVALID by field; NOT_FOUND on id.
func (s *Service) RevokeCustomerLink(ctx context.Context, in service.RevokeCustomerLinkInput) (*ent.CustomerLink, error) {
	if _, err := auth.Writer(ctx, "CustomerLink"); err != nil {
		return nil, err
	}
	var faults fault.List
	faults.Add(id.Check("id", id.Link, in.ID))
	reason, err := input.Text("reason", in.Reason, 1000)
	faults.Add(err)
	if err := faults.Or(); err != nil {
		return nil, err
	}
	_, err = s.Write(ctx, service.Verb{Name: "revokeCustomerLink"}, func(ctx context.Context, tx *store.Tx) (string, error) {
		link, err := tx.CustomerLink.Query().Where(customerlink.ID(in.ID)).Only(ctx)
		if ent.IsNotFound(err) {
			return "", fault.NoSuch("id", "link")
		}
		if err != nil {
			return "", err
		}
		if err := service.HoldCustomers(ctx, tx, link.CustomerID); err != nil {
			return "", err
		}
		held := link.CustomerID
		if link, err = tx.CustomerLink.Query().Where(customerlink.ID(in.ID)).Only(ctx); err != nil {
			return "", err
		}
		if err := service.StillOf(held, link.CustomerID); err != nil || link.EndedAt != nil {
			return link.ID, err
		}
		if err := s.end(ctx, tx, link, reason); err != nil {
			return "", err
		}
		return link.ID, s.CustomerChanged(ctx, tx, link.CustomerID, "CustomerLink")
	})
	if err != nil {
		return nil, err
	}
	return s.Client.CustomerLink.Get(ctx, in.ID)
}

// end ends a link for a reason.
func (s *Service) end(ctx context.Context, tx *store.Tx, link *ent.CustomerLink, reason string) error {
	actor, _ := auth.From(ctx)
	if err := tx.CustomerLink.UpdateOne(link).SetEndedAt(s.Now()).SetEndedBy(actor.Name).SetEndReason(reason).Exec(ctx); err != nil {
		return err
	}
	return s.Audit(ctx, tx, "customerLink.end", link.ID, map[string]any{"customer": link.CustomerID, "reason": reason})
}

// Address returns the token of a link and the address that it opens, which is nil while the setting company has no url; both are nil for a link
// that has ended.
func (s *Service) Address(link *ent.CustomerLink) (token, address *string, err error) {
	if link == nil || !s.holds(link) {
		return nil, nil, nil
	}
	signed, err := s.links.Page(link.ID)
	if err != nil {
		return nil, nil, err
	}
	if company := s.Settings().Company; company != nil && company.URL != "" {
		whole := strings.TrimSuffix(company.URL, "/") + Path + signed
		address = &whole
	}
	return &signed, address, nil
}

// holds reports whether a link has not ended.
func (s *Service) holds(link *ent.CustomerLink) bool {
	return link.EndedAt == nil && link.ExpiresAt.After(s.Now())
}

// Links returns the links of customers, by their ids, the latest first.
func (s *Service) Links(ctx context.Context, customerIDs []string) (map[string][]*ent.CustomerLink, error) {
	rows, err := s.Client.CustomerLink.Query().Where(customerlink.CustomerIDIn(customerIDs...)).
		Order(customerlink.ByCreatedAt(store.Descending), customerlink.ByID(store.Descending)).All(ctx)
	of := map[string][]*ent.CustomerLink{}
	for _, one := range rows {
		of[one.CustomerID] = append(of[one.CustomerID], one)
	}
	return of, err
}
