package customers

import (
	"regexp"
	"slices"
	"strings"

	"kopeck/ent"
	"kopeck/fault"
	"kopeck/service/input"
)

// MaxTags is how many tags a customer has at most. A merge may make it more.
const MaxTags = 50

// country is a code of ISO 3166.
var country = regexp.MustCompile(`^[A-Z]{2}$`)

// CheckAddress checks an address, and brings it into the form in which it is kept. INVALID by field.
func CheckAddress(a *ent.Address) error {
	var faults fault.List
	if a.Country != nil {
		code := strings.ToUpper(strings.TrimSpace(*a.Country))
		if a.Country = input.NonEmpty(code); code != "" && !country.MatchString(code) {
			faults.Add(fault.Invalidf("country", "want the two letters of a country in ISO 3166, such as RU"))
		}
	}
	for _, part := range []struct {
		name string
		at   **string
		most int
	}{{"region", &a.Region, 100}, {"city", &a.City, 100}, {"street", &a.Street, 300}, {"postalCode", &a.PostalCode, 20}} {
		checked, err := input.OptionalText(part.name, *part.at, part.most)
		faults.Add(err)
		*part.at = checked
	}
	if err := faults.Or(); err != nil {
		return err
	}
	if a.Country == nil && a.Region == nil && a.City == nil && a.Street == nil && a.PostalCode == nil {
		return fault.Invalidf("street", "want a country, region, city, street or postal code")
	}
	return nil
}

// TagKey returns the text by which tags are compared.
func TagKey(tag string) string { return input.Fold(tag) }

// CheckTags checks tags, and returns each once. INVALID on a field.
func CheckTags(field string, tags []string) ([]string, error) {
	if len(tags) > MaxTags {
		return nil, fault.Invalidf(field, "want at most %d tags", MaxTags)
	}
	var checked []string
	for _, tag := range tags {
		tag, err := input.Text(field, tag, 50)
		if err != nil {
			return nil, err
		}
		if strings.ContainsAny(tag, ",;\n\t\r") {
			return nil, fault.Invalidf(field, "want each tag as a text of its own, without commas, semicolons and line breaks")
		}
		if !slices.ContainsFunc(checked, func(other string) bool { return TagKey(other) == TagKey(tag) }) {
			checked = append(checked, tag)
		}
	}
	return checked, nil
}
