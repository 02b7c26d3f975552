package contacts

import (
	"context"
	"slices"
	"strings"

	"kopeck/ent/contact"
	"kopeck/ent/offer"
	"kopeck/ent/order"
	"kopeck/fault"
	"kopeck/id"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/service/field"
	"kopeck/store"
)

// Whoever may see a contact need not see the customer whom it is about: to them it is about nobody.

// aboutField is the name of the field in correctContact, in conflicts and in the audit.
const aboutField = "aboutId"

// The names of the fields of what a contact was about, which after the undoing of a merge may be of another customer.
const (
	orderField = "orderId"
	offerField = "offerId"
)

// seeNamed adds to what the caller may see which of the orders and offers that corrections name they do, and of the contacts that were joined.
func (s *Service) seeNamed(ctx context.Context, seen service.CustomersSeen, corrections []service.VersionChange) error {
	var orders, offers, contacts []string
	for _, one := range corrections {
		for name, to := range map[string]*[]string{orderField: &orders, offerField: &offers} {
			if change, ok := one.Fields[name]; ok {
				*to = append(*to, service.IDIn(change.Old), service.IDIn(change.New))
			}
		}
		if other := joinedOf(one.Reason); other != "" {
			contacts = append(contacts, other)
		}
	}
	for _, of := range []struct {
		ids  []string
		seen func(some []string) ([]string, error)
	}{
		{orders, func(some []string) ([]string, error) {
			return s.Client.Order.Query().Where(order.IDIn(some...)).IDs(ctx)
		}},
		{offers, func(some []string) ([]string, error) {
			return s.Client.Offer.Query().Where(offer.IDIn(some...)).IDs(ctx)
		}},
		{contacts, func(some []string) ([]string, error) {
			return s.Client.Contact.Query().Where(contact.IDIn(some...)).IDs(ctx)
		}},
	} {
		slices.Sort(of.ids)
		for some := range slices.Chunk(slices.Compact(of.ids), store.IDsPerStatement) {
			visible, err := of.seen(some)
			if err != nil {
				return err
			}
			for _, one := range visible {
				seen[one] = true
			}
		}
	}
	return nil
}

// joinedOf returns the contact that the reason of a correction names with which it was joined, or from which it was parted; "" for none.
func joinedOf(reason string) string {
	for _, begins := range []string{joinedInto, joinedWith, partedFrom} {
		if other, ok := strings.CutPrefix(reason, begins); ok && id.Prefix(other) == id.Contact {
			return other
		}
	}
	return ""
}

// aboutOf returns the values of aboutId in corrections, and those in peopleIds.
func aboutOf(corrections []service.VersionChange) (values []any) {
	for _, one := range corrections {
		if change, ok := one.Fields[aboutField]; ok {
			values = append(values, change.Old, change.New)
		}
		if change, ok := one.Fields[peopleField]; ok {
			for _, customerID := range slices.Concat(idsIn(change.Old), idsIn(change.New)) {
				values = append(values, customerID)
			}
		}
	}
	return values
}

// overHidden takes the customer whom a contact is about out of what it says if the actor may not see them and another contact, which is joined
// into it, is about one whom they see: that one is taken, as it is by a contact that is about nobody.
func overHidden(ctx context.Context, tx *store.Tx, kept, other *Record) error {
	hidden, err := service.IsHidden(ctx, tx, kept.AboutID)
	if err != nil || !hidden || other.AboutID == "" {
		return err
	}
	both, err := service.IsHidden(ctx, tx, other.AboutID)
	if err == nil && !both {
		kept.AboutID = ""
	}
	return err
}

// keepHiddenAbout returns changes of a contact that is about a customer whom the actor may not see without one to nobody, which is what they
// see: unless it becomes no recommendation, which is about nobody. NOT_FOUND on aboutId for that one.
func (s *Service) keepHiddenAbout(ctx context.Context, tx *store.Tx, now *Record, given *changes) (*changes, error) {
	hidden, err := service.IsHidden(ctx, tx, now.AboutID)
	switch {
	case err != nil || !hidden:
		return given, err
	case given.To.AboutID == now.AboutID:
		return nil, fault.NoSuch(aboutField, "customer")
	case given.To.AboutID != "":
		return given, nil
	}
	if !given.Gives("kind") || given.To.Kind == schema.Recommendation {
		return given.Without(aboutField), nil
	}
	all := s.editedFields(ctx)
	return given.With(all[slices.IndexFunc(all, func(f field.Edited[Record, service.RecordContactInput, service.CorrectContactInput]) bool {
		return f.Input == aboutField
	})]), nil
}
