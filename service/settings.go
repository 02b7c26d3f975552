package service

import (
	"encoding/json"
	"fmt"
	"time"

	"kopeck/costing"
	"kopeck/money"
	"kopeck/schema"
)

// Settings are the installation's choices. One that has not been changed has its default.
type Settings struct {
	Zone               *time.Location  // of calendar days
	Taxes              costing.TaxMode // whether prices include tax; fixed by the first start
	PriceStep          money.Amount    // prices are rounded to it
	PriceLife          time.Duration   // how long a price token is accepted
	OfferRestDays      int             // for how many days a product that was declined is not proposed again
	HoldShare          money.Decimal   // of a resource's capacity up to any day, that one user may hold up to it
	AttributionModel   schema.AttributionModel
	LookBackDays       int // for how many days before an order its contacts are credited
	HalfLifeDays       money.Decimal
	ExpectedStrength   int // how many contacts the mean of the larger group counts as, in what a contact is expected to earn
	AnnualDiscountRate money.Decimal
	RequiredLevels     map[schema.Purpose]schema.PermissionLevel // a purpose without a level needs no permission
	IndividualLevel    schema.PermissionLevel                    // for an offer made from the customer's own data or price
	SituationHours     int                                       // how long a permission of the level SITUATION lasts by default
	OrdersKnownUntil   *int                                      // the last day whose orders are known, in days since 1970-01-01; nil: by the silence of all customers
	LoyalOrderDays     int
	LoyalProbability   float64
	FormerProbability  float64
	Load               costing.Load
	Calendar           costing.Calendar // of the days on which resources work

	TeamsShareCustomers bool   // SALES see the customers of all who are in a team with them
	PhoneRegion         string // of phone numbers without a country code: "RU"; "" for none

	StrictConsent bool     // a consent stands alone, and is for one purpose and channel
	Company       *Company // who we are, for customers and authorities; nil: not stated

	Look            Look            // how the pages for customers look
	LinkDays        int             // how long a link to a customer's own page is valid by default
	RequestDeadline RequestDeadline // within which time a request by a customer's right is to be answered

	workingDays []time.Weekday
	daysOff     []int // days since 1970-01-01

	values map[string]json.RawMessage // by name, as stored or by default

	earlier []*settingsVersion   // by from; none: the settings have never been changed
	since   map[string]time.Time // when a setting was last changed, by name
}

// setting is one choice: its name, what it means, its default, and how its value is read.
type setting struct {
	name, description, standard string
	read                        func(s *Settings, value json.RawMessage) error
}

// reader returns the read function of a setting: parse reads the value, set keeps it.
func reader[T any](parse func(json.RawMessage) (T, error), set func(*Settings, T)) func(*Settings, json.RawMessage) error {
	return func(s *Settings, value json.RawMessage) error {
		v, err := parse(value)
		if err == nil {
			set(s, v)
		}
		return err
	}
}

var settings = []setting{
	{
		"timeZone", "The IANA time zone whose calendar days count, for lifetime value and capacity. Fixed once there are orders or spend of campaigns.", `"UTC"`,
		reader(parseZone, func(s *Settings, v *time.Location) { s.Zone = v }),
	},
	{
		pricesIncludeTax, "Whether prices include tax, or it comes on top. Fixed by the first start: KOPECK_PRICES_INCLUDE_TAX.", `true`,
		reader(decode[bool], func(s *Settings, v bool) {
			if s.Taxes = costing.TaxOnTop; v {
				s.Taxes = costing.TaxIncluded
			}
		}),
	},
	{
		"priceStep", "Prices are rounded to a multiple of this, in minor units.", `1`,
		reader(parseWhole(1_000_000), func(s *Settings, v int) { s.PriceStep = money.Minor(int64(v)) }),
	},
	{
		"priceMinutes", "For how many minutes a price token is accepted.", `15`,
		reader(parseWhole(1440), func(s *Settings, v int) { s.PriceLife = time.Duration(v) * time.Minute }),
	},
	{
		"offerRestDays", "For how many days a product that a customer declined is not among their nextBestOffers.", `30`,
		reader(parseWhole(3650), func(s *Settings, v int) { s.OfferRestDays = v }),
	},
	{
		"holdShare", "How much of a resource one user may hold by prices up to any day, of its capacity up to that day, as a Decimal: \"0.5\" is half of it. One day's capacity is always allowed.", `"0.5"`,
		reader(parseDecimal("0", "1"), func(s *Settings, v money.Decimal) { s.HoldShare = v }),
	},
	{
		"attributionModel", "How an order's margin is credited to contacts: FIRST, LAST, LINEAR, TIME_DECAY, POSITION, MARKOV or SHAPLEY. It holds for orders completed from now on.", `"LINEAR"`,
		reader(parseOneOf(models...), func(s *Settings, v schema.AttributionModel) { s.AttributionModel = v }),
	},
	{
		"lookBackDays", "For how many days before an order its contacts are credited with it. It holds for orders completed from now on.", `90`,
		reader(parseWhole(3650), func(s *Settings, v int) { s.LookBackDays = v }),
	},
	{
		"halfLifeDays", "The half-life of TIME_DECAY in days, as a Decimal. It holds for orders completed from now on.", `"7"`,
		reader(parseDecimal("0.01", "3650"), func(s *Settings, v money.Decimal) { s.HalfLifeDays = v }),
	},
	{
		"expectedStrength", "How many contacts the mean of the larger group counts as, beside a group's own contacts, in what a contact is expected to earn.", `20`,
		reader(parseWhole(1_000_000), func(s *Settings, v int) { s.ExpectedStrength = v }),
	},
	{
		"annualDiscountRate", "The annual rate by which future money is discounted, as a Decimal: \"0.10\" is ten per cent.", `"0.10"`,
		reader(parseDecimal("-0.99", "10"), func(s *Settings, v money.Decimal) { s.AnnualDiscountRate = v }),
	},
	{
		"ordersKnownUntil",
		"The last day whose orders are known, as \"YYYY-MM-DD\": lifetime values, stages and forecasts are computed as of that day at the latest. " +
			"null: now, or the day of the last order if the silence of all customers since then is unusual.",
		`null`, reader(parseDayOrNull, func(s *Settings, v *int) { s.OrdersKnownUntil = v }),
	},
	{
		"requiredLevels", "The permission level that a purpose needs; a purpose that is left out needs none.",
		`{"MARKETING":"BRAND_TRUST","PERSONALISATION":"PERSONAL","PARTNER_SHARING":"PERSONAL"}`,
		reader(parseRequiredLevels, func(s *Settings, v map[schema.Purpose]schema.PermissionLevel) { s.RequiredLevels = v }),
	},
	{
		"individualOfferLevel", "The permission level that an offer made from the customer's own data or price needs.", `"PERSONAL"`,
		reader(parseOneOf(levels...), func(s *Settings, v schema.PermissionLevel) { s.IndividualLevel = v }),
	},
	{
		"situationHours", "How many hours a permission for a SITUATION lasts by default.", `24`,
		reader(parseWhole(720), func(s *Settings, v int) { s.SituationHours = v }),
	},
	{
		"loyalOrderDays", "The least number of order days of a LOYAL customer.", `3`,
		reader(parseWhole(1000), func(s *Settings, v int) { s.LoyalOrderDays = v }),
	},
	{
		"loyalProbability", "The least probability of being alive of a LOYAL customer.", `0.8`,
		reader(parseProbability, func(s *Settings, v float64) { s.LoyalProbability = v }),
	},
	{
		"formerProbability", "The probability of being alive below which a customer is FORMER.", `0.1`,
		reader(parseProbability, func(s *Settings, v float64) { s.FormerProbability = v }),
	},
	{
		"load", "The weight of a resource's fixed share by its utilisation, in points between which it is linear.",
		`[{"utilisation":"0.7","factor":"0"},{"utilisation":"0.9","factor":"1"},{"utilisation":"1","factor":"2"}]`,
		reader(parseLoad, func(s *Settings, v costing.Load) { s.Load = v }),
	},
	{
		"workingDays", "The weekdays on which resources work: MON, TUE, WED, THU, FRI, SAT, SUN. On the others their capacity is 0.",
		`["MON","TUE","WED","THU","FRI","SAT","SUN"]`,
		reader(parseWorkingDays, func(s *Settings, v []time.Weekday) { s.workingDays = v }),
	},
	{
		"daysOff", "Holidays, as \"YYYY-MM-DD\": days on which nobody works although the weekday is a working day.", `[]`,
		reader(parseDaysOff, func(s *Settings, v []int) { s.daysOff = v }),
	},
	{
		"phoneRegion", "The country whose phone numbers are written without a country code, as an ISO 3166 code such as \"RU\"; \"\" for none. It holds for numbers that are entered from now on, and for searches.", `"RU"`,
		reader(parseRegion, func(s *Settings, v string) { s.PhoneRegion = v }),
	},
	{
		"teamsShareCustomers", "Whether SALES see, and look after, the customers of all who are in a team with them.", `false`,
		reader(decode[bool], func(s *Settings, v bool) { s.TeamsShareCustomers = v }),
	},
	{
		"strictConsent", "Whether a permission is refused that is part of another text, such as terms of sale, or that one text asks for together with another purpose or channel. Without it such a permission is recorded with what it was bundled with.", `true`,
		reader(decode[bool], func(s *Settings, v bool) { s.StrictConsent = v }),
	},
	{
		"company", "Who the company is, the controller of customers' personal data, as receipts of permissions state it: an object with name, address, contact, jurisdiction and, where there are such, email, phone, url, policyUrl, storageLocation, retention, authority. null: not stated, and there are no receipts.", `null`,
		reader(parseCompany, func(s *Settings, v *Company) { s.Company = v }),
	},
	{
		"page", "How the pages for customers look: an object with colour (of buttons and links, dark enough for white text), logo (a picture as a data URL) and texts: by language, ru or en, a greeting and a footer.", `{}`,
		reader(parseLook, func(s *Settings, v Look) { s.Look = v }),
	},
	{
		"customerLinkDays", "For how many days a link to a customer's own page is valid by default.", `90`,
		reader(parseWhole(3650), func(s *Settings, v int) { s.LinkDays = v }),
	},
	{
		"requestDeadline", "Within which time a request by a customer's right is to be answered: {\"workingDays\": n}, {\"days\": n} or {\"months\": n}.", `{"workingDays":10}`,
		reader(parseDeadline, func(s *Settings, v RequestDeadline) { s.RequestDeadline = v }),
	},
}

var (
	levels = []schema.PermissionLevel{schema.Situation, schema.BrandTrust, schema.Personal, schema.Points, schema.Intravenous}
	models = []schema.AttributionModel{
		schema.AttributeFirst, schema.AttributeLast, schema.AttributeLinear, schema.AttributeTimeDecay, schema.AttributePosition,
		schema.AttributeMarkov, schema.AttributeShapley,
	}
)

// ParseSettings returns the settings of stored values by name; one that is not stored has its default.
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
	s.Calendar = costing.NewCalendar(s.workingDays, s.daysOff)
	return s, nil
}

// Day returns the calendar day of a moment: days since 1970-01-01 in the installation's time zone.
func (s *Settings) Day(at time.Time) int { return costing.Day(at, s.Zone) }

// StartOfDay returns the first moment of a calendar day.
func (s *Settings) StartOfDay(day int) time.Time { return costing.StartOfDay(day, s.Zone) }
