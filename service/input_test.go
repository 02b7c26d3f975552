package service

import (
	"fmt"
	"testing"
	"time"

	"kopeck/fault"
	"kopeck/id"
	"kopeck/money"
)

func euros(t *testing.T) money.Currency {
	t.Helper()
	c, err := money.ParseCurrency("EUR")
	if err != nil {
		t.Fatal(err)
	}
	return c
}

var noon = time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)

// inputCore returns a core that has what the checks of inputs need.
func inputCore(t *testing.T) *Core {
	t.Helper()
	clock := func() time.Time { return noon }
	return &Core{Currency: euros(t), IDs: id.New(clock, nil), clock: clock}
}

func TestAmount(t *testing.T) {
	t.Parallel()
	euro := func(amount money.Exact) *MoneyInput {
		return &MoneyInput{Amount: amount, CurrencyCode: "EUR"}
	}
	for name, c := range map[string]struct {
		in     *MoneyInput
		signed money.Amount
		path   string // of the fault of SignedAmount
		refuse bool   // only by Amount
	}{
		"absent":           {in: nil},
		"zero":             {in: euro("0")},
		"cents":            {in: euro("12.34"), signed: money.Minor(1234)},
		"negative":         {in: euro("-12.34"), signed: money.Minor(-1234), refuse: true},
		"the most":         {in: euro("1000000000000.00"), signed: money.Most},
		"more":             {in: euro("1000000000000.01"), path: "[f amount]"},
		"less":             {in: euro("-1000000000000.01"), path: "[f amount]"},
		"another currency": {in: &MoneyInput{Amount: "1", CurrencyCode: "RUB"}, path: "[f currencyCode]"},
		"no currency":      {in: &MoneyInput{Amount: "1"}, path: "[f currencyCode]"},
		"too precise":      {in: euro("0.001"), path: "[f amount]"},
		"not a number":     {in: euro("ten"), path: "[f amount]"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := inputCore(t)
			got, err := s.Amount("f", c.in)
			want := c.path
			if c.refuse {
				want = "[f amount]"
			}
			if want == "" && (err != nil || got != c.signed) || want != "" && (!fault.Is(err, fault.Invalid) || fmt.Sprint(fault.Of(err).Path) != want) {
				t.Errorf("Amount: %v, %v", got, err)
			}
			if c.in == nil {
				return
			}
			got, err = s.SignedAmount("f", *c.in)
			if c.path == "" && (err != nil || got != c.signed) || c.path != "" && fmt.Sprint(fault.Of(err).Path) != c.path {
				t.Errorf("SignedAmount: %v, %v", got, err)
			}
		})
	}
}

func TestMoment(t *testing.T) {
	t.Parallel()
	now := noon
	at := func(d time.Duration) *time.Time { t := now.Add(d); return &t }
	for name, c := range map[string]struct {
		in   *time.Time
		want time.Time // zero for INVALID
	}{
		"absent":                       {nil, now},
		"past":                         {at(-time.Hour), now.Add(-time.Hour)},
		"to the microsecond":           {at(-time.Hour + 1999), now.Add(-time.Hour + 1000)},
		"now":                          {at(0), now},
		"a fast clock":                 {at(ClockSkew), now},
		"in the future":                {at(ClockSkew + 1), time.Time{}},
		"before 1900":                  {new(time.Date(1899, 12, 31, 23, 59, 59, 0, time.UTC)), time.Time{}},
		"the first moment of 1900":     {new(time.Date(1900, 1, 1, 0, 0, 0, 0, time.UTC)), time.Date(1900, 1, 1, 0, 0, 0, 0, time.UTC)},
		"of another zone, kept in UTC": {new(now.Add(-1).In(time.FixedZone("", 3600))), now.Add(-time.Microsecond)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := inputCore(t).PastMoment("f", c.in)
			if c.want.IsZero() != fault.Is(err, fault.Invalid) || err == nil && (!got.Equal(c.want) || got.Location() != time.UTC) {
				t.Errorf("%v, %v; want %v", got, err, c.want)
			}
		})
	}
}

func TestNewID(t *testing.T) {
	t.Parallel()
	s := inputCore(t)
	made, err := s.NewID(id.Customer, nil)
	if err != nil || id.Check("id", id.Customer, made) != nil {
		t.Errorf("got %q, %v, want a new id of a customer", made, err)
	}
	if given, err := s.NewID(id.Customer, &made); given != made || err != nil {
		t.Errorf("%q, %v; want the one given", given, err)
	}
	for name, bad := range map[string]string{"another noun's": s.IDs.Make(id.Order), "no id": "1", "empty": ""} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if _, err := s.NewID(id.Customer, &bad); !fault.Is(err, fault.Invalid) {
				t.Errorf("%v; want INVALID", err)
			}
		})
	}
}
