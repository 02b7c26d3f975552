package bulk

import (
	"context"
	"slices"

	"kopeck/ent"
	"kopeck/service"
	"kopeck/service/customers"
	"kopeck/service/input"
	"kopeck/store"
)

// Phones, the keys of e-mails, search terms and search keys are computed in Go. A migration that changes how leaves a row that says so, and Rekey
// brings what was written before into the new form, some thousand customers in a transaction.

// stale is a customer as an earlier version wrote it.
type stale struct {
	*ent.Customer

	terms []string // by which the customer is found
}

// RekeyPending reports whether [Service.Rekey] has something to do.
func (s *Service) RekeyPending(ctx context.Context) (bool, error) {
	_, pending, err := s.rekeyed(ctx, s.Store, "")
	return pending, err
}

// Rekey brings customers, users and products that an earlier version wrote into the form in which this one keeps them: phones in E.164, keys of
// e-mails, what is searched by. The stages of contacts and the credits of orders are restated by what held at their moments. It returns
// the number of customers that it has looked at. With each transaction it notes how far it has come, so that one that was ended continues
// when it is called again; two at a time take turns. Customers who have one e-mail afterwards are possible duplicates; nothing is merged.
// A user who would have the e-mail of another keeps the key as it is and is logged.
func (s *Service) Rekey(ctx context.Context) (looked int, err error) {
	err = s.Store.Session(bypassGuard(ctx), func(ctx context.Context, session *store.Session) error {
		for more := true; more; {
			if err := ctx.Err(); err != nil {
				return err
			}
			var n int
			if n, more, err = s.rekeyNext(ctx, session); err != nil {
				return err
			}
			looked += n
		}
		return nil
	})
	return looked, err
}

// rekeyNext does the next customers in a transaction.
func (s *Service) rekeyNext(ctx context.Context, session *store.Session) (looked int, more bool, err error) {
	err = session.Bulk(ctx, func(ctx context.Context, tx *store.Bulk) (err error) {
		looked, more, err = s.rekeySome(ctx, tx)
		return err
	})
	return looked, more, err
}

// rekeySome does the next customers.
func (s *Service) rekeySome(ctx context.Context, tx *store.Bulk) (looked int, more bool, err error) {
	after, pending, err := s.rekeyed(ctx, tx, store.ForUpdateClause(tx))
	if err != nil || !pending {
		return 0, false, err
	}
	if after == "" {
		if err := s.rekeyUsers(ctx, tx); err != nil {
			return 0, false, err
		}
		if err := s.books.RestatesOld(ctx, tx.Tx); err != nil {
			return 0, false, err
		}
	}
	rows, err := staleCustomers(ctx, tx, after, s.rekeyTogether)
	if err != nil {
		return 0, false, err
	}
	if len(rows) == 0 {
		if err := rekeyProducts(ctx, tx); err != nil {
			return 0, false, err
		}
		return 0, false, setRekeyed(ctx, tx, "", s.Now())
	}
	if err := s.rekeyCustomers(ctx, tx, rows); err != nil {
		return 0, false, err
	}
	ids := make([]string, len(rows))
	for i, row := range rows {
		ids[i] = row.ID
	}
	if err := s.books.RestateOld(ctx, tx.Tx, ids); err != nil {
		return 0, false, err
	}
	return len(rows), true, setRekeyed(ctx, tx, rows[len(rows)-1].ID, s.Now())
}

// rekeyCustomers writes what is different in the new form.
func (s *Service) rekeyCustomers(ctx context.Context, tx *store.Bulk, rows []*stale) error {
	region := ""
	if s.Currency.Code() == "RUB" { // until now a number without a country code was a Russian one
		region = s.Settings().PhoneRegion
	}
	var phones [][]any
	var gone []string
	var terms []searchTerm
	ids := make([]string, len(rows))
	for i, row := range rows {
		ids[i] = row.ID
	}
	others, err := customers.IdentitiesOf(ctx, tx, ids...)
	if err != nil {
		return err
	}
	for _, row := range rows {
		if row.Phone != nil {
			if phone, err := input.Phone("", *row.Phone, region); err == nil && phone != *row.Phone {
				row.Phone = &phone
				phones = append(phones, []any{row.ID, phone})
			}
		}
		if err := rekeyEmail(ctx, tx, row.Customer); err != nil {
			return err
		}
		var wanted []string
		if row.DeletedAt == nil {
			wanted = customers.SearchTerms(row.Customer, others[row.ID]...)
		}
		slices.Sort(row.terms)
		if slices.Equal(wanted, row.terms) {
			continue
		}
		gone = append(gone, row.ID)
		for _, term := range wanted {
			terms = append(terms, searchTerm{term, row.ID})
		}
	}
	if err := rekeyPhones(ctx, tx, phones); err != nil {
		return err
	}
	return replaceTerms(ctx, tx, gone, terms)
}

// rekeyEmail brings the e-mail of a customer into the new form.
func rekeyEmail(ctx context.Context, tx *store.Bulk, c *ent.Customer) error {
	if c.Email == nil {
		return nil
	}
	address, err := input.Email("", *c.Email)
	if err != nil {
		address = *c.Email
	}
	key := input.EmailKey(address)
	if address == *c.Email && c.EmailKey != nil && key == *c.EmailKey {
		return nil
	}
	c.Email, c.EmailKey = &address, &key
	return writeEmail(ctx, tx, c)
}

// rekeyUsers brings the e-mails of users, and the codes of their rates, into the new form.
func (s *Service) rekeyUsers(ctx context.Context, tx *store.Bulk) error {
	keys, err := userKeys(ctx, tx)
	if err != nil {
		return err
	}
	taken := map[string]bool{}
	for _, one := range keys {
		taken[one.key] = taken[one.key] || !one.deleted
	}
	for _, one := range keys {
		key := input.EmailKey(one.email)
		switch {
		case key == one.key:
			continue
		case taken[key] && !one.deleted:
			s.Log.WarnContext(ctx, "two users have one e-mail address; the second cannot sign in by it", "user", one.id, "email", one.email)
			continue
		}
		taken[key] = taken[key] || !one.deleted
		if err := writeUserKey(ctx, tx, one, key); err != nil {
			return err
		}
	}
	return s.SnapshotChanged(ctx, tx.Tx, service.SnapshotAll)
}
