package customers

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"entgo.io/ent/dialect/sql"

	"kopeck/ent"
	"kopeck/ent/predicate"
	"kopeck/fault"
	"kopeck/service/input"
	"kopeck/store"
)

// A customer is found by the beginnings of words: search_terms holds, folded, every word of the name, the e-mail
// and its parts, the external id, and every tail of at least four of the phone's digits. A search is then one range
// of an index for each word, on both databases.

const (
	longestTerm = 100 // bytes
	mostWords   = 8
)

// FewestDigits is how many digits of a phone a customer is found by at least.
const FewestDigits = 4

// SearchTerms returns the terms by which a customer is found, each once.
func SearchTerms(c *ent.Customer) []string {
	var terms []string
	add := func(text string) {
		for _, word := range words(text) {
			terms = append(terms, cut(word))
		}
	}
	add(c.Name)
	if c.Email != nil {
		terms = append(terms, cut(input.Fold(*c.Email)))
		add(*c.Email)
	}
	if c.ExternalID != nil {
		terms = append(terms, cut(input.Fold(*c.ExternalID)))
		add(*c.ExternalID)
	}
	if c.Phone != nil {
		digits := PhoneDigits(*c.Phone)
		for from := 0; len(digits)-from >= FewestDigits; from++ {
			terms = append(terms, digits[from:])
		}
	}
	slices.Sort(terms)
	return slices.DeleteFunc(slices.Compact(terms), func(term string) bool { return term == "" })
}

// PhoneDigits returns the digits of a phone number, however it is written; a Russian number's leading 8 is +7.
func PhoneDigits(phone string) string {
	digits := strings.Map(func(c rune) rune {
		if c >= '0' && c <= '9' {
			return c
		}
		return -1
	}, phone)
	if len(digits) == 11 && digits[0] == '8' && !strings.HasPrefix(strings.TrimSpace(phone), "+") {
		digits = "7" + digits[1:]
	}
	return digits
}

// words splits text into folded words of letters and digits.
func words(text string) []string {
	return strings.FieldsFunc(input.Fold(text), func(c rune) bool { return !unicode.IsLetter(c) && !unicode.IsNumber(c) && !unicode.IsMark(c) })
}

func cut(term string) string {
	for len(term) > longestTerm {
		_, size := utf8.DecodeLastRuneInString(term)
		term = term[:len(term)-size]
	}
	return term
}

// Search returns the conditions of a search: all of its words must be found. A text that is written as a
// phone number is searched for as one.
func Search(text string) ([]predicate.Customer, error) {
	if utf8.RuneCountInString(text) > 200 {
		return nil, fault.Invalidf("search", "want at most 200 characters")
	}
	if err := input.CheckText("search", text, 200); err != nil {
		return nil, err
	}
	wanted := words(text)
	if looksLikePhone(text) {
		wanted = []string{PhoneDigits(text)}
	} else if folded := input.Fold(strings.TrimSpace(text)); strings.Contains(folded, "@") && !strings.ContainsAny(folded, " \t") {
		wanted = []string{folded}
	}
	if len(wanted) > mostWords {
		return nil, fault.Invalidf("search", "want at most %d words", mostWords)
	}
	if len(wanted) == 0 && strings.TrimSpace(text) != "" {
		return []predicate.Customer{func(s *sql.Selector) { s.Where(sql.False()) }}, nil
	}
	conditions := make([]predicate.Customer, len(wanted))
	for i, word := range wanted {
		conditions[i] = termBeginsWith(cut(word))
	}
	return conditions, nil
}

// looksLikePhone reports whether a text is digits and what people put between them.
func looksLikePhone(text string) bool {
	return len(PhoneDigits(text)) >= FewestDigits && strings.Trim(text, "0123456789+()-. \t") == ""
}

func termBeginsWith(word string) predicate.Customer {
	return func(s *sql.Selector) {
		s.Where(store.NamedIn(s, "id", "search_terms", "customer_id", func(terms *sql.SelectTable) *sql.Predicate {
			return store.HasPrefix(terms.C("term"), word)
		}))
	}
}
