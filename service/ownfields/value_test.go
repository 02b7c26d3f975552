package ownfields_test

import (
	"fmt"
	"strings"
	"testing"

	"kopeck/ent"
	"kopeck/money"
	"kopeck/schema"
	"kopeck/service/ownfields"
)

func TestRead(t *testing.T) {
	t.Parallel()
	number := &ent.FieldDefinition{Type: schema.FieldNumber, Least: ptr(money.MustDecimal("-1.5")), Most: ptr(money.MustDecimal("10"))}
	days := &ent.FieldDefinition{Type: schema.FieldDay, Earliest: day("2020-01-01"), Latest: day("2020-12-31")}
	text := &ent.FieldDefinition{Type: schema.FieldText, MaxLength: ptr(3)}
	choice := &ent.FieldDefinition{Type: schema.FieldChoice, Words: []string{"gold", "or silver"}}
	flag := &ent.FieldDefinition{Type: schema.FieldBoolean}
	for _, c := range []struct {
		of         *ent.FieldDefinition
		text, want string // "value number", or "" for an error
	}{
		{number, " 2.50 ", "2.5 2500000000"},
		{number, "-1.5", "-1.5 -1500000000"},
		{number, "10.0", "10 10000000000"},
		{number, "-1.500000001", ""},
		{number, "10.000000001", ""},
		{number, "1e3", ""},
		{number, "", ""},
		{number, "1.0000000001", ""},
		{number, "99999999999999999999", ""},
		{number, "1,5", ""},
		{days, "2020-01-01", "2020-01-01 18262"},
		{days, "2020-12-31", "2020-12-31 18627"},
		{days, "2019-12-31", ""},
		{days, "2021-01-01", ""},
		{days, "2020-02-30", ""},
		{days, "01.02.2020", ""},
		{&ent.FieldDefinition{Type: schema.FieldDay}, "1899-12-31", ""},
		{&ent.FieldDefinition{Type: schema.FieldDay}, "2200-12-31", "2200-12-31 84370"},
		{&ent.FieldDefinition{Type: schema.FieldDay}, "9999-12-31", ""},
		{text, " яяя ", "яяя"},
		{text, "яяяя", ""},
		{text, "  ", ""},
		{text, "a\x00", ""},
		{&ent.FieldDefinition{Type: schema.FieldText}, strings.Repeat("я", 500), strings.Repeat("я", 500)},
		{&ent.FieldDefinition{Type: schema.FieldText}, strings.Repeat("я", 501), ""},
		{choice, "or silver", "or silver"},
		{choice, "Gold", ""},
		{choice, "", ""},
		{flag, "TRUE", "true"},
		{flag, "false", "false"},
		{flag, "1", ""},
	} {
		t.Run(fmt.Sprintf("%s %.20q", c.of.Type, c.text), func(t *testing.T) {
			t.Parallel()
			value, number, err := ownfields.Read(c.of, c.text)
			got := value
			if number != nil {
				got += fmt.Sprint(" ", *number)
			}
			if err != nil {
				got = ""
			}
			if got != c.want {
				t.Errorf("%q, %v; want %q", got, err, c.want)
			}
		})
	}
}
