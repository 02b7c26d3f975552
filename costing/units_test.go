package costing_test

import (
	"testing"

	"pgregory.net/rapid"

	"kopeck/costing"
	"kopeck/money"
)

func TestTimesOfContacts(t *testing.T) {
	t.Parallel()
	inSeconds := func(text string) costing.Duration {
		d, err := costing.InSeconds(dec(text))
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	for name, c := range map[string]struct {
		time                   costing.Duration
		rate, unit             string
		quantity, quantityUnit string
		amount                 int64
	}{
		"the README's call":               {costing.InMinutes(dec("6.5")), "2660", "hour", "6.5", "minute", 288_17},
		"20 seconds, which minutes lose":  {inSeconds("20"), "902.70", "hour", "20", "second", 5_02},
		"a third of a minute, as minutes": {costing.InMinutes(dec("0.333333333")), "902.70", "hour", "0.333333333", "minute", 5_01},
		"half a minute in seconds":        {inSeconds("30"), "600", "hour", "0.5", "minute", 5_00},
		"by the minute":                   {inSeconds("20"), "0.15", "minute", "20", "second", 5},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			of := rate("STAFF", "a", c.unit, c.rate)
			cost, err := costing.Contact(costing.ContactInput{Time: c.time, StaffCodes: []string{"a"}}, costing.NewRates([]costing.Rate{of}), day, day, rub)
			if err != nil || len(cost.Lines) != 1 {
				t.Fatalf("%+v, %v", cost, err)
			}
			line := cost.Lines[0]
			if line.Quantity.String() != c.quantity || line.QuantityUnit != c.quantityUnit || line.RateUnit != c.unit || line.Amount.Minor() != c.amount {
				t.Errorf("%+v; want %s %s a %s, %d", line, c.quantity, c.quantityUnit, c.unit, c.amount)
			}
			if !line.MultipliesOut(rub) {
				t.Errorf("%+v does not multiply out", line)
			}
		})
	}
}

// TestLinesMultiplyOut: every line of a contact is its quantity, in the unit of its rate, times its rate; a line that was written
// without units says the same with them.
func TestLinesMultiplyOut(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		nano := func(name string) money.Decimal { return money.Nano(rapid.Int64Range(0, 1e13).Draw(t, name)) }
		staff, fee, minute := rate("STAFF", "a", rapid.SampledFrom([]string{"hour", "minute"}).Draw(t, "unit"), "0"), rate("CHANNEL_FEE", "PHONE", "contact", "0"), rate("CHANNEL_MINUTE", "PHONE", "minute", "0")
		staff.Amount, fee.Amount, minute.Amount = nano("staff"), nano("fee"), nano("minute")
		time := costing.InMinutes(nano("minutes"))
		if rapid.Bool().Draw(t, "in seconds") {
			var err error
			if time, err = costing.InSeconds(nano("seconds")); err != nil {
				t.Fatal(err)
			}
		}
		in := costing.ContactInput{Time: time, StaffCodes: []string{"a"}, Channel: "PHONE", Expense: money.Minor(rapid.Int64Range(0, 1e9).Draw(t, "expense"))}
		cost, err := costing.Contact(in, costing.NewRates([]costing.Rate{minute, staff, fee}), day, day, rub)
		if err != nil {
			t.Fatal(err)
		}
		for _, line := range cost.Lines {
			if !line.MultipliesOut(rub) {
				t.Fatalf("%+v does not multiply out", line)
			}
			before := line
			before.QuantityUnit, before.RateUnit = "", ""
			if after := before.WithUnits(rub); line.QuantityUnit != "second" && !after.MultipliesOut(rub) {
				t.Fatalf("with units %+v does not multiply out", after)
			}
		}
	})
}

func TestDurations(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		given := money.Nano(rapid.Int64Range(0, 86_400e9).Draw(t, "seconds"))
		d, err := costing.InSeconds(given)
		if err != nil {
			t.Fatal(err)
		}
		if back, err := d.InExactSeconds(); err != nil || back != given {
			t.Fatalf("%v seconds are %v, %v", given, back, err)
		}
	})
}
