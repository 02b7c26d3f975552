package service

import (
	"context"
	"reflect"

	"github.com/99designs/gqlgen/graphql"

	"kopeck/ent"
	"kopeck/fault"
	"kopeck/money"
	"kopeck/schema"
	"kopeck/store"
)

// UpdateCustomer changes what is given; null clears what may be empty. An update made on an older version merges
// where nobody else changed the same fields, and is a VERSION_CONFLICT telling them apart where somebody did.
func (s *Service) UpdateCustomer(ctx context.Context, in UpdateCustomerInput) (*ent.Customer, error) {
	var faults fault.List
	d := s.checkDetails(&faults, details{
		name: in.Name, email: value(in.Email), phone: value(in.Phone), externalID: value(in.ExternalID), measurements: valueOfAny(in.Measurements),
	})
	reason, fail := optionalText("stageReason", in.StageReason, 1000)
	faults.Add(fail)
	if in.Wallet.IsSet() {
		d.wallet, fail = s.walletOf(in.Wallet.Value())
		faults.Add(fail)
	}
	if err := faults.Or(); err != nil {
		return nil, err
	}
	_, err := s.write(ctx, verb{"updateCustomer", in.IdempotencyKey, in}, func(ctx context.Context, tx *store.Tx) (string, error) {
		c, err := s.lockCustomer(ctx, tx, "id", in.ID)
		if err != nil {
			return "", err
		}
		if in.OwnerID.IsSet() {
			if err := s.checkOwner(ctx, in.OwnerID.Value()); err != nil {
				return "", err
			}
		}
		wanted, current := s.wantedOf(in, d), s.customerFields(c)
		if err := s.clashes(ctx, tx, customerUpdate, c.ID, in.ExpectedVersion, c.Version, current, wanted); err != nil {
			return "", err
		}
		moved := map[string]change{}
		for name, to := range wanted {
			if !same(current[name], to) {
				moved[name] = change{current[name], to}
			}
		}
		if len(moved) == 0 {
			return c.ID, nil
		}
		return c.ID, s.applyUpdate(ctx, tx, c, in, d, moved, or(reason, "set by hand"))
	})
	if err != nil {
		return nil, err
	}
	return s.client.Customer.Get(ctx, in.ID)
}

func (s *Service) applyUpdate(ctx context.Context, tx *store.Tx, c *ent.Customer, in UpdateCustomerInput, d details, moved map[string]change, reason string) error {
	update := tx.Customer.UpdateOne(c).AddVersion(1).SetUpdatedAt(s.now())
	if d.name != nil {
		update.SetName(*d.name).SetNameKey(nameKey(*d.name))
	}
	set(in.Email, d.email, func(v string) { update.SetEmail(v).SetEmailKey(emailKey(v)) }, func() { update.ClearEmail().ClearEmailKey() })
	set(in.Phone, d.phone, func(v string) { update.SetPhone(v) }, func() { update.ClearPhone() })
	set(in.ExternalID, d.externalID, func(v string) { update.SetExternalID(v) }, func() { update.ClearExternalID() })
	set(in.Segment, in.Segment.Value(), func(v schema.Segment) { update.SetSegment(v) }, func() { update.ClearSegment() })
	set(in.OwnerID, in.OwnerID.Value(), func(v string) { update.SetOwnerID(v) }, func() { update.ClearOwnerID() })
	switch {
	case !in.Wallet.IsSet():
	case d.wallet == nil:
		update.ClearWallet()
	default:
		update.SetWallet(*d.wallet)
	}
	if in.Measurements.IsSet() {
		if d.fields == nil {
			update.ClearMeasurements()
		} else {
			update.SetMeasurements(d.fields)
		}
	}
	if in.Stage != nil && *in.Stage != c.Stage {
		update.SetStage(*in.Stage)
		if err := s.noteStage(ctx, tx, c.ID, c.Stage, *in.Stage, "overruled: "+reason, s.now()); err != nil {
			return err
		}
	}
	after, err := update.Save(ctx)
	if err != nil {
		return taken(err, false)
	}
	if err := s.writeTerms(ctx, tx, after); err != nil {
		return err
	}
	if err := s.remember(ctx, tx, customerUpdate, c.ID, versionChange{Version: after.Version, Fields: moved}); err != nil {
		return err
	}
	return s.changed(ctx, tx, c.ID)
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
func (s *Service) wantedOf(in UpdateCustomerInput, d details) map[string]any {
	wanted := map[string]any{}
	if d.name != nil {
		wanted["name"] = *d.name
	}
	if in.Stage != nil {
		wanted["stage"] = *in.Stage
	}
	for name, given := range map[string]struct {
		isSet bool
		value any
	}{
		"email": {in.Email.IsSet(), d.email}, "phone": {in.Phone.IsSet(), d.phone}, "externalId": {in.ExternalID.IsSet(), d.externalID},
		"segment": {in.Segment.IsSet(), in.Segment.Value()}, "ownerId": {in.OwnerID.IsSet(), in.OwnerID.Value()},
		"measurements": {in.Measurements.IsSet(), d.fields}, "wallet": {in.Wallet.IsSet(), s.amountText(d.wallet)},
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
	text := s.currency.Format(*a)
	return &text
}

// set sets a field that was given, or clears it where null was.
func set[T any](given graphql.Omittable[*T], checked *T, to func(T), clear func()) {
	switch {
	case !given.IsSet():
	case checked == nil:
		clear()
	default:
		to(*checked)
	}
}

func value(given graphql.Omittable[*string]) *string {
	if !given.IsSet() {
		return nil
	}
	return given.Value()
}

func valueOfAny(given graphql.Omittable[any]) any {
	if !given.IsSet() {
		return nil
	}
	return given.Value()
}
