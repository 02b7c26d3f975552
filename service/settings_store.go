package service

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"kopeck/auth"
	"kopeck/ent"
	"kopeck/fault"
	"kopeck/schema"
	"kopeck/store"
)

// Setting is one of the installation's choices, as the API shows it.
type Setting struct {
	Name        string
	Value       any
	Since       *time.Time // nil if it was never changed
	Description string
}

// List returns all settings, as the API shows them.
func (s *Settings) List() []*Setting {
	all := make([]*Setting, len(settings))
	for i, one := range settings {
		all[i] = &Setting{Name: one.name, Value: s.values[one.name], Description: one.description}
		if since, changed := s.since[one.name]; changed {
			all[i].Since = &since
		}
	}
	return all
}

// settingChange is the audit action of a setting that changes.
const settingChange = "setting.change"

// ListSettings returns all settings. Fault: FORBIDDEN for an actor who may not read them.
func (s *Core) ListSettings(ctx context.Context) ([]*Setting, error) {
	if actor, ok := auth.From(ctx); !ok || actor.May("Setting").Read == auth.NoRows {
		return nil, fault.New(fault.Forbidden, "", "you may not read the settings")
	}
	return s.Settings().List(), nil
}

// ChangeSetting changes one setting from now on. Faults: NOT_FOUND for an unknown name; INVALID for a value that it cannot have;
// WRONG_STATE for the time zone once there are orders, and for whether prices include tax.
func (s *Core) ChangeSetting(ctx context.Context, in ChangeSettingInput) (*Setting, error) {
	at := slices.IndexFunc(settings, func(one setting) bool { return one.name == in.Name })
	if at < 0 {
		return nil, fault.NoSuch("name", "setting")
	}
	value, err := json.Marshal(in.Value)
	if err != nil {
		return nil, fault.Invalidf("value", "not JSON")
	}
	if err := settings[at].read(&Settings{}, value); err != nil {
		return nil, fault.Invalidf("value", "%v", err)
	}
	_, err = s.Write(ctx, Verb{Name: "changeSetting"}, func(ctx context.Context, tx *store.Tx) (string, error) {
		return in.Name, s.storeSetting(ctx, tx, in.Name, value)
	})
	if err != nil {
		return nil, err
	}
	return s.Settings().List()[at], nil
}

func (s *Core) storeSetting(ctx context.Context, tx *store.Tx, name string, value json.RawMessage) error {
	if name == pricesIncludeTax {
		return fault.New(fault.WrongState, "name", "whether prices include tax was fixed by the first start")
	}
	if name == "timeZone" {
		hasOrders, err := tx.Order.Query().Exist(ctx) // whoever may write settings sees all orders
		if err != nil {
			return err
		}
		if hasOrders {
			return fault.New(fault.WrongState, "name", "the time zone is fixed: the days of existing orders were counted in it")
		}
		hasSpend, err := tx.Spend.Query().Exist(ctx)
		if err != nil {
			return err
		}
		if hasSpend {
			return fault.New(fault.WrongState, "name", "the time zone is fixed: the days of the spend of campaigns were counted in it")
		}
	}
	old := s.Settings().values[name]
	changed, err := tx.Setting.UpdateOneID(name).SetValue(value).SetUpdatedAt(s.Now()).Save(ctx)
	if ent.IsNotFound(err) {
		changed, err = tx.Setting.Create().SetID(name).SetValue(value).SetUpdatedAt(s.Now()).Save(ctx)
	}
	if err != nil {
		return err
	}
	if err := s.Audit(ctx, tx, settingChange, name, map[string]json.RawMessage{"old": old, "new": changed.Value}); err != nil {
		return err
	}
	text := string(changed.Value)
	if err := s.RecordDated(ctx, tx, schema.DatedSetting, name, &text, s.Now()); err != nil {
		return err
	}
	return s.SnapshotChanged(ctx, tx, SnapshotAll)
}

// readSettings is the reader of the settings.
func (s *Core) readSettings(ctx context.Context, tx *store.Tx) error {
	rows, err := tx.Setting.Query().All(ctx)
	if err != nil {
		return err
	}
	stored := map[string]json.RawMessage{}
	for _, row := range rows {
		stored[row.ID] = row.Value
	}
	dated, err := s.AllDated(ctx, tx, schema.DatedSetting)
	if err != nil {
		return err
	}
	settings, err := ParseSettings(stored)
	if err != nil {
		return err
	}
	if err := settings.addHistory(stored, dated); err != nil {
		return err
	}
	s.settings.Store(settings)
	s.books.Add(1) // what is computed from the books depends on the settings too
	return nil
}

// The names under which is stored what the first start fixes.
const (
	currencyName     = "currency"
	pricesIncludeTax = "pricesIncludeTax"
)

// fixFirst stores the currency of the books and whether prices include tax at the first start, and refuses others later: amounts are
// stored in minor units, without their currency and in the mode of the prices.
func (s *Core) fixFirst(ctx context.Context, included bool) error {
	return s.writeFirst(ctx, func(ctx context.Context, tx *store.Tx) error {
		code, err := fixed(ctx, tx, currencyName, s.Currency.Code(), s.Now())
		if err != nil {
			return err
		}
		if code != s.Currency.Code() {
			return fmt.Errorf("KOPECK_CURRENCY: the books of this database are in %s, not in %s", code, s.Currency.Code())
		}
		is, err := fixed(ctx, tx, pricesIncludeTax, included, s.Now())
		if err == nil && is != included {
			err = fmt.Errorf("KOPECK_PRICES_INCLUDE_TAX: it is %t for this database, not %t", is, included)
		}
		return err
	})
}

// fixed returns what is stored under a name; a value that is given where nothing is.
func fixed[T any](ctx context.Context, tx *store.Tx, name string, given T, now time.Time) (T, error) {
	stored, err := tx.Setting.Get(ctx, name)
	if ent.IsNotFound(err) {
		value, err := json.Marshal(given)
		if err != nil {
			return given, err
		}
		return given, tx.Setting.Create().SetID(name).SetValue(value).SetUpdatedAt(now).Exec(ctx)
	}
	if err != nil {
		return given, err
	}
	return decode[T](stored.Value)
}
