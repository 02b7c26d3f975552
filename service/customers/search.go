package customers

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"entgo.io/ent/dialect/sql"

	"kopeck/ent"
	"kopeck/ent/customertag"
	"kopeck/ent/predicate"
	"kopeck/fault"
	"kopeck/service/input"
	"kopeck/store"
)

// A customer is found by the beginnings of words: search_terms holds, folded, every word of the name, the e-mail
// and its parts, the external id, and every tail of at least four of the phone's digits, or all of them where there are fewer. A search is then one range
// of an index for each word, on both databases. They are folded here, in Go ([input.SearchKey]), so that both find the same.

const (
	maxTerm  = 100 // bytes
	maxWords = 8
)

// SearchTerms returns the terms by which a customer is found, each once: those of the row, and those of what the customer has beside it.
func SearchTerms(c *ent.Customer, others ...Identity) []string {
	terms := termsOf(c)
	for _, one := range others {
		terms = append(terms, termsOf(one.asCustomer())...)
	}
	slices.Sort(terms)
	return slices.DeleteFunc(slices.Compact(terms), func(term string) bool { return term == "" })
}

// termsOf lists the terms of the fields of a customer.
func termsOf(c *ent.Customer) []string {
	var terms []string
	add := func(text string) {
		for _, word := range words(text) {
			terms = append(terms, cut(word))
		}
	}
	add(c.Name)
	if c.Email != nil {
		letters, ascii := input.EmailSpellings(*c.Email)
		terms = append(terms, cut(letters), cut(ascii))
		add(letters)
	}
	if c.ExternalID != nil {
		terms = append(terms, cut(input.SearchKey(*c.ExternalID)))
		add(*c.ExternalID)
	}
	if c.Phone != nil {
		digits := input.PhoneDigits(*c.Phone)
		if len(digits) < input.FewestDigits { // a short code, such as 112, is found whole
			terms = append(terms, digits)
		}
		for from := 0; len(digits)-from >= input.FewestDigits; from++ {
			terms = append(terms, digits[from:])
		}
	}
	return terms
}

// words splits text into folded words of letters and digits.
func words(text string) []string {
	return strings.FieldsFunc(input.SearchKey(text), func(c rune) bool { return !unicode.IsLetter(c) && !unicode.IsNumber(c) && !unicode.IsMark(c) })
}

func cut(term string) string {
	for len(term) > maxTerm {
		_, size := utf8.DecodeLastRuneInString(term)
		term = term[:len(term)-size]
	}
	return term
}

// Search returns the conditions of a search: all of its words must be found. A text that is written as a phone number, or as the
// beginning of one, is searched for as one; without a country code it is one of the region.
func Search(text, region string) ([]predicate.Customer, error) {
	if utf8.RuneCountInString(text) > 200 {
		return nil, fault.Invalidf("search", "want at most 200 characters")
	}
	if err := input.CheckText("search", text, 200); err != nil {
		return nil, err
	}
	folded := input.SearchKey(strings.TrimSpace(text))
	if spellings := input.PhoneSpellings(text, region); len(spellings) > 0 {
		return []predicate.Customer{termBeginsWith(append(spellings, cut(folded))...)}, nil
	}
	wanted := words(text)
	if strings.Contains(folded, "@") && !strings.ContainsAny(folded, " \t") {
		wanted = []string{folded}
	}
	if len(wanted) > maxWords {
		return nil, fault.Invalidf("search", "want at most %d words", maxWords)
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

// termBeginsWith is the condition that a term of the customer begins with one of some texts.
func termBeginsWith(texts ...string) predicate.Customer {
	return func(s *sql.Selector) {
		s.Where(store.NamedIn(s, "id", "search_terms", "customer_id", func(terms *sql.SelectTable) *sql.Predicate {
			begins := make([]*sql.Predicate, len(texts))
			for i, text := range texts {
				begins[i] = store.HasPrefix(terms.C("term"), text)
			}
			return sql.Or(begins...)
		}))
	}
}

// Tagged returns the conditions that a customer has some tags: all of them. INVALID on a field.
func Tagged(field string, tags []string) ([]predicate.Customer, error) {
	wanted, err := CheckTags(field, tags)
	if err == nil && len(wanted) == 0 {
		err = fault.Invalidf(field, "want one at least")
	}
	conditions := make([]predicate.Customer, len(wanted))
	for i, tag := range wanted {
		conditions[i] = func(s *sql.Selector) {
			s.Where(store.NamedIn(s, "id", customertag.Table, customertag.FieldCustomerID, func(tags *sql.SelectTable) *sql.Predicate {
				return sql.EQ(tags.C(customertag.FieldTagKey), TagKey(tag))
			}))
		}
	}
	return conditions, err
}
