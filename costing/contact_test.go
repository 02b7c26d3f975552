package costing_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"reflect"
	"testing"

	"pgregory.net/rapid"

	"kopeck/costing"
	"kopeck/money"
)

func contactRates() []costing.Rate {
	return []costing.Rate{
		rate("STAFF", "anna@example.com", "hour", "600"), rate("STAFF", "senior", "minute", "9.99"),
		rate("CHANNEL_FEE", "PHONE", "contact", "1.505"), rate("CHANNEL_MINUTE", "PHONE", "minute", "0.33"),
	}
}

func ExampleContact() {
	call := costing.ContactInput{Time: costing.InMinutes(dec("12.5")), StaffCodes: []string{"anna@example.com", "senior"}, Channel: "PHONE", Expense: money.Minor(99)}
	cost, _ := costing.Contact(call, costing.NewRates(contactRates()), day, day, rub)
	for _, line := range cost.Lines {
		fmt.Printf("%s %s: %s %s at %s a %s, %s\n", line.Kind, line.Label, line.Quantity, line.QuantityUnit, line.Rate, line.RateUnit, rub.Format(line.Amount))
	}
	fmt.Println("total", rub.Format(cost.Total))
	// Output:
	// STAFF_TIME anna@example.com, hour: 12.5 minute at 600 a hour, 125.00
	// CHANNEL_FEE PHONE, contact: 1 contact at 1.505 a contact, 1.50
	// CHANNEL_TIME PHONE, minute: 12.5 minute at 0.33 a minute, 4.12
	// EXPENSE expense: 1 contact at 0.99 a contact, 0.99
	// total 131.61
}

func TestContactLines(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name    string
		in      costing.ContactInput
		want    string // kind amount, …
		missing string
	}{
		{"nothing", costing.ContactInput{}, "[]", "[]"},
		{"a letter", costing.ContactInput{Channel: "PHONE"}, "[CHANNEL_FEE 150]", "[]"},
		{"the grade's rate", costing.ContactInput{Time: costing.InMinutes(dec("10")), StaffCodes: []string{"boris@example.com", "senior"}}, "[STAFF_TIME 9990]", "[]"},
		{"nobody's time", costing.ContactInput{Time: costing.InMinutes(dec("10")), Channel: "PHONE"}, "[CHANNEL_FEE 150 CHANNEL_TIME 330]", "[]"},
		{"no time", costing.ContactInput{StaffCodes: []string{"anna@example.com"}, Channel: "PHONE"}, "[CHANNEL_FEE 150]", "[]"},
		{
			"no rates",
			costing.ContactInput{Time: costing.InMinutes(dec("10")), StaffCodes: []string{"boris@example.com", "junior"}, Channel: "SMS", Expense: money.Minor(5)},
			"[STAFF_TIME 0 CHANNEL_FEE 0 CHANNEL_TIME 0 EXPENSE 5]", "[STAFF boris@example.com CHANNEL_FEE SMS CHANNEL_MINUTE SMS]",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			cost, err := costing.Contact(c.in, costing.NewRates(contactRates()), day, day, rub)
			if err != nil {
				t.Fatalf("%s: %v", c.name, err)
			}
			got := []string{}
			for _, line := range cost.Lines {
				got = append(got, fmt.Sprintf("%s %d", line.Kind, line.Amount.Minor()))
				if noRate := line.RateValidFrom == nil && line.Kind != costing.Expense; noRate != (line.Amount.IsZero() && line.Label[len(line.Label)-7:] == "no rate") {
					t.Errorf("%s: the line %q with rate from %v", c.name, line.Label, line.RateValidFrom)
				}
			}
			if fmt.Sprint(got) != c.want || fmt.Sprint(cost.Missing) != c.missing {
				t.Errorf("%s: %v missing %v; want %s missing %s", c.name, got, cost.Missing, c.want, c.missing)
			}
		})
	}
}

func TestContactBeforeItsRates(t *testing.T) {
	t.Parallel()
	call := costing.ContactInput{Channel: "PHONE"}
	early := day.AddDate(-2, 0, 0)
	for _, c := range []struct{ at, known string }{{"early", "now"}, {"now", "early"}} {
		t.Run(c.at+" as known "+c.known, func(t *testing.T) {
			at, known := day, day
			if c.at == "early" {
				at = early
			} else {
				known = early
			}
			cost, err := costing.Contact(call, costing.NewRates(contactRates()), at, known, rub)
			if err != nil || len(cost.Missing) != 1 {
				t.Errorf("at %s, known %s: %+v, %v", c.at, c.known, cost, err)
			}
		})
	}
}

func TestContactRefuses(t *testing.T) {
	t.Parallel()
	for field, in := range map[string]costing.ContactInput{
		"minutes": {Time: costing.InMinutes(dec("-1"))}, "expense": {Expense: money.Minor(-1)},
	} {
		t.Run(field, func(t *testing.T) {
			var wrong *costing.FieldError
			if _, err := costing.Contact(in, nil, day, day, rub); !errors.As(err, &wrong) || wrong.Field != field {
				t.Errorf("%s: %v", field, err)
			}
		})
	}
	dear := costing.NewRates([]costing.Rate{rate("CHANNEL_MINUTE", "PHONE", "minute", "9000000000")})
	if _, err := costing.Contact(costing.ContactInput{Time: costing.InMinutes(dec("9000000000")), Channel: "PHONE"}, dear, day, day, rub); !errors.Is(err, money.ErrOverflow) {
		t.Errorf("81 quintillion: %v", err)
	}
}

// TestContactSums: the lines sum to the cost, each rounded once, half to even, from the exact product.
func TestContactSums(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		nano := func(name string) money.Decimal { return money.Nano(rapid.Int64Range(0, 1e13).Draw(t, name)) }
		staff, fee, minute := rate("STAFF", "a", "hour", "0"), rate("CHANNEL_FEE", "PHONE", "contact", "0"), rate("CHANNEL_MINUTE", "PHONE", "minute", "0")
		staff.Amount, fee.Amount, minute.Amount = nano("staff"), nano("fee"), nano("minute")
		in := costing.ContactInput{Time: costing.InMinutes(nano("minutes")), StaffCodes: []string{"a"}, Channel: "PHONE", Expense: money.Minor(rapid.Int64Range(0, 1e9).Draw(t, "expense"))}
		cost, err := costing.Contact(in, costing.NewRates([]costing.Rate{minute, staff, fee}), day, day, rub)
		if err != nil {
			t.Fatal(err)
		}
		want := in.Expense.Minor()
		for _, exact := range []*big.Rat{
			new(big.Rat).Mul(new(big.Rat).Mul(in.Time.Minutes.Rat(), staff.Amount.Rat()), big.NewRat(100, 60)),
			new(big.Rat).Mul(fee.Amount.Rat(), big.NewRat(100, 1)),
			new(big.Rat).Mul(new(big.Rat).Mul(in.Time.Minutes.Rat(), minute.Amount.Rat()), big.NewRat(100, 1)),
		} {
			rounded, err := money.Round(exact)
			if err != nil {
				t.Fatal(err)
			}
			want += rounded.Minor()
		}
		var sum int64
		for _, line := range cost.Lines {
			sum += line.Amount.Minor()
		}
		if sum != cost.Total.Minor() || sum != want {
			t.Fatalf("lines %d, total %d, by hand %d", sum, cost.Total.Minor(), want)
		}
	})
}

func TestLineIsKeptAsJSON(t *testing.T) {
	t.Parallel()
	cost, err := costing.Contact(costing.ContactInput{Channel: "PHONE", Time: costing.InMinutes(dec("1.5"))}, costing.NewRates(contactRates()[2:3]), day, day, rub)
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(cost.Lines)
	if err != nil {
		t.Fatal(err)
	}
	const want = `[{"kind":"CHANNEL_FEE","label":"PHONE, contact","quantity":"1","rate":"1.505","quantityUnit":"contact","rateUnit":"contact","amount":150,"from":"2025-03-02T09:00:00Z"},` +
		`{"kind":"CHANNEL_TIME","label":"PHONE: no rate","quantity":"1.5","rate":"0","quantityUnit":"minute","rateUnit":"minute","amount":0}]`
	if string(text) != want {
		t.Errorf("%s\nwant %s", text, want)
	}
	var back []costing.Line
	if err := json.Unmarshal(text, &back); err != nil || !reflect.DeepEqual(back, cost.Lines) {
		t.Errorf("got %+v, %v, want the lines unchanged by JSON", back, err)
	}
}
