package service

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"kopeck/auth"
	"kopeck/costing"
	"kopeck/ent"
	"kopeck/fault"
	"kopeck/money"
	"kopeck/schema"
	"kopeck/store"
)

// Settings are the installation's choices. What has not been changed has its default.
type Settings struct {
	Zone               *time.Location // of calendar days
	PriceStep          money.Amount   // prices are rounded to it
	PriceLife          time.Duration  // how long a price token is honoured
	AttributionModel   schema.AttributionModel
	LookBackDays       int // how far back of an order its contacts earn
	HalfLifeDays       money.Decimal
	ExpectedStrength   int // how many contacts the greater group's mean weighs in what one is expected to earn
	AnnualDiscountRate money.Decimal
	RequiredLevels     map[schema.Purpose]schema.PermissionLevel // a purpose without a level needs no permission
	IndividualLevel    schema.PermissionLevel                    // for an offer made from the customer's own data or price
	SituationHours     int                                       // how long a SITUATION lasts unless told
	LoyalOrderDays     int
	LoyalProbability   float64
	FormerProbability  float64
	Load               costing.Load
	Calendar           costing.Calendar // of the days that resources work

	worked  []time.Weekday
	daysOff []int

	values map[string]json.RawMessage // by name, as stored or by default
}

// setting is one choice: its name, what it means, its default, and how it is read.
type setting struct {
	name, description, standard string
	read                        func(s *Settings, value json.RawMessage) error
}

var settings = []setting{
	{"timeZone", "The IANA time zone whose calendar days count, for lifetime value and capacity. Fixed once there are orders.", `"UTC"`, func(s *Settings, v json.RawMessage) error {
		name, err := decode[string](v)
		if err == nil {
			s.Zone, err = time.LoadLocation(name)
		}
		if err != nil || name == "Local" || name == "" {
			return fmt.Errorf("want an IANA time zone, like \"Europe/Moscow\"")
		}
		return nil
	}},
	{"priceStep", "Prices are rounded to a multiple of this, in minor units.", `1`, func(s *Settings, v json.RawMessage) error {
		n, err := whole(v, 1_000_000)
		s.PriceStep = money.Minor(int64(n))
		return err
	}},
	{"priceMinutes", "How many minutes a price token is honoured.", `15`, func(s *Settings, v json.RawMessage) error {
		n, err := whole(v, 1440)
		s.PriceLife = time.Duration(n) * time.Minute
		return err
	}},
	{"attributionModel", "How an order's margin is credited to contacts: FIRST, LAST, LINEAR, TIME_DECAY, POSITION, MARKOV or SHAPLEY. It holds for what is credited from now on.", `"LINEAR"`, func(s *Settings, v json.RawMessage) (err error) {
		s.AttributionModel, err = oneOf(v, schema.AttributeFirst, schema.AttributeLast, schema.AttributeLinear, schema.AttributeTimeDecay, schema.AttributePosition, schema.AttributeMarkov, schema.AttributeShapley)
		return err
	}},
	{"lookBackDays", "How many days before an order its contacts earn.", `90`, func(s *Settings, v json.RawMessage) (err error) {
		s.LookBackDays, err = whole(v, 3650)
		return err
	}},
	{"halfLifeDays", "The half-life of TIME_DECAY in days, as a Decimal.", `"7"`, func(s *Settings, v json.RawMessage) (err error) {
		s.HalfLifeDays, err = decimalBetween(v, "0.01", "3650")
		return err
	}},
	{"expectedStrength", "How many contacts the mean of the greater group weighs against a group's own in what a contact is expected to earn.", `20`, func(s *Settings, v json.RawMessage) (err error) {
		s.ExpectedStrength, err = whole(v, 1_000_000)
		return err
	}},
	{"annualDiscountRate", "What a rouble in a year is discounted by, as a Decimal: \"0.10\" is ten per cent.", `"0.10"`, func(s *Settings, v json.RawMessage) (err error) {
		s.AnnualDiscountRate, err = decimalBetween(v, "-0.99", "10")
		return err
	}},
	{"requiredLevels", "The permission level that a purpose needs; a purpose that is left out needs none.", `{"MARKETING":"BRAND_TRUST","PERSONALISATION":"PERSONAL","PARTNER_SHARING":"PERSONAL"}`, readRequiredLevels},
	{"individualOfferLevel", "The permission level that an offer made from the customer's own data or price needs.", `"PERSONAL"`, func(s *Settings, v json.RawMessage) (err error) {
		s.IndividualLevel, err = oneOf(v, levels...)
		return err
	}},
	{"situationHours", "How many hours a permission for a SITUATION lasts unless told.", `24`, func(s *Settings, v json.RawMessage) (err error) {
		s.SituationHours, err = whole(v, 720)
		return err
	}},
	{"loyalOrderDays", "From how many order days on a customer may be LOYAL.", `3`, func(s *Settings, v json.RawMessage) (err error) {
		s.LoyalOrderDays, err = whole(v, 1000)
		return err
	}},
	{"loyalProbability", "From which probability to be alive on a customer may be LOYAL.", `0.8`, func(s *Settings, v json.RawMessage) (err error) {
		s.LoyalProbability, err = probability(v)
		return err
	}},
	{"formerProbability", "Under which probability to be alive a customer is FORMER.", `0.1`, func(s *Settings, v json.RawMessage) (err error) {
		s.FormerProbability, err = probability(v)
		return err
	}},
	{"load", "The weight of a resource's fixed share by its utilisation, in points between which it is linear.", `[{"utilisation":"0.7","factor":"0"},{"utilisation":"0.9","factor":"1"},{"utilisation":"1","factor":"2"}]`, func(s *Settings, v json.RawMessage) error {
		load, err := decode[costing.Load](v)
		if err != nil {
			return fmt.Errorf("want a list of {\"utilisation\": Decimal, \"factor\": Decimal}")
		}
		s.Load = load
		return load.Check()
	}},
	{"workingDays", "The weekdays on which resources work: MON, TUE, WED, THU, FRI, SAT, SUN. On the others their capacity is 0.", `["MON","TUE","WED","THU","FRI","SAT","SUN"]`, readWorkingDays},
	{"daysOff", "Holidays, as \"YYYY-MM-DD\": days on which nobody works though their weekday is worked.", `[]`, readDaysOff},
}

var levels = []schema.PermissionLevel{schema.Situation, schema.BrandTrust, schema.Personal, schema.Points, schema.Intravenous}

// Day gives the calendar day of a moment: days since 1970-01-01 in the installation's time zone.
func (s *Settings) Day(at time.Time) int { return costing.Day(at, s.Zone) }

// StartOfDay gives the first moment of a calendar day.
func (s *Settings) StartOfDay(day int) time.Time { return costing.StartOfDay(day, s.Zone) }

func readRequiredLevels(s *Settings, v json.RawMessage) error {
	given, err := decode[map[schema.Purpose]schema.PermissionLevel](v)
	if err != nil {
		return fmt.Errorf("want levels by purpose")
	}
	for purpose, level := range given {
		if !slices.Contains(purpose.Values(), string(purpose)) || level.Rank() == 0 {
			return fmt.Errorf("no such purpose or level: %s: %s", purpose, level)
		}
	}
	s.RequiredLevels = given
	return nil
}

// ParseSettings reads the stored values over the defaults.
func ParseSettings(stored map[string]json.RawMessage) (*Settings, error) {
	s := &Settings{values: map[string]json.RawMessage{}}
	for _, one := range settings {
		value := json.RawMessage(one.standard)
		if given, ok := stored[one.name]; ok {
			value = given
		}
		if err := one.read(s, value); err != nil {
			return nil, fmt.Errorf("setting %s: %w", one.name, err)
		}
		s.values[one.name] = value
	}
	s.Calendar = costing.NewCalendar(s.worked, s.daysOff)
	return s, nil
}

// List gives the settings by name, as the API shows them.
func (s *Settings) List() []*Setting {
	all := make([]*Setting, len(settings))
	for i, one := range settings {
		all[i] = &Setting{Name: one.name, Value: s.values[one.name], Description: one.description}
	}
	return all
}

// ListSettings gives the settings to those who may read them, else FORBIDDEN.
func (s *Core) ListSettings(ctx context.Context) ([]*Setting, error) {
	if actor, ok := auth.From(ctx); !ok || actor.May("Setting").Read == auth.NoRows {
		return nil, fault.New(fault.Forbidden, "", "the settings are not for you")
	}
	return s.Settings().List(), nil
}

// ChangeSetting changes one setting. It gives NOT_FOUND for an unknown name, INVALID for a wrong value, and
// WRONG_STATE for a time zone once there are orders.
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
	if name == "timeZone" {
		some, err := tx.Order.Query().Exist(auth.System(ctx))
		if err != nil {
			return err
		}
		if some {
			return fault.New(fault.WrongState, "name", "the time zone is fixed: there are orders whose days were counted in it")
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
	if err := s.Audit(ctx, tx, "setting.change", name, map[string]json.RawMessage{"old": old, "new": changed.Value}); err != nil {
		return err
	}
	return s.Touch(ctx, tx, SnapshotAll)
}

func decode[T any](v json.RawMessage) (value T, err error) {
	err = json.Unmarshal(v, &value)
	return value, err
}

// whole reads a whole number from 1.
func whole(v json.RawMessage, high int) (int, error) {
	n, err := decode[int](v)
	if err != nil || n < 1 || n > high {
		return 0, fmt.Errorf("want a whole number from 1 to %d", high)
	}
	return n, nil
}

func probability(v json.RawMessage) (float64, error) {
	p, err := decode[float64](v)
	if err != nil || p < 0 || p > 1 {
		return 0, fmt.Errorf("want a probability from 0 to 1")
	}
	return p, nil
}

func decimalBetween(v json.RawMessage, low, high string) (money.Decimal, error) {
	text, err := decode[string](v)
	if err == nil {
		var d money.Decimal
		if d, err = money.ParseDecimal(text); err == nil && d.Compare(money.MustDecimal(low)) >= 0 && d.Compare(money.MustDecimal(high)) <= 0 {
			return d, nil
		}
	}
	return money.Decimal{}, fmt.Errorf("want a Decimal from %q to %q", low, high)
}

func oneOf[T ~string](v json.RawMessage, values ...T) (T, error) {
	text, err := decode[T](v)
	if err != nil || !slices.Contains(values, text) {
		return "", fmt.Errorf("want one of %v", values)
	}
	return text, nil
}

func (s *Core) readSettings(ctx context.Context, tx *store.Tx) error {
	rows, err := tx.Setting.Query().All(ctx)
	if err != nil {
		return err
	}
	stored := map[string]json.RawMessage{}
	for _, row := range rows {
		stored[row.ID] = row.Value
	}
	settings, err := ParseSettings(stored)
	if err != nil {
		return err
	}
	s.settings.Store(settings)
	s.books.Add(1) // what is reckoned from them may differ now
	return nil
}
