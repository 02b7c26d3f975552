package bulk

import (
	"cmp"
	"context"
	"encoding/json"

	"kopeck/ent"
	"kopeck/id"
	"kopeck/lifetime"
	"kopeck/money"
	"kopeck/schema"
	"kopeck/service/customers"
	"kopeck/service/input"
	"kopeck/store"
)

// known are the customers that records name: by id, and by external id those that are not deleted.
type known struct {
	*chunk
	byID       map[string]bool
	byExternal map[string]string
	fresh      map[string]*ent.Customer // that would be made, by id
	used       map[string]bool
}

var customerColumnsInFull = []string{
	"id", "created_at", "updated_at", "kind", "name", "name_key", "external_id", "stage", "acquisition_cost",
	"order_days", "first_order_day", "last_order_day", "margin", "repeat_margin", "contact_cost", "last_order_at", "lifetime_value",
	"email", "email_key", "phone", "segment", "owner_id", "referred_by_id", "partner_id", "measurements", "acquired_at", "departed_at", "deleted_at", "wallet",
}

// bareColumns is how many of the columns a customer needs that a log names.
const bareColumns = 17

// findCustomers looks up, and locks, the customers that records name by id or external id.
func (c *chunk) findCustomers(ctx context.Context, records int, names func(n int) (customerID, externalID string)) (*known, error) {
	k := &known{c, make(map[string]bool), make(map[string]string), map[string]*ent.Customer{}, map[string]bool{}}
	var ids, externals []string
	seen := map[string]bool{}
	note := func(to *[]string, name string) {
		if name != "" && !seen[name] {
			seen[name] = true
			*to = append(*to, name)
		}
	}
	for n := range records {
		customerID, externalID := names(n)
		note(&ids, customerID)
		note(&externals, externalID)
	}
	lock := " ORDER BY id"
	if c.bulk != nil {
		lock += store.ForUpdateClause(c.bulk)
	}
	read := func(scan store.ScanFunc) error {
		var customerID string
		var externalID *string
		var deleted store.Time
		err := scan(&customerID, &externalID, &deleted)
		k.byID[customerID] = true
		if externalID != nil && deleted.IsZero() {
			k.byExternal[*externalID] = customerID
		}
		return err
	}
	const query = "SELECT id, external_id, deleted_at FROM customers WHERE"
	if err := c.look(ctx, query, "id", lock, ids, read); err != nil {
		return nil, err
	}
	return k, c.look(ctx, query+" deleted_at IS NULL AND", "external_id", lock, externals, read)
}

// resolve gives the customer that a record names: the one with the id, else the one with the external id, else a new
// one, which is made if it is used.
func (k *known) resolve(customerID, externalID string) (string, Verdict) {
	if customerID != "" {
		if err := id.Check("customer", id.Customer, customerID); err != nil {
			return "", Verdict{Rejected, reason(err)}
		}
		if k.byID[customerID] || k.fresh[customerID] != nil {
			return customerID, Verdict{}
		}
	}
	name := externalID
	if externalID != "" {
		if known := k.byExternal[externalID]; known != "" {
			return known, Verdict{}
		}
		checked, err := input.Text("customer", externalID, 100)
		if err != nil {
			return "", Verdict{Rejected, reason(err)}
		}
		if checked != externalID { // by its other spelling it may be known, but was not looked for
			return "", rejected("customer: want the external id in NFC, without blanks around it")
		}
	}
	switch {
	case k.KnownCustomers && externalID != "":
		return "", rejected("unknown customer %q", input.Shown(externalID))
	case k.KnownCustomers:
		return "", rejected("unknown customer %s", input.Shown(customerID))
	case customerID == "":
		customerID = k.service.IDs.Make(id.Customer)
	}
	if name == "" {
		name = customerID
	}
	made := &ent.Customer{ID: customerID, Kind: schema.Person, Name: name, Stage: schema.Stranger, CreatedAt: k.service.Now(), LastOrderAt: lifetime.NoStatistics().LastOrderAt}
	if externalID != "" {
		made.ExternalID = &externalID
		k.byExternal[externalID] = customerID
	}
	k.fresh[customerID] = made
	return customerID, Verdict{}
}

// use says that a record of a customer is taken, so that a new one is made.
func (k *known) use(customerID string) {
	if made := k.fresh[customerID]; made != nil && !k.used[customerID] {
		k.used[customerID] = true
		k.made = append(k.made, made)
	}
}

// addCustomers makes the customers of c.made, with the terms under which they are found.
func (c *chunk) addCustomers(ctx context.Context) error {
	if len(c.made) == 0 {
		return nil
	}
	now := c.service.Now()
	columns := customerColumnsInFull[:bareColumns]
	for _, p := range c.made {
		if p.Email != nil || p.Phone != nil || p.Segment != nil || p.OwnerID != nil || p.ReferredByID != nil || p.PartnerID != nil ||
			p.Measurements != nil || p.AcquiredAt != nil || p.DepartedAt != nil || p.DeletedAt != nil || p.Wallet != nil {
			columns = customerColumnsInFull
		}
	}
	values := make([]any, len(customerColumnsInFull))
	var failed error
	_, err := c.bulk.Copy(ctx, "customers", columns, func(yield func([]any) bool) {
		for _, p := range c.made {
			copy(values, []any{
				p.ID, p.CreatedAt, now, string(p.Kind), p.Name, input.NameKey(p.Name), pointed(p.ExternalID), string(p.Stage), p.AcquisitionCost.Minor(),
				int64(p.OrderDays), int64(p.FirstOrderDay), int64(p.LastOrderDay), p.Margin.Minor(), p.RepeatMargin.Minor(), int64(0), p.LastOrderAt, p.LifetimeValue.Minor(),
			})
			if len(columns) > bareColumns {
				var kept any
				if kept, failed = measured(p.Measurements); failed != nil {
					return
				}
				copy(values[bareColumns:], []any{
					pointed(p.Email), pointed(p.EmailKey), pointed(p.Phone), pointedText(p.Segment), pointed(p.OwnerID), pointed(p.ReferredByID),
					pointed(p.PartnerID), kept, pointed(p.AcquiredAt), pointed(p.DepartedAt), pointed(p.DeletedAt), minorOf(p.Wallet),
				})
			}
			if !yield(values[:len(columns)]) {
				return
			}
		}
	})
	if err = cmp.Or(failed, err); err != nil {
		return err
	}
	return c.addTerms(ctx, c.made)
}

// addTerms puts down the terms under which customers are found.
func (c *chunk) addTerms(ctx context.Context, records []*ent.Customer) error {
	values := make([]any, 2)
	_, err := c.bulk.Copy(ctx, "search_terms", []string{"term", "customer_id"}, func(yield func([]any) bool) {
		for _, p := range records {
			if p.DeletedAt != nil {
				continue
			}
			for _, term := range customers.SearchTerms(p) {
				values[0], values[1] = term, p.ID
				if !yield(values) {
					return
				}
			}
		}
	})
	return err
}

func pointed[T any](p *T) any {
	if p == nil {
		return nil
	}
	return *p
}

// minorOf gives an amount that may be absent as the database keeps it.
func minorOf(a *money.Amount) any {
	if a == nil {
		return nil
	}
	return a.Minor()
}

func pointedText[T ~string](p *T) any {
	if p == nil {
		return nil
	}
	return string(*p)
}

// measured gives measurements as the database keeps them.
func measured(fields map[string]any) (any, error) {
	if fields == nil {
		return nil, nil
	}
	kept, err := json.Marshal(fields)
	return string(kept), err
}
