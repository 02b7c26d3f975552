package service

import (
	"context"
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"time"

	"entgo.io/ent/dialect"

	"kopeck/ent"
	"kopeck/fault"
	"kopeck/id"
	"kopeck/money"
	"kopeck/schema"
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
	if c.bulk != nil && c.service.store.Dialect() == dialect.Postgres {
		lock += " FOR UPDATE"
	}
	read := func(scan func(...any) error) error {
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
		checked, err := text("customer", externalID, 100)
		if err != nil {
			return "", Verdict{Rejected, reason(err)}
		}
		if checked != externalID { // by its other spelling it may be known, but was not looked for
			return "", rejected("customer: want the external id in NFC, without blanks around it")
		}
	}
	switch {
	case k.KnownCustomers && externalID != "":
		return "", rejected("unknown customer %q", shown(externalID))
	case k.KnownCustomers:
		return "", rejected("unknown customer %s", shown(customerID))
	case customerID == "":
		customerID = k.service.ids.Make(id.Customer)
	}
	if name == "" {
		name = customerID
	}
	made := &ent.Customer{ID: customerID, Kind: schema.Person, Name: name, Stage: schema.Stranger, CreatedAt: k.service.now(), LastOrderAt: noStatistics.lastOrderAt}
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

var customerColumnsInFull = []string{
	"id", "created_at", "updated_at", "kind", "name", "name_key", "external_id", "stage", "acquisition_cost",
	"order_days", "first_order_day", "last_order_day", "margin", "repeat_margin", "contact_cost", "last_order_at", "lifetime_value",
	"email", "email_key", "phone", "segment", "owner_id", "referred_by_id", "partner_id", "measurements", "acquired_at", "departed_at", "deleted_at",
}

// bareColumns is how many of the columns a customer needs that a log names.
const bareColumns = 17

// addCustomers makes the customers of c.made, with the terms under which they are found.
func (c *chunk) addCustomers(ctx context.Context) error {
	if len(c.made) == 0 {
		return nil
	}
	now := c.service.now()
	columns := customerColumnsInFull[:bareColumns]
	for _, p := range c.made {
		if p.Email != nil || p.Phone != nil || p.Segment != nil || p.OwnerID != nil || p.ReferredByID != nil || p.PartnerID != nil ||
			p.Measurements != nil || p.AcquiredAt != nil || p.DepartedAt != nil || p.DeletedAt != nil {
			columns = customerColumnsInFull
		}
	}
	values := make([]any, len(customerColumnsInFull))
	var failed error
	_, err := c.bulk.Copy(ctx, "customers", columns, func(yield func([]any) bool) {
		for _, p := range c.made {
			copy(values, []any{
				p.ID, p.CreatedAt, now, string(p.Kind), p.Name, nameKey(p.Name), pointed(p.ExternalID), string(p.Stage), p.AcquisitionCost.Minor(),
				int64(p.OrderDays), int64(p.FirstOrderDay), int64(p.LastOrderDay), p.Margin.Minor(), p.RepeatMargin.Minor(), int64(0), p.LastOrderAt, p.LifetimeValue.Minor(),
			})
			if len(columns) > bareColumns {
				var kept any
				if kept, failed = measured(p.Measurements); failed != nil {
					return
				}
				copy(values[bareColumns:], []any{
					pointed(p.Email), pointed(p.EmailKey), pointed(p.Phone), pointedText(p.Segment), pointed(p.OwnerID), pointed(p.ReferredByID),
					pointed(p.PartnerID), kept, pointed(p.AcquiredAt), pointed(p.DepartedAt), pointed(p.DeletedAt),
				})
			}
			if !yield(values[:len(columns)]) {
				return
			}
		}
	})
	if err = firstError(failed, err); err != nil {
		return err
	}
	return c.addTerms(ctx, c.made)
}

// addTerms puts down the terms under which customers are found.
func (c *chunk) addTerms(ctx context.Context, customers []*ent.Customer) error {
	values := make([]any, 2)
	_, err := c.bulk.Copy(ctx, "search_terms", []string{"term", "customer_id"}, func(yield func([]any) bool) {
		for _, p := range customers {
			if p.DeletedAt != nil {
				continue
			}
			for _, term := range SearchTerms(p) {
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

// CustomerRecord is a customer as files tell it. Empty texts and zero times are absent; of those that are not in
// the file (Has) nothing is said.
type CustomerRecord struct {
	Has map[string]bool // the fields that the file has, by the names of its columns; nil: all

	ID, ExternalID         string
	Name, Email, Phone     string
	Kind                   schema.CustomerKind
	Stage                  schema.Stage
	Segment                schema.Segment
	Owner                  string // e-mail of the user; who is not known here is made, inactive and without password
	ReferredByID           string
	PartnerID, PartnerName string
	Measurements           string // a JSON object
	AcquisitionCost        money.Amount
	CreatedAt, AcquiredAt  time.Time
	StageOverruled         string // the reason with which staff decided the stage; "" where they did not
	StageOverruledAt       time.Time
	DepartedAt, DeletedAt  time.Time
}

// Customers imports customers. One that is there already (by its id, or else by its external id, or else by its
// e-mail) is left alone where its content is the same; else it is changed with i.Update, and rejected without. Of
// one that is there its stage is left as it is: that follows from what happened. Permissions are never touched.
func (i *Import) Customers(ctx context.Context, records []CustomerRecord) ([]Verdict, error) {
	return i.run(ctx, len(records), func(ctx context.Context, c *chunk) error {
		var owners []string
		for _, r := range records {
			if _, err := email("owner", r.Owner); r.Owner != "" && err == nil {
				owners = append(owners, r.Owner)
			}
		}
		if err := c.findStaff(ctx, owners); err != nil {
			return err
		}
		there, err := c.storedCustomers(ctx, records)
		if err != nil {
			return err
		}
		var changed []*ent.Customer
		for n := range records {
			told, err := c.customerOf(&records[n])
			if err != nil {
				c.verdicts[n] = Verdict{Rejected, reason(err)}
				continue
			}
			before, v := there.find(told)
			switch {
			case v.Outcome == Rejected:
			case before == nil:
				if told.ID == "" {
					told.ID = c.service.ids.Make(id.Customer)
				}
				if v = there.taken(told, ""); v.Outcome != Rejected {
					c.made = append(c.made, told)
					there.add(told)
				}
			default:
				differs := merge(before, told, records[n].Has)
				switch v = there.taken(told, before.ID); {
				case v.Outcome == Rejected:
				case len(differs) == 0:
					v = Verdict{Outcome: Present}
				case !c.Update:
					v = rejected("the customer is there already with another %s; --update changes it", strings.Join(differs, ", "))
				default:
					v = Verdict{Outcome: Updated}
					there.add(told)
					changed = append(changed, told)
				}
			}
			c.verdicts[n] = v
		}
		if c.bulk == nil {
			return nil
		}
		return c.writeCustomers(ctx, records, changed)
	})
}

func (c *chunk) writeCustomers(ctx context.Context, records []CustomerRecord, changed []*ent.Customer) error {
	if err := c.addPartners(ctx, records); err != nil {
		return err
	}
	if err := c.linkMade(ctx); err != nil {
		return err
	}
	var owners []string
	for _, p := range slices.Concat(c.made, changed) {
		owners = append(owners, deref(p.OwnerID))
		c.affected[p.ID] = true
	}
	if err := c.addStaff(ctx, owners); err != nil {
		return err
	}
	if err := c.addCustomers(ctx); err != nil {
		return err
	}
	overruled := map[string]*CustomerRecord{}
	for n := range records {
		if records[n].StageOverruled != "" {
			overruled[records[n].ID] = &records[n]
		}
	}
	now := c.service.now()
	_, err := c.bulk.Copy(ctx, "stage_changes", []string{"id", "customer_id", "from_stage", "to_stage", "at", "reason", "actor"}, func(yield func([]any) bool) {
		for _, p := range c.made {
			at, reason := p.CreatedAt, reasonRecorded
			if decided := overruled[p.ID]; decided != nil {
				at, reason = decided.StageOverruledAt, reasonOverruled+decided.StageOverruled
			} else if p.Stage == schema.Stranger {
				continue
			}
			if !yield([]any{c.service.ids.Make(id.StageChange), p.ID, string(schema.Stranger), string(p.Stage), at, reason, "system"}) {
				return
			}
		}
	})
	if err != nil {
		return err
	}
	for _, p := range changed {
		kept, err := measured(p.Measurements)
		if err != nil {
			return err
		}
		_, err = c.bulk.Exec(ctx, `UPDATE customers SET version = version + 1, updated_at = ?, kind = ?, name = ?, name_key = ?, external_id = ?, acquisition_cost = ?, email = ?, email_key = ?, phone = ?, segment = ?, owner_id = ?,
			partner_id = ?, measurements = ?, acquired_at = ?, departed_at = ?, deleted_at = ? WHERE id = ?`,
			now, string(p.Kind), p.Name, nameKey(p.Name), pointed(p.ExternalID), p.AcquisitionCost.Minor(), pointed(p.Email), pointed(p.EmailKey), pointed(p.Phone), pointedText(p.Segment), pointed(p.OwnerID),
			pointed(p.PartnerID), kept, pointed(p.AcquiredAt), pointed(p.DepartedAt), pointed(p.DeletedAt), p.ID)
		if err != nil {
			return err
		}
		if _, err := c.bulk.Exec(ctx, "DELETE FROM search_terms WHERE customer_id = ?", p.ID); err != nil {
			return err
		}
	}
	if err := c.addTerms(ctx, changed); err != nil {
		return err
	}
	c.made = nil // they are counted as added, not as named by others
	return c.settle(ctx)
}

// linkMade leaves out whom new customers were recommended by, where that customer is not here yet: ReferredBy
// fills it in when all are.
func (c *chunk) linkMade(ctx context.Context) error {
	var wanted []string
	for _, p := range c.made {
		if p.ReferredByID != nil {
			wanted = append(wanted, *p.ReferredByID)
		}
	}
	here := map[string]bool{}
	err := c.look(ctx, "SELECT id FROM customers WHERE", "id", "", wanted, func(scan func(...any) error) error {
		var one string
		err := scan(&one)
		here[one] = true
		return err
	})
	for _, p := range c.made {
		if p.ReferredByID != nil && !here[*p.ReferredByID] {
			p.ReferredByID = nil
		}
		here[p.ID] = true // the rows are put in in this order
	}
	return err
}

// ReferredBy fills in who recommended customers, where nobody stands yet; pairs are of a customer and that one.
// It gives how many of the latter are not here.
func (i *Import) ReferredBy(ctx context.Context, pairs [][2]string) (unknown int, err error) {
	_, err = i.run(ctx, 0, func(ctx context.Context, c *chunk) error {
		unknown = 0
		var wanted []string
		for _, pair := range pairs {
			wanted = append(wanted, pair[1])
		}
		here := map[string]bool{}
		err := c.look(ctx, "SELECT id FROM customers WHERE", "id", "", wanted, func(scan func(...any) error) error {
			var one string
			err := scan(&one)
			here[one] = true
			return err
		})
		for _, pair := range pairs {
			if err != nil || c.bulk == nil {
				break
			}
			if !here[pair[1]] {
				unknown++
				continue
			}
			_, err = c.bulk.Exec(ctx, "UPDATE customers SET referred_by_id = ? WHERE id = ? AND referred_by_id IS NULL", pair[1], pair[0])
		}
		return err
	})
	return unknown, err
}

// addPartners makes the partners that brought customers and are not known here: inactive, they sign in nowhere.
func (c *chunk) addPartners(ctx context.Context, records []CustomerRecord) error {
	names := map[string]string{}
	var wanted []string
	for n, r := range records {
		if r.PartnerID != "" && c.verdicts[n].Outcome != Rejected {
			names[r.PartnerID] = r.PartnerName
			wanted = append(wanted, r.PartnerID)
		}
	}
	err := c.look(ctx, "SELECT id FROM partners WHERE", "id", "", wanted, func(scan func(...any) error) error {
		var one string
		err := scan(&one)
		delete(names, one)
		return err
	})
	if err != nil || len(names) == 0 {
		return err
	}
	now := c.service.now()
	for partnerID, name := range names {
		if _, err := c.bulk.Exec(ctx, "INSERT INTO partners (id, created_at, updated_at, name, active) VALUES (?, ?, ?, ?, ?)", partnerID, now, now, name, false); err != nil {
			return err
		}
	}
	return c.service.touch(ctx, ofPeople)
}

// customerOf checks a record and makes the row of it.
func (c *chunk) customerOf(r *CustomerRecord) (*ent.Customer, error) {
	var faults fault.List
	p := &ent.Customer{ID: r.ID, Kind: r.Kind, Stage: r.Stage, AcquisitionCost: r.AcquisitionCost, CreatedAt: r.CreatedAt, LastOrderAt: noStatistics.lastOrderAt}
	if r.ID != "" {
		faults.Add(id.Check("id", id.Customer, r.ID))
	}
	if p.Kind == "" {
		p.Kind = schema.Person
	}
	if p.Stage == "" {
		p.Stage = schema.Stranger
	}
	if p.CreatedAt.IsZero() {
		p.CreatedAt = c.service.now()
	}
	if r.AcquisitionCost.Sign() < 0 {
		faults.Add(fault.Invalidf("acquisition_cost", "not a negative amount"))
	}
	var fields any
	if r.Measurements != "" {
		if err := json.Unmarshal([]byte(r.Measurements), &fields); err != nil || fields == nil {
			faults.Add(fault.Invalidf("measurements", "not a JSON object"))
		}
	}
	d := c.service.checkDetails(&faults, details{name: &r.Name, email: &r.Email, phone: &r.Phone, externalID: &r.ExternalID, measurements: fields})
	p.Name, p.Email, p.EmailKey, p.Phone, p.ExternalID, p.Measurements = *d.name, d.email, keyOf(d.email), d.phone, d.externalID, d.fields
	if r.Segment != "" {
		p.Segment = &r.Segment
	}
	if r.Owner != "" {
		_, err := email("owner", r.Owner)
		faults.Add(err)
		owner := c.people[emailKey(r.Owner)]
		p.OwnerID = &owner
	}
	if r.ReferredByID != "" {
		faults.Add(id.Check("referred_by_id", id.Customer, r.ReferredByID))
		p.ReferredByID = &r.ReferredByID
	}
	if r.PartnerID != "" {
		faults.Add(id.Check("partner_id", id.Partner, r.PartnerID))
		_, err := text("partner", r.PartnerName, 300)
		faults.Add(err)
		p.PartnerID = &r.PartnerID
	}
	if (r.StageOverruled == "") != r.StageOverruledAt.IsZero() || r.StageOverruled != "" && r.ID == "" {
		faults.Add(fault.Invalidf("stage_overruled", "want the reason and the moment, of a customer with an id"))
	}
	for field, at := range map[string]struct {
		from time.Time
		to   **time.Time
	}{"acquired_at": {r.AcquiredAt, &p.AcquiredAt}, "departed_at": {r.DepartedAt, &p.DepartedAt}, "deleted_at": {r.DeletedAt, &p.DeletedAt}} {
		if !at.from.IsZero() {
			faults.Add(checkDate(field, &at.from))
			*at.to = &at.from
		}
	}
	return p, faults.Or()
}

// storedCustomers is what imported customers are held against.
type storedCustomers struct {
	byID, byExternal, byEmail map[string]*ent.Customer
}

func (s storedCustomers) add(p *ent.Customer) {
	if before := s.byID[p.ID]; before != nil {
		delete(s.byExternal, deref(before.ExternalID))
		delete(s.byEmail, deref(before.EmailKey))
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
	if other := s.byExternal[deref(told.ExternalID)]; other != nil && told.ExternalID != nil && other.ID != self {
		return rejected("the external_id is that of another customer, %s", other.ID)
	}
	if other := s.byEmail[deref(told.EmailKey)]; other != nil && told.EmailKey != nil && other.ID != self {
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
		if external, err := optionalText("", &r.ExternalID, 100); err == nil && external != nil {
			externals = append(externals, *external)
		}
		if r.Email != "" {
			emails = append(emails, emailKey(strings.TrimSpace(r.Email)))
		}
	}
	lock := " ORDER BY id"
	if c.bulk != nil && c.service.store.Dialect() == dialect.Postgres {
		lock += " FOR UPDATE"
	}
	read := func(scan func(...any) error) error {
		p := &ent.Customer{}
		var kind, stage string
		var segment *string
		var fields []byte
		err := scan(&p.ID, &p.CreatedAt, &kind, &p.Name, &p.ExternalID, &stage, &p.AcquisitionCost, &p.Email, &p.EmailKey, &p.Phone, &segment,
			&p.OwnerID, &p.ReferredByID, &p.PartnerID, &fields, &p.AcquiredAt, &p.DepartedAt, &p.DeletedAt)
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
		owner_id, referred_by_id, partner_id, measurements, acquired_at, departed_at, deleted_at FROM customers WHERE`
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
	told.EmailKey = keyOf(told.Email)
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
