package input

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/nyaruka/phonenumbers"
	"golang.org/x/text/unicode/norm"

	"kopeck/fault"
)

// A phone number is kept in E.164, "+79001234567", with an extension as RFC 3966 writes it, "+74950001122;ext=15". So it is the same
// number for ever, whatever region is set later. What is no number of any country, such as 112 or an internal 4015, is
// kept as its digits.

// FewestDigits is how many digits of a phone a customer is found by at least.
const FewestDigits = 4

// maxPhone is how many digits a number has at most: 15 in E.164, with the prefix of a call abroad.
const maxPhone = 18

// extensionMark stands before an extension.
const extensionMark = ";ext="

var (
	// phoneNumber is a number with what people put between digits.
	phoneNumber = regexp.MustCompile(`^[0-9+()\[\]./\s\p{Zs}\p{Pd}\x{2212}]+$`)
	// phoneLabel is what people and programs write before a number.
	phoneLabel = regexp.MustCompile(`(?i)^(?:(?:tel|callto|phone|mob|тел|моб)\s*[.:]+\s*)+`)
	// phoneExtension is what follows a number to reach one person.
	phoneExtension = regexp.MustCompile(`(?i)[,;]?\s*(?:доб(?:авочный)?\.?|вн(?:утр)?\.?|ext(?:ension)?[.:=]?|x|#)\s*(\d{1,8})$`)
	// twoPhones is a number with another, or an end of another, behind it: 8 903 123-45-71/72, or 8(903)7771122 (15).
	twoPhones = regexp.MustCompile(`^(?:\D*\d){7,}\D*[/(\[]`)
	// wholePhone is a number that a spreadsheet or a program has written as a decimal: 79031234570.0.
	wholePhone = regexp.MustCompile(`^(\d{7,})\.0+$`)
	// roundedPhone is a number as a spreadsheet shows it that has lost digits.
	roundedPhone = regexp.MustCompile(`^\d+([.,]\d+)?[eEеЕ]\+?\d+$`)
)

// Regions lists the countries by whose rules a number without a country code can be read: ISO 3166 codes such as "RU".
func Regions() []string {
	var regions []string
	for region := range phonenumbers.GetSupportedRegions() {
		regions = append(regions, region)
	}
	slices.Sort(regions)
	return regions
}

// Phone reads a phone number in any notation and returns the form in which it is kept. A number without a country code is one of the
// region; "" is no region. Reading the result again, by whatever region, gives the same. Fault: INVALID.
func Phone(field, text, region string) (string, error) {
	main, extension := splitPhone(text)
	if reason := notPhone(text, main); reason != "" {
		return "", fault.Invalidf(field, "not a phone number: %s", reason)
	}
	number := internationalPhone(main, region)
	if number == "" {
		if twoPhones.MatchString(main) {
			return "", fault.Invalidf(field, "not a phone number: want one number: this has another, or an extension without ext. or доб., behind it")
		}
		if number = digitsOf(main); strings.HasPrefix(main, "+") {
			if !countryCode(number) {
				return "", fault.Invalidf(field, "not a phone number: no country has the code that it begins with")
			}
			number = "+" + number
		}
	}
	if extension != "" {
		number += extensionMark + extension
	}
	return number, nil
}

// IsE164 reports whether a phone number, as it is kept, is that of one line in the world.
func IsE164(phone string) bool { return strings.HasPrefix(phone, "+") }

// PhoneDigits returns the digits of a phone number as it is kept, with those of its extension.
func PhoneDigits(phone string) string { return digitsOf(phone) }

// PhoneSpellings returns what the digits of a number begin with, from some digit on, if a text that was typed so far is a part of it:
// as it was typed, without what one dials to call abroad or within the region, and as the whole number that it may be. It is nil for
// a text that is not written as a phone number.
func PhoneSpellings(text, region string) []string {
	main, extension := splitPhone(text)
	typed := digitsOf(main)
	if !phoneNumber.MatchString(main) || len(typed) > maxPhone || extension != "" && len(typed) < 7 {
		return nil
	}
	spellings := []string{typed}
	if number, err := phonenumbers.Parse(internationalPhone(main, region), ""); err == nil {
		spellings = append(spellings, digitsOf(phonenumbers.Format(number, phonenumbers.E164)))
		if national := phonenumbers.GetNationalSignificantNumber(number); len(national) >= 7 {
			spellings = append(spellings, national)
		}
	}
	for _, abroad := range []string{"00", "810", "011"} {
		if rest, found := strings.CutPrefix(typed, abroad); found {
			spellings = append(spellings, rest)
		}
	}
	if strings.HasPrefix(main, "+") || strings.HasPrefix(typed, "00") {
		spellings = append(spellings, strings.TrimPrefix(digitsOf(strings.Replace(main, "(0)", "", 1)), "00"))
	} else if country := phonenumbers.GetCountryCodeForRegion(region); country != 0 {
		if rest, found := strings.CutPrefix(typed, phonenumbers.GetNddPrefixForRegion(region, true)); found && rest != typed {
			spellings = append(spellings, strconv.Itoa(country)+rest)
		}
		if rest, found := strings.CutPrefix(typed, "0"); found {
			spellings = append(spellings, rest)
		}
	}
	slices.Sort(spellings)
	return slices.DeleteFunc(slices.Compact(spellings), func(one string) bool { return len(one) < FewestDigits })
}

// splitPhone returns a number in plain characters, without a label, and its extension.
func splitPhone(text string) (main, extension string) {
	main = strings.Map(func(c rune) rune {
		switch {
		case unicode.Is(unicode.Cf, c):
			return -1
		case unicode.IsSpace(c):
			return ' '
		case unicode.Is(unicode.Nd, c):
			return '0' + digitValue(c)
		}
		return c
	}, norm.NFKC.String(text))
	main = strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(main), "'")) // by which spreadsheets mark a text
	main = wholePhone.ReplaceAllString(phoneLabel.ReplaceAllString(main, ""), "$1")
	if at := phoneExtension.FindStringSubmatchIndex(main); at != nil {
		return strings.TrimSpace(main[:at[0]]), main[at[2]:at[3]]
	}
	return main, ""
}

// digitValue is the value of a decimal digit of any script: the digits of each are ten in a row.
func digitValue(c rune) rune {
	var value rune
	for value < 9 && unicode.Is(unicode.Nd, c-value-1) {
		value++
	}
	return value
}

// notPhone says why a text is no phone number, "" if it is one.
func notPhone(text, main string) string {
	n := len(digitsOf(main))
	switch {
	case roundedPhone.MatchString(strings.TrimSpace(text)):
		return "a spreadsheet has rounded it: format the column as text before you save the file"
	case !phoneNumber.MatchString(main) || strings.LastIndex(main, "+") > strings.IndexAny(main, "0123456789"):
		return "want one number: digits with +, blanks, brackets, points and hyphens between them, and an extension behind ext. or доб."
	case n < 3:
		return "want at least three digits"
	case n > maxPhone:
		return "more digits than one number has: want one number"
	}
	return ""
}

// internationalPhone returns a number in E.164, "" if it is none. With a + it is taken as it is if it has a possible length; without,
// it must be one that the plan of its country gives out.
func internationalPhone(main, region string) string {
	digits := digitsOf(main)
	if strings.HasPrefix(main, "+") {
		if number, err := phonenumbers.Parse(main, ""); err == nil && phonenumbers.IsPossibleNumber(number) {
			return phonenumbers.Format(number, phonenumbers.E164)
		}
		return ""
	}
	try := func(text, region string) string {
		if number, err := phonenumbers.Parse(text, region); err == nil && phonenumbers.IsValidNumber(number) {
			return phonenumbers.Format(number, phonenumbers.E164)
		}
		return ""
	}
	if rest, found := strings.CutPrefix(digits, "00"); found {
		if number := try("+"+rest, ""); number != "" {
			return number
		}
	}
	if number := try(main, region); region != "" && number != "" {
		return number
	}
	if len(digits) >= 11 { // with the country code, and without the +
		return try("+"+digits, "")
	}
	return ""
}

// countryCode reports whether digits begin with the code of a country.
func countryCode(digits string) bool {
	for n := 1; n <= min(3, len(digits)); n++ {
		if code, err := strconv.Atoi(digits[:n]); err == nil && phonenumbers.GetRegionCodeForCountryCode(code) != phonenumbers.UNKNOWN_REGION {
			return true
		}
	}
	return false
}

// digitsOf returns the ASCII digits of a text.
func digitsOf(text string) string {
	return strings.Map(func(c rune) rune {
		if c >= '0' && c <= '9' {
			return c
		}
		return -1
	}, text)
}
