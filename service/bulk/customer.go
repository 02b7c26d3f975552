package bulk

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"kopeck/ent"
	"kopeck/fault"
	"kopeck/id"
	"kopeck/lifetime"
	"kopeck/money"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/service/customers"
	"kopeck/service/input"
	"kopeck/stage"
	"kopeck/store"
)

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
	Wallet                 *money.Amount // spent a year
	CreatedAt, AcquiredAt  time.Time
	StageOverruled         string // the reason with which staff decided the stage; "" where they did not
	StageOverruledAt       time.Time
	DepartedAt, DeletedAt  time.Time
}

// Customers imports customers. One that is there already (by its id, or else by its external id, or else by its
// e-mail) is left alone where its content is the same; else it is changed with i.Update, and rejected without. Of
// one that is there its stage is left as it is: that follows from what happened. Permissions are never touched.
func (i *Import) Customers(ctx context.Context, records []CustomerRecord) ([]Verdict, error) {
	return i.alone(ctx, len(records), func(ctx context.Context, c *chunk) error {
		var owners []string
		for _, r := range records {
			if _, err := input.Email("owner", r.Owner); r.Owner != "" && err == nil {
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
					told.ID = c.service.IDs.Make(id.Customer)
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
		owners = append(owners, input.OrZero(p.OwnerID))
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
	now := c.service.Now()
	_, err := c.bulk.Copy(ctx, "stage_changes", []string{"id", "customer_id", "from_stage", "to_stage", "at", "reason", "actor"}, func(yield func([]any) bool) {
		for _, p := range c.made {
			at, reason := p.CreatedAt, stage.ReasonRecorded
			if decided := overruled[p.ID]; decided != nil {
				at, reason = decided.StageOverruledAt, stage.ReasonOverruled+decided.StageOverruled
			} else if p.Stage == schema.Stranger {
				continue
			}
			if !yield([]any{c.service.IDs.Make(id.StageChange), p.ID, string(schema.Stranger), string(p.Stage), at, reason, "system"}) {
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
		_, err = c.bulk.Exec(ctx, `UPDATE customers SET version = version + 1, updated_at = ?, kind = ?, name = ?, name_key = ?, external_id = ?, acquisition_cost = ?, wallet = ?, email = ?, email_key = ?, phone = ?, segment = ?, owner_id = ?,
			partner_id = ?, measurements = ?, acquired_at = ?, departed_at = ?, deleted_at = ? WHERE id = ?`,
			now, string(p.Kind), p.Name, input.NameKey(p.Name), pointed(p.ExternalID), p.AcquisitionCost.Minor(), minorOf(p.Wallet), pointed(p.Email), pointed(p.EmailKey), pointed(p.Phone), pointedText(p.Segment), pointed(p.OwnerID),
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
	err := c.look(ctx, "SELECT id FROM partners WHERE", "id", "", wanted, func(scan store.ScanFunc) error {
		var one string
		err := scan(&one)
		delete(names, one)
		return err
	})
	if err != nil || len(names) == 0 {
		return err
	}
	now := c.service.Now()
	for partnerID, name := range names {
		if _, err := c.bulk.Exec(ctx, "INSERT INTO partners (id, created_at, updated_at, name, active) VALUES (?, ?, ?, ?, ?)", partnerID, now, now, name, false); err != nil {
			return err
		}
	}
	return c.service.Touch(ctx, c.bulk.Tx, service.SnapshotPeople)
}

// customerOf checks a record and makes the row of it.
func (c *chunk) customerOf(r *CustomerRecord) (*ent.Customer, error) {
	var faults fault.List
	p := &ent.Customer{ID: r.ID, Kind: r.Kind, Stage: r.Stage, AcquisitionCost: r.AcquisitionCost, Wallet: r.Wallet, CreatedAt: r.CreatedAt, LastOrderAt: lifetime.NoStatistics().LastOrderAt}
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
		p.CreatedAt = c.service.Now()
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
	d := c.service.customers.CheckDetails(&faults, customers.Details{Name: &r.Name, Email: &r.Email, Phone: &r.Phone, ExternalID: &r.ExternalID, Measurements: fields})
	p.Name, p.Email, p.EmailKey, p.Phone, p.ExternalID, p.Measurements = *d.Name, d.Email, input.KeyOf(d.Email), d.Phone, d.ExternalID, d.Fields
	if r.Segment != "" {
		p.Segment = &r.Segment
	}
	if r.Owner != "" {
		_, err := input.Email("owner", r.Owner)
		faults.Add(err)
		owner := c.people[input.EmailKey(r.Owner)]
		p.OwnerID = &owner
	}
	if r.ReferredByID != "" {
		faults.Add(id.Check("referred_by_id", id.Customer, r.ReferredByID))
		p.ReferredByID = &r.ReferredByID
	}
	if r.PartnerID != "" {
		faults.Add(id.Check("partner_id", id.Partner, r.PartnerID))
		_, err := input.Text("partner", r.PartnerName, 300)
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
			faults.Add(input.CheckDate(field, &at.from))
			*at.to = &at.from
		}
	}
	return p, faults.Or()
}
