package input_test

import (
	"slices"
	"strings"
	"testing"

	"kopeck/service/input"
)

// spellings are ways to write one phone number in Russia, and how far it was typed.
var spellings = []string{
	"+7 900 111-22-33", "+79001112233", "8 900 111-22-33", "8(900)1112233", "89001112233", "79001112233", "7 900 111 22 33", "900 111-22-33", "9001112233",
	"8 900 111", "8900111", "+7 900 11", "7900", "900 111", "111-22-33", "111 22 33", "2233", "22-33",
	"007 900 111 22 33", "00 7 900 111-22-33", "8107 900 1112233", "+7 (8) 900 111-22-33",
	"+7 900 111-22-33 доб. 15", "8 900 111-22-33 ext 15", "+7 900 111-22-33 x15", "+79001112233;ext=15", "8 900 111-22-33, доб 15", "8 900 1112233 #15",
	"+7\u00a0900\u00a0111\u201122\u201133", "+7\u202f900 111\u221222\u221233", "tel:+79001112233", "tel:+7-900-111-22-33;ext=15", "TEL: 8 900 111 22 33", "тел. 8 900 111-22-33",
	"+7.900.111.22.33", "8/900/111/22/33", "[900] 111-22-33", "８９００１１１２２３３", "+٧٩٠٠١١١٢٢٣٣", "\u202a+7 900 111-22-33\u202c", "+7\u200b9001112233", "'+79001112233", "  8 900 111-22-33 ",
}

func TestPhoneSpellings(t *testing.T) {
	t.Parallel()
	begins := func(digits string, of []string) bool {
		return slices.ContainsFunc(of, func(one string) bool { return strings.Contains(digits, one) })
	}
	for _, text := range spellings {
		t.Run(text, func(t *testing.T) {
			t.Parallel()
			got := input.PhoneSpellings(text, "RU")
			if !begins("79001112233", got) || begins("79265554433", got) {
				t.Errorf("%q", got)
			}
		})
	}
	for _, c := range []struct{ text, region, finds string }{
		{"0033 6 12 34 56 78", "RU", "33612345678"},
		{"0033 6 12", "RU", "33612345678"},
		{"+33 (0)6 12 34", "RU", "33612345678"},
		{"+33 (0)6 12 34 56 78", "RU", "33612345678"},
		{"810 33 6 12 34 56 78", "RU", "33612345678"},
		{"06 12 34", "RU", "33612345678"}, // as they dial at home
		{"33612345678", "RU", "33612345678"},
		{"06 12 34 56 78", "FR", "33612345678"},
		{"06 12 34", "FR", "33612345678"},
		{"011 33 6 12 34 56 78", "US", "33612345678"},
		{"(212) 555-0100", "US", "12125550100"},
		{"1 212 555", "US", "12125550100"},
		{"+49 30 901820", "RU", "030901820"}, // kept before the region was known
		{"030 90 18", "DE", "4930901820"},
		{"1234", "", "12345"},
	} {
		t.Run(c.text+" in "+c.region, func(t *testing.T) {
			t.Parallel()
			if got := input.PhoneSpellings(c.text, c.region); !begins(c.finds, got) {
				t.Errorf("%q, which does not find %s", got, c.finds)
			}
		})
	}
	for _, text := range []string{"", "Anna", "112", "Anna 8 900 111", "a@b.example", "1234 x1", "12345678901234567890"} {
		t.Run("not "+text, func(t *testing.T) {
			t.Parallel()
			if got := input.PhoneSpellings(text, "RU"); len(got) > 0 {
				t.Errorf("%q", got)
			}
		})
	}
}

func TestPhone(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ text, region, want, says string }{
		{"8 (900) 123.45.67", "RU", "+79001234567", ""},
		{"8 (900) 123.45.67", "", "89001234567", ""},
		{"9001234567", "RU", "+79001234567", ""},
		{"9001234567", "", "9001234567", ""},
		{"(917) 555-0100", "US", "+19175550100", ""},
		{"+7 000 000-00-00", "RU", "+70000000000", ""}, // as it was given, with its country
		{"79031234570.0", "RU", "+79031234570", ""},
		{"+8 900 123 45 67", "RU", "", "no country has the code"},
		{"8 903 123-45-71/72", "RU", "", "want one number"},
		{"8(903)7771122 (15)", "RU", "", "want one number"},
		{"+7 903 123-45-67 / 68", "RU", "", "want one number"},
		{"33612345678", "RU", "+33612345678", ""},
		{"112", "RU", "112", ""},
		{"4015", "RU", "4015", ""},
		{"+7 495 000-11-22 доб. 15", "RU", "+74950001122;ext=15", ""},
		{"+74950001122;ext=15", "US", "+74950001122;ext=15", ""},
		{"+1 212 555 0100 ext. 4", "RU", "+12125550100;ext=4", ""},
		{"030 901820", "DE", "+4930901820", ""},
		{"030 901820", "RU", "030901820", ""},
		{"'+79001112244", "RU", "+79001112244", ""},
		{"12", "RU", "", "at least three digits"},
		{"7,90011E+10", "RU", "", "a spreadsheet has rounded it"},
		{"7.90011122233E+10", "RU", "", "a spreadsheet has rounded it"},
		{`="+79001112255"`, "RU", "", "want one number"},
		{"#N/A", "RU", "", "want one number"},
		{"NULL", "RU", "", "want one number"},
		{"-", "RU", "", "at least three digits"},
		{"+7 900 111-22-66, +7 900 111-22-77", "RU", "", "want one number"},
		{"+7 900 111-22-66 / +7 900 111-22-77", "RU", "", "want one number"},
		{"8 900 111-22-66 / 8 900 111-22-77", "RU", "", "one number"},
		{"call me", "RU", "", "want one number"},
	} {
		t.Run(c.text+" in "+c.region, func(t *testing.T) {
			t.Parallel()
			got, err := input.Phone("f", c.text, c.region)
			if got != c.want || invalid(err) != (c.says != "") || err != nil && !strings.Contains(err.Error(), c.says) {
				t.Errorf("%q, %v; want %q, %q", got, err, c.want, c.says)
			}
			if again, err := input.Phone("f", got, "US"); got != "" && input.IsE164(got) && (again != got || err != nil) {
				t.Errorf("read again in another region: %q, %v", again, err)
			}
		})
	}
}

// Every way to write a whole number is kept the same.
func TestPhoneIsOne(t *testing.T) {
	t.Parallel()
	for _, text := range spellings {
		t.Run(text, func(t *testing.T) {
			t.Parallel()
			if typed := input.PhoneSpellings(text, "RU"); !slices.Contains(typed, "79001112233") {
				return // typed so far
			}
			got, err := input.Phone("f", text, "RU")
			if main, extension, _ := strings.Cut(got, ";ext="); err != nil || main != "+79001112233" || extension != "" && extension != "15" {
				t.Errorf("%q, %v", got, err)
			}
		})
	}
}

func FuzzPhone(f *testing.F) {
	for _, text := range spellings {
		f.Add(text, "RU")
	}
	f.Add("700000\r0000", "RU")
	f.Fuzz(func(t *testing.T, text, region string) {
		got, err := input.Phone("f", text, region)
		if err != nil {
			return
		}
		again, err := input.Phone("f", got, region)
		if err != nil || again != got || len(got) > 40 {
			t.Errorf("%q is kept as %q, and that as %q, %v", text, got, again, err)
		}
	})
}
