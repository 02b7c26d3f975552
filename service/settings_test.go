package service

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"kopeck/costing"
	"kopeck/money"
	"kopeck/schema"
)

func TestDefaultSettings(t *testing.T) {
	t.Parallel()
	s, err := ParseSettings(nil)
	if err != nil {
		t.Fatal(err)
	}
	for name, ok := range map[string]bool{
		"timeZone":             s.Zone == time.UTC,
		"pricesIncludeTax":     s.Taxes == costing.TaxIncluded,
		"teamsShareCustomers":  !s.TeamsShareCustomers,
		"priceStep":            s.PriceStep == money.Minor(1),
		"priceMinutes":         s.PriceLife == 15*time.Minute,
		"offerRestDays":        s.OfferRestDays == 30,
		"holdShare":            s.HoldShare == money.MustDecimal("0.5"),
		"attributionModel":     s.AttributionModel == schema.AttributeLinear,
		"lookBackDays":         s.LookBackDays == 90,
		"halfLifeDays":         s.HalfLifeDays.String() == "7",
		"expectedStrength":     s.ExpectedStrength == 20,
		"annualDiscountRate":   s.AnnualDiscountRate.Compare(money.MustDecimal("0.1")) == 0,
		"ordersKnownUntil":     s.OrdersKnownUntil == nil,
		"requiredLevels":       len(s.RequiredLevels) == 3 && s.RequiredLevels[schema.Marketing] == schema.BrandTrust,
		"individualOfferLevel": s.IndividualLevel == schema.Personal,
		"situationHours":       s.SituationHours == 24,
		"loyalOrderDays":       s.LoyalOrderDays == 3,
		"loyalProbability":     s.LoyalProbability == 0.8,
		"formerProbability":    s.FormerProbability == 0.1,
		"load":                 len(s.Load) == 3,
		"workingDays":          len(s.workingDays) == 7,
		"daysOff":              len(s.daysOff) == 0,
		"strictConsent":        s.StrictConsent,
		"company":              s.Company == nil,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if !ok {
				t.Errorf("got %+v, want the default of %v", s, name)
			}
			if !slices.ContainsFunc(s.List(), func(one *Setting) bool { return one.Name == name && one.Description != "" }) {
				t.Error("it is not listed, or without a description")
			}
		})
	}
	if len(s.List()) != len(settings) {
		t.Errorf("%d settings are listed; want %d", len(s.List()), len(settings))
	}
}

// TestSettingValues parses values of each setting: those that it may have, at the bounds, and those that it may not have.
func TestSettingValues(t *testing.T) {
	t.Parallel()
	days := func(n int) string { return "[" + strings.TrimSuffix(strings.Repeat(`"2026-05-01",`, n), ",") + "]" }
	cases := map[string]struct{ good, bad []string }{
		"timeZone":            {[]string{`"Europe/Moscow"`, `"UTC"`}, []string{`""`, `"Local"`, `"Nowhere"`, `3`, `null`}},
		"pricesIncludeTax":    {[]string{`true`, `false`}, []string{`0`, `"true"`, `null`}},
		"priceStep":           {[]string{`1`, `1000000`}, []string{`0`, `-1`, `1000001`, `1.5`, `"1"`, `null`}},
		"holdShare":           {[]string{`"0"`, `"0.25"`, `"1"`}, []string{`"-0.1"`, `"1.1"`, `0.5`}},
		"priceMinutes":        {[]string{`1`, `1440`}, []string{`0`, `1441`}},
		"offerRestDays":       {[]string{`1`, `3650`}, []string{`0`, `3651`}},
		"attributionModel":    {[]string{`"FIRST"`, `"SHAPLEY"`}, []string{`"first"`, `""`, `1`, `null`}},
		"lookBackDays":        {[]string{`1`, `3650`}, []string{`0`, `3651`}},
		"halfLifeDays":        {[]string{`"0.01"`, `"3650"`}, []string{`"0.009"`, `"3650.1"`, `7`, `"x"`, `null`}},
		"expectedStrength":    {[]string{`1`, `1000000`}, []string{`0`}},
		"annualDiscountRate":  {[]string{`"-0.99"`, `"0"`, `"10"`}, []string{`"-1"`, `"10.01"`}},
		"ordersKnownUntil":    {[]string{`null`, `"2026-10-31"`, `"1970-01-01"`}, []string{`"2026-02-30"`, `""`, `7`, `[]`, `"31.10.2026"`}},
		"phoneRegion":         {[]string{`"RU"`, `"US"`, `""`}, []string{`"ru"`, `"XX"`, `7`, `null`}},
		"teamsShareCustomers": {[]string{`true`, `false`}, []string{`1`, `"yes"`, `null`}},
		"strictConsent":       {[]string{`true`, `false`}, []string{`1`, `"yes"`, `null`}},
		"company": {
			[]string{
				`null`, `{"name":"A","address":"B","contact":"C","jurisdiction":"RU"}`,
				`{"name":"A","address":"B","contact":"C","jurisdiction":"RU","email":"a@b.example","phone":"1","url":"https://a.example","policyUrl":"http://a.example/p","storageLocation":"DE","retention":"a year","authority":"D"}`,
			},
			[]string{
				`{}`, `[]`, `"A"`, `{"name":"A","address":"B","contact":"","jurisdiction":"RU"}`, `{"name":"A","address":"B","contact":"C"}`,
				`{"name":"A","address":"B","contact":"C","jurisdiction":"ru"}`, `{"name":"A","address":"B","contact":"C","jurisdiction":"EU"}`,
				`{"name":"A","address":"B","contact":"C","jurisdiction":"RU","url":"a.example"}`, `{"name":"A","address":"B","contact":"C","jurisdiction":"RU","tax":"1"}`,
				`{"name":"A","address":"B","contact":"C","jurisdiction":"RU","storageLocation":"XX"}`,
			},
		},
		"page": {
			[]string{`{}`, `{"colour":"#1d4ed8","logo":"data:image/png;base64,iVBORw==","texts":{"ru":{"greeting":"A","footer":"B"},"en":{}}}`},
			[]string{`null`, `[]`, `{"color":"#000000"}`, `{"colour":"red"}`, `{"colour":"#ffff00"}`, `{"logo":"https://a.example/logo.png"}`, `{"logo":"data:text/html;base64,AAAA"}`, `{"texts":{"de":{}}}`, `{"texts":{"ru":{"footer":"` + strings.Repeat("a", 2001) + `"}}}`},
		},
		"customerLinkDays": {[]string{`1`, `3650`}, []string{`0`, `3651`}},
		"requestDeadline": {
			[]string{`{"workingDays":10}`, `{"days":30}`, `{"months":1}`},
			[]string{`{}`, `null`, `10`, `{"days":0}`, `{"days":91}`, `{"months":4}`, `{"workingDays":-1}`, `{"days":1,"months":1}`, `{"weeks":1}`},
		},
		"requiredLevels":       {[]string{`{}`, `{"MARKETING":"POINTS"}`}, []string{`{"MARKETING":"MOST"}`, `{"SPAM":"PERSONAL"}`, `[]`, `null`}},
		"individualOfferLevel": {[]string{`"SITUATION"`, `"INTRAVENOUS"`}, []string{`"NONE"`, `null`}},
		"situationHours":       {[]string{`1`, `720`}, []string{`0`, `721`}},
		"loyalOrderDays":       {[]string{`1`, `1000`}, []string{`0`, `1001`}},
		"loyalProbability":     {[]string{`0`, `1`, `0.5`}, []string{`-0.1`, `1.1`, `"0.5"`, `null`}},
		"formerProbability":    {[]string{`0`, `1`}, []string{`2`}},
		"load": {
			[]string{`[{"utilisation":"0","factor":"1"},{"utilisation":"1","factor":"2"}]`},
			[]string{`[]`, `{}`, `null`, `[{"utilisation":"-1","factor":"1"}]`, `[{"utilisation":"x","factor":"1"}]`, `7`},
		},
		"workingDays": {[]string{`["MON"]`, `["SUN","SAT"]`}, []string{`[]`, `["MONDAY"]`, `"MON"`, `null`, `[1]`}},
		"daysOff": {
			[]string{`[]`, `["2026-05-01"]`, `["1900-01-01","2200-12-31"]`, days(maxDaysOff)},
			[]string{`["2026-02-30"]`, `["01.05.2026"]`, `["1899-12-31"]`, `["2201-01-01"]`, `null`, `"2026-05-01"`, days(maxDaysOff + 1)},
		},
	}
	if len(cases) != len(settings) {
		t.Errorf("%d settings are tested; want %d", len(cases), len(settings))
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, value := range c.good {
				s, err := ParseSettings(map[string]json.RawMessage{name: json.RawMessage(value)})
				if err != nil {
					t.Errorf("%.80s: %v", value, err)
					continue
				}
				at := slices.IndexFunc(s.List(), func(one *Setting) bool { return one.Name == name })
				if shown := fmt.Sprintf("%s", s.List()[at].Value); shown != value {
					t.Errorf("%.80s is shown as %.80s", value, shown)
				}
			}
			for _, value := range c.bad {
				if _, err := ParseSettings(map[string]json.RawMessage{name: json.RawMessage(value)}); err == nil || !strings.HasPrefix(err.Error(), "setting "+name+": ") {
					t.Errorf("%.80s: %v", value, err)
				}
			}
		})
	}
}

func TestParsedSettings(t *testing.T) {
	t.Parallel()
	s, err := ParseSettings(map[string]json.RawMessage{
		"timeZone": json.RawMessage(`"Asia/Kolkata"`), "workingDays": json.RawMessage(`["MON","WED"]`), "daysOff": json.RawMessage(`["1970-01-05"]`),
	})
	if err != nil {
		t.Fatal(err)
	}
	if day := s.Day(time.Date(1970, 1, 2, 18, 29, 59, 0, time.UTC)); day != 1 {
		t.Errorf("just before midnight in Kolkata: day %d; want 1", day)
	}
	if day := s.Day(time.Date(1970, 1, 2, 18, 30, 0, 0, time.UTC)); day != 2 {
		t.Errorf("midnight in Kolkata: day %d; want 2", day)
	}
	if at := s.StartOfDay(2); !at.Equal(time.Date(1970, 1, 2, 18, 30, 0, 0, time.UTC)) {
		t.Errorf("day 2 starts at %v", at.UTC())
	}
	if !slices.Equal(s.workingDays, []time.Weekday{time.Monday, time.Wednesday}) || !slices.Equal(s.daysOff, []int{4}) {
		t.Errorf("got %v, %v, want Monday and Wednesday, and 5 January 1970 off", s.workingDays, s.daysOff)
	}
}
