package service

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
	"time"

	"kopeck/service/input"
)

// Look is how the pages for customers look, and what they say besides.
type Look struct {
	Logo   string              `json:"logo,omitempty"`   // a picture as a data URL; "" for none
	Colour string              `json:"colour,omitempty"` // of buttons and links: "#1d4ed8"
	Texts  map[string]LookText `json:"texts,omitempty"`  // by language: "ru", "en"
}

// LookText is what the pages say in a language besides their own words.
type LookText struct {
	Greeting string `json:"greeting,omitempty"`
	Footer   string `json:"footer,omitempty"`
}

// standardColour is the colour of buttons and links unless the setting page has another.
const standardColour = "#1d4ed8"

const (
	maxLogo   = 24_000 // characters: a page has at most 50 KB
	leastRate = 4.5    // of white text on the colour: WCAG 2.2, success criterion 1.4.3
)

var (
	colours  = regexp.MustCompile(`^#[0-9a-f]{6}$`)
	pictures = regexp.MustCompile(`^data:image/(png|jpeg|webp|svg\+xml);base64,`)
)

// parseLook reads how the pages look.
func parseLook(v json.RawMessage) (Look, error) {
	look := Look{Colour: standardColour}
	strict := json.NewDecoder(bytes.NewReader(v))
	strict.DisallowUnknownFields()
	if err := strict.Decode(&look); err != nil || string(v) == "null" {
		return Look{}, errors.New(`want an object such as {"colour": "#1d4ed8", "logo": "data:image/png;base64,…", "texts": {"ru": {"greeting": "…", "footer": "…"}}}`)
	}
	look.Colour = strings.ToLower(look.Colour)
	if !colours.MatchString(look.Colour) {
		return Look{}, errors.New("colour: want six hexadecimal digits such as \"#1d4ed8\"")
	}
	if rate := contrast(look.Colour); rate < leastRate {
		return Look{}, fmt.Errorf("colour: white text on it has a contrast of %.1f; want a darker one, with at least %.1f", rate, leastRate)
	}
	if look.Logo != "" {
		kind := pictures.FindString(look.Logo)
		if _, err := base64.StdEncoding.DecodeString(look.Logo[len(kind):]); kind == "" || err != nil || len(look.Logo) > maxLogo {
			return Look{}, fmt.Errorf("logo: want a PNG, JPEG, WebP or SVG as data:image/png;base64,… of at most %d characters", maxLogo)
		}
	}
	for language, text := range look.Texts {
		if language != "ru" && language != "en" {
			return Look{}, fmt.Errorf("texts: %q is no language of the pages; want ru or en", language)
		}
		for name, one := range map[string]string{"greeting": text.Greeting, "footer": text.Footer} {
			if one == "" {
				continue
			}
			if _, err := input.Text(name, one, 2000); err != nil {
				return Look{}, fmt.Errorf("texts.%s.%s: %w", language, name, err)
			}
		}
	}
	return look, nil
}

// contrast returns the contrast of white with a colour (WCAG 2.2, contrast ratio).
func contrast(colour string) float64 {
	light := 0.0
	for i, weight := range []float64{0.2126, 0.7152, 0.0722} {
		n, _ := strconv.ParseUint(colour[1+2*i:3+2*i], 16, 8) // six hexadecimal digits, as was checked
		c := float64(n) / 255
		if c <= 0.04045 {
			c /= 12.92
		} else {
			c = math.Pow((c+0.055)/1.055, 2.4)
		}
		light += weight * c
	}
	return 1.05 / (light + 0.05)
}

// RequestDeadline is within which time a request by a customer's right is to be answered: working days, days or months, of which one is not 0.
type RequestDeadline struct {
	WorkingDays int `json:"workingDays,omitempty"`
	Days        int `json:"days,omitempty"`
	Months      int `json:"months,omitempty"`
}

// parseDeadline reads a time within which requests are to be answered.
func parseDeadline(v json.RawMessage) (RequestDeadline, error) {
	var d RequestDeadline
	strict := json.NewDecoder(bytes.NewReader(v))
	strict.DisallowUnknownFields()
	err := strict.Decode(&d)
	stated := 0
	for _, one := range []struct{ n, most int }{{d.WorkingDays, 90}, {d.Days, 90}, {d.Months, 3}} {
		if one.n < 0 || one.n > one.most {
			err = errors.Join(err, errors.New("out of range"))
		}
		if one.n != 0 {
			stated++
		}
	}
	if err != nil || stated != 1 {
		return d, errors.New(`want one of {"workingDays": 10}, {"days": 30} and {"months": 1}: up to 90 days or 3 months`)
	}
	return d, nil
}

// DueAt returns the moment by which what was asked at a moment is to be answered: the end of the last day. The day on which it was asked does not count.
func (s *Settings) DueAt(asked time.Time) time.Time {
	day, d := s.Day(asked), s.RequestDeadline
	switch {
	case d.Months != 0:
		local := asked.In(s.Zone)
		last := time.Date(local.Year(), local.Month()+time.Month(d.Months)+1, 0, 12, 0, 0, 0, s.Zone) // the last day of that month
		due := time.Date(local.Year(), local.Month()+time.Month(d.Months), min(local.Day(), last.Day()), 12, 0, 0, 0, s.Zone)
		day = s.Day(due)
	case d.Days != 0:
		day += d.Days
	default:
		for worked := 0; worked < d.WorkingDays; {
			if day++; s.Calendar.Works(day) {
				worked++
			}
		}
	}
	return s.StartOfDay(day + 1)
}
