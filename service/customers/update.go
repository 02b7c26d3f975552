package customers

import (
	"context"
	"reflect"

	"kopeck/ent"
	"kopeck/fault"
	"kopeck/money"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/service/input"
	"kopeck/store"
)

// UpdateCustomer changes what is given; null clears what may be empty. An update made on an older version merges
// where nobody else changed the same fields, and is a VERSION_CONFLICT telling them apart where somebody did.
func (s *Service) UpdateCustomer(ctx context.Context, in service.UpdateCustomerInput) (*ent.Customer, error) {
	var faults fault.List
	d := s.CheckDetails(&faults, Details{
		Name: in.Name, Email: input.StringOf(in.Email), Phone: input.StringOf(in.Phone), ExternalID: input.StringOf(in.ExternalID), Measurements: input.AnyOf(in.Measurements),
	})
	reason, fail := input.OptionalText("stageReason", in.StageReason, 1000)
	faults.Add(fail)
	if in.Wallet.IsSet() {
		d.wallet, fail = s.walletOf(in.Wallet.Value())
		faults.Add(fail)
	}
	if err := faults.Or(); err != nil {
		return nil, err
	}
	_, err := s.Write(ctx, service.Verb{Name: "updateCustomer", Key: in.IdempotencyKey, Body: in}, func(ctx context.Context, tx *store.Tx) (string, error) {
		c, err := s.LockCustomer(ctx, tx, "id", in.ID)
		if err != nil {
			return "", err
		}
		if in.OwnerID.IsSet() {
			if err := s.checkOwner(ctx, in.OwnerID.Value()); err != nil {
				return "", err
			}
		}
		wanted, current := s.wantedOf(in, d), s.customerFields(c)
		if err := s.CheckConflicts(ctx, tx, service.CustomerUpdate, c.ID, in.ExpectedVersion, c.Version, current, wanted); err != nil {
			return "", err
		}
		moved := map[string]service.Change{}
		for name, to := range wanted {
			if !service.Same(current[name], to) {
				moved[name] = service.Change{Old: current[name], New: to}
			}
		}
		if len(moved) == 0 {
			return c.ID, nil
		}
		return c.ID, s.applyUpdate(ctx, tx, c, in, d, moved, input.Or(reason, "set by hand"))
	})
	if err != nil {
		return nil, err
	}
	return s.Client.Customer.Get(ctx, in.ID)
}

func (s *Service) applyUpdate(ctx context.Context, tx *store.Tx, c *ent.Customer, in service.UpdateCustomerInput, d Details, moved map[string]service.Change, reason string) error {
	update := tx.Customer.UpdateOne(c).AddVersion(1).SetUpdatedAt(s.Now())
	if d.Name != nil {
		update.SetName(*d.Name).SetNameKey(input.NameKey(*d.Name))
	}
	input.Set(in.Email, d.Email, func(v string) { update.SetEmail(v).SetEmailKey(input.EmailKey(v)) }, func() { update.ClearEmail().ClearEmailKey() })
	input.Set(in.Phone, d.Phone, func(v string) { update.SetPhone(v) }, func() { update.ClearPhone() })
	input.Set(in.ExternalID, d.ExternalID, func(v string) { update.SetExternalID(v) }, func() { update.ClearExternalID() })
	input.Set(in.Segment, in.Segment.Value(), func(v schema.Segment) { update.SetSegment(v) }, func() { update.ClearSegment() })
	input.Set(in.OwnerID, in.OwnerID.Value(), func(v string) { update.SetOwnerID(v) }, func() { update.ClearOwnerID() })
	switch {
	case !in.Wallet.IsSet():
	case d.wallet == nil:
		update.ClearWallet()
	default:
		update.SetWallet(*d.wallet)
	}
	if in.Measurements.IsSet() {
		if d.Fields == nil {
			update.ClearMeasurements()
		} else {
			update.SetMeasurements(d.Fields)
		}
	}
	if in.Stage != nil && *in.Stage != c.Stage {
		update.SetStage(*in.Stage)
		if err := s.RecordStageChange(ctx, tx, c.ID, c.Stage, *in.Stage, "overruled: "+reason, s.Now()); err != nil {
			return err
		}
	}
	after, err := update.Save(ctx)
	if err != nil {
		return service.Taken(err, false, uniqueColumns...)
	}
	if err := s.writeTerms(ctx, tx, after); err != nil {
		return err
	}
	if err := s.Remember(ctx, tx, service.CustomerUpdate, c.ID, service.VersionChange{Version: after.Version, Fields: moved}); err != nil {
		return err
	}
	return s.CustomerChanged(ctx, tx, c.ID)
}

// customerFields are the fields that an update may change, by the input's names.
func (s *Service) customerFields(c *ent.Customer) map[string]any {
	var measured any
	if c.Measurements != nil {
		measured = c.Measurements
	}
	return map[string]any{
		"name": c.Name, "email": c.Email, "phone": c.Phone, "externalId": c.ExternalID, "stage": c.Stage,
		"segment": c.Segment, "ownerId": c.OwnerID, "measurements": measured, "wallet": s.amountText(c.Wallet),
	}
}

// wantedOf are the fields that an update gives, checked, by the input's names.
func (s *Service) wantedOf(in service.UpdateCustomerInput, d Details) map[string]any {
	wanted := map[string]any{}
	if d.Name != nil {
		wanted["name"] = *d.Name
	}
	if in.Stage != nil {
		wanted["stage"] = *in.Stage
	}
	for name, given := range map[string]struct {
		isSet bool
		value any
	}{
		"email": {in.Email.IsSet(), d.Email}, "phone": {in.Phone.IsSet(), d.Phone}, "externalId": {in.ExternalID.IsSet(), d.ExternalID},
		"segment": {in.Segment.IsSet(), in.Segment.Value()}, "ownerId": {in.OwnerID.IsSet(), in.OwnerID.Value()},
		"measurements": {in.Measurements.IsSet(), d.Fields}, "wallet": {in.Wallet.IsSet(), s.amountText(d.wallet)},
	} {
		if given.isSet {
			wanted[name] = given.value
			if v := reflect.ValueOf(given.value); v.Kind() == reflect.Map && v.IsNil() {
				wanted[name] = nil
			}
		}
	}
	return wanted
}

// amountText is an amount as a history keeps it: text that people read, nil for none.
func (s *Service) amountText(a *money.Amount) *string {
	if a == nil {
		return nil
	}
	text := s.Currency.Format(*a)
	return &text
}
