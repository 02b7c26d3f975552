package customers

import (
	"context"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"entgo.io/ent/dialect/sql"

	"kopeck/auth"
	"kopeck/ent"
	"kopeck/ent/customer"
	"kopeck/ent/customertag"
	"kopeck/ent/predicate"
	"kopeck/fault"
	"kopeck/schema"
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
		for _, word := range wordsOf(text) {
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

// wordsOf splits text into folded words of letters and digits.
func wordsOf(text string) []string {
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
	wanted, err := wantedOf(text, region)
	if err != nil {
		return nil, err
	}
	conditions := make([]predicate.Customer, len(wanted))
	for i, one := range wanted {
		conditions[i] = termBeginsWith(one)
	}
	return conditions, nil
}

// SearchAs is [Search] for the viewer, in the region of the settings. A partner finds customers by what their rows say: that others were merged
// into them, and what those were called, is a secret to the partner, who reads no further numbers either. Of the customers whom a search finds,
// those with anything beside their rows are read for it.
func (s *Service) SearchAs(ctx context.Context, text string) ([]predicate.Customer, error) {
	region := s.Settings().PhoneRegion
	conditions, err := Search(text, region)
	if actor, _ := auth.From(ctx); err != nil || actor.Role != schema.RolePartner || len(conditions) == 0 {
		return conditions, err
	}
	wanted, err := wantedOf(text, region)
	if err != nil {
		return nil, err
	}
	merged, err := s.Client.Customer.Query().Where(conditions...).Where(hasMore, customer.DeletedAtIsNil()).All(ctx)
	if err != nil {
		return nil, err
	}
	var others []string
	for _, c := range merged {
		terms := termsOf(c)
		isFound := func(one words) bool { return slices.ContainsFunc(terms, one.begin) }
		if slices.ContainsFunc(wanted, func(one words) bool { return !isFound(one) }) {
			others = append(others, c.ID)
		}
	}
	if len(others) == 0 {
		return conditions, nil
	}
	list, err := store.List(s.Store, others)
	if err != nil {
		return nil, err
	}
	from := s.Store
	return append(conditions, func(s *sql.Selector) { s.Where(store.NotAmong(from, s.C("id"), list)) }), nil
}

// hasMore is the condition that a customer has names, addresses or numbers beside those of the row.
func hasMore(s *sql.Selector) {
	var any []*sql.Predicate
	for _, table := range []string{"customer_identities", "contact_points"} {
		any = append(any, store.NamedIn(s, "id", table, "customer_id", func(of *sql.SelectTable) *sql.Predicate { return sql.NotNull(of.C("customer_id")) }))
	}
	s.Where(sql.Or(any...))
}

// words are the spellings of a word of a search, any of which begins a term of who is found.
type words []string

// begin reports whether a term begins with one of the spellings.
func (w words) begin(term string) bool {
	return slices.ContainsFunc(w, func(text string) bool { return strings.HasPrefix(term, text) })
}

// wantedOf returns the words of a search, all of which must be found; one without a spelling is never found.
func wantedOf(text, region string) ([]words, error) {
	if utf8.RuneCountInString(text) > 200 {
		return nil, fault.Invalidf("search", "want at most 200 characters")
	}
	if err := input.CheckText("search", text, 200); err != nil {
		return nil, err
	}
	folded := input.SearchKey(strings.TrimSpace(text))
	if spellings := input.PhoneSpellings(text, region); len(spellings) > 0 {
		return []words{append(spellings, cut(folded))}, nil
	}
	wanted := wordsOf(text)
	if strings.Contains(folded, "@") && !strings.ContainsAny(folded, " \t") {
		wanted = []string{folded}
	}
	if len(wanted) > maxWords {
		return nil, fault.Invalidf("search", "want at most %d words", maxWords)
	}
	if len(wanted) == 0 && strings.TrimSpace(text) != "" {
		return []words{nil}, nil
	}
	all := make([]words, len(wanted))
	for i, word := range wanted {
		all[i] = words{cut(word)}
	}
	return all, nil
}

// termBeginsWith is the condition that a term of the customer begins with one of some texts; with none it is never met.
func termBeginsWith(texts []string) predicate.Customer {
	return func(s *sql.Selector) {
		if len(texts) == 0 {
			s.Where(sql.False())
			return
		}
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
