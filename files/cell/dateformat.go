package cell

import (
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"kopeck/files/option"
)

// dateFormat is a format of dates and times, as a list of its parts.
type dateFormat struct {
	text  string
	parts []datePart
	hours bool // it has a time of day
}

// datePart is a token such as YYYY, or a literal text.
type datePart struct{ token, literal string }

// dateTokens are the parts that stand for something, longer ones before what they begin with.
var dateTokens = []string{"YYYY", "YY", "MMMM", "MMM", "MM", "M", "DD", "D", "HH", "H", "hh", "h", "mm", "m", "ss", "s", "SSS", "A", "a", "Z"}

// parseDateFormat reads a format. What is neither a token nor punctuation is refused.
func parseDateFormat(format string) (*dateFormat, error) {
	f := &dateFormat{text: format}
	has := map[byte]int{} // tokens by their first letter
	for rest := format; rest != ""; {
		part, n := nextDatePart(rest)
		if n == 0 {
			return nil, option.Errorf("--date-format %q: %q is no part of a format: want YYYY YY MMMM MMM MM M DD D HH H hh h mm ss SSS A (AM or PM) Z (an offset such as -0400) and punctuation, like \"M/D/YYYY h:mm A\"", format, unknownPart(rest))
		}
		if part.token != "" {
			has[part.token[0]]++
		}
		f.parts, rest = append(f.parts, part), rest[n:]
	}
	has['A'] += has['a']
	f.hours = has['H']+has['h'] > 0
	switch {
	case has['Y'] != 1 || has['M'] != 1 || has['D'] != 1:
		return nil, option.Errorf("--date-format %q: want year, month and day once each, like \"M/D/YYYY H:mm\"", format)
	case has['H']+has['h'] > 1 || has['m'] > 1 || has['s'] > 1 || has['S'] > 1 || has['A'] > 1 || has['Z'] > 1:
		return nil, option.Errorf("--date-format %q: a part stands in it twice", format)
	case (has['h'] == 1) != (has['A'] == 1):
		return nil, option.Errorf("--date-format %q: hours up to 12 (h) and AM or PM (A) go together", format)
	case !f.hours && has['m']+has['s']+has['S']+has['Z'] > 0, has['m'] == 0 && has['s']+has['S'] > 0:
		return nil, option.Errorf("--date-format %q: want hours before minutes, and minutes before seconds", format)
	}
	return f, nil
}

// nextDatePart returns the part that a format begins with, and its length; 0 for none.
func nextDatePart(format string) (datePart, int) {
	if quoted, ok := strings.CutPrefix(format, "["); ok {
		if literal, _, closed := strings.Cut(quoted, "]"); closed {
			return datePart{literal: literal}, len(literal) + 2
		}
	}
	for _, token := range dateTokens {
		if strings.HasPrefix(format, token) {
			if next := format[len(token):]; next != "" && token != "A" && token != "a" && next[0] == token[0] {
				return datePart{}, 0 // YYYYY
			}
			return datePart{token: token}, len(token)
		}
	}
	c, n := utf8.DecodeRuneInString(format)
	if c == 'T' || !unicode.IsDigit(c) && (c >= utf8.RuneSelf || !unicode.IsLetter(c)) {
		return datePart{literal: format[:n]}, n
	}
	return datePart{}, 0
}

// unknownPart returns the beginning of a text up to the next blank.
func unknownPart(text string) string {
	if at := strings.IndexByte(text, ' '); at > 0 {
		text = text[:at]
	}
	return option.Short(text)
}

// clock is a date and a time of day as a text gives them.
type clock struct {
	year, month, day, hour, minute, second, nano int
	offset                                       *time.Location // nil where none is given
	half                                         string         // "AM" or "PM"
}

// parse reads a text of the format.
func (f *dateFormat) parse(text string) (c clock, ok bool) {
	for _, part := range f.parts {
		if part.token == "" {
			if text, ok = strings.CutPrefix(foldBlanks(text), foldBlanks(part.literal)); !ok {
				return c, false
			}
			continue
		}
		if text, ok = c.take(part.token, text); !ok {
			return c, false
		}
	}
	switch {
	case text != "" || c.half != "" && (c.hour < 1 || c.hour > 12):
		return c, false
	case c.half == "PM" && c.hour < 12:
		c.hour += 12
	case c.half == "AM" && c.hour == 12:
		c.hour = 0
	}
	return c, c.hour < 24 && c.minute < 60 && c.second < 60
}

// take reads a token at the beginning of a text, and returns what is behind it.
func (c *clock) take(token, text string) (rest string, ok bool) {
	switch token {
	case "YYYY":
		return digits(text, 4, 4, &c.year)
	case "YY":
		if rest, ok = digits(text, 2, 2, &c.year); c.year >= 69 {
			c.year += 1900
		} else {
			c.year += 2000
		}
		return rest, ok
	case "MMMM", "MMM":
		return c.takeMonth(text)
	case "MM":
		return digits(text, 2, 2, &c.month)
	case "M":
		return digits(text, 1, 2, &c.month)
	case "DD":
		return digits(text, 2, 2, &c.day)
	case "D":
		return digits(text, 1, 2, &c.day)
	case "HH", "H", "hh", "h":
		return digits(text, 1, 2, &c.hour)
	case "mm":
		return digits(text, 2, 2, &c.minute)
	case "m":
		return digits(text, 1, 2, &c.minute)
	case "ss":
		return digits(text, 2, 2, &c.second)
	case "s":
		return digits(text, 1, 2, &c.second)
	case "SSS":
		rest, ok = digits(text, 1, 9, &c.nano)
		for range 9 - (len(text) - len(rest)) {
			c.nano *= 10
		}
		return rest, ok
	case "Z":
		return c.takeOffset(text)
	}
	if len(text) < 2 {
		return text, false
	}
	c.half = strings.ToUpper(text[:2])
	return text[2:], c.half == "AM" || c.half == "PM"
}

// digits reads from least to most digits.
func digits(text string, least, most int, to *int) (rest string, ok bool) {
	n := 0
	for n < len(text) && n < most && text[n] >= '0' && text[n] <= '9' {
		n++
	}
	if n < least {
		return text, false
	}
	*to, ok = number(text[:n])
	return text[n:], ok
}

// takeMonth reads the English name of a month, whole or its first three letters.
func (c *clock) takeMonth(text string) (rest string, ok bool) {
	for month := time.January; month <= time.December; month++ {
		for _, name := range []string{month.String(), month.String()[:3]} {
			if len(text) >= len(name) && strings.EqualFold(text[:len(name)], name) {
				c.month = int(month)
				return strings.TrimPrefix(text[len(name):], "."), true
			}
		}
	}
	return text, false
}

// takeOffset reads an offset from UTC: -0400, -04:00, -04, Z, UTC or GMT.
func (c *clock) takeOffset(text string) (rest string, ok bool) {
	for _, name := range []string{"UTC", "GMT", "Z"} {
		if rest, ok := strings.CutPrefix(text, name); ok {
			c.offset = time.UTC
			return rest, true
		}
	}
	if text == "" || text[0] != '+' && text[0] != '-' {
		return text, false
	}
	var hours, minutes int
	if rest, ok = digits(text[1:], 2, 2, &hours); !ok {
		return text, false
	}
	if behind, more := digits(strings.TrimPrefix(rest, ":"), 2, 2, &minutes); more {
		rest = behind
	}
	if hours > 14 || minutes > 59 {
		return text, false
	}
	seconds := hours*3600 + minutes*60
	if text[0] == '-' {
		seconds = -seconds
	}
	c.offset = time.FixedZone("", seconds)
	return rest, true
}
