package service

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/url"

	"golang.org/x/text/language"

	"kopeck/service/input"
)

// Company is who the company is: the controller of customers' personal data, as customers and authorities are told.
type Company struct {
	Name            string `json:"name"`
	Address         string `json:"address"`
	Contact         string `json:"contact"`      // whom to ask, and how
	Jurisdiction    string `json:"jurisdiction"` // an ISO 3166 code of a country
	Email           string `json:"email,omitempty"`
	Phone           string `json:"phone,omitempty"`
	URL             string `json:"url,omitempty"`             // where customers find us, before /permissions/revoke
	PolicyURL       string `json:"policyUrl,omitempty"`       // of the privacy policy
	StorageLocation string `json:"storageLocation,omitempty"` // an ISO 3166 code; the jurisdiction by default
	Retention       string `json:"retention,omitempty"`       // how long personal data are kept
	Authority       string `json:"authority,omitempty"`       // to which a customer may complain
}

// parseCompany reads who the company is; null is not stated.
func parseCompany(v json.RawMessage) (*Company, error) {
	if string(v) == "null" {
		return nil, nil
	}
	strict := json.NewDecoder(bytes.NewReader(v))
	strict.DisallowUnknownFields()
	var c Company
	if err := strict.Decode(&c); err != nil {
		return nil, fmt.Errorf("want null, or an object of texts such as {\"name\": …, \"address\": …, \"contact\": …, \"jurisdiction\": \"RU\"}: %w", err)
	}
	for _, field := range []struct {
		name, text string
		required   bool
	}{
		{"name", c.Name, true},
		{"address", c.Address, true},
		{"contact", c.Contact, true},
		{"email", c.Email, false},
		{"phone", c.Phone, false},
		{"retention", c.Retention, false},
		{"authority", c.Authority, false},
	} {
		if field.text == "" && !field.required {
			continue
		}
		if _, err := input.Text(field.name, field.text, 500); err != nil {
			return nil, fmt.Errorf("%s: %w", field.name, err)
		}
	}
	for _, link := range []struct{ name, text string }{{"url", c.URL}, {"policyUrl", c.PolicyURL}} {
		if at, err := url.Parse(link.text); link.text != "" && (err != nil || at.Scheme != "https" && at.Scheme != "http" || at.Host == "" || len(link.text) > 500) {
			return nil, fmt.Errorf("%s: want an address that begins with https://", link.name)
		}
	}
	if c.StorageLocation == "" {
		c.StorageLocation = c.Jurisdiction
	}
	for _, country := range []struct{ name, code string }{{"jurisdiction", c.Jurisdiction}, {"storageLocation", c.StorageLocation}} {
		if region, err := language.ParseRegion(country.code); err != nil || !region.IsCountry() || region.String() != country.code {
			return nil, fmt.Errorf("%s: want the ISO 3166 code of a country, such as \"RU\"", country.name)
		}
	}
	return &c, nil
}
