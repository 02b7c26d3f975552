package costing_test

import (
	"reflect"
	"slices"
	"testing"

	"kopeck/costing"
	"kopeck/money"
)

func TestStaffCodes(t *testing.T) {
	t.Parallel()
	senior, none := "senior", ""
	for name, c := range map[string]struct {
		grade *string
		want  []string
	}{
		"no grade":    {nil, []string{"anna@example.com"}},
		"empty grade": {&none, []string{"anna@example.com"}},
		"a grade":     {&senior, []string{"anna@example.com", "senior"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := costing.StaffCodes("anna@example.com", c.grade); !slices.Equal(got, c.want) {
				t.Errorf("%v; want %v", got, c.want)
			}
		})
	}
}

// TestNewContactInputIsWhole: the constructor sets every field, so a field that is added must become a parameter.
func TestNewContactInputIsWhole(t *testing.T) {
	t.Parallel()
	in := reflect.ValueOf(costing.NewContactInput(costing.InMinutes(dec("1")), "PHONE", money.Minor(2), []string{"anna@example.com"}, []costing.Line{{}}, costing.Participant{}))
	for i := range in.NumField() {
		if in.Field(i).IsZero() {
			t.Errorf("%s is not set", in.Type().Field(i).Name)
		}
	}
}

// TestRateKeys: whatever rate is missing was among the keys.
func TestRateKeys(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		in   costing.ContactInput
		want []costing.RateKey
	}{
		"nothing": {costing.ContactInput{}, []costing.RateKey{}},
		"a letter": {
			costing.NewContactInput(costing.Duration{}, "LETTER", money.Amount{}, nil, nil),
			[]costing.RateKey{{Subject: "CHANNEL_FEE", Code: "LETTER"}, {Subject: "CHANNEL_MINUTE", Code: "LETTER"}},
		},
		"a call": {
			costing.NewContactInput(costing.InMinutes(dec("5")), "SMS", money.Amount{}, []string{"boris@example.com", "junior"}, nil),
			[]costing.RateKey{
				{Subject: "CHANNEL_FEE", Code: "SMS"},
				{Subject: "CHANNEL_MINUTE", Code: "SMS"},
				{Subject: "STAFF", Code: "boris@example.com"},
				{Subject: "STAFF", Code: "junior"},
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			keys := c.in.RateKeys()
			if !slices.Equal(keys, c.want) {
				t.Errorf("%v; want %v", keys, c.want)
			}
			cost, err := costing.Contact(c.in, costing.NewRates(nil), day, day, rub)
			if err != nil {
				t.Fatal(err)
			}
			for _, missing := range cost.Missing {
				if !slices.Contains(keys, missing) {
					t.Errorf("%v is missing and not among %v", missing, keys)
				}
			}
		})
	}
}
