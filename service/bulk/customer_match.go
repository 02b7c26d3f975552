package bulk

import (
	"context"
	"encoding/json"
	"reflect"
	"strings"
	"time"

	"kopeck/ent"
	"kopeck/schema"
	"kopeck/service/input"
	"kopeck/store"
)

// storedCustomers is what imported customers are held against.
type storedCustomers struct {
	byID, byExternal, byEmail map[string]*ent.Customer
}

func (s storedCustomers) add(p *ent.Customer) {
	if before := s.byID[p.ID]; before != nil {
		delete(s.byExternal, input.OrZero(before.ExternalID))
		delete(s.byEmail, input.OrZero(before.EmailKey))
	}
	s.byID[p.ID] = p
	if p.DeletedAt == nil && p.ExternalID != nil {
		s.byExternal[*p.ExternalID] = p
	}
	if p.DeletedAt == nil && p.EmailKey != nil {
		s.byEmail[*p.EmailKey] = p
	}
}

// find gives the customer that a record is about, nil for a new one.
func (s storedCustomers) find(told *ent.Customer) (*ent.Customer, Verdict) {
	if told.ID != "" {
		return s.byID[told.ID], Verdict{}
	}
	if told.ExternalID != nil {
		return s.byExternal[*told.ExternalID], Verdict{}
	}
	if told.EmailKey != nil {
		return s.byEmail[*told.EmailKey], Verdict{}
	}
	return nil, rejected("want an id, an external_id or an e-mail: without one the customer would be made anew each time")
}

// taken rejects a record whose external id or e-mail somebody else has. E-mails differing in case are one.
func (s storedCustomers) taken(told *ent.Customer, self string) Verdict {
	if told.DeletedAt != nil {
		return Verdict{}
	}
	if other := s.byExternal[input.OrZero(told.ExternalID)]; other != nil && told.ExternalID != nil && other.ID != self {
		return rejected("the external_id is that of another customer, %s", other.ID)
	}
	if other := s.byEmail[input.OrZero(told.EmailKey)]; other != nil && told.EmailKey != nil && other.ID != self {
		return rejected("the e-mail is that of another customer, %s", other.ID)
	}
	return Verdict{}
}

func (c *chunk) storedCustomers(ctx context.Context, records []CustomerRecord) (storedCustomers, error) {
	found := storedCustomers{map[string]*ent.Customer{}, map[string]*ent.Customer{}, map[string]*ent.Customer{}}
	var ids, externals, emails []string
	for _, r := range records {
		if r.ID != "" {
			ids = append(ids, r.ID)
		}
		if external, err := input.OptionalText("", &r.ExternalID, 100); err == nil && external != nil {
			externals = append(externals, *external)
		}
		if r.Email != "" {
			emails = append(emails, input.EmailKey(strings.TrimSpace(r.Email)))
		}
	}
	lock := " ORDER BY id"
	if c.bulk != nil {
		lock += store.ForUpdateClause(c.bulk)
	}
	read := func(scan store.ScanFunc) error {
		p := &ent.Customer{}
		var kind, stage string
		var segment *string
		var fields []byte
		err := scan(&p.ID, &p.CreatedAt, &kind, &p.Name, &p.ExternalID, &stage, &p.AcquisitionCost, &p.Email, &p.EmailKey, &p.Phone, &segment,
			&p.OwnerID, &p.ReferredByID, &p.PartnerID, &fields, &p.AcquiredAt, &p.DepartedAt, &p.DeletedAt, &p.Wallet)
		if err == nil && len(fields) > 0 {
			err = json.Unmarshal(fields, &p.Measurements)
		}
		p.Kind, p.Stage = schema.CustomerKind(kind), schema.Stage(stage)
		if segment != nil {
			one := schema.Segment(*segment)
			p.Segment = &one
		}
		if found.byID[p.ID] == nil {
			found.add(p)
		}
		return err
	}
	const query = `SELECT id, created_at, kind, name, external_id, stage, acquisition_cost, email, email_key, phone, segment,
		owner_id, referred_by_id, partner_id, measurements, acquired_at, departed_at, deleted_at, wallet FROM customers WHERE`
	if err := c.look(ctx, query, "id", lock, ids, read); err != nil {
		return found, err
	}
	if err := c.look(ctx, query+" deleted_at IS NULL AND", "external_id", lock, externals, read); err != nil {
		return found, err
	}
	return found, c.look(ctx, query+" deleted_at IS NULL AND", "email_key", lock, emails, read)
}

// merge puts into a record what it does not speak of from the customer that is there, and tells in which fields
// the two differ. The stage is always the customer's own: it follows from what happened.
func merge(before, told *ent.Customer, has map[string]bool) (differs []string) {
	told.ID, told.CreatedAt, told.Stage = before.ID, before.CreatedAt, before.Stage
	speaks := func(field string) bool { return has == nil || has[field] }
	for _, f := range []struct {
		name         string
		told, before any
	}{
		{"kind", &told.Kind, &before.Kind},
		{"name", &told.Name, &before.Name},
		{"external_id", &told.ExternalID, &before.ExternalID},
		{"email", &told.Email, &before.Email},
		{"phone", &told.Phone, &before.Phone},
		{"segment", &told.Segment, &before.Segment},
		{"owner", &told.OwnerID, &before.OwnerID},
		{"acquisition_cost", &told.AcquisitionCost, &before.AcquisitionCost},
		{"wallet", &told.Wallet, &before.Wallet},
		{"acquired_at", &told.AcquiredAt, &before.AcquiredAt},
		{"measurements", &told.Measurements, &before.Measurements},
		{"referred_by_id", &told.ReferredByID, &before.ReferredByID},
		{"partner_id", &told.PartnerID, &before.PartnerID},
		{"departed_at", &told.DepartedAt, &before.DepartedAt},
		{"deleted_at", &told.DeletedAt, &before.DeletedAt},
	} {
		is, was := reflect.ValueOf(f.told).Elem(), reflect.ValueOf(f.before).Elem()
		switch {
		case !speaks(f.name) || f.name == "referred_by_id" && before.ReferredByID == nil: // ReferredBy fills that in
			is.Set(was)
		case !sameValue(is.Interface(), was.Interface()):
			differs = append(differs, f.name)
		}
	}
	told.EmailKey = input.KeyOf(told.Email)
	return differs
}

func sameValue(a, b any) bool {
	at, ok1 := a.(*time.Time)
	bt, ok2 := b.(*time.Time)
	if ok1 && ok2 && at != nil && bt != nil {
		return at.Equal(*bt)
	}
	return reflect.DeepEqual(a, b)
}
